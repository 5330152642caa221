"""Composite endpoints: the first of several events of each patient, and when it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.snapping import snapped_all
from ..base.wording import shown
from ..endpoints.endpoints import Endpoint
from ..endpoints.first_events import ComponentEvent
from ..study.model import Study
from .follow_up import FollowUpCheck, first_present, since_start, sources

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FirstEvent:
    """The first of several events.

    Attributes
    ----------
    time : (n,) of the first event, or of the end of follow-up without one.
    event : (n,) True where there was one.
    first : (n,) by the label of each event: True where it was the first.
    """

    time: Floats
    event: Flags
    first: Mapping[str, Flags]


def first_event(endpoint: Endpoint, frame: pd.DataFrame, study: Study, check: FollowUpCheck) -> FirstEvent:
    """Return the first event of each patient; what is wrong is noted in `check`.

    Notes
    -----
    Of events at one time the one that is listed first is the first. How long a patient was followed matters where there
    was no event: without `time` of the endpoint it is the shortest of the events' times, since only so long is it known
    that there was none of them.
    """
    composite = _Composite(endpoint, frame, study, check)
    times, end = composite.between_dates() if endpoint.between_dates else composite.numeric_times()
    observed = [composite.observed(event, at) for event, at in zip(endpoint.first_of, times, strict=True)]
    at_event = np.array([np.where(seen, at, np.nan) for seen, at in zip(observed, times, strict=True)])
    composite.check_end(end, np.logical_or.reduce(observed), at_event)
    at_event[np.isnan(at_event)] = np.inf
    event = np.isfinite(at_event).any(axis=0)
    which = at_event.argmin(axis=0)
    return FirstEvent(
        time=np.where(event, at_event.min(axis=0), end),
        event=event,
        first={item.label: event & (which == position) for position, item in enumerate(endpoint.first_of)},
    )


@dataclass(frozen=True, slots=True)
class _Composite:
    endpoint: Endpoint
    frame: pd.DataFrame
    study: Study
    check: FollowUpCheck

    def between_dates(self) -> tuple[list[Floats], Floats]:
        """Return the time of each event and of the end of follow-up, from the start."""
        start, begins = self.frame[str(self.endpoint.start)], sources([str(self.endpoint.start)], self.study)
        self.check.none("no start", start.isna(), f"has no start ({begins})", "a date for each analysed patient")
        dates = [self.frame[event.at] for event in self.endpoint.first_of]
        end = first_present(self.frame, self.endpoint.end)
        *times, last = (since_start(self.endpoint, self.frame, item, self.study) for item in (*dates, end))
        return times, last

    def numeric_times(self) -> tuple[list[Floats], Floats]:
        """Return the time of each event and of the end of follow-up, where these are numbers in the data."""
        times = [snapped_all(self.frame[event.at].to_numpy(dtype=float)) for event in self.endpoint.first_of]
        if self.endpoint.time is not None:
            return times, snapped_all(self.frame[self.endpoint.time].to_numpy(dtype=float))
        return times, np.min(times, axis=0)  # missing where one is

    def observed(self, event: ComponentEvent, at: Floats) -> Flags:
        """Return in whom an event was observed; note where its time is not known, or negative."""
        mask, label = event.event.mask(self.frame), shown(event.label)
        observed, source = mask.to_numpy(dtype=bool, na_value=False), sources([event.at], self.study)
        what, value = ("time", "a number") if event.date is None else ("date", "a date")
        self.check.none(
            "an unknown event",
            mask.isna(),
            f'has an unknown event {label} ("{event.event.text}")',
            "true or false for each analysed patient",
        )
        self.check.none(
            "an event without its time",
            observed & self.frame[event.at].isna().to_numpy(),
            f"has {label} without its {what} ({source})",
            f"{value} wherever the event was observed",
        )
        if event.date is None:
            self.check.none("a negative time", at < 0, f"has a negative time ({source})", "0 or more")
        else:
            found = f"has {label} before the start ({source})"
            self.check.none("an event before the start", observed & (at < 0), found, "an event on or after the start")
        return observed

    def check_end(self, end: Floats, event: Flags, at_event: Floats) -> None:
        """Note patients without an event whose follow-up is not known, and events after the end of follow-up.

        Parameters
        ----------
        end, event : (n,) the end of follow-up, and whether there was an event.
        at_event : (k, n) the time of each event, NaN where it was not observed.
        """
        endpoint = self.endpoint
        if endpoint.between_dates:
            ends, unknown = sources(endpoint.end, self.study), first_present(self.frame, endpoint.end).isna().to_numpy()
            expected = "a date for each patient without an event"
            self.check.none("no end", unknown & ~event, f"has no end ({ends})", expected)
            found = f"ends before it starts ({ends})"
            self.check.none("an end before the start", end < 0, found, "an end on or after the start")
        else:
            ends = sources(endpoint.times if endpoint.time is None else [endpoint.time], self.study)
            expected = "a number for each patient without an event"
            self.check.none("no time", np.isnan(end) & ~event, f"has no time ({ends})", expected)
            if endpoint.time is None:
                return  # the times of the events themselves, which are looked at
            self.check.none("a negative time", end < 0, f"has a negative time ({ends})", "0 or more")
        for item, at in zip(endpoint.first_of, at_event, strict=True):
            expected = "none after it"
            if endpoint.between_dates:
                named = ", ".join(f'"{name}"' for name in (item.at, *endpoint.end))
                expected += f"; a date that ends follow-up itself comes first in `end`: end = [{named}]"
            self.check.none(
                "an event after the end",
                at > end,
                f"has {shown(item.label)} after the end of follow-up ({sources([item.at], self.study)} after {ends})",
                expected,
            )
