"""How texts of study.toml and of the data are shown in messages: quoted, short, on one line; texts joined in series."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from .errors import nearest

_LONGEST_NAME: Final = 60  # characters
_VALUE: Final = re.compile(r"[+-]?[0-9][0-9.,:/eE\s-]*")  # a number, a date, a time


def dotted(key: str) -> str:
    """Show a key of study.toml for a message: "[data] file"."""
    section, _, name = key.rpartition(".")
    return f"[{section}] {name}"


def shown(text: str) -> str:
    """Quote a text for a message, as `printable` shows it."""
    return f"'{printable(text)}'"


def printable(text: str, *, most: int = 40) -> str:
    """Return the first `most` characters of a text with control characters escaped, and an ellipsis for the rest."""
    start = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text[:most])
    return f"{start}…" if len(text) > most else start


def listing(texts: Iterable[str], *, word: str = "or", most: int = 12) -> str:
    """Join quoted texts for a message: "'a'", "'a' or 'b'", "'a', 'b' or 'c'", "'a', 'b' or 3 more"."""
    quoted = [shown(text) for text in texts]
    if len(quoted) > most:
        quoted = [*quoted[:most], f"{len(quoted) - most} more"]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"


def in_series(texts: Iterable[str], *, word: str = "and") -> str:
    """Join texts, of which there is at least one, within a sentence: "age", "age and sex", "age, sex and stage"."""
    *begin, last = texts
    return f"{', '.join(begin)} {word} {last}" if begin else last


def first_of(texts: Sequence[str], *, most: int) -> str:
    """Join the first of some texts for a message: "a, b and 3 more"."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return f"{', '.join(texts[:most])}{more}"


def hint(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'sex'?" where a known name differs only in case, or is near; else an empty string."""
    short = printable(name)
    candidates = [printable(item) for item in known]
    for candidate in candidates:
        if candidate.casefold() == short.casefold():
            return f"; did you mean '{candidate}'?"
    return nearest(short, candidates)


def level_hint(text: str, levels: Mapping[str, str]) -> str:
    """Return "; did you mean '1' (Dead)?" where a text is the label of a level but for case; else as `hint`."""
    folded = " ".join(text.split()).casefold()
    for level, label in levels.items():
        if level != label and " ".join(label.split()).casefold() == folded:
            return f"; did you mean {shown(level)} ({printable(label)})?"
    return hint(text, levels)


def are_names(cells: Sequence[str], expected: Collection[str]) -> bool:
    """Return whether the first line of a file may be shown as the names of its columns.

    It may be a patient's row, of a file without its header line: it is taken for names where at least half of the
    expected ones are in it, but for case and signs, and no cell is a number, a date, or longer than a name is.
    """
    found, wanted = {_bare(cell) for cell in cells}, {_bare(name) for name in expected}
    if not found & wanted or 2 * len(found & wanted) < len(wanted):
        return False
    return not any(len(cell) > _LONGEST_NAME or "\n" in cell or _VALUE.fullmatch(cell) for cell in cells)


def _bare(name: str) -> str:
    """Return a name without what is often written in another way: case, blanks, signs."""
    return "".join(filter(str.isalnum, name.casefold())) or name
