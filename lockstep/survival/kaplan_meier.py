"""Survival of right-censored patients: Kaplan-Meier curves with their intervals, and numbers at risk, as in R."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.snapping import snapped
from ..statistics.arrays import TIED, Bools, Floats, Ints, checked_rows
from ..statistics.estimate import Estimate, finite, normal_quantile
from ..study.analysis import ConfType
from .curve_limits import curve_limits
from .risk_table import RiskTable

NOT_REACHED: Final = "not reached"
NO_EVENT_YET: Final = "no event up to then"
NOBODY_LEFT: Final = "nobody without the event is left then"
BEYOND_FOLLOW_UP: Final = "beyond the last follow-up"
NOBODY_YET: Final = "before anybody is at risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class KaplanMeierEstimate:
    """A Kaplan-Meier curve: one point where it begins and one at each distinct follow-up time, in order.

    It begins at time 0, with delayed entry where the first patient comes under observation.

    Attributes
    ----------
    n, events : patients and events.
    conf_level : of the interval, with Greenwood's variance.
    time : in the unit of the follow-up.
    survival : at and after each time, until the next.
    conf_low, conf_high : None where survival is 0, and on the log-log scale where it is still 1 at a follow-up time;
        both 1 before the first.
    n_at_risk : patients under observation without the event just before the time: follow-up >= it, entry before it.
    n_events, n_censored : events and censorings exactly then.
    """

    n: int
    events: int
    conf_level: float
    time: tuple[float, ...]
    survival: tuple[float, ...]
    conf_low: tuple[float | None, ...]
    conf_high: tuple[float | None, ...]
    n_at_risk: tuple[int, ...]
    n_events: tuple[int, ...]
    n_censored: tuple[int, ...]

    def median(self) -> Estimate:
        """Return the median survival time with its interval (Brookmeyer and Crowley, from the same limits).

        Notes
        -----
        The first time with survival of one half or less; where the curve is flat at one half (within 1.5e-8), the
        middle of the flat. The limits are read off the curves of the limits in the same way. All this as R prints it
        with a ``survfit`` object. A median that is not reached can still have a lower limit.
        """
        value = _half_time(self.time, self.survival)
        low, high = _half_time(self.time, self.conf_low), _half_time(self.time, self.conf_high)
        reason = NOT_REACHED if value is None or (low is None) != (high is None) else None
        return Estimate(value=value, conf_low=low, conf_high=high, reason=reason)

    def at(self, times: Iterable[float]) -> tuple[Estimate, ...]:
        """Return survival at these times (>= 0), as R's ``summary(fit, times, extend = TRUE)``.

        Beyond the last follow-up survival is unknown and the estimate None, unless the curve has come down to 0; so it
        is before anybody is under observation, where R says 1. Before the first follow-up time the limits are 1 and 1,
        as in R; no record holds such an interval (`records.interval`).
        """
        return tuple(self._at(time) for time in times)

    @property
    def emptied(self) -> bool:
        """Whether all at risk had the event before others entered: survival is then 0 for good."""
        return 0.0 in self.survival and self.survival.index(0.0) < len(self.time) - 1

    def _at(self, time: float) -> Estimate:
        if time < 0:
            raise ValueError(f"no survival at time {time}; a time is 0 or more")
        time = snapped(time)
        if time > self.time[-1] and self.survival[-1] > 0:
            return Estimate(value=None, reason=BEYOND_FOLLOW_UP)
        if time < self.time[0]:
            return Estimate(value=None, reason=NOBODY_YET)
        point = int(np.searchsorted(self.time, time, side="right")) - 1
        survival, low, high = self.survival[point], self.conf_low[point], self.conf_high[point]
        reason = {1.0: NO_EVENT_YET, 0.0: NOBODY_LEFT}.get(survival) if low is None or high is None else None
        return Estimate(survival, low, high, reason)


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    conf_level: float = 0.95,
    conf_type: ConfType = "log-log",
) -> KaplanMeierEstimate:
    """Estimate survival from right-censored follow-up.

    Parameters
    ----------
    time : (n,) follow-up, >= 0, in any unit.
    event : (n,) True or 1 where the event was observed.
    entry : (n,) when each patient came under observation, less than `time` (delayed entry, left truncation; or rows
        (entry, time] of a time-dependent exposure, whose curve is Simon and Makuch's); at 0 by default.
    conf_type : the scale on which the interval is symmetric: log(-log S), log S or S itself ("plain").

    Raises
    ------
    DataError
        If there is no patient, a value is missing, a time is negative, an event neither 0 nor 1 or an entry not before
        the time; names the rows.

    Notes
    -----
    At tied times events precede censorings (Kaplan & Meier 1958). Greenwood variance; interval (Kalbfleisch & Prentice
    2002, sec. 1.4) as R's ``survfit(conf.type = conf_type)``: none where survival is 0, nor on the log-log scale where
    it is still 1 at a follow-up time; log and plain limits are cut at 1, plain ones at 0.

    With delayed entry as R's ``survfit(Surv(entry, time, event) ~ 1)``: at risk after the entry. Where few have entered
    when the first events occur, the curve falls far, and to 0 for good if all at risk have the event: start it later.

    References
    ----------
    Simon R, Makuch RW. A non-parametric graphical representation of the relationship between survival and the
    occurrence of an event. Stat Med 1984;3:35-44.

    Examples
    --------
    >>> time = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]  # weeks in remission, under maintenance (Miller 1981)
    >>> event = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
    >>> curve = kaplan_meier(time, event)
    >>> curve.median()
    Estimate(value=31.0, conf_low=13.0, conf_high=None, reason='not reached')
    >>> [round(estimate.value, 4) for estimate in curve.at([12, 24])]
    [0.9091, 0.6136]
    """
    entries, times, events = checked_rows(time, event, entry)
    at, n_at_risk, n_events, n_censored = _life_table(entries, times, events)
    n, d = np.maximum(n_at_risk, 1).astype(float), n_events.astype(float)  # nobody at risk: nobody has the event
    with np.errstate(divide="ignore"):  # where all at risk have the event: log 0, and a variance without bound
        survival = np.exp(np.cumsum(np.log(n - d) - np.log(n)))
        se_of_log = np.sqrt(np.cumsum(d / (n * (n - d))))  # Greenwood
    return curve_of(
        at,
        survival,
        se_of_log,
        n_at_risk=n_at_risk,
        n_events=n_events,
        n_censored=n_censored,
        conf_level=conf_level,
        conf_type=conf_type,
    )


def curve_of(
    at: Floats,
    survival: Floats,
    se_of_log: Floats,
    *,
    n_at_risk: Ints,
    n_events: Ints,
    n_censored: Ints,
    conf_level: float,
    conf_type: ConfType,
) -> KaplanMeierEstimate:
    """Return the curve with limits out of its points, all (k,): where it begins, and the distinct follow-up times.

    Parameters
    ----------
    survival, se_of_log : at each time, with the standard error of its logarithm.
    n_at_risk, n_events, n_censored : patients at each time; the latter two add up to all patients.
    """
    limits = curve_limits(survival, se_of_log, z=normal_quantile(conf_level), conf_type=conf_type)
    if not n_events[0] + n_censored[0]:  # no follow-up time: survival is 1 for certain
        limits[0] = 1.0
    low, high = (tuple(finite(limit) for limit in column) for column in limits.T)
    return KaplanMeierEstimate(
        n=int((n_events + n_censored).sum()),
        events=int(n_events.sum()),
        conf_level=conf_level,
        time=tuple(at.tolist()),
        survival=tuple(survival.tolist()),
        conf_low=low,
        conf_high=high,
        n_at_risk=tuple(n_at_risk.tolist()),
        n_events=tuple(n_events.tolist()),
        n_censored=tuple(n_censored.tolist()),
    )


def _life_table(entries: Floats, times: Floats, events: Bools) -> tuple[Floats, Ints, Ints, Ints]:
    """Return the first entry and the distinct follow-up times, and patients at risk, events and censorings at each."""
    at, place = np.unique(np.concatenate(([entries.min()], times)), return_inverse=True)
    place = place[1:]
    n_events = np.bincount(place[events], minlength=len(at))
    n_censored = np.bincount(place[~events], minlength=len(at))
    n_gone = np.concatenate(([0], np.cumsum(n_events + n_censored)[:-1]))
    return at, _entered(entries, at, begin=at[0]) - n_gone, n_events, n_censored


def _entered(entries: Floats, at: Floats, *, begin: float = 0.0) -> Ints:
    """Return how many patients have entered before each time; where follow-up begins, how many enter then."""
    return np.where(at > begin, np.searchsorted(np.sort(entries), at), np.sum(entries == begin))


def reverse_kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    conf_level: float = 0.95,
    conf_type: ConfType = "log-log",
) -> KaplanMeierEstimate:
    """Estimate the distribution of follow-up: Kaplan-Meier with event and censoring exchanged (Schemper & Smith 1996).

    Parameters and errors as for `kaplan_meier`.

    Notes
    -----
    As ``survfit(Surv(time, 1 - event) ~ 1)`` in R: a patient with the event is still at risk of a censoring at the same
    time.

    Examples
    --------
    >>> time = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]  # weeks in remission, under maintenance (Miller 1981)
    >>> event = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
    >>> reverse_kaplan_meier(time, event).median().value
    103.0
    """
    entries, times, events = checked_rows(time, event, entry)
    return kaplan_meier(
        times, ~events, entry=None if entry is None else entries, conf_level=conf_level, conf_type=conf_type
    )


def number_at_risk(
    time: ArrayLike, event: ArrayLike, at: Iterable[float], *, entry: ArrayLike | None = None
) -> RiskTable:
    """Count patients at risk (follow-up >= t), and events and censorings before t; the three add up to n at each t.

    Parameters
    ----------
    time, event, entry : as for `kaplan_meier`.
    at : the times to count at, in the unit of `time`.

    Notes
    -----
    At risk as R's ``summary(survfit(...), times)``: a patient whose follow-up ends at t is still at risk at t. Times
    are snapped on both sides: at 0.4 x 12 months, which R takes for more than 4.8, those followed for 4.8 are at risk.
    With delayed entry those with entry < t are at risk (at 0, those with entry 0): the number may grow, and the three
    add up to those who have entered.

    Examples
    --------
    >>> time = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]  # weeks in remission, under maintenance (Miller 1981)
    >>> event = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
    >>> table = number_at_risk(time, event, at=[0, 13, 48])
    >>> table.n_at_risk, table.n_events, table.n_censored
    ((11, 10, 2), (0, 1, 6), (0, 0, 3))
    """
    entries, times, events = checked_rows(time, event, entry)
    ticks = tuple(snapped(float(tick)) for tick in at)
    n_events = np.searchsorted(np.sort(times[events]), ticks)
    n_censored = np.searchsorted(np.sort(times[~events]), ticks)
    return RiskTable(
        time=ticks,
        n_at_risk=tuple((_entered(entries, np.array(ticks)) - n_events - n_censored).tolist()),
        n_events=tuple(n_events.tolist()),
        n_censored=tuple(n_censored.tolist()),
    )


def _half_time(time: tuple[float, ...], curve: tuple[float | None, ...]) -> float | None:
    """Return where a curve comes down to one half, or the middle of its flat there (R's survival:::survmean)."""
    below = [(at, level) for at, level in zip(time, curve, strict=True) if level is not None and level < 0.5 + TIED]
    if not below:
        return None
    start, flat = below[0]
    end = next((at for at, level in below if level < flat), start) if abs(flat - 0.5) < TIED else start
    return (start + end) / 2
