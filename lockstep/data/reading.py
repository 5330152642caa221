"""The data file: read as study.toml describes it, into one typed frame, or refused with one clear error."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import DataError, row_list
from ..base.files import read_file
from ..base.wording import shown
from ..study.model import Column, Study
from . import columns
from .delimited import TextTable, parse_delimited

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
    """

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    sha256: str
    n_columns: int
    missing: Mapping[str, int]

    @property
    def n_rows(self) -> int:
        """Number of patients in the file."""
        return len(self.frame)


def read_data(study: Study) -> Data:
    """Read and check the data file of a study.

    Raises
    ------
    DataError
        For the first thing that is wrong: what was found, in which rows, what is allowed, what to do. Of the values in
        the file only what can be a level of a category is ever shown.

    Notes
    -----
    All cells are read as text and compared as text: the level ``1`` is not ``1.0``. Outer spaces do not count.
    """
    content = _content(study)
    expected = {study.id_column, *(column.header for column in study.columns.values())}
    table = parse_delimited(content, file=study.data_file, expected=expected)
    _check_ids(table, study)
    typed = {name: _typed(table, column, study) for name, column in study.columns.items()}
    frame = pd.DataFrame(typed, copy=False)
    return Data(
        frame=frame,
        rows=table.rows,
        sha256=hashlib.sha256(content).hexdigest(),
        n_columns=len(table.header),
        missing={str(name): int(count) for name, count in frame.isna().sum().items()},
    )


def _content(study: Study) -> bytes:
    try:
        return read_file(study.folder / study.data_file)
    except OSError as error:
        raise DataError(
            f"{study.data_file}: {error.strerror or 'cannot be read'}.\n"
            "[data] file in study.toml names the data file, relative to the folder of study.toml."
        ) from None


def _typed(table: TextTable, column: Column, study: Study) -> Any:
    found = table.column(column.header, key=f"columns.{column.name}")
    return _READ[column.type](
        columns.Cells(
            file=table.file,
            column=column,
            texts=found.texts,
            codes=found.codes,
            rows=table.rows,
            missing=frozenset(study.missing),
            decimal_comma=table.separator == ";",
        )
    )


def _check_ids(table: TextTable, study: Study) -> None:
    """Refuse missing and repeated patient ids; an id may identify a person and is never shown."""
    ids = table.column(study.id_column, key="data.id")
    column = f"{table.file}: column {shown(study.id_column)}"
    blank = [position for position, text in enumerate(ids.texts) if text in study.missing]
    if blank:
        where = row_list(int(row) for row in table.rows[np.isin(ids.codes, blank)])
        raise DataError(f"{column} has no value in {where}; expected an id for each patient.\nMend the file.")
    counts = np.bincount(ids.codes)
    if counts.max() > 1:
        first = int(ids.codes[np.argmax(counts[ids.codes] > 1)])
        more = int((counts > 1).sum()) - 1
        where = row_list(int(row) for row in table.rows[ids.codes == first])
        where += f" ({more} other {'id repeats' if more == 1 else 'ids repeat'})" if more else ""
        raise DataError(f"{column} has the same id in {where}; expected one row for each patient.\nMend the file.")
