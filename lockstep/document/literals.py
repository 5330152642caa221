"""Literals: numbers of a document that do not come from the results, so that no change of the data changes them.

They are typed into the prose or the words of a claim, or computed by the document's own code. A number that is rightly
so (a constant of the protocol, the version of a guideline) is declared once, in the front matter: ``literals:`` maps a
phrase, as written in the text, to the reason why it is one.
"""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, takewhile
from typing import Any, Final

from ..qmd.front_matter import reasons_under
from ..qmd.source import Document
from ..results.model import Results
from ..text.printed_as import COUNTED, prints
from ..text.style import Style
from .computed import Outputs
from .prose import CELL, GAP, printed_text, visible

_WORDS: Final = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen"
)
_PARTS: Final = "one|none|half|thirds?|quarters?|fifths?"
_COUNTED: Final = rf"{COUNTED}|days?|weeks?|months?|years?|per ?cent|%"
_UNITS: Final = "cm|mm|m|kg|mg|g|ml|Gy|y|yr|mo|x"

_NUMBER: Final = re.compile(
    rf"(?<![\w.])(?:\d+(?:[.,]\d+)*|\.\d+)(?:(?=(?:{_UNITS})\b)|(?!\w))"  # 142, 0.05, .05, 1,214, 5cm
    rf"|\b(?:{_WORDS}|{_PARTS})\b(?=(?:[\s-]+of)?(?:[\s-]+(?:the|all|these|our))?"  # half of the patients
    rf"(?:[\s-]+\w+)?[\s-]+(?:{_COUNTED})(?!\w))"  # seven days, seven older patients
    rf"|[¼½¾⅓⅔⅛]|\b(?:twice|thrice|(?:{_WORDS})[\s-]?fold)\b",
    re.IGNORECASE,
)
_SHARE: Final = re.compile(
    rf"\b({_WORDS}|\d+)\s+(?:out\s+)?of\s+(?:the\s+)?({_WORDS}|\d+)\b", re.IGNORECASE
)  # five of ten
_WORD: Final = re.compile(rf"[^\W_]+|{GAP}")
_BLOCK: Final = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+>#]|:::))|\|")  # where a paragraph, item or cell ends
_SHOWN: Final = 10  # numbers of a cell that are listed
_CONTEXT: Final = 3  # words around a literal that distinguish equal numbers


@dataclass(frozen=True, slots=True)
class LiteralNumber:
    """A number of the document that does not come from the data; `ids` are results that print just so.

    `before` and `after` are up to three words around it, of the same paragraph and with nothing inserted between.
    `code` is the expression that computed it; None where it is typed.
    """

    line: int
    text: str
    ids: tuple[str, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Literals:
    """What was found in a document: numbers that nobody declared, and declared phrases that are not in it."""

    undeclared: tuple[LiteralNumber, ...]
    unused: tuple[str, ...]


def literals_in(document: Document, results: Results, style: Style, outputs: Outputs | None = None) -> Literals:
    """Find the numbers of a document that do not come from the data.

    Parameters
    ----------
    outputs : what its code prints; without them, numbers that code computes are not known.

    Raises
    ------
    ReportError
        If the front matter's `literals` is not a mapping from phrases to reasons.
    """
    read = visible(document, outputs)
    text, words, unused = read.plain, read.marked, []
    # The longest first: "stage 4 against 1" is not lost to "stage 4".
    for phrase in sorted(literals_under(document.front_matter, where=document.at("literals:")), key=len, reverse=True):
        pattern = r"\s+".join(re.escape(word) for word in printed_text(phrase).split())
        pattern = rf"(?<!\w){pattern}(?!\w)"
        text = re.sub(pattern, _blank, text)
        if not re.search(pattern, read.plain):
            unused.append(phrase)
    printed = prints(results, style)
    # Found once: looked for from the beginning at each number, they would take seconds in a text full of numbers.
    begins = [0, *(block.end() for block in _BLOCK.finditer(words))]
    ends = [*(block.start() for block in _BLOCK.finditer(words)), len(words)]
    found = []
    for start, end in sorted(_numbers(text)):
        begin = begins[bisect_right(begins, start) - 1]
        found.append(
            LiteralNumber(
                read.line_at(start),
                text[start:end],
                printed.ids(text[start:end], before=words[max(0, start - 12) : start], after=words[end : end + 40]),
                before=_nearest(reversed(_WORD.findall(words, begin, start)))[::-1],
                after=_nearest(_WORD.findall(words, end, ends[bisect_left(ends, end)])),
                code=read.code_at(start),
            )
        )
    return Literals(tuple(sorted(found, key=lambda literal: literal.line)), tuple(unused))


def literals_under(front_matter: Mapping[str, Any], *, where: str = "front matter") -> Mapping[str, str]:
    """Return the phrases under `literals`, each with the reason why it is typed; errors as `reasons_under`."""
    example = '`"RECIST 1.1": version of the criteria`'
    return reasons_under("literals", front_matter, of="phrases of the text", example=example, where=where)


def has_number(text: str) -> bool:
    """Return whether there is a number in a text, in digits or words."""
    return bool(_numbers(text))


def _numbers(text: str) -> set[tuple[int, int]]:
    """Return where the numbers of a text begin and end."""
    shares = {share.span(group) for share in _SHARE.finditer(text) for group in (1, 2) if share[group].isalpha()}
    return {number.span() for number in _NUMBER.finditer(text)} | shares


def described(literals: Sequence[LiteralNumber], name: str) -> tuple[str, ...]:
    """Report typed numbers, each with its line and the results that print so."""
    return tuple(
        f"{name}:{literal.line}: '{literal.text}' is typed, not from the data{_same(literal)}. "
        "Insert it, or declare its phrase under `literals` in the front matter."
        for literal in literals
        if literal.code is None
    )


def described_computed(literals: Sequence[LiteralNumber], name: str) -> tuple[str, ...]:
    """Say of numbers that code computed where they are printed, by which code, and which results print so."""
    computed = (literal for literal in literals if literal.code is not None)
    groups = (list(group) for _, group in groupby(computed, key=lambda literal: (literal.line, literal.code)))
    return tuple(
        f"{name}:{group[0].line}: {_by(group[0].code)} prints {_listed(group)} with no result behind "
        f"{'it' if len(group) == 1 else 'them'}{_same(group[0]) if len(group) == 1 else ''}. Print results by name "
        "(`r.value(...)`), or declare the phrase under `literals` in the front matter."
        for group in groups
    )


def _by(code: str | None) -> str:
    return "the cell" if code == CELL else f"`{textwrap.shorten(code or '', 60, placeholder='...')}`"


def _listed(group: Sequence[LiteralNumber]) -> str:
    texts = [literal.text for literal in group]
    more = f" and {len(texts) - _SHOWN} more numbers" if len(texts) > _SHOWN else ""
    return f"{', '.join(texts[:_SHOWN])}{more}"


def _same(literal: LiteralNumber) -> str:
    """Name the results that print a number so."""
    if not literal.ids:
        return ""
    *others, last = literal.ids
    return f"; it is what {', '.join(others)} and {last} print" if others else f"; it is what {last} prints"


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _nearest(words: Iterable[str]) -> tuple[str, ...]:
    """Return the first words, up to a gap."""
    return tuple(islice(takewhile(lambda word: word != GAP, words), _CONTEXT))
