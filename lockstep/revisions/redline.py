"""Tracked changes in Word: accepting all gives the new manuscript, rejecting all the old one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from lxml.etree import _Element as Element

from ..base.errors import ReportError
from ..base.files import write_whole
from ..base.interrupts import forget_interrupts, uninterrupted
from ..base.invocation import called
from ..word.active_content import refuse_active
from ..word.package import DOCUMENT, package_bytes, parse_part, read_package, serialise
from ..word.wordml import attribute, drop, find, find_all, is_a, paragraph_style, qualified, set_attributes, text_of
from ..word_layout.blocks import number_bookmarks
from .redline_atoms import drop_bookmarks, read_atoms
from .redline_blocks import merge_blocks
from .redline_cause import Cause, PrintedParagraph, causes
from .redline_paragraphs import Tracker
from .redline_parts import (
    drop_unknown_lists,
    missing_parts,
    number_changes,
    number_drawings,
    share_footnotes,
    share_relationships,
    without_unused,
)
from .redline_source import PrintedSource

_BY_HAND: Final = {
    *("Title", "Subtitle", "Author", "Affiliation", "Correspondence", "Date", "Keywords"),
    *("AbstractTitle", "Abstract", "Bibliography"),
}
"""Styles of what the front matter and the list of references print, which follow from what people write alone."""


@dataclass(frozen=True, slots=True)
class Redline:
    """The number of insertions and deletions attributed to the data and to the person."""

    data: int
    prose: int


def redline(
    old: Path,
    new: Path,
    target: Path,
    *,
    old_source: PrintedSource,
    new_source: PrintedSource,
    data_author: str,
    prose_author: str,
    when: int | None,
) -> Redline:
    """Write the new manuscript with its changes against the old one tracked, all or nothing.

    Parameters
    ----------
    old, new : finished Word files, as `make report` writes them.
    target : the file to write.
    old_source, new_source : the documents they were rendered from, which show who caused a change.
    data_author : of what changed while its source did not.
    prose_author : of what changed because the source was edited.
    when : the time of every change, in seconds since 1970; None for changes that show no time.

    Raises
    ------
    ReportError
        If a file is not a finished Word file, holds tracked changes already, or pandoc cannot read a source.

    Notes
    -----
    Page, headers and styles are the new file's. The same input gives the same bytes.
    """
    (old_parts, _, old_body), (parts, document, body) = read_finished(old), read_finished(new)

    # One set of parts and names for both texts, so that equal markup means the same
    parts = share_relationships(old_parts, parts, old_body)
    parts = share_footnotes(old_parts, parts, old_body, body)
    drop_unknown_lists(old_body, parts)
    _part_bookmarks(old_body, body)
    for formats in find_all(old_body, "w:p/w:pPr"):
        drop(formats, "w:sectPr")  # the pages are the new file's

    tracker = Tracker(
        data_author=data_author,
        prose_author=prose_author,
        date=None if when is None else datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        causes=_causes((old_source, new_source), (old_body, body)),
        source_edited=old_source.document.lines != new_source.document.lines,
        code_edited=old_source.code != new_source.code,
    )
    blocks = [[block for block in side if is_a(block, "w:p", "w:tbl")] for side in (old_body, body)]
    section = find(body, "w:sectPr")
    body[:] = [*merge_blocks(blocks[0], blocks[1], tracker), *([] if section is None else [section])]

    number_bookmarks(body)
    number_drawings(body)
    number_changes(body)
    parts = without_unused(parts, document)
    made = parts | {DOCUMENT: serialise(document)}
    refuse_active(made)  # the old file may come from somebody else
    with suppress(KeyboardInterrupt), uninterrupted():
        write_whole(target, package_bytes(made))
        forget_interrupts()
    return _count(body, tracker)


def read_finished(path: Path) -> tuple[dict[str, bytes], Element, Element]:
    """Return the parts of a finished Word file, its document and the body of this; errors as `redline`."""
    parts = read_package(path)
    try:
        document = parse_part(parts, DOCUMENT)
        missing = missing_parts(parts)
    except ReportError as error:
        raise ReportError(f"{path}: {error}") from None
    body = find(document, "w:body")
    if body is None or missing:
        lack = f"lacks {missing[0]}" if missing else f"has no text in {DOCUMENT}"
        raise ReportError(f"{path} {lack}. Render the document again.")
    if next(body.iter(qualified("w:ins"), qualified("w:del")), None) is not None:
        raise ReportError(
            f"{path} holds tracked changes already, so nothing can be tracked against it. Take a file as "
            f"{called('report')} wrote it."
        )
    return parts, document, body


def _causes(sources: tuple[PrintedSource, PrintedSource], bodies: tuple[Element, Element]) -> dict[Element, Cause]:
    """Return where each paragraph of both bodies comes from."""
    old, new = ([*body.iter(qualified("w:p"))] for body in bodies)
    found = causes(sources, ([_printed(item) for item in old], [_printed(item) for item in new]))
    return dict(zip([*old, *new], [*found[0], *found[1]], strict=True))


def _printed(paragraph: Element) -> PrintedParagraph:
    shown = find(paragraph, ".//w:drawing") is not None or bool(text_of(paragraph).strip())
    # A field is no text here: what it says follows from other places of the document
    texts = tuple("" if atom.key[0] == "field" else atom.words for atom in read_atoms(paragraph))
    in_table = next(paragraph.iterancestors(qualified("w:tc")), None) is not None
    by_hand = paragraph_style(paragraph) in _BY_HAND or not shown
    return PrintedParagraph(texts, in_table, by_hand=by_hand and not in_table)


def _part_bookmarks(old_body: Element, body: Element) -> None:
    """Keep each bookmark once: the new text's, and of the old one's those that are gone, under other ids."""
    names = {attribute(start, "w:name") for start in body.iter(qualified("w:bookmarkStart"))}
    drop_bookmarks(old_body, names)
    for mark in old_body.iter(qualified("w:bookmarkStart"), qualified("w:bookmarkEnd")):
        set_attributes(mark, id=f"old{attribute(mark, 'w:id')}")


def _count(body: Element, tracker: Tracker) -> Redline:
    authors = [
        attribute(change, "w:author")
        for change in body.iter(qualified("w:ins"), qualified("w:del"), qualified("w:pPrChange"))
    ]
    return Redline(data=authors.count(tracker.data_author), prose=authors.count(tracker.prose_author))
