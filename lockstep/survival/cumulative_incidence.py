"""Cumulative incidence of one of several competing events: the Aalen-Johansen estimate with its interval, as in R."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.snapping import snapped
from ..statistics.arrays import Bools, Floats, Ints, checked_causes, checked_rows, checked_weights, same_length
from ..statistics.estimate import Estimate, finite, normal_quantile
from ..study.analysis import ConfType
from .curve_limits import curve_limits
from .kaplan_meier import BEYOND_FOLLOW_UP, NO_EVENT_YET

EVERYBODY: Final = "everybody has had the event then"
FULL: Final = 1 - 1e-12  # an incidence this near to 1 is 1 but for rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class CumulativeIncidence:
    """The probability of one event by each time, where others compete: a point at time 0 and at each distinct time.

    Attributes
    ----------
    cause : the code of the event.
    n, events : patients, and how many had this event first.
    conf_level : of the interval.
    time : in the unit of the follow-up.
    incidence : at and after each time, until the next.
    se : its standard error.
    conf_low, conf_high : None where incidence is 0 or 1.
    event_free : the probability of no event of any kind, at and after each time.
    n_at_risk : patients under observation, without any event, just before the time.
    n_events, n_competing, n_censored : events of this kind, of others, and censorings exactly then.
    """

    cause: int
    n: int
    events: int
    conf_level: float
    time: tuple[float, ...]
    incidence: tuple[float, ...]
    se: tuple[float, ...]
    conf_low: tuple[float | None, ...]
    conf_high: tuple[float | None, ...]
    event_free: tuple[float, ...]
    n_at_risk: tuple[int, ...]
    n_events: tuple[int, ...]
    n_competing: tuple[int, ...]
    n_censored: tuple[int, ...]

    def at(self, times: Iterable[float]) -> tuple[Estimate, ...]:
        """Return the incidence at these times (>= 0), as R's ``summary(fit, times, extend = TRUE)``.

        Beyond the last follow-up it is unknown and the estimate None, unless nobody is left without an event.
        """
        return tuple(self._at(time) for time in times)

    def point(self, time: float) -> int | None:
        """Return the position of the point that holds at a time; None beyond what is known."""
        if time < 0:
            raise ValueError(f"no incidence at time {time}; a time is 0 or more")
        time = snapped(time)
        if time > self.time[-1] and self.event_free[-1] > 0:
            return None
        return int(np.searchsorted(self.time, time, side="right")) - 1

    def _at(self, time: float) -> Estimate:
        point = self.point(time)
        if point is None:
            return Estimate(value=None, reason=BEYOND_FOLLOW_UP)
        incidence, low, high = self.incidence[point], self.conf_low[point], self.conf_high[point]
        reason = {0.0: NO_EVENT_YET, 1.0: EVERYBODY}.get(incidence) if low is None or high is None else None
        return Estimate(incidence, low, high, reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetingRiskTable:
    """Patients at risk at chosen times, and before them events of each kind and censorings.

    ``n_at_risk`` counts entry < time <= end of follow-up (at time 0 those who enter then); without delayed entry, at
    risk, all events and censorings add up to n at each time. ``n_events`` has a row for each cause: 1, 2, ...
    """

    time: tuple[float, ...]
    n_at_risk: tuple[int, ...]
    n_events: tuple[tuple[int, ...], ...]
    n_censored: tuple[int, ...]


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    of: int = 1,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    conf_level: float = 0.95,
    conf_type: ConfType = "log-log",
) -> CumulativeIncidence:
    """Estimate the cumulative incidence of an event that other events may prevent.

    Parameters
    ----------
    time : (n,) time of the first event of any kind or of censoring, >= 0, in any unit.
    cause : (n,) which event it was: 0 none (censored), 1, 2, ...
    of : the cause whose incidence is asked for.
    entry : (n,) when each patient came under observation, less than `time` (delayed entry); at 0 by default.
    weights : (n,) a weight > 0 of each patient.
    conf_type : the scale on which the interval is symmetric: log(-log F), log F or F itself ("plain").

    Raises
    ------
    DataError
        If there is no patient, or a value is missing or impossible (a negative time, an entry after the end, a cause
        that is no whole number); names the rows.
    ValueError
        If `of` is the code of no event.

    Notes
    -----
    The Aalen-Johansen estimate with the variance of the infinitesimal jackknife, robust where there are weights, as
    R's ``survfit(Surv(time, factor(cause)) ~ 1, conf.type = conf_type)``. With one kind of event it is 1 - Kaplan-Meier
    with Greenwood's variance; its log-log interval is that of F, not of 1 - F. Events precede censorings at tied times.

    A patient's influence on F is piecewise linear in two functions of time that are the same for all; so the sum of its
    squares needs sums over the patients only, not over patients and times: O(n log n).

    References
    ----------
    Aalen OO, Johansen S. An empirical transition matrix for non-homogeneous Markov chains based on censored
    observations. Scand J Stat 1978;5:141-150.
    Therneau TM, Grambsch PM. Modeling Survival Data. Springer 2000, sec. 7.

    Examples
    --------
    >>> time = [2, 3, 3, 4, 5, 6, 7, 8]
    >>> cause = [1, 2, 0, 1, 0, 2, 1, 0]
    >>> [round(estimate.value, 4) for estimate in cumulative_incidence(time, cause).at([4, 7])]
    [0.275, 0.475]
    """
    causes = checked_causes(cause, of=of)
    entries, times, _ = checked_rows(time, causes > 0, entry)
    weight = np.ones(len(times)) if weights is None else checked_weights(weights, "weight")
    same_length(times, weight, "follow-up time", "weight")
    # Sorted, so that the order of the rows changes no bit of the sums.
    order = np.lexsort((weight, entries, causes, times))
    entries, times, causes, weight = entries[order], times[order], causes[order], weight[order]
    at, place = np.unique(np.concatenate(([0.0], times)), return_inverse=True)
    process = _Process.of(at, place[1:], np.searchsorted(at, entries, side="right") - 1, causes, of, weight)
    incidence, se = process.incidence, process.standard_error()
    full = incidence > FULL
    incidence[full], se[full] = 1.0, 0.0
    with np.errstate(all="ignore"):  # no logarithm of an incidence of 0
        limits = curve_limits(incidence, se / incidence, z=normal_quantile(conf_level), conf_type=conf_type)
    limits[full] = np.nan
    low, high = (tuple(finite(limit) for limit in column) for column in limits.T)
    counts = {
        name: np.bincount(process.leaves[which], minlength=len(at))
        for name, which in (("of", causes == of), ("other", (causes > 0) & (causes != of)), ("none", causes == 0))
    }
    return CumulativeIncidence(
        cause=of,
        n=len(times),
        events=int(np.sum(causes == of)),
        conf_level=conf_level,
        time=tuple(at.tolist()),
        incidence=tuple(incidence.tolist()),
        se=tuple(se.tolist()),
        conf_low=low,
        conf_high=high,
        event_free=tuple(process.event_free.tolist()),
        n_at_risk=(int(np.sum(entries == 0)), *process.n_at_risk[1:].tolist()),
        n_events=tuple(counts["of"].tolist()),
        n_competing=tuple(counts["other"].tolist()),
        n_censored=tuple(counts["none"].tolist()),
    )


def competing_risk_table(
    time: ArrayLike, cause: ArrayLike, at: Iterable[float], *, entry: ArrayLike | None = None, causes: int = 2
) -> CompetingRiskTable:
    """Count patients at risk at these times, and before them events of each kind and censorings.

    Parameters and errors as for `cumulative_incidence`; `causes` is how many kinds of events there are, also where a
    group has none of one kind.

    Examples
    --------
    >>> table = competing_risk_table([2, 3, 3, 4, 5, 6, 7, 8], [1, 2, 0, 1, 0, 2, 1, 0], at=[0, 4, 9])
    >>> table.n_at_risk, table.n_events, table.n_censored
    ((8, 5, 0), ((0, 1, 3), (0, 1, 2)), (0, 1, 3))
    """
    codes = checked_causes(cause)
    entries, times, _ = checked_rows(time, codes > 0, entry)
    ticks = tuple(snapped(float(tick)) for tick in at)
    before = {code: np.searchsorted(np.sort(times[codes == code]), ticks) for code in range(causes + 1)}
    gone = np.searchsorted(np.sort(times), ticks)
    came = np.where(np.array(ticks) > 0, np.searchsorted(np.sort(entries), ticks), np.sum(entries == 0))
    return CompetingRiskTable(
        time=ticks,
        n_at_risk=tuple((came - gone).tolist()),
        n_events=tuple(tuple(before[code].tolist()) for code in range(1, causes + 1)),
        n_censored=tuple(before[0].tolist()),
    )


@dataclass(frozen=True, slots=True)
class _Process:
    """Entries and exits at distinct times, the curve, and what its variance needs.

    `entered` and `left` are, for each patient, the last time (its position) up to the entry, and the time of exit.
    """

    entered: Ints
    leaves: Ints
    event: Bools
    counted: Bools
    weight: Floats
    n_at_risk: Ints
    at_risk: Floats
    left_over: Floats
    hazard: Floats
    before: Floats
    event_free: Floats
    incidence: Floats
    cause_hazard: Floats

    @classmethod
    def of(cls, at: Floats, leaves: Ints, entered: Ints, causes: Ints, of: int, weight: Floats) -> _Process:
        k, event, counted = len(at), causes > 0, causes == of

        def at_risk_of(each: Floats) -> Floats:
            # At risk at a time: who entered before it and has not left before it.
            came = np.cumsum(np.bincount(entered, each, k))
            came = np.concatenate((came[:1], came[:-1]))
            return np.asarray(came - np.concatenate(([0.0], np.cumsum(np.bincount(leaves, each, k))[:-1])))

        n_at_risk, n_events = at_risk_of(np.ones(len(leaves))), np.bincount(leaves[event], minlength=k)
        at_risk, events = at_risk_of(weight), np.bincount(leaves, weight * event, k)
        with np.errstate(all="ignore"):
            hazard, cause_hazard = (
                np.where((n_events > 0) & (at_risk > 0), part / at_risk, 0.0)
                for part in (events, np.bincount(leaves, weight * counted, k))
            )
        # Where all at risk have an event, nobody is left, whatever rounding leaves of their weights.
        hazard[(n_events > 0) & (n_events == n_at_risk)] = 1.0
        event_free = np.cumprod(1 - hazard)
        before = np.concatenate(([1.0], event_free[:-1]))
        return cls(
            entered=entered,
            leaves=leaves,
            event=event,
            counted=counted,
            weight=weight,
            n_at_risk=np.rint(n_at_risk).astype(np.int64),
            at_risk=at_risk,
            left_over=np.where(hazard < 1, at_risk - events, 0.0),
            hazard=hazard,
            before=before,
            event_free=event_free,
            incidence=np.cumsum(before * cause_hazard),
            cause_hazard=cause_hazard,
        )

    def standard_error(self) -> Floats:
        """Return the root of the sum of squared influences of the patients on the incidence, at each time.

        Notes
        -----
        With F the incidence and S the event-free probability, let C(t) be the sum of hazard / (at risk - events), and
        B(t) that of S(s-) times cause-specific hazard times (C(s-) - 1 / at risk), up to t. The influence of a patient
        who entered at e is B(t) - B(e) - C(e) (F(t) - F(e)) while at risk; at the exit x a patient with the event adds
        S(x-) / at risk; from then on it changes with F(t) alone, by minus C(e) - C(x), plus 1 / (at risk - events)
        after an event. So it is a B(t) + b F(t) + c, with a, b, c constant from entry to exit and from exit on.
        """
        with np.errstate(all="ignore"):
            per_left = np.where(self.left_over > 0, 1 / self.left_over, 0.0)
            per_risk = np.where(self.at_risk > 0, 1 / self.at_risk, 0.0)
        f, c = self.incidence, np.cumsum(self.hazard * per_left)
        c_before = np.concatenate(([0.0], c[:-1]))
        b = np.cumsum(self.before * self.cause_hazard * (c_before - per_risk))

        # Entry at 0, where the first point lies, is before all that happens then.
        start = self.entered
        c0, f0, b0 = (np.where(start > 0, part[start], 0.0) for part in (c, f, b))
        end = self.leaves
        slope = self.event * per_left[end] - (c[end] - c0)
        at_exit = b[end] - b0 - c0 * (f[end] - f0) + self.counted * (self.before * per_risk)[end]
        ones, zeros = np.ones(len(end)), np.zeros(len(end))
        during, after = (ones, -c0, c0 * f0 - b0), (zeros, -slope, at_exit + slope * f[end])

        functions, variance = (b, f, np.ones(len(f))), np.zeros(len(f))
        for i in range(3):
            for j in range(i, 3):
                first, then = (state[i] * state[j] * self.weight**2 for state in (during, after))
                total = np.bincount(start, first, len(f)) + np.bincount(end, then - first, len(f))
                variance += (1 if i == j else 2) * np.cumsum(total) * functions[i] * functions[j]
        return np.sqrt(np.maximum(variance, 0.0))
