"""Restricted means, and two groups compared, on made-up data; against R see test_follow_up_reference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.statistics.contrast import difference_of, ratio_of
from lockstep.statistics.estimate import Estimate
from lockstep.survival.kaplan_meier import kaplan_meier
from lockstep.survival.restricted_mean import restricted_mean, restricted_mean_difference, restricted_mean_ratio
from lockstep.survival.time_point import survival_difference

values = st.tuples(st.floats(0.01, 50), st.floats(0.001, 5))


@given(st.lists(st.integers(1, 20), min_size=1, max_size=30), st.integers(1, 25))
def test_without_censoring_it_is_the_mean_of_what_was_lived_up_to_then(time: list[int], tau: int) -> None:
    """Everybody has the event: the mean of min(time, tau)."""
    mean = restricted_mean(kaplan_meier(time, [1] * len(time)), tau)
    assert mean.estimate.value == pytest.approx(sum(min(at, tau) for at in time) / len(time))


def test_a_mean_beyond_follow_up_is_unknown() -> None:
    """Unless nobody is left; and where nobody has had the event up to tau it has no interval."""
    censored = kaplan_meier([2, 4, 6], [1, 1, 0])
    assert restricted_mean(censored, 7).estimate == Estimate(None, reason="beyond the last follow-up")
    assert restricted_mean(kaplan_meier([2, 4, 6], [1, 1, 1]), 7).estimate.value == pytest.approx(4)
    early = restricted_mean(censored, 1)
    assert early.estimate == Estimate(1.0, reason="the same time in all patients up to then")
    assert early.se is None
    for compared in (restricted_mean_difference, restricted_mean_ratio):
        assert compared(early, early).p_value is None
        unknown = compared(restricted_mean(censored, 7), restricted_mean(censored, 7))
        assert unknown.estimate == Estimate(None, reason="beyond the last follow-up")
    with pytest.raises(ValueError, match="no restricted mean up to 0"):
        restricted_mean(censored, 0)
    with pytest.raises(ValueError, match="expected the same time"):
        restricted_mean_difference(restricted_mean(censored, 3), restricted_mean(censored, 4))


@given(values, values)
def test_the_other_way_round_is_minus_or_one_over(one: tuple[float, float], other: tuple[float, float]) -> None:
    """A difference changes its sign, a ratio is inverted, limits change places, and P stays."""
    there, back = difference_of(one, other), difference_of(other, one)
    assert there.estimate.value == -back.estimate.value  # type: ignore[operator]
    assert there.estimate.conf_low == pytest.approx(-back.estimate.conf_high)  # type: ignore[operator]
    assert there.p_value == back.p_value
    there, back = ratio_of(one, other), ratio_of(other, one)
    assert there.estimate.value == pytest.approx(1 / back.estimate.value)  # type: ignore[operator]
    assert there.p_value == pytest.approx(back.p_value)


def test_a_ratio_to_nothing_is_none() -> None:
    """0 in one of the groups: no ratio, and the reason; a huge one is no number, and no error."""
    assert ratio_of((0, 0.1), (1, 0.1)).estimate == Estimate(None, reason="0 in one of the groups")
    assert ratio_of((1, 0.1), (0, 0.1)).estimate.value is None
    assert ratio_of((1e-3, 900), (1, 0.1)).estimate.conf_high is None


def test_survival_is_compared_where_both_have_an_interval() -> None:
    """Before an event, with nobody left and beyond the last follow-up there is no P value."""
    one, other = kaplan_meier([2, 4, 6, 8], [1, 1, 0, 0]), kaplan_meier([1, 3, 5, 5], [1, 1, 1, 1])
    assert survival_difference(one, other, 4).p_value is not None
    assert survival_difference(one, other, 1).estimate.value == pytest.approx(0.25)
    assert survival_difference(one, other, 1).p_value is None
    assert survival_difference(one, other, 6).estimate.conf_low is None
    assert survival_difference(one, other, 9).estimate == Estimate(None, reason="beyond the last follow-up")


def test_with_delayed_entry_the_time_before_the_first_one_counts_as_lived() -> None:
    """As R has it (survfit, rmean = 10); before anybody is at risk nothing else is known of survival."""
    curve = kaplan_meier([5, 6, 9, 8, 12], [1, 0, 1, 1, 0], entry=[2, 3, 4, 2, 5])
    mean = restricted_mean(curve, 10)
    assert (curve.time[0], curve.survival[0], curve.at([1])[0].value) == (2, 1, None)
    assert (mean.estimate.value, mean.se) == pytest.approx((8, 0.935414346693))
    assert restricted_mean(curve, 1).estimate.value == 1
