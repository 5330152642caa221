"""Units of follow-up, and what of it a figure and a text show: ticks and landmarks that fit the data."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .observed import PlannedColumn
from .words import plain

UNITS: Final = {"days": (30.4375, 365.25), "months": (1.0, 12.0), "years": (1 / 12, 1.0)}
"""Units of follow-up: how many make a month and a year."""

_SAID: Final = {
    **dict.fromkeys(("d", "day", "days"), "days"),
    **dict.fromkeys(("m", "mo", "mos", "month", "months"), "months"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "years"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "weeks"),
}
_DAYS_FROM: Final = 400
_MONTHS_FROM: Final = 25
_SHOWN: Final = 0.95  # of the patients have no longer follow-up than the axis
_YEARS_FROM: Final = 3  # of half of the patients
_MOST_TICKS: Final = 6  # after the first
_STEPS: Final = {
    "years": (1, 2, 5, 10, 20, 50),
    "months": (1, 2, 3, 6, 12, 24, 36, 60),
    "days": (1, 2, 5, 7, 10, 14, 20, 30, 60),
}
_LANDMARKS: Final = ((5, (1, 3, 5)), (3, (1, 2, 3)), (2, (1, 2)), (1, (0.5, 1)), (0.5, (0.25, 0.5)), (0.25, (0.25,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """The unit in which times print, the ticks of an axis in it, and landmarks in years; `reached`: by follow-up."""

    unit: str
    ticks: tuple[int, ...]
    landmarks: tuple[float, ...]
    reached: bool


def unit_of(column: PlannedColumn, lengths: npt.NDArray[np.float64], said: str) -> tuple[str, str]:
    """Return the unit of a ready time, and the reason where it was not said."""
    if said:
        return said, ""
    if column.guess.unit.lower() in _SAID:
        return _SAID[column.guess.unit.lower()], "the column's own"
    for source, text in (("its name", plain(column.header)), ("its label", plain(column.guess.label))):
        found = {_SAID[word] for word in text.split("_") if word in _SAID and (len(word) > 1 or source == "its name")}
        if len(found) == 1:
            return found.pop(), f"guess: {source}"
    if ending := re.search(r"(day|month|year|week)s?$", plain(column.header)):
        return f"{ending[1]}s", "guess: its name"
    largest = float(np.nanmax(lengths)) if not np.isnan(lengths).all() else 0.0
    unit = "days" if largest > _DAYS_FROM else "months" if largest > _MONTHS_FROM else "years"
    return (
        unit,
        f"guess: from the size of the values; see to it, or add --unit {'months' if unit == 'days' else 'days'}",
    )


def axis_for(lengths: npt.NDArray[np.float64], unit: str) -> TimeAxis:
    """Return the unit, the axis and the landmarks that fit follow-up of these lengths.

    Parameters
    ----------
    lengths : (n,) follow-up of each patient, in `unit`.

    Notes
    -----
    Years are for cohorts of which half are followed for three years or longer; a median of 0.8 years says little.
    """
    longest = float(np.quantile(lengths, _SHOWN)) if len(lengths) else 0.0
    month, year = UNITS[unit]
    months, years = longest / month, longest / year
    typical = float(np.median(lengths)) / year if len(lengths) else 0.0
    shown, length = ("years", years) if typical >= _YEARS_FROM else ("months", months)
    if months < 3 and unit == "days":
        shown, length = "days", longest
    step = next((step for step in _STEPS[shown] if length <= step * _MOST_TICKS), math.ceil(length / _MOST_TICKS))
    ticks = tuple(step * n for n in range(max(1, math.ceil(round(length / step, 6))) + 1))
    landmarks = next((marks for least, marks in _LANDMARKS if years >= least), _LANDMARKS[-1][1])
    return TimeAxis(unit=shown, ticks=ticks, landmarks=landmarks, reached=years >= landmarks[0])
