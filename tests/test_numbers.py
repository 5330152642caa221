"""Numbers print as a journal prints them: half up, no impossible P value, no sign or digit lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.results import Record
from manuscript import numbers
from manuscript.style import NBSP, PValueStyle, Style

STYLE = Style()


def record(**fields: object) -> Record:
    """Return a record with only the fields that a test is about."""
    defaults = {
        "id": "x.mean",
        "kind": "number",
        "value": 1.0,
        "label": "x",
        "population": "all",
        "n": 3,
        "method": "m",
    }
    return Record(**{**defaults, **fields})  # type: ignore[arg-type]


def plain(text: str) -> str:
    """Return a text with ordinary spaces."""
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (0.125, 2, "0.13"),
        (2.675, 2, "2.68"),
        (2.5, 0, "3"),
        (-0.04, 1, "0.0"),
        (-1.25, 1, "\N{MINUS SIGN}1.3"),
        (1e-9, 3, "0.000"),
    ],
)
def test_numbers_round_half_up_on_their_decimal_form(value: float, decimals: int, printed: str) -> None:
    """0.125 prints 0.13, as on paper, not 0.12 as a binary float would; zero has no sign."""
    assert numbers.number_text(value, decimals, STYLE) == printed


@pytest.mark.parametrize(
    ("p", "printed"),
    [
        (0.0, "P < 0.001"),
        (0.0009999, "P < 0.001"),
        (0.001, "P = 0.001"),
        (0.01211984, "P = 0.012"),
        (0.7065856, "P = 0.707"),
        (0.0497, "P = 0.0497"),
        (0.04996, "P = 0.04996"),
        (0.0502, "P = 0.050"),
        (0.05, "P = 0.050"),
        (0.9994, "P > 0.999"),
        (1.0, "P > 0.999"),
        (None, "P not estimable"),
    ],
)
def test_p_values_never_print_as_zero_or_one_nor_cross_alpha_by_rounding(p: float | None, printed: str) -> None:
    """A P value below 0.05 never prints as 0.050, and none prints as 0.000 or 1.000."""
    assert plain(numbers.p_text(p, STYLE)) == printed


@given(st.floats(0, 1))
def test_a_printed_p_value_lies_on_the_same_side_of_alpha(p: float) -> None:
    """Whatever the P value, a reader who compares the printed one with alpha decides as with the exact one."""
    printed = plain(numbers.p_number(p, STYLE))
    below = printed.startswith("<") or (not printed.startswith(">") and float(printed) < 0.05)
    assert below == (p < 0.05)


@pytest.mark.parametrize(("p", "printed"), [(0.0034, "0.003"), (0.0072, "0.01"), (0.0001, "< 0.001"), (0.3, "0.30")])
def test_no_p_value_prints_as_zero_in_a_journal_of_few_decimals(p: float, printed: str) -> None:
    """A journal known for its two decimals alone gets one more of what would be 0.00."""
    assert plain(numbers.p_number(p, Style(p=PValueStyle(decimals=2)))) == printed


@pytest.mark.parametrize(
    ("p", "printed"),
    [
        (0.0996, "0.10"),
        (0.00996, "0.010"),
        (0.000999, "0.0010"),
        (0.0994, "0.099"),
        (0.38, "0.38"),
        (0.00005, "< 0.0001"),
    ],
)
def test_significant_digits_are_counted_after_rounding(p: float, printed: str) -> None:
    """What is rounded up to a power of ten has as many significant digits as all others, not one more."""
    assert plain(numbers.p_number(p, Style(p=PValueStyle(significant=2, floor=0.0001)))) == printed


def test_a_p_value_outside_its_range_is_refused() -> None:
    """A number that cannot be a P value is a mistake of the program, not a text."""
    with pytest.raises(ValueError, match="cannot be"):
        numbers.p_number(1.2, STYLE)


MEDIAN = {"id": "os.median", "kind": "time", "unit": "days", "conf_level": 0.95}
RATIO = {"id": "a.b.hazard_ratio", "kind": "hazard_ratio", "conf_level": 0.9}


@pytest.mark.parametrize(
    ("fields", "printed"),
    [
        ({**MEDIAN, "value": 2411.0, "conf_low": 2160.0, "conf_high": 6262.0}, "2411 days (95% CI 2160–6262)"),
        (
            {**MEDIAN, "value": None, "reason": "not reached", "conf_low": 2160.0},
            "not reached (95% CI 2160 to not reached)",
        ),
        ({**MEDIAN, "value": None, "reason": "no events"}, "not reached"),
        ({**MEDIAN, "value": None, "reason": "no patients"}, "not estimable"),
        ({**MEDIAN, "value": None, "reason": "all patients have the same outcome"}, "not estimable"),
        ({**RATIO, "value": 0.3365, "conf_low": 0.2012, "conf_high": 0.5627}, "0.34 (90% CI 0.20–0.56)"),
        ({"id": "a.percent", "kind": "percent", "value": 42.2535, "unit": "%"}, "42.3%"),
        ({"id": "age.mean", "value": 44.345, "unit": "years"}, "44.35 years"),
        ({"id": "age.median", "value": 47.5, "unit": "years"}, "47.5 years"),
        ({"id": "age.max", "value": 71.0, "unit": "years"}, "71 years"),
        ({"id": "x.min", "value": 1.0, "unit": "days"}, "1 day"),
        (
            {"id": "x.d", "value": -2.0, "conf_low": -3.1, "conf_high": -1.0, "conf_level": 0.95},
            "−2.0 (95% CI −3.1 to −1.0)",
        ),
        ({"id": "a.first", "kind": "date", "value": "1965-07-12"}, "12 July 1965"),
    ],
)
def test_each_kind_of_record_prints_with_its_unit_and_interval(fields: dict[str, object], printed: str) -> None:
    """Times, ratios, percentages, measurements and dates print as prose needs them."""
    style = Style(number_decimals={"age": 2})
    assert plain(numbers.text(record(**fields), style)) == printed


def test_ends_that_are_both_missing_are_told_once() -> None:
    """An interval or a range of nothing is "not estimable", not "not estimable to not estimable"."""
    nothing = record(**{**MEDIAN, "value": 5.0, "conf_low": None, "conf_high": None})
    assert plain(numbers.interval_text(nothing, STYLE)) == "95% CI not estimable"
    assert numbers.span_text("not estimable", "not estimable", STYLE) == "not estimable"
    assert numbers.span_text("5", "5", STYLE) == "5–5"


def test_a_record_without_interval_has_no_interval_text() -> None:
    """Asking a plain count for its interval is a mistake with a message, not an empty bracket."""
    with pytest.raises(ValueError, match="no confidence interval"):
        numbers.interval_text(record(id="flow.n", kind="count", value=3), STYLE)


def test_a_journal_style_changes_every_mark() -> None:
    """Decimal point, dash and P decimals follow the style alone."""
    style = Style(decimal_mark="·", range_dash=" to ", p=PValueStyle(decimals=2), percent_decimals=0)
    ratio = record(id="a.hr", kind="hazard_ratio", value=0.5, conf_low=0.25, conf_high=1.0, conf_level=0.95)
    assert plain(numbers.text(ratio, style)) == "0·50 (95% CI 0·25 to 1·00)"
    assert plain(numbers.p_text(0.238, style)) == "P = 0·24"
    assert plain(numbers.p_text(0.0004, style)) == "P < 0·001"
