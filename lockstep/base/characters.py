"""Characters that nobody sees but that change what is read, and how a character is named in messages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

HIDDEN: Final = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls, but for tab, line feed and carriage return
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # the direction of writing
    "\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2061-\u2064\u206a-\u206f\u3164\ufeff\uffa0"  # without width
    "\u2028\u2029\ufff9-\ufffb\U000e0000-\U000e007f"  # separators, annotations, tags
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"  # surrogates, private use, none at all
    "\U000f0000-\U0010ffff"
    "]"
)
"""Characters that no text of a manuscript needs: they are refused wherever they occur."""


def hidden_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield the hidden characters of a text, each with its line, counted from 1."""
    for met in HIDDEN.finditer(text):
        yield text.count("\n", 0, met.start()) + 1, met[0]


def all_text(value: Any) -> str:
    """Return all texts of a value, those of lists and mappings and their keys among them, a line each."""
    if isinstance(value, dict):
        return "\n".join(map(all_text, [*value, *value.values()]))
    return "\n".join(map(all_text, value)) if isinstance(value, (list, tuple)) else str(value)


def named(character: str) -> str:
    """Name a character: "'é' (U+00E9 LATIN SMALL LETTER E WITH ACUTE)"; itself only where it is seen."""
    name = unicodedata.name(character, "")
    if not name:
        kinds = {"Cc": "control character", "Co": "private use", "Cn": "unassigned", "Cs": "surrogate"}
        name = kinds.get(unicodedata.category(character), "without a name")
    code = f"U+{ord(character):04X} {name}"
    seen = character.isprintable() and not HIDDEN.match(character) and not unicodedata.combining(character)
    return f"'{character}' ({code})" if seen else code


def refusal(character: str) -> str:
    """Say why a hidden character is refused, and what to do."""
    return f"{named(character)} is not seen, but changes what is read. Take it out."
