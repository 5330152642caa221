"""Composite endpoints: the first of several events, from times and from dates, and what is refused of the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.data.follow_up import last_dates
from lockstep.data.time_to_event import TimeToEvent
from lockstep.data_checks.examination import Examination, examine
from lockstep.study.definition import read_study

HEAD = 'schema = 1\n[data]\nfile = "c.csv"\nid = "id"\n'
TIMES = (
    HEAD
    + """[time]
unit = "months"
[columns.rtime]
type = "number"
header = "Months to relapse"
[columns.dtime]
type = "number"
[columns.recurred]
type = "category"
levels = ["0", "1"]
[columns.died]
type = "category"
levels = ["0", "1"]
[endpoints.rfs]
label = "Relapse-free survival"
first_of = [
  { time = "rtime", event = "recurred == '1'", label = "recurrence" },
  { time = "dtime", event = "died == '1'", label = "death" },
]
"""
)
DATES = (
    HEAD
    + """[columns.operated]
type = "date"
[columns.relapsed]
type = "date"
optional = true
[columns.metastasis]
type = "date"
optional = true
[columns.died]
type = "date"
optional = true
[columns.seen]
type = "date"
[columns.status]
type = "category"
levels = ["alive", "dead"]
[endpoints.dfs]
start = "operated"
end = "seen"
first_of = [
  { date = "relapsed", label = "local relapse" },
  { date = "metastasis", label = "metastasis" },
  { date = "seen", event = "status == 'dead'", label = "death" },
]
"""
)
ROW = "id,Months to relapse,dtime,recurred,died"
DATED = "id,operated,relapsed,metastasis,died,seen,status"


def examined(folder: Path, study: str, header: str, *rows: str) -> Examination:
    """Examine a file of these rows."""
    (folder / "study.toml").write_text(study, encoding="utf-8")
    lines = [header, *(f"{i},{row}" for i, row in enumerate(rows))]
    (folder / "c.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return examine(read_study(folder))


def firsts(found: TimeToEvent) -> list[str | None]:
    """Return the label of each patient's first event."""
    return [next((label for label, where in found.first.items() if where[i]), None) for i in range(len(found.event))]


def test_times_of_a_composite_are_those_of_the_first_event(tmp_path: Path) -> None:
    """Without any, patients are followed for the shortest of the times; of events at one time the first listed."""
    rows = ["5,9,1,1", "5,9,0,1", "5,9,0,0", "9,5,0,0", "7,7,1,1", "9,4,1,1", "4.800000000000001,4.8,1,1", "0,0,0,1"]
    found = examined(tmp_path, TIMES, ROW, *rows).cohort.endpoints["rfs"]
    assert found.time.tolist() == [5, 9, 5, 5, 7, 4, 4.8, 0]
    assert found.event.tolist() == [True, True, False, False, True, True, True, True]
    assert firsts(found) == [
        "recurrence", "death", None, None, "recurrence", "death", "recurrence", "death",
    ]  # fmt: skip


def test_a_time_of_the_endpoint_is_that_without_an_event(tmp_path: Path) -> None:
    """Here follow-up for death, which goes on where relapses are no longer looked for."""
    study = TIMES.replace("first_of", 'time = "dtime"\nfirst_of')
    found = examined(tmp_path, study, ROW, "5,9,0,0", "5,9,1,0", ",9,0,0").cohort.endpoints["rfs"]
    assert (found.time.tolist(), found.event.tolist()) == ([9, 5, 9], [False, True, False])


