"""The levels of a category: their order, labels, and names that give ids of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..syntax.names import slug
from .words import ORDERS

_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_WORD: Final = re.compile(r"[^\W\d_]{2,}(?:\s|$)(?!.*[A-Z])")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_BOUNDED: Final = re.compile(r"([<>≤≥]?)\s*=?\s*([0-9]+(?:[.,][0-9]+)?)")
_NAMES: Final = {"<": "under_", "≤": "up_to_", ">": "over_", "≥": "from_", "+": "positive", "-": "negative"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The levels of a category.

    Attributes
    ----------
    labels : the printed label of each value, in order.
    recode : other texts of the file, with the value that each means.
    notes : what was guessed, each with its reason.
    """

    labels: Mapping[str, str]
    recode: Mapping[str, str]
    notes: tuple[str, ...]


def levels_of(counts: Mapping[str, int], described: Mapping[str, str], *, yes_no: bool, sexes: bool) -> Levels:
    """Return the levels of a category.

    Parameters
    ----------
    counts : in how many rows each value is.
    described : the labels that the file has for values, in its order.
    yes_no : whether 0 and 1 are no and yes.
    sexes : whether m and f are male and female.
    """
    others = [value for value in counts if value not in described]
    codes = all(_NUMBER.fullmatch(value) for value in (*described, *others)) and others
    bounds = all(map(_BOUNDED.match, described)) and any(value[:1] in "<>≤≥" for value in described)
    values = _ordered((*described, *others)) if codes or bounds else [*described, *_ordered(others)]
    notes: list[str] = []
    labels = {value: " ".join(described.get(value, "").split()) or " ".join(value.split()) for value in values}
    if not described:
        labels, notes = _labelled(labels, yes_no=yes_no, sexes=sexes)
    return _with_own_ids(labels, counts, notes)


def _ordered(values: Iterable[str]) -> list[str]:
    found = list(values)
    if {value.casefold() for value in found} == {"n", "j"}:
        return sorted(found, key=str.casefold, reverse=True)
    for order in ORDERS:
        words = order.split()
        if len(found) > 1 and {value.casefold() for value in found} <= set(words):
            return sorted(found, key=lambda value: words.index(value.casefold()))
    return sorted(found, key=_natural)


def _natural(value: str) -> tuple[object, ...]:
    if _NUMBER.fullmatch(value):
        return (0, float(value.replace(",", ".")), value)
    if begin := _BOUNDED.match(value):  # "<20" is before "20-50", which is before ">50"
        side = {"<": -2, "≤": -1, "": 0, "≥": 1, ">": 2}[begin[1]]
        return (1, float(begin[2].replace(",", ".")), side, value)
    parts = re.split(r"([0-9]+)", value.casefold())
    return (2, *((int(part), "") if part.isdigit() else (0, part) for part in parts), value)


def _labelled(labels: dict[str, str], *, yes_no: bool, sexes: bool) -> tuple[dict[str, str], list[str]]:
    folded = {value.casefold() for value in labels}
    if folded == {"0", "1"} and yes_no:
        return {"0": "No", "1": "Yes"}, ["guess: 0 is no and 1 is yes"]
    if folded in ({"n", "y"}, {"n", "j"}):
        yes = (folded - {"n"}).pop()
        return {value: "No" if value.casefold() == "n" else "Yes" for value in labels}, [
            f"guess: n is no and {yes} is yes"
        ]
    if sexes and folded <= {"m", "f", "w"} and len(folded) == 2:
        words = {"m": "Male", "f": "Female", "w": "Female"}
        return {value: words[value.casefold()] for value in labels}, ["guess: what the letters stand for"]
    return {
        value: label[:1].upper() + label[1:] if _WORD.match(label) else label for value, label in labels.items()
    }, []


def _with_own_ids(labels: Mapping[str, str], counts: Mapping[str, int], notes: list[str]) -> Levels:
    """Give each level a name of its own in ids of results; texts that differ in case or blanks alone are one level."""
    alike: dict[str, list[str]] = {}
    for value, label in labels.items():
        alike.setdefault(" ".join(label.split()).casefold(), []).append(value)
    kept: dict[str, str] = {}
    recode: dict[str, str] = {}
    taken: set[str] = set()
    for texts in alike.values():
        main = max(texts, key=lambda text: counts.get(text, 0))
        name = main
        if slug(main) in taken or slug(main) == "missing" or not slug(main).strip("_"):
            name = _level_name(main, taken)
        recode |= {text: name for text in texts if text != name}
        taken.add(slug(name))
        kept[name] = labels[main]
    if any(len(texts) > 1 for texts in alike.values()):
        notes = [*notes, "guess: values that differ in case or blanks alone are one level (`recode`)"]
    elif recode:
        notes = [*notes, "`recode` gives levels names that make ids of their own"]
    return Levels(labels=kept, recode=recode, notes=tuple(notes))


def _level_name(value: str, taken: set[str]) -> str:
    name = "".join(_NAMES.get(c, c) for c in value)
    name = re.sub(r"_+", "_", slug(name)).strip("_") or "level"
    name = "level_missing" if name == "missing" else name
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found
