"""Several rows a patient become one: of each column the value in the row that its rule chooses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import counted, row_list
from ..base.wording import shown
from ..readers.table import TextColumn
from ..variables.columns import Column, RowRule
from ..variables.data_file import DataFile
from .findings import DataFinding

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]

NO_ID: Final = ("", "NA")
"""What is no id: a blank, and R's word for one. Codes of missing values may be patients' numbers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatientRows:
    """The rows of a file, with the patient whom each one is about.

    Attributes
    ----------
    data : how study.toml describes the file.
    frame : the values of the declared columns, a row for each row of the file.
    rows : (n,) of the file.
    patient : (n,) the place of each row's patient among `ids`; -1 where it has no id.
    ids : of the patients, in the order of their first rows.
    """

    data: DataFile
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    patient: Positions
    ids: tuple[str, ...]

    @property
    def first(self) -> Positions:
        """(p,) the first row of each patient."""
        known = np.flatnonzero(self.patient >= 0)
        return known[np.unique(self.patient[known], return_index=True)[1]]


def patient_rows(data: DataFile, frame: pd.DataFrame, rows: npt.NDArray[np.int64], ids: TextColumn) -> PatientRows:
    """Return the rows of a file with their patients."""
    codes, first = np.unique(ids.codes, return_index=True)
    codes = codes[np.argsort(first)]
    codes = codes[[ids.texts[code] not in NO_ID for code in codes.tolist()]]
    place = np.full(len(ids.texts), -1, dtype=np.intp)
    place[codes] = np.arange(len(codes))
    known = tuple(ids.texts[code] for code in codes.tolist())
    return PatientRows(data=data, frame=frame, rows=rows, patient=place[ids.codes], ids=known)


def one_row_each(found: PatientRows, columns: Mapping[str, Column]) -> tuple[pd.DataFrame, list[DataFinding]]:
    """Return the values of each patient, in the order of `ids`, and what contradicts itself.

    Parameters
    ----------
    columns : those that describe patients.

    Returns
    -------
    frame, findings
        Findings are values that differ between the rows of a patient although no rule says which one counts (errors);
        values that have no place in the order of the rows, or share it with another, and rows that are there twice
        (queries).
    """
    values: dict[str, Any] = {}
    order = _order(found)
    findings = list(_repeated(found, order))
    for name, column in columns.items():
        rule = column.rule or RowRule()
        allowed = (found.patient >= 0) & found.frame[name].notna().to_numpy()
        if rule.where is not None:
            allowed &= rule.where.mask(found.frame).to_numpy(dtype=bool, na_value=False)
        rank = _rank(found.frame[name])
        if rule.take == "same":
            chosen = _picked(found, order.place, allowed)
            findings += _differing(found, column, rank, chosen, allowed)
        elif rule.take in ("first", "last"):
            findings += _without_place(found, column, allowed & ~order.known)
            allowed &= order.known
            chosen = _picked(found, order.place, allowed, last=rule.take == "last")
            findings += _tied(found, column, rank, chosen, allowed, order)
        else:
            chosen = _picked(found, rank, allowed, last=rule.take != "min")
        values[name] = taken(found.frame[name], chosen)
    return pd.DataFrame(values, copy=False), findings


def taken(values: pd.Series[Any], positions: Positions) -> Any:
    """Return the values at some positions, missing where the position is -1; of the same type."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes: Any = np.where(positions >= 0, values.cat.codes.to_numpy()[positions], -1)
        return pd.Categorical.from_codes(codes, dtype=values.dtype)
    found = values.to_numpy()
    missing = np.datetime64("NaT") if found.dtype.kind == "M" else np.nan
    return np.where(positions >= 0, found[positions], missing).astype(found.dtype)


@dataclass(frozen=True, slots=True)
class _Order:
    """The order of rows: (n,) the place of each, and whether it has one."""

    place: npt.NDArray[np.float64]
    known: Flags


def _order(found: PatientRows) -> _Order:
    if found.data.order is None:
        n = len(found.rows)
        return _Order(np.arange(n, dtype=float), np.ones(n, dtype=bool))
    values = found.frame[found.data.order]
    return _Order(_rank(values), values.notna().to_numpy())


def _rank(values: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """Return (n,) numbers in the order of values; of a category in that of its levels."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(float)
    if values.dtype.kind == "M":
        return values.to_numpy().astype("datetime64[D]").astype("int64").astype(float)
    return values.to_numpy(dtype=float)


