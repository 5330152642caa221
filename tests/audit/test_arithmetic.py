"""The arithmetic of printed numbers: what is called impossible is so, what is possible is never refused."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from lockstep.audit.arithmetic import (
    adjusted_to_100,
    counts_printing,
    counts_sum,
    group_below_cut,
    mean_of_whole_numbers,
    mean_with_median_and_range,
    percent_of,
    percent_of_some_count,
)
from lockstep.audit.printed import PrintedNumber, fixed, parse_printed
from lockstep.audit.survival_bounds import kaplan_meier_bounds, rate_after_at_most, rate_after_events, rate_and_median
from lockstep.audit.table_tests import chi_square_p, fisher_p


def p(text: str) -> PrintedNumber:
    """Return a printed number."""
    printed = parse_printed(text)
    assert printed is not None
    return printed


def test_no_count_of_79_prints_as_16_4() -> None:
    """13 of 79 is 16.5%; the finding says so, and that no other count gives the printed figure."""
    finding = percent_of(p("16.4"), 13, 79)
    assert not finding.possible
    assert finding.reason == ("13 of 79 is 16.456%, which prints as 16.5, not 16.4; no count out of 79 prints as 16.4")
    assert percent_of(p("16.5"), 13, 79).possible
    assert not percent_of_some_count(p("16.4"), 79).possible
    assert percent_of_some_count(p("16.4"), 79).reason.endswith("12 prints as 15.2 and 13 prints as 16.5")


def test_a_wrong_count_is_told_with_the_right_one() -> None:
    """Where another count prints the percentage, it is named: a slip of the pen is found at once."""
    assert percent_of(p("42.3"), 82, 142).reason.endswith("not 42.3; 42.3 is printed by 60")
    assert percent_of(p("42"), 1, 1000).reason.endswith("42 is printed by 415 to 425")


def test_a_percentage_of_nobody_is_impossible() -> None:
    """Out of 0 there is no percentage, and no division by zero either."""
    assert not percent_of(p("0"), 0, 0).possible
    assert not percent_of_some_count(p("0.0"), 0).possible


@given(st.integers(1, 400), st.integers(0, 3), st.data())
def test_a_count_is_among_those_that_print_its_percentage(total: int, decimals: int, data: st.DataObject) -> None:
    """A correctly rounded percentage is never refused, and each count named prints it within its half unit."""
    count = data.draw(st.integers(0, total))
    printed = p(fixed(Fraction(100 * count, total), decimals))
    assert percent_of(printed, count, total).possible
    assert percent_of_some_count(printed, total).possible
    assert list(counts_printing(printed, total)) == [
        k for k in range(total + 1) if printed.can_be(Fraction(100 * k, total))
    ]


def test_an_adjusted_list_is_distinguished_from_a_correct_one() -> None:
    """A list made to add up to 100.0 has a wrong entry; one that adds up to 100.1 by correct rounding has none."""
    adjusted = adjusted_to_100([p("68.4"), p("16.4"), p("1.3"), p("13.9")], [54, 13, 1, 11])
    assert not adjusted.possible
    assert adjusted.reason == (
        "the listed percentages add up to 100.0, while correct rounding adds up to 100.1: "
        "13 of 79 stands as 16.4 instead of 16.5"
    )
    honest = adjusted_to_100([p("28.2"), p("25.4"), p("45.8"), p("0.7")], [40, 36, 65, 1])
    assert honest.possible
    assert "add up to 100.1" in honest.reason
    assert not adjusted_to_100([p("50"), p("50")], [1, 1, 1]).possible
    assert not adjusted_to_100([p("0")], [0]).possible


def test_counts_of_groups_add_up() -> None:
    """The sum is shown, and the whole that it should have been."""
    assert counts_sum([54, 13, 1, 11], 79).possible
    assert counts_sum([54, 13, 1, 12], 79).reason == "54 + 13 + 1 + 12 = 80, not 79"


def test_a_majority_below_a_cut_takes_the_median_along() -> None:
    """114 of 142 under 18 exclude a median of 47.5; exactly half, or a median at the cut, does not."""
    assert not group_below_cut(p("18"), 114, 142, p("47.5")).possible
    assert not group_below_cut(p("60"), 28, 142, p("47.5")).possible
    assert group_below_cut(p("18"), 71, 142, p("47.5")).possible
    assert not group_below_cut(p("18"), 72, 142, p("47.5")).possible
    assert group_below_cut(p("48"), 114, 142, p("47.5")).possible
    assert not group_below_cut(p("18"), 143, 142, p("10")).possible


def test_grim_finds_means_that_whole_numbers_cannot_have() -> None:
    """Brown and Heathers: 28 whole numbers cannot have the mean 5.19; 142 ages can have the mean 44.35."""
    impossible = mean_of_whole_numbers(p("5.19"), 28)
    assert not impossible.possible
    assert (
        impossible.reason == "no 28 whole numbers have the mean 5.19: 145/28 prints as 5.18 and 146/28 prints as 5.21"
    )
    assert mean_of_whole_numbers(p("5.18"), 28).possible
    assert mean_of_whole_numbers(p("44.35"), 142).reason.startswith("a sum from 6297 to 6298")
    assert not mean_of_whole_numbers(p("1"), 0).possible


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=12))
def test_real_values_always_pass_the_checks_of_means(values: list[int]) -> None:
    """The mean, median and range of actual values are never called impossible, rounded however coarsely."""
    n = len(values)
    mean, middle = Fraction(sum(values), n), Fraction(median(values))
    for decimals in (0, 1, 2):
        printed = [p(fixed(x, decimals)) for x in (mean, middle, Fraction(min(values)), Fraction(max(values)))]
        assert mean_of_whole_numbers(printed[0], n).possible
        assert mean_with_median_and_range(*printed, n).possible


def test_the_bounds_of_a_mean_are_reached_and_not_passed() -> None:
    """Of 5 values from 0 to 10 with the median 4, the mean is 3.6 at the least (0, 0, 4, 4, 10) and 5.6 at most."""

    def finding(mean: str) -> bool:
        return mean_with_median_and_range(p(mean), p("4.000"), p("0.000"), p("10.000"), 5).possible

    assert [finding(mean) for mean in ("3.59", "3.60", "5.60", "5.61")] == [False, True, True, False]
    assert not mean_with_median_and_range(p("4"), p("12"), p("0"), p("10"), 5).possible


def test_a_rate_below_one_half_before_the_median_is_impossible() -> None:
    """A median of 2411 days and 44% at five years exclude each other; before and after, and near the edge, alike."""
    assert not rate_and_median(p("44"), p("1827"), p("2411")).possible
    assert rate_and_median(p("50"), p("1827"), p("2411")).possible
    assert rate_and_median(p("71"), p("1827"), p("2411")).possible
    assert not rate_and_median(p("71"), p("3000"), p("2411")).possible
    assert rate_and_median(p("44"), p("2411"), p("2411")).possible


def test_the_lemma_holds_for_every_order_of_events_and_censorings() -> None:
    """1 - D/(n - c) <= S <= 1 - D/n for all orders of up to seven patients, and both bounds are reached."""
    for n in range(1, 8):
        seen: dict[tuple[int, int], list[Fraction]] = {}
        for left in range(n + 1):
            for order in product("DC", repeat=left):
                survival = Fraction(1)
                for gone, exit_ in enumerate(order):
                    if exit_ == "D":
                        survival *= 1 - Fraction(1, n - gone)
                seen.setdefault((order.count("D"), order.count("C")), []).append(survival)
        for (events, censored), values in seen.items():
            assert kaplan_meier_bounds(n, events, censored) == (min(values), max(values))


def test_a_rate_is_held_against_its_events() -> None:
    """61% after at most 33 deaths and 38 censorings of 142 is impossible; 79% is not; too many exits are reported."""
    finding = rate_after_at_most(p("61"), 142, 33, 38)
    assert not finding.possible
    assert "at least 68.3%" in finding.reason
    assert rate_after_at_most(p("79"), 142, 33, 38).possible
    assert not rate_after_events(p("80"), 142, 33, 38).possible
    assert rate_after_events(p("70"), 142, 33, 38).possible
    assert not rate_after_events(p("70"), 10, 8, 3).possible
    assert not rate_after_events(p("70"), 0, 0, 0).possible
    assert not rate_after_at_most(p("70"), 0, 1, 0).possible
    assert rate_after_events(p("100"), 10, 0, 10).possible


TABLE = [[54, 27], [13, 16], [1, 5], [11, 15]]


def test_p_values_are_computed_again_from_the_table() -> None:
    """The printed 0.012 is Pearson's P value of the printed responses and not Fisher's, which is 0.011."""
    assert chi_square_p(p("0.012"), TABLE).possible
    assert not fisher_p(p("0.012"), TABLE).possible
    assert fisher_p(p("0.011"), TABLE).possible
    assert not chi_square_p(p("< 0.001"), TABLE).possible


def test_a_table_that_has_no_test_proves_nothing() -> None:
    """Where nobody is in one of two columns, a printed P value is not called impossible: the test does not exist."""
    finding = chi_square_p(p("0.04"), [[3, 0], [5, 0]])
    assert finding.possible
    assert "says nothing" in finding.reason
