"""Exposures that begin after time 0, without immortal time: landmark data sets, and follow-up split at given times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..base.errors import DataError, row_list
from ..base.snapping import snapped, snapped_all
from ..statistics.arrays import Bools, Floats, Ints, checked_rows, same_length


@dataclass(frozen=True, slots=True, kw_only=True)
class LandmarkData:
    """Who is still at risk at a landmark, with follow-up from then on and the exposure as known then.

    Attributes
    ----------
    row : (m,) positions in the data of those at risk after the landmark, in their order.
    time, event : (m,) follow-up from the landmark.
    exposed : (m,) True where exposure had begun by the landmark; later exposure does not count.
    n_event_before, n_censored_before : patients who had the event or were censored up to and including the landmark.
    n_not_entered : patients who came under observation after it.
    """

    row: Ints
    time: Floats
    event: Bools
    exposed: Bools
    n_event_before: int
    n_censored_before: int
    n_not_entered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Episodes:
    """Follow-up in rows (start, stop], several of a patient one after another.

    Attributes
    ----------
    row : (m,) the position in the data of the patient of each row, ascending.
    start, stop : (m,) the row is at risk after its start, up to and including its stop.
    event : (m,) True in the last row of a patient with the event.
    episode : (m,) how many of the times at which follow-up is split lie at or before the start: 0, 1, ...
    n_without_follow_up : patients whose follow-up is 0: they have no row.
    """

    row: Ints
    start: Floats
    stop: Floats
    event: Bools
    episode: Ints
    n_without_follow_up: int


def landmark(
    time: ArrayLike, event: ArrayLike, exposure_time: ArrayLike, *, at: float, entry: ArrayLike | None = None
) -> LandmarkData:
    """Return those still at risk at a landmark, and whether they were exposed by then.

    Parameters
    ----------
    time, event : (n,) follow-up from time 0, and whether it ended with the event.
    exposure_time : (n,) when exposure began, from the same time 0; NaN where it never did. Before time 0 is allowed.
    at : the landmark.
    entry : (n,) when each patient came under observation (delayed entry); at 0 by default.

    Raises
    ------
    DataError
        If there is no patient, lengths differ, or a time is missing or impossible; names the rows.
    ValueError
        If the landmark is negative.

    Notes
    -----
    At risk are those with entry <= landmark < time: who has the event at the landmark itself does not count, as in the
    rows (landmark, ...] of R's ``survSplit(cut = landmark)``. The landmark must be chosen before the data are seen.

    References
    ----------
    Anderson JR, Cain KC, Gelber RD. Analysis of survival by tumor response. J Clin Oncol 1983;1:710-719.

    Examples
    --------
    >>> found = landmark([2, 5, 8, 9], [1, 1, 0, 1], [1, np.nan, 3, 7], at=3)
    >>> found.row.tolist(), found.time.tolist(), found.exposed.tolist(), found.n_event_before
    ([1, 2, 3], [2.0, 5.0, 6.0], [False, True, False], 1)
    """
    if not at >= 0:
        raise ValueError(f"no landmark at time {at}; a time is 0 or more")
    entries, times, events = checked_rows(time, event, entry)
    begins, at = _exposure_times(exposure_time, times), snapped(float(at))
    here = (entries <= at) & (times > at)
    gone = times <= at
    return LandmarkData(
        row=np.flatnonzero(here),
        time=snapped_all(times[here] - at),
        event=events[here],
        exposed=begins[here] <= at,
        n_event_before=int(np.sum(gone & events)),
        n_censored_before=int(np.sum(gone & ~events)),
        n_not_entered=int(np.sum(~gone & (entries > at))),
    )


def split_at(time: ArrayLike, event: ArrayLike, cuts: Iterable[float], *, entry: ArrayLike | None = None) -> Episodes:
    """Split follow-up at times that are the same for all, for effects that change then.

    Parameters
    ----------
    time, event, entry : as for `landmark`.
    cuts : the times to split at, > 0.

    Raises
    ------
    DataError
        As `landmark`.
    ValueError
        If a cut is not more than 0.

    Notes
    -----
    As R's ``survSplit(Surv(time, event) ~ ., cut = cuts)``: a row is (start, stop], so that an event at a cut belongs
    to the episode before it.

    Examples
    --------
    >>> rows = split_at([2, 5], [1, 1], [2, 4])
    >>> list(zip(rows.row.tolist(), rows.start.tolist(), rows.stop.tolist(), rows.event.tolist()))
    [(0, 0.0, 2.0, True), (1, 0.0, 2.0, False), (1, 2.0, 4.0, False), (1, 4.0, 5.0, True)]
    """
    at = np.unique(snapped_all(np.array(list(cuts), dtype=float)))
    if not (at > 0).all():
        raise ValueError("a time to split at is not more than 0")
    entries, times, events = checked_rows(time, event, entry)
    return _episodes(entries, times, events, np.broadcast_to(at, (len(times), len(at))))


def split_at_exposure(
    time: ArrayLike, event: ArrayLike, exposure_time: ArrayLike, *, entry: ArrayLike | None = None
) -> Episodes:
    """Split each patient's follow-up where exposure begins: a time-dependent exposure, 0 before and 1 from then on.

    Parameters and errors as for `landmark`; `episode` of the result is the exposure of each row.

    Notes
    -----
    As R's ``tmerge(..., exposed = tdc(exposure_time))``: exposure counts after its time. Who is exposed at or before
    the entry is so throughout; who is at or after the end of follow-up, never. The rows serve
    ``cox_regression(entry=...)``, and `kaplan_meier` of each state (Simon and Makuch).

    Examples
    --------
    >>> rows = split_at_exposure([5, 8, 9], [1, 0, 1], [np.nan, 3, 0])
    >>> list(zip(rows.row.tolist(), rows.start.tolist(), rows.stop.tolist(), rows.episode.tolist()))
    [(0, 0.0, 5.0, 0), (1, 0.0, 3.0, 0), (1, 3.0, 8.0, 1), (2, 0.0, 9.0, 1)]
    """
    entries, times, events = checked_rows(time, event, entry)
    return _episodes(entries, times, events, _exposure_times(exposure_time, times)[:, np.newaxis])


def _episodes(entries: Floats, times: Floats, events: Bools, cuts: Floats) -> Episodes:
    """Return the rows of each patient between entry, the cuts (n, k; ascending in a row) within follow-up, and end."""
    n = len(times)
    within = np.clip(cuts, entries[:, np.newaxis], times[:, np.newaxis])
    bounds = np.concatenate((entries[:, np.newaxis], within, times[:, np.newaxis]), axis=1)
    start, stop = bounds[:, :-1], bounds[:, 1:]
    row, episode = np.nonzero(stop > start)
    last = np.append(row[1:] != row[:-1], True) if len(row) else np.empty(0, dtype=np.bool_)
    return Episodes(
        row=row,
        start=start[row, episode],
        stop=stop[row, episode],
        event=events[row] & last,
        episode=episode,
        n_without_follow_up=n - len(np.unique(row)),
    )


def _exposure_times(values: ArrayLike, times: Floats) -> Floats:
    """Return when exposure began, after all time where it never did; raise DataError where it is no number."""
    begins = np.asarray(values, dtype=float)
    same_length(times, begins, "follow-up time", "exposure time")
    wrong = np.isinf(begins)
    if wrong.any():
        raise DataError(
            f"exposure time is infinite in {row_list(np.flatnonzero(wrong) + 1)}. Leave it empty for never."
        )
    return np.where(np.isnan(begins), np.inf, snapped_all(begins))
