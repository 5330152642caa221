"""The log-rank test on small and awkward data; on real data see test_reference."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_cohorts import awkward

from lockstep.base.errors import DataError
from lockstep.survival.log_rank import log_rank

ROOT = Path(__file__).parents[2]

Patients = list[tuple[int, bool, int]]
patients = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.integers(0, 2)), min_size=1, max_size=40)
"""Time, event and group of each patient; few distinct times make many ties."""


def test_a_group_gone_before_the_first_event_costs_no_degree_of_freedom() -> None:
    """Such a group is not compared and not counted; an arm without events is."""
    frame = awkward("gone_before_the_first_event")
    test = log_rank(frame["time"], frame["event"], frame["group"])
    assert (test.df, test.groups, test.n) == (1, ("a", "b"), 6)
    frame = awkward("arm_without_events")
    test = log_rank(frame["time"], frame["event"], frame["group"])
    assert (test.df, test.groups, test.n, test.events) == (1, ("a", "b"), 8, 4)


def test_patients_are_compared_within_their_stratum() -> None:
    """A group that is gone before the first event of each stratum takes no part; the counts are of those that do."""
    frame = awkward("strata")
    test = log_rank(frame["time"], frame["event"], frame["group"], strata=frame["stratum"])
    assert (test.df, test.groups, test.n, test.reason) == (1, ("a", "b"), 19, None)
    assert test.events == frame["event"].sum()


@pytest.mark.parametrize(
    ("time", "event", "group", "reason"),
    [
        ([1, 2, 3], [0, 0, 0], [0, 1, 1], "no events"),
        ([1, 2, 3], [1, 0, 1], [1, 1, 1], "patients in one group only"),
        ([1, 2, 3], [0, 1, 1], [0, 1, 1], "one group only is at risk when events occur"),
        ([1, 2, 2], [0, 1, 1], [0, 0, 1], "all patients at risk have the event at the same time"),
        ([4], [1], ["a"], "patients in one group only"),
    ],
)
def test_where_nothing_can_be_compared_there_is_a_reason(
    time: list[int], event: list[int], group: list[object], reason: str
) -> None:
    """A comparison that does not exist is a value with its reason, never an error or P = 1."""
    test = log_rank(time, event, group)
    assert (test.statistic, test.df, test.p_value, test.reason) == (None, 0, None, reason)


@pytest.mark.parametrize(
    ("time", "event", "group", "strata", "reason"),
    [
        ([1, 2, 3, 4], [0, 0, 0, 0], "abab", "xxyy", "no events"),
        ([1, 2, 3, 4], [1, 1, 1, 1], "aaaa", "xxyy", "patients in one group only"),
        ([1, 2, 3, 4], [1, 1, 1, 1], "aabb", "xxyy", "no stratum has patients of several groups"),
        ([1, 2, 1, 2, 1, 2, 1, 2], [1] * 8, "ababcdcd", "xxxxyyyy", "no stratum has patients of several groups"),
    ],
)
def test_strata_that_compare_nothing_give_a_reason(
    time: list[int], event: list[int], group: str, strata: str, reason: str
) -> None:
    """Where groups and strata coincide, or strata share no group, there is no test, and no singular matrix."""
    test = log_rank(time, event, list(group), strata=list(strata))
    assert (test.statistic, test.df, test.p_value) == (None, 0, None)
    assert (test.reason or "").startswith(reason)


@settings(deadline=None, max_examples=25)
@given(patients)
def test_one_stratum_is_none(rows: Patients) -> None:
    """With all patients in one stratum the test, computed in another way, is that of lifelines without strata."""
    time, event, group = zip(*rows, strict=True)
    plain, one = log_rank(time, event, group), log_rank(time, event, group, strata=["all"] * len(rows))
    assert (one.df, one.groups, one.n, one.reason) == (plain.df, plain.groups, plain.n, plain.reason)
    if plain.statistic is not None:
        assert one.statistic == pytest.approx(plain.statistic, rel=1e-7, abs=1e-9)
        assert one.p_value == pytest.approx(plain.p_value, rel=1e-6, abs=1e-9)


def test_a_missing_group_or_stratum_is_refused_with_its_rows() -> None:
    """A patient without a group or stratum never enters a comparison in silence."""
    with pytest.raises(DataError, match="group is missing in row 2"):
        log_rank([1, 2, 3], [1, 1, 1], pd.Series(["a", None, "b"]))
    with pytest.raises(DataError, match="stratum is missing in rows 1 and 3"):
        log_rank([1, 2, 3], [1, 1, 1], ["a", "a", "b"], strata=pd.Series([None, "x", None]))
    with pytest.raises(DataError, match="follow-up time has 3 values, stratum has 2"):
        log_rank([1, 2, 3], [1, 1, 1], ["a", "a", "b"], strata=["x", "y"])


@settings(deadline=None, max_examples=25)
@given(patients, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_bit(rows: Patients, shuffler: random.Random) -> None:
    """The same patients in another order give exactly the same test."""
    shuffled = shuffler.sample(rows, len(rows))
    assert log_rank(*zip(*rows, strict=True)) == log_rank(*zip(*shuffled, strict=True))


@settings(deadline=None, max_examples=25)
@given(patients, st.sampled_from([1 / 365.25, 1 / 30, 12.0]))
def test_the_unit_of_time_does_not_matter(rows: Patients, factor: float) -> None:
    """In another unit the P value is the same."""
    time, event, group = (np.array(column) for column in zip(*rows, strict=True))
    assert log_rank(time * factor, event, group).p_value == log_rank(time, event, group).p_value


def test_nothing_global_is_changed() -> None:
    """NumPy's error handling, which lifelines changes, and the arguments are after a test what they were before."""
    given_arrays = np.array([1.0, 2.0, 2.0, 5.0]), np.array([1, 0, 1, 1]), np.array([0, 0, 1, 1])
    before = [array.copy() for array in given_arrays]
    with np.errstate(divide="raise", invalid="warn", over="print", under="ignore"):
        errors = np.geterr()
        log_rank(*given_arrays)
        assert np.geterr() == errors
    assert all(np.array_equal(old, new) for old, new in zip(before, given_arrays, strict=True))


