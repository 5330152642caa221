"""How texts from study.toml and from the data are shown in messages: quoted, short, on one line."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import nearest


def shown(text: str, *, most: int = 40) -> str:
    """Quote a text for a message: at most `most` characters of it, control characters escaped."""
    return f"'{printable(text, most=most)}'"


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


def hint(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'sex'?" where a known name differs only in case, or is near; else an empty string."""
    short = printable(name)
    candidates = [printable(item) for item in known]
    for candidate in candidates:
        if candidate.casefold() == short.casefold():
            return f"; did you mean '{candidate}'?"
    return nearest(short, candidates)
