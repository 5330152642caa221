"""Outcomes of weighted patients: proportions with an interval, means and standard deviations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..statistics.arrays import Floats, checked_flags, checked_labels, checked_numbers, checked_weights, same_length
from ..statistics.estimate import Estimate, normal_quantile

ALL_ALIKE: Final = "all patients have the same outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedMean:
    """The mean of weighted patients, and their standard deviation; that is None of fewer than two."""

    mean: float
    sd: float | None


def weighted_proportion(
    event: ArrayLike, *, weights: ArrayLike, cluster: ArrayLike | None = None, conf_level: float = 0.95
) -> Estimate:
    """Return the proportion that a group would have had with the covariates of the population weighted to.

    Parameters
    ----------
    event : (n,) True or 1 where the patient had the event.
    weights : (n,) > 0.
    cluster : (n,) of any type, such as matched sets.

    Raises
    ------
    DataError
        If there is no patient, a value is missing or a weight not above 0; names the rows.

    Notes
    -----
    The logit of the weighted proportion with a normal interval by the robust variance of type HC0 (over g clusters with
    the factor g / (g - 1)), as the intercept of ``glm(event ~ 1, quasibinomial, weights = w)`` with
    ``sandwich::vcovHC(fit, type = "HC0")`` in R. Where all or none had the event there is no interval.

    Examples
    --------
    >>> found = weighted_proportion([1, 1, 0, 0, 1, 0], weights=[1, 2, 1, 3, 1, 2])
    >>> round(found.value, 2), round(found.conf_low, 3), round(found.conf_high, 3)
    (0.4, 0.107, 0.787)
    """
    y, w = checked_flags(event, "outcome").astype(float), checked_weights(weights, "weight")
    same_length(y, w, "outcome", "weight")
    p = float(w @ y / w.sum())
    if y.min() == y.max():
        return Estimate(p, reason=ALL_ALIKE)
    parts = _by_cluster(w * (y - p), cluster)
    factor = 1.0 if cluster is None else len(parts) / max(1, len(parts) - 1)
    se = float(np.sqrt(factor * (parts @ parts)) / (w.sum() * p * (1 - p)))
    logit, width = np.log(p / (1 - p)), normal_quantile(conf_level) * se
    low, high = (float(1 / (1 + np.exp(-bound))) for bound in (logit - width, logit + width))
    return Estimate(p, low, high)


def weighted_mean(values: ArrayLike, *, weights: ArrayLike) -> WeightedMean:
    """Return mean and standard deviation of weighted patients.

    Raises
    ------
    DataError
        As `weighted_proportion`.

    Notes
    -----
    As ``cov.wt(x, w / sum(w), method = "unbiased")`` in R: with equal weights n - 1 is in the denominator.

    Examples
    --------
    >>> found = weighted_mean([50, 60, 70], weights=[1, 1, 2])
    >>> found.mean, round(found.sd, 3)
    (62.5, 10.488)
    """
    x, w = checked_numbers(values, "outcome"), checked_weights(weights, "weight")
    same_length(x, w, "outcome", "weight")
    order = np.lexsort((w, x))  # so that the order of the rows changes no bit
    x, share = x[order], w[order] / np.sort(w).sum()
    middle = float(x[len(x) // 2])
    mean = middle + float(share @ (x - middle))
    left = 1 - float(share @ share)
    return WeightedMean(mean=mean, sd=float(np.sqrt(share @ (x - mean) ** 2 / left)) if len(x) > 1 else None)


def _by_cluster(parts: Floats, cluster: ArrayLike | None) -> Floats:
    """Return the sums of what the patients of each cluster add, sorted."""
    if cluster is not None:
        labels = checked_labels(cluster, "cluster")
        same_length(parts, labels, "outcome", "cluster")
        parts = np.bincount(labels, parts).astype(np.float64)
    return np.sort(parts)
