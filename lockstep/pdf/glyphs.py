"""Characters of a finished text that no font has, or that cannot be set: each with its place in the study's files."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from ..base.characters import HIDDEN, named
from ..base.errors import ReportError
from ..references.bibliography import entries_in

_RIGHT_TO_LEFT: Final = ("R", "AL", "AN")
_MOST: Final = 8  # characters listed
_MOST_PLACES: Final = 3  # of each
_AROUND: Final = 20  # characters shown on either side, where no file has it


def unset_characters(text: str) -> tuple[str, ...]:
    """Return the characters of a text that are never set, whatever fonts there are: hidden ones, right to left."""
    found = (char for char in dict.fromkeys(text) if ord(char) > 0x1F)
    return tuple(char for char in found if HIDDEN.match(char) or unicodedata.bidirectional(char) in _RIGHT_TO_LEFT)


def refuse_characters(characters: Iterable[str], text: str, *, root: Path, why: str) -> None:
    """Refuse characters of a text that is printed.

    Parameters
    ----------
    characters : those that cannot be set.
    text : where they were found, made from the files under `root`.
    why : what would become of them, and what to do.

    Raises
    ------
    ReportError
        If there are any; names file and line of each (of a reference its key), and the character.
    """
    characters = list(dict.fromkeys(characters))
    if not characters:
        return
    places = [place for character in characters[:_MOST] for place in _places(character, text, root)]
    more = [f"and {len(characters) - _MOST} other characters"] if len(characters) > _MOST else []
    raise ReportError("\n    ".join([f"{why}:", *places, *more]))


def _places(character: str, text: str, root: Path) -> Iterator[str]:
    """Yield where the sources of a study have a character, at most three places; else what is around it in print."""
    lines = (
        (path, number)
        for path in _sources(root)
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1)
        if character in line
    )
    if found := list(islice(lines, _MOST_PLACES)):
        yield from (f"{path.name}:{number}{_key(path, number)}: {named(character)}" for path, number in found)
    else:  # in a value of the data, or written as an escape
        at = text.index(character)
        around = " ".join(text[max(0, at - _AROUND) : at + _AROUND].split())
        yield f'{named(character)} in "{around}"'


def _sources(root: Path) -> list[Path]:
    """Return the files that texts of a document come from."""
    named_so = ("*.qmd", "study.toml", "*.bib", "*/*.bib", "_quarto*.yml", "published.csv")
    return [path for pattern in named_so for path in sorted(root.glob(pattern)) if path.is_file()]


def _key(path: Path, line: int) -> str:
    """Return the key of the reference that a line of a .bib file belongs to."""
    if path.suffix != ".bib":
        return ""
    before = [entry for entry in entries_in([path]) if entry.line <= line]
    return f" (reference '{before[-1].key}')" if before else ""
