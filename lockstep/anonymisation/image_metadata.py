"""Pictures without metadata on who made them: text, EXIF, comments and profiles of cameras and programs."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from lxml import etree

from ..base.errors import ReportError

PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG: Final = b"\xff\xd8"

_PNG_KEPT: Final = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"bKGD", b"sBIT")
_JPEG_KEPT_APPLICATION: Final = (0xE0, 0xEE)  # JFIF, and Adobe's word on how colours are coded
_JPEG_COMMENT: Final = 0xFE
_SCAN: Final = 0xDA
_END: Final = 0xD9
_IN_SCAN: Final = (0x00, *range(0xD0, 0xD8))  # after 0xFF among pixels: a byte 0xFF itself, and marks of restart
# What SVG is drawn by, of which drawing programs add attributes and elements of their own: paths of files, views.
_DRAWN: Final = (
    *("", "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"),
    *("http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"),
)


def without_metadata(content: bytes, *, name: str) -> bytes:
    """Return a picture's file without metadata, its pixels as they were.

    Raises
    ------
    ReportError
        If it is neither PNG, JPEG nor SVG, or a damaged SVG.
    """
    if content.startswith(PNG):
        kept = (chunk for kind, chunk in _png_chunks(content) if kind in _PNG_KEPT)
        return PNG + b"".join(kept)
    if content.startswith(JPEG):
        return _jpeg(content)
    if b"<svg" in content[:4096]:
        return _svg(content, name)
    raise ReportError(f"{name}: only PNG, JPEG and SVG can be cleared of metadata. Save the picture as one of these.")


def png_texts(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the kind and text of each chunk of a PNG file that is no part of the picture."""
    for kind, chunk in _png_chunks(content):
        if kind in _PNG_KEPT:
            continue
        data = chunk[8:-4]
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            data = b" ".join(_inflated(data))
        yield kind.decode("latin-1"), data.decode("utf-8" if kind == b"iTXt" else "latin-1", errors="replace")


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(PNG)
    while place + 8 <= len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        end = place + 12 + length
        yield content[place + 4 : place + 8], content[place:end]
        place = end


def _inflated(data: bytes) -> Iterator[bytes]:
    """Yield the parts of a chunk between zero bytes, what is deflated in them inflated."""
    yield data
    for place in (i for i in range(len(data) - 1) if data[i] == 0x78):
        try:
            yield zlib.decompressobj().decompress(data[place:])
        except zlib.error:
            continue


def _jpeg(content: bytes) -> bytes:
    """Return the segments of the first picture; a telephone puts others behind it, with metadata of their own."""
    kept, place = [JPEG], len(JPEG)
    while 0 <= (place := content.find(b"\xff", place)) <= len(content) - 4 and content[place + 1] != _END:
        marker = content[place + 1]
        if marker == 0xFF:  # a filling byte
            place += 1
            continue
        (length,) = struct.unpack(">H", content[place + 2 : place + 4])
        end = place + 2 + length
        if marker == _SCAN:
            end = _end_of_scan(content, end)
        application = 0xE0 <= marker <= 0xEF and marker not in _JPEG_KEPT_APPLICATION
        if not application and marker != _JPEG_COMMENT:
            kept.append(content[place:end])
        place = end
    return b"".join([*kept, bytes((0xFF, _END))])


def _end_of_scan(content: bytes, place: int) -> int:
    """Return where the pixels end that begin at a place: at the next segment."""
    while 0 <= (place := content.find(b"\xff", place)) < len(content) - 1:
        if content[place + 1] not in _IN_SCAN:
            return place
        place += 2
    return len(content)


def _svg(content: bytes, name: str) -> bytes:
    try:
        root = etree.fromstring(content, etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False))
    except etree.XMLSyntaxError as error:
        raise ReportError(f"{name} cannot be read as SVG ({error}). Make it again.") from None
    for node in list(root.iter(etree.Element)):
        tag, parent = etree.QName(node), node.getparent()
        if parent is not None and (
            tag.localname in ("metadata", "title", "desc") or (tag.namespace or "") not in _DRAWN
        ):
            parent.remove(node)
        for key in node.attrib:
            if (etree.QName(key).namespace or "") not in _DRAWN:
                del node.attrib[key]
    etree.cleanup_namespaces(root)
    return etree.tostring(root)
