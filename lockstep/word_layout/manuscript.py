"""The look of a Word file for editors and reviewers: one size, wide lines, no boxes; legends without their pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lxml.etree import _Element as Element

from ..base.errors import ReportError
from ..word.wordml import (
    all_bold,
    attribute,
    drop,
    find_all,
    has_style,
    is_a,
    paragraph_style,
    properties,
    put,
    remove,
    text_of,
)
from .floats import WordFloat, has_picture
from .styles import set_line, style_properties

LOOK_KEY: Final = "look"
PICTURES_KEY: Final = "figures"

# What keeps its own lines: tables, text in the margins, and pictures, whose line is as high as they are.
_NOT_TEXT: Final = ("Normal", "TableText", "TableHeading", "TableNote", "Header", "Footer", "Figure", "CaptionedFigure")
_OWN_SIZE: Final = (*_NOT_TEXT, "Title", "Subtitle", "SourceCode")
_UNNUMBERED: Final = ("TableText", "TableHeading", "TableNote", "Figure", "CaptionedFigure")
_SIZE: Final = 24  # half-points
_BOX: Final = "Notice"
_NEW_PAGE: Final = ("AbstractTitle", "Heading1")


def wants_look(metadata: Mapping[str, Any]) -> bool:
    """Return whether a document is to look like a manuscript for submission.

    Raises
    ------
    ReportError
        If the front matter asks for a look that there is not.
    """
    for key, known in ((LOOK_KEY, "manuscript"), (PICTURES_KEY, "legends")):
        if metadata.get(key) not in (None, "", known):
            raise ReportError(f"front matter: {key} is '{metadata[key]}'; write `{key}: {known}`, or leave it out.")
    return metadata.get(LOOK_KEY) == "manuscript"


def set_plain_styles(styles: Element, multiple: float) -> None:
    """Give all text one size, colour and line spacing, in multiples of single spacing; take boxes and shades away."""
    for style in find_all(styles, "w:style"):
        name = attribute(style, "w:styleId")
        if name == "Hyperlink":
            drop(style_properties(style, "w:rPr"), "w:color", "w:u")
        if attribute(style, "w:type") != "paragraph":
            continue
        formats = style_properties(style, "w:pPr")
        drop(formats, "w:pBdr", "w:shd")
        if name == _BOX:
            drop(formats, "w:ind")
            drop(style_properties(style, "w:rPr"), "w:rFonts")
        if name in _UNNUMBERED:
            put(formats, "w:suppressLineNumbers")
        if name not in _NOT_TEXT:
            set_line(formats, multiple)
        if name not in _OWN_SIZE and not name.startswith("Heading"):
            letters = style_properties(style, "w:rPr")
            put(letters, "w:sz", val=_SIZE)
            put(letters, "w:szCs", val=_SIZE)


def start_pages(body: Element) -> None:
    """Begin the abstract on a page of its own, and the text after it on another."""
    waiting = list(_NEW_PAGE)
    started = False
    for block in find_all(body, "w:p"):
        style = paragraph_style(block)
        if style not in waiting:
            continue
        if style == "AbstractTitle" or started:
            put(properties(block, "w:pPr"), "w:pageBreakBefore")
        if style == "Heading1":
            return
        started = True
        waiting.remove(style)


def keep_titles(body: Element) -> None:
    """Keep the title of a box, a paragraph of bold words alone, on the page of what follows it."""
    for block in find_all(body, "w:p"):
        if has_style(block, _BOX) and all_bold(block):
            put(properties(block, "w:pPr"), "w:keepNext")


def shrink_last(body: Element) -> None:
    """Make the empty paragraph that must follow a table at the very end too small for a page of its own."""
    last = next((block for block in reversed(body) if is_a(block, "w:p", "w:tbl")), None)
    if is_a(last, "w:p") and not text_of(last) and not has_picture(last):
        formats = properties(last, "w:pPr")
        put(formats, "w:suppressLineNumbers")
        put(formats, "w:spacing", before=0, after=0, line=20, lineRule="exact")


def drop_pictures(floats: Iterable[WordFloat]) -> None:
    """Leave of each figure its legend."""
    for item in floats:
        if item.is_table:
            continue
        for block in item.blocks:
            if block is not item.caption and (is_a(block, "w:tbl") or has_picture(block)):
                remove(block)
