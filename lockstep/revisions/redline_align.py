"""Which part of an old text became which part of the new one: alignment by likeness, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from typing import Final

Pair = tuple[int | None, int | None]
"""Indices of a part in the old and in the new text; None on one side for what was added or removed."""

LIKE: Final = 0.4
"""The likeness from which two parts count as one that was changed."""


def likeness(old: Counter[str], new: Counter[str]) -> float:
    """Return how many words two texts share, from 0 to 1 (Dice 1945); two texts without words are alike."""
    total = old.total() + new.total()
    return 2 * (old & new).total() / total if total else 1.0


def align(
    old: Sequence[Hashable],
    new: Sequence[Hashable],
    old_words: Sequence[Counter[str]],
    new_words: Sequence[Counter[str]],
    kinds: tuple[Sequence[Hashable], Sequence[Hashable]] | None = None,
) -> list[Pair]:
    """Align the parts of two texts.

    Parameters
    ----------
    old, new : the parts; equal ones are paired first, as `difflib` finds them.
    old_words, new_words : the words of each part, for those that are left.
    kinds : what each part is; only parts of one kind are paired.

    Returns
    -------
    list
        Every part once, in order; between two pairs, what was removed precedes what was added.

    Notes
    -----
    Among the parts left between two equal ones, those pairs are taken, in order, whose likenesses have the greatest
    sum, each at least `LIKE` (Needleman & Wunsch 1970, without cost for a gap).
    """
    pairs: list[Pair] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += zip(range(i1, i2), range(j1, j2), strict=True)
            continue
        scores = [
            [
                likeness(old_words[i], new_words[j]) if kinds is None or kinds[0][i] == kinds[1][j] else 0.0
                for j in range(j1, j2)
            ]
            for i in range(i1, i2)
        ]
        pairs += [
            (None if i is None else i + i1, None if j is None else j + j1) for i, j in _best(scores, i2 - i1, j2 - j1)
        ]
    return removed_first(pairs)


def _best(scores: list[list[float]], rows: int, columns: int) -> list[Pair]:
    """Return the pairs in order with the greatest sum of scores, and what is left over."""
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            paired = scores[i][j] + best[i + 1][j + 1] if scores[i][j] >= LIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < rows and j < columns:
        if scores[i][j] >= LIKE and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return pairs + [(rest, None) for rest in range(i, rows)] + [(None, rest) for rest in range(j, columns)]


def removed_first(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs so that, between two of them, what was removed precedes what was added."""
    ordered: list[Pair] = []
    removed: list[Pair] = []
    added: list[Pair] = []
    for pair in pairs:
        if pair[0] is None:
            added.append(pair)
        elif pair[1] is None:
            removed.append(pair)
        else:
            ordered += [*removed, *added, pair]
            removed, added = [], []
    return [*ordered, *removed, *added]
