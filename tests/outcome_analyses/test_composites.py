"""Composite endpoints and derived numbers have R's results (tests/reference/composite.R); notes on death."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from reference_statistics import study_rows
from reference_values import REFERENCE, Rows, differences, read_rows

from lockstep.analyses.pipeline import compute
from lockstep.results.model import Results
from lockstep.study.definition import read_study

STUDY = """schema = 1
[data]
file = "composite.csv"
id = "pid"
[columns.age]
type = "number"
[columns.nodes]
type = "number"
[columns.pgr]
type = "number"
[columns.er]
type = "number"
[columns.hormon]
type = "category"
levels = ["0", "1"]
[columns.rtime]
type = "number"
[columns.dtime]
type = "number"
[columns.recur]
type = "category"
levels = ["0", "1"]
[columns.death]
type = "category"
levels = ["0", "1"]
[columns.surgery]
type = "date"
[columns.recurred]
type = "date"
optional = true
[columns.died]
type = "date"
optional = true
[columns.seen]
type = "date"
[derived.log_er]
value = "log2(er)"
[derived.ratio]
value = "pgr / er"
[derived.receptors]
value = "log1p(max(pgr, er))"
[derived.wait]
value = "months(recurred, died)"
optional = true
[derived.score]
value = "if(hormon == '1', sqrt(nodes) * exp(-age / 50), round(-nodes ^ 2 / 3, 1) + abs(age - 50))"
[endpoints.rfs]
label = "Relapse-free survival"
time = "dtime"
first_of = [
  { time = "rtime", event = "recur == '1'", label = "recurrence" },
  { time = "dtime", event = "death == '1'", label = "death" },
]
[endpoints.by_dates]
start = "surgery"
end = ["died", "seen"]
first_of = [{ date = "recurred", label = "recurrence" }, { date = "died", label = "death" }]
[endpoints.known]
first_of = [
  { time = "rtime", event = "recur == '1'", label = "recurrence" },
  { time = "dtime", event = "death == '1'", label = "death" },
]
[analysis]
exposure = "hormon"
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Return the results of the patients of composite.R."""
    return results_of(tmp_path_factory.mktemp("composite"), STUDY)


def results_of(folder: Path, study: str) -> Results:
    """Return the results of a study of these patients."""
    shutil.copy(REFERENCE / "data" / "composite.csv", folder)
    (folder / "study.toml").write_text(study, encoding="utf-8")
    return compute(read_study(folder))


def test_composites_and_derived_numbers_are_those_of_r(found: Results) -> None:
    """Events, what came first, medians, the log-rank test; and the description of computed numbers."""
    expected = read_rows(REFERENCE / "values" / "composite.csv")
    rows: Rows = {name: row for name, row in study_rows(found).items() if name in expected}
    assert differences(expected, rows, relative=1e-6) == []
    assert found["data.queries.undefined_number"].value == 2 * (338 - int(found["log_er.n"].value or 0))


def test_the_event_of_a_composite_is_called_by_its_events(found: Results) -> None:
    """The default label, and the words of what came first."""
    record = found["rfs.first.death.count"]
    assert (record.label, record.denominator) == ("Relapse-free survival, first event: death", 210)
    assert found["rfs.first.death.percent"].unit == "%"


def test_a_composite_without_events_has_no_shares(tmp_path: Path) -> None:
    """Of nobody there is no percentage, and no error."""
    study = STUDY.replace("recur == '1'", "age > 200").replace("death == '1'", "age > 200")
    results = results_of(tmp_path, study)
    assert (results["rfs.first.death.count"].value, results["rfs.first.death.count"].denominator) == (0, 0)
    assert results["rfs.first.death.percent"].reason == "no event was observed"


DEATH = '[endpoints.os]\nlabel = "Overall survival"\ntime = "dtime"\nevent = "death == \'1\'"\nevent_label = "death"\n'


def test_a_survival_free_of_relapse_with_death_raises_no_note(tmp_path: Path) -> None:
    """`first_of` names it, as times and as dates."""
    labelled = STUDY.replace("[endpoints.by_dates]", '[endpoints.by_dates]\nlabel = "Relapse-free survival, by dates"')
    results = results_of(tmp_path, labelled + DEATH)
    assert results["rfs.deaths_without_event"].warning is None
    assert results["by_dates.deaths_without_event"].warning is None


@pytest.mark.parametrize("died", [True, False])
def test_a_survival_free_of_relapse_without_death_is_noted(tmp_path: Path, *, died: bool) -> None:
    """Where somebody died without it; and before that, by what its events are called. The note says what to add."""
    event = "death == '1'" if died else "age > 200"
    study = STUDY.replace('"death == \'1\'", label = "death"', '"recur == \'1\'", label = "distant relapse"')
    results = results_of(tmp_path, study + DEATH.replace("death == '1'", event))
    record = results["rfs.deaths_without_event"]
    assert (int(record.value or 0) > 0) is died
    assert record.warning is not None
    assert 'add death to `first_of`, with its time or date and label = "death"' in record.warning


def test_a_survival_free_of_relapse_with_another_death_is_left_alone(tmp_path: Path) -> None:
    """Where no patient died without an event, and one of its events is called by no course of the disease."""
    study = STUDY.replace('label = "death"', 'label = "Tod"')
    assert results_of(tmp_path, study + DEATH)["rfs.deaths_without_event"].warning is None
