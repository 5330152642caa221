"""How large a sheet of an .ods file becomes when it is read: a few bytes may repeat a cell or row millions of times."""

from __future__ import annotations

import re
from typing import Any, Final

from ..base.errors import DataError
from .workbook_flaws import elements
from .workbook_size import MOST_CELLS

_SHEET_END: Final = re.compile(rb"</[\w.-]+:table>")
_FILLED: Final = (b"table-cell>", b"value-type", b":formula")  # that a cell which is not blank has
_REPEATS: Final = b"-repeated"
_REPEATED: Final = re.compile(rb"""-(rows|columns)-repeated\s*=\s*["']([^"'<>]*)["']""")
_ROW_END: Final = re.compile(rb"\s*</[\w.-]+:table-row>")


def refuse_repeated_cells(xml: bytes, file: str) -> None:
    """Refuse an .ods file with a sheet that would take too much memory.

    Parameters
    ----------
    xml : its part content.xml, which is not too large (`workbook_size.unpacked`).
    file : how messages call it.

    Raises
    ------
    DataError
        If a sheet has too many cells, repeated ones and those between filled ones among them.
    ValueError
        If the part is damaged.

    Notes
    -----
    Spreadsheet programs repeat the blanks behind the last filled cell up to the end of the sheet: these do not count.
    """
    import lxml.etree

    if _roughly_at_most(xml) <= MOST_CELLS or all(_at_most(sheet) <= MOST_CELLS for sheet in _SHEET_END.split(xml)):
        return
    try:
        extents = [_extent(table) for table in elements(xml, "{*}table")]  # rarely: this takes longer than reading
    except lxml.etree.LxmlError as error:
        raise ValueError(str(error)) from None
    for rows, columns in extents:
        if rows * columns > MOST_CELLS:
            raise DataError(
                f"{file}: the repeated cells of a sheet would make a table of {rows:,} rows and {columns:,} columns; "
                f"expected at most {MOST_CELLS:,} cells.\n"
                "Delete what is far from the patients in the sheet, or export it as CSV UTF-8."
            )


def _roughly_at_most(xml: bytes) -> int:
    """Return how many cells all sheets together have at the most, by the longest row; seen at once."""
    if _REPEATS in xml:
        return MOST_CELLS + 1
    rows = xml.split(b"table-row")
    return len(rows) * (max(map(len, rows)) // len(b"<table-cell/>"))


def _at_most(sheet: bytes) -> int:
    """Return how many cells a sheet has at the most, without its blank ends."""
    start, end = sheet.find(b":table-row"), max(map(sheet.rfind, _FILLED)) + 1  # before are styles
    rows = [row.count(b"table-cell") for row in sheet[start:end].split(b":table-row")]
    n_rows, widest = len(rows), 1
    for found in _REPEATED.finditer(sheet, 0, end):
        times = int(found[2]) if found[2].isdigit() else MOST_CELLS
        if found[1] == b"rows":
            n_rows += times
        elif times > widest and not _ends_blank(sheet, found):
            widest = times
    return n_rows * max(rows) * widest


def _ends_blank(sheet: bytes, repeated: re.Match[bytes]) -> bool:
    """Return whether a repeated cell is blank, and the last of its row."""
    start, end = sheet.rfind(b"<", 0, repeated.start()), sheet.find(b">", repeated.end()) + 1
    cell = sheet[start:end]
    return cell.endswith(b"/>") and not any(sign in cell for sign in _FILLED) and bool(_ROW_END.match(sheet, end))


def _extent(table: Any) -> tuple[int, int]:
    """Return the rows and columns of a sheet up to its last filled cells."""
    rows = columns = above = 0
    for line in table.iter("{*}table-row"):
        above += int(_attributes(line).get("number-rows-repeated", 1))
        before = 0
        for cell in line.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            attributes = _attributes(cell)
            before += int(attributes.get("number-columns-repeated", 1))
            if len(cell) or attributes.keys() & {"value-type", "formula"}:
                rows, columns = above, max(columns, before)
    return rows, columns


def _attributes(element: Any) -> dict[str, str]:
    """Return attributes by their names without namespace, since the reader of workbooks goes by the prefix."""
    return {name.rpartition("}")[2]: value for name, value in element.items()}
