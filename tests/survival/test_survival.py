"""Kaplan-Meier and numbers at risk on small and awkward data; on real data see test_reference."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from reference_cohorts import lung

from lockstep.base.errors import DataError
from lockstep.statistics.estimate import Estimate
from lockstep.survival.kaplan_meier import kaplan_meier, number_at_risk, reverse_kaplan_meier

SMALL = ([1, 2, 3, 4, 4, 5], [0, 1, 1, 0, 1, 1])
"""A censoring first, a censoring and an event at one time, the last patient with the event."""

Patients = list[tuple[int, bool]]
patients = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)
"""Time and event of each patient; few distinct times make many ties."""


def in_r(*numbers: float | None) -> tuple[Any, ...]:
    """Return numbers that R printed for the commands above them, to be equal up to the last digits."""
    return tuple(None if number is None else pytest.approx(number, rel=1e-10) for number in numbers)


def parts(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    """Return an estimate with its limits."""
    return estimate.value, estimate.conf_low, estimate.conf_high


# ---- Kaplan-Meier --------------------------------------------------------------------------------------------------


def test_a_small_curve_is_that_of_r_point_by_point() -> None:
    """Limits are R's: none at survival 0, none at a follow-up time with survival 1, both 1 before the first time."""
    # summary(survfit(Surv(t, e) ~ 1, small, conf.type = "log-log"), censored = TRUE)
    curve = kaplan_meier(*SMALL)
    assert curve.time == (0, 1, 2, 3, 4, 5)
    assert curve.survival == in_r(1, 1, 0.8, 0.6, 0.4, 0)
    assert curve.conf_low == in_r(1, None, 0.203809263267639, 0.125730182994431, 0.0519757503774676, None)
    assert curve.conf_high == in_r(1, None, 0.969179788866743, 0.881756407393532, 0.752815791358755, None)
    assert curve.n_at_risk == (6, 6, 5, 4, 3, 1)
    assert curve.n_events == (0, 0, 1, 1, 1, 1)
    assert curve.n_censored == (0, 1, 0, 0, 1, 0)
    assert (curve.n, curve.events) == (6, 4)


@pytest.mark.parametrize(
    ("time", "event", "median"),
    [
        ([1, 2, 3, 4], [1, 1, 0, 1], 3),  # 3/4 * 2/3: flat at one half from 2 to 4
        ([1, 2, 3, 4], [1, 1, 0, 0], 2),  # flat to the end: its start
        (list(range(1, 13)), [1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1], 7.5),  # 0.5 but for rounding
    ],
)
def test_a_flat_at_exactly_one_half_gives_its_middle(time: list[int], event: list[int], median: float) -> None:
    """Where survival is one half for a while the median is the middle of that while, whatever the floats do (R)."""
    # print(survfit(Surv(t, e) ~ 1))
    assert kaplan_meier(time, event).median().value == median


def test_a_median_that_is_not_reached_says_so() -> None:
    """Without enough events there is no median, yet a lower limit where the lower curve comes down to one half."""
    never = kaplan_meier([3, 4, 9], [0, 0, 0])
    assert never.median() == Estimate(value=None, reason="not reached")
    assert never.survival == (1, 1, 1, 1)
    few = kaplan_meier([1, 2, 3, 4, 5, 6], [1, 1, 0, 0, 0, 0]).median()
    assert (few.value, few.conf_low, few.reason) == (None, 1, "not reached")


def test_survival_beyond_the_last_follow_up_is_unknown_unless_nobody_is_left() -> None:
    """After the last censoring there is no estimate; after the last death survival stays 0."""
    (beyond,) = kaplan_meier([1, 5], [1, 0]).at([5.5])
    assert beyond == Estimate(value=None, reason="beyond the last follow-up")
    assert kaplan_meier(*SMALL).at([99]) == (Estimate(value=0.0, reason="nobody without the event is left then"),)
    with pytest.raises(ValueError, match="no survival at time -1"):
        kaplan_meier(*SMALL).at([-1])


def test_the_confidence_level_sets_the_width() -> None:
    """A 90% interval lies inside the 95% one."""
    time, event = SMALL
    (wide,), (narrow,) = kaplan_meier(time, event).at([3]), kaplan_meier(time, event, conf_level=0.9).at([3])
    assert wide.conf_low is not None
    assert wide.conf_high is not None
    assert narrow.conf_low is not None
    assert narrow.conf_high is not None
    assert wide.conf_low < narrow.conf_low < 0.6 < narrow.conf_high < wide.conf_high


