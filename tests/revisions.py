"""Accepting and rejecting all tracked changes of a Word file, as Word does: an implementation for the tests alone."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PICTURE = "\N{FRAME WITH PICTURE}"

Block = tuple[Any, ...]
"""A paragraph as ("p", style, text), or a table as ("table", rows), each row the texts of its cells."""


def accept_all(path: Path) -> list[Block]:
    """Return the blocks of a file once every change is accepted."""
    return blocks(path, gone="del", stays="ins")


def reject_all(path: Path) -> list[Block]:
    """Return the blocks of a file once every change is rejected."""
    return blocks(path, gone="ins", stays="del")


def blocks(path: Path, *, gone: str = "none", stays: str = "none") -> list[Block]:
    """Return the blocks of a file, without changes of the kind `gone`; "none" for a file without changes."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = etree.fromstring(parts["word/document.xml"])[0]
    return list(_blocks(body, parts, gone, former=stays == "del"))


def _blocks(owner: Any, parts: dict[str, bytes], gone: str, *, former: bool) -> Iterator[Block]:
    """Yield blocks; text in front of a mark that is gone flows into the next paragraph, which keeps its own form."""
    carried = ""
    for block in owner:
        if block.tag == f"{W}p":
            text = carried + "".join(_texts(block, parts, gone))
            carried = ""
            if block.find(f"{W}pPr/{W}rPr/{W}{gone}") is not None:
                carried = text
                continue
            yield "p", _style(block, former=former), text
        elif block.tag == f"{W}tbl":
            assert not carried, f"text has nowhere to go before a table: {carried!r}"
            rows = [
                [list(_blocks(cell, parts, gone, former=former)) for cell in row.iterfind(f"{W}tc")]
                for row in block.iterfind(f"{W}tr")
                if row.find(f"{W}trPr/{W}{gone}") is None
            ]
            if rows:
                yield "table", rows
    assert not carried, f"the last paragraph cannot be removed: {carried!r}"


def _style(paragraph: Any, *, former: bool) -> str:
    formats = paragraph.find(f"{W}pPr")
    change = paragraph.find(f"{W}pPr/{W}pPrChange/{W}pPr")
    if former and change is not None:
        formats = change
    style = None if formats is None else formats.find(f"{W}pStyle")
    return "" if style is None else str(style.get(f"{W}val"))


def _texts(paragraph: Any, parts: dict[str, bytes], gone: str) -> Iterator[str]:
    """Yield what a paragraph shows: text, tabs, breaks, the codes of fields, notes, and pictures by their bytes."""
    for node in paragraph.iter():
        if any(parent.tag == f"{W}{gone}" for parent in node.iterancestors(f"{W}{gone}")):
            continue
        if node.tag in (f"{W}t", f"{W}delText"):
            yield node.text or ""
        elif node.tag in (f"{W}instrText", f"{W}delInstrText"):
            yield f"{{{(node.text or '').strip()}}}"
        elif node.tag == f"{W}tab" and node.getparent().tag == f"{W}r":
            yield "\t"
        elif node.tag == f"{W}br":
            yield "\n"
        elif node.tag == f"{W}footnoteReference":
            yield f"[{_note(parts, node.get(f'{W}id'))}]"
        elif node.tag == f"{A}blip":
            yield f"{PICTURE}{hash(_picture(parts, node.get(f'{R}embed')))}"


def _note(parts: dict[str, bytes], number: str) -> str:
    notes = etree.fromstring(parts["word/footnotes.xml"])
    note = next(note for note in notes if note.get(f"{W}id") == number)
    return "".join(node.text or "" for node in note.iter(f"{W}t"))


def _picture(parts: dict[str, bytes], relationship: str) -> bytes:
    links = etree.fromstring(parts["word/_rels/document.xml.rels"])
    target = next(item.get("Target") for item in links if item.get("Id") == relationship)
    return parts[f"word/{target}"]
