"""The lines of a Quarto document in their blocks: code, fenced divs, paragraphs, comments; nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

_CODE: Final = re.compile(r"^\s*(`{3,}(?=[^`]*$)|~{3,})\s*(.*)$")  # ```code``` at the start of a line is in the text
_OPEN: Final = re.compile(r"^\s*:{3,}\s*(\{.*\}|[\w-]+)\s*:*\s*$")
_CLOSE: Final = re.compile(r"^\s*:{3,}\s*$")
_HEADING: Final = re.compile(r"^(#{1,6})\s+\S")
_COMMENT: Final = re.compile(r"^\s*<!--")

Kind = Literal["code", "open", "close", "heading", "paragraph", "comment", "blank"]


@dataclass(frozen=True, slots=True)
class SourceBlock:
    """Lines that belong together, from index `start` up to `end`, inside of the divs that `around` opens.

    "open" and "close" are the fences of divs, a line each; "code" is a cell, a raw block or a listing with its fences;
    a "comment" is printed nowhere, whatever its content.
    """

    kind: Kind
    start: int
    end: int
    around: tuple[int, ...] = ()


def pieces(lines: Sequence[str], start: int = 0) -> Iterator[SourceBlock]:
    """Yield the pieces of a document's lines, every line in one of them, from the first line after the front matter.

    Notes
    -----
    A fence that is never closed reaches to the end; rendering says so.
    """
    index = start
    around: tuple[int, ...] = ()
    while index < len(lines):
        line = lines[index]
        if code := _CODE.match(line):
            end = _end_of_code(lines, index, code[1])
            yield SourceBlock("code", index, end, around)
            index = end
        elif _COMMENT.match(line) and (end := _end_of_comment(lines, index)):
            yield SourceBlock("comment", index, end, around)
            index = end
        elif _CLOSE.match(line):
            around = around[:-1]
            yield SourceBlock("close", index, index + 1, around)
            index += 1
        elif _OPEN.match(line):
            yield SourceBlock("open", index, index + 1, around)
            around = (*around, index)
            index += 1
        elif not line.strip():
            yield SourceBlock("blank", index, index + 1, around)
            index += 1
        elif _HEADING.match(line):
            yield SourceBlock("heading", index, index + 1, around)
            index += 1
        else:
            end = index + 1
            while end < len(lines) and _goes_on(lines[end]):
                end += 1
            yield SourceBlock("paragraph", index, end, around)
            index = end


def heading_level(line: str) -> int:
    """Return the level of a heading's line, 0 for any other."""
    met = _HEADING.match(line)
    return len(met[1]) if met else 0


def opened_fence(line: str) -> str:
    """Return the backticks or tildes with which a line opens code, empty where it opens none."""
    met = _CODE.match(line)
    return met[1] if met else ""


def closes_fence(line: str, fence: str) -> bool:
    """Return whether a line closes the code that a fence opened: as many of its signs, or more, and nothing else."""
    text = line.strip()
    return len(text) >= len(fence) and set(text) == {fence[0]}


def language(line: str) -> str:
    """Return what the first line of a code piece says of its content: "{python}", "{=typst}", "text", or nothing."""
    met = _CODE.match(line)
    return met[2].strip() if met else ""


def end_of_div(all_pieces: Sequence[SourceBlock], opened: int) -> int:
    """Return the index after the div that the piece of number `opened` opens, as a number of pieces."""
    around = all_pieces[opened].around
    for number in range(opened + 1, len(all_pieces)):
        if all_pieces[number].kind == "close" and all_pieces[number].around == around:
            return number + 1
    return len(all_pieces)


def _end_of_code(lines: Sequence[str], start: int, fence: str) -> int:
    closing = (index + 1 for index in range(start + 1, len(lines)) if closes_fence(lines[index], fence))
    return next(closing, len(lines))


def _end_of_comment(lines: Sequence[str], start: int) -> int:
    """Return the index after a comment; 0 where it never ends, or text follows it on its last line."""
    for index in range(start, len(lines)):
        _, ends, after = lines[index].partition("-->")
        if ends:
            return 0 if after.strip() else index + 1
    return 0


def _goes_on(line: str) -> bool:
    """Return whether a paragraph goes on with this line."""
    return bool(line.strip()) and not (_CODE.match(line) or _OPEN.match(line) or _CLOSE.match(line))
