"""What the reader of workbooks does not say of cells: errors, formulas that were never computed, merged cells.

It gives a blank for each of them, and a blank is missing data: so they are looked for in the file itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kind = Literal["xlsx", "xls", "ods"]
Place = tuple[int, int]
"""Row and column of a cell, from 0."""

_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_RELATED: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATED_STRICT: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

# A cell that may have a flaw: most sheets have none, and need not be parsed a second time.
# By expressions: in a large sheet these are found faster than by `in`.
_ERROR: Final = re.compile(rb"""t=["']e["']""")
_HAS_FORMULA: Final = re.compile(rb"<f[ />]")
_UNCOMPUTED: Final = re.compile(rb"(?:</f>|<f(?: [^<>]*)?/>|<f [^<>]{200})(?!<v>[^<\s])")
_START: Final = 100_000  # bytes; before the cells are widths of columns and the like
_PREFIXED: Final = b":sheetData"  # names of elements have a prefix: what to look for is not known
_ODS_SIGNS: Final = (b'value-type="error', b"value-type='error", b":formula=")
_ODS_MERGED: Final = re.compile(rb"""-spanned=["'](?!1["'])""")

_XLS_ERRORS: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_XLS_SIGN: Final = re.compile(rb"\x05\x02\x08\x00.{7}[^\x00]|\x06\x00.{2}.{6}\x02.{5}\xff\xff", re.DOTALL)
"""A record of an error, or of a formula that gives one."""
_BOUNDSHEET, _FORMULA, _BOOLERR, _BOF, _EOF = 0x85, 0x06, 0x205, 0x809, 0x0A  # [MS-XLS] 2.3.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaws:
    """The flaws of a sheet.

    Attributes
    ----------
    errors : what a cell shows for its value, such as #N/A.
    uncomputed : cells with a formula whose value the file does not have.
    merged : first and last cell of each merged range.
    """

    errors: Mapping[Place, str] = field(default_factory=dict)
    uncomputed: Sequence[Place] = ()
    merged: Sequence[tuple[Place, Place]] = ()


def shows_flaw(xml: bytes) -> bool:
    """Return whether a piece of a sheet of an .xlsx file may have a cell with a flaw.

    Notes
    -----
    A formula that is cut off at the end of a piece counts as one, since the value may be behind it.
    """
    if _ERROR.search(xml) or _PREFIXED in xml[:_START]:
        return True
    return _HAS_FORMULA.search(xml) is not None and _UNCOMPUTED.search(xml) is not None


def xlsx_flaws(xml: bytes) -> Flaws:
    """Return the flaws of a sheet of an .xlsx file, but for merged cells, which the reader of workbooks knows.

    Parameters
    ----------
    xml : the sheet's part of the package.

    Raises
    ------
    ValueError
        If it is damaged.
    """
    with _damaged_as_value_error():
        return _of_xlsx(xml)


def ods_flaws(xml: bytes, sheet: str) -> Flaws:
    """Return the flaws of a sheet of an .ods file.

    Parameters
    ----------
    xml : its part content.xml.
    sheet : its name.

    Raises
    ------
    ValueError
        If it is damaged.
    """
    if not any(sign in xml for sign in _ODS_SIGNS) and not (b"-spanned=" in xml and _ODS_MERGED.search(xml)):
        return Flaws()
    with _damaged_as_value_error():
        return _of_ods(xml, sheet)


def xls_flaws(content: bytes, position: int) -> Flaws:
    """Return the flaws of a sheet of an .xls file, but for merged cells, which the reader of workbooks knows.

    Parameters
    ----------
    position : its place among all sheets, from 0.

    Raises
    ------
    ValueError, OSError
        If it is damaged.

    Notes
    -----
    The file does not distinguish a formula that was never computed from one that gives a blank.
    """
    with _damaged_as_value_error():
        return Flaws(errors=dict(_xls_errors(content, position)))


@contextmanager
def _damaged_as_value_error() -> Iterator[None]:
    import lxml.etree  # a text file needs none of it

    try:
        yield
    except (lxml.etree.LxmlError, StopIteration, IndexError, EOFError) as error:
        raise ValueError(str(error)) from None


def _of_xlsx(xml: bytes) -> Flaws:
    errors: dict[Place, str] = {}
    uncomputed: list[Place] = []
    at = -1
    for row in elements(xml, "{*}row"):
        at = int(row.get("r", at + 2)) - 1
        column = -1
        for cell in row.iterchildren("{*}c"):
            column = column_place(cell.get("r")) if cell.get("r") else column + 1
            value = cell.findtext("{*}v")
            if cell.get("t") == "e":
                errors[at, column] = value or "#N/A"
            elif cell.find("{*}f") is not None and not value and cell.get("t") != "str":
                uncomputed.append((at, column))
    return Flaws(errors=errors, uncomputed=uncomputed)


def sheet_part(content: bytes, sheet: str) -> str:
    """Return the name of the part of an .xlsx file that holds a sheet.

    Raises
    ------
    ValueError, KeyError
        If the file is damaged.
    """
    import lxml.etree

    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True)
    with _damaged_as_value_error(), zipfile.ZipFile(io.BytesIO(content)) as package:
        book = lxml.etree.fromstring(package.read("xl/workbook.xml"), parser)
        relations = lxml.etree.fromstring(package.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {relation.get("Id"): str(relation.get("Target")) for relation in relations}
    for entry in book.iter("{*}sheet"):
        if entry.get("name") == sheet:
            target = targets[entry.get(_RELATED) or entry.get(_RELATED_STRICT)]
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(sheet)


def column_place(reference: str) -> int:
    """Return the place of a cell's column, from 0: of "AB12", as of "AB", 27."""
    place = 0
    for letter in reference.rstrip("0123456789"):
        place = place * 26 + ord(letter.upper()) - ord("A") + 1
    return place - 1


def cell_name(place: Place) -> str:
    """Return what spreadsheet programs call a cell, such as AB12."""
    row, column = place
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return f"{letters}{row + 1}"


def _of_ods(xml: bytes, sheet: str) -> Flaws:
    errors: dict[Place, str] = {}
    uncomputed: list[Place] = []
    merged: list[tuple[Place, Place]] = []
    table: Any = next(table for table in elements(xml, f"{_TABLE}table") if table.get(f"{_TABLE}name") == sheet)
    row = 0
    for line in table.iter(f"{_TABLE}table-row"):
        column = 0
        for cell in line.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            at, text = (row, column), cell.find(f"{_TEXT}p")
            if cell.get(f"{_CALC}value-type") == "error":
                errors[at] = "".join(text.itertext()) if text is not None else "#N/A"
            elif cell.get(f"{_TABLE}formula") and cell.get(f"{_OFFICE}value-type") is None and text is None:
                uncomputed.append(at)
            high, wide = (int(cell.get(f"{_TABLE}number-{of}-spanned", 1)) for of in ("rows", "columns"))
            if high * wide > 1:
                merged.append((at, (row + high - 1, column + wide - 1)))
            column += int(cell.get(f"{_TABLE}number-columns-repeated", 1))
        row += int(line.get(f"{_TABLE}number-rows-repeated", 1))
    return Flaws(errors=errors, uncomputed=uncomputed, merged=merged)


def elements(xml: bytes, tag: str) -> Iterator[Any]:
    """Yield the elements of a name one after the other; each is forgotten when the next is asked for."""
    import lxml.etree

    found = lxml.etree.iterparse(
        io.BytesIO(xml), tag=tag, resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True
    )
    for _, element in found:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _xls_errors(content: bytes, position: int) -> Iterator[tuple[Place, str]]:
    """Yield the cells of an .xls sheet that show an error."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(content)) as container:
        name = "Workbook" if container.exists("Workbook") else "Book"
        stream = container.openstream(name).read()
    if not _XLS_SIGN.search(stream):
        return  # most have none, and their records need not be read one by one
    starts = [int.from_bytes(body[:4], "little") for kind, body in _records(stream, 0) if kind == _BOUNDSHEET]
    for kind, body in _records(stream, starts[position]):
        if kind == _BOOLERR and body[7]:
            code = body[6]
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            code = body[8]
        else:
            continue
        at = int.from_bytes(body[:2], "little"), int.from_bytes(body[2:4], "little")
        yield at, _XLS_ERRORS.get(code, "#N/A")


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of the records of a substream, such as a sheet; a chart in it is one of its own."""
    depth = 0
    while start + 4 <= len(stream):
        kind, size = (
            int.from_bytes(stream[start : start + 2], "little"),
            int.from_bytes(stream[start + 2 : start + 4], "little"),
        )
        if kind in (_BOF, _EOF):
            depth += 1 if kind == _BOF else -1
            if depth == 0:
                return
        elif depth == 1:
            yield kind, stream[start + 4 : start + 4 + size]
        start += 4 + size
