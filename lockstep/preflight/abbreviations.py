"""Abbreviations that a reader meets before they are explained, in each part that is read by itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from ..text.phrases import UNSUPPORTED
from ..word.passages import Passage, PrintedDocument
from .printed_numbers import readable

KNOWN: Final = frozenset({"CI", "DNA", "RNA", "HIV", "AIDS", "UK", "US", "USA"})
"""Abbreviations that need no explanation anywhere; a document declares its own in its front matter."""

_ABBREVIATION: Final = re.compile(
    r"(?<![\w@./-])(?:[A-Z]{1,3}-[A-Z][A-Z0-9]+|[A-Z]{2,}-[0-9]+[A-Z]*|[A-Z]{2,}[0-9]*|[A-Z][0-9]+[A-Z]+)(?=s?(?![\w@]))"
)
_ROMAN: Final = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")
_PARTS: Final = ("front", "references", "back")


def undefined(printed: PrintedDocument, declared: Collection[str], *, quoted: Collection[str] = ()) -> tuple[str, ...]:
    """Say of each abbreviation that is used before it is explained, or explained twice, what and where.

    Parameters
    ----------
    declared : abbreviations that need no explanation, besides `KNOWN`.
    quoted : names of tables that print what others wrote, as they wrote it.

    Notes
    -----
    Abstract, text, and each table or figure are read by themselves, so each explains its own. In a text "overall
    survival (OS)" explains, in a table or figure also "OS, overall survival" in its caption or note, wherever these
    stand.
    """
    found: list[str] = []
    for unit, passages in printed.units().items():
        if unit in _PARTS or unit in quoted:
            continue
        read = [passage for passage in passages if passage.kind != "alt text"]
        is_float = unit not in ("abstract", "text")
        found += _faults(unit, read, {*KNOWN, *declared}, is_float=is_float)
    return tuple(found)


def _faults(unit: str, passages: Sequence[Passage], known: Collection[str], *, is_float: bool) -> Iterator[str]:
    """Yield what is wrong in one part."""
    seen: set[str] = set()
    notes = " ".join(passage.text for passage in passages if passage.kind in ("caption", "note")) if is_float else ""
    for passage in passages:
        text = readable(passage).replace(UNSUPPORTED, "")  # a claim that is broken has a line of its own
        for met in _ABBREVIATION.finditer(text):
            name = met[0]
            if name in known or name in seen or _ROMAN.fullmatch(name):
                continue
            seen.add(name)
            if is_float and _listed(name, notes):
                continue
            if not _explained_at(met, text):
                yield f"{passage.place}: {name} is not explained where it is first used"
    for name in sorted(seen):
        times = sum(len(list(_definitions(name, readable(passage)))) for passage in passages)
        if times > 1:
            yield f"{unit}: {name} is explained {times} times"


def _explained_at(met: re.Match[str], text: str) -> bool:
    """Return whether an abbreviation is explained at its place: "overall survival (OS)" or "OS (overall survival)"."""
    return any(found.start("name") == met.start() for found in _definitions(met[0], text))


def _definitions(name: str, text: str) -> Iterator[re.Match[str]]:
    """Yield the places that explain an abbreviation; the words must hold its first letter."""
    if name not in text:  # much faster than the pattern, and mostly so
        return
    for found in re.finditer(
        rf"(?P<words>\w[\w’'-]*(?:[ \xa0][\w’'-]+){{0,7}})[ \xa0]\((?P<name>{re.escape(name)})s?(?=[;,)])", text
    ):
        if re.search(rf"(?:^|[^A-Za-z]){name[0]}", found["words"], re.IGNORECASE):
            yield found
    yield from re.finditer(rf"(?<!\w)(?P<name>{re.escape(name)})[ \xa0]\([{name[0]}{name[0].lower()}][a-z]", text)


def _listed(name: str, notes: str) -> bool:
    """Return whether a list of abbreviations explains one: "OS, overall survival; ..." or "OS = overall survival"."""
    return bool(re.search(rf"(?<![\w]){re.escape(name)}(?:,|:|[ \xa0]=)[ \xa0][A-Za-z]", notes))
