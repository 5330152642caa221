"""What is a characteristic of patients, and what is known only later: no variable disappears without a reason."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from lockstep.scaffold.folder import new_study
from lockstep.scaffold.later import names_an_event
from lockstep.scaffold.names import without_unit
from lockstep.scaffold.plan import StudyPlan
from lockstep.scaffold.wishes import Wishes

ROWS = 60


def cycled(*values: float | str) -> list[float | str]:
    """Return a column that has these values in turn."""
    return [values[row % len(values)] for row in range(ROWS)]


def frame(**columns: list[float | str]) -> pd.DataFrame:
    """Return a cohort: an age, and other columns."""
    return pd.DataFrame({"age": [30 + row % 37 for row in range(ROWS)], **columns})


def plan_of(folder: Path, wishes: Wishes | None = None, **columns: list[float | str]) -> StudyPlan:
    """Return the plan of a study with these columns beside an age."""
    frame(**columns).to_csv(folder / "cohort.csv", index=False)
    return new_study(folder / "study", folder / "cohort.csv", wishes or Wishes()).plan


MEASURED: list[float | str] = [row * 7 % 41 + 0.5 for row in range(ROWS)]
FOLLOWED: list[float | str] = [1 + row * 11 % 59 for row in range(ROWS)]


def test_a_measurement_called_time_is_a_characteristic(tmp_path: Path) -> None:
    """Prothrombin time and the time since diagnosis are known at the begin of follow-up."""
    columns = dict.fromkeys(("protime", "diagtime", "time_to_surgery", "hospital_days"), MEASURED)
    plan = plan_of(tmp_path, **columns, time=FOLLOWED, status=cycled("alive", "dead", "dead"))
    assert plan.characteristics == ("age", *columns)
    assert plan.not_characteristics == {"time": "part of the endpoint", "status": "part of the endpoint"}


def test_outcomes_are_no_characteristics_and_are_listed(tmp_path: Path) -> None:
    """Where no endpoint is found as well: study.toml says of each why it is not in the table, and no test has it."""
    arm = cycled("a", "b", "b", "a", "a")
    plan = plan_of(
        tmp_path, Wishes(by="arm"), arm=arm, time=FOLLOWED, cens=cycled(0, 1), Rezidiv=cycled("lokal", "fern", "kein"),
        er_status=cycled("neg", "pos"), previous_relapse=cycled("no", "yes", "no"),
    )  # fmt: skip
    assert plan.outcome is None
    assert plan.characteristics == ("age", "er_status", "previous_relapse")
    assert [row for row, _ in plan.crosstabs] == ["er_status", "previous_relapse"]
    text = (tmp_path / "study" / "study.toml").read_text(encoding="utf-8")
    assert '  # { variable = "time", summary = "median_iqr" },  # called as a time to an event is' in text
    assert '  # { variable = "Rezidiv", summary = "n_percent" },  # called as an event of follow-up is' in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status", True), ("Vital status", True), ("death", True), ("recur", True), ("progression", True),
        ("Todesursache", True), ("décès", True), ("os_status", True), ("status_last_fu", True),
        ("performance_status", False), ("nodal status", False), ("heart failure", False), ("progesterone", False),
        ("risk of death", False), ("vital capacity", False), ("recurrence score", False), ("tot_bili", False),
    ],
)  # fmt: skip
def test_events_are_known_by_their_words(text: str, expected: bool) -> None:
    """Those of follow-up, not what was before it."""
    assert names_an_event(text) is expected


@pytest.mark.parametrize("name", ["remarks", "Bemerkung", "Kommentar", "observations", "note"])
def test_remarks_are_left_out(name: str, tmp_path: Path) -> None:
    """However few values they have: they may say anything of a patient."""
    plan = plan_of(tmp_path, **{name: cycled("seen", "seen twice")}, score_note=cycled(1, 2, 3))
    [column] = [column for column in plan.columns if column.header == name]
    assert column.guess.why_left_out.startswith("free text")
    assert plan.characteristics == ("age", "score_note")


def test_a_constant_is_no_characteristic(tmp_path: Path) -> None:
    """A number of one value says nothing of patients, as a text of one value does not."""
    plan = plan_of(tmp_path, visit=cycled(1), weight=MEASURED)
    assert plan.characteristics == ("age", "weight")
    [column] = [column for column in plan.columns if column.header == "visit"]
    assert column.guess.why_left_out == "all rows that have a value have the same one"


@pytest.mark.parametrize(
    ("header", "label", "unit"),
    [
        ("Age in years", "Age", "years"),
        ("Age (in years)", "Age", "years"),
        ("Alter bei Diagnose (Jahre)", "Alter bei Diagnose", "years"),
        ("Âge en années", "Âge", "years"),
        ("Follow-up in months", "Follow-up", "months"),
        ("in days", "in days", ""),
    ],
)
def test_units_are_split_from_labels(header: str, label: str, unit: str) -> None:
    """With the word before them, in other languages as well."""
    assert without_unit(header) == (label, unit)


def test_a_german_age_is_an_age(tmp_path: Path) -> None:
    """With its unit and its range."""
    ages: list[float | str] = [30 + row % 41 for row in range(ROWS)]
    plan = plan_of(tmp_path, **{"Alter bei Diagnose (Jahre)": ages})
    guess = plan.columns[1].guess
    assert (guess.label, guess.unit, guess.range) == ("Alter bei Diagnose", "years", ("0", "120"))


def test_every_format_gives_the_same_guess(tmp_path: Path) -> None:
    """Few whole numbers are codes in a file of Stata or SPSS too, which stores all of them as numbers."""
    data = frame(
        obstruct=cycled(0, 1, 0), stage=cycled(1, 2, 3, 4), ecog=cycled(0, 1, 2, 9), nodes=FOLLOWED, time=FOLLOWED,
        status=cycled(0, 1),
    )  # fmt: skip
    data.to_csv(tmp_path / "cohort.csv", index=False)
    numbers = data.astype(float)
    labels = {"ecog": {9: "unknown"}, "stage": {1: "I"}}
    pyreadstat.write_sav(numbers, tmp_path / "cohort.sav", variable_value_labels=labels)
    pyreadstat.write_dta(numbers, tmp_path / "cohort.dta", variable_value_labels={})
    plans = {
        form: new_study(tmp_path / form, tmp_path / f"cohort.{form}", Wishes()).plan for form in ("csv", "sav", "dta")
    }
    csv = {column.name: column.guess for column in plans["csv"].columns}
    assert [csv[name].kind for name in ("obstruct", "stage", "ecog", "nodes")] == ["category"] * 3 + ["number"]
    assert plans["dta"].columns[1:] != ()
    for column in plans["dta"].columns:
        assert (column.guess.kind, column.guess.levels) == (csv[column.name].kind, csv[column.name].levels)
    sav = {column.name: column.guess for column in plans["sav"].columns}
    assert {name: guess.kind for name, guess in sav.items()} == {name: guess.kind for name, guess in csv.items()}
    assert sav["stage"].levels == {"1": "I", "2": "2", "3": "3", "4": "4"}
    assert (dict(sav["ecog"].levels), sav["ecog"].missing) == ({"0": "0", "1": "1", "2": "2"}, ("9",))
    assert [plan.outcome.event if plan.outcome else "" for plan in plans.values()] == ["status == '1'"] * 3
