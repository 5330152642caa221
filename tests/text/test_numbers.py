"""Numbers print as a journal prints them: half up, no impossible P value, no sign or digit lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.catalogue.keys import Key
from lockstep.results.model import Record
from lockstep.text import numbers
from lockstep.text.style import NBSP, PValueStyle, Style

STYLE = Style()


def record(**fields: object) -> Record:
    """Return a record with only the fields that a test is about."""
    defaults = {
        "key": Key("mean", variable="x"),
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
        (0.0496, "P = 0.0496"),
        (0.0502, "P = 0.0502"),
        (0.0495, "P = 0.0495"),
        (0.0494, "P = 0.049"),
        (0.050003, "P = 0.050003"),
        (0.0506, "P = 0.051"),
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


MEDIAN = {"key": Key("os.median"), "kind": "time", "unit": "days", "conf_level": 0.95, "decimals": 0}
WITHOUT = {"conf_level": 0.95, "no_effect": 1.0}
RATIO = {"key": Key("a.b.hazard_ratio"), "kind": "hazard_ratio", "conf_level": 0.9, "no_effect": 1.0}


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
        ({"key": Key("a.percent"), "kind": "percent", "value": 42.2535, "unit": "%"}, "42.3%"),
        ({"key": Key("age.mean"), "value": 44.345, "unit": "years", "decimals": 2}, "44.35 years"),
        ({"key": Key("age.median"), "value": 47.5, "unit": "years", "decimals": 1}, "47.5 years"),
        ({"key": Key("age.max"), "value": 71.0, "unit": "years", "decimals": 1}, "71.0 years"),
        ({"key": Key("x.min"), "value": 1.0, "unit": "days", "decimals": 0}, "1 day"),
        ({"key": Key("x.min"), "value": 1.0, "unit": "days"}, "1.0 days"),
        (
            {"key": Key("x.d"), "value": -2.0, "conf_low": -3.1, "conf_high": -1.0, "conf_level": 0.95},
            "−2.0 (95% CI −3.1 to −1.0)",
        ),
        ({"key": Key("x.df"), "kind": "statistic", "value": 3}, "3"),
        ({"key": Key("x.statistic"), "kind": "statistic", "value": 3.0}, "3.00"),
        ({"key": Key("a.first"), "kind": "date", "value": "1965-07-12"}, "July 1965"),
    ],
)
def test_each_kind_of_record_prints_with_its_unit_and_interval(fields: dict[str, object], printed: str) -> None:
    """Times, ratios, percentages, measurements and dates print as prose needs them."""
    assert plain(numbers.text(record(**fields), STYLE)) == printed


@pytest.mark.parametrize(
    ("value", "low", "high", "printed"),
    [
        (0.682, 0.47, 0.9957, "0.68 (95% CI 0.47–0.996)"),
        (1.62, 1.0042, 2.6, "1.62 (95% CI 1.004–2.60)"),
        (0.682, 0.47, 1.0, "0.68 (95% CI 0.47–1.00)"),
        (1.00004, 0.99996, 1.00012, "1.00004 (95% CI 0.99996–1.00012)"),
        (1.0004, 0.9998, 1.001, "1.0004 (95% CI 0.9998–1.0010)"),
        (0.9962, 0.993, 0.9994, "0.996 (95% CI 0.99–0.999)"),
        (0.004, 0.0004, 0.03, "0.004 (95% CI 0.0004–0.03)"),
        (441.73, 12.345, 15806.2, "442 (95% CI 12.3–15800)"),
        (9.996, 0.53, 99.96, "10.0 (95% CI 0.53–100)"),
        (1e-12, 1e-40, 3e-5, "<0.0001 (95% CI <0.0001 to <0.0001)"),
        (2.5, 0.3, 8.3e12, "2.50 (95% CI 0.30 to >1000000)"),
    ],
)
def test_rounding_hides_no_ratio(value: float, low: float, high: float, printed: str) -> None:
    """A limit does not print as no effect unless it is that, a value not outside its limits, nor with four digits."""
    ratio = record(key=Key("a.hazard_ratio"), kind="hazard_ratio", value=value, conf_low=low, conf_high=high, **WITHOUT)
    assert plain(numbers.text(ratio, STYLE)) == printed


@pytest.mark.parametrize(
    ("fields", "printed"),
    [
        (
            {"kind": "number", "no_effect": 0.0, "value": 1.4, "conf_low": 0.03, "conf_high": 2.8},
            "1.4 (95% CI 0.03–2.8)",
        ),
        (
            {
                "key": Key("c.auc"),
                "kind": "probability",
                "no_effect": 0.5,
                "value": 0.56,
                "conf_low": 0.5031,
                "conf_high": 0.62,
            },
            "0.56 (95% CI 0.503–0.62)",
        ),
    ],
)
def test_rounding_puts_no_limit_onto_no_effect(fields: dict[str, object], printed: str) -> None:
    """For a difference that is 0, for an area under the ROC curve one half."""
    assert plain(numbers.text(record(conf_level=0.95, **fields), STYLE)) == printed


@pytest.mark.parametrize(
    ("count", "of", "decimals", "printed"),
    [
        (1, 6000, 1, "<0.1%"),
        (5999, 6000, 1, ">99.9%"),
        (0, 6000, 1, "0.0%"),
        (6000, 6000, 1, "100.0%"),
        (3, 6000, 1, "0.1%"),
        (1, 300, 0, "<1%"),
        (299, 300, 0, ">99%"),
    ],
)
def test_a_percentage_is_none_or_all_only_where_it_is(count: int, of: int, decimals: int, printed: str) -> None:
    """One of many is not 0.0%, and all but one are not 100.0%."""
    share = record(key=Key("a.percent"), kind="percent", value=100 * count / of, unit="%", denominator=of, n=of)
    assert numbers.text(share, Style(percent_decimals=decimals)) == printed
    lancet = Style(percent_decimals=decimals, decimal_mark="·")
    assert numbers.text(share, lancet) == printed.replace(".", "·")


def test_a_limit_of_a_rate_is_none_or_all_only_where_it_is() -> None:
    """Its interval reads "97.1 to >99.9", with a word between, and so does that of a probability."""
    rate = record(kind="percent", value=99.7, unit="%", conf_low=97.1, conf_high=99.97, conf_level=0.95)
    assert plain(numbers.text(rate, STYLE)) == "99.7% (95% CI 97.1 to >99.9)"
    area = record(key=Key("c.auc"), kind="probability", value=0.996, conf_low=0.98, conf_high=1.0, conf_level=0.95)
    assert plain(numbers.text(area, STYLE)) == ">0.99 (95% CI 0.98–1.00)"


RATIOS = st.floats(0.001, 1000) | st.floats(0.99, 1.01)


@given(values=st.tuples(RATIOS, RATIOS, RATIOS).map(sorted), decimals=st.none() | st.integers(0, 3))
def test_a_printed_interval_agrees_with_the_exact_one(values: list[float], decimals: int | None) -> None:
    """Whatever the ratio: each printed limit is on the side of 1 where the exact one is, and the value lies between."""
    low, value, high = values
    ratio = record(key=Key("a.hazard_ratio"), kind="hazard_ratio", value=value, conf_low=low, conf_high=high, **WITHOUT)
    least, most = map(float, numbers.limits_text(ratio, STYLE, decimals=decimals))
    for printed, exact in ((least, low), (most, high)):
        assert (printed < 1, printed == 1) == (exact < 1, exact == 1)
    assert least <= float(numbers.bare_text(ratio, STYLE, decimals=decimals)) <= most


@given(p=st.floats(0, 1) | st.floats(0.049, 0.051), alpha=st.sampled_from([0.05, 0.01, 0.1, 0.0005, 5e-8]))
def test_no_p_value_prints_as_alpha_that_is_not(p: float, alpha: float) -> None:
    """At any level of significance: a printed P value is below, at or above alpha where the exact one is."""
    printed = plain(numbers.p_number(p, Style(alpha=alpha)))
    if printed.startswith("<"):
        assert p < float(printed[2:]) <= alpha or float(printed[2:]) == 0.001 < alpha
    elif not printed.startswith(">"):
        assert (float(printed) < alpha, float(printed) == alpha) == (p < alpha, p == alpha)


def test_a_journal_that_states_decimals_keeps_them_above_alpha() -> None:
    """There 0.0502 prints as 0.05, but what is significant never does."""
    style = Style(p=PValueStyle(decimals=2, steps=((0.01, 3),), spaced=False, leading_zero=False, prescribed=True))
    assert [numbers.p_text(p, style) for p in (0.0502, 0.0496, 0.0476)] == ["P=.05", "P=.0496", "P=.048"]


def test_a_p_value_without_its_letter_has_its_own_decimals() -> None:
    """As a bare number it is no 0.0, and other decimals than the style's are not to be had."""
    p = record(key=Key("a.p_value"), kind="p_value", value=0.0004)
    assert plain(numbers.bare_text(p, STYLE)) == "< 0.001"
    assert plain(numbers.bare_text(p, STYLE, decimals=1)) == "< 0.001"


