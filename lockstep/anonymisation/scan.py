"""Traces of the authors in the files of a draft: in every text, property, comment, tag, path and name."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree

from ..base.errors import ReportError
from ..graphics.raster import tag_texts
from ..pdf.reading import read_pdf_bytes
from .identity import find_words
from .image_metadata import JPEG, PNG, png_texts

_ZIP: Final = b"PK"
_PDF: Final = b"%PDF"
_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_GIF: Final = b"GIF8"
_AROUND: Final = 30  # characters shown on either side
_SHORT: Final = 6  # a word of fewer letters is looked for in bytes only where they are text
_PRINTABLE: Final = re.compile(rb"[\x20-\x7e\t\r\n]{16,}")
_MOST_NESTED: Final = 8

Texts = Iterator[tuple[str, str]]  # places with the text there


@dataclass(frozen=True, slots=True)
class Leak:
    """A word that was found: in which file, at which place in it ("word/document.xml, paragraph 3"), among what."""

    file: str
    place: str
    word: str
    context: str

    def __str__(self) -> str:
        """Return the trace in one line."""
        return f"{self.file}: {self.place}: '{self.word}' in \"{self.context}\""


def traces(path: Path, words: Iterable[str]) -> list[Leak]:
    """Return the occurrences of words in a file, its name included; each place and word once.

    Parameters
    ----------
    path : a file of any kind. Word files and other archives, PDFs, pictures, XML and text are read in all their parts;
        whatever a file is, its bytes are searched as well.
    words : what to look for, from `identity.identifying_words`; `identity.find_words` says what counts as found.

    Raises
    ------
    ReportError
        If the file cannot be read: what cannot be read cannot be called clean.
    """
    words = tuple(words)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReportError(f"{path}: cannot be searched for names ({error.strerror}).") from None
    found: dict[tuple[str, str], Leak] = {}
    for place, text in (("file name", path.name), *_texts(content, path.name, depth=0)):
        lines = f"{place.removesuffix('text')}line "
        listed = {known for known in found if known[0].startswith(lines)} if place.endswith("text") else ()
        for word, start, end in find_in(text, words):
            if not any(word == known for _, known in listed):  # else its line is listed already
                found.setdefault((place, word), Leak(path.name, place, word, _shown(text, start, end)))
    for place, data in _binary(content, "", depth=0):
        for word, context in _in_bytes(data, words):
            if not any(known == word for _, known in found):
                found[place, word] = Leak(path.name, place, word, context)
    return list(found.values())


def find_in(text: str, words: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    """Yield the words of a text with their places, those broken over lines or written as %xx as well."""
    for item in find_words(text, words):
        yield item.word, item.start, item.end
    if "%" in text and (plain := unquote(text)) != text:
        for item in find_words(plain, words):
            yield item.word, 0, len(text)
    if re.search(r"[-\u00ad]\s*\n", text):
        for item in find_words(re.sub(r"[-\u00ad]\s*\n\s*", "", text), words):
            yield item.word, 0, 0


def _texts(content: bytes, name: str, *, depth: int) -> Texts:
    """Yield every text of a file, by what its first bytes say it is, whatever its name says."""
    if depth > _MOST_NESTED:
        raise ReportError(f"{name}: archives in archives, too deep to be searched. Leave the file out.")
    if content.startswith(_PDF):
        yield from _pdf(content, name, depth=depth)
    elif content.startswith(_ZIP):
        yield from _archive(content, name, depth=depth)
    elif content.startswith((PNG, JPEG, _GIF, *_TIFF)):
        yield from _picture(content, name)
    else:
        text = _decoded(content)
        root = _root(content, name) if text is not None and text.lstrip("\ufeff \t\r\n").startswith("<") else None
        if text is not None and root is not None:
            yield from _xml(root)
            yield "declaration", re.split(rf"<(?:\w+:)?{etree.QName(root).localname}[\s/>]", text, maxsplit=1)[0]
        elif text is not None:
            for number, line in enumerate(text.splitlines(), start=1):
                yield f"line {number}", line
            yield "text", text


def _decoded(content: bytes) -> str | None:
    """Return bytes as text, None where they are none."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None if b"\0" in content else content.decode("latin-1")


