"""Built-in checks of rows: with nothing but an id, equal but for the id, and ids that are nearly the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from .checked import Checked, Flags
from .findings import DataFinding

_BY_CHANCE: Final = 0.05
"""The expected number of pairs of equal rows, were all as common as these, above which equal ones are no wonder."""

_PARTS: Final = re.compile(r"(\d+)|([^\W\d_]+)")


def row_findings(checked: Checked) -> Iterator[DataFinding]:
    """Yield what is wrong with whole rows."""
    empty = _empty(checked)
    if empty.any():
        found, expected = "nothing but an id", "a row for each patient (the last one may be a line of totals)"
        yield checked.about("empty_row", empty, found, expected)
    for pair in _equal(checked, but=empty):
        yield checked.about("duplicate_row", pair, "the same values in all columns but the id", "each patient once")
    for similar in _similar_ids(checked):
        found = "ids that are the same but for case, leading zeros, blanks or signs"
        yield checked.about("similar_id", similar, found, "each patient once")


def _empty(checked: Checked) -> Flags:
    if len(checked.study.columns) < 2:
        return np.zeros(len(checked.rows), dtype=bool)  # its one value is missing, which is nothing special
    return checked.frame.isna().all(axis=1).to_numpy() & ~checked.any_faulty()


def _equal(checked: Checked, *, but: Flags) -> Iterator[Flags]:
    """Yield each group of equal rows that is not likely to be one of patients who happen to be alike.

    Notes
    -----
    Of n patients whose values are independent, n (n - 1) / 2 times the product of the shares of these values is the
    expected number of pairs like this one. A share is counted without the repetition, so that a date of this pair
    alone counts once.
    """
    frame, n = checked.frame, len(checked.rows)
    repeated = frame.duplicated(keep=False).to_numpy() & ~but & ~checked.any_faulty()
    if not repeated.any():
        return
    part = frame[repeated]
    groups = np.zeros(n, dtype=int)
    groups[repeated] = 1 + part.groupby(list(part.columns), dropna=False, observed=True, sort=False).ngroup()
    codes = [pd.factorize(frame[name])[0] for name in frame.columns]
    for group in range(1, groups.max() + 1):
        where = groups == group
        first, more = int(np.argmax(where)), int(where.sum()) - 1
        shares = [((column == column[first]).sum() - more) / n for column in codes]
        if more and n * (n - 1) / 2 * float(np.prod(shares)) < _BY_CHANCE:
            yield where


def _similar_ids(checked: Checked) -> Iterator[Flags]:
    if checked.ids is None:
        return
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, text in enumerate(checked.ids.texts):
        if plain := _plain(text):
            alike[plain].append(position)
    for positions in alike.values():
        if len(positions) > 1:
            yield np.isin(checked.ids.codes, positions)


def _plain(text: str) -> tuple[str, ...]:
    """Return an id without what is often written in another way; two numbers stay two: "1-11" is not "11-1"."""
    parts: list[str] = []
    for number, letters in _PARTS.findall(text.casefold()):
        if letters and parts and not parts[-1].isdecimal():
            parts[-1] += letters
        else:
            parts.append(letters or number.lstrip("0") or "0")
    return tuple(parts)
