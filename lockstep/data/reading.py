"""The data file: read as study.toml describes it, into one typed frame, with all that is wrong in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import row_list
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
    findings : what is wrong with cells and ids; faulty cells are missing in the frame.
    """

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    sha256: str
    n_columns: int
    missing: Mapping[str, int]
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
        If the file cannot be read, has no such table, or lacks a column.
    """
    table, sha256 = read_data_table(study.folder, study.data, expected=expected_columns(study))
    refuse_identifiers(study.columns.values(), table)
    findings = _about_ids(id_column(table, study), table, study)
    typed = {}
    for name, column in study.columns.items():
        typed[name], found = _typed(table, column, study)
        findings += found
    frame = pd.DataFrame(typed, copy=False)
    return Data(
        frame=frame,
        rows=table.rows,
        sha256=sha256,
        n_columns=len(table.header),
        missing={str(name): int(count) for name, count in frame.isna().sum().items()},
        findings=tuple(findings),
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
        return TextColumn([str(row) for row in table.rows], np.arange(len(table.rows), dtype=np.intp))
    return table.column(study.id_column, key="data.id")


def _typed(table: TextTable, column: Column, study: Study) -> tuple[Any, list[DataFinding]]:
    found = table.column(column.header, key=f"columns.{column.name}")
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
