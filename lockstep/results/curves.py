"""A curve as a figure prints it: no step is finer than the line that draws it, and no day is an exact one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..base import snapping
from ..catalogue.keys import Key
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
        `resolution`, in `unit`; of a curve from a landmark, multiples of it since the start of follow-up.
    survival, conf_low, conf_high : from each time to the next, rounded.
    censored : the times at which a patient is censored, or several, on a survival curve; on the same grid.

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


@dataclass(frozen=True, slots=True)
class _Grid:
    """The steps of an axis that ends at `end`; `begins` is the time since the start of follow-up at which it begins.

    The steps are those of follow-up as a whole: two grids beside each other would disclose times more exactly.
    """

    end: float
    begins: float = 0.0

    @property
    def _shift(self) -> float:
        """The part of a step that lies before the beginning of the axis."""
        return (self.begins * CELLS / self.end) % 1

    def step(self, time: float) -> int:
        """Return the step in which a time lies."""
        return round(time * CELLS / self.end + self._shift)

    def times(self, steps: Sequence[int]) -> tuple[float, ...]:
        """Return the times of steps; the first and the last are the ends of the axis."""
        ends = {self.step(0.0): 0.0, self.step(self.end): self.end}
        return tuple(ends.get(step, (step - self._shift) * self.end / CELLS) for step in steps)


def printed_curve(curve: Curve | PrintedCurve, *, end: float, begins: float = 0.0) -> PrintedCurve:
    """Return a curve as a figure prints it whose time axis ends at `end`, in the curve's unit.

    A curve from a landmark begins so long after the start of follow-up as `begins` says. Times move to the nearest of
    `CELLS` equal steps of the axis; of what happens in one step, the last state counts. What lies beyond the axis is
    left out. A curve that is printed already is returned as it is.
    """
    if isinstance(curve, PrintedCurve):
        return curve
    end, grid = (
        snapping.snapped(end),
        _Grid(snapping.snapped(end), begins),
    )  # 0.7 x 12 months must not leave out who is followed for 8.4
    # Of a curve that begins beyond the axis, where the first patient enters late, that is a point at the end.
    inside = [i for i, time in enumerate(curve.time) if time <= end] or [0]
    steps = [grid.step(min(curve.time[i], end)) for i in inside]
    values = {step: _values(curve, i) for step, i in zip(steps, inside, strict=True)}  # the last of each step
    last = grid.step(min(curve.time[-1], end))
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
        time=grid.times(kept),
        survival=columns[0],
        conf_low=columns[1],
        conf_high=columns[2],
        censored=grid.times(sorted(censored)),
        risk_table=curve.risk_table,
        delayed_entry=curve.delayed_entry,
        estimates=curve.estimates,
    )


def snapped_to_curve(time: float, curve: PrintedCurve) -> float:
    """Return where a printed curve has a time, so that what belongs to a step meets it."""
    nearest = min(curve.time, key=lambda step: abs(step - time))
    on_grid = round(time / curve.resolution) * curve.resolution
    return nearest if abs(nearest - time) <= curve.resolution / 2 else on_grid


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
