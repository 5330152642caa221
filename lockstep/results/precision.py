"""How exactly a variable is recorded, and in how many decimals its statistics are therefore given.

Decimals belong to a variable, not to a value: all medians, quartiles, minima and maxima of it share one number of
decimals, in every group, and so do its means and standard deviations.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..endpoints.endpoints import Endpoint
from ..statistics.moments import MOMENTS
from ..study.model import Study

_SIGNIFICANT: Final = 4  # digits of the largest value of a variable at most
_TYPICAL: Final = 3  # digits of its typical value at most
_SHORT: Final = 100  # days: half of one is more than half a percent of a shorter time
_MOST: Final = 15  # decimals that a float of ordinary size holds
_AVERAGES: Final = frozenset(moment.name for moment in MOMENTS if moment.is_average)


@dataclass(frozen=True, slots=True)
class NumberDecimals:
    """The decimals of a variable's statistics: `average` of what `is_average`, as mean and SD, `observed` of others."""

    average: int
    observed: int

    def of(self, moment: str) -> int:
        """Return the decimals of a statistic by its name: "mean", "sd", "median", "q1" ..."""
        return self.average if moment in _AVERAGES else self.observed


def recorded_decimals(values: ArrayLike) -> int:
    """Return how many decimals of the values count: the most that one of them needs; missing values do not count.

    Of two decimals or more, only as many count as give the typical value, the median of those that are not 0, three
    significant digits, though never fewer than one: an age of 62.371 years, which was computed from dates, is 62.4.
    """
    known = np.abs(np.asarray(values, dtype=float))
    known = known[np.isfinite(known)]
    if not known.size:
        return 0
    typical, known = _typical_decimals(known), np.unique(known)
    for decimals in range(_MOST):
        scaled = known * 10.0**decimals
        if np.all(np.abs(scaled - np.rint(scaled)) <= 1e-12 * np.maximum(scaled, 1)):
            break
    else:
        decimals = _MOST
    return min(decimals, max(1, typical))


def number_decimals(values: ArrayLike, medians: Iterable[float | None], declared: int | None) -> NumberDecimals:
    """Return the decimals of a variable's statistics.

    Parameters
    ----------
    values : the variable in all patients, NaN where missing.
    medians : its medians, of all patients and of each group that it is described in.
    declared : the decimals that study.toml states for it, which then hold for every statistic.

    Notes
    -----
    Means and standard deviations have one decimal more than the data (Altman et al, BMJ 1983;286:1489-1493), unless the
    largest value then had five significant digits, or, of data with decimals, the typical value four. Whole numbers
    below 1000 get one decimal where a median falls between two of them.
    """
    if declared is not None:
        return NumberDecimals(declared, declared)
    recorded, most = recorded_decimals(values), _significant_decimals(values)
    if recorded:
        most = min(most, _typical_decimals(values))
    observed = recorded + (most > 0 and _falls_between(recorded, medians))
    return NumberDecimals(average=max(recorded, min(recorded + 1, most)), observed=observed)


def time_decimals(study: Study, endpoint: Endpoint, times: ArrayLike, medians: Iterable[float | None] = ()) -> int:
    """Return the decimals in which survival times of an endpoint are given, in the unit in which they print.

    Times that print in a unit that study.toml asks for have the decimals of [time] in months and years, and none in
    days. Otherwise, days are given as they are recorded, since dates do not show half a day, and months or years
    between dates have the decimals of [time]; whole months or years get one decimal where a median falls between two
    of them, and so do days where such a median is below 100.
    """
    unit, asked = endpoint.print_unit or study.time.unit, endpoint.print_unit is not None
    declared = [decimals for name in endpoint.times if (decimals := study.variable(name).decimals) is not None]
    if declared and len(declared) == len(endpoint.times) and unit == study.time.unit:
        return max(declared)
    if unit == "days":
        return 0 if asked and study.time.unit != "days" else int(_is_half_a_short_time(medians))
    if asked or endpoint.between_dates:
        return study.time.decimals
    recorded = recorded_decimals(times)
    return recorded + _falls_between(recorded, medians)


def cutoff_decimals(threshold: float, between: tuple[float, float], least: int) -> int:
    """Return the fewest decimals, but at least `least`, in which a cut-off separates the same patients as in full.

    Parameters
    ----------
    between : the neighbouring observed values that the cut-off lies between.
    """
    low, high = (Decimal(repr(float(bound))) for bound in between)
    for decimals in range(least, _MOST + 2):
        rounded = Decimal(repr(float(threshold))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        if low < rounded < high:
            return decimals
    return max(least, -int(Decimal(repr(float(threshold))).as_tuple().exponent))


def _significant_decimals(values: ArrayLike) -> int:
    """Return the decimals that give the largest value four significant digits; negative for one of 10,000 or more."""
    largest = float(np.nanmax(np.abs(np.asarray(values, dtype=float)), initial=0))
    return _MOST if largest == 0 else _SIGNIFICANT - 1 - math.floor(math.log10(largest))


def _falls_between(recorded: int, medians: Iterable[float | None]) -> int:
    """Return 1 where a median of whole numbers is none, else 0."""
    return int(recorded == 0 and any(median is not None and not float(median).is_integer() for median in medians))


def _typical_decimals(values: ArrayLike) -> int:
    """Return the decimals that give the typical value, the median of those that are not 0, three significant digits."""
    known = np.abs(np.asarray(values, dtype=float))
    known = known[np.isfinite(known) & (known > 0)]
    return _TYPICAL - 1 - math.floor(math.log10(float(np.median(known)))) if known.size else _MOST


def _is_half_a_short_time(medians: Iterable[float | None]) -> bool:
    """Return whether a median of few whole days falls between two: 52.5 is not 53, but 149.5 may print as 150."""
    return bool(_falls_between(0, (median for median in medians if median is not None and median < _SHORT)))
