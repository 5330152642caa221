"""Numbers to text, in a style: the same for prose, tables, figures and captions."""

from __future__ import annotations

import math
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from analysis.results import Record

from .style import NBSP, Style

ALPHA: Final = "setting.alpha"
ABSENT: Final = ("not reached", "not estimable")
NOT_REACHED: Final = (None, "not reached", "no events")  # reasons for which a time was waited for in vain
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


# Summaries that are (halves of) observed values print as exactly as they were measured; averages keep fixed decimals.
_OBSERVED: Final = ("median", "min", "max", "q1", "q3", "threshold")


def rounded(value: float, decimals: int) -> Decimal:
    """Round half up on the decimal representation, as people do: 0.125 gives 0.13, 2.675 gives 2.68."""
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number_text(value: float, decimals: int, style: Style, *, strip: bool = False) -> str:
    """Print a number with fixed decimals; with `strip`, without trailing zeros. Never "-0"."""
    quantity = rounded(value, decimals)
    digits = f"{abs(quantity):f}"
    if strip and "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    sign = style.minus if quantity < 0 else ""
    whole, _, fraction = digits.partition(".")
    if style.thousands and abs(quantity) >= style.thousands_from:
        whole = f"{int(whole):,}".replace(",", style.thousands)
    return sign + whole + (style.decimal_mark + fraction if fraction else "")


def count_text(count: int, style: Style) -> str:
    """Print a count that is no record of its own: "12,345"."""
    return number_text(count, 0, style)


def bare_text(record: Record, style: Style, *, decimals: int | None = None) -> str:
    """Print a record's value alone: no unit, no interval. What cannot be estimated prints as its reason."""
    if record.value is None:
        return absent_text(record)
    if isinstance(record.value, str):
        return date_text(record.value) if record.kind == "date" else record.value
    return bound_text(record, record.value, style, decimals)


def value_text(record: Record, style: Style, *, decimals: int | None = None) -> str:
    """Print a record's value with its unit: "2411 days", "42.3%", "not reached"."""
    if record.kind == "p_value":
        return p_text(record.value, style)
    text = bare_text(record, style, decimals=decimals)
    if record.value is None or record.unit is None:
        return text
    return text + "%" if record.unit == "%" else f"{text}{NBSP}{_counted(record.unit, text, style)}"


def interval_text(record: Record, style: Style, *, decimals: int | None = None) -> str:
    """Print a record's confidence interval: "95% CI 1890–3105"."""
    if record.conf_level is None:
        raise ValueError(f"record {record.id} has no confidence interval")
    low, high = (
        _missing_bound(record) if bound is None else bound_text(record, bound, style, decimals)
        for bound in (record.conf_low, record.conf_high)
    )
    if record.value is not None and record.conf_low is None and record.conf_high is None:
        low = high = ABSENT[1]  # no limit at all is no limit that was waited for
    level = number_text(100 * record.conf_level, 1, style, strip=True)
    worded = None in (record.conf_low, record.conf_high)
    return f"{level}%{NBSP}CI{',' if style.interval_comma else ''} {span_text(low, high, style, worded=worded)}"


def span_text(low: str, high: str, style: Style, *, worded: bool = False) -> str:
    """Join the ends of a range or interval: "5–71"; by "to" where one is words, or a dash could be read as a minus.

    Two ends that are missing for the same reason are told once: "not estimable".
    """
    if low == high and low in ABSENT:
        return low
    dash = " to " if worded or style.minus in (low[:1], high[:1]) else style.range_dash
    return f"{low}{dash}{high}"


def text(record: Record, style: Style, *, decimals: int | None = None, nested: bool = False) -> str:
    """Print a value with its interval, if it has one: "2411 days (95% CI 1890–3105)".

    With `nested`, for use inside parentheses: "2411 days, 95% CI 1890–3105"; where the interval has a comma of its own,
    after a semicolon: "2411 days; 95% CI, 1890–3105". A value without limits says so: "100.0% (95% CI not estimable)".
    """
    value = value_text(record, style, decimals=decimals)
    nothing = record.value is None and record.conf_low is None and record.conf_high is None
    if record.conf_level is None or nothing:
        return value
    interval = interval_text(record, style, decimals=decimals)
    return f"{value}{';' if style.interval_comma else ','} {interval}" if nested else f"{value} ({interval})"


