"""Cumulative incidence and Gray's test on small, awkward and made-up data; against R see test_competing_reference."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.base.errors import DataError
from lockstep.statistics.estimate import Estimate
from lockstep.survival.cumulative_incidence import competing_risk_table, cumulative_incidence
from lockstep.survival.gray import gray_test
from lockstep.survival.kaplan_meier import kaplan_meier
from lockstep.survival.time_point import incidence_difference

Patients = list[tuple[int, int, str]]
patients = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.sampled_from("ab")), min_size=1, max_size=40)
"""Time, cause and group of each patient; few distinct times make many ties, also between causes."""


def columns(rows: Patients) -> tuple[list[int], list[int], list[str]]:
    """Return the rows as columns."""
    time, cause, group = (list(column) for column in zip(*rows, strict=True))
    return time, cause, group


# ---- cumulative incidence ------------------------------------------------------------------------------------------


@given(patients, st.integers(0, 2))
def test_the_incidences_and_event_free_survival_add_up_to_one(rows: Patients, late: int) -> None:
    """At every time each patient has had one of the events first, or none; with late entry too."""
    rows = [(time + 3, cause, group) for time, cause, group in rows]
    time, cause, _ = columns(rows)
    entry = [late * (place % 2) for place in range(len(rows))]
    curves = [cumulative_incidence(time, cause, of=of, entry=entry) for of in (1, 2, 3)]
    total = np.sum([curve.incidence for curve in curves], axis=0) + curves[0].event_free
    assert total == pytest.approx(1)
    assert sum(curve.events for curve in curves) == sum(code > 0 for code in cause)
    n_events = np.array([curve.n_events for curve in curves]).sum(axis=0)
    assert n_events.tolist() == (np.array(curves[0].n_events) + curves[0].n_competing).tolist()


@given(patients)
def test_without_competing_events_it_is_one_less_kaplan_meier(rows: Patients) -> None:
    """One kind of event: 1 - S, with Greenwood's standard error."""
    time, cause, _ = columns(rows)
    event = [code == 1 for code in cause]
    incidence, survival = cumulative_incidence(time, event), kaplan_meier(time, event, conf_type="plain")
    assert incidence.time == survival.time
    assert incidence.incidence == pytest.approx(1 - np.array(survival.survival))
    assert incidence.n_at_risk == survival.n_at_risk
    n, d = np.array(survival.n_at_risk, dtype=float), np.array(survival.n_events, dtype=float)
    left = np.array(survival.survival) > 1e-9
    greenwood = np.cumsum(np.where(left, d / np.maximum(n * (n - d), 1), 0))
    assert incidence.se == pytest.approx(np.array(survival.survival) * np.sqrt(greenwood), abs=1e-7)


@given(patients, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_bit(rows: Patients, chance: random.Random) -> None:
    """Neither of the curve nor of the test."""
    shuffled = chance.sample(rows, len(rows))
    (time, cause, group), (time2, cause2, group2) = columns(rows), columns(shuffled)
    weights = [1 + code / 3 for code in cause]
    assert cumulative_incidence(time, cause) == cumulative_incidence(time2, cause2)
    assert cumulative_incidence(time, cause, weights=weights) == cumulative_incidence(
        time2, cause2, weights=[1 + code / 3 for code in cause2]
    )
    assert gray_test(time, cause, group) == gray_test(time2, cause2, group2)


@given(patients)
def test_the_unit_of_time_changes_nothing(rows: Patients) -> None:
    """Days or years: the same probabilities, at other times, and the same test."""
    time, cause, group = columns(rows)
    years = [at / 365.25 for at in time]
    one, other = cumulative_incidence(time, cause), cumulative_incidence(years, cause)
    assert one.incidence == other.incidence
    assert one.se == pytest.approx(other.se)
    assert gray_test(time, cause, group) == gray_test(years, cause, group)


@given(patients)
def test_a_weight_of_two_is_two_patients(rows: Patients) -> None:
    """The curve of patients with weights is that of as many copies; equal weights change not even its error."""
    time, cause, _ = columns(rows)
    copies = [1 + place % 2 for place in range(len(rows))]
    weighted = cumulative_incidence(time, cause, weights=copies)
    copied = cumulative_incidence(np.repeat(time, copies), np.repeat(cause, copies))
    assert weighted.incidence == pytest.approx(copied.incidence)
    plain = cumulative_incidence(time, cause)
    assert cumulative_incidence(time, cause, weights=[7] * len(rows)).se == pytest.approx(plain.se, abs=1e-9)


def test_what_cannot_be_known_has_a_reason() -> None:
    """No event yet, nobody left without an event, and after the last follow-up."""
    curve = cumulative_incidence([2, 3, 5], [2, 1, 0])
    assert curve.at([0, 2]) == (Estimate(0.0, reason="no event up to then"),) * 2
    (known,) = curve.at([4])
    assert known.value == pytest.approx(1 / 3)
    assert known.conf_low is not None
    assert curve.at([6]) == (Estimate(None, reason="beyond the last follow-up"),)
    (over,) = cumulative_incidence([2, 3, 5], [2, 1, 1]).at([60])
    assert over.value == pytest.approx(2 / 3)
    assert cumulative_incidence([1, 2], [1, 1]).at([2]) == (Estimate(1.0, reason="everybody has had the event then"),)
    with pytest.raises(ValueError, match="no incidence at time -1"):
        curve.at([-1])
    with pytest.raises(ValueError, match="no event is cause 0"):
        cumulative_incidence([1], [1], of=0)


def test_a_wider_level_and_another_scale_change_the_limits_only() -> None:
    """90% lies within 95%, and the value is the same on every scale."""
    time, cause = [2, 3, 3, 4, 5, 6, 7, 8] * 4, [1, 2, 0, 1, 0, 2, 1, 0] * 4
    wide, narrow = (cumulative_incidence(time, cause, conf_level=level).at([5])[0] for level in (0.95, 0.9))
    assert wide.conf_low < narrow.conf_low < wide.value < narrow.conf_high < wide.conf_high  # type: ignore[operator]
    plain = cumulative_incidence(time, cause, conf_type="plain").at([5])[0]
    assert plain.value == wide.value
    assert plain.conf_high - plain.value == pytest.approx(plain.value - plain.conf_low)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("time", "cause", "words"),
    [
        ([], [], "is empty"),
        ([1, 2], [0, 1.5], "cause is not a whole number >= 0 in row 2"),
        ([1, 2], [-1, 1], "cause is not a whole number >= 0 in row 1"),
        ([1, None], [0, 1], "follow-up time is missing or not a finite number in row 2"),
        ([1, 2], [0, float("nan")], "cause is missing or not a finite number in row 2"),
        ([-1, 2], [0, 1], "follow-up time is negative in row 1"),
    ],
)
def test_impossible_patients_are_refused_with_their_rows(time: list[float], cause: list[float], words: str) -> None:
    """Curve, table and test name the rows that are wrong."""
    for computed in (
        lambda: cumulative_incidence(time, cause),
        lambda: competing_risk_table(time, cause, at=[1]),
        lambda: gray_test(time, cause, ["a"] * len(time)),
    ):
        with pytest.raises(DataError, match=words):
            computed()


