"""A report on a randomised trial of three arms: flow, outcomes, survival and subgroups, of synthetic data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from made_once import built_copy
from word_files import body, text

from lockstep.pdf.reading import read_pdf

TRIAL = ROOT / "tests" / "studies" / "trial"


@pytest.mark.slow
def test_the_report_of_a_trial_is_built_and_its_claims_hold(tmp_path: Path) -> None:
    """Both documents print arms, ratios of ratios and populations; `check` finds no fault."""
    folder = tmp_path / "study"
    built_copy(TRIAL, folder)
    command = [sys.executable, "-m", "lockstep", "check", "--study", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    pages = " ".join(page.text for page in read_pdf(folder / "build" / "report.pdf").pages)
    for document in (pages, text(body(folder / "build" / "report.docx"))):
        words = " ".join(document.split())
        assert "NOT SUPPORTED" not in words
        assert "a ratio of hazard ratios of 0.69 (95% CI 0.37–1.29)" in words
        assert "log-rank tests stratified by region and performance status" in words
        assert "standardized mean difference, the largest of all pairs of groups" in words
