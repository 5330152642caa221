"""Estimates as a forest plot prints and draws them, and the axis on which they lie: how far it reaches, its ticks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..results.model import Record
from ..results.released import released_number
from ..text import numbers
from ..text.provenance import PrintedText
from ..text.style import Style

SHOWN_WHOLE: Final = 100.0  # an axis on which the largest value is at most so many times the smallest cuts no interval
CUT: Final = 8.0  # a wider one ends where limits are so many times an estimate, or that part of it
FARTHEST: Final = (0.01, 100.0)  # and no ratio beyond these has a place on it
NARROW: Final = 4.0  # up to this a logarithmic axis has ticks at equal steps: 0.6, 0.8, 1, 1.2

_MOST_STEPS: Final = 6
_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlottedEstimate:
    """An estimate with its interval: as text, and as the numbers of the text, which are what is drawn.

    `value` is None where there is no estimate, for the `reason`, or nothing to estimate, as in a reference. `kind`,
    `unit` and `no_effect` are those of the record.
    """

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    kind: str = ""
    unit: str | None = None
    no_effect: float | None = None


def plotted(record: Record, style: Style) -> PlottedEstimate:
    """Return an estimate as it is printed, with the numbers that its text has."""
    text = PrintedText(numbers.with_limits(record, style), (record.id,))
    found = PlottedEstimate(text=text, kind=record.kind, unit=record.unit, no_effect=record.no_effect)
    if record.value is None:
        return replace(found, reason=record.reason or "")

    def number(printed: str, exact: float | int | str | None) -> float | None:
        return None if exact is None else released_number(numbers.plain_digits(printed, style))

    low, high = numbers.limits_text(record, style)
    return replace(
        found,
        value=number(numbers.bare_text(record, style), record.value),
        low=number(low, record.conf_low),
        high=number(high, record.conf_high),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectAxis:
    """An axis from its first tick to its last, logarithmic where it is one of ratios; no effect is one of its ticks."""

    no_effect: float
    ticks: tuple[float, ...]

    @property
    def low(self) -> float:
        """Where it begins."""
        return self.ticks[0]

    @property
    def high(self) -> float:
        """Where it ends."""
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """Return how far along the axis a value lies: 0 at its beginning, 1 at its end, less or more beyond."""
        place = _placing(self.no_effect)
        if value <= 0 and _is_ratio(self.no_effect):
            return -math.inf
        return (place(value) - place(self.low)) / (place(self.high) - place(self.low))

    def reaches(self, value: float) -> bool:
        """Return whether a value is on the axis."""
        return self.low <= value <= self.high


def effect_axis(estimates: Iterable[PlottedEstimate], no_effect: float) -> EffectAxis:
    """Return an axis on which all estimates lie but what is far from all others; no effect is 1 (ratios) or 0."""
    shown = [estimate for estimate in estimates if estimate.value is not None]
    low, high = _ends(shown, no_effect)
    ticks = _ratio_ticks(low, high) if _is_ratio(no_effect) else _difference_ticks(low, high)
    return EffectAxis(no_effect=no_effect, ticks=ticks)


def labelled_ticks(axis: EffectAxis, width: float, label_widths: Sequence[float], distance: float) -> list[int]:
    """Return which ticks have a label, so that labels keep a distance.

    No effect has one first, then of a logarithmic axis the powers of ten, the halves and doubles and the rest; of
    another one every second, third ...
    """
    places = tick_positions(axis, width)
    none = axis.ticks.index(axis.no_effect)
    if not _is_ratio(axis.no_effect):
        order = sorted(range(len(places)), key=lambda i: ((i - none) % 2 != 0, abs(i - none)))
    else:
        order = sorted(range(len(places)), key=lambda i: (_rank(axis.ticks[i]), abs(i - none)))
    chosen: list[int] = []
    for i in order:
        if all(
            abs(places[i] - places[other]) >= (label_widths[i] + label_widths[other]) / 2 + distance for other in chosen
        ):
            chosen.append(i)
    return sorted(chosen)


def _rank(tick: float) -> int:
    """Return 0 for 1, and the higher the less a tick of a ratio needs a label."""
    if tick == 1:
        return 0
    exponent = math.log10(tick)
    return 1 if abs(exponent - round(exponent)) < 1e-9 else 2 if tick in (0.5, 2.0) else 3


def tick_positions(axis: EffectAxis, width: float) -> list[float]:
    """Return where the ticks of an axis of a width are."""
    return [width * axis.share(tick) for tick in axis.ticks]


def _is_ratio(no_effect: float) -> bool:
    return no_effect > 0


def _placing(no_effect: float) -> Callable[[float], float]:
    return math.log if _is_ratio(no_effect) else float


def _ends(estimates: Sequence[PlottedEstimate], no_effect: float) -> tuple[float, float]:
    """Return the least and greatest value that the axis reaches."""
    values = [value for item in estimates for value in (item.value, item.low, item.high) if value is not None]
    low, high = min([no_effect, *values]), max([no_effect, *values])
    if not _is_ratio(no_effect):
        return low, high
    if low > 0 and high / low <= SHOWN_WHOLE:
        return low, high
    centres = [item.value for item in estimates if item.value is not None]
    lows = [max(item.low, item.value / CUT) for item in estimates if item.low is not None and item.value is not None]
    highs = [min(item.high, item.value * CUT) for item in estimates if item.high is not None and item.value is not None]
    least, most = FARTHEST
    return (
        min(no_effect, max(least, min([*lows, *centres]))),
        max(no_effect, min(most, max([*highs, *centres]))),
    )


def _ratio_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return ticks that enclose a range, and lie on both sides of 1: in equal steps where it is narrow."""
    for step in _STEPS if high / low <= NARROW else ():
        one = round(1 / step)
        first, last = math.floor(round(low / step, 6)), math.ceil(round(high / step, 6))
        first, last = min(first, one - 1), max(last, one + 1)
        if first > 0 and last - first <= _MOST_STEPS:
            return tuple(round(step * i, 6) for i in range(first, last + 1))
    exponents = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    series = [round(mantissa * 10.0**exponent, 9) for exponent in exponents for mantissa in (1, 2, 5)]
    one = series.index(1.0)
    first = max(i for i, tick in enumerate(series) if tick <= low * (1 + 1e-9))
    last = min(i for i, tick in enumerate(series) if tick >= high * (1 - 1e-9))
    return tuple(series[min(first, one - 1) : max(last, one + 1) + 1])


def _difference_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return ticks in equal steps that enclose a range, and lie on both sides of 0."""
    power = 10.0 ** math.floor(math.log10(((high - low) or 1.0) / _MOST_STEPS))
    for step in (power, 2 * power, 5 * power, 10 * power):
        first, last = min(-1, math.floor(round(low / step, 6))), max(1, math.ceil(round(high / step, 6)))
        if last - first <= _MOST_STEPS:
            break
    return tuple(round(step * i, 12) for i in range(first, last + 1))
