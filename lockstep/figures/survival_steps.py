"""The lines of a survival curve on paper: its steps, band and marks within an axis."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..results.curves import PrintedCurve

Point = tuple[float, float]  # time in units of the axis, survival 0-1


@dataclass(frozen=True, slots=True)
class Steps:
    """A curve as lines: the corners of its `line` and of each polygon of `bands`, and where a patient is censored."""

    line: tuple[Point, ...]
    bands: tuple[tuple[Point, ...], ...]
    marks: tuple[Point, ...]


def steps(curve: PrintedCurve, *, per_unit: float, end: float) -> Steps:
    """Return a curve's lines up to the end of the axis.

    Parameters
    ----------
    curve : the estimate, in follow-up units.
    per_unit : follow-up units in one unit of the axis.
    end : where the axis ends, in its unit.

    Notes
    -----
    Steps are continuous from the right: the value at a time holds from then to the next. Survival begins at 1 and
    incidence at 0, where somebody is at risk; curve and band end at the last follow-up. There is no band where a bound
    cannot be estimated (None).
    """
    times = [min(time / per_unit, end) for time in curve.time]
    spans = list(zip(times, [*times[1:], times[-1]], curve.survival, curve.conf_low, curve.conf_high, strict=True))
    if len(spans) > 1 and spans[-1][2:] == spans[-2][2:]:
        del spans[-1]  # no step, only where the curve ends

    line: list[Point] = [(times[0], 0.0 if curve.estimates == "incidence" else 1.0)]
    for start, until, survival, *_ in spans:
        line += [(start, survival), (until, survival)]
    return Steps(
        line=tuple(line),
        bands=tuple(_bands((start, until, low, high) for start, until, _, low, high in spans)),
        marks=tuple(_marks(curve, times, per_unit)),
    )


def _marks(curve: PrintedCurve, times: Sequence[float], per_unit: float) -> Iterator[Point]:
    """Yield where patients are censored, each on the curve."""
    for censored in curve.censored:
        time = min(censored / per_unit, times[-1])
        yield time, curve.survival[bisect_right(times, time) - 1]


def _bands(spans: Iterable[tuple[float, float, float | None, float | None]]) -> Iterable[tuple[Point, ...]]:
    """Give the corners of a polygon for each unbroken run of spans (from, until, low, high) with both bounds."""
    upper: list[Point] = []
    lower: list[Point] = []
    for start, until, low, high in spans:
        if low is None or high is None:
            if upper:
                yield (*upper, *reversed(lower))
            upper, lower = [], []
        else:
            upper += [(start, high), (until, high)]
            lower += [(start, low), (until, low)]
    if upper:
        yield (*upper, *reversed(lower))