def test_one_patient_makes_a_curve() -> None:
    """One patient with the event: survival falls from 1 to 0, and the median is that time."""
    curve = kaplan_meier([7], [True])
    assert (curve.time, curve.survival, curve.n_at_risk) == ((0, 7), (1, 0), (1, 1))
    assert parts(curve.median()) == (7, None, None)


def test_an_event_at_time_zero_counts() -> None:
    """A death on the first day lowers the curve at 0, where there are then limits (R)."""
    # survfit(Surv(c(0, 0, 2), c(1, 0, 1)) ~ 1, conf.type = "log-log")
    curve = kaplan_meier([0, 0, 2], [1, 0, 1])
    assert curve.time == (0, 2)
    assert curve.survival == in_r(2 / 3, 0)
    assert curve.conf_low[0] == pytest.approx(0.0541, abs=5e-5)
    assert curve.n_censored == (1, 0)


def test_times_that_differ_by_rounding_are_tied() -> None:
    """0.1 + 0.2 months and 0.3 months are one time, as R's survival package takes them."""
    # survfit(Surv(c(0.1 + 0.2, 0.3, 0.3, 0.5), c(1, 1, 0, 1)) ~ 1)
    curve = kaplan_meier([0.1 + 0.2, 0.3, 0.3, 0.5], [1, 1, 0, 1])
    assert curve.survival == in_r(1, 0.5, 0)
    assert curve.n_events == (0, 2, 1)


def test_follow_up_is_the_curve_with_event_and_censoring_exchanged() -> None:
    """Reverse Kaplan-Meier agrees with R, ties included: a death leaves the patient at risk at its own time."""
    # survfit(Surv(t, 1 - e) ~ 1, small)
    assert reverse_kaplan_meier(*SMALL).survival == in_r(1, *[0.833333333333333] * 3, *[0.555555555555556] * 2)


# ---- a second implementation ---------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(patients, st.sampled_from([0.9, 0.95]))
def test_lifelines_finds_the_same_curve(rows: Patients, conf_level: float) -> None:
    """An independent implementation, lifelines' own fitter, comes to the same counts, survival and log-log limits."""
    time, event = zip(*rows, strict=True)
    curve = kaplan_meier(time, event, conf_level=conf_level)
    with np.errstate(all="ignore"):
        fitter = KaplanMeierFitter(alpha=1 - conf_level).fit(time, event)
    table = fitter.event_table
    assert curve.time == tuple(table.index)
    assert curve.n_at_risk == tuple(table["at_risk"])
    assert curve.n_events == tuple(table["observed"])
    assert curve.n_censored == tuple(table["censored"])
    assert curve.survival == pytest.approx(fitter.survival_function_.iloc[:, 0].tolist(), rel=1e-12)
    estimated = [0 < survival < 1 for survival in curve.survival]
    limits = np.array([curve.conf_low, curve.conf_high], dtype=float).T
    assert limits[estimated] == pytest.approx(fitter.confidence_interval_.to_numpy()[estimated], rel=1e-9)


# ---- numbers at risk -----------------------------------------------------------------------------------------------


def test_numbers_at_risk_are_those_of_summary_survfit() -> None:
    """Whoever's follow-up ends at a tick is still at risk there (R), and not yet among the events or the censored."""
    # summary(survfit(Surv(time, status) ~ 1, lung), times = c(0, 5, 100, 365, 1000, 1022))$n.risk
    everyone = lung()
    table = number_at_risk(everyone["time"], everyone["event"], [0, 5, 100, 365, 1000, 1022, 2000])
    assert table.n_at_risk == (228, 228, 196, 65, 2, 1, 0)
    assert number_at_risk(*SMALL, at=[4]).n_events == (2,)
    assert number_at_risk(*SMALL, at=[4]).n_censored == (1,)


@given(patients, st.lists(st.floats(0, 15), min_size=1, max_size=5))
def test_at_any_tick_the_counts_add_up(rows: Patients, ticks: list[float]) -> None:
    """At risk, with the event and censored make up all patients, at a follow-up time or between two."""
    time, event = (list(column) for column in zip(*rows, strict=True))
    table = number_at_risk(time, event, ticks)
    sums = zip(table.n_at_risk, table.n_events, table.n_censored, strict=True)
    assert [sum(counts) for counts in sums] == [len(rows)] * len(ticks)


