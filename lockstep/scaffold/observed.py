"""A column of a data file as it is observed, what it is taken for, and its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..data.columns import Cells, date_values, number_values
from ..readers.table import ColumnDescription, TextColumn
from ..variables.columns import Column
from . import words


@dataclass(frozen=True, kw_only=True)
class Observed:
    """A column of the file: its header, its cells, and what the file says of it."""

    file: str
    header: str
    cells: TextColumn
    rows: npt.NDArray[np.int64]
    description: ColumnDescription = field(default_factory=ColumnDescription)
    typed: bool = False
    separator: str = ""

    @cached_property
    def counts(self) -> dict[str, int]:
        """In how many rows each text is that no program writes for a missing value."""
        often = np.bincount(self.cells.codes, minlength=len(self.cells.texts))
        return {
            text: int(often[at])
            for at, text in enumerate(self.cells.texts)
            if text and text not in words.MISSING_ANYWHERE and often[at]
        }

    @property
    def n_known(self) -> int:
        """Number of rows with a value."""
        return sum(self.counts.values())

    def texts_by_row(self, missing: Sequence[str] = ()) -> list[str]:
        """Return the text of each row, "" where it means a missing value."""
        gone = {*words.MISSING_ANYWHERE, *missing}
        texts = ["" if text in gone else text for text in self.cells.texts]
        return [texts[code] for code in self.cells.codes]

    def as_cells(self, column: Column) -> Cells:
        """Return what the reading of data takes."""
        return Cells(
            file=self.file,
            column=column,
            texts=self.cells.texts,
            codes=self.cells.codes,
            rows=self.rows,
            typed=self.typed,
            separator=self.separator,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a column is taken for.

    Attributes
    ----------
    kind : its type in study.toml; None for a column that is left out.
    why_left_out : the reason, where it is.
    formats : of dates whose format is open, those that fit.
    missing : texts that mean a missing value in this column.
    range : as texts; "" where one limit is open.
    notes : what was guessed, each with its reason.
    questions : what could not be found out, each as a sentence that says what to do.
    """

    kind: Literal["number", "category", "date"] | None
    label: str
    why_left_out: str = ""
    unit: str = ""
    format: str = ""
    formats: tuple[str, ...] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    recode: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    range: tuple[str, str] = ("", "")
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedColumn:
    """A column of the file, with its name in study.toml; `place` is its position from 1."""

    name: str
    header: str
    place: int
    guess: Guess
    observed: Observed | None = None

    @property
    def used(self) -> bool:
        """Whether study.toml declares it."""
        return self.guess.kind is not None


def values_of(column: Observed, missing: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the numbers of a column by row, NaN where there is none."""
    gone = ("", *words.MISSING_ANYWHERE, *missing)
    declared = Column(name="column", header=column.header, label="", type="number", missing=gone)
    return number_values(column.as_cells(declared))


def days_of(column: Observed, form: str, missing: Sequence[str]) -> npt.NDArray[np.datetime64]:
    """Return the dates of a column by row, NaT where there is none."""
    gone = ("", *words.MISSING_ANYWHERE, *missing)
    declared = Column(name="column", header=column.header, label="", type="date", missing=gone, format=form or None)
    return date_values(column.as_cells(declared))
