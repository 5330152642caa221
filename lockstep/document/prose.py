"""What readers see of a document, as one text with the line and the origin of each of its pieces.

That is the prose with its headings, captions, notes and alternative texts, the title and abstract of the front matter,
the words of claims, the text in raw blocks, and what code prints that does not come from the results.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ..qmd.calls import COMPUTED, MethodCall, call_that_is, constant_in
from ..qmd.outputs import Output
from ..qmd.source import CodeCell, Document, Inline, Prose
from .computed import Outputs, typed_words, visible_text

GAP: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Something inserted, or that prints other than it is written."""

FRONT_MATTER: Final = ("title", "subtitle", "short-title", "abstract", "description", "keywords")
"""The keys whose texts are printed."""

CELL: Final = "a cell"
"""The placeholder for the code of a cell."""

_LINE: Final = "\v"  # a line's end within a piece that is in one line of the file
_END: Final = "|"  # where a piece ends, as a cell of a table does
_ESCAPED: Final = re.compile(r"(?P<code>`[^`\n]*`)|\\(?P<sign>[!-/:-@\[-`{-~])")
_LITERAL: Final = 0xE000  # where signs stand while markup is sought: private characters, which no document may hold
_AS_PRINTED: Final = {_LITERAL + code: chr(code) for code in range(0x21, 0x7F)}
_MARKUP: Final = re.compile(r"[`{}<>@]")  # in a printed text it is no markup
_ITEM: Final = re.compile(r"\s*(?:[-*+]|(?P<number>\d+[.)]))(?=\s)")  # where an item of a list begins
_OPENS: Final = (":::", "#", "```", "~~~")  # lines below which a block begins without a blank one
# What is no prose; it is blanked, so that places in the text stay the same.
_NOT_PROSE: Final = re.compile(
    r"(?s:<!--.*?-->)"  # comments
    r"|(?P<fence>(?m:^(?:```+|~~~+)(?s:.*?)^(?:```+|~~~+)\s*$))"  # code and raw blocks
    r"|`(?P<span>[^`\n]*)`(?P<raw>\{=\w+\})?"  # code spans
    r"|(?P<attributes>\{(?:[^{}\n]|\n(?![ \t]*\n))*\})"
    r"|\]\([^)\s]*(?P<tip>\s+\"[^\"]*\"\s*)?\)"  # targets of links
    r"|https?://\S+"
    r"|\[\^[^\]\s]+\]"  # marks of footnotes
    r"|@[\w:.#$%&+?<>~/-]*\w"  # citations and cross-references, with the place that a citation names
    r"(?:,? \[?(?:pp?|chap|sec|fig|no|vol)\. ?\d+(?:[-–]+\d+)?(?:, \d+(?:[-–]+\d+)?(?=[\];,]))*)?"
)
_PRINTED_ATTRIBUTE: Final = re.compile(
    r"\b(?:(?:fig|tbl|lst)-(?:cap|alt|scap|subcap)|alt|title|caption)=(\"[^\"]*\"|'[^']*')"
)
_RAW: Final = re.compile(r"\{=(\w+)\}")
_RAW_TEXT: Final[Mapping[str, re.Pattern[str]]] = {  # what is printed of raw text, by its format
    "openxml": re.compile(r"(?s)<w:t(?:\s[^>]*)?>(.*?)</w:t>"),
    "html": re.compile(r"(?s)(?:^|>)([^<>]+)(?=<|$)"),
    "typst": re.compile(r"\[([^\[\]]+)\]|\"([^\"\n]*\s[^\"\n]*)\""),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a piece of the text begins that is not plain prose, its line, and the code that printed it, if any."""

    start: int
    line: int | None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class VisibleText:
    """The text of a document, line for line; `origins` by their start.

    `plain` has blanks for all that is no prose, `marked` a `GAP` at the beginning of each such piece; places in both
    are the same.
    """

    plain: str
    marked: str
    first: int
    origins: tuple[Origin, ...]

    def line_at(self, place: int) -> int:
        """Return the line of the file at a place of the text."""
        line = self._origin(place).line
        return self.first + self.plain.count("\n", 0, place) if line is None else line

    def code_at(self, place: int) -> str | None:
        """Return the code that printed the text at a place; None where it is typed."""
        return self._origin(place).code

    def _origin(self, place: int) -> Origin:
        return self.origins[bisect_right(self.origins, place, key=lambda origin: origin.start) - 1]


def visible(document: Document, outputs: Outputs | None = None) -> VisibleText:
    """Return what readers see of a document.

    Parameters
    ----------
    outputs : what its code prints; without them, words that code prints are those written out in it.
    """
    first = document.parts[0].line if document.parts else 1
    text, origins = "", [Origin(0, None)]
    for place, part in enumerate(document.parts):
        text += "\n" * (part.line - first - text.count("\n"))
        piece = _piece(part, None if outputs is None else outputs.get(place, ()))
        origins.append(Origin(len(text), None, piece.code))
        text += piece.text
    text += "\n\n"  # the front matter is last here, so that lines of the body keep their numbers
    for key in FRONT_MATTER:
        origins.append(Origin(len(text), _line_of(key, document)))
        text += _one_line(_literal_signs(_END.join(["", *_texts(document.front_matter.get(key)), ""])))
    prose = _without_item_numbers(text)
    plain, marked = (_NOT_PROSE.sub(partial(_kept, mark=mark), prose).translate(_AS_PRINTED) for mark in (" ", GAP))
    return VisibleText(plain, marked, first, tuple(origins))


# ---- pieces --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """The text of a part, and the code that computed it, if any."""

    text: str
    code: str | None = None


def _piece(part: Prose | Inline | CodeCell, outputs: Sequence[Output] | None) -> _Piece:
    """Return what readers see of a part that does not come from the results."""
    if isinstance(part, Prose):
        return _Piece(_literal_signs(part.text))
    if isinstance(part, Inline):
        constant, words = _written_out(part.expression)
        if constant or not outputs:
            return _Piece(_joined(words))
        typed = typed_words(outputs[0].value)
        return _Piece(_own_text(outputs[0]), part.expression.strip()) if typed is None else _Piece(_joined(typed))
    texts = []
    for output in outputs or ():
        typed = typed_words(output.value)
        texts.append(_own_text(output) if typed is None else GAP.join(map(_one_line, typed)))
    return _Piece(_END.join(["", *texts, ""]), CELL) if any(texts) else _Piece("")


def _written_out(expression: str) -> tuple[bool, list[str]]:
    """Return whether an expression is a constant, and the words that it prints as they are typed in it."""
    if (constant := constant_in(expression)) is not COMPUTED:
        return True, [str(constant)]
    match call_that_is(expression):
        case MethodCall(method="claim", arguments=(words, *_)):
            typed = [words]
        case MethodCall(method="either", arguments=(_, *options), options=named):
            typed = [*options, *dict(named).values()]
        case _:
            typed = []
    return False, [str(item) for item in typed if isinstance(item, str | int | float)]


def _joined(words: Sequence[str]) -> str:
    """Return typed words; between several, and where there are none, something else is printed."""
    texts = [_one_line(text) for text in words]
    return texts[0] if len(texts) == 1 else GAP.join(["", *texts, ""]) or GAP


def _own_text(output: Output) -> str:
    text = visible_text(output)
    if output.kind == "markdown" and not isinstance(output.value, str | int | float):
        text = _NOT_PROSE.sub(partial(_kept, mark=" "), _without_item_numbers(text))
    return _one_line(text)


def printed_text(text: str) -> str:
    r"""Return a text with the signs that backslashes keep from being markup, as they are printed.

    >>> printed_text(r"the group “\<60 mg”")
    'the group “<60 mg”'
    """
    return _literal_signs(text).translate(_AS_PRINTED)


def _literal_signs(text: str) -> str:
    """Return Markdown with escaped signs as characters that are no markup; `_AS_PRINTED` gives the signs again."""
    return _ESCAPED.sub(lambda met: met["code"] or chr(_LITERAL + ord(met["sign"])), text)


def _one_line(text: str) -> str:
    return _MARKUP.sub(" ", text).replace("\n", _LINE)


def _line_of(key: str, document: Document) -> int:
    """Return the line of a key of the front matter."""
    lines = (number for number, line in enumerate(document.lines, start=1) if line.startswith(f"{key}:"))
    return next(lines, 1)


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a value of the front matter."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


# ---- prose and what is none ----------------------------------------------------------------------------------------


def _kept(found: re.Match[str], mark: str) -> str:
    """Return blanks for what is no prose, but for texts in it that are printed, such as alternative texts."""
    whole, start = found[0], found.start()
    spans: list[tuple[int, int]] = []
    if found["attributes"]:
        spans = [item.span(1) for item in _PRINTED_ATTRIBUTE.finditer(whole)]
    elif found["tip"]:
        spans = [(found.start("tip") - start, found.end("tip") - start)]
    elif found["fence"] or found["raw"]:
        spans = list(_raw_spans(whole))
    kept = [character if character == "\n" else " " for character in whole]
    kept[0] = mark if whole[0] != "\n" else "\n"
    for first, last in spans:
        kept[first:last] = whole[first:last]
    return "".join(kept)


def _raw_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where raw text of a format holds words that are printed."""
    form = _RAW.search(text.split("\n")[0])
    if form is None:
        return
    block = text.startswith(("```", "~~~"))
    begin, end = (text.find("\n"), text.rfind("\n")) if block else (1, text.rfind("`"))
    if form[1] == "typst" and "#" not in text:
        yield begin, end
    for found in _RAW_TEXT[form[1]].finditer(text, begin, end) if form[1] in _RAW_TEXT else ():
        yield from (found.span(group) for group in range(1, (found.re.groups or 0) + 1) if found[group])


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
            lines[place] = f"{line[:start]}{GAP}{' ' * (end - start - 1)}{line[end:]}"
    return "\n".join(lines)
