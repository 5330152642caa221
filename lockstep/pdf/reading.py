"""What a PDF holds: text with places, fonts, properties, attachments, links (the only module that imports pypdf)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ByteStringObject,
    ContentStream,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
    TextStringObject,
    read_hex_string_from_stream,
    read_string_from_stream,
)

from ..base.errors import ReportError

_SAME_LINE: Final = 0.5  # of the size of the text: superscripts are higher, and belong to their line
_FONT_FILES: Final = ("/FontFile", "/FontFile2", "/FontFile3")
_TEXT: Final = re.compile(rb"(?s)((?<![^\s>\]])BT\b.*?\bET(?![^\s/\[<]))")
_DRAWING: Final = re.compile(rb"(?<=\s)(?:[-+.\d]+\s+){2,6}(?:[mlcvy]|re)(?=\s)")
# What moves no text: the beginning and end of tagged parts, colours
_UNSEEN: Final = re.compile(
    rb"/\w+\s*<<[^<>()]*>>\s*BDC(?=\s)|(?<=\s)EMC(?=[\s/])"
    rb"|/\w+\s+(?:cs|CS)(?=\s)|(?<=\s)(?:[-+.\d]+\s+){1,4}(?:scn?|SCN?|rg|RG|g|G|k|K)(?=\s)"
)
# What is said of a part of a page, in its content: words in place of it
_SAID: Final = re.compile(rb"/(?:Alt|ActualText|E|T)\s*(?P<text><[0-9A-Fa-f\s]*>|\((?:\\.|[^\\()])*\))", re.S)
_JPEG: Final = ("/DCTDecode", "/JPXDecode")


@dataclass(frozen=True, slots=True)
class PdfLine:
    """A line of text: number of its page from 1, place of its start and size in points, from the lower left corner."""

    page: int
    x: float
    y: float
    text: str
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page: number from 1, size in points, lines in the order in which they were written."""

    number: int
    width: float
    height: float
    lines: tuple[PdfLine, ...]

    @property
    def text(self) -> str:
        """Its text, a line each."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class PdfFont:
    """A font: name without the mark of a subset, kind (Type0, TrueType, Type3 ...), whether the file holds it."""

    name: str
    subtype: str
    embedded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfFacts:
    """What a PDF holds.

    Attributes
    ----------
    info, xmp : its properties, and the same in XML ("" where there is none).
    attachments : content by name.
    links : addresses that links lead to.
    annotations : texts of notes and of what else is laid over pages.
    outline : titles of its bookmarks.
    strings : every text in its objects apart from what pages show: alternative texts, names of places and the above.
    images : files of its JPEG pictures, as embedded.
    tagged : whether it says of itself that its content is tagged.
    figures : the alternative text of each tagged figure, "" where there is none.
    """

    pages: tuple[PdfPage, ...]
    fonts: tuple[PdfFont, ...]
    info: Mapping[str, str]
    xmp: str
    attachments: Mapping[str, bytes]
    links: tuple[str, ...]
    annotations: tuple[str, ...]
    outline: tuple[str, ...]
    strings: tuple[str, ...]
    images: tuple[bytes, ...]
    tagged: bool = False
    figures: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text of all pages."""
        return "\n".join(page.text for page in self.pages)


