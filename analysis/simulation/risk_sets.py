"""Kaplan-Meier and log-rank for a search: the risk sets are laid out once, then many groupings are tried on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
"""Of patients: numbers, or flags that are 0.0 or 1.0, so that a product counts."""


@dataclass(frozen=True)
class RiskSets:
    """Who is at risk and who has the event, at each distinct event time.

    Parameters
    ----------
    event_time : (m,) increasing.
    members : (2m, n) of 0 and 1; the first m rows say who is at risk, the other m who has the event.
    n_at_risk, n_events : (m,) their sums over all patients.
    dispersion : (m,) the hypergeometric variance of the events of a group, but for the group's share of those at risk.
    """

    event_time: Ints
    members: Floats
    n_at_risk: Floats
    n_events: Floats
    dispersion: Floats

    def counts(self, patients: Floats) -> tuple[Floats, Floats]:
        """Return the numbers at risk and the numbers of events among some patients, at each event time."""
        both = self.members @ patients
        return both[: len(self.event_time)], both[len(self.event_time) :]

    def survival(self, patients: Floats | None = None) -> Floats:
        """Return the Kaplan-Meier estimate just after each event time, of all or of some patients."""
        n, d = (self.n_at_risk, self.n_events) if patients is None else self.counts(patients)
        share: Floats = 1 - d / np.maximum(n, 1)
        return share.cumprod()

    def log_rank(self, group: Floats, among: Floats | None = None) -> float:
        """Return the log-rank statistic of a group against the others, of all or among some patients."""
        if among is None:
            n, d, dispersion = self.n_at_risk, self.n_events, self.dispersion
        else:
            n, d = self.counts(among)
            dispersion, n, group = _dispersion(n, d), np.maximum(n, 1), group * among
        n_group, d_group = self.counts(group)
        share = n_group / n
        variance = dispersion @ (share * (1 - share))
        return float((d_group.sum() - d @ share) ** 2 / variance) if variance > 0 else 0.0

    def log_rank_of_groups(self, groups: Floats) -> float:
        """Return the log-rank statistic of k groups that hold each patient once; `groups` is (n, k) of 0 and 1."""
        n_group, d_group = self.counts(groups)
        share = n_group / self.n_at_risk[:, None]
        excess = (d_group.sum(0) - self.n_events @ share)[:-1]
        variance = np.diag(self.dispersion @ share) - share.T @ (self.dispersion[:, None] * share)
        return float(excess @ np.linalg.solve(variance[:-1, :-1], excess))


def risk_sets(time: ArrayLike, event: ArrayLike) -> RiskSets:
    """Lay out the risk sets of follow-up times in days; at equal times events precede censorings."""
    times, events = np.asarray(time, np.int64), np.asarray(event).astype(bool)
    event_time = np.unique(times[events])
    at_risk = times >= event_time[:, None]
    had_event = (times == event_time[:, None]) & events
    n, d = at_risk.sum(1).astype(float), had_event.sum(1).astype(float)
    return RiskSets(event_time, np.vstack([at_risk, had_event]).astype(float), n, d, _dispersion(n, d))


def _dispersion(n: Floats, d: Floats) -> Floats:
    dispersion: Floats = d * (n - d) / np.maximum(n - 1, 1)
    return dispersion
