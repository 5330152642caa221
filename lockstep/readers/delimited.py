"""A delimited text file as columns of text: encoding, separator and shape are checked, no value is interpreted."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Final, TextIO

import numpy as np
import numpy.typing as npt

from ..base.errors import DataError, row_list
from ..base.wording import are_names, shown
from .table import TextColumn, TextTable, refuse_title, wanted

SEPARATORS: Final = (",", ";", "\t")
_BATCH: Final = 512  # records that fit into a processor's cache
_SAVE_AS: Final = "in a spreadsheet program, save it as CSV UTF-8"


def parse_delimited(
    content: bytes,
    *,
    file: str,
    expected: Collection[str],
    every: bool = False,
    encoding: str | None = None,
    header_row: int = 1,
    section: str = "data",
) -> TextTable:
    """Parse the bytes of a delimited text file.

    UTF-8 (with or without byte order mark) and UTF-16 with byte order mark are read. Of comma, semicolon and tab the
    separator is the one that finds most of the `expected` names in the first line, then the one that makes most
    columns of it. Lines before the header that begin with # are comments; the header itself may begin with it.

    Parameters
    ----------
    expected : the columns to keep.
    every : whether to keep the others as well.
    encoding : where it is another one.
    header_row : the row with the names of the columns.
    section : of study.toml that describes the file, for messages.

    Raises
    ------
    DataError
        If it is no text, of another encoding, empty, without rows, with unbalanced quotes, or ragged; names the rows.
    """
    stream = io.StringIO(_decode(content, file, encoding, section), newline="")
    with _cells_of_any_size():
        header_row = _first_row(stream, header_row, expected)
        separator, header = _header(stream, file, expected, header_row)
        _refuse_title(stream, file, header, expected, header_row, section)
        kept = wanted(header, expected, every=every)
        columns = {name: _Collector() for name in kept.values()}
        rows: list[int] = []
        for batch in _batches(stream, separator, len(header), file, header_row):
            rows += [row for row, _ in batch]
            cells = list(zip(*(record for _, record in batch), strict=True))
            for place, name in kept.items():
                columns[name].add(cells[place])
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


def _batches(
    stream: TextIO, separator: str, width: int, file: str, header_row: int
) -> Iterator[list[tuple[int, list[str]]]]:
    """Yield the records below the header with their rows, some hundred at a time: so few are in memory at once."""
    _seek(stream, header_row)
    reader = csv.reader(stream, delimiter=separator, strict=True)
    ragged: list[int] = []
    try:
        next(reader)
        after = enumerate(reader, start=header_row + 1)
        numbered = ((row, record) for row, record in after if any(map(str.strip, record)))
        while batch := list(islice(numbered, _BATCH)):
            ragged += [row for row, record in batch if len(record) != width]
            if not ragged:
                yield batch
    except csv.Error:
        line = _last_whole_line(stream, separator, header_row) + 1
        raise DataError(
            f"{file}: the quotes do not match in the row that begins in line {line}.\n"
            'A text in quotes ends with a quote before the separator; a quote inside it is written twice: "".'
        ) from None
    if ragged:
        raise DataError(
            f"{file}: the number of cells differs from the header's in {row_list(ragged)}; expected {width}.\n"
            f"A cell that holds the separator {shown(separator)} must be in quotes."
        )


def _last_whole_line(stream: TextIO, separator: str, header_row: int) -> int:
    """Return the line in which the last record ends before the one whose quotes do not match."""
    _seek(stream, header_row)
    reader = csv.reader(stream, delimiter=separator, strict=True)
    lines = 0
    with suppress(csv.Error):
        for _ in reader:
            lines = reader.line_num
    return header_row - 1 + lines


def _decode(content: bytes, file: str, declared: str | None, section: str) -> str:
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    codec = ("utf-16" if utf16 else "utf-8-sig") if declared in {None, "utf-8", "utf-16"} else declared
    encoding = {"utf-16": "UTF-16", "utf-8-sig": "UTF-8"}.get(str(codec), str(codec))
    try:
        # Programs that join or save files again put a second mark before the first: it is no letter of the first name.
        text = content.decode(str(codec)).lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]  # `object` is the content without its byte order mark
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            f"{file}: byte 0x{byte:02x} in line {line} is not {encoding}; expected UTF-8.\n"
            f"Save the file as UTF-8; {_SAVE_AS}. If another program wrote it, name its encoding under [{section}], "
            'such as encoding = "cp1252" (Windows in Western Europe and America).'
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


def _seek(stream: TextIO, row: int) -> None:
    """Go to the start of a line, counted from 1."""
    stream.seek(0)
    for _ in range(row - 1):
        stream.readline()


def _first_row(stream: TextIO, declared: int, expected: Collection[str]) -> int:
    """Return the row of the header: the declared one, or the first that is no comment.

    A line that begins with # is the header all the same where it has most of the expected names, such as #id. Where no
    line has one of them, it is the first if that has as many cells as the first that is no comment.
    """
    if declared > 1:
        return declared
    stream.seek(0)
    lines: list[str] = []
    for line in stream:
        lines.append(line)
        if not line.startswith("#"):
            break
    else:
        return 1
    ways = [[_cells([line], separator) for line in lines] for separator in SEPARATORS]
    names = [max(len(set(expected).intersection(cells)) for cells in each) for each in zip(*ways, strict=True)]
    if any(names):
        return max(range(len(lines)), key=lambda place: (names[place], place)) + 1
    rows = max(ways, key=lambda rows: len(rows[-1]))
    return 1 if len(rows[0]) == len(rows[-1]) > 1 else len(lines)


def _cells(lines: Iterable[str], separator: str) -> tuple[str, ...]:
    """Return the cells of the record with which some lines begin."""
    return tuple(cell.strip() for cell in next(csv.reader(lines, delimiter=separator), []))


def _header(stream: TextIO, file: str, expected: Collection[str], row: int) -> tuple[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    _seek(stream, row)
    if stream.readline().strip().strip('"').lower().startswith("sep="):
        raise DataError(
            f"{file}: line {row} is a spreadsheet program's mark of the separator; expected the names of the columns.\n"
            "Remove this line: the separator is recognised without it."
        )
    for separator in SEPARATORS:
        _seek(stream, row)
        found[separator] = _cells(stream, separator)
    separator = max(SEPARATORS, key=lambda item: (len(set(expected) & set(found[item])), len(found[item])))
    if not any(found[separator]):
        where = "the first line" if row == 1 else f"line {row}"
        raise DataError(f"{file}: {where} is blank; expected the names of the columns.\nRemove the lines before them.")
    return separator, found[separator]


def _refuse_title(
    stream: TextIO, file: str, header: Collection[str], expected: Collection[str], row: int, section: str
) -> None:
    """Refuse a title above the header, whose separator is not known: a title has none."""
    if not set(expected).isdisjoint(header):
        return
    for separator in SEPARATORS:
        _seek(stream, row)
        with suppress(csv.Error):  # which the reading of the rows reports
            first = [{cell.strip() for cell in cells} for cells in islice(csv.reader(stream, delimiter=separator), 20)]
            refuse_title(file, first, expected, row, section=section)


@contextmanager
def _cells_of_any_size() -> Iterator[None]:
    """Lift the csv module's limit on the size of a cell, which is global, for the time of the reading."""
    limit = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(limit)
