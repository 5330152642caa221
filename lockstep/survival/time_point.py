"""Two groups compared at one time: difference of survival, or of cumulative incidence."""

from __future__ import annotations

import numpy as np

from ..base.snapping import snapped
from ..statistics.contrast import Contrast, difference_of
from ..statistics.estimate import Estimate
from .cumulative_incidence import CumulativeIncidence
from .kaplan_meier import BEYOND_FOLLOW_UP, KaplanMeierEstimate


def survival_difference(
    one: KaplanMeierEstimate, other: KaplanMeierEstimate, at: float, *, conf_level: float = 0.95
) -> Contrast:
    """Return by how much survival at a time in one group exceeds that in the other.

    Raises
    ------
    ValueError
        If the time is negative.

    Notes
    -----
    Normal interval and P value with Greenwood's variances. There is no difference beyond the last follow-up of a group,
    and no interval where a group has no event yet or nobody left, where Greenwood's variance is 0 or unknown.

    References
    ----------
    Klein JP, Logan B, Harhoff M, Andersen PK. Analyzing survival curves at a fixed point in time. Stat Med
    2007;26:4505-4519.

    Examples
    --------
    >>> from lockstep.survival.kaplan_meier import kaplan_meier
    >>> one = kaplan_meier([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
    >>> other = kaplan_meier([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
    >>> contrast = survival_difference(one, other, 24)
    >>> round(contrast.estimate.value, 3), round(contrast.p_value, 3)
    (0.128, 0.549)
    """
    (first,), (second,) = one.at([at]), other.at([at])
    if first.value is None or second.value is None:
        return Contrast(estimate=Estimate(None, reason=first.reason if first.value is None else second.reason))
    pairs = (first.value, _greenwood(one, at)), (second.value, _greenwood(other, at))
    return difference_of(*pairs, conf_level=conf_level)


def incidence_difference(
    one: CumulativeIncidence, other: CumulativeIncidence, at: float, *, conf_level: float = 0.95
) -> Contrast:
    """Return by how much the cumulative incidence at a time in one group exceeds that in the other.

    Raises
    ------
    ValueError
        If the time is negative.

    Notes
    -----
    Normal interval and P value from the standard errors of both; as for `survival_difference` where there is none.

    Examples
    --------
    >>> from lockstep.survival.cumulative_incidence import cumulative_incidence
    >>> one = cumulative_incidence([2, 3, 3, 4, 5, 6, 7, 8], [1, 2, 0, 1, 0, 2, 1, 0])
    >>> other = cumulative_incidence([1, 2, 2, 5, 6, 9], [2, 1, 1, 1, 0, 0])
    >>> contrast = incidence_difference(one, other, 5)
    >>> round(contrast.estimate.value, 3), round(contrast.p_value, 3)
    (-0.225, 0.394)
    """
    first, second = one.point(at), other.point(at)
    if first is None or second is None:
        return Contrast(estimate=Estimate(None, reason=BEYOND_FOLLOW_UP))
    pairs = (one.incidence[first], one.se[first]), (other.incidence[second], other.se[second])
    return difference_of(*pairs, conf_level=conf_level)


def _greenwood(curve: KaplanMeierEstimate, at: float) -> float:
    """Return Greenwood's standard error of survival at a time; 0 where there is none."""
    point = int(np.searchsorted(curve.time, snapped(at), side="right"))
    n, d = np.array(curve.n_at_risk[:point], dtype=float), np.array(curve.n_events[:point], dtype=float)
    survival = curve.survival[point - 1]
    if survival == 0:
        return 0.0
    return float(survival * np.sqrt(np.sum(d / np.where(d > 0, n * (n - d), 1.0))))