def read_pdf(path: Path) -> PdfFacts:
    """Read a PDF.

    Raises
    ------
    ReportError
        If the file is missing, encrypted, or not a PDF.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReportError(f"{path} cannot be read as a PDF ({error.strerror}). Make it again.") from None
    return read_pdf_bytes(content, name=str(path))


def read_pdf_bytes(content: bytes, *, name: str) -> PdfFacts:
    """Read a PDF from its bytes; `name` is how messages call it; errors as `read_pdf`."""
    try:
        facts = _facts(content)
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportError(f"{name} cannot be read as a PDF ({error}). Make it again.") from None
    if facts is None:
        raise ReportError(f"{name} is encrypted, so that nothing in it can be read. Save it without a password.")
    return facts


@lru_cache(maxsize=4)  # accompanying documents, scan and checks of a draft read the same files, half a second each
def _facts(content: bytes) -> PdfFacts | None:
    """Return what a PDF holds, None where it is encrypted."""
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        return None
    objects = list(_objects(reader))
    said = [text for page in reader.pages for text in _said_on(page)]  # before curves are taken off the pages
    xmp = reader.root_object.get("/Metadata")
    return PdfFacts(
        pages=tuple(_page(page, number) for number, page in enumerate(reader.pages, start=1)),
        fonts=tuple(sorted(set(_fonts(objects)), key=lambda font: (font.name, font.subtype))),
        info={str(key).lstrip("/"): str(value) for key, value in (reader.metadata or {}).items()},
        xmp=xmp.get_object().get_data().decode(errors="replace") if xmp is not None else "",
        attachments={name: b"".join(contents) for name, contents in reader.attachments.items()},
        links=tuple(str(item["/URI"]) for item in objects if "/URI" in item and item.get("/S") == "/URI"),
        annotations=tuple(
            text
            for item in objects
            if item.get("/Type") == "/Annot" or ("/Rect" in item and "/Subtype" in item)
            for text in _texts(item)
        ),
        outline=tuple(str(item["/Title"]) for item in objects if "/Title" in item and "/Parent" in item),
        strings=(*(text for item in objects for text in _texts(item)), *said),
        images=tuple(item._data for item in objects if isinstance(item, StreamObject) and _is_jpeg(item)),
        tagged=bool(reader.root_object.get("/MarkInfo", {}).get("/Marked")),
        figures=tuple(str(item.get("/Alt", "")) for item in objects if item.get("/S") == "/Figure"),
    )


@dataclass(frozen=True, slots=True)
class PdfOperation:
    """An operation of a page's drawing, such as "Tf", and its operands; "gs" has the state that it names."""

    operator: str
    operands: tuple[Any, ...]


def read_operations(path: Path) -> tuple[PdfOperation, ...]:
    """Read how the first page of a PDF is drawn, with what it draws from elsewhere in the file written out in place.

    Raises
    ------
    ReportError
        If the file is missing or not a PDF.
    """
    try:
        reader = PdfReader(path)
        page = reader.pages[0]
        return tuple(_operations(page.get_contents(), page.get("/Resources"), reader, depth=0))
    except FileNotFoundError:
        raise ReportError(f"{path} does not exist, so it cannot be read as a PDF.") from None
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ReportError(f"{path} cannot be read as a PDF ({error}). Make it again.") from None


def _operations(content: Any, resources: Any, reader: PdfReader, *, depth: int) -> Iterator[PdfOperation]:
    if content is None or depth > 20:
        return
    resources = resources.get_object() if resources is not None else {}
    for operands, operator in ContentStream(content, reader).operations:
        name = operator.decode("latin-1")
        if name == "gs":
            state = resources["/ExtGState"].get_object()[operands[0]].get_object()
            plain = {str(key).lstrip("/"): str(value) for key, value in state.items()}
            yield PdfOperation(name, (plain,))
        elif name == "Do":
            drawn = resources["/XObject"].get_object()[operands[0]].get_object()
            yield PdfOperation(name, (str(drawn.get("/Subtype", "")).lstrip("/"), "/SMask" in drawn))
            if drawn.get("/Subtype") == "/Form":
                yield PdfOperation("q", ())
                yield PdfOperation("cm", tuple(map(float, drawn.get("/Matrix", (1, 0, 0, 1, 0, 0)))))
                yield from _operations(drawn, drawn.get("/Resources", resources), reader, depth=depth + 1)
                yield PdfOperation("Q", ())
        else:
            plain_operands = (float(item) if isinstance(item, int | float) else item for item in operands)
            yield PdfOperation(name, tuple(plain_operands))


