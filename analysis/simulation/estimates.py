"""Kaplan-Meier, log-rank, Cox and chi-square in plain NumPy, apart from the search's code, to verify what it found."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .chi_square import p_value
from .risk_sets import Floats, Ints

Bools = NDArray[np.bool_]


def km_median(days: Ints, event: Bools) -> float:
    """Return the first day on which the Kaplan-Meier estimate is one half or less; infinite where there is none."""
    survival = 1.0
    for day in np.unique(days[event]):
        survival *= 1 - ((days == day) & event).sum() / (days >= day).sum()
        if survival <= 0.5 + 1e-12:
            return float(day)
    return math.inf


def log_rank_p(days: Ints, event: Bools, group: NDArray[np.generic]) -> float:
    """Return the P of the log-rank test of two to four groups."""
    levels = np.unique(group)
    member = (group[:, None] == levels).astype(float)
    k = len(levels) - 1
    excess, variance = np.zeros(k), np.zeros((k, k))
    for day in np.unique(days[event]):
        at_risk, dies = days >= day, (days == day) & event
        n, d, share = at_risk.sum(), dies.sum(), member[at_risk].mean(0)[:k]
        excess += member[dies].sum(0)[:k] - d * share
        if n > 1:
            variance += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    return p_value(float(excess @ np.linalg.solve(variance, excess)), df=k)


def cox_p(days: Ints, event: Bools, covariates: Floats) -> float:
    """Return the Wald P of the first covariate of a Cox model with Efron's treatment of ties.

    Parameters
    ----------
    days, event : (n,) follow-up.
    covariates : (n, p).
    """
    x = (covariates - covariates.mean(0)) / covariates.std(0)  # a scale changes no Wald P, and Newton's steps are safe
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        weight = np.exp(x @ beta)
        score, information = np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
        for day in np.unique(days[event]):
            at_risk, dies = days >= day, (days == day) & event
            score += x[dies].sum(0)
            for tied in range(dies.sum()):
                w = weight * (at_risk - dies * (tied / dies.sum()))
                mean = w @ x / w.sum()
                score -= mean
                information += (w[:, None] * x).T @ x / w.sum() - np.outer(mean, mean)
        step = np.linalg.solve(information, score)
        beta += step
        if abs(step).max() < 1e-10:
            break
    z = beta[0] / math.sqrt(np.linalg.inv(information)[0, 0])
    return math.erfc(abs(z) / math.sqrt(2))


def cross_table_statistic(rows: NDArray[np.generic], columns: NDArray[np.generic]) -> float:
    """Return Pearson's chi-square statistic of two classifications, without correction."""
    observed = (rows[:, None] == np.unique(rows)).T.astype(float) @ (columns[:, None] == np.unique(columns))
    expected = observed.sum(1)[:, None] * observed.sum(0) / observed.sum()
    return float(((observed - expected) ** 2 / expected).sum())
