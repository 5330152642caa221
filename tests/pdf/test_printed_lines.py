"""Where words stand in a PDF: page and line, as the numbers in its margin count them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.base.resources import TEMPLATES
from lockstep.pdf.lines import Finder, PagePosition, PrintedLine, letters_of, printed_lines
from lockstep.pdf.reading import read_pdf
from lockstep.pdf.typst import compile_pdf

# Every line of it is broken by hand, so that the truth is known. Page 2 begins within the second paragraph.
MADE_UP = """
#set document(title: "Made up")
#set text(lang: "en", size: 10pt)
#set page(width: 12cm, height: 7cm, margin: 1.6cm, header: [Running head of the page])
#set page(footer: context counter(page).display())
#set par.line(numbering: n => text(7pt)[#n])
#[
  #set par.line(numbering: none)
  Summary. The efficacy of the first treatment was found in all.
]

The efficacy of the first treatment#super[1,2] is the first \\
line of a paragraph about soft- \\
tissue and its difficult affluence.

A second paragraph begins on line four \\
#{ set par.line(numbering: none); table(columns: 2, [5], [6]) }
and goes on after a table, then the page \\
is at its end, so that this is on the next \\
and this is the last of all lines.
"""
FIRST = (
    "The efficacy of the first treatment1,2 is the first line of a paragraph about soft-tissue and its difficult "
    "affluence."
)
SECOND = (
    "A second paragraph begins on line four and goes on after a table, then the page is at its end, so that this is on "
    "the next and this is the last of all lines."
)


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> tuple[PrintedLine, ...]:
    """Return the lines of the made-up PDF."""
    path = tmp_path_factory.mktemp("made up") / "made_up.pdf"
    compile_pdf(MADE_UP, path, root=path.parent, fonts=TEMPLATES / "fonts")
    return printed_lines(read_pdf(path))


def found(lines: tuple[PrintedLine, ...], paragraph: str, words: str) -> PagePosition | None:
    """Return where some words of a paragraph are."""
    start = paragraph.index(words)
    return Finder(lines).find(paragraph, start, start + len(words))


@pytest.mark.parametrize(
    ("paragraph", "words", "line", "last"),
    [
        (FIRST, "The efficacy", 1, 1),
        (FIRST, "line of a paragraph", 2, 2),
        (FIRST, "soft-tissue", 2, 3),
        (FIRST, "difficult affluence.", 3, 3),
        (FIRST, FIRST, 1, 3),
        (SECOND, "A second paragraph", 4, 4),
        (SECOND, "last of all lines.", 7, 7),
        (SECOND, SECOND, 4, 7),
    ],
)
def test_words_are_on_the_line_that_the_margin_numbers(
    lines: tuple[PrintedLine, ...], paragraph: str, words: str, line: int, last: int
) -> None:
    """Hyphens at a line's end, ligatures, raised marks, a table and a page's end make no difference."""
    place = found(lines, paragraph, words)
    assert place is not None
    assert (place.line, place.last_line) == (line, last)


def test_a_place_tells_its_page(lines: tuple[PrintedLine, ...]) -> None:
    """A paragraph that runs over a page is on the page of the words that are asked for."""
    first, last = found(lines, SECOND, "A second paragraph"), found(lines, SECOND, "last of all lines.")
    assert first is not None
    assert last is not None
    assert (first.page, last.page) == (1, 2)


def test_words_printed_twice_are_told_apart_by_those_around_them(lines: tuple[PrintedLine, ...]) -> None:
    """The abstract says what the text says again: each is found where it stands, though only one has numbers."""
    summary = "Summary. The efficacy of the first treatment was found in all."
    assert found(lines, summary, "The efficacy of the first treatment") == PagePosition(1)
    assert found(lines, FIRST, "The efficacy of the first treatment") == PagePosition(1, 1, 1)


def test_only_the_margin_numbers_lines(lines: tuple[PrintedLine, ...]) -> None:
    """Neither the page number nor the figures of a table are taken for the number of a line."""
    assert sorted({line.number for line in lines if line.number}) == [1, 2, 3, 4, 5, 6, 7]
    assert {line.text.strip() for line in lines} >= {"Running head of the page"}


def test_words_that_are_not_printed_have_no_place(lines: tuple[PrintedLine, ...]) -> None:
    """Nothing is found rather than something near."""
    text = "Quite another sentence, which nobody has printed anywhere."
    assert Finder(lines).find(text, 0, len(text)) is None
    assert Finder(()).find(text, 0, len(text)) is None


words = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9), min_size=12, max_size=40, unique=True)


@given(words, st.data())
def test_however_a_paragraph_is_broken_the_line_of_each_word_is_found(text: list[str], data: st.DataObject) -> None:
    """For any words in any lines, the place of a word is the line that it was put in."""
    breaks = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=6)))
    edges = [0, *breaks, len(text)]
    lines = [
        PrintedLine(1 + number // 3, number + 1, " ".join(text[low:high]))
        for number, (low, high) in enumerate(pairwise(edges))
    ]
    wanted = data.draw(st.integers(0, len(text) - 1))
    paragraph = " ".join(text)
    start = len(" ".join(text[:wanted])) + (wanted > 0)
    place = Finder(lines).find(paragraph, start, start + len(text[wanted]))
    expected = next(number for number, edge in enumerate(edges[1:], start=1) if wanted < edge)
    assert place == PagePosition(1 + (expected - 1) // 3, expected, expected)


def test_letters_are_compared_as_readers_see_them() -> None:
    """A ligature is its letters, an accent none, a raised figure nothing."""
    assert letters_of("Eﬃcacy⁵ of café-au-lait") == "efficacyofcafeaulait"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (PagePosition(3), "p. 3"),
        (PagePosition(3, 27, 27), "p. 3, line 27"),
        (PagePosition(3, 27, 29), "p. 3, lines 27–29"),
    ],
)
def test_a_place_prints_as_journals_ask(place: PagePosition, text: str) -> None:
    """Page and line, or lines, with spaces that do not break."""
    assert str(place).replace("\N{NO-BREAK SPACE}", " ") == text


def test_a_made_up_file_is_read_whole(lines: tuple[PrintedLine, ...], tmp_path: Path) -> None:
    """Reading the same file again gives the same lines."""
    path = tmp_path / "again.pdf"
    compile_pdf(MADE_UP, path, root=tmp_path, fonts=TEMPLATES / "fonts")
    assert printed_lines(read_pdf(path)) == lines
