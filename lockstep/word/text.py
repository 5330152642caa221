"""The text of a finished Word file in its parts: what checks count and checklists cite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from .reading import BACK_MATTER, Caption, Paragraph, PrintedTable, WordContent, read_content


@dataclass(frozen=True, slots=True)
class PrintedFloat:
    """A table or figure: `number` as printed, `place` the number of paragraphs of the body before it.

    `rows` are the cells of a table, `alt_texts` describe the pictures of a figure, `note` is the text under a table.
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
    """A manuscript: the paragraphs before the text (by style), abstract, body with its headings, floats, references.

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
            if not paragraph.level and not (paragraph.path and BACK_MATTER.fullmatch(paragraph.path[0]))
        )

    @property
    def headings(self) -> tuple[Paragraph, ...]:
        """The headings of the body."""
        return tuple(paragraph for paragraph in self.body if paragraph.level)

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


def read_text(path: Path) -> ManuscriptText:
    """Read the text of a Word file that the finishing step has written.

    Raises
    ------
    ReportError
        If the file is missing or not a Word file.
    """
    content = read_content(path)
    paragraphs: list[Paragraph] = []
    floats: list[PrintedFloat] = []
    captions: list[Paragraph] = []
    pictures: tuple[str, ...] = ()  # alternative texts that wait for their caption
    caption: Caption | None = None  # of a table that follows
    for block in content.blocks:
        place = len(paragraphs)
        if isinstance(block, PrintedTable):
            if caption is not None:
                rows = tuple(tuple(cell.text for cell in row.cells) for row in block.rows)
                floats.append(PrintedFloat("table", caption.number, caption.text, place, rows=rows))
                caption = None
            continue
        pictures += block.alt_texts
        if block.caption is not None:
            captions.append(block)
            if block.caption.kind == "table":
                caption = block.caption
            else:
                floats.append(
                    PrintedFloat("figure", block.caption.number, block.caption.text, place, alt_texts=pictures)
                )
                pictures = ()
        elif block.style == "TableNote" and floats and floats[-1].kind == "table":
            floats[-1] = replace(floats[-1], note=f"{floats[-1].note} {block.text}".strip())
        elif block.text:
            paragraphs.append(block)
    return _sorted(paragraphs, floats, captions, content)


def _sorted(
    paragraphs: list[Paragraph], floats: list[PrintedFloat], captions: list[Paragraph], content: WordContent
) -> ManuscriptText:
    """Separate the paragraphs before the text from abstract, body and references."""
    first = next((i for i, paragraph in enumerate(paragraphs) if paragraph.level), len(paragraphs))
    return ManuscriptText(
        title=" ".join(paragraph.text for paragraph in paragraphs[:first] if paragraph.style == "Title"),
        front=tuple(paragraph for paragraph in paragraphs[:first] if paragraph.style != "Abstract"),
        abstract=tuple(paragraph for paragraph in paragraphs[:first] if paragraph.style == "Abstract"),
        body=tuple(paragraph for paragraph in paragraphs[first:] if paragraph.style != "Bibliography"),
        floats=tuple(floats),
        references=tuple(paragraph.text for paragraph in paragraphs if paragraph.style == "Bibliography"),
        footnotes=content.footnotes,
        bookmarks={mark.name: paragraph for paragraph in (*captions, *paragraphs) for mark in paragraph.marks},
        captions=tuple(captions),
    )
