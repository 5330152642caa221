"""What the built-in checks look at: the typed cells that are not faulty; and how a check reports what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import row_list
from ..base.wording import shown
from ..data.findings import DataFinding
from ..readers.table import TextColumn
from ..study.model import Study
from ..variables.checks import Severity
from .roles import Roles

Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]

_REMEDY: Final = (
    "Look it up and mend the file; where it is right, [checks.{kind}] in study.toml changes what this check does."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """The patients of a data file.

    Attributes
    ----------
    frame, rows : as in `lockstep.data.reading.Data`.
    ids : of the patients; None where the rows of the file are counted.
    faulty : (n,) by variable: True where its cell has an error of its own; only where there is one.
    disputed : (n,) by variable: True where an error of the row compares its cell with another; only where there is one.
    """

    study: Study
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    ids: TextColumn | None
    faulty: Mapping[str, Flags]
    disputed: Mapping[str, Flags]
    roles: Roles

    def columns(self, kind: str) -> list[str]:
        """Return the names of the columns of a type."""
        return [name for name, column in self.study.columns.items() if column.type == kind]

    def header(self, name: str) -> str:
        """Return the name of a column in the file; with that of the file before it, where it is a joined one."""
        column = self.study.columns[name]
        return column.header if column.join is None else f"{column.join}.{column.header}"

    def days(self, name: str) -> Days:
        """Return (n,) the dates of a column, NaT where there is none or it is faulty."""
        found = self.frame[name].to_numpy(dtype="datetime64[ns]").astype("datetime64[D]")
        if name in self.faulty:
            found[self.faulty[name]] = np.datetime64("NaT")
        return found

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """Return (n,) the numbers of a column, NaN where there is none or it is faulty."""
        found = self.frame[name].to_numpy(dtype=float)
        return np.where(self.faulty[name], np.nan, found) if name in self.faulty else found

    def any_faulty(self) -> Flags:
        """Return (n,) True where a cell of the row is faulty, but for columns that are so as a whole."""
        found = np.zeros(len(self.rows), dtype=bool)
        for where in self.faulty.values():
            if not where.all():
                found |= where
        return found

    def _of_file(self, name: str) -> str:
        """Say which file has a column, where it is not the data file, whose rows are named."""
        join = self.study.columns[name].join
        return "" if join is None else f"of {self.study.joins[join].file} "

    def about(
        self,
        kind: str,
        where: Flags | None,
        found: str,
        expected: str,
        *,
        column: str | None = None,
        beside: Sequence[str] = (),
        severity: Severity = "query",
    ) -> DataFinding:
        """Return the finding of a check.

        Parameters
        ----------
        where : (n,) True for the patients concerned; None for a whole column.
        found, expected : in words; the column and the rows are added.
        column : the name of the column that is doubtful.
        beside : names of others that say so.
        """
        rows = () if where is None else tuple(self.rows[where].tolist())
        subject = "" if column is None else f"column {shown(self.header(column))} {self._of_file(column)}"
        place = f" in {row_list(rows)}" if rows else ""
        return DataFinding(
            kind=kind,
            severity=severity,
            column=None if column is None else self.header(column),
            beside=self.study.headers(beside),
            rows=rows,
            message=(
                f"{self.study.data_file}: {subject}{found}{place}; expected {expected}.\n{_REMEDY.format(kind=kind)}"
            ),
        )
