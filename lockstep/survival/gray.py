"""Gray's test of equal cumulative incidence in two or more groups, as R's ``cmprsk::cuminc``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ..statistics.arrays import Bools, Floats, Ints, checked_categories, checked_causes, checked_follow_up
from ..statistics.score_test import score_statistic

FULL_RANK: Final = 1e-7  # of the variance, relative to its largest entry: the tolerance of R's qr()
NO_SUCH_EVENT: Final = "nobody has this event"
ONE_GROUP: Final = "patients in one group only"
ONE_AT_RISK: Final = "one group only is at risk when the event occurs"
NO_VARIANCE: Final = "the differences between the groups have no variance"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrayTest:
    """Gray's test of equal cumulative incidence of one of several competing events.

    Attributes
    ----------
    cause : the code of the event.
    statistic, df, p_value : chi-square; None (df 0) where there is nothing to compare.
    n, events : patients in the groups compared, and how many had this event first.
    groups : the groups compared: those with a patient still at risk at the first such event (of a stratum).
    reason : why there is no test.
    """

    cause: int
    statistic: float | None
    df: int
    p_value: float | None
    n: int
    events: int
    groups: tuple[str, ...]
    reason: str | None = None


def gray_test(
    time: ArrayLike, cause: ArrayLike, group: ArrayLike, *, of: int = 1, strata: ArrayLike | None = None
) -> GrayTest:
    """Test whether the cumulative incidence of an event is the same in two or more groups (two-sided).

    Parameters
    ----------
    time : (n,) time of the first event of any kind or of censoring, >= 0, in any unit.
    cause : (n,) which event it was: 0 none (censored), 1, 2, ...
    group : (n,) the group of each patient, of any type.
    of : the cause whose incidence is compared.
    strata : (n,) the stratum of each patient: patients are compared with those of their own stratum only.

    Raises
    ------
    DataError
        If there is no patient, or a value is missing or impossible; names the rows.
    ValueError
        If `of` is the code of no event.

    Notes
    -----
    Unweighted (rho = 0), as the ``$Tests`` of R's ``cmprsk::cuminc``. A group with nobody at risk at the first such
    event is not compared and does not count in the degrees of freedom; R has no test then.

    References
    ----------
    Gray RJ. A class of K-sample tests for comparing the cumulative incidence of a competing risk. Ann Stat
    1988;16:1141-1154.

    Examples
    --------
    >>> time = [2, 3, 3, 4, 5, 6, 7, 8, 1, 2, 4, 4, 9]
    >>> cause = [1, 2, 0, 1, 0, 2, 1, 0, 2, 2, 1, 2, 0]
    >>> test = gray_test(time, cause, ["a"] * 8 + ["b"] * 5)
    >>> round(test.statistic, 4), test.df, round(test.p_value, 4)
    (0.7179, 1, 0.3968)
    """
    causes = checked_causes(cause, of=of)
    times, _ = checked_follow_up(time, causes > 0)
    codes, labels = checked_categories(group, times, "group")
    counted = causes == of
    stratum = np.zeros(len(times), int) if strata is None else checked_categories(strata, times, "stratum")[0]

    # Whoever has left before the first such event of the stratum is compared with nobody.
    first = np.full(int(stratum.max()) + 1, np.inf)
    np.minimum.at(first, stratum[counted], times[counted])
    compared = np.unique(codes[times >= first[stratum]])
    takes_part = np.isin(codes, compared)
    position = np.searchsorted(compared, codes)

    k = len(compared)
    score, variance = np.zeros(k), np.zeros((k, k))
    for code in np.unique(stratum):
        here = takes_part & (stratum == code)
        if counted[here].any():
            part = _Stratum.of(times[here], causes[here] > 0, counted[here], position[here], k)
            score += part.score()
            variance += part.variance()
    statistic, reason = None, _reason(counted, len(labels), k)
    if reason is None:
        # The scores sum to zero: the last group's follows from the others'.
        statistic = score_statistic(score[:-1], variance[:-1, :-1], tolerance=FULL_RANK)
        reason = NO_VARIANCE if statistic is None else None
    df = 0 if statistic is None else k - 1
    return GrayTest(
        cause=of,
        statistic=statistic,
        df=df,
        p_value=None if statistic is None else float(chdtrc(df, statistic)),
        n=int(takes_part.sum()),
        events=int(counted[takes_part].sum()),
        groups=tuple(labels[code] for code in compared),
        reason=reason,
    )


def _reason(counted: Bools, n_groups: int, n_compared: int) -> str | None:
    if not counted.any():
        return NO_SUCH_EVENT
    if n_groups < 2:
        return ONE_GROUP
    return ONE_AT_RISK if n_compared < 2 else None


@dataclass(frozen=True, slots=True)
class _Stratum:
    """Counts of one stratum at the distinct times of its events, (t, k) for k groups, and the curves before them.

    `at_risk`, `events`, `competing` are counts; `free` the event-free probability of each group before each time,
    `free_after` after it, `incidence` that of the event before it; `size` the estimated size of each group's risk set
    if nobody had left by the event, h in Gray's paper; `pooled` the incidence in all groups, before and after.
    """

    at_risk: Floats
    events: Floats
    competing: Floats
    free: Floats
    free_after: Floats
    incidence: Floats
    size: Floats
    pooled: Floats
    pooled_after: Floats

    @classmethod
    def of(cls, time: Floats, event: Bools, counted: Bools, group: Ints, k: int) -> _Stratum:
        at = np.unique(time[event])
        events, competing = (
            np.stack([_counts(at, time[which & (group == code)]) for code in range(k)], axis=1)
            for which in (counted, event & ~counted)
        )
        at_risk = np.stack([_still(at, time[group == code]) for code in range(k)], axis=1)
        with np.errstate(invalid="ignore"):
            hazard, of_event = (np.where(at_risk > 0, number / at_risk, 0.0) for number in (events + competing, events))
        free_after = np.cumprod(1 - hazard, axis=0)
        free = _before(free_after, 1.0)
        with np.errstate(all="ignore"):
            size = np.where(at_risk > 0, at_risk / free, 0.0)
            pooled = np.cumsum(events.sum(axis=1) / np.maximum(size.sum(axis=1), 1e-300))
        return cls(
            at_risk=at_risk,
            events=events,
            competing=competing,
            free=free,
            free_after=free_after,
            incidence=_before(np.cumsum(free * of_event, axis=0), 0.0),
            size=size,
            pooled=_before(pooled, 0.0),
            pooled_after=pooled,
        )

    def score(self) -> Floats:
        """Return observed less expected events of each group: the share of those not yet with the event."""
        share = self.size * (1 - self.incidence)
        total = np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
        return np.asarray((self.events - self.events.sum(axis=1, keepdims=True) * share / total).sum(axis=0))

    def variance(self) -> Floats:
        """Return the covariance of the scores (Gray 1988, section 3), with the finite-sample factors of cmprsk.

        Notes
        -----
        Each group k has two sources of variance, its events (at all times of events in any group, estimated from the
        pooled rate) and its competing events. One at time t moves the score of group i by a_ik(t) and, through the
        later incidence of k, by the integral of a_ik over the pooled subdistribution hazard from t on.
        """
        total, n_events = self.size.sum(axis=1), self.events.sum(axis=1)
        k = self.size.shape[1]
        variance = np.zeros((k, k))
        happens = n_events > 0
        with np.errstate(all="ignore"):
            rate = np.where(happens, n_events / (total * (1 - self.pooled)), 0.0)
        for source in range(k):
            at_risk, free, free_after = self.at_risk[:, source], self.free[:, source], self.free_after[:, source]
            size = self.size[:, source]
            with np.errstate(all="ignore"):
                own = np.where(total > 0, size / total, 0.0)
                ratio = np.where(free_after > 0, (1 - self.pooled_after) / free_after, 0.0)
                spread = np.where(n_events > 1, 1 - (n_events - 1) / (total * free - 1), 1.0)
                by_event = np.where(happens & (at_risk > 0), spread * free * n_events / (total * at_risk), 0.0)
                competing = self.competing[:, source]
                spread = np.where(competing > 1, 1 - (competing - 1) / (at_risk - 1), 1.0)
                by_other = np.where((competing > 0) & (free_after > 0), spread * free**2 * competing / at_risk**2, 0.0)

            a = -self.size * own[:, np.newaxis]
            a[:, source] += size
            integral = np.cumsum(a * rate[:, np.newaxis], axis=0)
            later = integral[-1] - integral
            moved = a + (1 - ratio)[:, np.newaxis] * later
            variance += moved.T @ (by_event[:, np.newaxis] * moved)
            variance += later.T @ ((by_other * ratio**2)[:, np.newaxis] * later)
        return variance


def _counts(at: Floats, times: Floats) -> Floats:
    """Return how many of these times are exactly each of `at`."""
    times = np.sort(times)
    return (np.searchsorted(times, at, side="right") - np.searchsorted(times, at)).astype(float)


def _still(at: Floats, times: Floats) -> Floats:
    """Return how many of these times are not before each of `at`."""
    return (len(times) - np.searchsorted(np.sort(times), at)).astype(float)


def _before(curve: Floats, start: float) -> Floats:
    """Return a curve's values just before each time."""
    return np.concatenate((np.full((1, *curve.shape[1:]), start), curve[:-1]))
