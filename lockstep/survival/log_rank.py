"""The log-rank test of equal survival: by lifelines; within strata and with delayed entry by code of our own.

The only module that imports lifelines. It does so inside the functions: the import takes a second, and whoever only
asks whether results are up to date should not wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ..statistics.arrays import Bools, Floats, Ints, checked_categories, checked_follow_up, checked_intervals
from .stratified import NEVER_TOGETHER, NOT_CONNECTED, stratified_log_rank


def load() -> None:
    """Import lifelines beforehand, for a process that will need it at once."""
    import lifelines.statistics  # noqa: F401


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRankTest:
    """The log-rank test of equal survival in two or more groups.

    Attributes
    ----------
    statistic, df, p_value : chi-square; None (df 0) where there is nothing to compare.
    n, events : patients and events in the groups compared.
    groups : the groups compared: those with a patient still at risk at the first event (of a stratum).
    reason : why there is no test.
    """

    statistic: float | None
    df: int
    p_value: float | None
    n: int
    events: int
    groups: tuple[str, ...]
    reason: str | None = None


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> LogRankTest:
    """Test whether survival is the same in two or more groups (log-rank, two-sided).

    Parameters
    ----------
    time, event : (n,) follow-up, >= 0, and True or 1 where the event was observed.
    group : (n,) the group of each patient, of any type.
    strata : (n,) the stratum of each patient: patients are compared with those of their own stratum only.
    entry : (n,) delayed entry: a patient is at risk after it, up to and including the time. A group that changes with
        time is several rows of a patient (Mantel and Byar's test).

    Raises
    ------
    DataError
        If there is no patient, a value is missing, a time is negative or not after the entry, or an event neither 0 nor
        1; names the rows.

    Notes
    -----
    As ``survdiff`` in R, with ``+ strata(...)`` where there are strata: unweighted, hypergeometric variance; a group
    with nobody left at the first event (of any stratum) is not compared and does not count in the degrees of freedom.
    lifelines has no stratified test and none with delayed entry: these are computed by
    `lockstep.survival.stratified`. R's ``survdiff`` takes no delayed entry; there the test is the score test of
    ``coxph(Surv(entry, time, event) ~ group, ties = "exact")``, which without it is the log-rank test, too.

    References
    ----------
    Mantel N, Byar DP. Evaluation of response-time data involving transient states: an illustration using
    heart-transplant data. J Am Stat Assoc 1974;69:81-86.

    Examples
    --------
    >>> time = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]  # Miller 1981
    >>> event = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> test = log_rank(time, event, ["maintained"] * 11 + ["not maintained"] * 12)
    >>> round(test.statistic, 4), test.df, round(test.p_value, 4)
    (3.3964, 1, 0.0653)
    """
    from lifelines.statistics import multivariate_logrank_test

    entries = None
    if entry is None:
        times, events = checked_follow_up(time, event)
    else:
        entries, times, events = checked_intervals(entry, time, event)
    codes, labels = checked_categories(group, times, "group")
    if strata is not None or entries is not None:
        one_stratum = np.zeros(len(times), dtype=np.int64)
        stratum = one_stratum if strata is None else checked_categories(strata, times, "stratum")[0]
        test = _stratified(times, events, codes, labels, stratum, entries)
        return replace(test, reason=NEVER_TOGETHER) if strata is None and test.reason == NOT_CONNECTED else test

    # Whoever is gone before the first event takes no part; without events nobody does.
    first = times[events].min(initial=np.inf)
    compared = np.isin(codes, codes[times >= first])
    groups = tuple(labels[code] for code in np.unique(codes[compared]))
    n, n_events = int(compared.sum()), int(events.sum())
    if reason := _not_comparable(times, events, first, len(groups), len(np.unique(codes))):
        return LogRankTest(statistic=None, df=0, p_value=None, n=n, events=n_events, groups=groups, reason=reason)

    # Sorted, so that the order of the rows changes no bit of the sums.
    order = np.lexsort((events, times, codes))
    order = order[compared[order]]
    with np.errstate(all="ignore"):
        result = multivariate_logrank_test(times[order], codes[order], events[order])
    return LogRankTest(
        statistic=max(0.0, float(result.test_statistic)),  # equal curves can give -1e-17
        df=len(groups) - 1,
        p_value=float(result.p_value),
        n=n,
        events=n_events,
        groups=groups,
    )


def _stratified(
    times: Floats, events: Bools, codes: Ints, labels: tuple[str, ...], strata: Ints, entries: Floats | None
) -> LogRankTest:
    statistic, compared = stratified_log_rank(times, events, codes, strata, entries)
    taking_part = np.isin(codes, compared)
    reason = None
    if statistic is None:
        first = times[events].min(initial=np.inf)
        reason = _not_comparable(times, events, first, len(compared), len(np.unique(codes))) or NOT_CONNECTED
    df = 0 if statistic is None else len(compared) - 1
    return LogRankTest(
        statistic=statistic,
        df=df,
        p_value=None if statistic is None else float(chdtrc(df, statistic)),
        n=int(taking_part.sum()),
        events=int(events[taking_part].sum()),
        groups=tuple(labels[code] for code in compared),
        reason=reason,
    )


def _not_comparable(times: Floats, events: Bools, first: float, n_compared: int, n_groups: int) -> str | None:
    """Return why a log-rank test is impossible, or None where it is possible."""
    if not events.any():
        return "no events"
    if n_groups < 2:
        return "patients in one group only"
    if n_compared < 2:
        return "one group only is at risk when events occur"
    if np.sum(times >= first) == np.sum(events & (times == first)):
        return "all patients at risk have the event at the same time"
    return None
