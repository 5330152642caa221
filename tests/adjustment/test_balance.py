"""Balance tables: what they may not depend on, and groups that cannot be compared; E-values of any ratio.

That the numbers are R's is held by test_adjustment_reference.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.adjustment.balance import BalanceTable, balance_table
from lockstep.adjustment.e_value import e_value
from lockstep.base.errors import DataError

women = st.lists(
    st.tuples(st.booleans(), st.integers(20, 80), st.booleans(), st.sampled_from([0.0, 0.5, 1.0, 7.25])),
    min_size=2,
    max_size=30,
)


def table_of(frame: pd.DataFrame, estimand: Any = "ATE") -> BalanceTable:
    """Return the balance of a drawn frame."""
    return balance_table(frame["exposed"], frame[["age", "old"]], weights=frame["weight"], estimand=estimand)


@given(women, st.randoms(use_true_random=False), st.sampled_from(["ATE", "ATT", "ATC", "overlap"]))
def test_the_order_of_rows_changes_nothing(drawn: list[Any], random: Any, estimand: str) -> None:
    """Shuffled patients, to the bit; doubled weights, but for rounding."""
    frame = pd.DataFrame(drawn, columns=["exposed", "age", "old", "weight"]).astype(float)
    order = random.sample(range(len(frame)), len(frame))
    found = table_of(frame, estimand)
    assert table_of(frame.iloc[order], estimand) == found
    for row, doubled in zip(found.rows, table_of(frame.assign(weight=frame["weight"] * 2), estimand).rows, strict=True):
        assert row.after is not None
        assert doubled.after is not None
        assert doubled.after.difference == pytest.approx(row.after.difference)


@given(women)
def test_swapped_groups_turn_the_sign(drawn: list[Any]) -> None:
    """Exposed and unexposed change places: the difference changes its sign, the ratio is inverted."""
    frame = pd.DataFrame(drawn, columns=["exposed", "age", "old", "weight"]).astype(float)
    swapped = table_of(frame.assign(exposed=1 - frame["exposed"])).rows
    for row, other in zip(table_of(frame).rows, swapped, strict=True):
        assert other.reason == row.reason
        if row.before.difference is not None and other.before.difference is not None:
            assert other.before.difference == pytest.approx(-row.before.difference, abs=1e-12)
        if row.before.variance_ratio and other.before.variance_ratio:
            assert other.before.variance_ratio * row.before.variance_ratio == pytest.approx(1)


def test_the_largest_difference_is_named_before_and_after() -> None:
    """It is the largest in size, whatever its sign; without weights there is none after."""
    frame = pd.DataFrame({"a": [1, 2, 3, 2, 3, 4], "b": [9, 8, 9, 1, 2, 1]})
    table = balance_table([1, 1, 1, 0, 0, 0], frame)
    assert table.largest(after=True) is None
    found = table.largest(after=False)
    assert found is not None
    assert found[0] == "b"
    weighted = balance_table([0, 0, 0, 1, 1, 1], frame, weights=[1, 1, 1, 1, 1, 1]).largest(after=True)
    assert weighted == pytest.approx(found)


def test_what_has_no_difference_has_a_reason() -> None:
    """Nobody in a group, nobody left in it, constant covariates and one patient are said."""
    age = pd.DataFrame({"age": [50, 60, 70]})
    assert balance_table([1, 1, 1], age).rows[0].reason == "no patients in a group"
    more = pd.DataFrame({"age": [50, 60, 70, 90]})
    left = balance_table([1, 1, 0, 0], more, weights=[1, 1, 0, 0]).rows[0]
    assert left.reason == "no patients in a group"
    assert left.after is not None
    assert left.after.mean_unexposed is None
    no_variance = "no variance in the patients whose standard deviation is the denominator"
    assert balance_table([1, 0, 0], age, estimand="ATT").rows[0].reason == no_variance
    assert balance_table([1, 0, 0], age, estimand="ATC").rows[0].reason is None
    assert balance_table([1, 0, 0], pd.DataFrame({"same": [1, 1, 1]})).rows[0].reason == no_variance
    assert balance_table([1], pd.DataFrame({"age": [50]})).largest(after=False) is None


def test_bad_covariates_and_weights_are_refused() -> None:
    """A missing value and a negative weight are errors that name the rows."""
    with pytest.raises(DataError, match=r"covariate '\$x\$' is missing or not a finite number in row 2"):
        balance_table([1, 0], pd.DataFrame({"$x$": [1, None]}))
    with pytest.raises(DataError, match="weight is negative in row 1"):
        balance_table([1, 0], pd.DataFrame({"x": [1, 2]}), weights=[-1, 1])


# ---- E-values ------------------------------------------------------------------------------------------------------

ratios = st.floats(0.01, 100)
measures = st.sampled_from(["risk ratio", "odds ratio", "hazard ratio"])


@given(ratios, measures, st.booleans())
def test_an_e_value_is_that_of_the_inverse(ratio: float, measure: Any, common: bool) -> None:
    """It is at least 1, the same of 1 / ratio, and smaller where the outcome is common."""
    found = e_value(ratio, measure=measure, common_outcome=common)
    assert found.value >= 1
    assert found.limit is None
    assert e_value(1 / ratio, measure=measure, common_outcome=common).value == pytest.approx(found.value)
    assert found.value <= e_value(ratio, measure=measure).value * (1 + 1e-12)


@given(st.lists(ratios, min_size=3, max_size=3).map(sorted), measures, st.booleans())
def test_the_limit_s_is_no_larger(drawn: list[float], measure: Any, common: bool) -> None:
    """It is 1 exactly where the interval has 1 in it."""
    low, ratio, high = drawn
    found = e_value(ratio, conf_low=low, conf_high=high, measure=measure, common_outcome=common)
    assert found.limit is not None
    assert 1 <= found.limit <= found.value
    assert (found.limit == 1) == (low <= 1 <= high)


@pytest.mark.parametrize("given_limits", [(0, 1, 2), (-1, 1, 2), (2, 1, 3), (1, 3, 2), (1, float("nan"), 2)])
def test_what_is_no_ratio_with_limits_is_refused(given_limits: tuple[float, float, float]) -> None:
    """Ratios of 0 and below, and limits on the wrong side."""
    low, ratio, high = given_limits
    with pytest.raises(ValueError, match="expected 0 < low <= ratio <= high"):
        e_value(ratio, conf_low=low, conf_high=high)
    with pytest.raises(ValueError, match="no E-value of a difference; allowed are risk ratio"):
        e_value(2, measure="difference")  # type: ignore[arg-type]
