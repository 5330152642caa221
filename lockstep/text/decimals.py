"""In how many decimals numbers print in a style: the one place that decides it."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final, NamedTuple

from ..catalogue.kinds import RATIOS
from ..results.model import Record
from ..results.print_units import in_print_unit
from .style import Style

RATIO_BOUNDS: Final = (0.0001, 1_000_000)
"""A ratio beyond these prints as "<0.0001" or ">1000000": it says that there is no estimate worth its digits."""

_SMALLEST_RATIO_DECIMALS: Final = 4
_CONTEXT: Final = Context(prec=400)  # digits enough for any float with any decimals


class PrintedDecimals(NamedTuple):
    """The decimals in which a record's value and its confidence limits print; None for what is no number.

    Negative for a ratio of 1000 or more, which is rounded before the point: -1 for 1230.
    """

    value: int | None
    low: int | None = None
    high: int | None = None


def printed_decimals(record: Record, style: Style, *, decimals: int | None = None) -> PrintedDecimals:
    """Return the decimals in which a record's value and confidence limits print in a style: all printing asks here.

    Parameters
    ----------
    decimals : those that the author asks for, in place of the style's.

    Notes
    -----
    A number or time has the decimals of its variable (`Record.decimals`), other kinds those of the style. A ratio has
    three significant digits at most, and never prints as 0. A limit that rounding would put onto no effect (1 for
    ratios, 0 for differences) has as many more as keep it off; so have value and limits where that befalls both limits,
    and a value that would else print outside of its limits. P values: see `p_number`.
    """
    record = in_print_unit(record)
    if record.kind == "p_value":
        return PrintedDecimals(None if record.value is None else p_places(float(record.value), style))
    value = None if isinstance(record.value, str) else record.value
    plain = [
        None if number is None else _plain_decimals(record, number, style, decimals)
        for number in (value, record.conf_low, record.conf_high)
    ]
    if value is None or record.conf_level is None:
        return PrintedDecimals(*plain)
    bounds = (record.conf_low, record.conf_high)
    limits = [_off_no_effect(record, number, places) for number, places in zip(bounds, plain[1:], strict=True)]
    if None not in limits and all(more != places for more, places in zip(limits, plain[1:], strict=True)):
        most = max(places for places in (plain[0], *limits) if places is not None)
        return PrintedDecimals(most, most, most)
    return PrintedDecimals(_within(value, plain[0] or 0, bounds, limits), *limits)


def rounded(value: float, decimals: int) -> Decimal:
    """Round half up on the decimal representation, as people do: 0.125 gives 0.13, 2.675 gives 2.68."""
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _CONTEXT)


def needed_decimals(value: float) -> int:
    """Return the decimals that a constant is written with: 2 for 0.05, 4 for 30.4375; at most 6 unless smaller."""
    most = max(6, -math.floor(math.log10(abs(value)))) if value else 0
    return max(0, -int(rounded(value, most).normalize().as_tuple().exponent))


def p_floor(style: Style) -> float:
    """Return the number below which P values print as "< floor": the significance level, where that is smaller."""
    return style.p.floor if style.p.prescribed else min(style.p.floor, style.alpha)


def p_places(value: float, style: Style) -> int:
    """Return the decimals of a P value; those of the floor where it is below that."""
    if not 0 <= value <= 1:
        raise ValueError(f"a P value cannot be {value}")
    if value < p_floor(style):
        return needed_decimals(p_floor(style))
    places = _p_decimals(value, style)
    if value <= 1 - 10**-places:
        while not _keeps_its_meaning(rounded(value, places), value, style):
            places += 1
    return places


def _p_decimals(value: float, style: Style) -> int:
    if style.p.significant is None:
        return next((decimals for bound, decimals in style.p.steps if value < bound), style.p.decimals)
    for _ in range(2):  # 0.0996 is rounded to 0.10, whose first digit is one place further left
        leading = -math.floor(math.log10(value))  # place of the first digit that is not 0
        decimals = min(max(leading, 1) + style.p.significant - 1, style.p.most_decimals)
        value = float(rounded(value, decimals)) or value
    return decimals


def _keeps_its_meaning(printed: Decimal, value: float, style: Style) -> bool:
    """Return whether a rounded P value is not 0 and lies on the same side of alpha: 0.0497 must not print as "0.050".

    Nor may 0.0502, unless a journal states the decimals.
    """
    alpha = Decimal(repr(float(style.alpha)))
    if printed == alpha and value > style.alpha and not style.p.prescribed:
        return False
    return printed > 0 and (printed < alpha) == (value < style.alpha)


def _plain_decimals(record: Record, value: float, style: Style, decimals: int | None) -> int:
    """Return the decimals of a number that belongs to a record, without regard to others."""
    if isinstance(value, int) and decimals is None:
        return 0  # a count, and degrees of freedom
    match record.kind:
        case "count" | "setting" if decimals is None:
            return needed_decimals(value)
        case kind if kind in RATIOS:
            return _ratio_decimals(value, style, decimals)
    if decimals is None:
        return style.decimals(record)
    few = style.fewer_decimals(record)
    return decimals if few is None else min(decimals, few)


def _ratio_decimals(value: float, style: Style, decimals: int | None) -> int:
    """Return the decimals of a ratio: never 0.00, and no more than three significant digits unless the author asks."""
    places = style.ratio_decimals if decimals is None else decimals
    if 0 < value < 10.0**-places / 2:
        return min(-math.floor(math.log10(value)), max(places, _SMALLEST_RATIO_DECIMALS))
    most = max(style.ratio_digits, style.ratio_decimals + 1)  # 1.234 in a journal of three decimals
    while decimals is None and value >= 1 and rounded(value, places).adjusted() + 1 + places > most:
        places -= 1
    return places


def _off_no_effect(record: Record, limit: float | None, decimals: int | None) -> int | None:
    """Return the decimals in which a limit does not print as no effect, unless it is that."""
    none = record.no_effect
    if limit is None or decimals is None or none is None or limit == none:
        return decimals
    while rounded(limit, decimals) == Decimal(repr(none)):
        decimals += 1
    return decimals


def _within(value: float, decimals: int, bounds: tuple[float | None, float | None], limits: list[int | None]) -> int:
    """Return the decimals in which a value prints between its printed limits, if it lies between them."""
    low, high = bounds
    least, most = (
        None if bound is None else rounded(bound, places or 0) for bound, places in zip(bounds, limits, strict=True)
    )
    if (low is not None and value < low) or (high is not None and value > high):
        return decimals
    while (least is not None and rounded(value, decimals) < least) or (
        most is not None and rounded(value, decimals) > most
    ):
        decimals += 1
    return decimals
