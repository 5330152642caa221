"""Paragraphs and tables of two texts merged into one, with every difference tracked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from .redline_align import Pair, align, removed_first
from .redline_atoms import Atom, Piece, read_atoms, write_atoms
from .redline_cause import Cause
from .wordml import attribute, find, find_all, is_a, make, properties, put, qualified, style_of, text_of

_WORD: Final = re.compile(r"\w+")
_SAME: Final = 1000  # words that it counts for that two paragraphs come from one paragraph of the source


@dataclass(frozen=True, slots=True)
class Tracker:
    """Whose changes are marked how: the two authors, the time, and what tells their changes apart.

    `causes` tells where each paragraph of both texts comes from; `source_edited` and `code_edited` whether anything in
    the source differs, and anything in its cells.
    """

    data_author: str
    prose_author: str
    date: str
    causes: Mapping[Element, Cause]
    source_edited: bool
    code_edited: bool

    def author(self, *, edited: bool) -> str:
        """Return who stands at a change: never a person while the source is as it was."""
        return self.prose_author if edited and self.source_edited else self.data_author

    @property
    def stamp(self) -> dict[str, str]:
        """The attributes of every change beside its author; ids are given at the end."""
        return {"id": "0", "date": self.date}

    def mark(self, change: str, *, edited: bool) -> Element:
        """Return an element such as ``w:ins`` that marks a paragraph or a row as added or removed."""
        return make(f"w:{change}", author=self.author(edited=edited), **self.stamp)


def merge_blocks(old: Sequence[Element], new: Sequence[Element], tracker: Tracker) -> Iterator[Element]:
    """Yield the paragraphs and tables of the redline.

    Notes
    -----
    The last paragraphs of both texts are always one, changed as may be: a paragraph that closes a document or a cell
    cannot be removed. A table that replaces one of other columns takes its caption with it, since two tables without a
    paragraph between them would be one. Where a paragraph of pictures alone changed, it is replaced with its mark:
    LibreOffice, rejecting a picture at the end of a paragraph that stays, joins this to the next one.
    """
    pairs = _align_blocks(old, new, tracker.causes)
    for i, j in pairs:
        before = None if i is None else old[i]
        after = None if j is None else new[j]
        shape = new[j] if j is not None else old[i or 0]
        if is_a(shape, "w:tbl"):
            yield _table(before, after, shape, tracker)
        elif before is not None and after is not None:
            if after is not new[-1] and _is_another_picture(before, after):
                yield _whole_paragraph(before, "del", tracker, edited=False)
                yield _whole_paragraph(after, "ins", tracker, edited=False)
            else:
                yield _paragraph(before, after, tracker)
        else:
            yield _whole_paragraph(shape, "ins" if before is None else "del", tracker)


def _align_blocks(old: Sequence[Element], new: Sequence[Element], causes: Mapping[Element, Cause]) -> list[Pair]:
    sides = [list(old), list(new)]
    closing = all(sides) and all(is_a(side[-1], "w:p") for side in sides)
    if closing:
        sides = [side[:-1] for side in sides]
    origins = [_origins(side, causes) for side in sides]
    texts = [
        [f"{origin} {_identity(block)}" for block, origin in zip(*each, strict=True)]
        for each in zip(sides, origins, strict=True)
    ]
    words = [
        [Counter(_words(block) + [f"\0{origin}"] * _SAME * bool(origin)) for block, origin in zip(*each, strict=True)]
        for each in zip(sides, origins, strict=True)
    ]
    kinds = ([_kind(block) for block in sides[0]], [_kind(block) for block in sides[1]])
    pairs = align(texts[0], texts[1], words[0], words[1], kinds)
    if closing:
        pairs.append((len(old) - 1, len(new) - 1))
    return _tables_apart(pairs, old, new)


def _origins(blocks: Sequence[Element], causes: Mapping[Element, Cause]) -> list[str]:
    """Return what each block goes by in both texts: a paragraph by its source, a table by that of its caption."""
    found: list[str] = []
    for block in blocks:
        if is_a(block, "w:p"):
            found.append(causes[block].source)
        else:
            above = found[-1] if found else ""
            found.append(above and f"table under {above}")
    return found


def _tables_apart(pairs: list[Pair], old: Sequence[Element], new: Sequence[Element]) -> list[Pair]:
    """Part the pair before a removed table that an added one follows at once, so that a paragraph comes between."""
    for place in range(1, len(pairs)):
        (i, none), (also_none, j) = pairs[place - 1], pairs[place]
        clash = none is None and also_none is None and i is not None and j is not None
        if clash and is_a(old[i or 0], "w:tbl") and is_a(new[j or 0], "w:tbl"):
            first = next((k for k in reversed(range(place)) if None not in pairs[k]), None)
            if first is not None:
                one, other = pairs[first]
                parted: list[Pair] = [*pairs[:first], (one, None), (None, other), *pairs[first + 1 :]]
                return _tables_apart(removed_first(parted), old, new)
    return pairs


def _kind(block: Element) -> str:
    """Return what a block is: a table of so many columns, or a paragraph."""
    return f"table {len(find_all(block, 'w:tblGrid/w:gridCol'))}" if is_a(block, "w:tbl") else "paragraph"


def _identity(block: Element) -> str:
    """Return a block's text and form, to find unchanged ones."""
    pictures = [str(blip.get(qualified("r:embed"))) for blip in block.iter(qualified("a:blip"))]
    return f"{_kind(block)} {style_of(block)} {' '.join(pictures)} {_text(block)}"


