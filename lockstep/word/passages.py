"""A finished Word file as passages: each piece of printed text, its place, and which of it is italic or raised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from .reading import BACK_MATTER, Citation, Paragraph, PrintedTable, TextRun, read_content

Kind = Literal[
    "front", "abstract", "heading", "text", "back", "caption", "column", "cell", "note", "alt text", "reference"
]

_TYPED_CITATION: Final = re.compile(r"\[\d{1,3}(?:[,–-][ \xa0]?\d{1,3})*\]")


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
        found: dict[str, list[Passage]] = {}
        for passage in self.passages:
            found.setdefault(passage.unit, []).append(passage)
        return {unit: tuple(passages) for unit, passages in found.items()}


def read_printed(path: Path) -> PrintedDocument:
    """Read what a Word file prints.

    Raises
    ------
    ReportError
        If the file is missing or not a Word file.
    """
    content = read_content(path)
    passages: list[Passage] = []
    table = ""  # the table whose caption was met last
    labels: dict[str, str] = {}
    pictures: list[str] = []  # alternative texts that wait for their caption
    for block in content.blocks:
        if isinstance(block, PrintedTable):
            passages += _cells(block, table or "a table")
            continue
        pictures += block.alt_texts
        if block.caption is not None:
            name = block.caption.name
            labels |= dict.fromkeys((mark.name for mark in block.marks), name)
            passages.append(_passage("caption", name, f"{name}, caption", block.runs))
            if block.caption.kind == "table":
                table = name
            else:
                described = enumerate(pictures, start=1)
                passages += [Passage("alt text", name, f"{name}, alternative text {i}", alt) for i, alt in described]
                pictures = []
        elif block.text:
            passages.append(_placed(block, table))
    return PrintedDocument(tuple(passages), content.citations, content.targets, labels)


def _placed(block: Paragraph, table: str) -> Passage:
    """Return a paragraph with its place."""
    if block.style == "TableNote":
        return _passage("note", table or "text", f"{table or 'a table'}, note", block.runs)
    if block.style == "Abstract":
        return _passage("abstract", "abstract", "abstract", block.runs)
    if block.style == "Bibliography":
        return _passage("reference", "references", "references", block.runs)
    if not block.path:
        return _passage("front", "front", "before the text", block.runs)
    place = ", ".join(block.path)
    if BACK_MATTER.fullmatch(block.path[0]):
        return _passage("back", "back", place, block.runs)
    return _passage("heading" if block.level else "text", "text", place, block.runs)


def _passage(
    kind: Kind, unit: str, place: str, runs: Sequence[TextRun], cell: tuple[int, int] | None = None
) -> Passage:
    text = "".join(run.text for run in runs)
    if kind != "reference":
        # Citations that are no links, as without `link-citations`: the place of every other letter stays.
        text = _TYPED_CITATION.sub(lambda found: " " * len(found[0]), text)
    places: dict[str, set[int]] = {"italic": set(), "raised": set(), "bold": set()}
    start = 0
    for run in runs:
        for name, own in places.items():
            if getattr(run, name):
                own.update(range(start, start + len(run.text)))
        start += len(run.text)
    italic, raised, bold = map(frozenset, places.values())
    return Passage(kind, unit, place, text, italic, raised, bold, cell)


def _cells(table: PrintedTable, name: str) -> Iterator[Passage]:
    for i, row in enumerate(table.rows):
        kind: Kind = "column" if row.repeats else "cell"
        for cell in row.cells:
            if cell.text:
                yield _passage(kind, name, f"{name}, row {i + 1}", cell.runs, (i, cell.column))
