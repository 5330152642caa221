"""The made-up trial: R computes every record a second time, and its tables print them."""

from __future__ import annotations

import pytest
from conftest import ROOT
from reference_statistics import study_curve_rows, study_rows
from reference_values import REFERENCE, differences, read_rows

from lockstep.analyses.pipeline import compute
from lockstep.figures.kinds import figure_content
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.text.style import Style

TRIAL = ROOT / "tests" / "studies" / "trial"
RELATIVE = 1e-6

NOT_COMPUTED = {
    "setting.": "a constant of study.toml, which no statistic computes",
    "data.": "a number of entries in the list of doubtful data, which describes the file and no patient",
}
"""Records that R cannot give, by the beginning of their ids, with the reason."""


@pytest.fixture(scope="module")
def trial() -> Results:
    """Return the results of the trial."""
    return compute(read_study(TRIAL))


def test_every_record_of_the_trial_is_that_of_r(trial: Results) -> None:
    """Each record and curve has the values and limits of R, but for those on the short list; R has no other."""
    found = {name: row for name, row in study_rows(trial).items() if not name.startswith(tuple(NOT_COMPUTED))}
    areas, points = study_curve_rows(trial)
    assert differences(read_rows(REFERENCE / "values" / "trial_study.csv"), found | areas, relative=RELATIVE) == []
    assert differences(read_rows(REFERENCE / "values" / "trial_study_curves.csv"), points, relative=RELATIVE) == []


def test_a_stratified_test_is_called_so(trial: Results) -> None:
    """In the figure and in labels of results."""
    figures = [figure_content(name, read_study(TRIAL), trial, Style()) for name in ("survival", "per_protocol")]
    assert [figure.alt_text().count("Stratified log-rank P") for figure in figures] == [2, 0]
    label = trial["pfs.stratified.by_arm.log_rank.p_value"].label
    assert label == "Progression-free survival, Stratified by Arm: stratified log-rank test"
    assert trial["pfs.pp.by_arm.log_rank.p_value"].label == "Progression-free survival by Arm: log-rank test"


def test_the_short_list_is_of_records_that_there_are(trial: Results) -> None:
    """No reason outlives its records."""
    for start in NOT_COMPUTED:
        assert any(record.id.startswith(start) for record in trial)
