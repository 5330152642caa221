"""What ends the follow-up of patients, and how what is wrong with it is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import row_list
from ..base.snapping import snapped_all
from ..base.wording import listing, shown
from ..endpoints.endpoints import Endpoint
from ..study.model import Study
from ..variables.checks import Severity
from .findings import DataFinding

ENTRY_BEFORE_START: Final = "entry_before_start"
"""The query about patients who come under observation before follow-up begins."""

_REMEDY: Final = "Mend the file, or exclude these patients by a rule under [eligibility] in study.toml."


@dataclass(frozen=True, slots=True)
class FollowUpCheck:
    """What is wrong or doubtful with the follow-up of an endpoint, collected as findings.

    Attributes
    ----------
    about : the file and the endpoint, for messages.
    rows : (n,) of the patients in the file.
    known_faulty : (n,) patients of whom a cell that the endpoint needs is reported already.
    columns : the columns that the endpoint needs, as the file calls them.
    """

    about: str
    rows: npt.NDArray[np.int64]
    known_faulty: npt.NDArray[np.bool_]
    columns: tuple[str, ...]
    findings: list[DataFinding] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        endpoint: Endpoint,
        study: Study,
        rows: npt.NDArray[np.int64],
        known_faulty: npt.NDArray[np.bool_],
    ) -> FollowUpCheck:
        """Return the check of an endpoint, which has found nothing yet."""
        about = f"{study.data_file}: endpoint {shown(endpoint.name)}"
        return cls(about, rows, known_faulty, study.headers(endpoint.made_of))

    def none(self, kind: str, faulty: npt.ArrayLike | pd.Series, found: str, expected: str) -> None:
        """Note an error where any patient is faulty, with the rows."""
        self._note(kind, faulty, found, f"expected {expected}.\n{_REMEDY}", "error")

    def query(self, kind: str, doubtful: npt.ArrayLike | pd.Series, found: str, expected: str) -> None:
        """Note a query where a patient is doubtful, with the rows; `expected` says what becomes of these patients."""
        self._note(kind, doubtful, found, f"expected {expected}", "query")

    def _note(self, kind: str, where: npt.ArrayLike | pd.Series, found: str, expected: str, severity: Severity) -> None:
        wrong = np.array(where, dtype=bool) & ~self.known_faulty
        if wrong.any():
            rows = tuple(self.rows[wrong].tolist())
            message = f"{self.about} {found} in {row_list(rows)}; {expected}"
            self.findings.append(
                DataFinding(kind=kind, severity=severity, column=None, beside=self.columns, rows=rows, message=message)
            )


def entry_times(endpoint: Endpoint, frame: pd.DataFrame, study: Study, check: FollowUpCheck) -> npt.NDArray[np.float64]:
    """Return (n,) when each patient came under observation, from time 0; not before it, of which there is a query."""
    name = str(endpoint.entry)
    source = sources([name], study)
    expected = f"a {'date' if endpoint.between_dates else 'number'} for each analysed patient"
    check.none("no entry", frame[name].isna(), f"has no entry ({source})", expected)
    found = since_start(endpoint, frame, frame[name], study)
    check.query(
        ENTRY_BEFORE_START,
        found < 0,
        f"has an entry before the start ({source})",
        "one on or after it, and they count as at risk from the start.\nLook up when they came under observation.",
    )
    return np.maximum(found, 0.0)


def since_start(endpoint: Endpoint, frame: pd.DataFrame, at: pd.Series[Any], study: Study) -> npt.NDArray[np.float64]:
    """Return (n,) the time from an endpoint's start to dates, or numbers as they are; NaN where there is none."""
    if not endpoint.between_dates:
        return snapped_all(at.to_numpy(dtype=float))
    days = (at - frame[str(endpoint.start)]).dt.days.to_numpy(dtype=float)
    return snapped_all(days / study.time.days_in[study.time.unit])


def sources(names: Sequence[str], study: Study) -> str:
    """Say where values come from: "column 'rtime'", "column 'died' or 'seen'", "'rtime' of [derived]"."""
    columns = listing(study.columns[name].header for name in names if name in study.columns)
    derived = [f"{shown(name)} of [derived]" for name in names if name not in study.columns]
    return " or ".join([*([f"column {columns}"] if columns else []), *derived])


def first_present(frame: pd.DataFrame, names: Sequence[str]) -> pd.Series[pd.Timestamp]:
    """Return (n,) the first of some dates that a patient has."""
    found = frame[names[0]]
    for name in names[1:]:
        found = found.fillna(frame[name])
    return found


def last_dates(endpoint: Endpoint, frame: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Return (n,) the dates on which an endpoint between dates ends: by its event, or without one."""
    end = first_present(frame, endpoint.end)
    for event in endpoint.first_of:
        observed = event.event.mask(frame).to_numpy(dtype=bool, na_value=False)
        date = frame[str(event.date)].where(observed)
        end = end.where(date.isna() | (end <= date), date)
    return end
