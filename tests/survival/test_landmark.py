"""Landmark data, split follow-up and late entry on made-up data; against R see test_follow_up_reference."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.base.errors import DataError
from lockstep.survival.kaplan_meier import kaplan_meier, number_at_risk
from lockstep.survival.landmark import landmark, split_at, split_at_exposure

Patients = list[tuple[int, int, bool, float]]
patients = st.lists(
    st.tuples(
        st.integers(0, 6), st.integers(1, 8), st.booleans(), st.one_of(st.just(math.nan), st.integers(-2, 15))
    ).map(lambda row: (row[0], row[0] + row[1], row[2], float(row[3]))),
    min_size=1,
    max_size=30,
)
"""Entry, time, event and beginning of exposure of each patient; NaN: never exposed."""


def columns(rows: Patients) -> tuple[list[int], list[int], list[bool], list[float]]:
    """Return the rows as columns."""
    entry, time, event, exposure = (list(column) for column in zip(*rows, strict=True))
    return entry, time, event, exposure


@given(patients, st.lists(st.integers(1, 14), max_size=4))
def test_splitting_loses_no_time_and_no_event(rows: Patients, cuts: list[int]) -> None:
    """The pieces of a patient follow one another from entry to end, and the last one has the event."""
    entry, time, event, exposure = columns(rows)
    for pieces in (split_at(time, event, cuts, entry=entry), split_at_exposure(time, event, exposure, entry=entry)):
        for place in range(len(rows)):
            own = pieces.row == place
            assert pieces.start[own][0] == entry[place]
            assert pieces.stop[own][-1] == time[place]
            assert pieces.start[own][1:].tolist() == pieces.stop[own][:-1].tolist()
            assert pieces.event[own].tolist() == [False] * (own.sum() - 1) + [event[place]]
        assert pieces.n_without_follow_up == 0


@given(patients, st.lists(st.integers(1, 14), max_size=4))
def test_a_curve_of_split_follow_up_is_the_same_curve(rows: Patients, cuts: list[int]) -> None:
    """Where follow-up is cut does not matter to Kaplan-Meier, nor to the numbers at risk."""
    entry, time, event, _ = columns(rows)
    pieces = split_at(time, event, cuts, entry=entry)
    ticks = [at / 2 for at in range(2 * max(time))]
    whole, split = (
        kaplan_meier(time, event, entry=entry),
        kaplan_meier(pieces.stop, pieces.event, entry=pieces.start),
    )
    assert [(level.value) for level in whole.at(ticks)] == [(level.value) for level in split.at(ticks)]
    counts = number_at_risk(time, event, ticks, entry=entry)
    assert counts.n_at_risk == number_at_risk(pieces.stop, pieces.event, ticks, entry=pieces.start).n_at_risk
    assert [n for n, at in zip(counts.n_at_risk, ticks, strict=True) if at] == [
        sum(start < at <= stop for start, stop in zip(entry, time, strict=True)) for at in ticks if at
    ]


@given(patients, st.integers(0, 12))
def test_every_patient_is_at_risk_at_the_landmark_or_counted_as_not(rows: Patients, at: int) -> None:
    """Before it with the event, censored, not yet entered, or in the data; and exposure after it does not count."""
    entry, time, event, exposure = columns(rows)
    found = landmark(time, event, exposure, at=at, entry=entry)
    out = found.n_event_before + found.n_censored_before + found.n_not_entered
    assert len(found.row) + out == len(rows)
    assert (found.time > 0).all()
    for place, left, exposed in zip(found.row, found.time, found.exposed, strict=True):
        assert left == time[place] - at
        assert exposed == (exposure[place] <= at)
        assert entry[place] <= at


@given(patients)
def test_late_entry_at_zero_is_none(rows: Patients) -> None:
    """Entry at 0 for all gives the curve without entry, to the last bit."""
    _, time, event, _ = columns(rows)
    assert kaplan_meier(time, event, entry=[0] * len(rows)) == kaplan_meier(time, event)


@given(patients, st.randoms(use_true_random=False))
def test_the_order_of_late_entries_changes_no_bit(rows: Patients, chance: random.Random) -> None:
    """Nor of a curve with late entry."""
    entry, time, event, _ = columns(rows)
    entry2, time2, event2, _ = columns(chance.sample(rows, len(rows)))
    assert kaplan_meier(time, event, entry=entry) == kaplan_meier(time2, event2, entry=entry2)


def test_numbers_at_risk_may_grow() -> None:
    """Who enters later is at risk after the entry, and the three counts add up to those who have entered."""
    table = number_at_risk([5, 6, 9], [1, 0, 1], [0, 2, 3, 5, 7], entry=[0, 2, 4])
    assert table.n_at_risk == (1, 1, 2, 3, 1)
    assert table.n_events == (0, 0, 0, 0, 1)
    assert table.n_censored == (0, 0, 0, 0, 1)


def test_who_is_not_followed_has_no_row() -> None:
    """A follow-up of 0 is no interval; exposure at the end of follow-up never counts, at the entry it always does."""
    rows = split_at_exposure([0, 4, 4, 4], [1, 1, 1, 0], [np.nan, 4, 0, -3])
    assert rows.row.tolist() == [1, 2, 3]
    assert rows.episode.tolist() == [0, 1, 1]
    assert rows.n_without_follow_up == 1
    nobody = split_at([0, 0], [1, 0], [1])
    assert (nobody.row.tolist(), nobody.event.tolist(), nobody.n_without_follow_up) == ([], [], 2)


def test_times_that_differ_by_rounding_are_one() -> None:
    """At a landmark of 0.4 x 12 months, follow-up of 4.8 has ended, and exposure at 4.8 has begun."""
    found = landmark([4.8, 6], [1, 1], [1, 4.8], at=0.4 * 12)
    assert (found.row.tolist(), found.exposed.tolist(), found.n_event_before) == ([1], [True], 1)
    assert split_at([4.8], [1], [0.4 * 12]).stop.tolist() == [4.8]


def test_impossible_times_are_refused() -> None:
    """An entry at or after the end, an endless exposure, a landmark before 0, a cut at 0, lengths that differ."""
    with pytest.raises(DataError, match="row 2"):
        kaplan_meier([3, 4], [1, 1], entry=[0, 4])
    with pytest.raises(DataError, match="exposure time is infinite in row 1"):
        split_at_exposure([3, 4], [1, 1], [math.inf, 2])
    with pytest.raises(DataError, match="exposure time has 1"):
        landmark([3, 4], [1, 1], [2], at=1)
    with pytest.raises(ValueError, match="no landmark at time -1"):
        landmark([3], [1], [2], at=-1)
    with pytest.raises(ValueError, match="no landmark at time nan"):
        landmark([3], [1], [2], at=math.nan)
    with pytest.raises(ValueError, match="not more than 0"):
        split_at([3], [1], [0])
