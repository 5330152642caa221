"""The pages of a Word file: paper, margins, line numbers, and landscape pages for tables that are too wide."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from lxml.etree import _Element as Element

from ..base.errors import ReportError
from ..word.wordml import attribute, drop, find, has_style, is_a, make, properties, put, set_attributes, text_of

# Twips. Letter has margins of 1 inch, hence a text width of 6.5 inches; A4 is as in reference.docx, 2.5 cm.
_LETTER: Final = {"w": 12240, "h": 15840}
_LETTER_NAMES: Final = ("letter", "us-letter")
_LETTER_MARGIN: Final = 1440
_A4: Final[Mapping[str, Mapping[str, int]]] = {
    "w:pgSz": {"w": 11906, "h": 16838},
    "w:pgMar": {"top": 1417, "right": 1417, "bottom": 1417, "left": 1417, "header": 709, "footer": 709, "gutter": 0},
}
_CAPTION: Final = "TableCaption"
_NOTE: Final = "TableNote"
_PAGE: Final = ("w:pgSz", "w:pgMar")


def set_page(section: Element, metadata: Mapping[str, Any]) -> int:
    """Set paper, orientation and line numbers as the metadata ask for; return the width of the text in twips.

    Raises
    ------
    ReportError
        If the paper size is not known.
    """
    paper = str(metadata.get("papersize") or "a4").lower()
    if paper not in ("a4", *_LETTER_NAMES):
        raise ReportError(f"front matter: papersize is '{paper}'; expected a4 or letter. Write one of these.")
    if paper in _LETTER_NAMES:
        put(section, "w:pgSz", **_LETTER)
        margins = _of_section(section, "w:pgMar")
        set_attributes(margins, **dict.fromkeys(("top", "right", "bottom", "left"), _LETTER_MARGIN))
    if metadata.get("line-numbers"):
        put(section, "w:lnNumType", countBy=1, restart="continuous")
    return section_width(turn(section) if metadata.get("landscape") else section)


def turn(section: Element) -> Element:
    """Lay the pages of a section on their side, in place; return the section."""
    size = _of_section(section, "w:pgSz")
    short, long = sorted(int(attribute(size, f"w:{side}")) for side in "wh")
    set_attributes(size, w=long, h=short, orient="landscape")
    return section


def section_width(section: Element) -> int:
    """Return the width of a section's text in twips."""
    size, margins = _of_section(section, "w:pgSz"), _of_section(section, "w:pgMar")
    return int(attribute(size, "w:w")) - int(attribute(margins, "w:left")) - int(attribute(margins, "w:right"))


def _of_section(section: Element, name: str) -> Element:
    """Return the page size or margins of a section, A4's where it has none."""
    found = find(section, name)
    return found if found is not None else put(section, name, **_A4[name])


def landscape_width(section: Element) -> int:
    """Return the width of the text, in twips, where a section's pages lie on their side."""
    return section_width(turn(deepcopy(section)))


def section_of(body: Element, block: Element) -> Element | None:
    """Return the section of a block of a body: the next that ends with it or after it."""
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

    The last section of a body is at its end, every other one in the last paragraph of its text.
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
    return above if has_style(above, _CAPTION) else table


def _noted(table: Element) -> Element:
    """Return the last of a table and its notes; else the empty paragraph that parts it from what follows."""
    end = table
    for block in table.itersiblings():
        if not has_style(block, _NOTE):
            break
        end = block
    following = end.getnext()
    return following if end is table and is_a(following, "w:p") and not text_of(following) else end


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
    drop(formats, "w:keepNext")  # what follows is on another page
    put(formats, "w:sectPr").extend(list(section))
