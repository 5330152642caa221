"""The zip archive of a Word file: parts in, and the parts that a reader needs out, with the same bytes every time."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from ..base.errors import ReportError
from .wordml import relationship_ids

DOCUMENT: Final = "word/document.xml"
STYLES: Final = "word/styles.xml"
SETTINGS: Final = "word/settings.xml"
FOOTNOTES: Final = "word/footnotes.xml"
CORE: Final = "docProps/core.xml"
CONTENT_TYPES: Final = "[Content_Types].xml"
RELATIONSHIPS: Final = "word/_rels/document.xml.rels"
"""The part that says where the links, pictures, styles, headers ... of the document are."""

_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_CORE_RELATIONSHIP: Final = f"{_PACKAGE}/relationships/metadata/core-properties"
_CORE_TYPE: Final = "application/vnd.openxmlformats-package.core-properties+xml"

# What writers leave in a file and no reader sees: statistics of the program, its version, custom properties (pandoc
# puts the path of the bibliography there), previews, settings for web pages, an empty list of comments.
_UNSEEN: Final = {"extended-properties", "custom-properties", "customXml", "thumbnail", "webSettings", "comments"}


def read_package(path: Path) -> dict[str, bytes]:
    """Read the parts of a Word file.

    Raises
    ------
    ReportError
        If the file is missing, not a zip archive, or has no document in it.
    """
    again = "Render the document again."
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {item.filename: archive.read(item) for item in archive.infolist() if not item.is_dir()}
    except FileNotFoundError:
        raise ReportError(f"{path} does not exist, so it cannot be read as a Word file. {again}") from None
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise ReportError(f"{path} is not a Word file ({error}). {again}") from None
    if DOCUMENT not in parts or CONTENT_TYPES not in parts:
        raise ReportError(f"{path} is not a Word file (it has no {DOCUMENT}). {again}")
    return parts


def package_bytes(parts: Mapping[str, bytes]) -> bytes:
    """Return the archive of the parts.

    Notes
    -----
    Entries are in alphabetical order after the content types, without times, and not compressed: deflate gives other
    bytes with another zlib, and the pictures, most of the file, are compressed already.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(parts, key=lambda name: (name != CONTENT_TYPES, name)):
            entry = zipfile.ZipInfo(name)  # 1 January 1980, as every ZipInfo without a time
            entry.create_system = 0  # else the entry depends on the operating system
            archive.writestr(entry, parts[name])
    return buffer.getvalue()


def parse_part(parts: Mapping[str, bytes], name: str) -> Element:
    """Parse one part; raise ReportError where it is missing or not XML."""
    # Space between elements goes; text that is only space stays, being marked as such (xml:space="preserve").
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_blank_text=True)
    try:
        return etree.fromstring(parts[name], parser)
    except KeyError:
        raise ReportError(f"the Word file has no part {name}; render the document again") from None
    except etree.XMLSyntaxError as error:
        raise ReportError(f"part {name} of the Word file is not XML ({error.msg}); render the document again") from None


def serialise(root: Element) -> bytes:
    """Return a part's bytes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def without_unseen(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the parts that the document needs, with relationships and content types to match; core properties stay."""
    kept: dict[str, bytes] = {CORE: parts.get(CORE, b"")}
    waiting = [""]
    while waiting:
        source = waiting.pop()
        rels = _relationships_part(source)
        if rels not in parts:
            continue
        root = parse_part(parts, rels)
        for relationship in list(root):
            if _is_unseen(parts, source, relationship):
                root.remove(relationship)
            elif relationship.get("TargetMode") != "External":
                target = part_of(source, relationship)
                if target not in kept:
                    waiting.append(target)
                    kept[target] = parts[target]
        if not source:
            _relate_core(root)
        if len(root):
            root[:] = sorted(root, key=lambda item: (len(item.get("Id", "")), item.get("Id", "")))
            kept[rels] = serialise(root)
    return kept | {CONTENT_TYPES: _content_types(parts, kept)}


def without_unused_pictures(parts: Mapping[str, bytes], document: Element) -> dict[str, bytes]:
    """Return the parts without the pictures that the document, as it is now, does not show."""
    root = parse_part(parts, RELATIONSHIPS)
    used = relationship_ids(document)
    for relationship in list(root):
        if str(relationship.get("Type", "")).endswith("/image") and relationship.get("Id") not in used:
            root.remove(relationship)
    return without_unseen({**parts, RELATIONSHIPS: serialise(root)})


def relationship_target(parts: Mapping[str, bytes], source: str, relationship_id: str) -> str:
    """Return the part that a relationship of a part leads to.

    Raises
    ------
    ReportError
        If the part has no relationship of this id.
    """
    for relationship in parse_part(parts, _relationships_part(source)):
        if relationship.get("Id") == relationship_id:
            return part_of(source, relationship)
    raise ReportError(f"part {source} of the Word file refers to '{relationship_id}', which it does not define")


def _relationships_part(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def part_of(source: str, relationship: Element) -> str:
    """Return the part that a relationship of a part ("" for the package) leads to."""
    target = str(relationship.get("Target", ""))
    base = "" if target.startswith("/") else posixpath.dirname(source)
    return posixpath.normpath(posixpath.join(base, target.lstrip("/")))


def _is_unseen(parts: Mapping[str, bytes], source: str, relationship: Element) -> bool:
    """Return whether a relationship leads nowhere, or to something that no reader sees."""
    if relationship.get("TargetMode") == "External":
        return False
    target = part_of(source, relationship)
    kind = str(relationship.get("Type", "")).rsplit("/", 1)[-1]
    if target not in parts or relationship.get("Type") == _CORE_RELATIONSHIP:
        return True
    return kind in _UNSEEN and not (kind == "comments" and len(parse_part(parts, target)))


def _relate_core(root: Element) -> None:
    """Lead from the package to its core properties, under an id that is free."""
    taken = {item.get("Id") for item in root}
    free = next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
    tag = f"{{{_PACKAGE}/relationships}}Relationship"
    etree.SubElement(root, tag, Id=free, Type=_CORE_RELATIONSHIP, Target=CORE)


def _content_types(parts: Mapping[str, bytes], kept: Mapping[str, bytes]) -> bytes:
    """Return the content types of the parts that stay: relationships by their extension, each other part by name."""
    namespace = f"{_PACKAGE}/content-types"
    root = parse_part(parts, CONTENT_TYPES)
    known = {str(item.get("PartName", "")).lstrip("/"): str(item.get("ContentType")) for item in root}
    defaults = {
        str(item.get("Extension")).lower(): str(item.get("ContentType")) for item in root if item.get("Extension")
    }
    known[CORE] = _CORE_TYPE
    types = etree.fromstring(f'<Types xmlns="{namespace}"/>')
    relationships = "application/vnd.openxmlformats-package.relationships+xml"
    etree.SubElement(types, f"{{{namespace}}}Default", Extension="rels", ContentType=relationships)
    for name in sorted(kept):
        if not name.endswith(".rels"):
            extension = name.rsplit(".", 1)[-1].lower()
            kind = known.get(name) or defaults.get(extension, "application/octet-stream")
            etree.SubElement(types, f"{{{namespace}}}Override", PartName=f"/{name}", ContentType=kind)
    return serialise(types)
