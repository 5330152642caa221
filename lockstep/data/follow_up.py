"""What ends the follow-up of patients, and how what is wrong with it is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import row_list
from ..base.wording import listing, shown
from ..study.endpoints import Endpoint
from ..study.model import Study
from .findings import DataFinding

_REMEDY: Final = "Mend the file, or exclude these patients by a rule under [eligibility] in study.toml."


@dataclass(frozen=True, slots=True)
class FollowUpCheck:
    """What is wrong with the follow-up of an endpoint, collected as errors.

    Attributes
    ----------
    about : the file and the endpoint, for messages.
    rows : (n,) of the patients in the file.
    known_faulty : (n,) patients of whom a cell that the endpoint needs is reported already.
    columns : the columns that the endpoint needs, as the file calls them.
    """

    about: str
    rows: npt.NDArray[np.int64]
    known_faulty: npt.NDArray[np.bool_] | None
    columns: tuple[str, ...]
    findings: list[DataFinding] = field(default_factory=list)

    def none(self, kind: str, faulty: npt.ArrayLike | pd.Series, found: str, expected: str) -> None:
        """Note where any patient is faulty, with the rows."""
        wrong = np.array(faulty, dtype=bool)
        if self.known_faulty is not None:
            wrong &= ~self.known_faulty
        if wrong.any():
            rows = tuple(int(row) for row in self.rows[wrong])
            message = f"{self.about} {found} in {row_list(rows)}; expected {expected}.\n{_REMEDY}"
            self.findings.append(
                DataFinding(kind=kind, severity="error", column=None, beside=self.columns, rows=rows, message=message)
            )


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
