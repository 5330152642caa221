"""The data file: read as study.toml describes it, into one typed frame, with all that is wrong in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import DataError, row_list
from ..base.wording import shown
from ..study.model import ROW_ID, Column, Study
from . import columns
from .described import recoded_by_label, refuse_identifiers
from .files import read_data_table
from .findings import DataFinding, refuse_errors
from .table import TextColumn, TextTable

_NO_ID: Final = ("", "NA")
"""What is no id: a blank, and R's word for one. Codes of missing values may be patients' numbers."""

_READ: Final = {"category": columns.categories, "number": columns.numbers, "date": columns.dates}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Data:
    """The declared columns of the data file, typed.

    Attributes
    ----------
    frame : a row for each patient (index 0 to n - 1), a column for each of ``study.columns``: categories as Categorical
        with the declared levels in their order, numbers as float, dates as datetime64; NaN or NaT where missing.
    rows : (n,) the row of each patient in the file, as a spreadsheet counts them: the header is row 1.
    sha256 : of the file's bytes.
    n_columns : columns in the file, declared or not.
    missing : cells without a value, by column.
    findings : what is wrong with columns, cells and ids; faulty cells are missing in the frame, but for those that are
        only out of range.
    ids : of the patients.
    table : the cells as texts.
    """

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    sha256: str
    n_columns: int
    missing: Mapping[str, int]
    ids: TextColumn
    table: TextTable
    findings: tuple[DataFinding, ...] = ()

    @property
    def n_rows(self) -> int:
        """Number of patients in the file."""
        return len(self.frame)


def read_data(study: Study) -> Data:
    """Read and check the data file of a study.

    Raises
    ------
    DataError
        For what is wrong, the first three faults: what was found, in which rows, what is allowed, what to do. Of the
        values in the file only what can be a level of a category is ever shown.

    Notes
    -----
    All cells are read as text and compared as text: the level ``1`` is not ``01``. Outer spaces do not count.
    """
    data = examine_data(study)
    refuse_errors(data.findings)
    return data


def examine_data(study: Study) -> Data:
    """Read the data file of a study and look for everything that is wrong with its cells.

    Raises
    ------
    DataError
        If the file cannot be read, has no table of patients, or none of the columns.
    """
    table, sha256 = read_data_table(study.folder, study.data, expected=expected_columns(study))
    refuse_identifiers(study.columns.values(), table)
    absent = _absent(table, study)
    ids = _rows_as_ids(table) if study.id_column in absent else id_column(table, study)
    findings = [*absent.values(), *_about_ids(ids, table, study)]
    typed = {}
    for name, column in study.columns.items():
        typed[name], found = _typed(table, column, study, is_there=column.header not in absent)
        findings += found
    frame = pd.DataFrame(typed, copy=False)
    return Data(
        frame=frame,
        rows=table.rows,
        sha256=sha256,
        n_columns=len(table.header),
        missing={str(name): int(count) for name, count in frame.isna().sum().items()},
        findings=tuple(findings),
        ids=ids,
        table=table,
    )


def expected_columns(study: Study) -> Collection[str]:
    """Return the names of the columns that a study uses, as its file has them."""
    return {study.id_column, *(column.header for column in study.columns.values())}


def id_column(table: TextTable, study: Study) -> TextColumn:
    """Return the patients' ids; where the file has no column of them, the numbers of its rows.

    Raises
    ------
    DataError
        If there is no such column.
    """
    if study.id_column == ROW_ID and ROW_ID not in table.header:
        return _rows_as_ids(table)
    return table.column(study.id_column, key="data.id")


def _rows_as_ids(table: TextTable) -> TextColumn:
    return TextColumn([str(row) for row in table.rows], np.arange(len(table.rows), dtype=np.intp))


def _absent(table: TextTable, study: Study) -> dict[str, DataFinding]:
    """Return the errors about columns that are not in the file, or twice, by their names in the file.

    Raises
    ------
    DataError
        If there is none of them, or the first line may be a patient's row: there is nothing else to be found then.
    """
    keys = {study.id_column: "data.id"} if study.id_column != ROW_ID or ROW_ID in table.header else {}
    keys |= {column.header: f"columns.{name}" for name, column in study.columns.items()}
    found = {}
    for header, key in keys.items():
        try:
            table.column(header, key=key)
        except DataError as error:
            if not table.are_names:
                raise
            kind = "a column twice" if header in table.header else "no such column"
            found[header] = DataFinding(kind=kind, severity="error", column=header, rows=(), message=str(error))
    if keys and len(found) == len(keys):
        raise DataError(next(iter(found.values())).message)
    return found


def _typed(table: TextTable, column: Column, study: Study, *, is_there: bool) -> tuple[Any, list[DataFinding]]:
    blank = TextColumn([""], np.zeros(len(table.rows), dtype=np.intp))
    found = table.column(column.header, key=f"columns.{column.name}") if is_there else blank
    return _READ[column.type](
        columns.Cells(
            file=table.file,
            column=recoded_by_label(column, found.texts, table.descriptions.get(column.header)),
            texts=found.texts,
            codes=found.codes,
            rows=table.rows,
            typed=table.typed,
            decimal=study.data.decimal,
            separator=table.separator,
            cutoff=study.data.cutoff,
        )
    )


def _about_ids(ids: TextColumn, table: TextTable, study: Study) -> list[DataFinding]:
    """Return missing and repeated patient ids; an id may identify a person and is never shown."""
    column = f"{table.file}: column {shown(study.id_column)}"
    findings = []

    def add(kind: str, rows: Collection[int], message: str) -> None:
        findings.append(
            DataFinding(kind=kind, severity="error", column=study.id_column, rows=tuple(rows), message=message)
        )

    blank = [position for position, text in enumerate(ids.texts) if text in _NO_ID]
    if blank:
        rows = [int(row) for row in table.rows[np.isin(ids.codes, blank)]]
        add(
            "no id",
            rows,
            f"{column} has no value in {row_list(rows)}; expected an id for each patient.\nMend the file.",
        )
    counts = np.bincount(ids.codes, minlength=len(ids.texts))
    repeated = [int(code) for code in dict.fromkeys(ids.codes) if counts[code] > 1 and code not in blank]
    if repeated:
        rows = [int(row) for row in table.rows[ids.codes == repeated[0]]]
        more = len(repeated) - 1
        where = row_list(rows) + (f" ({more} other {'id repeats' if more == 1 else 'ids repeat'})" if more else "")
        add(
            "a repeated id",
            [int(row) for row in table.rows[np.isin(ids.codes, repeated)]],
            f"{column} has the same id in {where}; expected one row for each patient.\nMend the file.",
        )
    return findings
