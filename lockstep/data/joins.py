"""Files that are joined to the data file by the patients' ids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..base.errors import DataError, counted, row_list
from ..base.wording import dotted
from .findings import DataFinding
from .row_rules import PatientRows, Positions


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCounts:
    """How many rows and patients a file has, where a patient has several, or there are several files.

    Attributes
    ----------
    join : the name of a joined file; None for the data file.
    of : what its rows are, in the plural.
    rows : with an id.
    matched : patients of the data file who have a row in it.
    unknown : its patients whom the data file does not have.
    """

    join: str | None
    of: str
    rows: int
    matched: int
    unknown: int = 0


def matched(main: PatientRows, other: PatientRows, *, needed: bool = True) -> Positions:
    """Return (p,) the place of each patient of the data file among those of a joined one; -1 for who is not there.

    Raises
    ------
    DataError
        If no patient is in both although that is needed.
    """
    place = {patient: position for position, patient in enumerate(other.ids)}
    positions = np.array([place.get(patient, -1) for patient in main.ids], dtype=np.intp)
    if needed and not (positions >= 0).any():
        raise DataError(
            f"{other.data.called}: no id of it is one of {main.data.called}; expected the same ids in both.\n"
            f"{dotted(f'{other.data.section}.id')} in study.toml names the column of ids, which are compared as texts: "
            "007 is not 7."
        )
    return positions


def row_counts(main: PatientRows) -> FileCounts:
    """Return the counts of a data file with several rows a patient."""
    rows = int((main.patient >= 0).sum())
    return FileCounts(join=None, of=str(main.data.rows), rows=rows, matched=len(main.ids))


def join_counts(other: PatientRows, positions: Positions, join: str) -> FileCounts:
    """Return the counts of a joined file."""
    n = int((positions >= 0).sum())
    return FileCounts(
        join=join,
        of=other.data.rows or "rows",
        rows=int((other.patient >= 0).sum()),
        matched=n,
        unknown=len(other.ids) - n,
    )


def unmatched_patients(main: PatientRows, other: PatientRows, positions: Positions) -> list[DataFinding]:
    """Return the query about patients who are not in a joined file; `positions` as `matched` gives them."""
    rows = main.rows[main.first[positions < 0]].tolist()
    if not rows:
        return []
    message = (
        f"{main.data.called}: {counted(len(rows), 'patient')} in {row_list(rows)} "
        f"{'has' if len(rows) == 1 else 'have'} no row in {other.data.called}, and no value of its columns.\n"
        "Look whether the ids are right, and add the rows."
    )
    return [_query("no row in a joined file", main.data.id, rows, message)]


def unknown_patients(main: PatientRows, other: PatientRows) -> list[DataFinding]:
    """Return the query about patients of a joined file whom the data file does not have."""
    known = set(main.ids)
    unknown = [place for place, patient in enumerate(other.ids) if patient not in known]
    rows = other.rows[np.isin(other.patient, unknown)].tolist()
    if not rows:
        return []
    message = (
        f"{other.data.called}: {counted(len(unknown), 'patient')} in {row_list(rows)} "
        f"{'is' if len(unknown) == 1 else 'are'} not in {main.data.called}, and left out.\n"
        "Look whether the ids are right."
    )
    return [_query("a patient of a joined file only", other.data.id, rows, message)]


def _query(kind: str, column: str, rows: list[int], message: str) -> DataFinding:
    return DataFinding(kind=kind, severity="query", column=column, rows=tuple(rows), message=message)
