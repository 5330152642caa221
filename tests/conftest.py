"""What several tests share: the flagship study and its results, computed once."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import made_once
import pytest
from accompanying_documents import STUDIES, written
from beside import Beside
from byte_differences import explained
from draft_studies import DraftStudy, build_draft, draft_of
from hypothesis import settings
from locked_study import make_locked

from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.submission.documents import AccompanyingDocuments

# A loaded machine is slow now and then; speed is measured by `make bench`, never by a test.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# A shell starts what runs in the background deaf to Ctrl-C, and all its children; some tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent
IMPLANTS = ROOT / "tests" / "studies" / "implants"
SHORT = """---
title: "Retention"
---

```{python}
#| include: false
from lockstep import open_study

r = open_study()
```

There were `{python} r.n("flow.analysed")` implants.
"""
"""A text of one sentence for the second study, where a run matters and not what it prints: it is soon at its end."""


LONGEST = ("test_make_cohort.py", "test_watch.py", "test_commit.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no process waits for another that has just begun it."""

    def order(item: pytest.Item) -> tuple[bool, int]:
        name = item.path.name
        return item.get_closest_marker("slow") is None, LONGEST.index(name) if name in LONGEST else len(LONGEST)

    items.sort(key=order)


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
    from lockstep.analyses.pipeline import compute

    return compute(study)


@pytest.fixture(scope="session")
def implants() -> Study:
    """Return the small second study: months, semicolons, three groups, missing values."""
    return read_study(IMPLANTS)


@pytest.fixture(scope="session")
def implants_results(implants: Study) -> Results:
    """Return the second study's results."""
    from lockstep.analyses.pipeline import compute

    return compute(implants)


@pytest.fixture
def without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay out no Word file of a draft: where its lines stand is no matter to the test, and takes much of its time."""
    monkeypatch.setattr("lockstep.drafts.assembly.lines_in_word", lambda _: None)


@pytest.fixture
def analysis_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute results in this process, where all is loaded, and not in the one that other tests start."""
    from lockstep.base.resources import run_lockstep
    from lockstep.cli.command import run_verb

    def run_here(*arguments: str) -> CompletedProcess[str]:
        if arguments[0] not in ("results", "judge"):  # what others print is read
            return run_lockstep(*arguments)
        return Beside(lambda: run_verb([*arguments])).ended()

    monkeypatch.setattr("lockstep.document.report.run_lockstep", run_here)


@pytest.fixture
def workers_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process do what a draft has others do: figures for upload, the copy; test_draft.py starts those."""
    from lockstep.cli.command import run_verb

    def here(_program: str, *arguments: str, **_: object) -> Beside:
        return Beside(lambda: run_verb([*arguments]))

    monkeypatch.setattr("lockstep.drafts.assembly.Worker", here)


@pytest.fixture(scope="session")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DraftStudy]:
    """Return both studies with a manuscript as journals want it, lines numbered: "flagship" and "implants"."""
    drafts = {}
    for name, make in {"flagship": made_once.built_flagship, "implants": made_once.built_implants}.items():
        home = made_once.made_once(tmp_path_factory, name, make)
        drafts[name] = draft_of(made_once.made_once(tmp_path_factory, f"draft-{name}", partial(build_draft, home)))
    return drafts


@pytest.fixture(scope="session")
def built_implants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the second study with its report; all processes of a run share it, so that tests change a copy."""
    return made_once.made_once(tmp_path_factory, "implants", made_once.built_implants)


@pytest.fixture(scope="session")
def built_flagship(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files that the flagship's report is made from, with the report; tests change a copy."""
    return made_once.made_once(tmp_path_factory, "flagship", made_once.built_flagship)


@pytest.fixture(scope="session")
def documents(
    drafts: dict[str, DraftStudy], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, AccompanyingDocuments]:
    """Return the documents that accompany the drafts of both studies."""
    return {name: written(drafts[name], tmp_path_factory.mktemp(name)) for name in STUDIES}


@pytest.fixture(scope="session")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small study with a claim and the lock `first`; all processes of a run share it."""
    return made_once.made_once(tmp_path_factory, "locked", make_locked)
