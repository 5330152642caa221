"""Paragraphs and tables of two texts merged into one, with every difference tracked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Final

from lxml.etree import _Element as Element

from ..word.wordml import attribute, find, find_all, is_a, make, paragraph_style, properties, qualified, text_of
from .redline_align import Pair, align, removed_first
from .redline_atoms import TrackedAtom, read_atoms, write_atoms
from .redline_cause import Cause
from .redline_paragraphs import Tracker, tracked_paragraph, whole_paragraph

_WORD: Final = re.compile(r"\w+")
_SAME: Final = 1000  # words that it counts for that two paragraphs come from one paragraph of the source


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
                yield whole_paragraph(before, "del", tracker, edited=False)
                yield whole_paragraph(after, "ins", tracker, edited=False)
            else:
                yield tracked_paragraph(before, after, tracker)
        else:
            yield whole_paragraph(shape, "ins" if before is None else "del", tracker)


def _align_blocks(old: Sequence[Element], new: Sequence[Element], causes: Mapping[Element, Cause]) -> list[Pair]:
    sides = [list(old), list(new)]
    closing = all(sides) and all(is_a(side[-1], "w:p") for side in sides)
    if closing:
        sides = [side[:-1] for side in sides]
    origins = [_origins(side, causes) for side in sides]
    texts = [[_identity(block) for block in side] for side in sides]
    words = [
        [_words_and_origin(block, origin) for block, origin in zip(*each, strict=True)]
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
    return f"{_kind(block)} {paragraph_style(block)} {' '.join(pictures)} {_text(block)}"


def _text(block: Element) -> str:
    return "\n".join(text_of(item) for item in block.iter(qualified("w:p")))


def _words(block: Element) -> list[str]:
    """Return the words by which blocks are likened; a picture counts as a few, so that it is likened to a picture."""
    pictures = sum(1 for _ in block.iter(qualified("w:drawing")))
    return _WORD.findall(_text(block).casefold()) + ["\0picture"] * (5 * pictures)


def _words_and_origin(block: Element, origin: str) -> Counter[str]:
    """Return the words of a block, and where it comes from as a word that outweighs them."""
    words = Counter(_words(block))
    if origin:
        words[f"\0{origin}"] = _SAME
    return words


def _is_another_picture(old: Element, new: Element) -> bool:
    """Return whether two paragraphs hold nothing but pictures, and not the same ones."""
    sides = [[*block.iter(qualified("w:drawing"))] for block in (old, new)]
    return all(sides) and not _text(old) + _text(new) and _identity(old) != _identity(new)


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
                cell.append(tracked_paragraph(own[0], own[1], tracker))
            else:
                change = "del" if place < len(sides[0]) else "ins"
                edited = tracker.causes[own[0]].edited
                cell.append(whole_paragraph(own[0], change, tracker, edited=edited))
        merged.append(cell)
    return merged


def _whole_row(row: Element, change: str, tracker: Tracker, *, edited: bool) -> Element:
    """Return a row that only one of the texts has: the row marked, and what its cells hold."""
    edited = edited or any(tracker.causes[item].edited for item in row.iter(qualified("w:p")))
    merged = deepcopy(row)
    properties(merged, "w:trPr").append(tracker.mark(change, edited=edited))
    for item in list(merged.iter(qualified("w:p"))):
        pieces = [TrackedAtom(atom, change, tracker.author(edited=edited)) for atom in read_atoms(item)]
        formats = find_all(item, "w:pPr")
        item[:] = [*formats, *write_atoms(pieces, tracker.stamp)]
    return merged
