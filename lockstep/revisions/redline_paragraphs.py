"""A paragraph of two texts as one, each difference tracked under the name of who caused it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby

from lxml import etree
from lxml.etree import _Element as Element

from ..word.wordml import drop, find, make, properties, property_of, put
from .redline_atoms import Atom, TrackedAtom, read_atoms, write_atoms
from .redline_cause import Cause


@dataclass(frozen=True, slots=True)
class Tracker:
    """Whose changes are marked how: the two authors, the time, and what distinguishes their changes.

    `causes` gives the origin of each paragraph of both texts; `source_edited` and `code_edited` whether anything in
    the source differs, and anything in its cells.
    """

    data_author: str
    prose_author: str
    date: str | None
    causes: Mapping[Element, Cause]
    source_edited: bool
    code_edited: bool

    def author(self, *, edited: bool) -> str:
        """Return the author of a change: never a person while the source is unchanged."""
        return self.prose_author if edited and self.source_edited else self.data_author

    @property
    def stamp(self) -> dict[str, str]:
        """The attributes of every change beside its author; ids are given at the end."""
        return {"id": "0"} | ({} if self.date is None else {"date": self.date})

    def mark(self, change: str, *, edited: bool) -> Element:
        """Return an element such as ``w:ins`` that marks a paragraph or a row as added or removed."""
        return make(f"w:{change}", author=self.author(edited=edited), **self.stamp)


def tracked_paragraph(old: Element, new: Element, tracker: Tracker) -> Element:
    """Return a paragraph of both texts, its differences tracked."""
    origins = (tracker.causes[old], tracker.causes[new])
    shared = set(origins[0].values) & set(origins[1].values) - {""}
    sides = [
        [
            _PrintedAtom(atom, value if value in shared else "", origin)
            for atom, value in zip(atoms, origin.values, strict=True)
        ]
        for atoms, origin in ((read_atoms(old), origins[0]), (read_atoms(new), origins[1]))
    ]
    merged = make("w:p")
    formats = find(new, "w:pPr")
    if formats is not None:
        merged.append(deepcopy(formats))
    _track_formats(merged, old, tracker, edited=bool(origins[1].source) or origins[1].edited)
    merged.extend(write_atoms([*_pieces(sides[0], sides[1], tracker)], tracker.stamp))
    return merged


def _track_formats(merged: Element, old: Element, tracker: Tracker, *, edited: bool) -> None:
    """Note the old form of a paragraph where it had another."""
    former, latter = (_tracked_formats(item) for item in (old, merged))
    if etree.tostring(former, method="c14n", exclusive=True) == etree.tostring(latter, method="c14n", exclusive=True):
        return
    put(properties(merged, "w:pPr"), "w:pPrChange", former, author=tracker.author(edited=edited), **tracker.stamp)


def _tracked_formats(paragraph: Element) -> Element:
    """Return a copy of a paragraph's format without what Word does not track: its mark's, and the end of a section."""
    found = find(paragraph, "w:pPr")
    formats = make("w:pPr") if found is None else deepcopy(found)
    drop(formats, "w:rPr", "w:sectPr")
    return formats


@dataclass(frozen=True, slots=True)
class _PrintedAtom:
    """An atom, the expression of both sources that prints it ("" for none), and where its paragraph comes from."""

    atom: Atom
    value: str
    origin: Cause

    @property
    def key(self) -> tuple[str, ...]:
        """What it has in common with the same atom of the other text: a value is never one with a word of the prose."""
        return (*self.atom.key, self.value)

    @property
    def edited(self) -> bool:
        """Whether only an edit can have changed it."""
        return not self.value if self.origin.source else self.origin.edited


_Stretch = tuple[bool, Sequence[_PrintedAtom], Sequence[_PrintedAtom]]
"""Whether it is the same in both texts, and what it is in either."""


def _pieces(old: Sequence[_PrintedAtom], new: Sequence[_PrintedAtom], tracker: Tracker) -> Iterator[TrackedAtom]:
    for same, before, after in _stretches(old, new):
        if same:
            for gone, kept in zip(before, after, strict=True):
                marks = (*gone.atom.marks, *kept.atom.marks)
                yield TrackedAtom(replace(kept.atom, marks=marks))
            continue
        authors = _authors([*before, *after])
        for change, items in (("del", before), ("ins", after)):
            for item in items:
                # Blanks between changes of one author are that author's
                edited = authors == {True} if item.atom.words.isspace() and len(authors) == 1 else item.edited
                yield TrackedAtom(item.atom, change, tracker.author(edited=edited))


def _stretches(old: Sequence[_PrintedAtom], new: Sequence[_PrintedAtom]) -> list[_Stretch]:
    """Return what is the same and what differs, alternating, a blank between changes of one author taken into them."""
    operations = SequenceMatcher(None, [item.key for item in old], [item.key for item in new], autojunk=False)
    found: list[_Stretch] = []
    for _, i1, i2, j1, j2 in operations.get_opcodes():
        for before, after in _value_by_value(old[i1:i2], new[j1:j2]):
            # Words that are typed where the same ones were printed before are no change
            same = [item.atom.key for item in before] == [item.atom.key for item in after]
            if not same and len(found) > 1 and _is_blank(found[-1]) and not found[-2][0]:
                blank, changed = found[-1], found[-2]
                if len(_authors([*changed[1], *changed[2]]) | _authors([*before, *after])) == 1:
                    found[-2:] = [(False, [*changed[1], *blank[1], *before], [*changed[2], *blank[2], *after])]
                    continue
            found.append((same, before, after))
    return found


def _value_by_value(
    old: Sequence[_PrintedAtom], new: Sequence[_PrintedAtom]
) -> Iterator[tuple[list[_PrintedAtom], list[_PrintedAtom]]]:
    """Cut a stretch so that a value is beside its old one, and words typed before it stay before it."""
    sides = [[(name, list(items)) for name, items in groupby(side, key=lambda item: item.value)] for side in (old, new)]
    names = [[name for name, _ in side] for side in sides]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, names[0], names[1], autojunk=False).get_opcodes():
        before, after = ([items for _, items in side] for side in (sides[0][i1:i2], sides[1][j1:j2]))
        if tag == "equal":
            yield from zip(before, after, strict=True)
        else:
            yield [item for items in before for item in items], [item for items in after for item in items]


def _authors(changed: Sequence[_PrintedAtom]) -> set[bool]:
    """Return whose changes these are, by their words where they have any."""
    words = [item for item in changed if not item.atom.words.isspace()]
    return {item.edited for item in words or changed}


def _is_blank(stretch: _Stretch) -> bool:
    same, before, _ = stretch
    return same and all(item.atom.words.isspace() and not item.atom.marks for item in before)


def whole_paragraph(paragraph: Element, change: str, tracker: Tracker, *, edited: bool | None = None) -> Element:
    """Return a paragraph that only one of the texts has; where no author is given, its source decides."""
    origin = tracker.causes[paragraph]
    if edited is None:
        edited = origin.edited or (tracker.code_edited and not origin.source)
    author = tracker.author(edited=edited)
    merged = make("w:p")
    formats = find(paragraph, "w:pPr")
    if formats is not None:
        merged.append(deepcopy(formats))
    _mark_properties(merged).insert(0, make(f"w:{change}", author=author, **tracker.stamp))
    merged.extend(write_atoms([TrackedAtom(atom, change, author) for atom in read_atoms(paragraph)], tracker.stamp))
    return merged


def _mark_properties(paragraph: Element) -> Element:
    """Return the properties of a paragraph's mark, made where there are none."""
    return property_of(properties(paragraph, "w:pPr"), "w:rPr")
