"""Printed text without the numbers that are typed: these have a line of their own, whatever else is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..document.literals import LiteralNumber
from ..word.passages import PrintedDocument

_BETWEEN: Final = r"[\W_]*"  # space, marks, what made it italic or raised
_LEVEL: Final = r"[ \xa0]?%[ \xa0]?(?:CI\b|conf)"  # what makes a number the level of an interval


def without_typed(printed: PrintedDocument, typed: Sequence[LiteralNumber]) -> PrintedDocument:
    """Return the passages of a Word file with typed numbers blanked, so that each fault is reported once.

    Notes
    -----
    A number is known by the words around it, so that an equal one that comes from the results stays. One that stands
    alone between insertions stays as well, and so does the level of an interval, which belongs to the form of the
    bounds beside it.
    """
    patterns = [pattern for literal in typed if (pattern := _pattern(literal))]
    if not patterns:
        return printed
    return replace(
        printed,
        passages=tuple(
            replace(passage, text=_blanked(passage.text, patterns)) if passage.kind != "alt text" else passage
            for passage in printed.passages
        ),
    )


def _blanked(text: str, patterns: Sequence[re.Pattern[str]]) -> str:
    # Found before anything is blanked: typed numbers are each other's context.
    places = [found.span("number") for pattern in patterns for found in pattern.finditer(text)]
    for start, end in places:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _pattern(literal: LiteralNumber) -> re.Pattern[str] | None:
    """Return the pattern of a literal with its context; None where it has none.

    Forms quote the first words of a place: there the text may end before the context does.
    """
    if not (literal.before or literal.after):
        return None
    before = "".join(f"{re.escape(word)}{_BETWEEN}" for word in literal.before) or r"(?<!\d[.,·])"
    ends = f"{_BETWEEN}$|" if literal.before else ""
    after = ""
    for word in reversed(literal.after):
        after = f"(?:{ends}{_BETWEEN}{re.escape(word)}{after})"
    number = rf"(?P<number>{re.escape(literal.text)})(?!{_LEVEL}|[.,·]\d)"
    return re.compile(rf"(?<![^\W_]){before}{number}{after}(?![^\W_])")