def test_many_patients_are_compared() -> None:
    """100,000 patients of three groups at 8,000 times give a test."""
    rng = np.random.default_rng(20)
    time, event, group = rng.integers(0, 8000, 100_000), rng.random(100_000) < 0.6, rng.integers(0, 3, 100_000)
    assert 0 < (log_rank(time, event, group).p_value or 0) < 1


def test_the_import_does_not_wait_for_lifelines() -> None:
    """`import lockstep.survival.log_rank` leaves lifelines alone until something is tested."""
    code = "import sys, lockstep.survival.log_rank; print('lifelines' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# ---- delayed entry -------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(2, 5), st.booleans(), st.sampled_from("ab")), min_size=2))
def test_delayed_entry_is_none_at_the_start_and_follow_up_may_be_split(
    drawn: list[tuple[int, int, bool, str]],
) -> None:
    """Entry at 0 is no entry; a row cut in two is the same patient; and the order of the groups changes nothing."""
    entry, length, event, group = (np.array(column) for column in zip(*drawn, strict=True))
    time = entry + length
    plain, late = log_rank(time, event, group), log_rank(time, event, group, entry=entry * 0)
    assert late.statistic == (None if plain.statistic is None else pytest.approx(plain.statistic, rel=1e-9, abs=1e-9))
    assert (late.df, late.groups) == (plain.df, plain.groups)

    whole = log_rank(time, event, group, entry=entry)
    split = log_rank(
        np.concatenate((entry + 1, time)),
        np.concatenate((event & False, event)),
        np.concatenate((group, group)),
        entry=np.concatenate((entry, entry + 1)),
    )
    swapped = log_rank(time, event, np.where(group == "a", "b", "a"), entry=entry)
    for other in (split, swapped):
        expected = None if whole.statistic is None else pytest.approx(whole.statistic, rel=1e-9, abs=1e-9)
        assert other.statistic == expected


def test_groups_that_are_never_at_risk_together_are_not_compared() -> None:
    """Where one group has left before the other enters there is no test, with the reason; a late row is an error."""
    test = log_rank([2, 3, 6, 7], [1, 1, 1, 1], list("aabb"), entry=[0, 0, 4, 4])
    assert test.reason == "patients of several groups are never at risk together when an event occurs"
    with pytest.raises(DataError, match="follow-up time is not after the entry in row 2"):
        log_rank([2, 3], [1, 1], list("ab"), entry=[0, 3])
