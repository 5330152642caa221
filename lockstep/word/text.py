"""The text of a finished Word file in its parts, whichever renderer wrote it: what checks count and checklists cite."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from lxml.etree import _Element as Element

from .package import DOCUMENT, parse, read_package
from .wordml import attribute, find, find_all, is_a, qualified, style_of, text_of

_HEADING: Final = re.compile(r"Heading([1-6])")
_CAPTION: Final = re.compile(
    r"(?P<kind>Table|Figure|Fig\.?)[ \xa0](?P<number>S?\d+)[:.|]?[ \xa0]?(?P<text>.*)", re.DOTALL
)
CAPTIONS: Final = ("TableCaption", "ImageCaption", "Caption")
"""Styles of captions, by either renderer."""

# What stands after the text proper and does not count as its words (ICMJE: "excluding its abstract, acknowledgments,
# tables, figure legends, and references").
BACK_MATTER: Final = re.compile(
    r"(declarations?|acknowledge?ments?|references?|bibliography|funding|disclosures?|figures?|figure legends|tables?|"
    r"supplement(ary)?( .*)?|supporting information|appendix.*|conflicts? of interest|competing interests|"
    r"author contributions|data (and code )?(availability|sharing).*|ethic.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A bookmark and the part of its paragraph's text that it is around, from `start` up to `end`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: text, style, the headings above it ("Methods", "Participants"), bookmarks that start in it."""

    text: str
    style: str
    path: tuple[str, ...] = ()
    bookmarks: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def words(self) -> int:
        """Its words, as separated by space."""
        return count_words(self.text)