def _text(block: Element) -> str:
    return "\n".join(text_of(item) for item in block.iter(qualified("w:p")))


def _words(block: Element) -> list[str]:
    """Return the words by which blocks are likened; a picture counts as a few, so that it is likened to a picture."""
    pictures = sum(1 for _ in block.iter(qualified("w:drawing")))
    return _WORD.findall(_text(block).casefold()) + ["\0picture"] * (5 * pictures)


def _is_another_picture(old: Element, new: Element) -> bool:
    """Tell whether two paragraphs hold nothing but pictures, and not the same ones."""
    sides = [[*block.iter(qualified("w:drawing"))] for block in (old, new)]
    return all(sides) and not _text(old) + _text(new) and _identity(old) != _identity(new)


# ---- paragraphs ----------------------------------------------------------------------------------------------------


def _paragraph(old: Element, new: Element, tracker: Tracker) -> Element:
    """Return a paragraph of both texts, its differences tracked."""
    origins = (tracker.causes[old], tracker.causes[new])
    shared = set(origins[0].values) & set(origins[1].values) - {""}
    sides = [
        [
            _Told(atom, value if value in shared else "", origin)
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
    before, after = find(old, "w:pPr"), find(merged, "w:pPr")
    markup = ["" if item is None else etree.tostring(item, method="c14n", exclusive=True) for item in (before, after)]
    if markup[0] == markup[1]:
        return
    former = make("w:pPr") if before is None else deepcopy(before)
    for name in ("w:rPr", "w:sectPr"):
        for child in find_all(former, name):
            former.remove(child)
    put(properties(merged, "w:pPr"), "w:pPrChange", former, author=tracker.author(edited=edited), **tracker.stamp)


@dataclass(frozen=True, slots=True)
class _Told:
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


def _pieces(old: Sequence[_Told], new: Sequence[_Told], tracker: Tracker) -> Iterator[Piece]:
    for same, before, after in _stretches(old, new):
        if same:
            for gone, kept in zip(before, after, strict=True):
                marks = (*gone.atom.marks, *kept.atom.marks)
                yield Piece(replace(kept.atom, marks=marks))
            continue
        authors = _authors([*before, *after])
        for change, items in (("del", before), ("ins", after)):
            for item in items:
                # Blanks between changes of one author are that author's
                edited = authors == {True} if item.atom.words.isspace() and len(authors) == 1 else item.edited
                yield Piece(item.atom, change, tracker.author(edited=edited))


def _stretches(old: Sequence[_Told], new: Sequence[_Told]) -> list[tuple[bool, Sequence[_Told], Sequence[_Told]]]:
    """Return what is the same and what differs, by turns, a blank between two changes of one author taken into them."""
    operations = SequenceMatcher(None, [item.key for item in old], [item.key for item in new], autojunk=False)
    found: list[tuple[bool, Sequence[_Told], Sequence[_Told]]] = []
    for tag, i1, i2, j1, j2 in operations.get_opcodes():
        before, after = old[i1:i2], new[j1:j2]
        # Words that are typed where the same ones were printed before are no change
        same = tag == "equal" or [item.atom.key for item in before] == [item.atom.key for item in after]
        if not same and len(found) > 1 and _is_blank(found[-1]) and not found[-2][0]:
            blank, changed = found[-1], found[-2]
            if len(_authors([*changed[1], *changed[2]]) | _authors([*before, *after])) == 1:
                found[-2:] = [(False, [*changed[1], *blank[1], *before], [*changed[2], *blank[2], *after])]
                continue
        found.append((same, before, after))
    return found


def _authors(changed: Sequence[_Told]) -> set[bool]:
    """Return whose changes these are, by their words where they have any."""
    words = [item for item in changed if not item.atom.words.isspace()]
    return {item.edited for item in words or changed}


def _is_blank(stretch: tuple[bool, Sequence[_Told], Sequence[_Told]]) -> bool:
    same, before, _ = stretch
    return same and all(item.atom.words.isspace() and not item.atom.marks for item in before)


def _whole_paragraph(paragraph: Element, change: str, tracker: Tracker, *, edited: bool | None = None) -> Element:
    """Return a paragraph that only one of the texts has; where nobody says who did it, its source tells."""
    origin = tracker.causes[paragraph]
    if edited is None:
        edited = origin.edited or (tracker.code_edited and not origin.source)
    author = tracker.author(edited=edited)
    merged = make("w:p")
    formats = find(paragraph, "w:pPr")
    if formats is not None:
        merged.append(deepcopy(formats))
    _mark_properties(merged).insert(0, make(f"w:{change}", author=author, **tracker.stamp))
    merged.extend(write_atoms([Piece(atom, change, author) for atom in read_atoms(paragraph)], tracker.stamp))
    return merged


def _mark_properties(paragraph: Element) -> Element:
    """Return the properties of a paragraph's mark, made where there are none."""
    formats = properties(paragraph, "w:pPr")
    own = find(formats, "w:rPr")
    return put(formats, "w:rPr") if own is None else own


# ---- tables --------------------------------------------------------------------------------------------------------


def _table(old: Element | None, new: Element | None, shape: Element, tracker: Tracker) -> Element:
    """Return a table of one text or both, its rows aligned, in the shape of the new one where there is one."""
    merged = make("w:tbl", *[deepcopy(child) for child in shape if not is_a(child, "w:tr")])
    rows = [[] if table is None else find_all(table, "w:tr") for table in (old, new)]
    edited = (old is None or new is None) and tracker.code_edited
    for i, j in _align_rows(rows[0], rows[1]):
        if i is not None and j is not None:
            merged.append(_row(rows[0][i], rows[1][j], tracker))
        else:
            row, change = (rows[0][i], "del") if i is not None else (rows[1][j or 0], "ins")
            merged.append(_whole_row(row, change, tracker, edited=edited))
    return merged


def _align_rows(old: Sequence[Element], new: Sequence[Element]) -> list[Pair]:
    """Align rows by their text; the first cell, which names the row, counts as much as all others together."""
    texts = [["\t".join(map(_text, find_all(row, "w:tc"))) for row in side] for side in (old, new)]
    kinds = ([_shape(row) for row in old], [_shape(row) for row in new])
    words = [[_row_words(row) for row in side] for side in (old, new)]
    keyed = [[f"{kind}\n{text}" for kind, text in zip(kinds[n], texts[n], strict=True)] for n in (0, 1)]
    return align(keyed[0], keyed[1], words[0], words[1], kinds)


def _row_words(row: Element) -> Counter[str]:
    name, *others = [_WORD.findall(_text(cell).casefold()) for cell in find_all(row, "w:tc")] or [[]]
    values = [word for cell in others for word in cell]
    weight = max(1, len(values) // max(1, len(name)))
    return Counter(values) + Counter({f"\0{word}": times * weight for word, times in Counter(name).items()})


def _shape(row: Element) -> str:
    """Return the columns that a row's cells cover, and whether it is a heading."""
    spans = [
        [attribute(span) for path in ("w:tcPr/w:gridSpan", "w:tcPr/w:vMerge") for span in find_all(cell, path)]
        for cell in find_all(row, "w:tc")
    ]
    return f"{find(row, 'w:trPr/w:tblHeader') is not None} {spans}"


def _row(old: Element, new: Element, tracker: Tracker) -> Element:
    merged = make("w:tr", *[deepcopy(child) for child in new if not is_a(child, "w:tc")])
    for before, after in zip(find_all(old, "w:tc"), find_all(new, "w:tc"), strict=True):
        cell = make("w:tc", *[deepcopy(child) for child in after if not is_a(child, "w:p")])
        sides = [find_all(before, "w:p"), find_all(after, "w:p")]
        # Aligned from the end, since the last paragraph of a cell cannot be removed
        for place in reversed(range(max(map(len, sides)))):
            own = [side[-1 - place] for side in sides if place < len(side)]
            if len(own) == 2:
                cell.append(_paragraph(own[0], own[1], tracker))
            else:
                change = "del" if place < len(sides[0]) else "ins"
                edited = tracker.causes[own[0]].edited
                cell.append(_whole_paragraph(own[0], change, tracker, edited=edited))
        merged.append(cell)
    return merged


def _whole_row(row: Element, change: str, tracker: Tracker, *, edited: bool) -> Element:
    """Return a row that only one of the texts has: the row marked, and what its cells hold."""
    edited = edited or any(tracker.causes[item].edited for item in row.iter(qualified("w:p")))
    merged = deepcopy(row)
    properties(merged, "w:trPr").append(tracker.mark(change, edited=edited))
    for paragraph in list(merged.iter(qualified("w:p"))):
        pieces = [Piece(atom, change, tracker.author(edited=edited)) for atom in read_atoms(paragraph)]
        formats = find_all(paragraph, "w:pPr")
        paragraph[:] = [*formats, *write_atoms(pieces, tracker.stamp)]
    return merged