def _archive(content: bytes, name: str, *, depth: int) -> Texts:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield "comment of the archive", archive.comment.decode("latin-1")
            for entry in archive.infolist():
                yield f"{entry.filename}, name", entry.filename
                yield f"{entry.filename}, comment", entry.comment.decode("latin-1")
                yield f"{entry.filename}, extra field", entry.extra.decode("latin-1")
                if not entry.is_dir():
                    for place, text in _texts(archive.read(entry), entry.filename, depth=depth + 1):
                        yield f"{entry.filename}, {place}", text
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise ReportError(f"{name}: cannot be searched for names ({error}).") from None


def _root(content: bytes, name: str) -> Any:
    """Return the root of XML or HTML, None where it is neither."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, recover=name.endswith(".html"))
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None


def _xml(root: Any) -> Texts:
    """Yield what XML says: paragraphs (Word's runs joined), other texts, attributes, comments."""
    seen: set[Any] = set()
    paragraphs = 0
    for node in root.getroottree().iter():
        if node.tag is etree.Comment or node.tag is etree.ProcessingInstruction:
            yield "comment", str(node.text or "")
            continue
        if not isinstance(node.tag, str):
            continue
        tag = etree.QName(node).localname
        if tag == "p":
            paragraphs += 1
            yield f"paragraph {paragraphs}", "".join(_words_of(node))
            seen.update(node.iter())
        if node.text and node.text.strip() and node not in seen:
            yield f"element {tag}", node.text
        if node.tail and node.tail.strip() and node not in seen:
            yield f"text after {tag}", node.tail
        for key, value in node.attrib.items():
            yield f"attribute {etree.QName(key).localname} of {tag}", str(value)


def _words_of(paragraph: Any) -> Iterator[str]:
    for node in paragraph.iter():
        if not isinstance(node.tag, str):
            continue
        if etree.QName(node).localname in ("tab", "br", "cr", "noBreakHyphen", "softHyphen"):
            yield " " if etree.QName(node).localname in ("tab", "br", "cr") else "-"
        yield node.text or ""
        if node is not paragraph:
            yield node.tail or ""


def _pdf(content: bytes, name: str, *, depth: int) -> Texts:
    facts = read_pdf_bytes(content, name=name)
    for page in facts.pages:
        yield f"page {page.number}", page.text
    yield from ((f"property {key}", value) for key, value in facts.info.items())
    yield "XMP", facts.xmp
    yield from (("link", link) for link in facts.links)
    yield from (("annotation", text) for text in facts.annotations)
    yield from (("bookmark", title) for title in facts.outline)
    yield from (("object", text) for text in facts.strings)
    for number, image in enumerate(facts.images, start=1):
        for place, text in _texts(image, f"picture {number}", depth=depth + 1):
            yield f"picture {number}, {place}", text
    for file, data in facts.attachments.items():
        yield f"attachment {file}, name", file
        for place, text in _texts(data, file, depth=depth + 1):
            yield f"attachment {file}, {place}", text


def _picture(content: bytes, name: str) -> Texts:
    if content.startswith(PNG):
        yield from ((f"chunk {kind}", text) for kind, text in png_texts(content))
    yield from tag_texts(content, name=name)


def _binary(content: bytes, prefix: str, *, depth: int) -> Iterator[tuple[str, bytes]]:
    """Yield what is neither text nor archive, in an archive too: its bytes are searched as well."""
    if content.startswith(_ZIP) and depth <= _MOST_NESTED:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                yield from _binary(archive.read(entry), f"{prefix}{entry.filename}, ", depth=depth + 1)
    elif content.startswith(_PDF) or _decoded(content) is None:
        yield f"{prefix}bytes", content


def _in_bytes(content: bytes, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield words that occur in bytes, as 8-bit or 16-bit text, with their context.

    Short ones would be found by chance in what is compressed: they are looked for only where much else is text.
    """
    whole = tuple(word for word in words if sum(map(str.isalnum, word)) >= _SHORT)
    plain = content.replace(b"\0", b"")
    for text in (plain.decode("utf-8", errors="replace"), plain.decode("latin-1")):
        for item in find_words(text, whole):
            yield item.word, _shown(text, item.start, item.end)
    text = "\n".join(run.decode("ascii") for run in _PRINTABLE.findall(content))
    for item in find_words(text, words):
        yield item.word, _shown(text, item.start, item.end)


def _shown(text: str, start: int, end: int) -> str:
    around = text[max(0, start - _AROUND) : end + _AROUND] if end else text[: 2 * _AROUND]
    return re.sub(r"[\s\x00-\x1f]+", " ", around).strip()
