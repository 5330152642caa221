"""Standardised mean differences of numbers and categories: symmetric, without unit, or with a reason.

That the numbers are R's is held by test_outcome_reference.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.base.errors import DataError
from lockstep.statistics.standardised_difference import difference_of_categories, difference_of_numbers

values = st.lists(st.integers(-20, 20), min_size=2, max_size=20)
levels = st.lists(st.integers(0, 9), min_size=3, max_size=3)


@given(values, values, st.randoms(use_true_random=False))
def test_neither_order_nor_unit_nor_side_matters(one: list[int], other: list[int], random: Any) -> None:
    """Shuffled, swapped, turned and rescaled numbers are as far apart."""
    found = difference_of_numbers([one, other])
    assert found == difference_of_numbers([random.sample(one, len(one)), random.sample(other, len(other))])
    assert difference_of_numbers([other, one]).value == found.value
    other_unit = difference_of_numbers([[-1e3 * x + 1e6 for x in group] for group in (one, other)])
    assert other_unit.reason == found.reason
    if found.value is not None:
        assert other_unit.value == pytest.approx(found.value, rel=1e-6, abs=1e-9)


@given(levels, levels, st.permutations(range(3)))
def test_the_order_of_levels_and_empty_ones_do_not_matter(one: list[int], other: list[int], order: list[int]) -> None:
    """Which level is left out, and levels that nobody has, change nothing; equal shares are no difference."""
    found = difference_of_categories([one, other])
    turned = difference_of_categories([[0, *(row[i] for i in order)] for row in (other, one)])
    assert turned.reason == found.reason
    if found.value is not None:
        assert turned.value == pytest.approx(found.value, rel=1e-9, abs=1e-9)
        assert difference_of_categories([one, [3 * n for n in one]]).value == pytest.approx(0, abs=1e-7)


@given(st.integers(0, 20), st.integers(1, 20), st.integers(1, 20), st.integers(0, 20))
def test_two_levels_are_the_difference_of_proportions(a: int, b: int, c: int, d: int) -> None:
    """Of a yes and no it is the difference of proportions over the root of their mean variance."""
    p, q = a / (a + b), c / (c + d)
    found, variance = difference_of_categories([[a, b], [c, d]]), (p * (1 - p) + q * (1 - q)) / 2
    if found.value is not None and variance > 0:
        assert found.value == pytest.approx(abs(p - q) / math.sqrt(variance), rel=1e-9, abs=1e-9)


def test_of_several_groups_the_largest_difference_is_given_with_its_pair() -> None:
    """The pair that is furthest apart is named."""
    found = difference_of_numbers([[1, 2, 3], [2, 3, 4], [7, 8, 9]])
    assert (found.value, found.pair) == (6.0, (0, 2))
    assert difference_of_categories([[5, 5], [6, 4], [1, 9], [5, 5]]).pair == (1, 2)


def test_equal_weights_are_none_and_whole_ones_are_sums() -> None:
    """Weights of 2 for all change nothing; counts may be sums of weights."""
    groups = [[1.0, 2, 2, 5], [3.0, 4, 8]]
    weighted = difference_of_numbers(groups, weights=[[2, 2, 2, 2], [2, 2, 2]])
    assert weighted.value == pytest.approx(difference_of_numbers(groups).value, rel=1e-12)
    assert difference_of_categories([[0.5, 1.5], [1, 1]]).value == difference_of_categories([[1, 3], [2, 2]]).value


def test_groups_without_a_standard_deviation_have_a_reason() -> None:
    """Empty, single and constant groups, and groups without a common level; equal constants do not differ."""
    assert difference_of_numbers([[1, 2], []]).reason == "no patients in a group"
    assert difference_of_numbers([[1, 2], [3]]).reason == "a group of one patient has no variance"
    assert difference_of_numbers([[1, 1], [3, 3]]).reason == "no variance within the groups"
    assert difference_of_numbers([[1, 1], [1, 1]]).value == 0
    assert difference_of_numbers([[1, 2]]).reason == "fewer than two groups"
    assert difference_of_categories([[3, 4], [0, 0]]).reason == "no patients in a group"
    assert difference_of_categories([[3, 0, 1], [0, 5, 0]]).reason == "the groups have no level in common"
    assert difference_of_categories([[3, 0], [5, 0]]).value == 0
    unknown = difference_of_numbers([[1, 2], [5, 6], [3]])
    assert (unknown.value, unknown.pair) == (None, (0, 2))


@pytest.mark.parametrize("counts", [[1, 2], [[1, -1], [2, 3]], [[1, np.nan], [2, 3]]])
def test_what_is_no_table_is_refused(counts: Any) -> None:
    """Negative, missing and flat counts are one error."""
    with pytest.raises(DataError, match="expected a row a group of finite numbers >= 0"):
        difference_of_categories(counts)


def test_bad_values_and_weights_are_refused() -> None:
    """A missing value, a weight of nothing, and weights of other groups are errors."""
    with pytest.raises(DataError, match="a value is missing or not a finite number in row 1"):
        difference_of_numbers([[None, 1], [1, 2]])  # type: ignore[list-item]
    with pytest.raises(DataError, match="a weight is not more than 0 in row 2"):
        difference_of_numbers([[1, 2], [1, 2]], weights=[[1, 1], [1, 0]])
    with pytest.raises(DataError, match="1 groups of weights for 2 groups of values"):
        difference_of_numbers([[1, 2], [1, 2]], weights=[[1, 1]])
