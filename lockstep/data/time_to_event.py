"""Endpoints: the follow-up time and the event of each analysed patient, and the patients of whom they are not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import row_list
from ..base.snapping import snapped_all
from ..base.wording import listing, shown
from ..study.endpoints import Endpoint
from ..study.model import Study
from .findings import DataFinding

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


def time_to_event(
    endpoint: Endpoint,
    frame: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    study: Study,
    *,
    known_faulty: npt.NDArray[np.bool_] | None = None,
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
        The findings are errors: times and events that are missing, and negative times, since nobody is dropped from an
        endpoint in silence. Where there is one, the values are of no use.
    """
    check = _Check(
        f"{study.data_file}: endpoint {shown(endpoint.name)}", rows, known_faulty, study.headers(endpoint.made_of)
    )
    if endpoint.time is not None:
        time = frame[endpoint.time].to_numpy(dtype=float)
        column = _source(endpoint.time, study)
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
    return TimeToEvent(time=time, event=event.to_numpy(dtype=bool, na_value=False)), check.findings


def _source(number: str, study: Study) -> str:
    """Say where a number comes from: "column 'rtime'", "'rtime' of [derived]"."""
    column = study.columns.get(number)
    return f"{shown(number)} of [derived]" if column is None else f"column {shown(column.header)}"


def _between_dates(endpoint: Endpoint, frame: pd.DataFrame, study: Study, check: _Check) -> npt.NDArray[np.float64]:
    start = frame[str(endpoint.start)]
    end = frame[endpoint.end[0]]
    for name in endpoint.end[1:]:
        end = end.fillna(frame[name])  # the first that is present
    begins = shown(study.columns[str(endpoint.start)].header)
    ends = listing(study.columns[name].header for name in endpoint.end)
    check.none("no start", start.isna(), f"has no start (column {begins})", "a date for each analysed patient")
    check.none("no end", end.isna(), f"has no end (column {ends})", "a date for each analysed patient")
    check.none(
        "an end before the start",
        end < start,
        f"ends before it starts (column {ends} before {begins})",
        "an end on or after the start",
    )
    return (end - start).dt.days.to_numpy(dtype=float) / study.time.days_in[study.time.unit]


@dataclass(frozen=True, slots=True)
class _Check:
    about: str
    rows: npt.NDArray[np.int64]
    known_faulty: npt.NDArray[np.bool_] | None
    columns: tuple[str, ...]
    findings: list[DataFinding] = field(default_factory=list)

    def none(self, kind: str, faulty: npt.ArrayLike | pd.Series, found: str, expected: str) -> None:
        """Note where any patient is faulty, with the rows."""
        wrong = np.asarray(faulty, dtype=bool)
        if self.known_faulty is not None:
            wrong &= ~self.known_faulty
        if wrong.any():
            rows = tuple(int(row) for row in self.rows[wrong])
            message = f"{self.about} {found} in {row_list(rows)}; expected {expected}.\n{_REMEDY}"
            self.findings.append(
                DataFinding(kind=kind, severity="error", column=None, beside=self.columns, rows=rows, message=message)
            )
