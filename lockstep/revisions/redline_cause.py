"""Who caused a change: the data, where an inline expression or a cell is as it was, else who edited the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .redline_align import align
from .redline_source import PROSE, PrintedSource, SourceParagraph, paragraphs_of


@dataclass(frozen=True, slots=True)
class PrintedParagraph:
    """A paragraph of a Word file: its texts, "" for what is no text, and whether it can only be written by a person.

    That is so for the list of references, for what the front matter says, and for blank paragraphs.
    """

    texts: tuple[str, ...]
    in_table: bool = False
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """Where a printed paragraph comes from.

    `source` names the paragraph of the source, by the same name in both texts where that is one and the same; "" for
    what code printed. `values` names for each text the inline expression that prints it, if that is in both sources;
    "" for all else. `edited`: whether a person changed the paragraph anywhere.
    """

    source: str
    values: tuple[str, ...]
    edited: bool


@dataclass(frozen=True, slots=True)
class _Names:
    """What one source has in common with the other: names of paragraphs and expressions; which paragraphs are equal."""

    side: str
    paragraphs: dict[int, str]
    expressions: dict[int, str]
    same: set[int]


def causes(
    sources: tuple[PrintedSource, PrintedSource], printed: tuple[Sequence[PrintedParagraph], Sequence[PrintedParagraph]]
) -> tuple[list[Cause], list[Cause]]:
    """Return where each paragraph of the old and of the new Word file comes from.

    Notes
    -----
    What an expression prints is known from the results, so that a paragraph of a source has the very words of the
    printed one, but for references and for expressions that nobody can answer. These printed the text in between.
    """
    sides = (paragraphs_of(sources[0]), paragraphs_of(sources[1]))
    old, new = (_laid(*each) for each in zip(sides, _shared(*sides), printed, strict=True))
    return old, new


def _shared(old: Sequence[SourceParagraph], new: Sequence[SourceParagraph]) -> tuple[_Names, _Names]:
    """Compare two sources as they are written."""
    names = (_Names("old", {}, {}, set()), _Names("new", {}, {}, set()))
    sides = (old, new)
    written = [[item.written for item in side] for side in sides]
    words = [[_words(item.written) for item in side] for side in sides]
    kinds = ([item.in_table for item in old], [item.in_table for item in new])
    for i, j in align(written[0], written[1], words[0], words[1], kinds):
        if i is None or j is None:
            continue
        names[0].paragraphs[i] = names[1].paragraphs[j] = f"paragraph {j}"
        if old[i].written == new[j].written:
            names[0].same.add(i)
            names[1].same.add(j)
        for before, after in _equal(old[i].written, new[j].written):
            if new[j].expressions[after] != PROSE:
                name = f"expression {new[j].expressions[after]}"
                names[0].expressions[old[i].expressions[before]] = name
                names[1].expressions[new[j].expressions[after]] = name
    return names


def _laid(source: Sequence[SourceParagraph], names: _Names, printed: Sequence[PrintedParagraph]) -> list[Cause]:
    """Lay a source beside what it printed, in order; tables beside tables."""
    found = [Cause("", ("",) * len(item.texts), item.by_hand) for item in printed]
    for in_table in (False, True):
        places = [place for place, item in enumerate(source) if item.in_table == in_table]
        shown = [place for place, item in enumerate(printed) if item.in_table == in_table]
        if not places:
            continue
        tokens = [source[place].printed for place in places], [printed[place].texts for place in shown]
        words = [[_words(item) for item in side] for side in tokens]
        for i, j in align(tokens[0], tokens[1], words[0], words[1]):
            if i is not None and j is not None:
                values = _values(source[places[i]], printed[shown[j]].texts, names.expressions)
                name = names.paragraphs.get(places[i], f"{names.side} {places[i]}")
                found[shown[j]] = Cause(name, values, places[i] not in names.same)
    return found


def _values(paragraph: SourceParagraph, texts: Sequence[str], names: Mapping[int, str]) -> tuple[str, ...]:
    """Name for each printed text the expression that prints it."""
    found = [PROSE] * len(texts)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, paragraph.printed, texts, autojunk=False).get_opcodes():
        printers = paragraph.printers[i1:i2]
        if tag != "equal":
            # Not as the results answer it: an expression without an answer, or digits of the prose that touch a value
            printers = (next((item for item in printers if item != PROSE), PROSE),) * (j2 - j1)
        found[j1:j2] = printers
    return tuple(names.get(item, "") if text else "" for item, text in zip(found, texts, strict=True))


def _equal(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        yield from ((block.a + n, block.b + n) for n in range(block.size))


def _words(tokens: Sequence[str]) -> Counter[str]:
    """Return words and numbers, and what is written in their place."""
    return Counter(token.casefold() for token in tokens if token[:1].isalnum() or token[1:])
