"""The same numbers in the style of each journal."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from shipped_journals import SHIPPED, plain

from lockstep.catalogue.keys import Key
from lockstep.journals.profiles import read_journal, styled
from lockstep.results.model import Record
from lockstep.text import numbers
from lockstep.text.style import Style


def style_for(name: str) -> Style:
    """Return the style of a shipped journal, over that of no study in particular."""
    return styled(Style(), read_journal(name, ROOT))


def record(kind: str, value: float, **fields: Any) -> Record:
    """Return a record of which only kind and value matter, unless more is said."""
    return Record(**{"key": Key("x"), "kind": kind, "value": value, "label": "x", "population": "all", "n": 0, "method": "m"} | fields)  # fmt: skip  # noqa: E501


# By hand, after the quotes: P of 0.0004, 0.0123, 0.0497, 0.238 and 0.9996; a hazard ratio with interval, alone and in
# parentheses; 42.25% of 142 and of 1000 patients; 12345; the range from -2 to 5; the level of significance.
EXPECTED = {
    "generic": (
        "P < 0.001", "P = 0.012", "P = 0.0497", "P = 0.238", "P > 0.999",
        "0.34 (95% CI 0.20–0.56)", "0.34, 95% CI 0.20–0.56", "42.3%", "42.3%", "12345", "−2 to 5", "0.05",
    ),
    "plos-one": (
        "P < 0.001", "P = 0.012", "P = 0.0497", "P = 0.238", "P > 0.999",
        "0.34 (95% CI 0.20–0.56)", "0.34, 95% CI 0.20–0.56", "42.3%", "42.3%", "12345", "−2 to 5", "0.05",
    ),
    "annals-of-surgical-oncology": (
        "P < 0.001", "P = 0.012", "P = 0.0497", "P = 0.238", "P > 0.999",
        "0.34 (95% CI 0.20–0.56)", "0.34, 95% CI 0.20–0.56", "42.3%", "42.3%", "12345", "−2 to 5", "0.05",
    ),
    "jama-oncology": (
        "P<.001", "P=.01", "P=.0497", "P=.24", "P>.99",
        "0.34 (95% CI, 0.20-0.56)", "0.34; 95% CI, 0.20-0.56", "42.3%", "42.3%", "12 345", "−2 to 5", ".05",
    ),
    "lancet-oncology": (
        "p=0·0004", "p=0·012", "p=0·0497", "p=0·24", "p>0·99",
        "0·34 (95% CI 0·20–0·56)", "0·34, 95% CI 0·20–0·56", "42·3%", "42·3%", "12345", "−2 to 5", "0·05",
    ),
    "bmj": (
        "P < 0.001", "P = 0.012", "P = 0.0497", "P = 0.238", "P > 0.999",
        "0.34 (95% CI 0.20 to 0.56)", "0.34, 95% CI 0.20 to 0.56", "42.3%", "42.3%", "12 345", "−2 to 5", "0.05",
    ),
    "annals-of-internal-medicine": (
        "P<0.001", "P=0.012", "P=0.0497", "P=0.24", "P>0.99",
        "0.34 (95% CI, 0.20 to 0.56)", "0.34; 95% CI, 0.20 to 0.56", "42%", "42.3%", "12 345", "−2 to 5", "0.05",
    ),
    "nejm": (
        "P<0.001", "P=0.01", "P=0.0497", "P=0.24", "P>0.99",
        "0.34 (95% CI, 0.20 to 0.56)", "0.34; 95% CI, 0.20 to 0.56", "42.3%", "42.3%", "12,345", "−2 to 5", "0.05",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_numbers_print_as_each_journal_wants_them(name: str) -> None:
    """Eight journals, twelve prints each."""
    style = style_for(name)
    ratio = record("hazard_ratio", 0.3402, conf_low=0.2049, conf_high=0.5561, conf_level=0.95, no_effect=1.0)
    printed = (
        *(numbers.p_text(p, style) for p in (0.0004, 0.0123, 0.0497, 0.238, 0.9996)),
        numbers.text(ratio, style),
        numbers.text(ratio, style, nested=True),
        numbers.value_text(record("percent", 42.25, unit="%", denominator=142), style),
        numbers.value_text(record("percent", 42.25, unit="%", denominator=1000), style),
        numbers.bare_text(record("count", 12345), style),
        numbers.span_text(*(numbers.number_text(value, 0, style) for value in (-2, 5)), style),
        numbers.bare_text(record("setting", 0.05, key=Key("setting.alpha")), style),
    )
    assert tuple(map(plain, printed)) == EXPECTED[name]


ALMOST = 100 * (1 - 1e-11)
"""Above it a percentage is 100 to the twelve digits in which numbers are compared."""


@given(
    name=st.sampled_from(SHIPPED),
    p=st.floats(0, 1) | st.floats(0.045, 0.055),
    ratios=st.tuples(*[st.floats(0.001, 1000) | st.floats(0.99, 1.01)] * 3).map(sorted),
    share=(st.floats(0, 100) | st.floats(0, 0.1) | st.floats(99.9, 100)).filter(lambda of: not ALMOST < of < 100),
)
def test_no_journal_makes_a_number_say_what_is_not_so(name: str, p: float, ratios: list[float], share: float) -> None:
    """A printed P value is significant where the exact one is, a limit excludes 1 where it does, 0% is none."""
    style = style_for(name)

    def read(text: str) -> float:
        return float(re.sub(r"[<>\s\N{NARROW NO-BREAK SPACE},%]", "", text.replace("·", ".")))

    number = numbers.p_number(p, style)
    assert (number.startswith("<") or (not number.startswith(">") and read(number) < 0.05)) == (p < 0.05)
    low, value, high = ratios
    ratio = record("hazard_ratio", value, conf_low=low, conf_high=high, conf_level=0.95, no_effect=1.0)
    least, most = map(read, numbers.limits_text(ratio, style))
    assert [(end > 1) - (end < 1) for end in (least, most)] == [(end > 1) - (end < 1) for end in (low, high)]
    assert least <= read(numbers.bare_text(ratio, style)) <= most
    text = numbers.value_text(record("percent", share, unit="%", denominator=142), style)
    assert (text.startswith("<") or read(text) > 0) == (share > 0)
    assert (text.startswith(">") or read(text) < 100) == (share < 100)


@pytest.mark.parametrize(
    ("name", "above"),
    [
        *((name, "P = 0.0502") for name in ("generic", "plos-one", "annals-of-surgical-oncology", "bmj")),
        ("jama-oncology", "P=.05"),
        ("nejm", "P=0.05"),
        ("annals-of-internal-medicine", "P=0.050"),
        ("lancet-oncology", "p=0·050"),
    ],
)
def test_a_journal_that_states_the_decimals_of_p_values_keeps_them_above_alpha(name: str, above: str) -> None:
    """Others print one more where rounding would put a P value onto the level; none does it to a significant one."""
    assert plain(numbers.p_text(0.0502, style_for(name))) == above
    assert plain(numbers.p_number(0.0496, style_for(name))).lstrip("0") in (".0496", "·0496")


def test_two_significant_digits_never_take_more_than_four_decimals() -> None:
    """Of The Lancet: 0.00012 has one digit left, and what is below 0.0001 prints as such."""
    style = style_for("lancet-oncology")
    assert [numbers.p_text(p, style) for p in (0.5, 0.0621, 0.00621, 0.000621, 0.00012, 0.00009)] == [
        "p=0·50", "p=0·062", "p=0·0062", "p=0·0006", "p=0·0001", "p<0·0001",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("p", "jama", "nejm", "annals"),
    [
        (0.0099, "P=.010", "P=0.010", "P=0.010"),
        (0.01, "P=.01", "P=0.01", "P=0.010"),
        (0.1999, "P=.20", "P=0.20", "P=0.200"),
        (0.2, "P=.20", "P=0.20", "P=0.20"),
        (0.001, "P=.001", "P=0.001", "P=0.001"),
    ],
)
def test_decimals_change_at_the_bound_that_the_quote_names(p: float, jama: str, nejm: str, annals: str) -> None:
    """At 0.01 in JAMA and NEJM, at 0.20 in the Annals."""
    names = ("jama-oncology", "nejm", "annals-of-internal-medicine")
    assert tuple(numbers.p_text(p, style_for(name)) for name in names) == (jama, nejm, annals)


POINTS = {
    "generic": "12.3 percentage points (95% CI −3.1 to 20.9)",
    "plos-one": "12.3 percentage points (95% CI −3.1 to 20.9)",
    "annals-of-surgical-oncology": "12.3 percentage points (95% CI −3.1 to 20.9)",
    "jama-oncology": "12.3 percentage points (95% CI, −3.1 to 20.9)",
    "lancet-oncology": "12·3 percentage points (95% CI −3·1 to 20·9)",
    "bmj": "12.3 percentage points (95% CI −3.1 to 20.9)",
    "annals-of-internal-medicine": "12.3 percentage points (95% CI, −3.1 to 20.9)",
    "nejm": "12.3 percentage points (95% CI, −3.1 to 20.9)",
}


@pytest.mark.parametrize("name", SHIPPED)
def test_differences_of_percentages_print_in_percentage_points(name: str) -> None:
    """A difference of percentages is never a percentage, and has its sign."""
    limits = {"conf_low": -3.1, "conf_high": 20.9, "conf_level": 0.95, "no_effect": 0.0, "unit": "%", "n": 500}
    assert plain(numbers.text(record("difference", 12.3, **limits), style_for(name))) == POINTS[name]


@pytest.mark.parametrize("kind", ["odds_ratio", "risk_ratio", "ratio"])
@pytest.mark.parametrize("name", SHIPPED)
def test_all_kinds_of_ratios_print_as_hazard_ratios(name: str, kind: str) -> None:
    """A ratio has the decimals of a ratio, whatever it is of."""
    style, limits = style_for(name), {"conf_low": 0.20004, "conf_high": 0.9996, "conf_level": 0.95, "no_effect": 1.0}
    assert numbers.text(record(kind, 0.3401, **limits), style) == numbers.text(
        record("hazard_ratio", 0.3401, **limits), style
    )
