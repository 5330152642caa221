"""A retrospective comparison of treatments on public data: its numbers are those of R, its report is built."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from reference_values import REFERENCE, differences, read_rows

from lockstep.analyses.pipeline import compute
from lockstep.pdf.reading import read_pdf
from lockstep.results.model import Results
from lockstep.study.definition import read_study

REGISTRY = ROOT / "tests" / "studies" / "registry"


@pytest.fixture(scope="module")
def results() -> Results:
    """Return the results of the study."""
    return compute(read_study(REGISTRY))


def test_weighted_matched_and_adjusted_numbers_are_those_of_r(results: Results) -> None:
    """Scores, weights, balance, weighted curves and ratios, E-values, unadjusted and adjusted ratios, to 1e-6."""
    expected = read_rows(REFERENCE / "values" / "registry.csv")
    records = {record.id: record for record in results}
    found = {
        name: (item.value,) if item.conf_level is None else (item.value, item.conf_low, item.conf_high)
        for name in expected
        for item in [records[name]]
    }
    assert differences(expected, found, relative=1e-6) == []


def test_overlap_weights_balance_exactly_what_is_linear_in_the_score(results: Results) -> None:
    """Their standardised differences are 0, whatever they were before."""
    assert float(results["balance.overlap.largest.before"].value or 0) > 0.5
    assert float(results["balance.overlap.largest.after"].value or 0) < 1e-6


@pytest.mark.slow
def test_the_report_prints_balance_weighted_curves_and_sensitivity(tmp_path: Path) -> None:
    """Both documents are made, and the PDF says whom the counts are of."""
    folder = tmp_path / "study"
    shutil.copytree(REGISTRY, folder, ignore=shutil.ignore_patterns("build", ".quarto"))
    command = [sys.executable, "-m", "lockstep", "report", "--renderer", "builtin", "--study", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    facts = read_pdf(folder / "build" / "report.pdf")
    text = " ".join(" ".join(page.text for page in facts.pages).split())
    for words in ("Effective number of patients", "(counts are without weights)", "Missing values imputed"):
        assert words in text
