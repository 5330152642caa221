"""Literals: numbers typed into the prose, which no change of the data will ever change.

The words of a claim, and those that `either` chooses from, are prose as well.
A number that is rightly typed (a constant of the protocol, the version of a guideline) is declared once, in the front
matter: ``literals:`` maps a phrase, as it stands in the text, to the reason why it is one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Final

from analysis.errors import ReportError
from analysis.results import Results

from .numbers import bare_text
from .render.qmd import Document, Inline, Prose
from .style import Style

_WORDS: Final = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen"
)
_PARTS: Final = "one|none|half|thirds?|quarters?|fifths?"
_COUNTED: Final = (
    "patients?|persons?|people|women|men|children|deaths?|events?|cases?|days?|weeks?|months?|years?|per ?cent|%"
)
_UNITS: Final = "cm|mm|m|kg|mg|g|ml|Gy|y|yr|mo|x"

_NUMBER: Final = re.compile(
    rf"(?<![\w.])(?:\d+(?:[.,]\d+)*|\.\d+)(?:(?=(?:{_UNITS})\b)|(?!\w))"  # 142, 0.05, .05, 1,214, 5cm
    rf"|\b(?:{_WORDS}|{_PARTS})\b(?=(?:[\s-]+of)?(?:[\s-]+(?:the|all|these|our))?"  # half of the patients
    rf"(?:[\s-]+\w+)?[\s-]+(?:{_COUNTED})(?!\w))"  # seven days, seven older patients
    rf"|\b(?:twice|thrice|(?:{_WORDS})[\s-]?fold)\b",
    re.IGNORECASE,
)
# What is no prose: it is blanked, so that places in the text stay the same.
_NOT_PROSE: Final = re.compile(
    r"(?s:<!--.*?-->)"  # comments
    r"|(?m:^(?:```+|~~~+)(?s:.*?)^(?:```+|~~~+)\s*$)"  # code and raw blocks
    r"|`[^`\n]*`"  # code spans
    r"|\{[^{}\n]*\}"  # attributes
    r"|\]\([^)\s]*\)"  # targets of links
    r"|https?://\S+"
    r"|\[\^[^\]\s]+\]"  # marks of footnotes
    r"|@[\w:.#$%&+?<>~/-]*\w"  # citations and cross-references, with the place that a citation names
    r"(?:,? \[?(?:pp?|chap|sec|fig|no|vol)\. ?\d+(?:[-–]+\d+)?(?:, \d+(?:[-–]+\d+)?(?=[\];,]))*)?"
)
_ITEM: Final = re.compile(r"\s*(?:[-*+]|(?P<number>\d+[.)]))(?=\s)")  # where an item of a list begins
_OPENS: Final = (":::", "#", "```", "~~~")  # lines below which a block begins without a blank one
_GAP: Final = "\N{OBJECT REPLACEMENT CHARACTER}"  # something inserted, or that prints other than it is written
_MARKUP: Final = re.compile(r"[`{}<>@\n]")  # in a printed text it is no markup
_WORD: Final = re.compile(rf"[^\W_]+|{_GAP}")
_BLOCK: Final = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+>#]|:::))|\|")  # where a paragraph, item or cell ends
_CONTEXT: Final = 3  # words around a literal that tell which of equal numbers it is


@dataclass(frozen=True, slots=True)
class Literal:
    """A number in the prose that does not come from the data; `ids` are results that print just so.

    `before` and `after` are up to three words around it, of the same paragraph and with nothing inserted between.
    """

    line: int
    text: str
    ids: tuple[str, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Literals:
    """What was found in a document: numbers that nobody declared, and declared phrases that are not in it."""

    undeclared: tuple[Literal, ...]
    unused: tuple[str, ...]


def literals_in(document: Document, results: Results, style: Style) -> Literals:
    """Find the numbers of a document's prose that do not come from the data.

    Raises
    ------
    ReportError
        If the front matter's `literals` is not a mapping from phrases to reasons.
    """
    declared = _declared(document)
    body, first = _body(document)
    prose = _without_item_numbers(body)
    text, words = _NOT_PROSE.sub(_blank, prose), _NOT_PROSE.sub(_gap, prose)
    unused = []
    for phrase in declared:
        pattern = r"\s+".join(re.escape(word) for word in phrase.split())
        text, times = re.subn(rf"(?<!\w){pattern}(?!\w)", _blank, text)
        if not times:
            unused.append(phrase)
    printed = _printed(results, style)
    found = tuple(
        Literal(
            first + text.count("\n", 0, number.start()),
            number[0],
            printed.get(number[0], ())[:3],
            before=_nearest(reversed(_WORD.findall(_BLOCK.split(words[: number.start()])[-1])))[::-1],
            after=_nearest(_WORD.findall(_BLOCK.split(words[number.end() :], maxsplit=1)[0])),
        )
        for number in _NUMBER.finditer(text)
    )
    return Literals(found, tuple(unused))


def describe(literal: Literal, name: str) -> str:
    """Say where a literal stands, and which results print so."""
    same = f"; it is what {' and '.join(literal.ids)} print" if literal.ids else ""
    return (
        f"{name}:{literal.line}: '{literal.text}' is typed, not from the data{same}. "
        "Insert it, or declare its phrase under `literals` in the front matter."
    )


def _declared(document: Document) -> Mapping[str, str]:
    declared = document.front_matter.get("literals") or {}
    if not isinstance(declared, dict) or not all(isinstance(item, str) for pair in declared.items() for item in pair):
        raise ReportError(
            f"{document.at('literals:')}: `literals` maps phrases of the text to the reason why each is typed, "
            'such as "RECIST 1.1": version of the criteria.'
        )
    return declared


def _body(document: Document) -> tuple[str, int]:
    """Return the prose line for line, what is inserted in its place, and the number of its first line."""
    first = document.parts[0].line if document.parts else 1
    text = ""
    for part in document.parts:
        text += "\n" * (part.line - first - text.count("\n"))
        if isinstance(part, Prose):
            text += part.text
        elif isinstance(part, Inline):
            text += _inserted(part.expression)
    return text, first


def _inserted(expression: str) -> str:
    """Return the words that an expression prints as they are typed in it; a gap for all else."""
    try:
        node = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError:
        return _GAP  # what cannot be read fails when it is run, with its line
    match node:
        case ast.Constant():
            typed = [node]
        case ast.Call(func=ast.Attribute(attr="claim"), args=[ast.Constant() as words, *_]):
            typed = [words]
        case ast.Call(func=ast.Attribute(attr="either"), args=[_, *words], keywords=named):
            typed = [item for item in (*words, *(option.value for option in named)) if isinstance(item, ast.Constant)]
        case _:
            typed = []
    texts = [_MARKUP.sub(" ", str(item.value)) for item in typed]
    return texts[0] if len(texts) == 1 else _GAP.join(["", *texts, ""])


def _without_item_numbers(text: str) -> str:
    """Return Markdown with a gap for each number of a list's item.

    A number that a wrapped line of a paragraph begins with is none, though it looks like one.
    """
    lines = text.split("\n")
    in_list = False
    for place, line in enumerate(lines):
        item = _ITEM.match(line)
        before = lines[place - 1].strip() if place else ""
        if not before or before.startswith(_OPENS):
            in_list = item is not None
        if in_list and item and item["number"]:
            start, end = item.span("number")
            lines[place] = f"{line[:start]}{_GAP}{' ' * (end - start - 1)}{line[end:]}"
    return "\n".join(lines)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _gap(found: re.Match[str]) -> str:
    return _GAP + _blank(found)[1:]


def _nearest(words: Iterable[str]) -> tuple[str, ...]:
    """Return the first words, up to a gap."""
    return tuple(islice(takewhile(lambda word: word != _GAP, words), _CONTEXT))


def _printed(results: Results, style: Style) -> dict[str, tuple[str, ...]]:
    """Return the ids of the numeric results by their printed form."""
    printed: dict[str, tuple[str, ...]] = {}
    for record in results:
        if isinstance(record.value, int | float) and record.kind != "setting":
            text = bare_text(record, style)
            printed[text] = (*printed.get(text, ()), record.id)
    return printed
