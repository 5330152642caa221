"""Endpoints: the follow-up time and the event of each analysed patient, or one error that names the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import DataError, row_list
from ..base.snapping import snapped_all
from ..base.wording import listing, shown
from ..study.model import Endpoint, Study

DAYS_PER: Final = {"days": 1.0, "months": 365.25 / 12, "years": 365.25}
"""Days in a unit of follow-up, for an endpoint between two dates."""

_REMEDY: Final = "Mend the file, or exclude these patients by a rule under [eligibility] in study.toml."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeToEvent:
    """Right-censored follow-up of the analysed patients.

    Attributes
    ----------
    time : (n,) follow-up in the study's time unit, >= 0, never missing.
    event : (n,) True where the event was observed, False where follow-up ended without it.
    """

    time: npt.NDArray[np.float64]
    event: npt.NDArray[np.bool_]


def time_to_event(endpoint: Endpoint, frame: pd.DataFrame, rows: npt.NDArray[np.int64], study: Study) -> TimeToEvent:
    """Compute an endpoint for the patients of a frame.

    Parameters
    ----------
    endpoint : the definition.
    frame : columns and derived variables of the patients, all of them analysed.
    rows : (n,) their rows in the file, for messages.
    study : gives the time unit, the columns' names in the file and the file's name.

    Raises
    ------
    DataError
        If a time or event is missing or a time is negative: nobody is dropped from an endpoint in silence.
    """
    check = _Check(f"{study.data_file}: endpoint {shown(endpoint.name)}", rows)
    if endpoint.time is not None:
        time = frame[endpoint.time].to_numpy(dtype=float)
        column = shown(study.columns[endpoint.time].header)
        check.none(np.isnan(time), f"has no time (column {column})", "a number for each analysed patient")
        check.none(time < 0, f"has a negative time (column {column})", "0 or more")
    else:
        time = _between_dates(endpoint, frame, study, check)
    time, event = snapped_all(time), endpoint.event.mask(frame)
    check.none(
        event.isna(), f'has an unknown event ("{endpoint.event.text}")', "true or false for each analysed patient"
    )
    return TimeToEvent(time=time, event=event.to_numpy(dtype=bool))


def _between_dates(endpoint: Endpoint, frame: pd.DataFrame, study: Study, check: _Check) -> npt.NDArray[np.float64]:
    start = frame[str(endpoint.start)]
    end = frame[endpoint.end[0]]
    for name in endpoint.end[1:]:
        end = end.fillna(frame[name])  # the first that is present
    begins = shown(study.columns[str(endpoint.start)].header)
    ends = listing(study.columns[name].header for name in endpoint.end)
    check.none(start.isna(), f"has no start (column {begins})", "a date for each analysed patient")
    check.none(end.isna(), f"has no end (column {ends})", "a date for each analysed patient")
    check.none(end < start, f"ends before it starts (column {ends} before {begins})", "an end on or after the start")
    return (end - start).dt.days.to_numpy(dtype=float) / DAYS_PER[study.time.unit]


@dataclass(frozen=True, slots=True)
class _Check:
    about: str
    rows: npt.NDArray[np.int64]

    def none(self, faulty: npt.ArrayLike | pd.Series, found: str, expected: str) -> None:
        """Raise where any patient is faulty, with the rows."""
        wrong = np.asarray(faulty, dtype=bool)
        if wrong.any():
            where = row_list(int(row) for row in self.rows[wrong])
            raise DataError(f"{self.about} {found} in {where}; expected {expected}.\n{_REMEDY}")
