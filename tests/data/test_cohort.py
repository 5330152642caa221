"""The cohort: who is analysed, what is derived, and the time and event of each endpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.base.errors import DataError
from lockstep.data.cohort import Cohort, Exclusion, build_cohort
from lockstep.data.derivation import derive
from lockstep.data.reading import read_data
from lockstep.endpoints.time_units import TimeUnits
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.variables.derived import Derived

STUDY = """
schema = 1
[data]
file = "cohort.csv"
id = "id"
[columns.arm]
type = "category"
levels = ["a", "b"]
[columns.marker]
type = "category"
levels = ["0", "1"]
[columns.age]
type = "number"
[columns.begin]
type = "date"
header = "Day 0"
[columns.relapse]
type = "date"
optional = true
[columns.last]
type = "date"
[endpoints.rfs]
start = "begin"
end = ["relapse", "last"]
event = "relapse present"
"""

HEADER = "id,arm,marker,age,Day 0,relapse,last\n"

Build = Callable[..., Cohort]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return a function that builds the cohort of some rows, with more of study.toml."""

    def build_from(rows: list[str], more: str = "", *, study: str = STUDY) -> Cohort:
        (tmp_path / "study.toml").write_text(study + more, encoding="utf-8")
        (tmp_path / "cohort.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        found = read_study(tmp_path)
        return build_cohort(found, read_data(found))

    return build_from


def counts(frame: pd.DataFrame, variable: str) -> dict[str, int]:
    """Return how often each level occurs."""
    return {str(level): int(n) for level, n in frame[variable].value_counts(sort=False).items()}


def test_the_flagship_cohort_is_the_published_one(study: Study) -> None:
    """154 reviewed, 12 excluded, 142 analysed, and the groups, events and follow-up that the paper prints."""
    cohort = build_cohort(study, read_data(study))
    frame = cohort.analysed
    assert cohort.exclusions == (Exclusion(rule="complete_record", reason="incomplete records", n=12, n_unknown=0),)
    assert (len(cohort.reviewed), len(frame), len(cohort.rows)) == (154, 142, 142)
    assert counts(frame, "local_treatment") == {"no": 63, "yes": 79}
    assert counts(frame, "age_group") == {"younger": 114, "elderly": 28}
    assert counts(frame, "sex") == {"male": 60, "female": 82}
    assert counts(frame, "depth") == {"superficial": 44, "deep": 98}
    assert counts(frame, "grade") == {"1": 9, "2": 13, "3": 120}
    assert list(counts(frame, "histologic_subtype").values()) == [22, 96, 22, 2]
    assert counts(frame, "response") == {"CR": 81, "PR": 29, "SD": 6, "PD": 26}
    assert list(counts(frame, "vital_status").values()) == [40, 36, 65, 1]
    assert list(counts(frame, "modality").values()) == [48, 11, 7, 13]
    assert int(cohort.applicable["modality"].sum()) == 79
    assert not any(cohort.missing(variable).any() for variable in cohort.applicable)
    assert int(cohort.endpoints["os"].event.sum()) == 66
    beyond = [int((cohort.endpoints["pfs"].time > years * 365).sum()) for years in (1, 3, 5)]
    assert beyond == [18, 6, 2]
    months = frame["follow_up"]
    printed = [round(float(value), 2) for value in (months.median(), months.min(), months.max(), months.mean())]
    assert printed == [49.38, 2.97, 476.17, 71.05]


def test_a_study_without_rules_analyses_everyone(implants: Study) -> None:
    """The second study has no eligibility, ready times in months and no follow-up table."""
    cohort = build_cohort(implants, read_data(implants))
    assert cohort.exclusions == ()
    assert len(cohort.reviewed) == len(cohort.analysed)
    assert "follow_up" not in cohort.analysed
    expected = cohort.analysed["months"].to_numpy()
    np.testing.assert_array_equal(cohort.endpoints["retention"].time, expected)


RULES = """
[eligibility.adult]
keep = "age >= 18"
reason = "under 18 years"
[eligibility.treated]
keep = "arm present and marker == '1'"
reason = "without treatment"
"""


def test_a_patient_is_excluded_by_the_first_rule_that_is_not_true(build: Build) -> None:
    """An unknown answer excludes, and is counted apart; the lines of the flow add up."""
    rows = [
        "1,a,1,18,2010-01-01,,2010-01-01",
        "2,a,1,17.9,2010-01-01,,2010-01-02",
        "3,,0,,,,",
        "4,b,,50,,,2010-01-02",
        "5,b,0,50,2010-01-03,,2010-01-02",
        "6,b,1,99,2010-01-01,,2010-01-03",
    ]
    cohort = build(rows, RULES)
    assert cohort.exclusions == (
        Exclusion(rule="adult", reason="under 18 years", n=2, n_unknown=1),
        Exclusion(rule="treated", reason="without treatment", n=2, n_unknown=1),
    )
    assert cohort.rows.tolist() == [2, 7]
    assert cohort.analysed.index.tolist() == [0, 1]
    assert cohort.endpoints["rfs"].time.tolist() == [0.0, 2.0]


def test_nobody_left_is_an_error(build: Build) -> None:
    """The message says which rule took how many."""
    with pytest.raises(DataError) as error:
        build(["1,a,1,17,,,", "2,a,0,20,,,"], RULES)
    assert str(error.value) == (
        "cohort.csv: no patient is left of 2: excluded were 1 by [eligibility.adult], 1 by [eligibility.treated]; "
        "expected at least one.\n"
        "Mend the rules under [eligibility] in study.toml, or the file."
    )


def test_an_endpoint_ends_at_the_first_date_that_is_present(build: Build) -> None:
    """A relapse ends follow-up with the event, the last visit without; a day of both counts as day 0."""
    rows = [
        "1,a,1,50,2010-01-01,2010-02-01,2010-03-01",
        "2,a,1,50,2010-01-01,,2010-03-01",
        "3,a,1,50,2012-02-28,2012-03-01,",
        "4,a,1,50,2010-01-01,,2010-01-01",
    ]
    cohort = build(rows)
    assert cohort.endpoints["rfs"].time.tolist() == [31.0, 59.0, 2.0, 0.0]
    assert cohort.endpoints["rfs"].event.tolist() == [True, False, True, False]
    assert cohort.endpoints["rfs"].event.dtype == bool
    assert cohort.applicable["relapse"].tolist() == [True, False, True, False]
    assert not cohort.missing("relapse").any()
    assert cohort.missing("last").tolist() == [False, False, True, False]


@pytest.mark.parametrize(("unit", "days"), [("days", 1.0), ("months", 30.4375), ("years", 365.25)])
def test_follow_up_between_dates_is_in_the_studys_unit(build: Build, unit: str, days: float) -> None:
    """Dates are a number of days apart; a mean month and a mean year convert them; follow_up is in months."""
    rows = ["1,a,1,50,2010-01-01,,2014-01-01"]
    cohort = build(rows, f"[time]\nunit = '{unit}'\n[analysis]\nfollow_up = 'rfs'\n")
    assert cohort.endpoints["rfs"].time.tolist() == [1461.0 / days]
    assert cohort.analysed["follow_up"].tolist() == pytest.approx([48.0], rel=1e-15)
    assert cohort.applicable["follow_up"].all()


READY = STUDY.replace('start = "begin"\nend = ["relapse", "last"]', 'time = "age"')
READY = READY.replace("relapse present", "marker == '1'")
MEND = "Mend the file, or exclude these patients by a rule under [eligibility] in study.toml."


@pytest.mark.parametrize(
    ("study", "rows", "message"),
    [
        (STUDY, ["1,a,1,50,2010-01-01,,2010-01-02", "2,a,1,50,2010-01-01,2009-12-31,2010-02-01",
                 "3,a,1,50,2010-01-01,,2009-01-01"],
         "ends before it starts (column 'relapse' or 'last' before 'Day 0') in rows 3 and 4; "
         "expected an end on or after the start."),
        (STUDY, ["1,a,1,50,,,2010-01-02"],
         "has no start (column 'Day 0') in row 2; expected a date for each analysed patient."),
        (STUDY, ["1,a,1,50,2010-01-02,,"],
         "has no end (column 'relapse' or 'last') in row 2; expected a date for each analysed patient."),
        (READY, ["1,a,1,0,,,", "2,a,1,-0.5,,,", "3,a,1,2,,,", "4,a,1,-7,,,"],
         "has a negative time (column 'age') in rows 3 and 5; expected 0 or more."),
        (READY, ["1,a,1,5,,,", "2,a,1,,,,"],
         "has no time (column 'age') in row 3; expected a number for each analysed patient."),
        (READY, ["1,a,1,5,,,", "2,a,,6,,,", "3,a,,6,,,"],
         "has an unknown event (\"marker == '1'\") in rows 3 and 4; expected true or false for each analysed patient."),
    ],
)  # fmt: skip
def test_an_endpoint_is_known_of_each_analysed_patient(build: Build, study: str, rows: list[str], message: str) -> None:
    """Nobody is dropped from an endpoint in silence: the rows are named, and a rule can exclude them."""
    with pytest.raises(DataError) as error:
        build(rows, study=study)
    assert str(error.value) == f"cohort.csv: endpoint 'rfs' {message}\n{MEND}"


def test_the_advice_of_a_message_works(build: Build) -> None:
    """A rule that excludes the patients of the message gives a cohort."""
    rule = "[eligibility.dated]\nkeep = 'begin present and begin <= last'\nreason = 'dates out of order'\n"
    rows = ["1,a,1,50,,,2010-01-02", "2,a,1,50,2010-01-02,,2010-01-01", "3,a,1,50,2010-01-02,,2010-01-03"]
    assert build(rows, rule).rows.tolist() == [4]


DERIVED = """
[derived.positive]
levels = { yes = "Yes", no = "No" }
when.no = "marker == '0' and arm == 'a'"
when.yes = "marker == '1' or arm == 'b'"
[derived.which]
among = "positive == 'yes'"
levels = ["arm b", "marker"]
when."arm b" = "arm == 'b'"
when.marker = "marker == '1'"
"""


def test_derived_variables_are_three_valued(build: Build) -> None:
    """A level is given only where it is certain; outside `among` a variable does not apply, which is not missing."""
    day = "2010-01-01"
    pairs = [("a", "0"), ("a", "1"), ("b", "0"), ("b", ""), ("", "1"), ("a", ""), ("", ""), ("", "0")]
    rows = [f"{i},{arm},{marker},50,{day},,{day}" for i, (arm, marker) in enumerate(pairs)]
    cohort = build(rows, DERIVED)
    values = {name: ["?" if pd.isna(v) else v for v in cohort.analysed[name]] for name in ("positive", "which")}
    assert values["positive"] == ["no", "yes", "yes", "yes", "yes", "?", "?", "?"]
    assert values["which"] == ["?", "marker", "arm b", "arm b", "?", "?", "?", "?"]
    assert cohort.applicable["positive"].all()
    assert cohort.applicable["which"].tolist() == [False, True, True, True, True, True, True, True]
    assert cohort.missing("which").tolist() == [False, False, False, False, True, True, True, True]
    assert list(cohort.analysed["positive"].cat.categories) == ["yes", "no"]
    assert list(cohort.reviewed.columns) == ["arm", "marker", "age", "begin", "relapse", "last", "positive", "which"]


def test_a_patient_who_fits_no_level_is_an_error(build: Build) -> None:
    """A gap in a definition is not a missing value; `optional` allows it, and an excluded patient has none."""
    more = "[derived.pair]\nlevels = ['both', 'none']\nwhen.both = \"arm == 'a' and marker == '1'\"\n"
    more += "when.none = \"arm == 'b' and marker == '0'\"\n"
    day = "2010-01-01"
    rows = [f"{i},{pair},50,{day},,{day}" for i, pair in enumerate(["a,1", "a,0", "b,0", "b,1"])]
    with pytest.raises(DataError) as error:
        build(rows, more)
    assert str(error.value) == (
        "cohort.csv: no condition of 'pair' is true in rows 3 and 5; expected one for each patient.\n"
        "Add a level under [derived.pair] in study.toml, restrict it by `among`, or mend the file."
    )
    optional = build(rows, more + "optional = true\n")
    assert optional.applicable["pair"].tolist() == [True, False, True, False]
    assert build(rows, more + "[eligibility.fits]\nkeep = 'pair present'\nreason = 'x'\n").rows.tolist() == [2, 4]


@given(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 60.0, 60.5, float("nan")]), min_size=1, max_size=30),
    st.lists(st.sampled_from([-5.0, 0.0, 60.0, 60.5, 1e3]), min_size=1, max_size=4, unique=True),
)
def test_a_cut_point_belongs_to_the_group_below(values: list[float], points: list[float]) -> None:
    """The groups are (-inf, first], (first, second], ... and a missing number is in none."""
    at = tuple(sorted(points))
    levels = {f"g{i}": f"Group {i}" for i in range(len(at) + 1)}
    derived = Derived(name="g", label="G", levels=levels, cut="x", at=at)
    found = derive(
        derived, pd.DataFrame({"x": values}), TimeUnits(unit="days", month=30.4375, year=365.25, landmarks=(1.0,))
    )
    for value, group in zip(values, found.values, strict=True):
        if np.isnan(value):
            assert pd.isna(group)
        else:
            number = int(group[1:])
            assert number == 0 or at[number - 1] < value
            assert number == len(at) or value <= at[number]
    assert not found.uncovered.any()


def test_building_changes_neither_data_nor_their_order(build: Build, tmp_path: Path) -> None:
    """The same patients in another order give the same values, and the data are as they were."""
    day = "2010-01-01"
    rows = [f"{i},{'ab'[i % 2]},{i % 2},{20 + i},{day},,2010-01-{1 + i:02d}" for i in range(9)]
    forward = build(rows, DERIVED)
    study = read_study(tmp_path)
    data = read_data(study)
    before = data.frame.copy(deep=True)
    build_cohort(study, data)
    pd.testing.assert_frame_equal(data.frame, before)
    backward = build(rows[::-1], DERIVED)
    pd.testing.assert_frame_equal(forward.analysed, backward.analysed[::-1].reset_index(drop=True))
    assert forward.endpoints["rfs"].time.tolist() == backward.endpoints["rfs"].time.tolist()[::-1]
