"""Each table of a finished Word file as a Word file of its own: the table with its caption and its note."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Final

from lxml.etree import _Element as Element

from ..base.clock import epoch
from ..base.files import write_whole
from ..word.package import (
    CORE,
    DOCUMENT,
    RELATIONSHIPS,
    package_bytes,
    parse_part,
    read_package,
    serialise,
    without_unseen,
)
from ..word.wordml import drop, find, find_all, has_style, is_a, make, qualified, relationship_ids, remove, text_of
from ..word_layout.page import section_of, take_page
from ..word_layout.styles import core_properties

_NAME: Final = re.compile(r"Table[ \xa0](?P<number>S?\d+)")
_KEPT: Final = ("header", "footer", "styles", "settings", "numbering", "fontTable", "theme")


def write_tables(docx: Path, folder: Path) -> tuple[Path, ...]:
    """Write Table1.docx, Table2.docx ... into a folder, cut from a finished Word file; return them in their order.

    Raises
    ------
    ReportError
        If the file is not a Word file.

    Notes
    -----
    Numbers and references are plain text in them: a field would count anew in a file that has one table.
    """
    parts = read_package(docx)
    document = parse_part(parts, DOCUMENT)
    body = find(document, "w:body")
    made = []
    for number, blocks in _tables(body) if body is not None else ():
        path = folder / f"Table{number}.docx"
        write_whole(path, _file(parts, document, blocks, title=f"Table {number}"))
        made.append(path)
    return tuple(made)


def _tables(body: Element) -> Iterator[tuple[str, list[Element]]]:
    """Yield each captioned table: its number, caption, table and notes."""
    caption: Element | None = None
    for block in body:
        if has_style(block, "TableCaption"):
            caption = block
        elif is_a(block, "w:tbl") and caption is not None:
            blocks = [caption, block]
            for following in block.itersiblings():
                if not has_style(following, "TableNote"):
                    break
                blocks.append(following)
            if met := _NAME.match(text_of(caption)):
                yield met["number"], blocks
            caption = None


def _file(parts: dict[str, bytes], document: Element, blocks: list[Element], *, title: str) -> bytes:
    """Return the bytes of a file with these blocks, and with what they need of the rest."""
    new = deepcopy(document)
    body = find(new, "w:body")
    old = find(document, "w:body")
    if body is None or old is None:
        return package_bytes(parts)
    places = {list(old).index(block) for block in blocks}
    for place, block in enumerate(list(body)):
        if place not in places and not is_a(block, "w:sectPr"):
            remove(block)
    _make_plain(body)
    if is_a(list(body)[-2] if len(body) > 1 else None, "w:tbl"):
        list(body)[-2].addnext(make("w:p"))  # Word needs a paragraph at the end
    page = section_of(old, blocks[-1])
    for section in find_all(body, "w:sectPr"):
        if page is not None:
            take_page(section, page)
        drop(section, "w:lnNumType", "w:footnotePr", "w:endnotePr")
    for formats in find_all(body, "w:p/w:pPr"):
        drop(formats, "w:sectPr")
    relations = parse_part(parts, RELATIONSHIPS)
    used = relationship_ids(new)
    for relation in list(relations):
        kind = str(relation.get("Type", "")).rsplit("/", 1)[-1]
        if relation.get("Id") not in used and kind not in _KEPT:
            relations.remove(relation)
    core = core_properties({"title": title}, epoch())
    changed = {DOCUMENT: serialise(new), RELATIONSHIPS: serialise(relations)}
    return package_bytes(without_unseen(parts | changed) | {CORE: serialise(core)})


def _make_plain(body: Element) -> None:
    """Leave the text of fields and links without what they lead to, and take bookmarks and footnotes out."""
    for name in ("w:bookmarkStart", "w:bookmarkEnd"):
        for mark in list(body.iter(qualified(name))):
            remove(mark)
    for name in ("w:fldChar", "w:instrText", "w:footnoteReference"):
        for node in list(body.iter(qualified(name))):
            run = node.getparent()
            if run is not None:
                remove(run)
    for link in list(body.iter(qualified("w:hyperlink"))):
        for child in list(link):
            link.addprevious(child)
        remove(link)
