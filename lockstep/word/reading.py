"""A finished Word file read once, whichever renderer wrote it: its paragraphs and tables, as they print.

Two views are built on this reading: `text` counts and cites by section, `passages` is for checks of rules. The
redline does not use it: it puts the XML of two files together again, and needs each element as it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from lxml.etree import _Element as Element

from .package import DOCUMENT, FOOTNOTES, parse_part, read_package
from .wordml import attribute, find, find_all, is_a, paragraph_style, qualified, text_of

CITATION: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""The character in place of the number of a citation."""

BACK_MATTER: Final = re.compile(
    r"(declarations?|acknowledge?ments?|references?|bibliography|funding|disclosures?|figures?|figure legends|tables?|"
    r"supplement(ary)?( .*)?|supporting information|appendix.*|conflicts? of interest|competing interests|"
    r"author contributions|data (and code )?(availability|sharing).*|ethic.*)",
    re.IGNORECASE,
)
"""Headings of what follows the text proper and does not count as its words (ICMJE: "excluding its abstract,
acknowledgments, tables, figure legends, and references")."""

_CAPTIONS: Final = ("TableCaption", "ImageCaption", "Caption")  # styles of captions, by either renderer
_CAPTION: Final = re.compile(
    r"(?P<kind>Table|Figure|Fig\.?)[ \xa0](?P<number>S?\d+)[:.|]?[ \xa0]?(?P<text>.*)", re.DOTALL
)
_HEADING: Final = re.compile(r"Heading([1-6])")
_EMPHASIS: Final = "Emphasis"  # style of italic characters
_REFERENCE: Final = re.compile(r"ref[-_]")


@dataclass(frozen=True, slots=True)
class TextRun:
    """Characters that print alike."""

    text: str
    italic: bool = False
    raised: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A bookmark and the part of its paragraph's text that it is around, from `start` up to `end`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Caption:
    """What a caption says: the kind and printed number of its float, and the text after them."""

    kind: Literal["table", "figure"]
    number: str
    text: str

    @property
    def name(self) -> str:
        """How the float is called: "Table 1"."""
        return f"{self.kind.capitalize()} {self.number}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: text, style, the headings above it ("Methods", "Participants"), bookmarks that start in it.

    `runs` are the same text, space around it and all, with each citation as one character; `alt_texts` describe the
    pictures in it. `caption` is None where it is none. The path of a heading ends with itself.
    """

    text: str
    style: str
    path: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    runs: tuple[TextRun, ...] = ()
    alt_texts: tuple[str, ...] = ()
    caption: Caption | None = None

    @property
    def words(self) -> int:
        """Its words, as separated by space of any kind, no-break space included: "P < 0.001" are three."""
        return len(self.text.split())

    @property
    def level(self) -> int:
        """The level of a heading, 0 for any other paragraph."""
        found = _HEADING.fullmatch(self.style)
        return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A cell of a table, and the column of the grid at which it starts, from 0."""

    column: int
    text: str
    runs: tuple[TextRun, ...]


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A row of a table; one that repeats on each page holds the headings of columns."""

    cells: tuple[PrintedCell, ...]
    repeats: bool


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table without its caption and notes, which are paragraphs."""

    rows: tuple[PrintedRow, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation in the order of the document: what is printed, and the bookmark that it leads to."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class WordContent:
    """What a Word file prints, in its order; `targets` are the names of the references' bookmarks."""

    blocks: tuple[Paragraph | PrintedTable, ...]
    citations: tuple[Citation, ...]
    targets: frozenset[str]
    footnotes: int


def read_content(path: Path) -> WordContent:
    """Read a Word file that the finishing step has written.

    Raises
    ------
    ReportError
        If the file is missing or not a Word file.
    """
    parts = read_package(path)
    root = parse_part(parts, DOCUMENT)
    body = find(root, "w:body")
    marks = (attribute(mark, "w:name") for mark in root.iter(qualified("w:bookmarkStart")))
    return WordContent(
        blocks=() if body is None else tuple(_blocks(body)),
        citations=tuple(_citations(root)),
        targets=frozenset(name for name in marks if _REFERENCE.match(name)),
        footnotes=_footnotes(parts),
    )


def _blocks(body: Element) -> Iterator[Paragraph | PrintedTable]:
    headings: list[str] = []
    for block in body:
        if is_a(block, "w:tbl"):
            yield PrintedTable(tuple(_row(row) for row in find_all(block, "w:tr")))
        elif is_a(block, "w:p"):
            style, text = paragraph_style(block), text_of(block).strip()
            met = _CAPTION.match(text) if style in _CAPTIONS else None
            paragraph = Paragraph(
                text,
                style,
                marks=_marks(block),
                runs=tuple(_runs(block)),
                alt_texts=tuple(str(item.get("descr") or "") for item in block.iter(qualified("wp:docPr"))),
                caption=met and Caption("table" if met["kind"] == "Table" else "figure", met["number"], met["text"]),
            )
            if level := paragraph.level:
                headings = [*headings[: level - 1], text]
            yield replace(paragraph, path=tuple(headings))


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


def _runs(block: Element) -> Iterator[TextRun]:
    """Yield the text of a paragraph, or of all those of a cell; a citation is one character."""
    cited: set[Element] = set()
    for run in block.iter(qualified("w:r")):
        link = run.getparent()
        if is_a(link, "w:hyperlink") and _REFERENCE.match(attribute(link, "w:anchor")):
            if link not in cited:
                cited.add(link)
                yield TextRun(CITATION, raised=True)
        elif text := text_of(run).replace("\t", " ").replace("\n", " "):
            formats = find(run, "w:rPr")
            yield TextRun(text) if formats is None else _formatted(text, formats)


def _formatted(text: str, formats: Element) -> TextRun:
    style, height = find(formats, "w:rStyle"), find(formats, "w:vertAlign")
    return TextRun(
        text,
        italic=_is_on(formats, "w:i") or (style is not None and attribute(style) == _EMPHASIS),
        raised=height is not None and attribute(height) == "superscript",
        bold=_is_on(formats, "w:b"),
    )


def _is_on(formats: Element, name: str) -> bool:
    mark = find(formats, name)
    return mark is not None and attribute(mark) not in ("0", "false", "off", "none")


def _row(row: Element) -> PrintedRow:
    cells: list[PrintedCell] = []
    column = 0
    for cell in find_all(row, "w:tc"):
        text = " ".join(text_of(paragraph) for paragraph in cell.iter(qualified("w:p"))).strip()
        cells.append(PrintedCell(column, text, tuple(_runs(cell))))
        span = find(cell, "w:tcPr/w:gridSpan")
        column += 1 if span is None else int(attribute(span))
    return PrintedRow(tuple(cells), repeats=find(row, "w:trPr/w:tblHeader") is not None)


def _citations(root: Element) -> Iterator[Citation]:
    for link in root.iter(qualified("w:hyperlink")):
        target = attribute(link, "w:anchor")
        if _REFERENCE.match(target):
            yield Citation("".join(node.text or "" for node in link.iter(qualified("w:t"))), target)


def _footnotes(parts: Mapping[str, bytes]) -> int:
    """Return the number of footnotes; those of a type are separators."""
    if FOOTNOTES not in parts:
        return 0
    return sum(1 for note in find_all(parse_part(parts, FOOTNOTES), "w:footnote") if not attribute(note, "w:type"))
