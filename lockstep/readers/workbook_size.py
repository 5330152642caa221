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
from collections.abc import Iterator
from typing import Final

from ..base.errors import DataError
from .workbook_flaws import cell_name

MOST_BYTES: Final = 1 << 30
"""How large the parts of a workbook may be together, unpacked."""

MOST_CELLS: Final = 200_000_000
"""How many cells the table of a sheet may have, blank ones among them."""

_MANY_BYTES: Final = 200_000_000  # that nobody's table has at a two-hundredth of the size
_MOST_RATIO: Final = 200  # of unpacked to packed bytes; a sheet with the same value in all cells has about 50
_CHUNK: Final = 1 << 22
_OVERLAP: Final = 400  # bytes; longer than the start of any cell

_NEAR: Final = (99_999, 702)
"""Rows and columns ("ZZ") that are never too many; only cells beyond them, and longer rows, are looked at."""

# Places of cells and rows; each begins with a letter, since that is fast.
_FAR: Final = re.compile(rb"""r(?:=|\s+=)\s*["']([A-Za-z]{3,7}(?=[0-9])|[A-Za-z]{0,2}(?=[0-9]{7}))([0-9]{1,9})["']""")
_SIX_DIGITS: Final = re.compile(rb"""r(?:=|\s+=)\s*["'][A-Za-z]{0,2}[0-9]{6}["']""")
_TWO_LETTERS: Final = re.compile(rb"""r(?:=|\s+=)\s*["']([A-Za-z]{2,7})[0-9]+["']""")
_SIX: Final = 999_999  # rows, which is exact enough for tables that are long and not wide
_CELL: Final = rb"<(?:[\w.-]+:)?c"
_FILLED: Final = re.compile(
    _CELL + rb"""\s(?:[^<>]*\s)?r\s*=\s*["']([A-Za-z]{1,7})([0-9]{1,9})["'][^<>]*(?<!/)>(?!\s*</)"""
)
_ROW: Final = re.compile(rb"""<(?:[\w.-]+:)?row\s(?:[^<>]*\s)?r\s*=\s*["']([0-9]{1,9})["']""")
_NO_PLACE: Final = re.compile(_CELL + rb"""(?:\s(?![^<>]*\br\s*=)[^<>]*)?(?<!/)>(?!\s*</)""")


def refuse_oversized(content: bytes, file: str) -> None:
    """Refuse a workbook in a zip package that would take too much memory.

    Parameters
    ----------
    file : how messages call it.

    Raises
    ------
    DataError
        If its parts are too large, larger than the package says, or a sheet has a cell too far from the first.
    zipfile.BadZipFile, ValueError, OSError
        If the package is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        size = sum(part.file_size for part in parts)
        packed = max(1, sum(part.compress_size for part in parts))
        if size > MOST_BYTES or (size > _MANY_BYTES and size > _MOST_RATIO * packed):
            raise _too_large(file, f"unpacks to {size / 1e9:.1f} GB, {size // packed:,} times its size")
        try:
            for part in parts:
                _refuse_far_cells(package, part, file)
        except (zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise ValueError(str(error)) from None


def _too_large(file: str, found: str) -> DataError:
    return DataError(
        f"{file}: {found}; expected a workbook of at most {MOST_BYTES / 1e9:.1f} GB, less than {_MOST_RATIO} times its "
        "size.\nIt is damaged or made to do harm. Save the sheet of patients alone, or export it as CSV UTF-8."
    )


def _refuse_far_cells(package: zipfile.ZipFile, part: zipfile.ZipInfo, file: str) -> None:
    """Unpack a part, piece by piece, and look at the places of the cells in it, where it has cells."""
    rows, columns = _NEAR
    cells = longest = 0
    for piece in _pieces(package, part, file):
        cells, length = _row_lengths(piece, cells)
        longest = max(longest, length)
        found = set(_FAR.findall(piece))
        rows = max(rows, max((int(digits) for _, digits in found), default=0))
        if rows < _SIX and _SIX_DIGITS.search(piece):
            rows = _SIX
        columns = max(columns, max(map(_number, {letters for letters, _ in found}), default=0))
    if rows * max(columns, longest) <= MOST_CELLS:
        return
    wide = {name for piece in _pieces(package, part, file) for name in set(_TWO_LETTERS.findall(piece))}
    if rows * max(26, longest, *map(_number, wide)) <= MOST_CELLS:  # a long table that is not wide
        return
    # Rarely; and where only formats reach so far, they do no harm.
    lowest, widest, has_unplaced, last, n_rows = (0, ""), (0, ""), False, 0, 0
    for piece in _pieces(package, part, file):
        has_unplaced = has_unplaced or _NO_PLACE.search(piece) is not None
        for letters, digits in set(_FILLED.findall(piece)):
            cell = (letters + digits).decode("ascii").upper()
            lowest, widest = max(lowest, (int(digits), cell)), max(widest, (_number(letters), cell))
        last, n_rows = max(last, max(map(int, _ROW.findall(piece)), default=0)), n_rows + piece.count(b"row>")
    if has_unplaced:  # cells and rows without a place follow the one before
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


def _row_lengths(piece: bytes, cells: int) -> tuple[int, int]:
    """Return how many cells the last row of a piece has so far, and the longest row.

    Parameters
    ----------
    cells : of the row with which the piece begins, in the pieces before.
    """
    if b":c" in piece or b":row" in piece:  # names of elements may have a prefix
        piece = re.sub(rb"<[\w.-]+:", b"<", piece)
    first, *others = piece.split(b"<row")
    lengths = [cells + first.count(b"<c")]
    lengths += [row.count(b"<c") for row in others if len(row) > 4 * _NEAR[1] or row is others[-1]]
    return lengths[-1], max(lengths)


def _pieces(package: zipfile.ZipFile, part: zipfile.ZipInfo, file: str) -> Iterator[bytes]:
    """Yield a part in pieces that overlap; of one that is larger than the package says no more than that."""
    readable = copy.copy(part)
    readable.file_size = part.file_size + 1  # the reader stops at what the package says, and would not notice
    read, end = 0, b""
    with package.open(readable) as stream:
        while chunk := stream.read(_CHUNK):
            read += len(chunk)
            if read > part.file_size:
                raise _too_large(file, f"has a part that is larger than it says ({part.filename})")
            yield end + chunk
            end = chunk[-_OVERLAP:]


def _number(letters: bytes) -> int:
    """Return the number of a column, from 1: of "AB" 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
