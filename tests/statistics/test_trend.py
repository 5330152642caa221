"""The Cochran-Armitage test: a P value or a reason; that the numbers are R's is held by test_outcome_reference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.base.errors import DataError
from lockstep.statistics.chi_square import chi_square
from lockstep.statistics.proportions import EventCount
from lockstep.statistics.trend import TrendTest, proportion_trend

counts = st.integers(0, 30).flatmap(lambda n: st.builds(EventCount, st.integers(0, n), st.just(n)))


def test_two_groups_are_the_chi_square_test() -> None:
    """Between two groups a trend is a difference: Pearson's chi-square, whatever the scores."""
    found = proportion_trend([EventCount(15, 30), EventCount(10, 40)], scores=[-3, 70])
    expected = chi_square([[15, 15], [10, 30]])
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-12)
    assert (found.p_value, found.rises) == (pytest.approx(expected.p_value, rel=1e-12), False)


@given(st.lists(counts, min_size=1, max_size=6))
def test_turning_the_order_turns_the_sign_and_keeps_the_p_value(groups: list[EventCount]) -> None:
    """From the last group to the first a rise is a fall; events and the others have the same test."""
    there, back = proportion_trend(groups), proportion_trend(groups[::-1])
    rest = proportion_trend([EventCount(group.n - group.events, group.n) for group in groups])
    assert there.reason == back.reason == rest.reason
    if there.statistic is not None:
        assert back.statistic == pytest.approx(there.statistic, rel=1e-9, abs=1e-9)
        assert rest.statistic == pytest.approx(there.statistic, rel=1e-9, abs=1e-9)
        if there.statistic > 1e-9:
            assert there.rises is not None
            assert (back.rises, rest.rises) == (not there.rises, not there.rises)


def test_what_has_no_order_or_one_outcome_has_a_reason() -> None:
    """One group, groups of one score, and one outcome for all have no trend; scores must fit."""
    some, nobody, all_of_them = EventCount(2, 5), EventCount(0, 5), EventCount(5, 5)
    no_order = "fewer than two groups with patients and scores of their own"
    for groups in ([some], [some, EventCount(0, 0)]):
        assert proportion_trend(groups) == TrendTest(statistic=None, p_value=None, reason=no_order)
    assert proportion_trend([some, nobody], scores=[1, 1]).reason == no_order
    for group in (nobody, all_of_them):
        assert proportion_trend([group, group]).reason == "all patients have the same outcome"
    assert proportion_trend([some, some]).rises is None
    with pytest.raises(DataError, match="3 scores for 2 groups"):
        proportion_trend([some, nobody], scores=[1, 2, 3])
    with pytest.raises(DataError, match="score is empty"):
        proportion_trend([])