def _picked(found: PatientRows, rank: npt.NDArray[np.float64], allowed: Flags, *, last: bool = False) -> Positions:
    """Return (p,) the allowed row of the lowest rank of each patient, -1 where none is allowed.

    Of rows of the same rank the first in the file; with `last`, the highest rank and the last of them.
    """
    chosen = np.full(len(found.ids), -1, dtype=np.intp)
    rows = np.flatnonzero(allowed)
    rows = rows[np.lexsort((rows, rank[rows], found.patient[rows]))]
    patient = found.patient[rows]
    change = patient[1:] != patient[:-1]
    ends = np.append(change, True) if last else np.insert(change, 0, True)
    ends = ends[: len(rows)]
    chosen[patient[ends]] = rows[ends]
    return chosen


# ---- findings ------------------------------------------------------------------------------------------------------


def _differing(
    found: PatientRows, column: Column, rank: npt.NDArray[np.float64], chosen: Positions, allowed: Flags
) -> Iterator[DataFinding]:
    """Yield the patients whose rows have different values although nothing says which one counts."""
    reference = chosen[found.patient]
    differs = allowed & (reference >= 0) & (rank != rank[reference])
    if not differs.any():
        return
    patients = np.unique(found.patient[differs])
    rows = allowed & np.isin(found.patient, patients)
    example = found.rows[allowed & (found.patient == found.patient[np.flatnonzero(differs)[0]])]
    more = len(patients) - 1
    of_others = f" (and {counted(more, 'other patient')} with such rows)" if more else ""
    rule = "`take`" if column.rule is not None and column.rule.where is not None else "`take` or `where`"
    yield DataFinding(
        kind="different values of a patient",
        severity="error",
        column=column.header,
        rows=tuple(found.rows[rows].tolist()),
        message=(
            f"{found.data.called}: column {shown(column.header)} differs in {row_list(map(int, example))}, which are "
            f"rows of one patient{of_others}; expected the same value in all rows of a patient.\n"
            f"Mend the file, or say by {rule} under [columns.{column.name}] in study.toml which row counts."
        ),
    )


def _without_place(found: PatientRows, column: Column, where: Flags) -> Iterator[DataFinding]:
    if where.any():
        order = str(found.data.order)
        rows = found.rows[where].tolist()
        yield DataFinding(
            kind="a row without its place",
            severity="query",
            column=column.header,
            rows=tuple(rows),
            message=(
                f"{found.data.called}: column {shown(column.header)} has a value in {row_list(rows)}, which have no "
                f"{shown(order)} and are passed over; expected one in each row with a value.\nMend the file."
            ),
        )


def _repeated(found: PatientRows, order: _Order) -> Iterator[DataFinding]:
    """Yield rows of a patient with the same place in a declared order and the same values: one entered twice."""
    if found.data.order is None:
        return
    keys = found.frame.assign(**{"": found.patient})  # no column has this name
    where = keys.duplicated(keep=False).to_numpy() & order.known & (found.patient >= 0)
    if where.any():
        rows = found.rows[where].tolist()
        yield DataFinding(
            kind="a repeated row of a patient",
            severity="query",
            column=None,
            rows=tuple(rows),
            message=(
                f"{found.data.called}: rows of one patient with the same {shown(found.data.order)} and the same values "
                f"in all declared columns in {row_list(rows)}; expected each once.\nLook it up and mend the file."
            ),
        )


def _tied(
    found: PatientRows,
    column: Column,
    rank: npt.NDArray[np.float64],
    chosen: Positions,
    allowed: Flags,
    order: _Order,
) -> Iterator[DataFinding]:
    """Yield rows that share the place of the chosen one and have another value: the file's order decided."""
    reference = chosen[found.patient]
    differs = allowed & (reference >= 0) & (order.place == order.place[reference]) & (rank != rank[reference])
    if differs.any():
        rows = found.rows[differs].tolist()
        yield DataFinding(
            kind="two values at one place",
            severity="query",
            column=column.header,
            rows=tuple(rows),
            message=(
                f"{found.data.called}: column {shown(column.header)} has another value in {row_list(rows)} than a row "
                f"of the same patient with the same {shown(str(found.data.order))}; expected one value.\n"
                "Mend the file; the order of its rows decided."
            ),
        )
