"""[data] of study.toml: the files of the data, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from ..syntax.sections import Section

ENCODINGS: Final = ("utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15", "mac-roman")
"""The encodings of text files; the last four are of programs that know no Unicode."""

ROW_ID: Final = "row"
"""The `id` of a file without a column of ids: the number of the row."""

_KEYS: Final = ("file", "id", "missing", "encoding", "decimal", "header_row", "sheet", "dictionary", "rows", "order")
"""The keys of every file of the data."""

TRIED_FILE: Final = ".lockstep-tried"
"""In a folder in which a study is tried with another data file: the path of that file, as its user gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """The data file and how it is read.

    Attributes
    ----------
    file : its path, relative to the folder of study.toml.
    id : the column of the patients' ids; ``row`` where the file has no such column: its rows are counted.
    missing : texts that mean a missing value, in all columns but that of the ids; the blank is one of them.
    encoding : of a text file, where it is not Unicode.
    decimal : the decimal mark of a text file, where it cannot be left to the cells.
    header_row : the row with the names of the columns, counted from 1.
    sheet : of a workbook; None where it has only one with cells.
    cutoff : the data cut-off, after which there is no date, and by which years of two digits are read.
    dictionary : the path of REDCap's data dictionary of the file, where it is a raw export of REDCap.
    rows : what a row is, such as "visits", where a patient may have several; None where each has one.
    order : the declared column by which a patient's rows are ordered; None leaves them in the order of the file.
    section : of study.toml that says all this.
    tried : the path, as its user gave it, of the file whose copy stands in place of the study's (`DATA=file` of make).
    """

    file: str
    id: str
    missing: tuple[str, ...]
    encoding: str | None = None
    decimal: Literal[",", "."] | None = None
    header_row: int = 1
    sheet: str | None = None
    cutoff: date | None = None
    dictionary: str | None = None
    rows: str | None = None
    order: str | None = None
    section: str = "data"
    tried: str | None = None

    @property
    def called(self) -> str:
        """How messages call the file: as who reads them does."""
        return self.tried or self.file

    @property
    def disclosed(self) -> str:
        """How lists of findings call the file: they go to other sites, and have no path of a file that is tried."""
        return without_path(self.file) if self.tried is None else PurePosixPath(self.tried).name


def without_path(file: str) -> str:
    """Return how what travels calls a file: as study.toml does; outside of the study's folder, by its name alone.

    A path discloses folders of the machine and its user.
    """
    path = PurePosixPath(file)
    return path.name if path.is_absolute() or ".." in path.parts else file


def tried_file(folder: Path) -> str | None:
    """Return the path of the data file that is tried in a folder; None for the folder of a study."""
    try:
        return (folder / TRIED_FILE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def read_data_file(top: Section) -> DataFile:
    """Read [data] but for [data.join.*]."""
    data = top.section("data")
    data.allow(*_KEYS, "cutoff", "join")
    return _data_file(data, data.day("cutoff") if data.has("cutoff") else None)


def read_joins(top: Section, main: DataFile) -> dict[str, DataFile]:
    """Read [data.join.*]: the files that are joined to the data file by the patients' ids."""
    sections = top.section("data").sections("join")
    if sections and main.id == ROW_ID:
        raise top.section("data").error("id", "counts rows; expected the column of ids by which files are joined")
    for section in sections.values():
        section.allow(*_KEYS)
    return {name: _data_file(section, main.cutoff) for name, section in sections.items()}


def _data_file(data: Section, cutoff: date | None) -> DataFile:
    decimal: Any = data.choice("decimal", (",", ".")) if data.has("decimal") else None
    header_row = data.number("header_row", 1)
    if header_row not in range(1, 1001):
        raise data.error("header_row", f"is {header_row:g}; expected a whole number, the row with the columns' names")
    rows, identified = data.optional_text("rows"), data.text("id").strip()
    if identified == ROW_ID and (rows is not None or data.key != "data"):
        raise data.error("id", "counts rows; expected the column that says which rows are of one patient")
    if data.has("order") and rows is None:
        raise data.error("order", 'belongs to `rows`, which says what a row is: rows = "visits"')
    return DataFile(
        file=data.text("file"),
        id=identified,
        missing=tuple(dict.fromkeys(["", *(text.strip() for text in data.texts("missing", ["NA"]))])),
        encoding=data.choice("encoding", ENCODINGS) if data.has("encoding") else None,
        decimal=decimal,
        header_row=int(header_row),
        sheet=data.text("sheet") if data.has("sheet") else None,
        cutoff=cutoff,
        dictionary=data.optional_text("dictionary"),
        rows=rows,
        order=data.optional_text("order"),
        section=data.key,
    )