def p_number(p: float | int | str | None, style: Style) -> str:
    """Print a P value without its letter: "0.012", "< 0.001", "> 0.999"; never 0 or 1."""
    if p is None:
        return "not estimable"
    value = float(p)
    if not 0 <= value <= 1:
        raise ValueError(f"a P value cannot be {value}")
    if value < style.p.floor:
        return f"<{style.p.space}{_p_digits(style.p.floor, 9, style, strip=True)}"
    decimals = _p_decimals(value, style)
    ceiling = 1 - 10**-decimals
    if value > ceiling:
        return f">{style.p.space}{_p_digits(ceiling, decimals, style)}"
    while not _keeps_its_meaning(rounded(value, decimals), value, style):
        decimals += 1
    return _p_digits(value, decimals, style)


def p_text(p: float | int | str | None, style: Style) -> str:
    """Print a P value with its letter: "P = 0.012", "P < 0.001"."""
    number = p_number(p, style)
    if p is None:
        return f"{style.p.letter}{NBSP}{number}"
    sign = "" if number[0] in "<>" else f"={style.p.space}"
    return f"{style.p.letter}{style.p.space}{sign}{number}"


def _p_decimals(value: float, style: Style) -> int:
    if style.p.significant is None:
        return next((decimals for bound, decimals in style.p.steps if value < bound), style.p.decimals)
    for _ in range(2):  # 0.0996 is rounded to 0.10, whose first digit stands one place further left
        leading = -math.floor(math.log10(value))  # place of the first digit that is not 0
        decimals = min(max(leading, 1) + style.p.significant - 1, style.p.most_decimals)
        value = float(rounded(value, decimals)) or value
    return decimals


def _keeps_its_meaning(printed: Decimal, value: float, style: Style) -> bool:
    """Tell whether a rounded P value is not 0 and lies on the same side of alpha: 0.0497 must not print as "0.050"."""
    return printed > 0 and (printed < Decimal(repr(style.alpha))) == (value < style.alpha)


def _p_digits(value: float, decimals: int, style: Style, *, strip: bool = False) -> str:
    digits = number_text(value, decimals, style, strip=strip)
    return digits if style.p.leading_zero else digits.removeprefix("0")


def date_text(iso: str) -> str:
    """Print an ISO date as "12 July 1965"."""
    day = date.fromisoformat(iso)
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]}{NBSP}{day.year}"


def month_text(iso: str) -> str:
    """Print the month of an ISO date as "July 1965"."""
    day = date.fromisoformat(iso)
    return f"{MONTHS[day.month - 1]}{NBSP}{day.year}"


def absent_text(record: Record) -> str:
    """Print a value that cannot be estimated: "not reached" for a survival time, else "not estimable".

    So is the time of nobody, and a cut-off of times that there is not.
    """
    return _missing_bound(record)


def _missing_bound(record: Record) -> str:
    return ABSENT[0] if record.kind == "time" and record.reason in NOT_REACHED else ABSENT[1]


def bound_text(record: Record, value: float, style: Style, decimals: int | None = None) -> str:
    """Print a number that belongs to a record (its value or a bound) in the record's decimals."""
    if isinstance(value, int) and decimals is None:
        return number_text(value, 0, style)
    if record.kind in ("count", "setting") and decimals is None:
        # a significance level is written as the P values that are held against it
        digits = _p_digits if record.id == ALPHA else number_text
        return digits(value, 6, style, strip=True)
    strip = decimals is None and (record.kind == "time" or record.id.rsplit(".", 1)[-1] in _OBSERVED)
    most = style.fewer_decimals(record)
    places = style.decimals(record) if decimals is None else decimals if most is None else min(decimals, most)
    if record.kind == "hazard_ratio" and decimals is None and value > 0:
        # a ratio never prints as 0.00
        places = max(places, -math.floor(math.log10(value))) if value < 10**-places / 2 else places
    return number_text(value, places, style, strip=strip)


def singular(unit: str) -> str:
    """Return the singular of a unit: "year" for "years", "cm" for "cm"."""
    return unit.removesuffix("s") if len(unit) > 2 else unit


def unit_text(unit: str, style: Style) -> str:
    """Return what a unit is called in a style."""
    return style.units.get(unit, unit)


def one_unit_text(unit: str, style: Style) -> str:
    """Return what one unit is called: "day"; a style's own name for it has no plural."""
    return style.units.get(unit, singular(unit))


def _counted(unit: str, number: str, style: Style) -> str:
    """Return the unit in the number's grammatical number: "1 day", "2 days"."""
    return one_unit_text(unit, style) if number == "1" else unit_text(unit, style)
