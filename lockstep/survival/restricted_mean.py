"""Restricted mean survival time: the area under a Kaplan-Meier curve up to a time, and that of two groups compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..base.snapping import snapped
from ..statistics.contrast import Contrast, difference_of, ratio_of
from ..statistics.estimate import Estimate, normal_interval
from .kaplan_meier import BEYOND_FOLLOW_UP, KaplanMeierEstimate

SAME_TIME: Final = "the same time in all patients up to then"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedMean:
    """The mean survival time up to tau.

    Attributes
    ----------
    tau : the time up to which survival is averaged, in the unit of the curve.
    estimate : the mean, in that unit, with its normal interval; None where the curve is not known up to tau.
    se : standard error (Greenwood).
    """

    tau: float
    estimate: Estimate
    se: float | None = None


def restricted_mean(curve: KaplanMeierEstimate, tau: float, *, conf_level: float = 0.95) -> RestrictedMean:
    """Return the area under a Kaplan-Meier curve from 0 to tau.

    Raises
    ------
    ValueError
        If tau is not more than 0.

    Notes
    -----
    As R's ``print(survfit(Surv(time, event) ~ 1), rmean = tau)``, with the normal interval of ``survRM2::rmst2``. A
    curve that ends before tau with patients left is not extended (R goes on with its last value): tau is to be chosen
    within the follow-up of every group. Where nobody has had an event by tau, the mean is tau and has no interval.
    With delayed entry it is, as in R, of those who live until the first of them comes under observation.

    References
    ----------
    Uno H, Claggett B, Tian L, et al. Moving beyond the hazard ratio in quantifying the between-group difference in
    survival analysis. J Clin Oncol 2014;32:2380-2385.

    Examples
    --------
    >>> from lockstep.survival.kaplan_meier import kaplan_meier
    >>> time = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]  # weeks in remission, under maintenance (Miller 1981)
    >>> event = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
    >>> mean = restricted_mean(kaplan_meier(time, event), 48)
    >>> round(mean.estimate.value, 3), round(mean.se, 3)
    (31.843, 4.528)
    """
    tau = snapped(float(tau))
    if tau <= 0:
        raise ValueError(f"no restricted mean up to {tau}; expected a time of more than 0")
    if tau > curve.time[-1] and curve.survival[-1] > 0:
        return RestrictedMean(tau=tau, estimate=Estimate(None, reason=BEYOND_FOLLOW_UP))
    time, survival = np.array(curve.time), np.array(curve.survival)
    step = survival * np.diff(np.minimum(np.append(time, np.inf), tau))
    beyond = np.cumsum(step[::-1])[::-1]  # the area from each time to tau
    until_first_entry = min(curve.time[0], tau)
    n, d = np.array(curve.n_at_risk, dtype=float), np.array(curve.n_events, dtype=float)
    # Where all at risk have the event, no area is left.
    known = (d > 0) & (d < n) & (time <= tau)
    variance = float(np.sum(beyond[known] ** 2 * d[known] / (n[known] * (n[known] - d[known]))))
    value, se = until_first_entry + float(beyond[0]), float(np.sqrt(variance))
    if se == 0:
        return RestrictedMean(tau=tau, estimate=Estimate(value, reason=SAME_TIME))
    return RestrictedMean(tau=tau, estimate=normal_interval(value, se, conf_level=conf_level), se=se)


def restricted_mean_difference(one: RestrictedMean, other: RestrictedMean, *, conf_level: float = 0.95) -> Contrast:
    """Return by how much the restricted mean of one group exceeds that of the other.

    Raises
    ------
    ValueError
        If the two are not restricted to the same time.

    Notes
    -----
    As ``survRM2::rmst2``: normal interval and P value from the standard errors of both groups.

    Examples
    --------
    >>> from lockstep.survival.kaplan_meier import kaplan_meier
    >>> one = kaplan_meier([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
    >>> other = kaplan_meier([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
    >>> contrast = restricted_mean_difference(restricted_mean(one, 40), restricted_mean(other, 40))
    >>> round(contrast.estimate.value, 2), round(contrast.p_value, 3)
    (6.97, 0.178)
    """
    return _compared(one, other, conf_level, ratio=False)


def restricted_mean_ratio(one: RestrictedMean, other: RestrictedMean, *, conf_level: float = 0.95) -> Contrast:
    """Return the ratio of the restricted means of two groups; errors and notes as for `restricted_mean_difference`.

    Examples
    --------
    >>> from lockstep.survival.kaplan_meier import kaplan_meier
    >>> means = (restricted_mean(kaplan_meier(time, [1, 1, 0, 1, 1]), 8) for time in ([3, 5, 6, 9, 9], [2, 3, 4, 6, 8]))
    >>> round(restricted_mean_ratio(*means).estimate.value, 3)
    1.231
    """
    return _compared(one, other, conf_level, ratio=True)


def _compared(one: RestrictedMean, other: RestrictedMean, conf_level: float, *, ratio: bool) -> Contrast:
    if one.tau != other.tau:
        raise ValueError(f"restricted means up to {one.tau} and {other.tau}; expected the same time")
    if one.estimate.value is None or other.estimate.value is None:
        return Contrast(estimate=Estimate(None, reason=BEYOND_FOLLOW_UP))
    pairs = (one.estimate.value, one.se or 0.0), (other.estimate.value, other.se or 0.0)
    return (ratio_of if ratio else difference_of)(*pairs, conf_level=conf_level)
