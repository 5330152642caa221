"""By how much a number differs between two groups: the difference of means, and the Hodges-Lehmann shift."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from ..base.snapping import snapped, snapped_all
from .arrays import Floats, Ints, checked_numbers
from .estimate import Estimate, normal_quantile
from .group_tests import EXACT_BELOW

NO_VALUES: Final = "no values in a group"
ONE_VALUE_IN_GROUP: Final = "a group with a single value has no interval"
NO_VARIANCE_WITHIN: Final = "no variance within the groups"
TOO_FEW_FOR_LEVEL: Final = "too few values for an interval of this level"
NOISE: Final = 1e-14  # of a difference, relative to the largest
PAIRS_AT_ONCE: Final = 4_000_000  # differences held at one time; beyond, they are counted without being made


def difference_of_means(group: ArrayLike, reference: ArrayLike, *, conf_level: float = 0.95) -> Estimate:
    """Estimate by how much the mean of a group exceeds that of the reference, in the variable's unit.

    Raises
    ------
    DataError
        If a value is missing or not a finite number; names the rows within the group.

    Notes
    -----
    Welch's interval, without the assumption of equal variances, as ``t.test(group, reference)`` in R.

    Examples
    --------
    >>> found = difference_of_means([1.1, 2.3, 3.5, 0.4, 2.2, 7.1], [3.1, 4.4, 5.2, 6.1, 2.9])
    >>> round(found.value, 4), round(found.conf_low, 4), round(found.conf_high, 4)
    (-1.5733, -4.2082, 1.0615)
    """
    values = _sorted_pair(group, reference)
    if values is None:
        return Estimate(value=None, reason=NO_VALUES)
    # Less a value amid them: numbers far from 0 lose no digits.
    middle = float(values[1][len(values[1]) // 2])
    one, other = (each - middle for each in values)
    value = float(one.mean() - other.mean())
    if min(len(one), len(other)) < 2:
        return Estimate(value=value, reason=ONE_VALUE_IN_GROUP)
    parts = np.array([each.var(ddof=1) / len(each) if each[0] != each[-1] else 0.0 for each in (one, other)])
    if not parts.any():
        return Estimate(value=value, reason=NO_VARIANCE_WITHIN)
    share = parts / parts.sum()
    df = 1 / float(np.sum(share**2 / [len(one) - 1, len(other) - 1]))
    margin = float(stdtrit(df, (1 + conf_level) / 2) * np.sqrt(parts.sum()))
    return Estimate(value=value, conf_low=value - margin, conf_high=value + margin)


def hodges_lehmann(group: ArrayLike, reference: ArrayLike, *, conf_level: float = 0.95) -> Estimate:
    """Estimate by how much a group is shifted from the reference: the median of all differences of their values.

    Raises
    ------
    DataError
        If a value is missing or not a finite number; names the rows within the group.

    Notes
    -----
    The interval is that of the Mann-Whitney test, from order statistics of the differences: by its exact distribution
    where both groups have fewer than 50 values and none are tied, else by the normal approximation with corrections for
    ties and continuity. In R ``wilcox.test(group, reference, conf.int = TRUE)``. For its approximation R solves an
    equation that holds between two differences as well as on them: estimate and limits here are its solutions that are
    differences (of an even number, the middle of the two in the middle), found there with a small ``tol.root``.

    References
    ----------
    Hodges JL, Lehmann EL. Ann Math Stat 1963;34:598-611. Hollander M, Wolfe DA, Chicken E. Nonparametric Statistical
    Methods. 3rd ed. Wiley 2014, sec. 4.2-4.3.

    Examples
    --------
    >>> found = hodges_lehmann([1.1, 2.3, 3.5, 0.4, 2.2, 7.1], [3.1, 4.4, 5.2, 6.1, 2.9])
    >>> found.value, found.conf_low, found.conf_high
    (-2.05, -4.1, 1.9)
    """
    values = _sorted_pair(group, reference)
    if values is None:
        return Estimate(value=None, reason=NO_VALUES)
    one, other = values
    pairs = len(one) * len(other)
    differences = _Differences(one, other)
    value = (differences.smallest((pairs + 1) // 2) + differences.smallest(pairs // 2 + 1)) / 2
    _, ties = np.unique(np.concatenate(values), return_counts=True)
    if max(len(one), len(other)) < EXACT_BELOW and ties.max() == 1:
        rank = _exact_rank(len(one), len(other), conf_level)
    else:
        rank = _approximate_rank(one, other, conf_level)
    if rank < 1:
        return Estimate(value=snapped(value), reason=TOO_FEW_FOR_LEVEL)
    low, high = differences.smallest(rank), differences.smallest(pairs + 1 - rank)
    return Estimate(value=snapped(value), conf_low=snapped(low), conf_high=snapped(high))


def _sorted_pair(group: ArrayLike, reference: ArrayLike) -> tuple[Floats, Floats] | None:
    """Return the values of both groups in order, so that the order of the rows changes no bit."""
    if not (np.size(group) and np.size(reference)):
        return None
    one, other = (np.sort(snapped_all(checked_numbers(values, "a value"))) for values in (group, reference))
    return one, other


def _exact_rank(m: int, n: int, conf_level: float) -> int:
    """Return which smallest difference is the lower limit, by the distribution of U without ties; 0 where none is."""
    # The ways to each U are the coefficients of a Gaussian binomial: whole numbers, of any size.
    ways = [1] + [0] * (m * n)
    for k in range(1, m + 1):
        for u in range(m * n, n + k - 1, -1):
            ways[u] -= ways[u - n - k]
        for u in range(k, m * n + 1):
            ways[u] += ways[u - k]
    total, below = sum(ways), 0
    for u, count in enumerate(ways):
        below += count
        if below / total >= (1 - conf_level) / 2:
            return u
    return 0


def _approximate_rank(one: Floats, other: Floats, conf_level: float) -> int:
    """Return which smallest difference is the lower limit, by the normal approximation; 0 where none is."""
    m, n = len(one), len(other)
    # At a shift that is no difference, values are tied within their own group only.
    ties = np.concatenate([np.unique(values, return_counts=True)[1] for values in (one, other)]).astype(float)
    variance = m * n / 12 * (m + n + 1 - float(np.sum(ties**3 - ties)) / ((m + n) * (m + n - 1)))
    if variance <= 0:
        return 0
    return int(np.floor(m * n / 2 - 0.5 - normal_quantile(conf_level) * np.sqrt(variance))) + 1


class _Differences:
    """All differences between two sorted groups, of which the k-th smallest is asked for."""

    def __init__(self, one: Floats, other: Floats) -> None:
        self._one, self._other = one, other
        few = len(one) * len(other) <= PAIRS_AT_ONCE
        self._sorted = np.sort(np.subtract.outer(one, other), axis=None) if few else None

    def smallest(self, k: int) -> float:
        """Return the k-th smallest difference, counted from 1."""
        if self._sorted is not None:
            return float(self._sorted[k - 1])
        # Bisection over the values, down to the noise of their differences; then the difference that is there.
        low, high = float(self._one[0] - self._other[-1]), float(self._one[-1] - self._other[0])
        noise = NOISE * max(abs(low), abs(high))
        while high - low > noise:
            middle = low + (high - low) / 2
            if np.sum(len(self._other) - self._first(middle)) >= k:
                high = middle
            else:
                low = middle
        first = self._first(high)
        any_left = first < len(self._other)
        return float(np.max(self._one[any_left] - self._other[first[any_left]]))

    def _first(self, limit: float) -> Ints:
        """Return, for each value of the first group, from which one of the other its differences are at most this."""
        return np.asarray(np.searchsorted(self._other, self._one - limit, side="left"))
