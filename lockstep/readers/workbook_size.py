"""How large a workbook becomes when it is read: too large ones are refused before the memory is asked for them.

A few kilobytes can hold gigabytes: a zip package unpacks to thousands of times its size, and one cell far from all
others makes a table of all the blanks between.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ..base.errors import DataError
from .workbook_flaws import cell_name, column_place

MOST_BYTES: Final = 1 << 30
"""How large the parts of a workbook may be together, unpacked."""

MOST_CELLS: Final = 200_000_000
"""How many cells the table of a sheet may have, blank ones among them."""

_MANY_BYTES: Final = 200_000_000  # that nobody's table has at a two-hundredth of the size
_MOST_RATIO: Final = 200  # of unpacked to packed bytes; a sheet with the same value in all cells has about 50
_CHUNK: Final = 1 << 22
_OVERLAP: Final = 400  # bytes; longer than the start of any cell

Characters: TypeAlias = npt.NDArray[np.uint8]
Positions: TypeAlias = npt.NDArray[np.intp]

_LONGEST: Final = 9  # characters of the row or of the column of a place; more are too many in any case
_BLANK: Final = ord(" ")  # white space is this and what comes before it
_ROW_OR_CELL: Final = np.frombuffer(b"rc", dtype=np.uint8)
_DIGIT_VALUES: Final = np.array([b"0123456789".find(sign) for sign in range(256)], dtype=np.int8)
_LETTER_VALUES: Final = np.array(
    [b" abcdefghijklmnopqrstuvwxyz".find(bytes([sign]).lower()) for sign in range(256)], dtype=np.int8
)
_LETTER_VALUES[_BLANK] = -1
_CELL: Final = rb"<(?:[\w.-]+:)?c"
_FILLED: Final = re.compile(
    _CELL + rb"""\s(?:[^<>]*\s)?r\s*=\s*["']([A-Za-z]{1,7})([0-9]{1,9})["'][^<>]*(?<!/)>(?!\s*</)"""
)
_ROW: Final = re.compile(rb"""<(?:[\w.-]+:)?row\s(?:[^<>]*\s)?r\s*=\s*["']([0-9]{1,9})["']""")
_NO_PLACE: Final = re.compile(_CELL + rb"""(?:\s(?![^<>]*\br\s*=)[^<>]*)?(?<!/)>(?!\s*</)""")


def refuse_oversized(content: bytes, file: str, *, sign: Callable[[bytes], bool]) -> frozenset[str]:
    """Refuse an .xlsx file that would take too much memory.

    Parameters
    ----------
    file : how messages call it.
    sign : whether a piece of a part has what the caller looks for; pieces overlap by some hundred bytes.

    Returns
    -------
    The parts of which a piece has that.

    Raises
    ------
    DataError
        If its parts are too large, larger than the package says, or a sheet has a cell too far from the first.
    zipfile.BadZipFile, ValueError, OSError
        If the package is damaged.
    """
    with _package(content, file) as package:
        return frozenset(
            part.filename for part in package.infolist() if _refuse_far_cells(package, part, file, sign=sign)
        )


def unpacked(content: bytes, name: str, file: str) -> bytes:
    """Return a part of a workbook in a zip package.

    Parameters
    ----------
    name : of the part.
    file : how messages call the workbook.

    Raises
    ------
    DataError
        If the parts are too large, or this one is larger than the package says.
    zipfile.BadZipFile, ValueError, KeyError, OSError
        If the package is damaged.
    """
    with _package(content, file) as package:
        return b"".join(_chunks(package, package.getinfo(name), file))


