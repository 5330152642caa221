"""The log-rank test within strata and with delayed entry: observed less expected events, and their variance."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..statistics.arrays import Bools, Floats, Ints
from ..statistics.score_test import score_statistic

NOT_CONNECTED: Final = "no stratum has patients of several groups at risk when an event occurs"
NEVER_TOGETHER: Final = "patients of several groups are never at risk together when an event occurs"
FULL_RANK: Final = 1e-10  # of the variance, relative to its largest entry


def stratified_log_rank(
    time: Floats, event: Bools, group: Ints, stratum: Ints, entry: Floats | None = None
) -> tuple[float | None, tuple[int, ...]]:
    """Return the chi-square of the stratified log-rank test, and the groups that it compares.

    Parameters
    ----------
    time, event : (n,) follow-up, times tied that are one time.
    group, stratum : (n,) whole numbers >= 0.
    entry : (n,) a patient is at risk after it, up to and including the time; from the beginning where not given.

    Returns
    -------
    The statistic, with one degree of freedom less than there are groups; None where strata do not connect all groups,
    so that there is nothing to compare or no one difference to estimate. The groups with an expected event.

    References
    ----------
    Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data. 2nd ed. Wiley 2002, sec. 1.5.
    """
    k = int(group.max()) + 1
    difference, variance, expected = np.zeros(k), np.zeros((k, k)), np.zeros(k)
    for code in np.unique(stratum):
        here = stratum == code
        observed_here, expected_here, variance_here = _moments(
            time[here], event[here], group[here], k, None if entry is None else entry[here]
        )
        difference += observed_here - expected_here
        variance += variance_here
        expected += expected_here
    compared = np.flatnonzero(expected > 0)
    # The differences sum to zero: the last group's follows from the others'.
    free = compared[:-1]
    statistic = score_statistic(difference[free], variance[np.ix_(free, free)], tolerance=FULL_RANK)
    return statistic, tuple(compared.tolist())


def _moments(time: Floats, event: Bools, group: Ints, k: int, entry: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Return observed and expected events of each of k groups, and the hypergeometric variance of the observed."""
    of_group = group[:, np.newaxis] == np.arange(k)
    at, place = np.unique(time[event], return_inverse=True)
    n_events = np.bincount(place, minlength=len(at))
    # At risk at each event time, in all and by group: follow-up >= that time, entry before it.
    at_risk = _not_before(at, time, of_group)
    if entry is not None:
        at_risk = at_risk - _not_before(at, entry, of_group)
    total = at_risk.sum(axis=1)
    share = at_risk / total[:, np.newaxis]
    spread = n_events * (total - n_events) / np.maximum(total - 1, 1)  # a last patient at risk has no variance
    variance = np.diag(spread @ share) - (spread[:, np.newaxis] * share).T @ share
    return of_group[event].sum(axis=0).astype(float), n_events @ share, variance


def _not_before(at: Floats, time: Floats, of_group: Bools) -> Ints:
    """Return, for each time in `at` and each group, how many of the group's times are then or later."""
    counts = [len(t) - np.searchsorted(np.sort(t), at) for t in (time[column] for column in of_group.T)]
    return np.asarray(np.stack(counts, axis=1))
