"""One set of parts for two Word files: what the old text links to, shows or notes is carried over."""

from __future__ import annotations

import posixpath
from copy import deepcopy
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from ..word.package import CONTENT_TYPES, DOCUMENT, FOOTNOTES, RELATIONSHIPS, parse_part, part_of, serialise
from ..word.wordml import attribute, find_all, is_a, qualified, relationship_ids, remove, set_attributes

_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_REFERENCE: Final = qualified("r:id").removesuffix("id")  # the namespace of what refers to a relationship

Parts = dict[str, bytes]


def share_relationships(old_parts: Parts, parts: Parts, old_body: Element) -> Parts:
    """Let the old body's links and pictures refer to the new file's relationships, in place; return the new parts.

    Notes
    -----
    The same address, or a picture of the same bytes, keeps the new file's relationship, so that equal markup means the
    same link or picture. Others are added under ids of their own.
    """
    old_links = {str(item.get("Id")): item for item in parse_part(old_parts, RELATIONSHIPS)}
    links = parse_part(parts, RELATIONSHIPS)
    types = parse_part(parts, CONTENT_TYPES)
    known = {_meaning(item, parts): str(item.get("Id")) for item in links}
    added: Parts = {}
    for node in old_body.iter():
        if is_a(node, "w:headerReference", "w:footerReference"):
            continue
        for name, value in node.attrib.items():
            if not str(name).startswith(_REFERENCE) or str(value) not in old_links:
                continue
            item = old_links[str(value)]
            meaning = _meaning(item, old_parts)
            if meaning not in known:
                known[meaning] = f"rIdOld{len(added) + len(links)}"
                copy = deepcopy(item)
                copy.set("Id", known[meaning])
                if copy.get("TargetMode") != "External":
                    source = part_of(DOCUMENT, item)
                    target = f"word/media/old{len(added) + 1}{posixpath.splitext(source)[1]}"
                    added[target] = old_parts[source]
                    copy.set("Target", target.removeprefix("word/"))
                    etree.SubElement(
                        types, f"{{{_TYPES}}}Override", PartName=f"/{target}", ContentType=_type_of(source, old_parts)
                    )
                links.append(copy)
            node.set(name, known[meaning])
    return parts | added | {RELATIONSHIPS: serialise(links), CONTENT_TYPES: serialise(types)}


def missing_parts(parts: Parts) -> list[str]:
    """Return the parts that a document refers to and that are not in its file."""
    links = [item for item in parse_part(parts, RELATIONSHIPS) if item.get("TargetMode") != "External"]
    return [name for name in (part_of(DOCUMENT, item) for item in links) if name not in parts]


def without_unused(parts: Parts, body: Element) -> Parts:
    """Return the parts without those carried over that nothing in the redline refers to."""
    used = relationship_ids(body)
    links = parse_part(parts, RELATIONSHIPS)
    types = parse_part(parts, CONTENT_TYPES)
    left = dict(parts)
    for item in list(links):
        if str(item.get("Id")).startswith("rIdOld") and item.get("Id") not in used:
            links.remove(item)
            if item.get("TargetMode") != "External":
                del left[part_of(DOCUMENT, item)]
                for entry in list(types):
                    if entry.get("PartName") == f"/{part_of(DOCUMENT, item)}":
                        types.remove(entry)
    return left | {RELATIONSHIPS: serialise(links), CONTENT_TYPES: serialise(types)}


def share_footnotes(old_parts: Parts, parts: Parts, old_body: Element, body: Element) -> Parts:
    """Merge both bodies' footnotes into one part, a note with the same text once; return the new parts.

    Notes
    -----
    References of the old body are renumbered in place. A note carried over keeps its text; links in it become plain.
    """
    references = find_all(old_body, ".//w:footnoteReference")
    if not references:
        return parts
    old_notes = {attribute(note, "w:id"): note for note in parse_part(old_parts, FOOTNOTES)}
    notes = parse_part(parts, FOOTNOTES)
    cited = {attribute(item, "w:id") for item in find_all(body, ".//w:footnoteReference")}
    known = {_text(note): attribute(note, "w:id") for note in notes if attribute(note, "w:id") in cited}
    following = max((int(attribute(note, "w:id")) for note in notes), default=0) + 1
    for reference in references:
        note = deepcopy(old_notes[attribute(reference, "w:id")])
        if _text(note) not in known:
            for link in find_all(note, ".//w:hyperlink"):
                for run in list(link):
                    link.addprevious(run)
                remove(link)
            known[_text(note)] = str(following)
            notes.append(set_attributes(note, id=following))
            following += 1
        set_attributes(reference, id=known[_text(note)])
    return parts | {FOOTNOTES: serialise(notes)}


def drop_unknown_lists(old_body: Element, parts: Parts) -> None:
    """Take list numbers that the new file does not define out of the old body, in place."""
    name = "word/numbering.xml"
    known = (
        {attribute(item, "w:numId") for item in find_all(parse_part(parts, name), "w:num")} if name in parts else set()
    )
    for item in list(old_body.iter(qualified("w:numPr"))):
        number = item.find(qualified("w:numId"))
        if number is None or attribute(number) not in known:
            remove(item)


def number_drawings(body: Element) -> None:
    """Give every drawing an id of its own, in place."""
    for number, drawing in enumerate(body.iter(qualified("wp:docPr")), start=1):
        drawing.set("id", str(number))


def number_changes(body: Element) -> None:
    """Give every change an id of its own, in place."""
    tags = [qualified(f"w:{name}") for name in ("ins", "del", "pPrChange")]
    for number, change in enumerate(body.iter(*tags), start=1):
        set_attributes(change, id=number)


def _meaning(relationship: Element, parts: Parts) -> tuple[str, str | bytes]:
    """Return what a relationship leads to: an address, or a part's bytes."""
    kind = str(relationship.get("Type"))
    if relationship.get("TargetMode") == "External":
        return kind, str(relationship.get("Target"))
    return kind, parts[part_of(DOCUMENT, relationship)]


def _type_of(part: str, parts: Parts) -> str:
    for entry in parse_part(parts, CONTENT_TYPES):
        if entry.get("PartName") == f"/{part}":
            return str(entry.get("ContentType"))
    return "image/png"


def _text(note: Element) -> str:
    return "".join(str(node.text or "") for node in note.iter(qualified("w:t")))
