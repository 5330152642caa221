"""A delimited text file as columns of text: encoding, separator and shape are checked, no value is interpreted."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final, TextIO

import numpy as np
import numpy.typing as npt

from ..base.errors import DataError, row_list
from ..base.wording import are_names, hint, listing, shown

SEPARATORS: Final = (",", ";", "\t")
_NOT_TEXT: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods; xls
_SPREADSHEETS: Final = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
_BATCH: Final = 512  # records that fit into a processor's cache
_SAVE_AS: Final = "in a spreadsheet program, save it as CSV UTF-8"


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """The cells of a column: each distinct text once (without outer spaces), and the place of each cell's text."""

    texts: list[str]
    codes: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextTable:
    """A delimited file: its header, the expected columns, and the file row of each record.

    `are_names` is False where the header may be a patient's row, of a file without its header line: it is not shown.

    Rows are counted as a spreadsheet does: the header is row 1. Rows in which every cell is blank are left out.
    """

    file: str
    separator: str
    header: tuple[str, ...]
    are_names: bool
    columns: Mapping[str, TextColumn]
    rows: npt.NDArray[np.int64]

    def column(self, name: str, *, key: str) -> TextColumn:
        """Return an expected column; `key` is the key of study.toml that asks for it.

        Raises
        ------
        DataError
            If there is no such column, or more than one.
        """
        positions = [position for position, header in enumerate(self.header, start=1) if header == name]
        if len(positions) > 1:
            raise DataError(
                f"{self.file}: columns {positions[0]} and {positions[1]} are both named {shown(name)}; "
                "expected one column of each name.\nRename or remove one of them."
            )
        if not positions and not self.are_names:
            raise DataError(
                f"{self.file}: there is no column {shown(name)}. The first line has "
                f"{_many_cells(self.header)}, not shown since it may be a patient's row: columns are separated by "
                "commas, semicolons or tabs, and the names of the columns are its first line.\n"
                f"Add the line with the names to the file, or mend [{key}] in study.toml."
            )
        if not positions:
            known = f"the file has {listing(filter(None, self.header), word='and', most=30)}"
            raise DataError(
                f"{self.file}: there is no column {shown(name)}; {known}{hint(name, self.header) or '.'}\n"
                f"Mend [{key}] in study.toml, or add the column to the file."
            )
        return self.columns[name]


def parse_delimited(content: bytes, *, file: str, expected: Collection[str]) -> TextTable:
    """Parse the bytes of a delimited text file.

    UTF-8 (with or without byte order mark) and UTF-16 with byte order mark are read. Of comma, semicolon and tab the
    separator is the one that finds most of the `expected` names in the first line, then the one that makes most
    columns of it.

    Raises
    ------
    DataError
        If it is no text, of another encoding, empty, without rows, with unbalanced quotes, or ragged; names the rows.
    """
    stream = io.StringIO(_decode(content, file), newline="")
    with _cells_of_any_size():
        separator, header = _header(stream, file, expected)
        columns = {name: _Collector() for name in header if name in expected}
        rows: list[int] = []
        for batch in _batches(stream, separator, len(header), file):
            rows += [row for row, _ in batch]
            for name, cells in zip(header, zip(*(record for _, record in batch), strict=True), strict=True):
                if name in columns:
                    columns[name].add(cells)
    if not rows:
        raise DataError(f"{file}: has a header but no rows; expected a row for each patient.")
    return TextTable(
        file=file,
        separator=separator,
        header=header,
        are_names=are_names(header, expected),
        columns={name: column.collected() for name, column in columns.items()},
        rows=np.array(rows, dtype=np.int64),
    )


class _Collector:
    """Gathers the cells of a column batch by batch, keeping each distinct text once: most columns have few."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}  # of the cells as written in the file
        self._texts: dict[str, int] = {}  # of the texts without outer spaces
        self._codes: list[npt.NDArray[np.intp]] = []

    def add(self, cells: Sequence[str]) -> None:
        for cell in dict.fromkeys(cells):
            if cell not in self._places:
                self._places[cell] = self._texts.setdefault(cell.strip(), len(self._texts))
        self._codes.append(np.fromiter(map(self._places.__getitem__, cells), dtype=np.intp, count=len(cells)))

    def collected(self) -> TextColumn:
        return TextColumn(list(self._texts), np.concatenate(self._codes))


def _batches(stream: TextIO, separator: str, width: int, file: str) -> Iterator[list[tuple[int, list[str]]]]:
    """Yield the records below the header with their rows, some hundred at a time: so few are in memory at once."""
    stream.seek(0)
    reader = csv.reader(stream, delimiter=separator, strict=True)
    ragged: list[int] = []
    try:
        next(reader)
        numbered = ((row, record) for row, record in enumerate(reader, start=2) if any(map(str.strip, record)))
        while batch := list(islice(numbered, _BATCH)):
            ragged += [row for row, record in batch if len(record) != width]
            if not ragged:
                yield batch
    except csv.Error:
        raise DataError(
            f"{file}: the quotes do not match in line {reader.line_num}, or from there to the end of the file.\n"
            'A text in quotes ends with a quote before the separator; a quote inside it is written twice: "".'
        ) from None
    if ragged:
        raise DataError(
            f"{file}: the number of cells differs from the header's in {row_list(ragged)}; expected {width}.\n"
            f"A cell that holds the separator {shown(separator)} must be in quotes."
        )


def _decode(content: bytes, file: str) -> str:
    if file.lower().endswith(_SPREADSHEETS) or content.startswith(_NOT_TEXT):
        raise DataError(
            f"{file}: is a spreadsheet file; expected CSV.\nExport it as CSV UTF-8 and name that file in study.toml."
        )
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "UTF-16" if utf16 else "UTF-8"
    try:
        # Programs that join or save files again put a second mark before the first: it is no letter of the first name.
        text = content.decode("utf-16" if utf16 else "utf-8-sig").lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]  # `object` is the content without its byte order mark
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            f"{file}: byte 0x{byte:02x} in line {line} is not {encoding}; expected UTF-8.\n"
            f"Save the file as UTF-8; {_SAVE_AS}."
        ) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise DataError(
            f"{file}: line {line} holds a NUL character; expected text in UTF-8.\nSave the file as UTF-8; {_SAVE_AS}."
        )
    if not text.strip():
        raise DataError(f"{file}: is empty; expected a line with the names of the columns and a row for each patient.")
    # An é may be stored as one character or as two: so that equal texts are equal, as one.
    return unicodedata.normalize("NFC", text)


def _header(stream: TextIO, file: str, expected: Collection[str]) -> tuple[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    stream.seek(0)
    if stream.readline().strip().strip('"').lower().startswith("sep="):
        raise DataError(
            f"{file}: line 1 is a spreadsheet program's mark of the separator; expected the names of the columns.\n"
            "Remove this line: the separator is recognised without it."
        )
    for separator in SEPARATORS:
        stream.seek(0)
        cells = next(csv.reader(stream, delimiter=separator))
        found[separator] = tuple(cell.strip() for cell in cells)
    separator = max(SEPARATORS, key=lambda item: (len(set(expected) & set(found[item])), len(found[item])))
    if not any(found[separator]):
        raise DataError(
            f"{file}: the first line is blank; expected the names of the columns.\nRemove the lines before them."
        )
    return separator, found[separator]


def _many_cells(cells: Sequence[str]) -> str:
    return "1 cell" if len(cells) == 1 else f"{len(cells)} cells"


@contextmanager
def _cells_of_any_size() -> Iterator[None]:
    """Lift the csv module's limit on the size of a cell, which is global, for the time of the reading."""
    limit = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(limit)
