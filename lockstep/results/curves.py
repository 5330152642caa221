"""A curve as a figure prints it: no step is finer than the line that draws it, and no day is an exact one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..base import snapping
from .keys import Key
from .model import Curve, Estimates, RiskTable

CELLS: Final = 160
"""Steps that a time axis has room for: a line of 1.2 points (0.42 mm) on a plot of 68 mm.

It is one number, whatever the size of the figure: with another grid in each journal's figures, several of them together
would disclose times more exactly than any one does.
"""

DECIMALS: Final = 3
"""Of survival and its limits: 0.1% are 0.05 mm of a plot, which is what a printer's dot measures."""

Values = tuple[float, float | None, float | None]  # survival and its limits


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedCurve:
    """A curve at the resolution of paper.

    Attributes
    ----------
    id, key, label, population, n, unit, method, conf_level, risk_table, estimates, delayed_entry : as in
        `lockstep.results.model.Curve`.
    resolution : the distance of two times that can be distinguished, in `unit`.
    time : where the curve steps, and where it ends (at the last follow-up, or with the axis): multiples of
        `resolution`, in `unit`.
    survival, conf_low, conf_high : from each time to the next, rounded.
    censored : the times at which a patient is censored, or several, on a survival curve; multiples of `resolution`.

    Notes
    -----
    The counts of the risk table are exact, as they are printed below the curve.
    """

    id: str = field(init=False)
    key: Key
    label: str
    population: str
    n: int
    unit: str
    method: str
    conf_level: float
    resolution: float
    time: tuple[float, ...]
    survival: tuple[float, ...]
    conf_low: tuple[float | None, ...]
    conf_high: tuple[float | None, ...]
    censored: tuple[float, ...]
    risk_table: RiskTable
    delayed_entry: bool = False
    estimates: Estimates = "survival"

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", self.key.id)


def printed_curve(curve: Curve | PrintedCurve, *, end: float) -> PrintedCurve:
    """Return a curve as a figure prints it whose time axis ends at `end`, in the curve's unit.

    Times move to the nearest of `CELLS` equal steps of the axis; of what happens in one step, the last state counts.
    What lies beyond the axis is left out. A curve that is printed already is returned as it is.
    """
    if isinstance(curve, PrintedCurve):
        return curve
    end = snapping.snapped(end)  # 0.7 x 12 months must not leave out who is followed for 8.4
    # Of a curve that begins beyond the axis, where the first patient enters late, that is a point at the end.
    inside = [i for i, time in enumerate(curve.time) if time <= end] or [0]
    steps = [_step(min(curve.time[i], end), end) for i in inside]
    values = {step: _values(curve, i) for step, i in zip(steps, inside, strict=True)}  # the last of each step
    last = _step(min(curve.time[-1], end), end)
    kept = list(_kept(values, last))
    marked = curve.estimates == "survival"  # on rising curves of incidence censoring is not marked
    censored = {step for step, i in zip(steps, inside, strict=True) if curve.n_censored[i] and marked}
    columns = list(zip(*(values.get(step) or values[max(values)] for step in kept), strict=True))
    return PrintedCurve(
        key=curve.key,
        label=curve.label,
        population=curve.population,
        n=curve.n,
        unit=curve.unit,
        method=curve.method,
        conf_level=curve.conf_level,
        resolution=end / CELLS,
        time=_times(kept, end),
        survival=columns[0],
        conf_low=columns[1],
        conf_high=columns[2],
        censored=_times(sorted(censored), end),
        risk_table=curve.risk_table,
        delayed_entry=curve.delayed_entry,
        estimates=curve.estimates,
    )


def snapped_to_grid(time: float, *, resolution: float) -> float:
    """Return a time on the grid of a printed curve, so that what belongs to a step meets it."""
    return round(time / resolution) * resolution


def _step(time: float, end: float) -> int:
    return round(time * CELLS / end)


def _times(steps: Sequence[int], end: float) -> tuple[float, ...]:
    return tuple(step * end / CELLS for step in steps)


def _values(curve: Curve, i: int) -> Values:
    low, high = curve.conf_low[i], curve.conf_high[i]
    return (
        round(curve.survival[i], DECIMALS),
        None if low is None else round(low, DECIMALS),
        None if high is None else round(high, DECIMALS),
    )


def _kept(values: dict[int, Values], last: int) -> Iterator[int]:
    """Yield the first step, those at which anything changes, and the last."""
    before: Values | None = None
    for step, found in values.items():
        if found != before or step == last:
            yield step
        before = found
    if last not in values:
        yield last