@contextmanager
def _package(content: bytes, file: str) -> Iterator[zipfile.ZipFile]:
    """Open a package whose parts are not too large by its directory; what it raises when damaged is a ValueError."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        size = sum(part.file_size for part in parts)
        packed = max(1, sum(part.compress_size for part in parts))
        if size > MOST_BYTES or (size > _MANY_BYTES and size > _MOST_RATIO * packed):
            raise _too_large(file, f"unpacks to {size / 1e9:.1f} GB, {size // packed:,} times its size")
        try:
            yield package
        except (zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise ValueError(str(error)) from None


def _too_large(file: str, found: str) -> DataError:
    return DataError(
        f"{file}: {found}; expected a workbook of at most {MOST_BYTES / 1e9:.1f} GB, less than {_MOST_RATIO} times its "
        "size.\nIt is damaged or made to do harm. Save the sheet of patients alone, or export it as CSV UTF-8."
    )


def _refuse_far_cells(
    package: zipfile.ZipFile, part: zipfile.ZipInfo, file: str, *, sign: Callable[[bytes], bool]
) -> bool:
    """Unpack a part, piece by piece, and look at the places of the cells in it; return whether it has the sign."""
    rows = columns = n_rows = cells = longest = 0
    has_sign = False
    for written in _pieces(package, part, file):
        has_sign = has_sign or sign(written)
        piece = _plain(written)
        text = _characters(piece)
        row, column = _last_place(text)
        rows, columns = max(rows, row), max(columns, column)
        n_rows += piece.count(b"<row", _OVERLAP - 3 if n_rows else 0)  # those in the overlap are counted
        cells, length = (0, 0) if _all_have_places(text) else _row_lengths(piece, cells)
        longest = max(longest, length)
    # Cells and rows without a place follow the one before, which may be the last that has one.
    if (rows + n_rows) * (columns + longest) <= MOST_CELLS:
        return has_sign
    # Rarely; and where only formats reach so far, they do no harm.
    lowest, widest, has_unplaced, last = (0, ""), (0, ""), False, 0
    for piece in _pieces(package, part, file):
        has_unplaced = has_unplaced or _NO_PLACE.search(piece) is not None
        for letters, digits in set(_FILLED.findall(piece)):
            cell = (letters + digits).decode("ascii").upper()
            lowest, widest = max(lowest, (int(digits), cell)), max(widest, (column_place(cell) + 1, cell))
        last = max(last, max(map(int, _ROW.findall(piece)), default=0))
    if has_unplaced:
        end = max(last, n_rows)
        lowest = max(lowest, (end, f"A{end}"))
        widest = max(widest, (longest, cell_name((0, longest - 1))))
    if lowest[0] * widest[0] > MOST_CELLS:
        named = " and ".join(dict.fromkeys((lowest[1], widest[1])))
        raise DataError(
            f"{file}: {'cells' if ' ' in named else 'cell'} {named} in {part.filename} would make a table of "
            f"{lowest[0]:,} rows and {widest[0]:,} columns; expected at most {MOST_CELLS:,} cells.\n"
            "Delete what is far from the patients in the sheet, or export it as CSV UTF-8."
        )
    return has_sign


def _plain(piece: bytes) -> bytes:
    """Return a piece without prefixes of elements and blanks around "=", which few programs write."""
    text = _characters(piece)
    if np.isin(text[np.flatnonzero(text[:-1] == ord(":")) + 1], _ROW_OR_CELL).any():
        piece = re.sub(rb"<(/?)[\w.-]+:", rb"<\1", piece)
    equals, blank = text == ord("="), text <= _BLANK
    if (equals[1:] & blank[:-1]).any() or (equals[:-1] & blank[1:]).any():
        piece = re.sub(rb"\s*=\s*", b"=", piece)
    return piece


def _characters(piece: bytes) -> Characters:
    return np.frombuffer(piece, dtype=np.uint8)


def _last_place(text: Characters) -> tuple[int, int]:
    """Return the last row and the last column, from 1, among the places of cells and rows: r="AB12", r="12"."""
    at = np.flatnonzero((text[:-1] == ord("r")) & (text[1:] == ord("="))) + len('r="')
    at = at[at < len(text) - 2 * _LONGEST]  # what is cut off is in the next piece as well
    column, at = _largest_number(text, at, _LETTER_VALUES, base=26)
    row, _ = _largest_number(text, at, _DIGIT_VALUES, base=10)
    return row, column


def _largest_number(
    text: Characters, at: Positions, values: npt.NDArray[np.int8], *, base: int
) -> tuple[int, Positions]:
    """Read the numbers that begin at these positions; return the largest, 0 if there is none, and where they end."""
    largest, ends, numbers = 0, [], np.zeros(len(at), dtype=np.int64)
    for _ in range(_LONGEST):
        digits = values[text[at]]
        goes_on = digits >= 0
        ends.append(at[~goes_on])
        at, numbers = at[goes_on] + 1, numbers[goes_on] * base + digits[goes_on]
        largest = max(largest, int(numbers.max(initial=0)))
    return largest, np.concatenate([*ends, at])


def _all_have_places(text: Characters) -> bool:
    """Return whether each cell begins with its place, <c r=, as programs write it."""
    at = np.flatnonzero((text[:-1] == ord("<")) & (text[1:] == ord("c"))) + len("<c")
    at = at[at < len(text) - 2]
    at = at[_LETTER_VALUES[text[at]] < 0]  # not <cols>
    return bool(((text[at + 1] == ord("r")) & (text[at + 2] == ord("="))).all())


def _row_lengths(piece: bytes, cells: int) -> tuple[int, int]:
    """Return how many cells the last row of a piece has so far, and the longest row.

    Parameters
    ----------
    cells : of the row with which the piece begins, in the pieces before.
    """
    first, *others = piece.split(b"<row")
    lengths = [cells + first.count(b"<c"), *(row.count(b"<c") for row in others)]
    return lengths[-1], max(lengths)


def _pieces(package: zipfile.ZipFile, part: zipfile.ZipInfo, file: str) -> Iterator[bytes]:
    """Yield a part in pieces that overlap."""
    end = b""
    for chunk in _chunks(package, part, file):
        yield end + chunk
        end = chunk[-_OVERLAP:]


def _chunks(package: zipfile.ZipFile, part: zipfile.ZipInfo, file: str) -> Iterator[bytes]:
    """Yield a part piece by piece; of one that is larger than the package says no more than that."""
    readable = copy.copy(part)
    readable.file_size = part.file_size + 1  # the reader stops at what the package says, and would not notice
    read = 0
    with package.open(readable) as stream:
        while chunk := stream.read(_CHUNK):
            read += len(chunk)
            if read > part.file_size:
                raise _too_large(file, f"has a part that is larger than it says ({part.filename})")
            yield chunk
