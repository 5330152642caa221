"""The lines of a survival curve on paper: its steps, band and marks within an axis, no finer than print can show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.results import Curve

Point = tuple[float, float]  # time in units of the axis, survival 0-1


@dataclass(frozen=True, slots=True)
class Steps:
    """A curve as lines: the corners of its `line` and of each polygon of `bands`, and where a patient is censored."""

    line: tuple[Point, ...]
    bands: tuple[tuple[Point, ...], ...]
    marks: tuple[Point, ...]


def steps(curve: Curve, *, per_unit: float, end: float, resolution: float) -> Steps:
    """Return a curve's lines up to the end of the axis.

    Parameters
    ----------
    curve : the estimate, in follow-up units.
    per_unit : follow-up units in one unit of the axis.
    end : where the axis ends, in its unit.
    resolution : steps and marks that are closer than this, in the unit of the axis, print as one.

    Notes
    -----
    Steps are continuous from the right: the value at a time holds from then to the next. The curve and its band end at
    the last follow-up. There is no band where a bound cannot be estimated (None).
    """
    times = [time / per_unit for time in curve.time]
    inside = [i for i, time in enumerate(times) if time <= end]
    stop = min(times[-1], end)

    values = list(zip(curve.survival, curve.conf_low, curve.conf_high, strict=True))
    changes = [i for i in inside if i == 0 or values[i] != values[i - 1]]
    kept = _last_of_each(changes, times, resolution)
    ends = [*(times[i] for i in kept[1:]), stop]

    line: list[Point] = [(0.0, 1.0)]
    for i, until in zip(kept, ends, strict=True):
        line += [(times[i], curve.survival[i]), (until, curve.survival[i])]
    marks = _last_of_each([i for i in inside if curve.n_censored[i]], times, resolution)
    return Steps(
        line=tuple(line),
        bands=tuple(_bands([(times[i], until, *values[i][1:]) for i, until in zip(kept, ends, strict=True)])),
        marks=tuple((times[i], curve.survival[i]) for i in marks),
    )


def _last_of_each(indices: Sequence[int], times: Sequence[float], resolution: float) -> list[int]:
    """Keep the first index and, of those whose times fall into one stretch of length `resolution`, the last."""
    last = {int(times[i] / resolution): i for i in indices}
    return list(dict.fromkeys([*indices[:1], *last.values()]))


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
