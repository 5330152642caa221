"""Landscape pages of a Word file, for tables that are too wide for an upright page."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from lxml.etree import _Element as Element

from .page import text_width, turn
from .wordml import drop, find, is_a, make, properties, put, style_of, text_of

_CAPTION: Final = "TableCaption"
_NOTE: Final = "TableNote"
_PAGE: Final = ("w:pgSz", "w:pgMar")


def landscape_width(section: Element) -> int:
    """Return the width of the text, in twips, where a section's pages lie on their side."""
    return text_width(turn(deepcopy(section)))


def section_of(body: Element, block: Element) -> Element | None:
    """Return the section that a block of a body stands in: the next that ends with it or after it."""
    for one in (block, *block.itersiblings()):
        section = find(one, "w:pPr/w:sectPr")
        if section is not None:
            return section
    return find(body, "w:sectPr")


def take_page(section: Element, other: Element) -> None:
    """Give a section the paper, orientation and margins of another one, in place."""
    for name in _PAGE:
        page = find(other, name)
        if page is not None:
            put(section, name, **{str(key).rsplit("}", 1)[-1]: str(value) for key, value in page.attrib.items()})


def stand_upright(body: Element, last: Element) -> None:
    """Give the last section the page of the first: it lies on its side where a wide table ended a finished file."""
    first = find(body, "w:p/w:pPr/w:sectPr")
    if first is not None:
        take_page(last, first)


def lay_on_side(body: Element, table: Element) -> None:
    """Put a table, with its caption and notes, on landscape pages of its own, in place.

    The last section of a body stands at its end, every other one in the last paragraph of its text.
    """
    last = find(body, "w:sectPr")
    if last is None or table.getparent() is not body:
        return
    first = _captioned(table)
    before = first.getprevious()
    if before is not None and not _ends_section(before):
        _end_section(before, _section_like(last, body))
    end = _noted(table)
    following = end.getnext()
    if following is last:
        turn(last)
    elif not _ends_section(end):
        _end_section(end, turn(_section_like(last, body)))
    if find(body, "w:p/w:pPr/w:sectPr") is not None:
        drop(last, "w:titlePg")  # the first page of all is a title page, not the first of each section


def _captioned(table: Element) -> Element:
    """Return the caption of a table, the table where it has none."""
    above = table.getprevious()
    return above if above is not None and is_a(above, "w:p") and style_of(above) == _CAPTION else table


def _noted(table: Element) -> Element:
    """Return the last of a table and its notes; else the empty paragraph that parts it from what follows."""
    end = table
    for block in table.itersiblings():
        if not is_a(block, "w:p") or style_of(block) != _NOTE:
            break
        end = block
    following = end.getnext()
    is_empty = following is not None and is_a(following, "w:p") and not text_of(following)
    return following if end is table and is_empty and following is not None else end


def _section_like(last: Element, body: Element) -> Element:
    """Return a section with the paper, headers and footers of the last one."""
    section = deepcopy(last)
    if find(body, "w:p/w:pPr/w:sectPr") is not None:
        drop(section, "w:titlePg")
    return section


def _ends_section(block: Element) -> bool:
    return find(block, "w:pPr/w:sectPr") is not None


def _end_section(block: Element, section: Element) -> None:
    """End a section with a block: with its own last paragraph, or where it is a table with one that takes no room."""
    if not is_a(block, "w:p"):
        paragraph = make("w:p")
        put(properties(paragraph, "w:pPr"), "w:spacing", before=0, after=0, line=20, lineRule="exact")
        block.addnext(paragraph)
        block = paragraph
    formats = properties(block, "w:pPr")
    drop(formats, "w:keepNext")  # what follows stands on another page
    put(formats, "w:sectPr").extend(list(section))