@given(patients, st.lists(st.integers(0, 12), min_size=1, max_size=4))
def test_at_any_time_the_counts_add_up(rows: Patients, ticks: list[int]) -> None:
    """At risk, with an event of any kind and censored make up all patients."""
    time, cause, _ = columns(rows)
    table = competing_risk_table(time, cause, ticks, causes=3)
    total = np.array(table.n_at_risk) + table.n_censored + np.sum(table.n_events, axis=0)
    assert total.tolist() == [len(rows)] * len(ticks)


# ---- Gray's test ---------------------------------------------------------------------------------------------------


def test_two_groups_that_are_alike_do_not_differ() -> None:
    """The same patients twice: a statistic of 0 and a P value of 1."""
    time, cause = [2, 3, 3, 4, 5, 6, 7, 8], [1, 2, 0, 1, 0, 2, 1, 0]
    test = gray_test(time * 2, cause * 2, ["a"] * 8 + ["b"] * 8)
    assert test.statistic == pytest.approx(0, abs=1e-20)
    assert test.p_value == pytest.approx(1)
    assert (test.n, test.events, test.groups) == (16, 6, ("a", "b"))


@given(patients)
def test_the_names_of_groups_change_nothing(rows: Patients) -> None:
    """Which group comes first does not matter."""
    time, cause, group = columns(rows)
    one = gray_test(time, cause, group)
    other = gray_test(time, cause, [{"a": "z", "b": "c"}[name] for name in group])
    assert (one.df, one.reason) == (other.df, other.reason)
    if one.statistic is not None:
        assert other.statistic == pytest.approx(one.statistic, rel=1e-6, abs=1e-12)


@given(patients)
def test_one_stratum_is_none_and_strata_do_not_compare_across(rows: Patients) -> None:
    """A stratum that holds all changes nothing; strata of one group each leave nothing to compare."""
    time, cause, group = columns(rows)
    assert gray_test(time, cause, group, strata=["all"] * len(rows)) == gray_test(time, cause, group)
    assert gray_test(time, cause, group, strata=group).statistic is None


@pytest.mark.parametrize(
    ("time", "cause", "group", "reason"),
    [
        ([1, 2], [0, 2], ["a", "b"], "nobody has this event"),
        ([1, 2], [1, 1], ["a", "a"], "patients in one group only"),
        ([1, 2, 3], [0, 1, 1], ["a", "b", "b"], "one group only is at risk when the event occurs"),
    ],
)
def test_where_there_is_nothing_to_compare_there_is_a_reason(
    time: list[int], cause: list[int], group: list[str], reason: str
) -> None:
    """No statistic, no degree of freedom, no P value."""
    test = gray_test(time, cause, group)
    assert (test.statistic, test.df, test.p_value, test.reason) == (None, 0, None, reason)


def test_incidences_are_compared_at_one_time() -> None:
    """The difference has the variances of both, is minus itself the other way, and unknown beyond follow-up."""
    one = cumulative_incidence([2, 3, 3, 4, 5, 6, 7, 8], [1, 2, 0, 1, 0, 2, 1, 0])
    other = cumulative_incidence([1, 2, 2, 5, 6, 9], [2, 1, 1, 1, 0, 0])
    there, back = incidence_difference(one, other, 5), incidence_difference(other, one, 5)
    assert there.estimate.value == pytest.approx(0.275 - 0.5)
    assert there.se == pytest.approx(np.hypot(one.se[one.time.index(5)], other.se[other.time.index(5)]))
    assert back.estimate.value == pytest.approx(-there.estimate.value)  # type: ignore[operator]
    assert back.p_value == there.p_value
    assert incidence_difference(one, other, 8.5).estimate == Estimate(None, reason="beyond the last follow-up")
    early = incidence_difference(one, other, 1)
    assert (early.estimate.value, early.estimate.conf_low, early.p_value) == (0, None, None)