@dataclass(frozen=True, slots=True)
class PrintedFloat:
    """A table or figure: `number` as printed, `place` how many paragraphs of the body stand before it.

    `rows` are the cells of a table, `alt_texts` describe the pictures of a figure, `note` stands under a table.
    """

    kind: Literal["table", "figure"]
    number: str
    caption: str
    place: int
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    alt_texts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How it is called: "Table 1"."""
        return f"{self.kind.capitalize()} {self.number}"


@dataclass(frozen=True, slots=True)
class ManuscriptText:
    """A manuscript: what stands before the text (by style), abstract, body with its headings, floats, references.

    `captions` are the paragraphs of captions, with their bookmarks.
    """

    title: str
    front: tuple[Paragraph, ...]
    abstract: tuple[Paragraph, ...]
    body: tuple[Paragraph, ...]
    floats: tuple[PrintedFloat, ...]
    references: tuple[str, ...]
    footnotes: int = 0
    bookmarks: Mapping[str, Paragraph] = field(default_factory=dict)
    captions: tuple[Paragraph, ...] = ()

    @property
    def main(self) -> tuple[Paragraph, ...]:
        """The paragraphs of the text proper, without headings and back matter."""
        return tuple(
            paragraph
            for paragraph in self.body
            if not heading_level(paragraph) and not (paragraph.path and BACK_MATTER.fullmatch(paragraph.path[0]))
        )

    @property
    def headings(self) -> tuple[Paragraph, ...]:
        """The headings of the body; the path of a heading ends with itself."""
        return tuple(paragraph for paragraph in self.body if heading_level(paragraph))

    @property
    def words(self) -> int:
        """Words of the text proper."""
        return sum(paragraph.words for paragraph in self.main)

    @property
    def abstract_words(self) -> int:
        """Words of the abstract, its headings included."""
        return sum(paragraph.words for paragraph in self.abstract)

    def words_by_section(self) -> dict[str, int]:
        """Return the words of each first-level section of the text proper."""
        counts: dict[str, int] = {}
        for paragraph in self.main:
            name = paragraph.path[0] if paragraph.path else ""
            counts[name] = counts.get(name, 0) + paragraph.words
        return counts

    def of_kind(self, kind: Literal["table", "figure"]) -> tuple[PrintedFloat, ...]:
        """Return the tables or the figures."""
        return tuple(item for item in self.floats if item.kind == kind)


def count_words(text: str) -> int:
    """Count words as separated by space of any kind, no-break space included: "P < 0.001" are three."""
    return len(text.split())


def heading_level(paragraph: Paragraph) -> int:
    """Return the level of a heading, 0 for any other paragraph."""
    return level_of(paragraph.style)


def level_of(style: str) -> int:
    """Return the level of the headings of a style, 0 for a style of other paragraphs."""
    found = _HEADING.fullmatch(style)
    return int(found[1]) if found else 0


def read_text(path: Path) -> ManuscriptText:
    """Read a Word file that the finishing step has written.

    Raises
    ------
    ReportError
        If the file is missing or not a Word file.
    """
    parts = read_package(path)
    body = find(parse(parts, DOCUMENT), "w:body")
    paragraphs: list[Paragraph] = []
    floats: list[PrintedFloat] = []
    captions: list[Paragraph] = []
    headings: list[str] = []
    pending: tuple[str, ...] = ()  # names of bookmarks that start between paragraphs
    table: Element | None = None
    pictures: tuple[str, ...] = ()
    caption: re.Match[str] | None = None
    for block in body if body is not None else ():
        if is_a(block, "w:bookmarkStart"):
            pending += (attribute(block, "w:name"),)
        elif is_a(block, "w:tbl"):
            table = block
            if caption is not None:
                floats.append(_table(caption, table, len(paragraphs)))
                caption = None
        elif is_a(block, "w:p"):
            style, text = style_of(block), text_of(block).strip()
            pictures = tuple(_alt_texts(block)) or pictures
            if style in CAPTIONS and (met := _CAPTION.match(text)):
                marks = _marks(block)
                captions.append(Paragraph(text, style, tuple(headings), tuple(mark.name for mark in marks), marks))
                if met["kind"] == "Table":
                    caption = met
                else:
                    place = len(paragraphs)
                    floats.append(PrintedFloat("figure", met["number"], met["text"], place, alt_texts=pictures))
                    pictures = ()
                continue
            if style == "TableNote" and floats and floats[-1].kind == "table":
                floats[-1] = _noted(floats[-1], text)
                continue
            if level := level_of(style):
                headings = [*headings[: level - 1], text]
            if text:
                marks = (*(Mark(name, 0, len(text)) for name in pending), *_marks(block))
                paragraphs.append(Paragraph(text, style, tuple(headings), tuple(mark.name for mark in marks), marks))
                pending = ()
    return _sorted(paragraphs, floats, captions, footnotes=_footnotes(parts))


def _sorted(
    paragraphs: list[Paragraph], floats: list[PrintedFloat], captions: list[Paragraph], *, footnotes: int
) -> ManuscriptText:
    """Tell what stands before the text from abstract, body and references."""
    first = next((i for i, paragraph in enumerate(paragraphs) if heading_level(paragraph)), len(paragraphs))
    abstract = tuple(paragraph for paragraph in paragraphs[:first] if paragraph.style == "Abstract")
    return ManuscriptText(
        title=" ".join(paragraph.text for paragraph in paragraphs[:first] if paragraph.style == "Title"),
        front=tuple(paragraph for paragraph in paragraphs[:first] if paragraph.style != "Abstract"),
        abstract=abstract,
        body=tuple(paragraph for paragraph in paragraphs[first:] if paragraph.style != "Bibliography"),
        floats=tuple(floats),
        references=tuple(paragraph.text for paragraph in paragraphs if paragraph.style == "Bibliography"),
        footnotes=footnotes,
        bookmarks={name: paragraph for paragraph in (*captions, *paragraphs) for name in paragraph.bookmarks},
        captions=tuple(captions),
    )


def _marks(block: Element) -> tuple[Mark, ...]:
    """Return the bookmarks that start in a paragraph; one that does not end in it reaches to its end."""
    whole = text_of(block)
    lead, most, length = len(whole) - len(whole.lstrip()), len(whole.strip()), 0
    starts: dict[str, tuple[str, int]] = {}
    ends: dict[str, int] = {}
    for node in block.iter():
        if is_a(node, "w:bookmarkStart"):
            starts[attribute(node, "w:id")] = (attribute(node, "w:name"), length)
        elif is_a(node, "w:bookmarkEnd"):
            ends[attribute(node, "w:id")] = length
        elif is_a(node, "w:r"):
            length += len(text_of(node))
    return tuple(
        Mark(name, min(max(start - lead, 0), most), min(max(ends.get(number, len(whole)) - lead, 0), most))
        for number, (name, start) in starts.items()
    )


def _table(caption: re.Match[str], table: Element, place: int) -> PrintedFloat:
    rows = tuple(
        tuple(
            " ".join(text_of(paragraph) for paragraph in cell.iter(qualified("w:p"))).strip()
            for cell in find_all(row, "w:tc")
        )
        for row in find_all(table, "w:tr")
    )
    return PrintedFloat("table", caption["number"], caption["text"], place, rows=rows)


def _noted(table: PrintedFloat, text: str) -> PrintedFloat:
    note = f"{table.note} {text}".strip()
    return PrintedFloat(table.kind, table.number, table.caption, table.place, table.rows, note, table.alt_texts)


def _alt_texts(block: Element) -> Iterator[str]:
    for picture in block.iter(qualified("wp:docPr")):
        yield str(picture.get("descr") or "")


def _footnotes(parts: Mapping[str, bytes]) -> int:
    """Return the number of footnotes; those of a type are separators."""
    if "word/footnotes.xml" not in parts:
        return 0
    notes = find_all(parse(parts, "word/footnotes.xml"), "w:footnote")
    return sum(1 for note in notes if not attribute(note, "w:type"))
