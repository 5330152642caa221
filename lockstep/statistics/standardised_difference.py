"""Standardised mean differences: how far apart groups are in a number or a category, whatever its unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ..base.errors import DataError
from .arrays import Floats, checked_numbers, checked_weights, same_length

GROUP_EMPTY: Final = "no patients in a group"
ONE_PATIENT: Final = "a group of one patient has no variance"
GROUPS_CONSTANT: Final = "no variance within the groups"
NOTHING_SHARED: Final = "the groups have no level in common"
NO_PAIR: Final = "fewer than two groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardisedDifference:
    """The standardised mean difference of two groups, or the largest of several.

    Attributes
    ----------
    value : >= 0; None where there is none.
    pair : positions of the two groups that it is of.
    reason : why there is none, of the first pair for which there is none: a largest one is not known without it.
    """

    value: float | None
    pair: tuple[int, int] | None = None
    reason: str | None = None


Group = TypeVar("Group")


def difference_of_numbers(
    groups: Sequence[ArrayLike], *, weights: Sequence[ArrayLike] | None = None
) -> StandardisedDifference:
    """Return how far the means of groups are apart, in standard deviations.

    Parameters
    ----------
    groups : the values of each group.
    weights : a weight > 0 of each value, by group.

    Raises
    ------
    DataError
        If a value is missing, a weight not above 0 or their numbers differ; names the rows within the group.

    Notes
    -----
    The absolute difference of means over the root of the mean of both variances, as R's ``tableone::ExtractSmd`` and
    `tableone` give it; of several groups the largest of all pairs. Weighted variances are those of Austin & Stuart,
    which with equal weights are the ordinary ones.

    References
    ----------
    Austin PC. Stat Med 2009;28:3083-3107. Austin PC, Stuart EA. Stat Med 2015;34:3661-3679.

    Examples
    --------
    >>> round(difference_of_numbers([[1, 2, 3, 4], [3, 4, 5, 8]]).value, 4)
    1.4049
    """
    if weights is not None and len(weights) != len(groups):
        raise DataError(f"{len(weights)} groups of weights for {len(groups)} groups of values; expected one each.")
    moments: list[tuple[float, float] | str] = [
        _moments(values, None if weights is None else weights[i]) if np.size(values) else GROUP_EMPTY
        for i, values in enumerate(groups)
    ]
    return _largest(moments, _number_pair)


def difference_of_categories(counts: ArrayLike) -> StandardisedDifference:
    """Return how far the distributions of a category are apart between groups.

    Parameters
    ----------
    counts : (groups, levels) patients, or the sums of their weights.

    Raises
    ------
    DataError
        If `counts` is not a table of finite numbers >= 0.

    Notes
    -----
    The Mahalanobis distance of Yang and Dalton between the proportions of all levels but one, by the mean of both
    multinomial covariances; of two levels the absolute difference of proportions over the root of the mean variance. As
    R's ``tableone::ExtractSmd``. Levels that no patient of a pair has do not count. Of several groups the largest of
    all pairs.

    References
    ----------
    Yang D, Dalton JE. A unified approach to measuring the effect size between two groups using SAS. SAS Global Forum
    2012, paper 335.

    Examples
    --------
    >>> round(difference_of_categories([[10, 20, 30], [20, 20, 20]]).value, 4)
    0.4313
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or not np.isfinite(table).all() or (table < 0).any():
        raise DataError("levels by group are no table of counts; expected a row a group of finite numbers >= 0.")
    return _largest([row if row.sum() > 0 else GROUP_EMPTY for row in table], _category_pair)


def _largest(groups: Sequence[Group | str], compare: Callable[[Group, Group], float | str]) -> StandardisedDifference:
    """Return the largest difference of all pairs; where one is not known, neither is the largest."""
    found = StandardisedDifference(value=None, reason=NO_PAIR)
    for i, j in combinations(range(len(groups)), 2):
        one, other = groups[i], groups[j]
        value = one if isinstance(one, str) else other if isinstance(other, str) else compare(one, other)
        if isinstance(value, str):
            return StandardisedDifference(value=None, pair=(i, j), reason=value)
        if found.value is None or value > found.value:
            found = StandardisedDifference(value=value, pair=(i, j))
    return found


def _moments(values: ArrayLike, weights: ArrayLike | None) -> tuple[float, float] | str:
    """Return mean and variance of a group."""
    x = checked_numbers(values, "a value")
    w = np.ones(len(x)) if weights is None else checked_weights(weights, "a weight")
    same_length(x, w, "a group", "its weights")
    if len(x) < 2:
        return ONE_PATIENT
    # Sorted, so that the order of the rows changes no bit; less a value among them, so that no digits are lost.
    order = np.lexsort((w, x))
    x, w = x[order], w[order]
    middle, total = float(x[len(x) // 2]), float(w.sum())
    x = x - middle
    mean = float(w @ x) / total
    variance = float(w @ (x - mean) ** 2) * total / (total**2 - float(w @ w)) if x[0] != x[-1] else 0.0
    return middle + mean, variance


def _number_pair(one: tuple[float, float], other: tuple[float, float]) -> float | str:
    difference, variance = abs(one[0] - other[0]), (one[1] + other[1]) / 2
    if variance == 0:
        return GROUPS_CONSTANT if difference > 0 else 0.0
    return float(difference / np.sqrt(variance))


def _category_pair(one: Floats, other: Floats) -> float | str:
    present = (one > 0) | (other > 0)
    if not ((one > 0) & (other > 0)).any():
        return NOTHING_SHARED
    p, q = (counts[present] / counts.sum() for counts in (one, other))
    # One level follows from the others: the last, which of them does not matter.
    p, q = p[:-1], q[:-1]
    if not len(p):
        return 0.0
    covariance = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2
    return float(np.sqrt(max(0.0, (p - q) @ np.linalg.solve(covariance, p - q))))