def test_a_confidence_level_is_never_all() -> None:
    """One of 99.99% prints so, not as 100%."""
    rate = record(value=5.0, conf_low=1.0, conf_high=9.0, conf_level=0.9999)
    assert plain(numbers.interval_text(rate, STYLE)) == "99.99% CI 1.0–9.0"
    assert numbers.level_text(0.95, STYLE) == "95%"


def test_the_ticks_of_an_axis_have_the_decimals_of_one_another() -> None:
    """As numbers side by side."""
    assert numbers.alike((0, 0.5, 1), STYLE) == ("0.0", "0.5", "1.0")
    assert numbers.alike((0, 5, 10), STYLE) == ("0", "5", "10")


def test_ends_that_are_both_missing_are_told_once() -> None:
    """An interval or a range of nothing is "not estimable", not "not estimable to not estimable"."""
    nothing = record(**{**MEDIAN, "value": 5.0, "conf_low": None, "conf_high": None})
    assert plain(numbers.interval_text(nothing, STYLE)) == "95% CI not estimable"
    assert numbers.span_text("not estimable", "not estimable", STYLE) == "not estimable"
    assert numbers.span_text("5", "5", STYLE) == "5–5"


def test_a_record_without_interval_has_no_interval_text() -> None:
    """Asking a plain count for its interval is a mistake with a message, not an empty bracket."""
    with pytest.raises(ValueError, match="no confidence interval"):
        numbers.interval_text(record(key=Key("flow.n"), kind="count", value=3), STYLE)


def test_a_journal_style_changes_every_mark() -> None:
    """Decimal point, dash and P decimals follow the style alone."""
    style = Style(decimal_mark="·", range_dash=" to ", p=PValueStyle(decimals=2), percent_decimals=0)
    ratio = record(key=Key("a.hr"), kind="hazard_ratio", value=0.5, conf_low=0.25, conf_high=1.0, conf_level=0.95)
    assert plain(numbers.text(ratio, style)) == "0·50 (95% CI 0·25 to 1·00)"
    assert plain(numbers.p_text(0.238, style)) == "P = 0·24"
    assert plain(numbers.p_text(0.0004, style)) == "P < 0·001"
