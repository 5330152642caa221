"""Printed numbers: what a text says, what it can be a print of, and half-up rounding without float surprises."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.audit.printed import exact, fixed, month_of, parse_month, parse_printed


@pytest.mark.parametrize(
    ("text", "value", "decimals", "sign"),
    [
        ("16.4", "16.4", 1, "="),
        (" 16.40% ", "16.40", 2, "="),
        (".05", "0.05", 2, "="),
        ("< 0.001", "0.001", 3, "<"),
        ("≤5", "5", 0, "<="),
        (">= 0.90", "0.90", 2, ">="),
        ("\N{MINUS SIGN}2.5", "-2.5", 1, "="),
        ("0", "0", 0, "="),
    ],
)
def test_a_printed_number_keeps_its_decimals_and_sign(text: str, value: str, decimals: int, sign: str) -> None:
    """Trailing zeros count as printed, a percent sign does not, a bound is a bound."""
    printed = parse_printed(text)
    assert printed is not None
    assert (str(printed.value), printed.decimals, printed.sign) == (value, decimals, sign)


@pytest.mark.parametrize(
    "text",
    ["", "nearly 50", "1,234", "1e3", "12 of 79", "5.", "1234567890123", "--1", "NaN", "inf", "٣", "1_000"],
)
def test_what_is_no_number_is_none(text: str) -> None:
    """Words, other notations and digits of other scripts are not guessed at."""
    assert parse_printed(text) is None


def test_given_decimals_bring_back_lost_zeros() -> None:
    """A spreadsheet turns 0.900 into 0.9; with three decimals 0.9004 prints so and 0.904 does not."""
    printed = parse_printed("0.9", decimals=3)
    assert printed is not None
    assert printed.is_print_of(0.9004)
    assert not printed.is_print_of(0.904)
    assert str(printed) == "0.900"


def test_rounding_is_half_up_on_the_decimal_representation() -> None:
    """0.125 prints 0.13 and 2.675 prints 2.68, though neither float rounds so by itself; negative ones alike."""
    assert fixed(exact(0.125), 2) == "0.13"
    assert fixed(exact(2.675), 2) == "2.68"
    assert fixed(exact(-0.125), 2) == "-0.13"
    assert fixed(exact(-0.004), 2) == "0.00"
    assert fixed(Fraction(1300, 79), 1) == "16.5"


def test_a_bound_is_kept_strictly() -> None:
    """0.001 is not below 0.001, but is at most 0.001."""
    below, at_most = parse_printed("< 0.001"), parse_printed("<= 0.001")
    assert below is not None
    assert at_most is not None
    assert below.is_print_of(0.00099)
    assert not below.is_print_of(0.001)
    assert at_most.is_print_of(0.001)


@given(st.fractions(-1000, 1000), st.integers(0, 6))
def test_what_is_printed_can_be_what_it_was_printed_from(value: Fraction, decimals: int) -> None:
    """No true value is ever excluded by its own print: the checks call nothing impossible that is so."""
    printed = parse_printed(fixed(value, decimals))
    assert printed is not None
    assert printed.can_be(value)
    assert printed.is_print_of(value)


def test_a_tie_can_be_rounded_either_way() -> None:
    """Who rounds half to even prints 12.5 as 12; a match wants half up, but a proof of impossibility does not."""
    printed = parse_printed("12")
    assert printed is not None
    assert printed.can_be(Fraction(25, 2))
    assert not printed.is_print_of(12.5)


def test_months_are_read_as_printed() -> None:
    """A month with its year, in full, and nothing else."""
    assert parse_month("July 1965") == (1965, 7)
    assert month_of("1965-07-31") == (1965, 7)
    assert [parse_month(text) for text in ("Juli 1965", "1965", "July 65", "12 July 1965")] == [None] * 4
