"""Endpoints: the follow-up time and the event of each analysed patient, and the patients of whom they are not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.snapping import snapped_all
from ..endpoints.endpoints import Endpoint
from ..study.model import Study
from .findings import DataFinding
from .first_events import first_event
from .follow_up import FollowUpCheck, entry_times, first_present, sources


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeToEvent:
    """Right-censored follow-up of the analysed patients.

    Attributes
    ----------
    time : (n,) follow-up in the study's time unit, >= 0, never missing.
    event : (n,) True where the event was observed, False where follow-up ended without it.
    entry : (n,) when each patient came under observation, >= 0; None where all did at time 0. Who has no time after it
        was never at risk.
    competing : (n,) True where an event came that keeps this one from happening; None where none is declared.
    first : (n,) of a composite endpoint by the label of each of its events: True where that was the first one.
    """

    time: npt.NDArray[np.float64]
    event: npt.NDArray[np.bool_]
    entry: npt.NDArray[np.float64] | None = None
    first: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    competing: npt.NDArray[np.bool_] | None = None

    @property
    def any_event(self) -> npt.NDArray[np.bool_]:
        """(n,) True where follow-up ended by the event or by one that competes with it."""
        return self.event if self.competing is None else self.event | self.competing

    def of(self, patients: npt.NDArray[np.bool_]) -> TimeToEvent:
        """Return a copy for some of the patients: (n,) True for these."""
        first = {label: where[patients] for label, where in self.first.items()}
        return replace(
            self,
            time=self.time[patients],
            event=self.event[patients],
            entry=None if self.entry is None else self.entry[patients],
            first=first,
            competing=None if self.competing is None else self.competing[patients],
        )

    @property
    def at_risk(self) -> npt.NDArray[np.bool_]:
        """(n,) True where the patient was at risk at all: where follow-up does not end before or at the entry."""
        return np.ones(len(self.time), dtype=bool) if self.entry is None else self.entry < self.time


def time_to_event(
    endpoint: Endpoint,
    frame: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    study: Study,
    *,
    known_faulty: npt.NDArray[np.bool_],
) -> tuple[TimeToEvent, list[DataFinding]]:
    """Compute an endpoint for the patients of a frame.

    Parameters
    ----------
    endpoint : the definition.
    frame : columns and derived variables of the patients, all of them analysed.
    rows : (n,) their rows in the file, for messages.
    study : gives the time unit, the columns' names in the file and the file's name.
    known_faulty : (n,) patients of whom a cell that the endpoint needs is reported already.

    Returns
    -------
    values, findings
        Errors are times, events and entries that are missing, negative times, and events after the end of follow-up,
        since nobody is dropped from an endpoint in silence. Where there is one, the values are of no use. An entry
        before the start is a query: the patient is at risk from the start.

    Notes
    -----
    Of the events of a composite endpoint that come at one time the one that is listed first counts as the first.
    """
    check = FollowUpCheck.of(endpoint, study, rows, known_faulty)
    entry = None if endpoint.entry is None else entry_times(endpoint, frame, study, check)
    if endpoint.first_of:
        found = first_event(endpoint, frame, study, check)
        return TimeToEvent(time=found.time, event=found.event, entry=entry, first=found.first), check.findings
    if endpoint.time is not None:
        time = frame[endpoint.time].to_numpy(dtype=float)
        column = sources([endpoint.time], study)
        check.none("no time", np.isnan(time), f"has no time ({column})", "a number for each analysed patient")
        check.none("a negative time", time < 0, f"has a negative time ({column})", "0 or more")
    else:
        time = _between_dates(endpoint, frame, study, check)
    time, event = snapped_all(time), endpoint.event.mask(frame)
    check.none(
        "an unknown event",
        event.isna(),
        f'has an unknown event ("{endpoint.event.text}")',
        "true or false for each analysed patient",
    )
    return TimeToEvent(time=time, event=event.to_numpy(dtype=bool, na_value=False), entry=entry), check.findings


def _between_dates(
    endpoint: Endpoint, frame: pd.DataFrame, study: Study, check: FollowUpCheck
) -> npt.NDArray[np.float64]:
    start, end = frame[str(endpoint.start)], first_present(frame, endpoint.end)
    begins, ends = sources([str(endpoint.start)], study), sources(endpoint.end, study)
    check.none("no start", start.isna(), f"has no start ({begins})", "a date for each analysed patient")
    check.none("no end", end.isna(), f"has no end ({ends})", "a date for each analysed patient")
    check.none(
        "an end before the start",
        end < start,
        f"ends before it starts ({ends} before {begins.removeprefix('column ')})",
        "an end on or after the start",
    )
    return (end - start).dt.days.to_numpy(dtype=float) / study.time.days_in[study.time.unit]
