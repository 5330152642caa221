"""Weighted survival: Kaplan-Meier curves, numbers at risk and a log-rank test of patients with weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ..base.snapping import snapped
from ..regression.partial_likelihood import PartialLikelihood
from ..statistics.arrays import (
    Bools,
    Floats,
    Ints,
    checked_categories,
    checked_flags,
    checked_follow_up,
    checked_labels,
    checked_weights,
    same_length,
)
from ..statistics.contrast import NO_WIDTH, Contrast
from ..statistics.estimate import Estimate, normal_interval, normal_p_value
from ..statistics.score_test import score_statistic
from ..study.analysis import ConfType
from ..survival.kaplan_meier import KaplanMeierEstimate, curve_of
from ..survival.log_rank import LogRankTest

Values = TypeVar("Values", Floats, Ints)

WITHOUT_EVENTS: Final = "no events"
ONE_GROUP: Final = "fewer than two groups are at risk when events occur"
NO_SPREAD: Final = "the groups do not vary, or too few clusters do, when events occur"
RELATIVE_RANK: Final = 1e-10  # of a variance matrix, relative to its largest entry


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedKaplanMeier:
    """A Kaplan-Meier curve of weighted patients.

    Attributes
    ----------
    curve : the curve with robust limits; its counts are of patients, not of weights.
    se : robust standard error of survival at each time of the curve.
    at_risk, events : sums of weights of those at risk just before each time, and of those with the event then.
    clusters : over how many the variance is computed.
    """

    curve: KaplanMeierEstimate
    se: tuple[float, ...]
    at_risk: tuple[float, ...]
    events: tuple[float, ...]
    clusters: int


def weighted_kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    weights: ArrayLike,
    cluster: ArrayLike | None = None,
    conf_level: float = 0.95,
    conf_type: ConfType = "log-log",
) -> WeightedKaplanMeier:
    """Estimate the survival that a group would have had with the covariates of the population weighted to.

    Parameters
    ----------
    time, event : (n,) follow-up, >= 0, and True or 1 where the event was observed; of one group.
    weights : (n,) > 0, of the propensity score; patients without weight are left out.
    cluster : (n,) of any type, such as matched pairs: patients of one cluster may depend on each other.

    Raises
    ------
    DataError
        If there is no patient, a value is missing, a time is negative or a weight not above 0; names the rows.

    Notes
    -----
    As ``survfit(Surv(time, event) ~ 1, weights = w, robust = TRUE, cluster = cluster)`` in R: at each time the share of
    the weights at risk that has the event, with the variance of the infinitesimal jackknife, since weights are no
    counts (Greenwood's would take them for patients). That the score was estimated does not count, which makes the
    interval a little wide.

    A patient who left at time x changes log S(t) by w (dN(x) / (Y(x) - dN) - C(min(t, x))), with C the sum of
    hazard / (at risk - events) up to then. Its square summed over clusters is a polynomial in C(t), whose three
    coefficients change only when somebody leaves: O(n log n).

    References
    ----------
    Cole SR, Hernan MA. Adjusted survival curves with inverse probability weights. Comput Methods Programs Biomed
    2004;75:45-49. Therneau TM, Grambsch PM. Modeling Survival Data. Springer 2000, sec. 7.

    Examples
    --------
    >>> found = weighted_kaplan_meier([2, 4, 4, 6, 9], [1, 1, 0, 1, 0], weights=[1, 2, 1, 4, 2])
    >>> [round(level, 3) for level in found.curve.survival], found.at_risk
    ([1.0, 0.9, 0.7, 0.233, 0.233], (10.0, 10.0, 9.0, 6.0, 2.0))
    """
    times, events = checked_follow_up(time, event)
    weight = _checked_weights(weights, times)
    clusters = None if cluster is None else _checked_clusters(cluster, times)
    # Sorted, so that the order of the rows changes no bit of the sums.
    order = np.lexsort((*([] if clusters is None else [clusters]), weight, events, times))
    times, events, weight = times[order], events[order], weight[order]
    clusters = None if clusters is None else clusters[order]

    at, place = np.unique(np.concatenate(([0.0], times)), return_inverse=True)
    place, k = place[1:], len(at)
    n_events, n_censored = (np.bincount(place[which], minlength=k) for which in (events, ~events))
    n_at_risk = _from_last(np.bincount(place, minlength=k))
    at_risk, d = _from_last(np.bincount(place, weight, k)), np.bincount(place, weight * events, k)
    # Where all at risk have the event nobody is left, whatever rounding leaves of their weights.
    everybody = (n_events > 0) & (n_events == n_at_risk)
    hazard = np.where(everybody, 1.0, d / at_risk)
    survival = np.cumprod(1 - hazard)
    with np.errstate(divide="ignore", invalid="ignore"):  # nobody left: no variance
        per_left = np.where(everybody, 0.0, 1 / np.where(everybody, 1.0, at_risk - d))
    se_of_log = _robust_se(place, events, weight, clusters, hazard, per_left)
    return WeightedKaplanMeier(
        curve=curve_of(
            at,
            survival,
            se_of_log,
            n_at_risk=n_at_risk,
            n_events=n_events,
            n_censored=n_censored,
            conf_level=conf_level,
            conf_type=conf_type,
        ),
        se=tuple((survival * se_of_log).tolist()),
        at_risk=tuple(at_risk.tolist()),
        events=tuple(d.tolist()),
        clusters=len(times) if clusters is None else int(clusters.max()) + 1,
    )


def weighted_survival_difference(
    time: ArrayLike,
    event: ArrayLike,
    exposed: ArrayLike,
    at: float,
    *,
    weights: ArrayLike,
    cluster: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> Contrast:
    """Return by how much weighted survival at a time in exposed patients exceeds that in unexposed ones.

    Parameters
    ----------
    time, event, weights, cluster : as of `weighted_kaplan_meier`, of both groups: a cluster may have patients of both.
    exposed : (n,) True or 1 where the patient was exposed.
    at : the time, >= 0.

    Raises
    ------
    DataError
        As `weighted_kaplan_meier`, and if a group is empty.

    Notes
    -----
    Normal interval and P value with the variance of the infinitesimal jackknife: what each patient adds to the
    difference, summed within clusters and squared. Without clusters it is the sum of both groups' variances. There is
    no difference beyond the last follow-up of a group, and no interval where nobody of a group had an event yet, or
    nobody is left.

    Examples
    --------
    >>> time, event, exposed = [2, 4, 4, 6, 9, 11, 12, 15], [1, 1, 0, 1, 0, 1, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0]
    >>> found = weighted_survival_difference(time, event, exposed, 8, weights=[1, 2, 1, 4, 2, 1, 1, 1])
    >>> round(found.estimate.value, 4), round(found.se, 4)
    (-0.1, 0.3831)
    """
    flags, (times, events) = checked_flags(exposed, "exposure"), checked_follow_up(time, event)
    weight = _checked_weights(weights, times)
    same_length(times, flags, "follow-up time", "exposure")
    clusters = np.arange(len(times)) if cluster is None else _checked_clusters(cluster, times)
    levels, squares, parts = [], [], np.zeros(int(clusters.max()) + 1)
    for group, sign in ((flags, 1.0), (~flags, -1.0)):
        curve = weighted_kaplan_meier(times[group], events[group], weights=weight[group]).curve
        (level,) = curve.at([at])
        if level.value is None:
            return Contrast(estimate=Estimate(None, reason=level.reason))
        added = level.value * _parts_of_log(times[group], events[group], weight[group], at)
        np.add.at(parts, clusters[group], sign * added)
        levels.append(level.value)
        squares.append(float(added @ added))
    value, se = levels[0] - levels[1], float(np.sqrt(np.sort(parts**2).sum()))
    if not min(squares) > 0:
        return Contrast(estimate=Estimate(value, reason=NO_WIDTH))
    p_value = normal_p_value(value / se) if se > 0 else None
    return Contrast(estimate=normal_interval(value, se, conf_level=conf_level), se=se, p_value=p_value)


def _parts_of_log(times: Floats, event: Bools, weight: Floats, at: float) -> Floats:
    """Return what each patient adds to the logarithm of survival at a time; 0 where nobody is left."""
    steps, place = np.unique(times, return_inverse=True)
    at_risk, d = _from_last(np.bincount(place, weight)), np.bincount(place, weight * event)
    everybody = np.bincount(place, event) == _from_last(np.bincount(place))
    before = steps <= at
    if (everybody & before).any():
        return np.zeros(len(times))
    per_left = np.where(before, 1 / np.where(everybody, 1.0, at_risk - d), 0.0)
    c = np.cumsum(d / at_risk * per_left)
    return np.asarray(weight * (c[place] - event * per_left[place]))


def weighted_at_risk(time: ArrayLike, at: Iterable[float], *, weights: ArrayLike) -> tuple[float, ...]:
    """Return the sum of the weights of those at risk (follow-up >= t) at each of these times.

    Raises
    ------
    DataError
        As `weighted_kaplan_meier`.

    Examples
    --------
    >>> weighted_at_risk([2, 4, 4, 6, 9], [0, 4, 5, 10], weights=[1, 2, 1, 4, 2])
    (10.0, 9.0, 6.0, 0.0)
    """
    times, _ = checked_follow_up(time, np.zeros(np.size(np.asarray(time))))
    weight = _checked_weights(weights, times)
    order = np.lexsort((weight, times))
    left = np.append(_from_last(weight[order]), 0.0)
    return tuple(float(left[np.searchsorted(times[order], snapped(float(tick)))]) for tick in at)


def robust_log_rank(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, *, weights: ArrayLike, cluster: ArrayLike | None = None
) -> LogRankTest:
    """Test whether weighted survival is the same in two or more groups.

    Parameters
    ----------
    time, event, weights, cluster : as of `weighted_kaplan_meier`, of all groups.
    group : (n,) the group of each patient, of any type.

    Raises
    ------
    DataError
        As `weighted_kaplan_meier`, and if a group is missing.

    Notes
    -----
    The robust score test of ``coxph(Surv(time, event) ~ factor(group), weights = w, robust = TRUE)`` in R (``rscore``;
    of ``summary(fit)`` the line "Robust"), Efron's ties: observed less expected weighted events, over the sum of
    squares of what each patient (or cluster) adds. R's ``survdiff`` takes no weights. It is of the model whose hazard
    ratio is printed beside it, and its P value is not that of a log-rank test without weights, also where all are 1.
    Patients and events are of all groups, each counted once whatever its weight.

    References
    ----------
    Lin DY, Wei LJ. The robust inference for the Cox proportional hazards model. J Am Stat Assoc 1989;84:1074-1078.

    Examples
    --------
    >>> time, event, group = [2, 4, 4, 6, 9, 11, 12, 15], [1, 1, 0, 1, 0, 1, 1, 0], list("aaabbabb")
    >>> found = robust_log_rank(time, event, group, weights=[1, 2, 1, 4, 2, 1, 1, 1])
    >>> round(found.statistic, 4), found.df, round(found.p_value, 4)
    (2.9555, 1, 0.0856)
    """
    times, events = checked_follow_up(time, event)
    weight = _checked_weights(weights, times)
    codes, labels = checked_categories(group, times, "group")
    clusters = np.arange(len(times)) if cluster is None else _checked_clusters(cluster, times)
    first = times[events].min(initial=np.inf)
    compared = np.unique(codes[times >= first])
    statistic, reason = None, None
    if not events.any():
        reason = WITHOUT_EVENTS
    elif len(compared) < 2:
        reason = ONE_GROUP
    else:
        statistic = _robust_score(times, events, codes[:, np.newaxis] == compared[1:], weight, clusters)
        reason = NO_SPREAD if statistic is None else None
    df = 0 if statistic is None else len(compared) - 1
    return LogRankTest(
        statistic=statistic,
        df=df,
        p_value=None if statistic is None else float(chdtrc(df, statistic)),
        n=len(times),
        events=int(events.sum()),
        groups=tuple(labels[code] for code in compared),
        reason=reason,
    )


def _robust_score(times: Floats, events: Bools, indicators: Bools, weight: Floats, cluster: Ints) -> float | None:
    likelihood = PartialLikelihood.of(times, events, indicators.astype(float), weight=weight)
    parts = likelihood.at(np.zeros(indicators.shape[1])).score_residuals()
    totals = np.zeros((int(cluster.max()) + 1, parts.shape[1]))
    np.add.at(totals, cluster[likelihood.order], parts)
    totals /= weight.max()  # the statistic has no unit
    variance, score = totals.T @ totals, np.sort(totals, axis=0).sum(axis=0)
    return score_statistic(score, variance, tolerance=RELATIVE_RANK, least=1e-20)


def _robust_se(
    place: Ints, event: Bools, weight: Floats, cluster: Ints | None, hazard: Floats, per_left: Floats
) -> Floats:
    """Return the robust standard error of log survival at each time; 0 where nobody is left."""
    k, c = len(hazard), np.cumsum(hazard * per_left)
    gone = weight * (event * per_left[place] - c[place])
    gone_before, gone_after, left_before, left_after = np.zeros_like(gone), gone, weight, np.zeros_like(gone)
    if cluster is not None:
        # The rows are in the order of time: sums over the patients of the cluster who have left, and who are left.
        sums = pd.DataFrame({"gone": gone, "left": weight})
        gone_after = sums["gone"].groupby(cluster).cumsum().to_numpy(dtype=np.float64)
        left_before = sums["left"][::-1].groupby(cluster[::-1]).cumsum()[::-1].to_numpy(dtype=np.float64)
        shifted = pd.DataFrame({"gone": gone_after, "left": left_before}).groupby(cluster)
        gone_before = shifted["gone"].shift(1, fill_value=0.0).to_numpy(dtype=np.float64)
        left_after = shifted["left"].shift(-1, fill_value=0.0).to_numpy(dtype=np.float64)

    def over_time(before: Floats, after: Floats, start: float) -> Floats:
        return np.asarray(start + np.cumsum(np.bincount(place, after - before, k)))

    first = weight**2 if cluster is None else np.bincount(cluster, weight) ** 2
    squares = over_time(gone_before**2, gone_after**2, 0.0)
    products = over_time(gone_before * left_before, gone_after * left_after, 0.0)
    at_risk = over_time(left_before**2, left_after**2, float(first.sum()))
    return np.sqrt(np.maximum(squares - 2 * c * products + c**2 * at_risk, 0.0))


def _checked_clusters(cluster: ArrayLike, times: Floats) -> Ints:
    clusters = checked_labels(cluster, "cluster")
    same_length(times, clusters, "follow-up time", "cluster")
    return clusters


def _checked_weights(weights: ArrayLike, times: Floats) -> Floats:
    weight = checked_weights(weights, "weight")
    same_length(times, weight, "follow-up time", "weight")
    return weight


def _from_last(values: Values) -> Values:
    """Return the sum of each value and all after it."""
    return np.asarray(np.cumsum(values[::-1])[::-1])
