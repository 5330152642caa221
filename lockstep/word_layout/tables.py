"""Tables of a Word file: widths, headings that repeat, rules, and rows that stay together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from lxml.etree import _Element as Element

from ..base.errors import ReportError
from ..word.wordml import (
    all_bold,
    attribute,
    drop,
    find,
    find_all,
    has_style,
    is_a,
    make,
    paragraph_style,
    properties,
    property_of,
    put,
    qualified,
    remove,
    set_attributes,
    set_style,
    text_of,
)
from .floats import has_picture
from .widths import TableCell, column_widths, least_width

EM_SPACE: Final = "\N{EM SPACE}"
_INDENT: Final = 200  # twentieths of a point, for each em space
_SPACE_BELOW: Final = 280  # under a table without a note
_WHOLE_ROWS: Final = 30  # a table of no more rows is not broken over pages
_MARGINS: Final = 170  # left and right of a cell's text together, as in reference.docx
_NARROW_MARGINS: Final = 100  # where room is short
_UPRIGHT_STEPS: Final = 4  # sizes of type that are tried, each half a point smaller
_ON_SIDE_STEPS: Final = 6
_NOTE: Final = "TableNote"
_CAPTION: Final = "TableCaption"
_WITH_ROOM_ABOVE: Final = (_NOTE, _CAPTION, "Heading")
_HEADER_RULE: Final = {"val": "single", "sz": 4, "space": 0, "color": "000000"}


@dataclass(frozen=True, slots=True)
class Room:
    """What a page offers a table: width of the text, upright and on its side, in twips, and size of type in points."""

    upright: int
    on_side: int
    size: float


@dataclass(frozen=True, slots=True)
class _Way:
    """How a table is set: width in twips, size of type in points; numbers may break before what is in parentheses."""

    room: int
    size: float
    margins: int = _MARGINS
    parted: bool = False


def finish_tables(body: Element, room: Room) -> list[Element]:
    """Finish every table of a body; return those that need a landscape page.

    Raises
    ------
    ReportError
        If the words and numbers of a table would break even there, in the smallest type.
    """
    on_side = []
    for table in find_all(body, "w:tbl"):
        rows = find_all(table, "w:tr")
        headings = _headings(rows)
        if has_picture(table):
            drop(properties(table, "w:tblPr"), "w:tblStyle")  # pictures side by side, which rules would set apart
        elif rows:
            _set_cells(rows, headings)
            if _set_widths(table, rows, headings, room):
                on_side.append(table)
            _rule_headings(rows[:headings])
            _keep_together(rows, headings, has_note=_has_note(table))
        _make_room_below(table)
    return on_side


def _headings(rows: Sequence[Element]) -> int:
    """Return how many rows at the top are headings."""
    marked = (find(row, "w:trPr/w:tblHeader") is not None for row in rows)
    return next((number for number, is_heading in enumerate(marked) if not is_heading), len(rows))


def _set_cells(rows: Sequence[Element], headings: int) -> None:
    """Give each paragraph the style of tables, em spaces at its start become an indent, and no row breaks in two."""
    for number, row in enumerate(rows):
        heading = number < headings
        formats = properties(row, "w:trPr")
        put(formats, "w:cantSplit")
        if heading:
            put(formats, "w:tblHeader")
        for cell in find_all(row, "w:tc"):
            if heading:
                put(properties(cell, "w:tcPr"), "w:vAlign", val="bottom")
            for paragraph in find_all(cell, "w:p"):
                if paragraph_style(paragraph) in ("", "Compact", "BodyText", "FirstParagraph"):
                    set_style(paragraph, "TableHeading" if heading else "TableText")
                _indent(paragraph)


def _indent(paragraph: Element) -> None:
    """Convert em spaces that begin a cell to an indent, which holds for every line of the cell."""
    node = next(paragraph.iter(qualified("w:t")), None)
    text = "" if node is None else node.text or ""
    depth = len(text) - len(text.lstrip(EM_SPACE))
    if node is not None and depth:
        node.text = text[depth:]
        put(properties(paragraph, "w:pPr"), "w:ind", left=depth * _INDENT)


def _set_widths(table: Element, rows: Sequence[Element], headings: int, room: Room) -> bool:
    """Write the columns' widths into the grid and every cell, so that each program lays them out alike.

    Returns whether the table needs a landscape page.
    """
    cells, columns = [], 0
    for number, row in enumerate(rows):
        column = 0
        for cell in find_all(row, "w:tc"):
            span = _span(cell)
            cells.append((cell, TableCell(_cell_text(cell), column, span, bold=number < headings or all_bold(cell))))
            column += span
        columns = max(columns, column)
    items = [item for _, item in cells]
    way = _way_to_fit(items, columns, room)
    if way is None:
        raise ReportError(_too_wide(table, columns))
    widths = column_widths(
        items,
        columns,
        room=way.room,
        size=way.size * 20,
        margins=way.margins,
        given=_given_widths(table, columns, way.room),
        parted=way.parted,
    )
    formats = properties(table, "w:tblPr")
    put(formats, "w:tblW", w=sum(widths), type="dxa")
    put(formats, "w:tblLayout", type="fixed")
    if way.margins != _MARGINS:
        sides = (make(f"w:{side}", w=way.margins // 2, type="dxa") for side in ("left", "right"))
        put(formats, "w:tblCellMar", *sides)
    if way.size != room.size:
        _set_type(table, way.size)
    for grid in find_all(table, "w:tblGrid"):
        remove(grid)
    formats.addnext(make("w:tblGrid", *(make("w:gridCol", w=width) for width in widths)))
    for cell, item in cells:
        put(properties(cell, "w:tcPr"), "w:tcW", w=sum(widths[item.column : item.column + item.span]), type="dxa")
    return way.room == room.on_side


def _way_to_fit(cells: Sequence[TableCell], columns: int, room: Room) -> _Way | None:
    """Return the first way in which no word or number breaks: upright, in smaller type, on its side; None if none."""
    ways = [_Way(room.upright, room.size - step / 2) for step in range(_UPRIGHT_STEPS)]
    ways += [_Way(room.on_side, room.size - step / 2, _NARROW_MARGINS) for step in range(_ON_SIDE_STEPS)]
    ways += [replace(way, parted=True) for way in ways[-2:]]

    def fits(way: _Way) -> bool:
        least = least_width(cells, columns, room=way.room, size=way.size * 20, margins=way.margins, parted=way.parted)
        return least <= way.room

    return next((way for way in ways if fits(way)), None)


def _set_type(table: Element, size: float) -> None:
    """Set all text of a table in a size, in points."""
    for run in table.iter(qualified("w:r")):
        formats = properties(run, "w:rPr")
        for name in ("w:sz", "w:szCs"):
            put(formats, name, val=round(2 * size))


def _too_wide(table: Element, columns: int) -> str:
    above = table.getprevious()
    name = f'"{text_of(above)}"' if has_style(above, _CAPTION) else "a table without a caption"
    return (
        f"{name}: its {columns} columns are too wide. Even on a landscape page and in the smallest type, words and "
        "numbers would run into each other. Show fewer groups or models in it, leave out all patients (overall = "
        "false), or shorten labels in study.toml."
    )


def _span(cell: Element) -> int:
    span = find(cell, "w:tcPr/w:gridSpan")
    return 1 if span is None else int(attribute(span) or 1)


def _cell_text(cell: Element) -> str:
    lines = []
    for paragraph in find_all(cell, "w:p"):
        indent = find(paragraph, "w:pPr/w:ind")
        depth = 0 if indent is None else int(attribute(indent, "w:left") or 0) // _INDENT
        lines.append(EM_SPACE * depth + text_of(paragraph))
    return "\n".join(lines)


def _given_widths(table: Element, columns: int, text_width: int) -> list[int]:
    """Return the widths that the author gave, none where the writer merely divided the page among the columns."""
    width = find(table, "w:tblPr/w:tblW")
    kind, value = ("auto", 0) if width is None else (attribute(width, "w:type"), int(attribute(width, "w:w") or 0))
    grid = [int(attribute(column, "w:w") or 0) for column in find_all(table, "w:tblGrid/w:gridCol")]
    if kind == "auto" or len(grid) != columns or 0 in grid or max(grid) - min(grid) <= 1:
        return []
    total = text_width * value / 5000 if kind == "pct" else value
    return [round(part * total / sum(grid)) for part in grid]


def _rule_headings(rows: Sequence[Element]) -> None:
    """Rule the last of several heading rows and, above it, cells that span columns.

    A table style rules the first row, which is right where it is the only one.
    """
    if len(rows) < 2:
        return
    for row in rows:
        for cell in find_all(row, "w:tc"):
            ruled = row is rows[-1] or (_span(cell) > 1 and text_of(cell).strip())
            rule = _HEADER_RULE if ruled else {"val": "nil"}
            put(properties(cell, "w:tcPr"), "w:tcBorders", make("w:bottom", **rule))


def _keep_together(rows: Sequence[Element], headings: int, *, has_note: bool) -> None:
    """Keep a table on one page with its note; break a long one only before a row that is not indented."""
    last = len(rows) - 1
    for number, row in enumerate(rows):
        whole = len(rows) <= _WHOLE_ROWS
        edge = number < headings + 1 or number >= last - 1
        before_indented = number < last and _is_indented(rows[number + 1])
        if (whole or edge or before_indented) and (number < last or has_note):
            for paragraph in row.iter(qualified("w:p")):
                put(properties(paragraph, "w:pPr"), "w:keepNext")


def _is_indented(row: Element) -> bool:
    return find(row, "w:tc/w:p/w:pPr/w:ind") is not None


def _has_note(table: Element) -> bool:
    return has_style(table.getnext(), _NOTE)


def _make_room_below(table: Element) -> None:
    """Set text that follows a table off from it; notes, captions and headings have room above in their styles."""
    following = table.getnext()
    if not is_a(following, "w:p") or paragraph_style(following).startswith(_WITH_ROOM_ABOVE):
        return
    if not text_of(following) and not has_picture(following):  # it only parts tables, or ends a section or the document
        return
    formats = properties(following, "w:pPr")
    set_attributes(property_of(formats, "w:spacing"), before=_SPACE_BELOW)
