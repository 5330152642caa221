"""Built-in checks of rows: with nothing but an id, equal but for the id, and ids that are nearly the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.findings import DataFinding
from .checked import Checked, Flags

_BY_CHANCE: Final = 0.05
"""The expected number of pairs of equal rows, were all as common as these, above which equal ones are no wonder."""

_GROUPS: Final = 20
"""How many groups of equal rows have a finding each; of more it is the file that was made wrongly."""

FOOT: Final = 5
"""Last rows of a file, in which lines of totals are."""

_TOTAL: Final = re.compile(
    r"(?:n ?= ?[0-9]+|Σ|∑|(?:sums?|summen?|totals?|grand total|subtotal|gesamt|gesamtsumme|insgesamt|mean|mittelwert"
    r"|average|durchschnitt|median|anzahl|counts?|somme|moyenne|suma|promedio|sd|std)(?: ?[:(=].*)?)"
)

_DECIMALS: Final = re.compile(r"^([0-9]+)\.0+$")  # of a number that a program has written with them
_PARTS: Final = re.compile(r"(\d+)|([^\W\d_]+)")


def row_findings(checked: Checked) -> Iterator[DataFinding]:
    """Yield what is wrong with whole rows."""
    totals = _totals(checked)
    if totals.any():
        found = "an id that is called as a line of totals is"
        yield checked.about("totals_row", totals, found, "a row for each patient", severity="error")
    empty = _empty(checked) & ~totals
    if empty.any():
        found, expected = "nothing but an id", "a row for each patient (the last one may be a line of totals)"
        yield checked.about("empty_row", empty, found, expected)
    for equal in _by_group(_equal(checked, but=empty)):
        yield checked.about("duplicate_row", equal, "the same values in all columns but the id", "each patient once")
    for similar in _by_group(_similar_ids(checked)):
        found = "ids that are the same but for case, leading zeros, blanks, signs or decimals"
        yield checked.about("similar_id", similar, found, "each patient once")


def _by_group(groups: npt.NDArray[np.intp]) -> Iterator[Flags]:
    """Yield each group of rows, or all in one where they are many; a row of no group has -1."""
    named = np.unique(groups[groups >= 0])
    if len(named) > _GROUPS:
        yield groups >= 0
    else:
        yield from (groups == group for group in named)


def is_a_total(text: str) -> bool:
    """Return whether a text, such as an id at the foot of a file, is called as a line of totals is.

    >>> is_a_total("Total:"), is_a_total("n = 120"), is_a_total("P-17"), is_a_total("Gesamt (n=40)")
    (True, True, False, True)
    """
    return _TOTAL.fullmatch(" ".join(text.casefold().split())) is not None


def _totals(checked: Checked) -> Flags:
    """Return (n,) True for the last rows where their id says that they sum up others."""
    found = np.zeros(len(checked.rows), dtype=bool)
    if checked.ids is not None and len(checked.rows) > 2 * FOOT:
        last = checked.ids.codes[-FOOT:]
        found[-FOOT:] = [is_a_total(checked.ids.texts[code]) for code in last]
    return found


def _empty(checked: Checked) -> Flags:
    if len(checked.study.columns) < 2:
        return np.zeros(len(checked.rows), dtype=bool)  # its one value is missing, which is nothing special
    return checked.frame.isna().all(axis=1).to_numpy() & ~checked.any_faulty()


def _equal(checked: Checked, *, but: Flags) -> npt.NDArray[np.intp]:
    """Return (n,) the group of equal rows of each row, -1 for none; not of patients who may well be alike by chance.

    Notes
    -----
    Of n patients whose values are independent, n (n - 1) / 2 times the product of the shares of these values is the
    expected number of pairs like this one. A share is counted without the repetition, so that a date of this pair
    alone counts once. Blanks depend on each other (whoever was not randomised has nothing else either), so that a
    blank on both sides is no evidence.
    """
    frame, n = checked.frame, len(checked.rows)
    groups = np.full(n, -1, dtype=np.intp)
    others = ~but & ~checked.any_faulty()
    if checked.ids is not None:
        others &= ~pd.Series(checked.ids.codes).duplicated().to_numpy()  # an id that repeats is an error already
    repeated = np.zeros(n, dtype=bool)
    repeated[others] = frame[others].duplicated(keep=False)
    if not repeated.any():
        return groups
    part = frame[repeated]
    found = part.groupby(list(part.columns), dropna=False, observed=True, sort=False).ngroup().to_numpy()
    more = np.bincount(found)[found] - 1
    pairs = np.full(len(part), n * (n - 1) / 2)
    for name in frame.columns:
        codes = pd.factorize(frame[name])[0] + 1  # what is missing is 0
        shares = (np.bincount(codes)[codes[repeated]] - more) / n
        pairs *= np.where(codes[repeated] > 0, shares, 1.0)
    groups[repeated] = np.where((more > 0) & (pairs < _BY_CHANCE), found, -1)
    return groups


def _similar_ids(checked: Checked) -> npt.NDArray[np.intp]:
    """Return (n,) the group of ids that are nearly the same, -1 for none."""
    if checked.ids is None:
        return np.full(len(checked.rows), -1, dtype=np.intp)
    plain = [_plain(text) for text in checked.ids.texts]
    often = Counter(plain)
    numbers = {form: number for number, form in enumerate(form for form in often if form and often[form] > 1)}
    return np.array([numbers.get(form, -1) for form in plain], dtype=np.intp)[checked.ids.codes]


def _plain(text: str) -> tuple[str, ...]:
    """Return an id without what is often written in another way; two numbers stay two: "1-11" is not "11-1"."""
    parts: list[str] = []
    for number, letters in _PARTS.findall(_DECIMALS.sub(r"\1", text.casefold())):
        if letters and parts and not parts[-1].isdecimal():
            parts[-1] += letters
        else:
            parts.append(letters or number.lstrip("0") or "0")
    return tuple(parts)
