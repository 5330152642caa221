"""Positions of words in a PDF: the page, and the line by the numbers in the margin."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from .reading import PdfFacts, PdfLine, PdfPage

_SAME_LINE: Final = 6.0  # points: a raised mark that begins a line lifts it by less, single spacing is twice as much
_SEED: Final = 24  # letters by which words are looked for
_SHORTEST: Final = 12  # letters that distinguish two positions
_STEP: Final = 8
_FURTHEST: Final = 400  # letters on either side that are compared, where words are printed more than once


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a PDF: its page, the number beside it (None where there is none), its text."""

    page: int
    number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class PagePosition:
    """Where words are printed: page and number of the line they begin in, number of the line they end in."""

    page: int
    line: int | None = None
    last_line: int | None = None

    def __str__(self) -> str:
        """Print the place as journals want it: "p. 3, lines 27–28"."""
        if self.line is None:
            return f"p.\N{NO-BREAK SPACE}{self.page}"
        if self.last_line is None or self.last_line <= self.line:
            return f"p.\N{NO-BREAK SPACE}{self.page}, line\N{NO-BREAK SPACE}{self.line}"
        return f"p.\N{NO-BREAK SPACE}{self.page}, lines\N{NO-BREAK SPACE}{self.line}–{self.last_line}"


def printed_lines(pdf: PdfFacts) -> tuple[PrintedLine, ...]:
    """Return the lines of a PDF in its order, each with the line number in the margin beside it.

    Notes
    -----
    A line number is left of a line at its height, or left of all text (beside a picture), and continues
    the count: a page number or a number in a table does not.
    """
    lines: list[PrintedLine] = []
    expected: int | None = None
    for page in pdf.pages:
        numbers, expected = _margin(page, expected)
        for line in page.lines:
            if line in numbers:
                continue
            beside = [(abs(mark.y - line.y), number) for mark, number in numbers.items() if _beside(mark, line)]
            lines.append(PrintedLine(page.number, min(beside)[1] if beside else None, line.text))
    return tuple(lines)


def _margin(page: PdfPage, expected: int | None) -> tuple[dict[PdfLine, int], int | None]:
    """Return the numbers in the margin of a page, and the number that should come next."""
    found: dict[PdfLine, int] = {}
    edge = min((line.x for line in page.lines if not _is_number(line)), default=0.0)
    for mark in sorted(filter(_is_number, page.lines), key=lambda line: -line.y):
        in_margin = mark.x < edge or any(_beside(mark, line) for line in page.lines)
        if in_margin and int(mark.text) == (expected or int(mark.text)):
            found[mark] = int(mark.text)
            expected = int(mark.text) + 1
    return found, expected


def _is_number(line: PdfLine) -> bool:
    digits = line.text.strip()
    return digits.isascii() and digits.isdigit()


def _beside(mark: PdfLine, line: PdfLine) -> bool:
    """Return whether a line begins right of a mark at its height."""
    return line.x > mark.x and abs(line.y - mark.y) <= _SAME_LINE


class Finder:
    """Finds words of the manuscript among the lines of a PDF, by their letters alone.

    Notes
    -----
    Only letters count, without accents and ligatures, in lower case: hyphens at the end of a line, raised marks, spaces
    and how digits are set make no difference. Numbered lines are searched by themselves as well, so that the head and
    foot of a page and a table do not come between two lines of a paragraph.
    """

    def __init__(self, lines: Sequence[PrintedLine]) -> None:
        """Take the lines of one PDF, in its order."""
        self._searched = [_Letters(part) for part in ([line for line in lines if line.number], lines) if part]

    def find(self, text: str, start: int, end: int) -> PagePosition | None:
        """Return where the words of a paragraph's `text` from `start` to `end` are printed; None where they are not."""
        paragraph = letters_of(text)
        first, last = len(letters_of(text[:start])), len(letters_of(text[:end]))
        found = [(letters, *match) for letters in self._searched if (match := letters.position(paragraph, first))]
        if not found:
            return None
        letters, _, begins = max(found, key=lambda item: item[1])  # of equals the first: numbered lines
        start_line = letters.line(begins)
        ends = letters.position(paragraph, max(last - 1, first), after=begins)
        return PagePosition(start_line.page, start_line.number, letters.line(ends[1]).number if ends else None)


class _Letters:
    """The letters of some lines in a row."""

    def __init__(self, lines: Sequence[PrintedLine]) -> None:
        parts = [letters_of(line.text) for line in lines]
        self._lines = lines
        self._text = "".join(parts)
        self._ends = list(accumulate(map(len, parts)))

    def line(self, position: int) -> PrintedLine:
        """Return the line of the letter at a position."""
        return self._lines[bisect_right(self._ends, min(position, len(self._text) - 1))]

    def position(self, paragraph: str, place: int, *, after: int | None = None) -> tuple[int, int] | None:
        """Return where the letter at a place of a paragraph is printed, and before it how many letters around agree.

        `after` is where a letter before it is printed.
        """
        for shift in _shifts(len(paragraph), place):
            seed = paragraph[place + shift : place + shift + _SEED]
            found = [position - shift for position in self._all(seed) if position >= shift]
            if after is not None:
                found = [position for position in found if 0 <= position - after <= 2 * len(paragraph)]
            if found:
                agreeing = {position: self._agreeing(paragraph, place, position) for position in found}
                best = max(found, key=lambda position: agreeing[position])
                return agreeing[best], best
        return None

    def _all(self, seed: str) -> Iterator[int]:
        position = self._text.find(seed) if seed else -1
        while position >= 0:
            yield position
            position = self._text.find(seed, position + 1)

    def _agreeing(self, paragraph: str, place: int, position: int) -> int:
        """Return how many letters around a position are as in the paragraph."""
        after = zip(paragraph[place : place + _FURTHEST], self._text[position : position + _FURTHEST], strict=False)
        low, start = max(place - _FURTHEST, 0), max(position - _FURTHEST, 0)
        before = zip(reversed(paragraph[low:place]), reversed(self._text[start:position]), strict=False)
        return _common(after) + _common(before)


def _shifts(length: int, place: int) -> Iterator[int]:
    """Yield how far beside a place to look, the nearest first: a page may end within the very words."""
    for shift in range(0, length + _STEP, _STEP):
        for signed in dict.fromkeys((shift, -shift)):
            if place + signed >= 0 and length - place - signed >= min(_SHORTEST, length):
                yield signed
    yield -place


def _common(pairs: Iterator[tuple[str, str]] | zip[tuple[str, str]]) -> int:
    count = 0
    for left, right in pairs:
        if left != right:
            break
        count += 1
    return count


def letters_of(text: str) -> str:
    """Return the letters of a text, in lower case, without accents, ligatures taken apart."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text).casefold() if letter.isalpha())
