"""A finished Word file as passages: each piece of printed text, where it stands, what of it is italic or raised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from lxml.etree import _Element as Element

from .package import DOCUMENT, parse, read_package
from .text import BACK_MATTER, CAPTIONS, level_of
from .wordml import attribute, find, find_all, is_a, qualified, style_of

Kind = Literal[
    "front", "abstract", "heading", "text", "back", "caption", "column", "cell", "note", "alt text", "reference"
]

CITATION: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands in a passage in place of the number of a citation."""

_CAPTION: Final = re.compile(r"(Table|Figure|Fig\.?)[ \xa0](S?\d+)")
_EMPHASIS: Final = ("Emphasis",)
_TYPED_CITATION: Final = re.compile(r"\[\d{1,3}(?:[,–-][ \xa0]?\d{1,3})*\]")
_REFERENCE: Final = re.compile(r"ref[-_]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, a cell or an alternative text: `unit` is the part that a reader reads by itself.

    Attributes
    ----------
    kind : what it is.
    unit : "abstract", "text", "Table 1", "Figure 2" ...
    place : what messages call the place: "Results, Survival", "Table 1, note".
    text : as printed, each citation as one character.
    italic, raised, bold : places of italic, raised and bold characters in it; `italic` is None where it is no matter.
    cell : row of a cell, and column of the grid at which it starts, from 0.

    A "column" is a cell of a row that repeats on each page: the heading of a column.
    """

    kind: Kind
    unit: str
    place: str
    text: str
    italic: frozenset[int] | None = frozenset()
    raised: frozenset[int] = frozenset()
    bold: frozenset[int] = frozenset()
    cell: tuple[int, int] | None = None

    @property
    def lead(self) -> str:
        """The bold words with which it opens, as a heading within the paragraph: "Background"."""
        length = next((i for i in range(len(self.text)) if i not in self.bold), len(self.text))
        return self.text[:length].strip(" \xa0.:")


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    italic: bool = False
    raised: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation in the order of the document: what is printed, and the bookmark that it leads to."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class PrintedDocument:
    """Everything that a Word file prints: passages and citations in its order.

    `targets` are the names of the references' bookmarks, `labels` the bookmarks of floats with their names ("Table 1").
    """

    passages: tuple[Passage, ...]
    citations: tuple[Citation, ...] = ()
    targets: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)

    def of_kind(self, *kinds: Kind) -> tuple[Passage, ...]:
        """Return the passages of these kinds."""
        return tuple(passage for passage in self.passages if passage.kind in kinds)

    def within(self, file: str, *, form: bool = False) -> PrintedDocument:
        """Return the same with each place named as one of a file: "Table1.docx: Table 1, note".

        In a `form`, which no reader of the journal sees, nothing has to be italic.
        """
        passages = (
            replace(
                passage,
                place=f"{file}: {'paragraph' if passage.kind == 'front' else passage.place}",
                kind="text" if passage.kind == "front" else passage.kind,  # it has no text proper for it to precede
                italic=None if form else passage.italic,
            )
            for passage in self.passages
        )
        return replace(self, passages=tuple(passages))

    def units(self) -> dict[str, tuple[Passage, ...]]:
        """Return the passages by the unit that they belong to, in the order of the document."""
        found: dict[str, tuple[Passage, ...]] = {}
        for passage in self.passages:
            found[passage.unit] = (*found.get(passage.unit, ()), passage)
        return found


def read_printed(path: Path) -> PrintedDocument:
    """Read what a Word file prints.

    Raises
    ------
    ReportError
        If the file is missing or not a Word file.
    """
    root = parse(read_package(path), DOCUMENT)
    body = find(root, "w:body")
    passages: list[Passage] = []
    headings: list[str] = []
    table = ""  # the table whose caption was met last
    labels: dict[str, str] = {}
    pictures: list[str] = []  # alternative texts that wait for their caption
    for block in body if body is not None else ():
        if is_a(block, "w:tbl"):
            passages += _cells(block, table or "a table")
        elif is_a(block, "w:p"):
            style = style_of(block)
            letters = _letters(block)
            text = _text(letters)
            pictures += [str(picture.get("descr") or "") for picture in block.iter(qualified("wp:docPr"))]
            if style in CAPTIONS and (met := _CAPTION.match(text)):
                name = f"{'Table' if met[1] == 'Table' else 'Figure'} {met[2]}"
                table = name if met[1] == "Table" else table
                labels |= {attribute(mark, "w:name"): name for mark in block.iter(qualified("w:bookmarkStart"))}
                passages.append(_passage("caption", name, f"{name}, caption", letters))
                if met[1] != "Table":
                    described = enumerate(pictures, start=1)
                    passages += [
                        Passage("alt text", name, f"{name}, alternative text {i}", alt) for i, alt in described
                    ]
                    pictures = []
                continue
            if level := level_of(style):
                headings = [*headings[: level - 1], text.strip()]
            if text.strip():
                passages.append(_placed(style, headings, table, letters))
    return PrintedDocument(tuple(passages), tuple(_citations(root)), frozenset(_reference_marks(root)), labels)


def _placed(style: str, headings: list[str], table: str, letters: list[_Letter]) -> Passage:
    """Return a paragraph with the place where it stands."""
    if style == "TableNote":
        return _passage("note", table or "text", f"{table or 'a table'}, note", letters)
    if style == "Abstract":
        return _passage("abstract", "abstract", "abstract", letters)
    if style == "Bibliography":
        return _passage("reference", "references", "references", letters)
    if not headings:
        return _passage("front", "front", "before the text", letters)
    place = ", ".join(headings)
    if BACK_MATTER.fullmatch(headings[0]):
        return _passage("back", "back", place, letters)
    return _passage("heading" if level_of(style) else "text", "text", place, letters)


def _passage(kind: Kind, unit: str, place: str, letters: list[_Letter], cell: tuple[int, int] | None = None) -> Passage:
    text = _text(letters)
    if kind != "reference":
        # Citations that are no links, as without `link-citations`: the place of every other letter stays.
        text = _TYPED_CITATION.sub(lambda found: " " * len(found[0]), text)
    italic, raised, bold = (
        frozenset(i for i, letter in enumerate(letters) if getattr(letter, name))
        for name in ("italic", "raised", "bold")
    )
    return Passage(kind, unit, place, text, italic, raised, bold, cell)


def _text(letters: list[_Letter]) -> str:
    return "".join(letter.text for letter in letters)


def _cells(table: Element, name: str) -> Iterator[Passage]:
    for row, cells in enumerate(find_all(table, "w:tr")):
        kind: Kind = "cell" if find(cells, "w:trPr/w:tblHeader") is None else "column"
        column = 0
        for cell in find_all(cells, "w:tc"):
            letters = [letter for paragraph in cell.iter(qualified("w:p")) for letter in _letters(paragraph)]
            text = _text(letters).strip()
            if text:
                yield _passage(kind, name, f"{name}, row {row + 1}", letters, (row, column))
            span = find(cell, "w:tcPr/w:gridSpan")
            column += 1 if span is None else int(attribute(span))


def _letters(block: Element) -> list[_Letter]:
    """Return the letters of a paragraph, whether each is italic and raised; a citation is one letter."""
    found: list[_Letter] = []
    cited: set[Element] = set()
    for run in block.iter(qualified("w:r")):
        link = run.getparent()
        if link is not None and is_a(link, "w:hyperlink") and _REFERENCE.match(attribute(link, "w:anchor")):
            if link not in cited:
                cited.add(link)
                found.append(_Letter(CITATION, raised=True))
            continue
        italic = _is_on(run, "w:i") or any(attribute(style) in _EMPHASIS for style in find_all(run, "w:rPr/w:rStyle"))
        bold = _is_on(run, "w:b")
        height = find(run, "w:rPr/w:vertAlign")
        raised = height is not None and attribute(height) == "superscript"
        for node in run:
            if is_a(node, "w:t"):
                found += [_Letter(letter, italic, raised, bold) for letter in node.text or ""]
            elif is_a(node, "w:tab", "w:br"):
                found.append(_Letter(" ", italic, raised, bold))
    return found


def _is_on(run: Element, name: str) -> bool:
    mark = find(run, f"w:rPr/{name}")
    return mark is not None and attribute(mark) not in ("0", "false", "off", "none")


def _citations(root: Element) -> Iterator[Citation]:
    for link in root.iter(qualified("w:hyperlink")):
        target = attribute(link, "w:anchor")
        if _REFERENCE.match(target):
            text = "".join(node.text or "" for node in link.iter(qualified("w:t")))
            yield Citation(text, target)


def _reference_marks(root: Element) -> Iterator[str]:
    for mark in root.iter(qualified("w:bookmarkStart")):
        name = attribute(mark, "w:name")
        if _REFERENCE.match(name):
            yield name
