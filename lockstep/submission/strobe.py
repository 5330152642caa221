"""The STROBE checklist of a manuscript: where each item is covered, and what the results say on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..base.errors import ReportError, nearest
from ..pdf.lines import Finder, PagePosition, PrintedLine
from ..results.model import Results
from ..study.model import Study
from ..text.style import Style
from ..word.reading import Mark, Paragraph
from ..word.text import ManuscriptText
from .strobe_facts import facts_for
from .strobe_items import ITEMS, Item
from .strobe_study import Fact

MARK: Final = "strobe"
"""How the name of a mark begins: ``[words]{#strobe-6a}``; Word has ``_`` for ``-``."""

FRONT_MATTER: Final = "strobe"
"""The key of the front matter that gives, by item, the reason why the text leaves it out."""

Status = Literal["covered", "explained", "not covered"]

_LONGEST_NAME: Final = 40  # characters of a bookmark in Word
# "Long-term follow-up of ..." names no design
_DESIGN: Final = re.compile(r"\b(cohort|(follow[- ]up|longitudinal) (study|analysis))\b.*", re.IGNORECASE | re.DOTALL)
_QUOTED_WORDS: Final = 12
_LEFT_FOR_LATER: Final = re.compile(r"\[to be written", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """A place that covers an item.

    `section` are the headings above it, or what it is part of; `paragraph` counts the paragraphs of the section from 1
    (0 for a title or caption); `words` begin it. `pdf` and `word` are its page and line there, where known.
    """

    section: str
    paragraph: int
    words: str
    pdf: PagePosition | None = None
    word: PagePosition | None = None


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """A line of the checklist: the item, the places that cover it, the author's reason to leave it out, the facts."""

    item: Item
    spots: tuple[ItemPlace, ...]
    reason: str
    facts: tuple[Fact, ...]

    @property
    def status(self) -> Status:
        """Whether the manuscript covers the item."""
        return "covered" if self.spots else "explained" if self.reason else "not covered"


@dataclass(frozen=True, slots=True)
class Checklist:
    """The checklist of a manuscript, every item in the order of the statement."""

    entries: tuple[ChecklistLine, ...]

    @property
    def uncovered(self) -> tuple[str, ...]:
        """The numbers of the items that the manuscript neither covers nor explains."""
        return tuple(entry.item.number for entry in self.entries if entry.status == "not covered")

    def __getitem__(self, number: str) -> ChecklistLine:
        """Return the line of an item."""
        return next(entry for entry in self.entries if entry.item.number == number)


def strobe(
    text: ManuscriptText,
    results: Results,
    study: Study,
    style: Style,
    *,
    pdf_lines: Sequence[PrintedLine] = (),
    word_lines: Sequence[PrintedLine] = (),
    reasons: Mapping[str, str] | None = None,
) -> Checklist:
    """Fill in the checklist for a manuscript.

    Parameters
    ----------
    text : the finished Word file's.
    style : how the facts print numbers.
    pdf_lines : the lines of the manuscript's PDF.
    word_lines : those of the Word file as a program has laid it out.
    reasons : by item, why the text leaves it out.

    Raises
    ------
    ReportError
        If a mark or a reason names an item that there is not.

    Notes
    -----
    An item is covered where a mark names it and encloses words: words deleted with their section take the mark with
    them; words that only say that they are to be written cover nothing. Around a heading, a mark refers to the
    section, and covers nothing where that is empty. Item 1a is covered by a title that says "cohort", "follow-up
    study" or "longitudinal study" as well.
    """
    finders = Finder(pdf_lines), Finder(word_lines)
    spots: dict[str, list[ItemPlace]] = {}
    for paragraph, mark in _marked(text):
        spot = _spot(text, paragraph, mark, finders)
        for number in items_of(mark.name):
            if spot is not None:
                spots.setdefault(number, []).append(spot)
    if title := _title_spot(text, finders):
        spots.setdefault("1a", []).insert(0, title)
    why = checked_reasons(reasons or {})
    return Checklist(
        tuple(
            ChecklistLine(
                item,
                tuple(spots.get(item.number, ())),
                why.get(item.number, ""),
                facts_for(item.number, study, results, style),
            )
            for item in ITEMS
        )
    )


def items_of(name: str) -> tuple[str, ...]:
    """Return the items that a mark's name lists: "strobe_13a_13b" has two; other words only distinguish marks.

    Raises
    ------
    ReportError
        If it names an item that there is not, or none, or is longer than Word allows.
    """
    parts = re.split(r"[-_]", name)[1:]
    found: list[str] = []
    for part in parts:
        if re.match(r"\d", part):
            found += _resolved(part, f"report.qmd: the mark #{name.replace('_', '-')}")
    if not found:
        raise ReportError(
            f"report.qmd: the mark #{name.replace('_', '-')} names no item; write one such as #strobe-6a."
        )
    if len(name) >= _LONGEST_NAME:
        raise ReportError(
            f"report.qmd: the mark #{name.replace('_', '-')} ... is longer than Word allows ({_LONGEST_NAME - 1} "
            "characters). Put two marks there, one inside the other."
        )
    return tuple(dict.fromkeys(found))


def checked_reasons(reasons: Any) -> dict[str, str]:
    """Return the reasons of the front matter by item, sub-items resolved; raise ReportError where one is wrong."""
    if not isinstance(reasons, Mapping):
        raise ReportError(
            f"front matter: `{FRONT_MATTER}` is no table of items and reasons; write `{FRONT_MATTER}:` and, indented "
            "under it, a line such as `6b: the study is not matched`."
        )
    found = {}
    for key, reason in reasons.items():
        for number in _resolved(str(key), f"front matter: `{FRONT_MATTER}`"):
            if not isinstance(reason, str) or not reason.strip():
                raise ReportError(f"front matter: `{FRONT_MATTER}` gives no reason for {key}; say it in words.")
            found[number] = reason.strip()
    return found


def _resolved(number: str, where: str) -> list[str]:
    """Return an item, or the sub-items of one that has some."""
    wanted = number.lower()
    found = [item.number for item in ITEMS if item.number == wanted or item.number.rstrip("abcde") == wanted]
    if not found:
        known = [item.number for item in ITEMS]
        raise ReportError(
            f"{where} names the item '{number}'{nearest(wanted, known) or '.'} The STROBE statement has {known[0]} to "
            f"{known[-1]}."
        )
    return found


def _marked(text: ManuscriptText) -> Iterator[tuple[Paragraph, Mark]]:
    """Yield the marks of the manuscript with their paragraphs."""
    for paragraph in (*text.front, *text.abstract, *text.body, *text.captions):
        for mark in paragraph.marks:
            if re.match(rf"{MARK}[-_]", mark.name):
                yield paragraph, mark


def _spot(text: ManuscriptText, paragraph: Paragraph, mark: Mark, finders: tuple[Finder, Finder]) -> ItemPlace | None:
    """Return the place that a mark refers to; None where it encloses nothing."""
    if paragraph.level:
        inside = [other for other in text.body if other.path[: len(paragraph.path)] == paragraph.path]
        first = next((other for other in inside if not other.level), None)
        if first is None:
            return None
        return _placed(text, first, Mark(mark.name, 0, len(first.text)), finders)
    words = paragraph.text[mark.start : mark.end].strip()
    if not words or _LEFT_FOR_LATER.match(words):
        return None
    return _placed(text, paragraph, mark, finders)


def _placed(text: ManuscriptText, paragraph: Paragraph, mark: Mark, finders: tuple[Finder, Finder]) -> ItemPlace:
    words = paragraph.text[mark.start : mark.end].split()
    quoted = " ".join(words[:_QUOTED_WORDS]) + (" …" if len(words) > _QUOTED_WORDS else "")
    pdf, word = (finder.find(paragraph.text, mark.start, mark.end) for finder in finders)
    section, number = _address(text, paragraph)
    return ItemPlace(section, number, quoted, pdf, word)


def _address(text: ManuscriptText, paragraph: Paragraph) -> tuple[str, int]:
    """Return the section of a paragraph, and which of its paragraphs it is."""
    if paragraph in text.abstract:
        return "Abstract", text.abstract.index(paragraph) + 1
    if paragraph in text.captions:
        return paragraph.text.split(":", 1)[0].split(".", 1)[0], 0
    if paragraph in text.front:
        return paragraph.style, 0
    beside = [other for other in text.body if other.path == paragraph.path and not other.level]
    return ", ".join(paragraph.path), beside.index(paragraph) + 1


def _title_spot(text: ManuscriptText, finders: tuple[Finder, Finder]) -> ItemPlace | None:
    """Return the place of a title that names the design."""
    met = _DESIGN.search(text.title)
    if met is None:
        return None
    pdf, word = (finder.find(text.title, 0, len(text.title)) for finder in finders)
    return ItemPlace("Title", 0, met[0], pdf, word)