def test_dates_of_a_composite_are_those_of_the_first_event(tmp_path: Path) -> None:
    """An event is where its date is, or its condition; without any, follow-up ends at the last contact."""
    rows = [
        "2010-01-01,2010-02-01,2010-01-15,,2011-01-01,alive",
        "2010-01-01,2010-02-01,2010-02-01,,2011-01-01,dead",
        "2010-01-01,,,,2011-01-01,dead",
        "2010-01-01,,,,2011-01-01,alive",
        "2010-01-01,,2010-01-01,,2010-01-01,dead",
    ]
    cohort = examined(tmp_path, DATES, DATED, *rows).cohort
    found = cohort.endpoints["dfs"]
    assert found.time.tolist() == [14, 31, 365, 365, 0]
    assert firsts(found) == ["metastasis", "local relapse", "death", None, "metastasis"]
    dates = last_dates(read_study(tmp_path).endpoints["dfs"], cohort.analysed)
    assert ((dates - cohort.analysed["operated"]).dt.days == found.time).all()


def test_a_date_that_ends_follow_up_is_named_in_end(tmp_path: Path) -> None:
    """A death that a registry reports after the last visit is no event after the end of follow-up."""
    study = DATES.replace('end = "seen"', 'end = ["died", "seen"]').replace(
        '"seen", event = "status == \'dead\'"', '"died"'
    )
    rows = [
        "2010-01-01,,,2012-01-01,2011-01-01,dead",
        "2010-01-01,,,2012-01-01,,dead",
        "2010-01-01,,,,2011-01-01,alive",
    ]
    found = examined(tmp_path, study, DATED, *rows).cohort.endpoints["dfs"]
    assert (found.time.tolist(), firsts(found)) == ([730, 730, 365], ["death", "death", None])


@pytest.mark.parametrize(
    ("row", "kind", "message"),
    [
        ("5,,0,0", "no time",
         "has no time (column 'Months to relapse' or 'dtime') in row 3; expected a number for each patient without an "
         "event"),
        ("5,9,,1", "an unknown event",
         "has an unknown event 'recurrence' (\"recurred == '1'\") in row 3; expected true or false for each analysed "
         "patient"),
        ("5,,0,1", "an event without its time", "has 'death' without its time (column 'dtime') in row 3; expected a "
                                                "number wherever the event was observed"),
        ("-1,5,0,0", "a negative time",
         "has a negative time (column 'Months to relapse') in row 3; expected 0 or more"),
    ],
)  # fmt: skip
def test_a_fault_of_times_is_an_error_with_its_row(tmp_path: Path, row: str, kind: str, message: str) -> None:
    """Nobody is dropped in silence, and no event is left out since its time is missing."""
    found = examined(tmp_path, TIMES, ROW, "5,9,1,1", row).findings
    assert [(item.kind, item.severity, item.rows) for item in found] == [(kind, "error", (3,))]
    assert found[0].message == (
        f"c.csv: endpoint 'rfs' {message}.\n"
        "Mend the file, or exclude these patients by a rule under [eligibility] in study.toml."
    )


def test_a_time_that_is_not_needed_may_be_missing(tmp_path: Path) -> None:
    """Who has died has no need of a time to relapse, if there was none."""
    found = examined(tmp_path, TIMES, ROW, ",9,0,1").cohort.endpoints["rfs"]
    assert (found.time.tolist(), firsts(found)) == ([9], ["death"])


@pytest.mark.parametrize(
    ("row", "kind", "message"),
    [
        ("2010-01-01,2011-01-02,,,2011-01-01,alive", "an event after the end",
         "has 'local relapse' after the end of follow-up (column 'relapsed' after column 'seen') in row 3; expected "
         "none after it; a date that ends follow-up itself comes first in `end`: end = [\"relapsed\", \"seen\"]"),
        ("2010-01-01,2009-12-31,,,2011-01-01,alive", "an event before the start",
         "has 'local relapse' before the start (column 'relapsed') in row 3; expected an event on or after the start"),
        (",2010-02-01,,,2011-01-01,alive", "no start",
         "has no start (column 'operated') in row 3; expected a date for each analysed patient"),
        ("2010-01-01,,,,,alive", "no end",
         "has no end (column 'seen') in row 3; expected a date for each patient without an event"),
        ("2010-01-01,,,,2009-01-01,alive", "an end before the start",
         "ends before it starts (column 'seen') in row 3; expected an end on or after the start"),
        ("2010-01-01,,,,,dead", "an event without its time",
         "has 'death' without its date (column 'seen') in row 3; expected a date wherever the event was observed"),
    ],
)  # fmt: skip
def test_a_fault_of_dates_is_an_error_with_its_row(tmp_path: Path, row: str, kind: str, message: str) -> None:
    """An event after the end of follow-up among them; the built-in checks do not report the same dates again."""
    found = examined(tmp_path, DATES, DATED, "2010-01-01,2010-02-01,,,2011-01-01,alive", row).findings
    assert (kind, "error", (3,)) in [(item.kind, item.severity, item.rows) for item in found]
    assert f"c.csv: endpoint 'dfs' {message}." in [item.message.partition("\n")[0] for item in found]
    assert {item.severity for item in found} == {"error"}


