"""Tests and differences of a number between groups: a P value or a reason, whatever the order of rows and groups.

That the numbers are R's is held by test_outcome_reference.
"""

from __future__ import annotations

import math
import warnings
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.base.errors import DataError
from lockstep.statistics import group_differences
from lockstep.statistics.group_differences import difference_of_means, hodges_lehmann
from lockstep.statistics.group_tests import (
    TEST_NAMES,
    CategoryTest,
    NumberTest,
    category_test,
    compare_groups,
    number_test,
)

TESTS: tuple[NumberTest, ...] = get_args(NumberTest)
values = st.lists(st.integers(-20, 20).map(lambda whole: whole / 4), min_size=1, max_size=30)
"""Values of one group; few distinct ones make many ties."""


def test_a_summary_has_its_test() -> None:
    """Means go with t tests and analysis of variance, medians with ranks, sparse tables with Fisher's test."""
    assert [number_test(groups, "mean") for groups in (2, 3, 7)] == ["welch_t", "welch_anova", "welch_anova"]
    assert [number_test(groups, "median") for groups in (2, 3)] == ["mann_whitney", "kruskal_wallis"]
    assert category_test([[5, 5], [5, 5]]) == "chi_square"
    assert category_test([[5, 5], [5, 4]]) == "fisher"
    assert category_test([[3, 0], [9, 0]]) == "chi_square"  # which says that there is nothing to test
    assert TEST_NAMES.keys() == {*TESTS, *get_args(CategoryTest)}


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize(
    ("groups", "reasons"),
    [
        ([], {"fewer than two groups with values"}),
        ([[1, 2, 3], []], {"fewer than two groups with values"}),
        ([[4, 4, 4], [4, 4]], {"no variance within the groups", "all values are equal"}),
        ([[1], [2]], {"no more values than groups", None}),
        ([[1, 2, 3], [7]], {"a group with a single value has no variance", None}),
        ([[1, 1], [2, 2]], {"no variance within the groups", None}),
        ([[1, 1], [2, 3]], {"no variance within a group", None}),
        ([[1, 2], [3, 4], [5, 7]], {"a test of two groups, and there are more", None}),
    ],
)
def test_groups_that_cannot_be_compared_have_a_reason(test: NumberTest, groups: Any, reasons: set[str | None]) -> None:
    """Empty, single, constant and too many groups: a P value or a reason, and no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compare_groups(groups, test)
    assert found.reason in reasons
    assert (found.p_value is None) == (found.reason is not None)
    assert found.method.startswith(TEST_NAMES[test])


def test_the_method_says_whether_ranks_are_exact() -> None:
    """Fewer than 50 values without ties are tested exactly; a tie, also one by rounding, is approximated."""
    exact = compare_groups([[0.1, 0.4], [0.3, 0.7]], "mann_whitney")
    assert exact.method == "Mann-Whitney U test, exact"
    tied = compare_groups([[0.1 + 0.2, 0.4], [0.3, 0.7]], "mann_whitney")
    assert tied.method == "Mann-Whitney U test, normal approximation"


@pytest.mark.parametrize("test", TESTS)
def test_a_bad_value_is_refused_with_its_row(test: NumberTest) -> None:
    """A missing value is one error that names it."""
    with pytest.raises(DataError, match="a value is missing or not a finite number in row 2"):
        compare_groups([[1, 2, 3], [1, None, 4]], test)


@settings(deadline=None)
@given(values, values, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_swapping_turns_the_sign(one: list[float], other: list[float], random: Any) -> None:
    """Shuffled rows give the same to the last bit; swapped groups the same P value, and the difference negated."""
    mixed = random.sample(one, len(one)), random.sample(other, len(other))
    for test in TESTS:
        found, shuffled = compare_groups([one, other], test), compare_groups(mixed, test)
        assert found == shuffled
        swapped = compare_groups([other, one], test)
        assert swapped.reason == found.reason
        if found.p_value is not None:
            assert swapped.p_value == pytest.approx(found.p_value, rel=1e-9, abs=1e-12)
            assert 0 <= found.p_value <= 1
    for difference in (difference_of_means, hodges_lehmann):
        there, back = difference(one, other), difference(other, one)
        assert there == difference(*mixed)
        assert there.value == pytest.approx(-(back.value or 0), abs=1e-12)
        if there.conf_low is not None and there.conf_high is not None:
            assert there.conf_low <= (there.value or 0) <= there.conf_high
            assert there.conf_low == pytest.approx(-(back.conf_high or 0), abs=1e-9)


@settings(deadline=None)
@given(values, values)
def test_welch_s_analysis_of_variance_of_two_groups_is_his_t_test(one: list[float], other: list[float]) -> None:
    """F is t squared, with the same P value: the two proposals for means are one test."""
    t, f = compare_groups([one, other], "welch_t"), compare_groups([one, other], "welch_anova")
    if t.p_value is not None and f.p_value is not None:
        assert f.statistic == pytest.approx((t.statistic or 0) ** 2, rel=1e-9, abs=1e-12)
        assert (f.p_value, f.df_residual) == (pytest.approx(t.p_value, rel=1e-9), pytest.approx(t.df, rel=1e-9))


@given(values, values)
def test_the_interval_of_the_mean_difference_is_that_of_the_test(one: list[float], other: list[float]) -> None:
    """The 95% interval excludes 0 where, and only where, Welch's P value is below 0.05."""
    test, found = compare_groups([one, other], "welch_t"), difference_of_means(one, other)
    if test.p_value is not None and not math.isclose(test.p_value, 0.05, rel_tol=1e-6):
        assert found.conf_low is not None
        assert found.conf_high is not None
        assert (found.conf_low > 0 or found.conf_high < 0) == (test.p_value < 0.05)


def test_differences_without_an_interval_have_a_reason() -> None:
    """Empty and single groups, groups without variance, and too few values for the level."""
    assert difference_of_means([], [1]).reason == hodges_lehmann([1], []).reason == "no values in a group"
    single = difference_of_means([5], [1, 2, 3])
    assert (single.value, single.conf_low, single.reason) == (3, None, "a group with a single value has no interval")
    assert difference_of_means([5, 5], [1, 1]).reason == "no variance within the groups"
    assert difference_of_means([5, 5], [1, 2]).reason is None
    few = hodges_lehmann([5, 6, 7], [1, 2, 3])
    assert (few.value, few.conf_low, few.reason) == (4, None, "too few values for an interval of this level")
    assert hodges_lehmann([5, 6, 7], [1, 2, 3], conf_level=0.9) == hodges_lehmann([7, 6, 5], [3, 1, 2], conf_level=0.9)
    assert hodges_lehmann([2, 2], [2, 2]).reason == "too few values for an interval of this level"


@settings(deadline=None)
@given(values, values)
def test_counted_differences_are_the_made_ones(one: list[float], other: list[float]) -> None:
    """Where there are too many differences to make them, counting them finds the same shift and limits."""
    made = hodges_lehmann(one, other)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group_differences, "PAIRS_AT_ONCE", 0)
        assert hodges_lehmann(one, other) == made


def test_a_registry_has_its_shift() -> None:
    """The differences of 20,000 and 20,000 patients are never made."""
    rng = np.random.default_rng(2)
    found = hodges_lehmann(rng.normal(size=20_000) + 0.5, rng.normal(size=20_000))
    assert found.value == pytest.approx(0.5, abs=0.03)
    assert found.conf_low is not None
    assert found.conf_high is not None
    assert found.conf_high - found.conf_low == pytest.approx(2 * 1.96 * math.sqrt(np.pi / 3 * 2 / 20_000), rel=0.05)
