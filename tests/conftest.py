"""What several tests share: the flagship study and its results, computed once."""

from __future__ import annotations

from pathlib import Path

import pytest
from byte_differences import explained
from draft_studies import DraftStudy, draft_study
from hypothesis import settings

from analysis.results import Results
from analysis.study import Study, read_study

# A loaded machine is slow now and then; speed is measured by `make bench`, never by a test.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

ROOT = Path(__file__).parent.parent
IMPLANTS = ROOT / "tests" / "studies" / "implants"


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Explain a failed comparison of files by the parts that differ."""
    return explained(op, left, right)


@pytest.fixture(scope="session")
def study() -> Study:
    """Return the flagship study."""
    return read_study(ROOT)


@pytest.fixture(scope="session")
def results(study: Study) -> Results:
    """Return the flagship's results, computed from the data."""
    from analysis.pipeline import compute

    return compute(study)


@pytest.fixture(scope="session")
def implants() -> Study:
    """Return the small second study: months, semicolons, three groups, missing values."""
    return read_study(IMPLANTS)


@pytest.fixture(scope="session")
def implants_results(implants: Study) -> Results:
    """Return the second study's results."""
    from analysis.pipeline import compute

    return compute(implants)


@pytest.fixture(scope="session")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DraftStudy]:
    """Return both studies with a manuscript as journals want it, lines numbered: "flagship" and "implants"."""
    folder = tmp_path_factory.mktemp("drafts")
    return {name: draft_study(home, folder / name) for name, home in {"flagship": ROOT, "implants": IMPLANTS}.items()}