def test_an_event_after_the_time_of_follow_up_is_an_error(tmp_path: Path) -> None:
    """Of times as of dates, where the endpoint says how long patients are followed."""
    study = TIMES.replace("first_of", 'time = "dtime"\nfirst_of')
    [found] = examined(tmp_path, study, ROW, "9,5,1,0", "9,5,0,0").findings
    assert (found.kind, found.rows) == ("an event after the end", (2,))
    assert (
        "has 'recurrence' after the end of follow-up (column 'Months to relapse' after column 'dtime')" in found.message
    )


def test_a_derived_number_may_be_a_time(tmp_path: Path) -> None:
    """Messages call it by its name."""
    more = '[derived.days_to_death]\nvalue = "dtime * 30.4375"\n[derived.days_to_relapse]\nvalue = "rtime * 30.4375"\n'
    study = TIMES.replace('"months"', '"days"').replace("[endpoints", more + "[endpoints")
    study = study.replace('time = "rtime"', 'time = "days_to_relapse"').replace(
        'time = "dtime"', 'time = "days_to_death"'
    )
    found = examined(tmp_path, study, ROW, "4,8,1,0")
    assert found.cohort.endpoints["rfs"].time.tolist() == [121.75]
    [fault] = examined(tmp_path, study, ROW, "4,,1,1").findings
    assert "has 'death' without its time ('days_to_death' of [derived]) in row 2" in fault.message
    assert fault.beside == ("Months to relapse", "dtime", "recurred", "died")


PATIENTS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans(), st.booleans()), min_size=1, max_size=12
)


@given(PATIENTS)
def test_the_first_event_is_that_of_counting_by_hand(
    tmp_path_factory: pytest.TempPathFactory, patients: list[tuple[int, int, bool, bool]]
) -> None:
    """Each patient's events in the order of their times; the counts of what came first add up to the events."""
    folder = tmp_path_factory.mktemp("composite")
    rows = [f"{r},{d},{int(recurred)},{int(died)}" for r, d, recurred, died in patients]
    found = examined(folder, TIMES, ROW, *rows).cohort.endpoints["rfs"]
    for i, (r, d, recurred, died) in enumerate(patients):
        events = sorted([*([(r, 0, "recurrence")] if recurred else []), *([(d, 1, "death")] if died else [])])
        expected = (events[0][0], events[0][2]) if events else (min(r, d), None)
        assert (found.time[i], firsts(found)[i]) == expected
    assert sum(where.sum() for where in found.first.values()) == found.event.sum()


def test_a_part_of_the_patients_keeps_what_came_first(tmp_path: Path) -> None:
    """And shares no memory with the whole."""
    found = examined(tmp_path, TIMES, ROW, "5,9,1,1", "5,9,0,1", "5,9,0,0").cohort.endpoints["rfs"]
    part = found.of(np.array([False, True, True]))
    assert (part.time.tolist(), part.event.tolist(), firsts(part)) == ([9, 5], [True, False], ["death", None])
    part.first["death"][:] = False
    assert firsts(found)[1] == "death"
