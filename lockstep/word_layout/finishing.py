"""Finishing a Word file, whichever renderer wrote it: valid, editable in Word's own terms, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lxml.etree import _Element as Element

from ..base.clock import epoch
from ..base.errors import ReportError
from ..base.files import write_whole
from ..references.authors import Byline, byline
from ..text.eastern import eastern_fonts
from ..word.active_content import refuse_active
from ..word.package import (
    CORE,
    DOCUMENT,
    FOOTNOTES,
    SETTINGS,
    STYLES,
    package_bytes,
    parse_part,
    read_package,
    relationship_target,
    serialise,
    without_unseen,
    without_unused_pictures,
)
from ..word.wordml import attribute, find, find_all, make, text_of
from .blocks import (
    anchor_bookmarks,
    break_pages,
    mend_paragraphs,
    number_bookmarks,
    remove_blank_paragraphs,
    unwrap_layout_tables,
)
from .floats import bookmark_names, link_references, set_captions, word_floats
from .manuscript import PICTURES_KEY, drop_pictures, keep_titles, set_plain_styles, shrink_last, start_pages, wants_look
from .page import landscape_width, lay_on_side, set_page, stand_upright
from .pictures import describe_pictures, fit_pictures
from .styles import (
    clean_settings,
    core_properties,
    match_styles,
    set_eastern_fonts,
    set_language,
    set_line_spacing,
    text_size,
)
from .tables import Room, finish_tables
from .title import keywords, set_running_title, set_title_block

_LANGUAGE: Final = "en-US"
_TABLE_TEXT: Final = 9.5


def finish_docx(path: Path, *, metadata: Mapping[str, Any], alt_texts: Mapping[str, str] | None = None) -> None:
    """Mend and complete a Word file from pandoc or Quarto in place, all or nothing.

    Parameters
    ----------
    path : the file.
    metadata : the document's front matter: title, author, date, keywords, lang, and of the look ``short-title``,
        ``papersize`` ("a4" or "letter"), ``line-numbers``, ``linestretch``, ``look`` ("manuscript") and ``figures``
        ("legends").
    alt_texts : alternative texts of pictures, by label ("fig-x") or by name or stem of the image file.

    Raises
    ------
    ReportError
        If the file is not a Word file, or the metadata are not valid; the file is untouched.

    Notes
    -----
    A finished file may be finished again, to the same bytes.
    """
    parts = without_unseen(read_package(path))
    people = byline(metadata)
    language = str(metadata.get("lang") or _LANGUAGE)
    document, styles, settings = (parse_part(parts, name) for name in (DOCUMENT, STYLES, SETTINGS))
    notes = {name: parse_part(parts, name) for name in (FOOTNOTES,) if name in parts}
    body = find(document, "w:body")
    if body is None:
        raise ReportError(f"{path} has no text in {DOCUMENT}. Render the document again.")

    section = _last_section(body)
    stand_upright(body, section)
    text_width = set_page(section, metadata)
    set_language(styles, language)
    plain = wants_look(metadata)
    _set_look(styles, metadata, plain=plain)
    clean_settings(settings, language)

    unwrap_layout_tables(body)
    for root in (body, *notes.values()):
        mend_paragraphs(root)
    floats = word_floats(body)
    targets = set_captions(body, floats)
    describe_pictures(body, floats, alt_texts or {})
    fit_pictures(body, text_width)
    if plain and metadata.get(PICTURES_KEY):
        drop_pictures(floats)
        parts = without_unused_pictures(parts, document)
    break_pages(body)
    anchor_bookmarks(body)
    remove_blank_paragraphs(body)
    title = set_title_block(body, metadata, people)
    if plain:
        start_pages(body)
        keep_titles(body)
    room = Room(text_width, landscape_width(section), text_size(styles, "TableText", _TABLE_TEXT))
    for table in finish_tables(body, room):
        lay_on_side(body, table)
    if plain:
        shrink_last(body)
    names = bookmark_names(body)
    for root in (body, *notes.values()):
        link_references(root, targets, names)
    number_bookmarks(body)
    _match_text(styles, [document, *notes.values()], language)

    changed = {DOCUMENT: document, STYLES: styles, SETTINGS: settings, **notes}
    changed[CORE] = _properties(metadata, title, people, language)
    for name in _headers(parts, section):
        changed[name] = parse_part(parts, name)
        set_running_title(changed[name], metadata, title, text_width=text_width)
    parts |= {name: serialise(root) for name, root in changed.items()}
    refuse_active(parts)
    write_whole(path, package_bytes(parts))


def _last_section(body: Element) -> Element:
    """Return the section whose page the document has by default; it is added to a text that has none."""
    section = find(body, "w:sectPr")
    if section is None:
        section = make("w:sectPr")
        body.append(section)
    return section


def _set_look(styles: Element, metadata: Mapping[str, Any], *, plain: bool) -> None:
    """Set the styles to the look of a manuscript, or to the line spacing alone that the front matter asks for."""
    spacing = metadata.get("linestretch")
    if plain:
        set_plain_styles(styles, _line_spacing(spacing or 1))
    elif spacing:
        set_line_spacing(styles, _line_spacing(spacing))


def _match_text(styles: Element, roots: Sequence[Element], language: str) -> None:
    """Define the styles that the text uses, and the fonts of its Eastern letters."""
    match_styles(styles, roots)
    if eastern := eastern_fonts(" ".join(map(text_of, roots)), language):
        set_eastern_fonts(styles, eastern)


def _properties(metadata: Mapping[str, Any], title: str, people: Byline, language: str) -> Element:
    """Return the properties that the file states of itself."""
    texts = {
        "title": title,
        "creator": "; ".join(author.name for author in people.authors),
        "keywords": ", ".join(keywords(metadata)),
        "description": str(metadata.get("description") or ""),
        "language": language,
    }
    return core_properties(texts, epoch())


def _headers(parts: Mapping[str, bytes], section: Element) -> Iterator[str]:
    """Yield the parts with what stands above each page of a section."""
    for reference in find_all(section, "w:headerReference"):
        yield relationship_target(parts, DOCUMENT, attribute(reference, "r:id"))


def _line_spacing(value: Any) -> float:
    """Return the multiple of single spacing that the front matter asks for."""
    try:
        multiple = float(value)
    except (TypeError, ValueError):
        multiple = 0.0
    if not 0.5 <= multiple <= 5:
        raise ReportError(
            f"front matter: linestretch is '{value}'; write a number from 0.5 to 5, such as 2 for double spacing."
        )
    return multiple
