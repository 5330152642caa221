"""How exactly a variable is recorded, and in how many decimals its statistics are therefore given.

Decimals belong to a variable, not to a value: all medians, quartiles, minima and maxima of it share one number of
decimals, in every group, and so do its means and standard deviations.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..results.model import Curve, Record
from ..study.endpoints import Endpoint
from ..study.model import Study

MOST_RECORDED: Final = 3  # cells with more decimals are taken for computed numbers
_SIGNIFICANT: Final = 4  # digits of the largest of them that are kept
_MOST: Final = 15  # decimals that a float of ordinary size holds


@dataclass(frozen=True, slots=True)
class NumberDecimals:
    """The decimals of a variable's statistics: `average` of mean and SD, `observed` of the values and quantiles."""

    average: int
    observed: int

    def of(self, part: str) -> int:
        """Return the decimals of a statistic by its name: "mean", "sd", "median", "q1" ..."""
        return self.average if part in ("mean", "sd") else self.observed


def recorded_decimals(values: ArrayLike) -> int:
    """Return how many decimals values have: the most that one of them needs; missing values do not count.

    Of more than three, which are not measured but computed, only as many count as give the largest value four
    significant digits, though never fewer than two.
    """
    known = np.unique(np.abs(np.asarray(values, dtype=float)))
    known = known[np.isfinite(known)]
    if not known.size:
        return 0
    for decimals in range(_MOST):
        scaled = known * 10.0**decimals
        if np.all(np.abs(scaled - np.rint(scaled)) <= 1e-12 * np.maximum(scaled, 1)):
            break
    else:
        decimals = _MOST
    if decimals <= MOST_RECORDED:
        return decimals
    return min(decimals, max(2, _significant_decimals(known)))


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
    largest value then had five significant digits. Whole numbers below 1000 get one decimal where a median falls
    between two of them.
    """
    if declared is not None:
        return NumberDecimals(declared, declared)
    recorded, most = recorded_decimals(values), _significant_decimals(values)
    observed = recorded + (most > 0 and _falls_between(recorded, medians))
    return NumberDecimals(average=max(recorded, min(recorded + 1, most)), observed=observed)


def time_decimals(study: Study, endpoint: Endpoint, times: ArrayLike, medians: Iterable[float | None] = ()) -> int:
    """Return the decimals in which survival times of an endpoint are given, in the study's time unit.

    Days are given as they are recorded: dates do not show half a day. Whole months or years get one
    decimal where a median falls between two of them. Months or years between dates have the decimals of [time].
    """
    if endpoint.time is None:
        return 0 if study.time.unit == "days" else study.time.decimals
    declared = study.variable(endpoint.time).decimals
    if declared is not None:
        return declared
    recorded = recorded_decimals(times)
    return recorded + (study.time.unit != "days" and _falls_between(recorded, medians))


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


def with_time_decimals(
    found: Iterable[Record | Curve], study: Study, endpoint: Endpoint, times: ArrayLike
) -> Iterator[Record | Curve]:
    """Yield the results of an endpoint, its survival times with the same decimals but where a statistic has its own."""
    items = list(found)
    medians = [
        float(item.value)
        for item in items
        if isinstance(item, Record) and item.kind == "time" and item.value is not None
    ]
    decimals = time_decimals(study, endpoint, times, medians)
    for item in items:
        if isinstance(item, Record) and item.kind == "time" and item.decimals is None:
            yield replace(item, decimals=decimals)
        else:
            yield item


def _significant_decimals(values: ArrayLike) -> int:
    """Return the decimals that give the largest value four significant digits; negative for one of 10,000 or more."""
    largest = float(np.nanmax(np.abs(np.asarray(values, dtype=float)), initial=0))
    return _MOST if largest == 0 else _SIGNIFICANT - 1 - math.floor(math.log10(largest))


def _falls_between(recorded: int, medians: Iterable[float | None]) -> int:
    """Return 1 where a median of whole numbers is none, else 0."""
    return int(recorded == 0 and any(median is not None and not float(median).is_integer() for median in medians))