def _page(page: PageObject, number: int) -> PdfPage:
    lines: list[PdfLine] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        text = text.strip("\n")
        if not text:
            return
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        before = lines[-1] if lines else None
        if before is not None and abs(before.y - y) <= _SAME_LINE * size and x >= before.x:
            lines[-1] = PdfLine(number, before.x, before.y, before.text + text, before.size)
        else:
            lines.append(PdfLine(number, round(x, 2), round(y, 2), text, round(abs(size * tm[3] * cm[3]), 2)))

    _leave_out_drawings(page)
    page.extract_text(visitor_text=visit)
    return PdfPage(number, float(page.mediabox.width), float(page.mediabox.height), tuple(lines))


def _content(page: PageObject) -> bytes:
    contents = page.get("/Contents")
    contents = contents.get_object() if contents is not None else []
    streams = contents if isinstance(contents, list) else [contents]
    return b"\n".join(part.get_object().get_data() for part in streams)


def _leave_out_drawings(page: PageObject) -> None:
    """Take lines, curves, colours and tags off the page, in memory: reading those of a figure takes seconds."""
    parts = _TEXT.split(_content(page))
    parts[::2] = (_UNSEEN.sub(b"", _DRAWING.sub(b"", part)) for part in parts[::2])
    kept = DecodedStreamObject()
    kept.set_data(b"".join(parts))
    page[NameObject("/Contents")] = kept


def _said_on(page: PageObject) -> Iterator[str]:
    """Yield the alternative texts in a page's content."""
    for met in _SAID.finditer(_content(page)):
        read = read_hex_string_from_stream if met["text"].startswith(b"<") else read_string_from_stream
        text = read(io.BytesIO(met["text"]))
        yield text.decode("latin-1") if isinstance(text, bytes) else str(text)


def _objects(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Yield every dictionary of the file, nested ones as well."""
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    yield from _dictionaries(reader.trailer, depth=0)
    for number in sorted(numbers):
        yield from _dictionaries(reader.get_object(number), depth=0)


def _dictionaries(item: Any, *, depth: int) -> Iterator[DictionaryObject]:
    if depth > 50 or isinstance(item, IndirectObject):
        return
    if isinstance(item, DictionaryObject):
        yield item
        item = [item.raw_get(key) for key in item]
    if isinstance(item, list):
        for child in item:
            yield from _dictionaries(child, depth=depth + 1)


def _is_jpeg(item: StreamObject) -> bool:
    """Return whether the bytes of an object are a JPEG file: its only filter, by itself or in a list."""
    filters = item.get("/Filter")
    return (filters[0] if isinstance(filters, list) and len(filters) == 1 else filters) in _JPEG


def _texts(item: DictionaryObject) -> Iterator[str]:
    """Yield the texts of a dictionary, and of lists in it."""
    left = [item.raw_get(key) for key in item][::-1]
    while left:
        value = left.pop()
        if isinstance(value, TextStringObject):
            yield str(value)
        elif isinstance(value, ByteStringObject):
            yield value.decode("latin-1")
        elif isinstance(value, list):
            left += value[::-1]


def _fonts(objects: list[DictionaryObject]) -> Iterator[PdfFont]:
    for item in objects:
        if item.get("/Type") != "/Font" or str(item.get("/Subtype", "")).startswith("/CIDFont"):
            continue
        subtype = str(item.get("/Subtype", "")).lstrip("/")
        below = item.get("/DescendantFonts")
        described = below.get_object()[0].get_object() if below is not None else item
        descriptor = described.get("/FontDescriptor")
        descriptor = descriptor.get_object() if descriptor is not None else {}
        name = str(item.get("/BaseFont", item.get("/Name", ""))).lstrip("/").split("+")[-1]
        yield PdfFont(name, subtype, subtype == "Type3" or any(key in descriptor for key in _FONT_FILES))
