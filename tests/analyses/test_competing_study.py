"""The study that death competes in: R computes every record a second time."""

from __future__ import annotations

from conftest import ROOT
from reference_statistics import study_rows
from reference_values import REFERENCE, differences, read_rows

from lockstep.analyses.pipeline import compute
from lockstep.study.definition import read_study

RELATIVE = 1e-6


def test_every_record_of_the_endpoint_is_that_of_r() -> None:
    """Counts, incidence, tests and models: each has the value and limits of R, and there is no other."""
    results = compute(read_study(ROOT / "tests" / "studies" / "competing"))
    found = {name: row for name, row in study_rows(results).items() if name.startswith("progression.")}
    assert differences(read_rows(REFERENCE / "values" / "competing_study.csv"), found, relative=RELATIVE) == []
