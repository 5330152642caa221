"""The row of the header in a file whose study.toml is not written yet: titles may stand above it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

from ..base.wording import are_names
from .delimited import SEPARATORS

HEADER_WITHIN: Final = 40
"""The first rows, among which the header is looked for."""

_LONGEST_LINE: Final = 100_000  # characters
_SEPARATOR_MARK: Final = re.compile(r"\"?sep=.\"?", re.IGNORECASE)


def guessed_header_row(rows: Sequence[Sequence[str]]) -> int:
    """Return the row, from 1, in which most columns have a name and that has data below; 1 where none is such.

    Parameters
    ----------
    rows : the texts of the first rows' cells.

    Notes
    -----
    The first row is the header wherever it may be one. A title fills one cell, and a line of merged group names less
    than the header does.
    """
    filled = [[cell for cell in row if cell] for row in rows]
    if len(filled) < 2 or (filled[0] and filled[0][0].startswith("#")):
        return 1
    width = max(map(len, filled))
    for place, cells in enumerate(filled[:-1]):
        wide = len(cells) >= 2 and 2 * len(cells) > width
        names = are_names(cells, cells) and len({cell.casefold() for cell in cells}) == len(cells)
        below = next((row for row in filled[place + 1 :] if row), [])
        if wide and names and 2 * len(below) > len(cells):
            return place + 1
    return 1


def first_lines(content: bytes, encoding: str | None) -> Sequence[Sequence[str]]:
    """Return the cells of the first lines, by the separator that makes most of them; none of a file that is no text."""
    if b"\0" in content:
        return []
    text = content[:1_000_000].decode(encoding or "utf-8-sig", errors="replace")
    lines = text.splitlines(keepends=True)[:HEADER_WITHIN]
    if any(line.count('"') % 2 or len(line) > _LONGEST_LINE for line in lines):
        return []  # a cell of several lines: rows are not lines; or one that is longer than csv takes
    lines = ["" if _SEPARATOR_MARK.fullmatch(line.strip()) else line for line in lines]
    ways = []
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO("".join(line.strip("\r\n") + "\n" for line in lines)), delimiter=separator)
        ways.append([[cell.strip() for cell in row] for row in islice(reader, HEADER_WITHIN)])
    return max(ways, key=lambda rows: sum(map(len, rows)))
