"""A data file as columns of text, whatever its format: no value is interpreted yet, and equal cells are equal texts.

What a format knows by itself becomes text in one form: a date is YYYY-MM-DD, a whole number has no decimals, others
have the fewest digits that are the same number, and what is missing is the empty text. So one cohort gives the same
table from each of its files, and their fingerprints can be compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from ..base.errors import DataError
from ..base.wording import hint, listing, shown

_BY_PLACE: Final = re.compile(r"column ([1-9][0-9]{0,4})")


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """The cells of a column: each distinct text once (without outer spaces), and the place of each cell's text."""

    texts: list[str]
    codes: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDescription:
    """What a file says of one of its columns, beside the cells.

    Attributes
    ----------
    label : in words; empty where it has none.
    levels : the label of each value that has one, by the value's text.
    type : what the column holds by its declared type; None where the format does not know.
    unit : of a number; empty where it has none.
    range : the lowest and highest value allowed, as texts; "" where one of them is open.
    identifier : whether the file marks it as what identifies a person.
    """

    label: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    type: Literal["number", "category", "date", "text"] | None = None
    unit: str = ""
    range: tuple[str, str] = ("", "")
    identifier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextTable:
    """A data file: its header, the expected columns, and the file row of each record.

    Rows are counted as a spreadsheet does: the header is row 1. Rows in which every cell is blank are left out.

    Attributes
    ----------
    file : how messages call it.
    header : the names of all columns; a blank is one without a name.
    are_names : False where the header may be a patient's row, of a file without its header line: it is not shown.
    columns : those that were expected, by name.
    rows : (n,) the row of each record in the file.
    typed : whether the format distinguishes dates and numbers from text, so that dates are YYYY-MM-DD already.
    separator : of a text file; empty for other formats.
    descriptions : what the file says of its columns, by name; of some formats only.
    """

    file: str
    header: tuple[str, ...]
    are_names: bool
    columns: Mapping[str, TextColumn]
    rows: npt.NDArray[np.int64]
    typed: bool = False
    separator: str = ""
    descriptions: Mapping[str, ColumnDescription] = field(default_factory=dict)
    _often: Counter[str] = field(init=False, repr=False)  # in the header

    def __post_init__(self) -> None:
        object.__setattr__(self, "_often", Counter(self.header))

    def column(self, name: str, *, key: str) -> TextColumn:
        """Return an expected column; `key` is the key of study.toml that asks for it.

        Raises
        ------
        DataError
            If there is no such column, or more than one.
        """
        found = self._often[name]
        if found > 1:
            positions = [position for position, header in enumerate(self.header, start=1) if header == name]
            raise DataError(
                f"{self.file}: columns {positions[0]} and {positions[1]} are both named {shown(name)}; "
                "expected one column of each name.\nRename or remove one of them."
            )
        if not found and by_place(name, self.header) is None:
            raise self._absent(name, key)
        return self.columns[name]

    def _absent(self, name: str, key: str) -> DataError:
        if not self.are_names:
            cells = "1 cell" if len(self.header) == 1 else f"{len(self.header)} cells"
            separated = "columns are separated by commas, semicolons or tabs, and " if self.separator else ""
            return DataError(
                f"{self.file}: there is no column {shown(name)}. The first line has {cells}, not shown since it may be "
                f"a patient's row: {separated}the names of the columns are its first line.\n"
                f"Add the line with the names to the file, or mend [{key}] in study.toml."
            )
        unnamed = [f"column {place}" for place, header in enumerate(self.header, start=1) if not header]
        known = f"the file has {listing(filter(None, self.header), word='and', most=30)}"
        if unnamed:
            known += f", and without a name {listing(unnamed, word='and', most=3)}"
        return DataError(
            f"{self.file}: there is no column {shown(name)}; {known}{hint(name, self.header) or '.'}\n"
            f"Mend [{key}] in study.toml, or add the column to the file."
        )


def refuse_title(
    file: str, first: Sequence[Collection[str]], expected: Collection[str], row: int, *, section: str
) -> None:
    """Refuse a title above the header: then a row below has the names of the columns.

    Parameters
    ----------
    first : the cells of some rows, from the one that is taken for the header.
    row : that row, as a spreadsheet counts it.
    section : of study.toml that describes the file.

    Raises
    ------
    DataError
        If there is one; names the row of the header.
    """
    names = [len(set(expected) & set(cells)) for cells in first]
    best = names.index(max(names))
    if 2 * names[best] > len(expected) and not names[0]:
        raise DataError(
            f"{file}: the names of the columns are in row {row + best}; expected them in row {row}.\n"
            f"Remove what is above them, or write header_row = {row + best} under [{section}] in study.toml."
        )


def table_of_types(
    file: str,
    names: Sequence[str],
    columns: Mapping[str, TextColumn],
    blank: npt.NDArray[np.bool_],
    descriptions: Mapping[str, ColumnDescription] | None = None,
) -> TextTable:
    """Return the table of a format that has names and types of columns, without its blank rows.

    Parameters
    ----------
    names : of all columns.
    columns : those that are kept, with the cells of all rows.
    blank : (n,) True where every cell of the row is blank.

    Raises
    ------
    DataError
        If every row is blank.
    """
    if columns and blank.all():
        raise DataError(f"{file}: has columns but no rows; expected a row for each patient.")
    return TextTable(
        file=file,
        header=tuple(names),
        are_names=True,
        columns={name: TextColumn(column.texts, column.codes[~blank]) for name, column in columns.items()},
        rows=np.flatnonzero(~blank) + 2,
        typed=True,
        descriptions=descriptions or {},
    )


def by_place(name: str, header: Sequence[str]) -> int | None:
    """Return the position (from 0) of a column without a name, which goes by its place: "column 1"; None for others."""
    found = _BY_PLACE.fullmatch(name)
    if found is None or name in header:
        return None
    place = int(found[1]) - 1
    return place if place < len(header) and not header[place] else None


def unique_names(header: Collection[str]) -> tuple[str, ...]:
    """Return the names in a header that are not blank and stand for one column, in order."""
    return tuple(name for name, times in Counter(header).items() if name and times == 1)


def wanted(header: Sequence[str], expected: Collection[str], *, every: bool = False) -> dict[int, str]:
    """Return the position of each column of a file to keep, with the name by which it is asked for.

    Parameters
    ----------
    every : whether to keep, beside the expected columns, all that have a name of their own, or none: these go by
        their place.
    """
    if every:
        unnamed = [f"column {place}" for place, name in enumerate(header, start=1) if not name]
        expected = {*expected, *unique_names(header), *unnamed}
    found = {place: name for place, name in enumerate(header) if name in expected}
    for name in expected:
        if (place := by_place(name, header)) is not None:
            found[place] = name
    return found