# ---- bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "event", "message"),
    [
        ([], [], "follow-up time is empty; expected at least one patient"),
        ([1, None, 3, float("inf")], [1, 1, 0, 0], "follow-up time is missing or not a finite number in rows 2 and 4"),
        (pd.Series([1, pd.NA], dtype="Int64"), [1, 0], "follow-up time is missing or not a finite number in row 2"),
        (["12", "soon"], [1, 0], "follow-up time is missing or not a finite number in row 2"),
        ([3, -1, 2], [1, 1, 0], "follow-up time is negative in row 2. Check that no patient's end comes before"),
        ([1, 2], [1, 2], "event is neither 0 nor 1 in row 2"),
        ([1, 2, 3], [1, 0], "follow-up time has 3 values, event has 2"),
        ([[1, 2]], [[1, 0]], "follow-up time has 2 dimensions"),
    ],
)
def test_bad_input_is_refused_with_its_rows(time: Any, event: Any, message: str) -> None:
    """An empty, missing, negative or mistyped value is one error that says what, where and what to do."""
    with pytest.raises(DataError) as caught:
        kaplan_meier(time, event)
    assert message in str(caught.value)


# ---- properties ----------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(patients, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_bit(rows: Patients, shuffler: random.Random) -> None:
    """The same patients in another order give exactly the same curve."""
    shuffled = shuffler.sample(rows, len(rows))
    (time, event), (time_too, event_too) = (zip(*each, strict=True) for each in (rows, shuffled))
    assert kaplan_meier(time, event) == kaplan_meier(time_too, event_too)


@settings(deadline=None, max_examples=25)
@given(patients, st.sampled_from([1 / 365.25, 1 / 30, 12.0]))
def test_the_unit_of_time_does_not_matter(rows: Patients, factor: float) -> None:
    """In another unit survival is the same, and the median is the same time."""
    time, event = (np.array(column) for column in zip(*rows, strict=True))
    curve, scaled = kaplan_meier(time, event), kaplan_meier(time * factor, event)
    assert scaled.survival == curve.survival
    median, median_scaled = curve.median().value, scaled.median().value
    assert median_scaled == (None if median is None else pytest.approx(median * factor))


@settings(deadline=None, max_examples=25)
@given(patients)
def test_a_curve_accounts_for_every_patient(rows: Patients) -> None:
    """Survival never rises, limits embrace it, and who leaves at one point is not at risk at the next."""
    time, event = zip(*rows, strict=True)
    curve = kaplan_meier(time, event)
    assert all(later <= earlier for earlier, later in pairwise(curve.survival))
    for low, value, high in zip(curve.conf_low, curve.survival, curve.conf_high, strict=True):
        assert (low is None) == (high is None)
        if low is not None and high is not None:
            assert 0 <= low <= value + 1e-12
            assert value <= high + 1e-12 <= 1 + 1e-12
    gone = np.cumsum(np.array(curve.n_events) + np.array(curve.n_censored))
    assert curve.n_at_risk == tuple((len(rows) - np.concatenate(([0], gone[:-1]))).tolist())
    assert gone[-1] == len(rows)


def test_nothing_global_is_changed() -> None:
    """NumPy's error handling and random state, and the arguments, are after a run what they were before."""
    time, event = np.array([1.0, 2.0, 2.0, 5.0]), np.array([1, 0, 1, 1])
    before = [array.copy() for array in (time, event)]
    with np.errstate(divide="raise", invalid="warn", over="print", under="ignore"):
        errors, state = np.geterr(), np.random.get_state()[1].tolist()  # type: ignore[index,union-attr]
        kaplan_meier(time, event).median()
        assert np.geterr() == errors
        assert np.random.get_state()[1].tolist() == state  # type: ignore[index,union-attr]
    assert all(np.array_equal(old, new) for old, new in zip(before, (time, event), strict=True))


def test_many_patients_are_counted_exactly() -> None:
    """100,000 patients at 8,000 times give the curve of a count by hand."""
    rng = np.random.default_rng(20)
    time, event = rng.integers(0, 8000, 100_000), rng.random(100_000) < 0.6
    curve = kaplan_meier(time, event)
    factors = 1 - np.bincount(time[event], minlength=8000) / np.bincount(time, minlength=8000)[::-1].cumsum()[::-1]
    assert curve.survival == pytest.approx(np.cumprod(factors).tolist(), rel=1e-9, abs=1e-12)
