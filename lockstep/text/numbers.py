"""Numbers to text, in a style: the same for prose, tables, figures and captions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from ..catalogue.catalogue import ALPHA
from ..catalogue.kinds import RATIOS, Kind
from ..results.model import Record
from ..results.print_units import in_print_unit
from .decimals import RATIO_BOUNDS, needed_decimals, p_floor, p_places, printed_decimals, rounded
from .style import NBSP, Style

ABSENT: Final = ("not reached", "not estimable")
NOT_REACHED: Final = (None, "not reached", "no events")  # reasons for which a time was waited for in vain
RATIO_NAMES: Final[Mapping[Kind, str]] = {
    "hazard_ratio": "HR",
    "subdistribution_hazard_ratio": "SHR",
    "odds_ratio": "OR",
    "risk_ratio": "RR",
    "ratio": "ratio",
}
"""What sentences and tables call the ratios of each kind."""

PERCENTAGE_POINTS: Final = f"percentage{NBSP}points"
"""The unit of a difference of percentages: 42% is 12 percentage points more than 30%, and not 12%."""
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

_BOUNDS: Final = {"percent": (0, 100), "probability": (0, 1)}
"""The least and the greatest that a kind of number can be, which it prints as only where it is that."""


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


def alike(values: Iterable[float], style: Style) -> tuple[str, ...]:
    """Print constants side by side, with the decimals that one of them needs: "0.0", "0.5", "1.0"."""
    values = tuple(values)
    decimals = max((needed_decimals(value) for value in values), default=0)
    return tuple(number_text(value, decimals, style) for value in values)


def bare_text(record: Record, style: Style, *, decimals: int | None = None) -> str:
    """Print a record's value alone: no unit, no interval. What cannot be estimated prints as its reason."""
    record = in_print_unit(record)
    if record.value is None:
        return _absent(record)
    if record.kind == "p_value":
        return p_number(record.value, style)
    if isinstance(record.value, str):
        return month_text(record.value) if record.kind == "date" else record.value
    places = printed_decimals(record, style, decimals=decimals).value
    return _record_number(record, record.value, places or 0, style)


def value_text(record: Record, style: Style, *, decimals: int | None = None) -> str:
    """Print a record's value with its unit: "2411 days", "42.3%", "not reached"."""
    record = in_print_unit(record)
    if record.kind == "p_value":
        return p_text(record.value, style)
    text = bare_text(record, style, decimals=decimals)
    if record.value is None or record.unit is None:
        return text
    if record.unit == "%" and record.kind != "difference":
        return text + "%"
    unit = PERCENTAGE_POINTS if record.unit == "%" else record.unit
    return f"{text}{NBSP}{_counted(unit, text, style)}"


def interval_text(record: Record, style: Style, *, decimals: int | None = None) -> str:
    """Print a record's confidence interval: "95% CI 1890–3105"."""
    if record.conf_level is None:
        raise ValueError(f"record {record.id} has no confidence interval")
    low, high = limits_text(record, style, decimals=decimals)
    level = level_text(record.conf_level, style)
    worded = None in (record.conf_low, record.conf_high)
    return f"{level}{NBSP}CI{',' if style.interval_comma else ''} {span_text(low, high, style, worded=worded)}"


def level_text(conf_level: float, style: Style) -> str:
    """Print a confidence level with all its digits: "95%", "99.99%", never "100%"."""
    (percent,) = alike([round(100 * conf_level, 9)], style)
    return f"{percent}%"


def limits_text(record: Record, style: Style, *, decimals: int | None = None) -> tuple[str, str]:
    """Print the limits of a record's confidence interval, each; one that cannot be estimated as its reason."""
    record = in_print_unit(record)
    if record.value is not None and record.conf_low is None and record.conf_high is None:
        return ABSENT[1], ABSENT[1]  # no limit at all is no limit that was waited for
    places = printed_decimals(record, style, decimals=decimals)
    low, high = (
        _absent(record) if bound is None else _record_number(record, bound, digits or 0, style)
        for bound, digits in ((record.conf_low, places.low), (record.conf_high, places.high))
    )
    return low, high


