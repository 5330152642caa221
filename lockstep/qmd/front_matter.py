"""The front matter of a study's document: read with the text around it, and changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..base.characters import hidden_in, refusal
from ..base.errors import ReportError
from .yaml_text import read_mapping, write_mapping

DOCUMENT: Final = "report.qmd"
"""The name of a study's document, in the folder of the study."""

_CONFLICT: Final = re.compile(r"(?:<{7}|>{7}) \S")


def split_front_matter(text: str, *, name: str = DOCUMENT) -> tuple[dict[str, Any], int, tuple[str, ...]]:
    """Return a document's front matter, how many lines it takes, and all lines of the document.

    Raises
    ------
    ReportError
        If it is never closed or not valid, or the text has a hidden character or the marks of an unsolved merge.
    """
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    for place, character in hidden_in("\n".join(lines)):
        raise ReportError(f"{name}:{place}: {refusal(character)}")
    # What Git leaves where two people changed one line would be printed literally.
    if marks := [number for number, line in enumerate(lines, start=1) if _CONFLICT.match(line)]:
        raise ReportError(
            f"{name}:{marks[0]}: two versions of these lines were not merged. Keep one, and remove the lines that "
            "begin with <<<<<<<, ======= and >>>>>>>."
        )
    if lines[0].rstrip() != "---":
        return {}, 0, lines
    for index, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            return read_mapping("\n".join(lines[1:index]), name=name, first_line=2), index + 1, lines
    raise ReportError(f"{name}:1: the front matter is never closed; end it with a line of three hyphens.")


def with_front_matter(text: str, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> str:
    """Return a document with its front matter changed, on as many lines as before where it fits them."""
    front, start, lines = split_front_matter(text)
    if start == 0:
        return text
    written = write_mapping(change(front)).splitlines()
    room = max(0, start - 2 - len(written))
    return "\n".join(["---", *written, *[""] * room, "---", *lines[start:]])


def reasons_under(
    key: str, front_matter: Mapping[str, Any], *, of: str, example: str, where: str = "front matter"
) -> Mapping[str, str]:
    """Return what a front matter declares under a key: entries, each with the reason for it.

    Parameters
    ----------
    of : what the entries are, for messages: "phrases of the text".
    example : an entry with its reason, for messages.
    where : how messages name the place.

    Raises
    ------
    ReportError
        If it is no mapping from texts to texts.
    """
    stated = front_matter.get(key) or {}
    if not isinstance(stated, dict) or not all(isinstance(item, str) for pair in stated.items() for item in pair):
        raise ReportError(
            f"{where}: `{key}` maps {of} to the reason for each, in words. Write, indented under `{key}:`, a line such "
            f"as {example}."
        )
    return stated
