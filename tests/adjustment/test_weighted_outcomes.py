"""Weighted proportions, means and differences of survival: what equal weights, clusters and lone patients give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.adjustment.weighted_outcomes import ALL_ALIKE, weighted_mean, weighted_proportion
from lockstep.adjustment.weighted_survival import weighted_kaplan_meier, weighted_survival_difference
from lockstep.base.errors import DataError

TIME, EVENT = [2, 4, 4, 6, 9, 11, 12, 15], [1, 1, 0, 1, 0, 1, 1, 0]
EXPOSED, WEIGHTS = [1, 1, 1, 0, 0, 1, 0, 0], [1, 2, 1, 4, 2, 1, 1, 1]


def test_a_proportion_of_all_or_none_has_no_interval() -> None:
    """The data do not show how uncertain it is."""
    found = weighted_proportion([1, 1, 1], weights=[1, 2, 3])
    assert (found.value, found.conf_low, found.reason) == (1.0, None, ALL_ALIKE)


@given(
    values=st.lists(st.tuples(st.booleans(), st.floats(0.1, 10)), min_size=2, max_size=20), factor=st.floats(0.01, 100)
)
def test_the_unit_of_weights_and_the_order_of_patients_change_nothing(
    values: list[tuple[bool, float]], factor: float
) -> None:
    """Weights are shares: their sum has no meaning, and no patient comes first."""
    event, weights = (np.array(part) for part in zip(*values, strict=True))
    one = weighted_proportion(event, weights=weights)
    other = weighted_proportion(event[::-1], weights=factor * weights[::-1])
    assert other.value == pytest.approx(one.value)
    assert other.conf_low == (None if one.conf_low is None else pytest.approx(one.conf_low))
    assert weighted_mean(event, weights=weights).mean == pytest.approx(one.value)


def test_the_standard_deviation_of_one_patient_is_not_known() -> None:
    """Of two with equal weights it is that with n - 1 in the denominator."""
    assert weighted_mean([5], weights=[2]).sd is None
    assert weighted_mean([1, 2, 4], weights=[3, 3, 3]).sd == pytest.approx(np.std([1, 2, 4], ddof=1))


def test_patients_who_are_alone_have_the_variances_of_both_groups() -> None:
    """Without clusters the squared standard error is the sum of those of the two curves."""
    flags, weights = np.array(EXPOSED, dtype=bool), np.array(WEIGHTS)
    found = weighted_survival_difference(TIME, EVENT, EXPOSED, 8, weights=WEIGHTS)
    parts = []
    for group in (flags, ~flags):
        curve = weighted_kaplan_meier(np.array(TIME)[group], np.array(EVENT)[group], weights=weights[group])
        parts.append(curve.se[max(i for i, time in enumerate(curve.curve.time) if time <= 8)])
    assert found.se == pytest.approx(np.hypot(*parts))
    swapped = weighted_survival_difference(TIME, EVENT, 1 - np.array(EXPOSED), 8, weights=WEIGHTS)
    assert swapped.estimate.value == pytest.approx(-float(found.estimate.value or 0))
    assert swapped.p_value == pytest.approx(found.p_value)


def test_a_difference_before_any_event_or_beyond_follow_up_has_a_reason() -> None:
    """No interval of no event, and nothing beyond the last patient of a group."""
    early = weighted_survival_difference(TIME, EVENT, EXPOSED, 1, weights=WEIGHTS)
    assert (early.estimate.value, early.se) == (0.0, None)
    assert early.estimate.reason
    late = weighted_survival_difference(TIME, EVENT, EXPOSED, 99, weights=WEIGHTS)
    assert late.estimate.value is None
    assert late.estimate.reason


@pytest.mark.parametrize("weights", [[1, 2], [1, 1, 0], [1, 1, -1]])
def test_weights_that_are_none_are_refused(weights: list[float]) -> None:
    """Each patient has one, above 0."""
    with pytest.raises(DataError):
        weighted_proportion([1, 0, 1], weights=weights)