def span_text(low: str, high: str, style: Style, *, worded: bool = False) -> str:
    """Join the ends of a range or interval: "5–71"; by "to" where one is words, "<0.1" or has a minus, like a dash.

    Two ends that are missing for the same reason are reported once: "not estimable".
    """
    if low == high and low in ABSENT:
        return low
    signed = any(end.startswith((style.minus, "<", ">")) for end in (low, high))
    dash = " to " if worded or signed else style.range_dash
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


def with_limits(record: Record, style: Style) -> str:
    """Print a value and its limits without unit and level, which a heading has: "0.34 (0.20–0.58)"."""
    value = bare_text(record, style)
    if record.value is None:
        return value
    worded = None in (record.conf_low, record.conf_high)
    return f"{value} ({span_text(*limits_text(record, style), style, worded=worded)})"


def plain_digits(number: str, style: Style) -> str:
    """Return a printed number with a point for its decimal mark, and nothing else but its sign, "<" or ">"."""
    for mark, plain in ((style.thousands, ""), (style.p.space, ""), (style.decimal_mark, "."), (style.minus, "-")):
        number = number.replace(mark, plain) if mark else number
    return number


def p_number(p: float | int | str | None, style: Style) -> str:
    """Print a P value without its letter: "0.012", "< 0.001", "> 0.999"; never 0 or 1.

    Where rounding would put it onto or over the significance level it has more decimals: 0.0502 rather than 0.050. In a
    journal that states the decimals only a significant one has them.
    """
    if p is None:
        return "not estimable"
    value = float(p)
    places = p_places(value, style)
    if value < p_floor(style):
        return f"<{style.p.space}{_p_digits(p_floor(style), places, style)}"
    ceiling = 1 - 10**-places
    if value > ceiling:
        return f">{style.p.space}{_p_digits(ceiling, places, style)}"
    return _p_digits(value, places, style)


def p_text(p: float | int | str | None, style: Style) -> str:
    """Print a P value with its letter: "P = 0.012", "P < 0.001"."""
    number = p_number(p, style)
    if p is None:
        return f"{style.p.letter}{NBSP}{number}"
    sign = "" if number[0] in "<>" else f"={style.p.space}"
    return f"{style.p.letter}{style.p.space}{sign}{number}"


def _p_digits(value: float, decimals: int, style: Style) -> str:
    digits = number_text(value, decimals, style)
    return digits if style.p.leading_zero else digits.removeprefix("0")


def date_text(iso: str) -> str:
    """Print an ISO date that is no patient's, such as that of a letter, as "12 July 1965"."""
    day = date.fromisoformat(iso)
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]}{NBSP}{day.year}"


def month_text(iso: str) -> str:
    """Print the month of an ISO date as "July 1965".

    No date of a patient is printed to the day: first and last ones are somebody's birth, diagnosis or death.
    """
    year, month = iso.split("-")[:2]
    return f"{MONTHS[int(month) - 1]}{NBSP}{int(year)}"


def _absent(record: Record) -> str:
    """Print a value or limit that cannot be estimated: "not reached" for a survival time, else "not estimable".

    So is the time of nobody, and a cut-off of times that there is not.
    """
    return ABSENT[0] if record.kind == "time" and record.reason in NOT_REACHED else ABSENT[1]


def _record_number(record: Record, value: float, places: int, style: Style) -> str:
    """Print a number that belongs to a record; "<0.1" where it would else print as the least that it can be, and so up.

    Such is 1 of 6000, which is not 0.0%, and 5999, which is not 100.0%.
    """
    if record.key.statistic == ALPHA.path:  # a significance level is written as the P values that are held against it
        return _p_digits(value, places, style)
    if record.kind in RATIOS and value > 0:
        smallest, largest = RATIO_BOUNDS
        if rounded(value, places) == 0:
            return f"<{number_text(smallest, needed_decimals(smallest), style)}"
        if value > largest:
            return f">{number_text(largest, 0, style)}"
    least, most = _BOUNDS.get(record.kind, (-math.inf, math.inf))
    step = 10.0**-places
    if least < value and rounded(value, places) <= least:
        return f"<{number_text(least + step, places, style)}"
    if value < most * (1 - 1e-12) and rounded(value, places) >= most:
        return f">{number_text(most - step, places, style)}"
    return number_text(value, places, style)


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
