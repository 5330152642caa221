"""Paragraphs and tables of two texts merged into one, with every difference tracked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from .redline_align import Pair, align, removed_first
from .redline_atoms import Atom, Piece, read_atoms, write_atoms
from .redline_cause import Causes, Source
from .wordml import attribute, find, find_all, is_a, make, properties, put, qualified, style_of, text_of

_WORD: Final = re.compile(r"\w+")
_REFERENCES: Final = "Bibliography"  # the style of the list of references, which follows the citations


@dataclass(frozen=True, slots=True)
class Tracker:
    """Whose changes are marked how: the two authors, the time, and what tells their changes apart."""

    data_author: str
    prose_author: str
    date: str
    causes: Causes

    def author(self, *, edited: bool) -> str:
        """Return who stands at a change."""
        return self.prose_author if edited else self.data_author

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
    paragraph between them would be one.
    """
    pairs = _align_blocks(old, new)
    for i, j in pairs:
        before = None if i is None else old[i]
        after = None if j is None else new[j]
        shape = new[j] if j is not None else old[i or 0]
        if is_a(shape, "w:tbl"):
            yield _table(before, after, shape, tracker)
        elif before is not None and after is not None:
            yield _paragraph(before, after, tracker)
        else:
            yield _whole_paragraph(shape, "ins" if before is None else "del", tracker)


def _align_blocks(old: Sequence[Element], new: Sequence[Element]) -> list[Pair]:
    sides = [list(old), list(new)]
    closing = all(sides) and all(is_a(side[-1], "w:p") for side in sides)
    if closing:
        sides = [side[:-1] for side in sides]
    texts = [[_identity(block) for block in side] for side in sides]
    words = [[Counter(_words(block)) for block in side] for side in sides]
    kinds = ([_kind(block) for block in sides[0]], [_kind(block) for block in sides[1]])
    pairs = align(texts[0], texts[1], words[0], words[1], kinds)
    if closing:
        pairs.append((len(old) - 1, len(new) - 1))
    return _tables_apart(pairs, old, new)


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


# ---- paragraphs ----------------------------------------------------------------------------------------------------


def _paragraph(old: Element, new: Element, tracker: Tracker, *, in_table: bool = False) -> Element:
    """Return a paragraph of both texts, its differences tracked."""
    sides = (read_atoms(old), read_atoms(new))
    before, old_touched = _edited(sides[0], tracker.causes.old, old, in_table)
    after, new_touched = _edited(sides[1], tracker.causes.new, new, in_table)
    merged = make("w:p")
    formats = find(new, "w:pPr")
    if formats is not None:
        merged.append(deepcopy(formats))
    _track_formats(merged, old, tracker, edited=not in_table)
    merged.extend(write_atoms(_pieces(sides, (before, after), old_touched or new_touched, tracker), tracker.stamp))
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


def _pieces(
    sides: tuple[list[Atom], list[Atom]],
    edited: tuple[list[bool | None], list[bool | None]],
    touched: bool,
    tracker: Tracker,
) -> list[Piece]:
    old, new = sides
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in _operations([atom.key for atom in old], [atom.key for atom in new], old):
        if tag == "equal":
            for before, after in zip(old[i1:i2], new[j1:j2], strict=True):
                marks = (*before.marks, *after.marks)
                pieces.append(Piece(Atom(after.key, after.runs, after.words, after.link, marks)))
            continue
        flags = _settled([*edited[0][i1:i2], *edited[1][j1:j2]], touched)
        changed = [*((atom, "del") for atom in old[i1:i2]), *((atom, "ins") for atom in new[j1:j2])]
        pieces += [
            Piece(atom, change, tracker.author(edited=flag))
            for (atom, change), flag in zip(changed, flags, strict=True)
        ]
    return pieces


def _operations(
    old_keys: Sequence[tuple[str, ...]], new_keys: Sequence[tuple[str, ...]], old: Sequence[Atom]
) -> list[tuple[str, int, int, int, int]]:
    """Return `difflib`'s operations, with a space between two changes taken into them, for the reader's sake."""
    operations = SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_opcodes()
    joined: list[tuple[str, int, int, int, int]] = []
    for place, (tag, i1, i2, j1, j2) in enumerate(operations):
        between = 0 < place < len(operations) - 1
        blank = tag == "equal" and between and all(atom.words.isspace() and not atom.marks for atom in old[i1:i2])
        kind = "replace" if blank else tag
        if joined and joined[-1][0] == "replace" and kind != "equal":
            _, start, _, new_start, _ = joined.pop()
            joined.append(("replace", start, i2, new_start, j2))
        else:
            joined.append(("equal" if kind == "equal" else "replace", i1, i2, j1, j2))
    return joined


def _edited(
    atoms: Sequence[Atom], source: Source, paragraph: Element, in_table: bool
) -> tuple[list[bool | None], bool]:
    """Tell of each atom whether an edit can have changed it, None for what stands between words; and of the latter."""
    if in_table or style_of(paragraph) == _REFERENCES:
        return [not in_table] * len(atoms), not in_table
    words = [_WORD.findall(atom.words) for atom in atoms]
    flags, touched = source.edits([word for group in words for word in group])
    following = iter(flags)
    return [sum(next(following) for _ in group) > 0 if group else None for group in words], touched


def _settled(flags: Sequence[bool | None], between: bool) -> list[bool]:
    """Let what stands between words belong to the word before it in the same change, else to the word after it."""
    last = next((flag for flag in flags if flag is not None), between)
    found = []
    for flag in flags:
        last = last if flag is None else flag
        found.append(last)
    return found


def _whole_paragraph(paragraph: Element, change: str, tracker: Tracker, *, in_table: bool = False) -> Element:
    """Return a paragraph that only one of the texts has."""
    source = tracker.causes.old if change == "del" else tracker.causes.new
    atoms = read_atoms(paragraph)
    flags, touched = _edited(atoms, source, paragraph, in_table)
    edited = _settled(flags, touched)
    whole = sum(edited) * 2 > len(edited) if edited else not in_table
    merged = make("w:p")
    formats = find(paragraph, "w:pPr")
    if formats is not None:
        merged.append(deepcopy(formats))
    _mark_properties(merged).insert(0, tracker.mark(change, edited=whole))
    pieces = [Piece(atom, change, tracker.author(edited=flag)) for atom, flag in zip(atoms, edited, strict=True)]
    merged.extend(write_atoms(pieces, tracker.stamp))
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
    edited = (old is None or new is None) and tracker.causes.code_edited
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
                cell.append(_paragraph(own[0], own[1], tracker, in_table=True))
            else:
                change = "del" if place < len(sides[0]) else "ins"
                cell.append(_whole_paragraph(own[0], change, tracker, in_table=True))
        merged.append(cell)
    return merged


def _whole_row(row: Element, change: str, tracker: Tracker, *, edited: bool) -> Element:
    """Return a row that only one of the texts has: the row marked, and what its cells hold."""
    merged = deepcopy(row)
    properties(merged, "w:trPr").append(tracker.mark(change, edited=edited))
    for paragraph in list(merged.iter(qualified("w:p"))):
        pieces = [Piece(atom, change, tracker.author(edited=edited)) for atom in read_atoms(paragraph)]
        formats = find_all(paragraph, "w:pPr")
        paragraph[:] = [*formats, *write_atoms(pieces, tracker.stamp)]
    return merged
