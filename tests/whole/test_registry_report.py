"""A retrospective comparison of treatments on public data: its numbers are those of R, its report is built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from conftest import ROOT
from made_once import built_copy
from reference_statistics import study_rows
from reference_values import REFERENCE, differences, read_rows

from lockstep.analyses.pipeline import compute
from lockstep.pdf.reading import read_pdf
from lockstep.results.model import Results
from lockstep.study.definition import read_study

REGISTRY = ROOT / "tests" / "studies" / "registry"

WITHOUT_R: Final = {
    r"setting\..*": "a constant of study.toml",
    r"imputation\.(sets|seed|iterations)": "declared in study.toml, or its default",
    r"data\.queries(\..*)?": "entries in the list of doubtful data, which tests/data_checks holds",
    r"rfs\.adjusted_imputed\..*\.(hazard_ratio|p_value|missing_information|statistic)": (
        "depends on draws; tests/adjustment/test_adjustment_packages.py holds Rubin's rules to mice, over the same "
        "completed data sets"
    ),
}
"""Records that R has no value for, as patterns of whole ids, and why."""


@pytest.fixture(scope="module")
def results() -> Results:
    """Return the results of the study."""
    return compute(read_study(REGISTRY))


def exempt(name: str) -> bool:
    """Return whether R has no value for a record, for a reason of `WITHOUT_R`."""
    return any(re.fullmatch(pattern, name) for pattern in WITHOUT_R)


def test_every_record_but_the_named_ones_is_that_of_r(results: Results) -> None:
    """Each has the value and limits of R, to 1e-6, or a reason in WITHOUT_R; and R has no other."""
    found = {name: row for name, row in study_rows(results).items() if not exempt(name)}
    assert differences(read_rows(REFERENCE / "values" / "registry.csv"), found, relative=1e-6) == []


@pytest.mark.parametrize("pattern", WITHOUT_R)
def test_no_exception_outlives_its_records(results: Results, pattern: str) -> None:
    """Each pattern of WITHOUT_R is of records of the study, and R has a value for none of them."""
    assert any(re.fullmatch(pattern, record.id) for record in results)
    held = read_rows(REFERENCE / "values" / "registry.csv")
    assert [name for name in held if re.fullmatch(pattern, name)] == []


def test_overlap_weights_balance_exactly_what_is_linear_in_the_score(results: Results) -> None:
    """Their standardised differences are 0, whatever they were before."""
    assert float(results["balance.overlap.largest.before"].value or 0) > 0.5
    assert float(results["balance.overlap.largest.after"].value or 0) < 1e-6


@pytest.mark.slow
def test_the_report_prints_balance_weighted_curves_and_sensitivity(tmp_path: Path) -> None:
    """Both documents are made, and the PDF says whom the counts are of, and of whom the matched result is."""
    folder = tmp_path / "study"
    built_copy(REGISTRY, folder)
    facts = read_pdf(folder / "build" / "report.pdf")
    text = " ".join(" ".join(page.text for page in facts.pages).split())
    for words in (
        "Effective number of patients",
        "(counts are without weights)",
        "Missing values imputed",
        "not use all treated",
    ):
        assert words in text
