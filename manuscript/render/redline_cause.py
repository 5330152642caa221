"""Who caused a change: the data, where the document's source is as it was, else the person who edited the source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

from .qmd import Cell, Document, Inline, parse
from .redline_align import align, likeness

# A citation or cross-reference, and what Markdown adds to words: attributes, the targets of links, fences.
_MARKDOWN: Final = re.compile(r"(?P<reference>(?<![\w.])@[\w][\w:.-]*)|\]\([^)\s]*\)|\{[^}\n]*\}")
# What numbers citations, figures, tables and sections: references and labels, in their order.
_REFERENCES: Final = re.compile(r"@[\w][\w:.-]*|(?<=\{)#[\w-]+|(?<=label: )[\w-]+")
_WORD: Final = re.compile(r"\w+")
_SLOT: Final = "\0"  # stands before what prints something else than itself
_EXPRESSION: Final = "\1"  # stands for an inline expression while a source is cut into paragraphs
_FOUND: Final = 0.3


@dataclass(frozen=True, slots=True)
class Source:
    """One side's source: its paragraphs as words and slots, which of these the other side lacks, and where it differs.

    `touched` tells of each paragraph whether anything in it was edited, be it a comma; `renumbered` tells whether
    citations or labels anywhere were, so that a reference that nobody touched can print another number.
    """

    paragraphs: tuple[tuple[str, ...], ...]
    edited: tuple[tuple[bool, ...], ...]
    touched: tuple[bool, ...]
    renumbered: bool

    def edits(self, words: Sequence[str]) -> tuple[list[bool], bool]:
        """Tell of each word of a printed paragraph, and of what stands between, whether an edit can have changed it.

        Notes
        -----
        The paragraph of the source that shares most words with the printed one is laid beside it. A printed word that
        is not in it was printed by the slot (an inline expression, a citation) between the words around; one that is in
        it cannot have changed through the data. A printed paragraph that no source resembles was printed by code, so
        nobody edited it.
        """
        printed = [word.casefold() for word in words]
        counted = Counter(printed)
        scores = [likeness(Counter(_plain(paragraph)), counted) for paragraph in self.paragraphs]
        if not scores or max(scores) < _FOUND:
            return [False] * len(printed), False
        place = scores.index(max(scores))
        tokens, edited = self.paragraphs[place], self.edited[place]
        found = [False] * len(printed)
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, tokens, printed, autojunk=False).get_opcodes():
            slots = [pair for pair in zip(tokens[i1:i2], edited[i1:i2], strict=True) if pair[0][0] == _SLOT]
            printed_by_slots = tag != "equal" and slots
            found[j1:j2] = [self._edited(slots) if printed_by_slots else self.touched[place]] * (j2 - j1)
        return found, self.touched[place]

    def _edited(self, slots: Sequence[tuple[str, bool]]) -> bool:
        """Tell whether an edit can have changed what slots print: a value beside a reference is still a value."""
        values = [flag for token, flag in slots if not _follows_edits(token)]
        return any(values if values and not self.renumbered else (flag for _, flag in slots))


@dataclass(frozen=True, slots=True)
class Causes:
    """The source of the old document and of the new one; `code_edited` where their cells differ."""

    old: Source
    new: Source
    code_edited: bool


def causes(old: str, new: str) -> Causes:
    """Compare the sources of two documents.

    Parameters
    ----------
    old, new : texts of the two .qmd files.

    Raises
    ------
    ReportError
        If one is no Quarto document that the built-in renderer can read.
    """
    sides = [parse(text, path=Path(name)) for text, name in ((old, "old report.qmd"), (new, "report.qmd"))]
    texts = [list(_paragraphs(side)) for side in sides]
    before, after = (tuple(tokens for _, tokens in side) for side in texts)
    flags_before = [[True] * len(tokens) for tokens in before]
    flags_after = [[True] * len(tokens) for tokens in after]
    touched = ([True] * len(before), [True] * len(after))
    counts = [[Counter(_plain(tokens)) for tokens in side] for side in (before, after)]
    for i, j in align(before, after, counts[0], counts[1]):
        if i is None or j is None:
            continue
        touched[0][i] = touched[1][j] = texts[0][i] != texts[1][j]
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, before[i], after[j], autojunk=False).get_opcodes():
            if tag == "equal":
                flags_before[i][i1:i2] = [_follows_edits(token) for token in before[i][i1:i2]]
                flags_after[j][j1:j2] = [_follows_edits(token) for token in after[j][j1:j2]]
    renumbered = _REFERENCES.findall(old) != _REFERENCES.findall(new)
    cells = [[part.code for part in side.parts if isinstance(part, Cell)] for side in sides]
    return Causes(
        Source(before, tuple(map(tuple, flags_before)), tuple(touched[0]), renumbered),
        Source(after, tuple(map(tuple, flags_after)), tuple(touched[1]), renumbered),
        code_edited=cells[0] != cells[1],
    )


def _follows_edits(token: str) -> bool:
    """Tell whether an unedited token prints something else only after edits elsewhere: the number of a citation."""
    return token.startswith(f"{_SLOT}@")


def _plain(tokens: Sequence[str]) -> list[str]:
    return [token for token in tokens if token[0] != _SLOT]


def _paragraphs(document: Document) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the paragraphs of a source with their words and slots; each line of the front matter is one.

    Line breaks within a paragraph are no text: a paragraph filled anew is the same one.
    """
    expressions = [part.expression for part in document.parts if isinstance(part, Inline)]
    body = "".join(
        "\n\n" if isinstance(part, Cell) else _EXPRESSION if isinstance(part, Inline) else part.text
        for part in document.parts
    )
    front: list[str] = []
    if document.front_matter:
        end = next(n for n, line in enumerate(document.lines[1:], start=1) if line.rstrip() in ("---", "..."))
        front = [line.partition(":")[2] or line for line in document.lines[1:end]]
    slots = iter(expressions)
    for text in [*front, *re.split(r"\n[ \t]*\n|\n(?=:::)|(?<=:::)\n|\n(?=\s*[-*] )", body)]:
        tokens: list[str] = []
        for piece in re.split(f"({_EXPRESSION})", text):
            tokens += [f"{_SLOT}{next(slots)}"] if piece == _EXPRESSION else _tokens(piece)
        if tokens:
            yield " ".join(text.split()), tuple(tokens)


def _tokens(text: str) -> list[str]:
    """Return the words of Markdown without its marks, and its references as slots."""
    found: list[str] = []
    done = 0
    for mark in _MARKDOWN.finditer(text):
        found += _WORD.findall(text[done : mark.start()].casefold())
        if mark["reference"]:
            found.append(f"{_SLOT}{mark['reference']}")
        done = mark.end()
    return found + _WORD.findall(text[done:].casefold())
