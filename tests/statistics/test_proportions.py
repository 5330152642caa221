"""Proportions, risk difference, risk ratio and odds ratio: a number with its interval, or a reason.

That the numbers are R's is held by test_outcome_reference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.base.errors import DataError
from lockstep.statistics.estimate import Estimate
from lockstep.statistics.proportions import EventCount, odds_ratio, proportion, risk_difference, risk_ratio

Compare = Callable[..., Estimate]
counts = st.integers(0, 60).flatmap(lambda n: st.builds(EventCount, st.integers(0, n), st.just(n)))
COMPARISONS = (risk_difference, risk_ratio, odds_ratio)


@pytest.mark.parametrize(("events", "n"), [(3, 2), (-1, 4), (1.5, 3), (0, -1), (float("nan"), 3)])
def test_what_is_no_count_is_refused(events: Any, n: Any) -> None:
    """More events than patients, negative and fractional counts are one error."""
    with pytest.raises(DataError, match="0 <= events <= patients"):
        EventCount(events, n)


def test_an_empty_group_has_a_reason() -> None:
    """Without patients there is no proportion, and nothing to compare."""
    nobody, some = EventCount(0, 0), EventCount(2, 5)
    assert proportion(nobody) == Estimate(value=None, reason="no patients in a group")
    for compare in COMPARISONS:
        assert compare(nobody, some) == compare(some, nobody) == Estimate(value=None, reason="no patients in a group")


@pytest.mark.parametrize(
    ("compare", "one", "other", "value", "reason"),
    [
        (risk_ratio, (0, 5), (2, 5), None, "no events in a group"),
        (risk_ratio, (2, 5), (0, 5), None, "no events in a group"),
        (risk_ratio, (5, 5), (4, 4), 1.0, "all patients of a group have the event"),
        (odds_ratio, (0, 5), (5, 5), None, "no events in a group"),
        (odds_ratio, (2, 5), (0, 5), None, "no events in a group"),
        (odds_ratio, (5, 5), (2, 5), None, "all patients of a group have the event"),
    ],
)
def test_an_empty_cell_gives_a_reason_and_no_infinity(
    compare: Compare, one: tuple[int, int], other: tuple[int, int], value: float | None, reason: str
) -> None:
    """A ratio that would be 0 or infinite, or has no interval, says why."""
    assert compare(EventCount(*one), EventCount(*other)) == Estimate(value=value, reason=reason)


@given(counts, counts)
def test_limits_enclose_the_estimate_and_stay_in_range(count: EventCount, reference: EventCount) -> None:
    """Each estimate lies within its limits: proportions in 0 to 1, differences in -1 to 1, ratios above 0."""
    for interval in ("wilson", "exact"):
        share = proportion(count, interval=interval)  # type: ignore[arg-type]
        if share.value is not None:
            assert 0 <= share.conf_low <= share.value <= share.conf_high <= 1  # type: ignore[operator]
    for compare, (least, most) in zip(COMPARISONS, [(-1, 1), (0, float("inf")), (0, float("inf"))], strict=True):
        found = compare(count, reference)
        assert found.value is not None or found.reason
        if found.conf_low is not None:
            assert least <= found.conf_low <= found.value <= found.conf_high <= most  # type: ignore[operator]


@given(counts, counts)
def test_swapping_the_groups_negates_a_difference_and_inverts_a_ratio(one: EventCount, other: EventCount) -> None:
    """Which group is the reference changes the sign or the side of the estimate and its limits, and nothing else."""
    there, back = risk_difference(one, other), risk_difference(other, one)
    assert there.reason == back.reason
    if there.value is not None:
        turned = [-bound for bound in (back.value, back.conf_high, back.conf_low)]  # type: ignore[operator]
        assert [there.value, there.conf_low, there.conf_high] == pytest.approx(turned, abs=1e-12)
    for compare in (risk_ratio, odds_ratio):
        there, back = compare(one, other), compare(other, one)
        assert there.reason == back.reason
        if there.conf_low is not None:
            inverse = [1 / bound for bound in (back.value, back.conf_high, back.conf_low)]  # type: ignore[operator]
            assert [there.value, there.conf_low, there.conf_high] == pytest.approx(inverse, rel=1e-9)


@given(counts)
def test_the_proportion_without_the_event_is_the_rest(count: EventCount) -> None:
    """Events and others add up to 1, with mirrored limits."""
    share, rest = proportion(count), proportion(EventCount(count.n - count.events, count.n))
    if share.value is not None:
        mirrored = [1 - bound for bound in (rest.value, rest.conf_high, rest.conf_low)]  # type: ignore[operator]
        assert [share.value, share.conf_low, share.conf_high] == pytest.approx(mirrored, abs=1e-12)
