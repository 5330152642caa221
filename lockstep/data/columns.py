"""The cells of one column as values: categories, numbers or dates, or one error that names the rows.

Messages never show a cell of a number or date column, only its kind: it may hold anything, even a name. Of a category,
unknown values are shown where they can be levels: few of them, each in several rows or a misspelt level.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import DataError, counted, nearest, row_list
from ..base.snapping import snapped, snapped_all
from ..base.wording import hint, listing, shown
from ..study.model import Column

YEARS: Final = (1800, 2200)
"""First and last year that a date can have; others are typing errors."""

LARGEST: Final = 1e75
"""The largest number that data may hold: models take products of four of them, which a float still has to hold."""

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONG: Final = 60  # characters; no number or date is longer
_MOST_LEVELS: Final = 5  # unknown values of a category; more are no levels
_LONGEST_LEVEL: Final = 40  # characters; longer is free text
_MOST_DIGITS: Final = 4  # where levels have no more; others are an id, a telephone number, a date ("12 Mar 1950")
_DATE: Final = re.compile(r"[0-9]{1,4}([-/. ])[0-9]{1,2}\1[0-9]{1,4}([T ].*)?", re.DOTALL)
_NUMBER_KINDS: Final = (
    (r"[+-]?(inf|infinity)", "infinity"),
    (r"[+-]?nan", "'NaN'"),
    (r"[0-9.,'\s]*,[0-9.,'\s]*", "a number with a comma"),
    (r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}", "a date"),
    (r".*[0-9].*", "a number with other characters"),
)
_DATE_KINDS: Final = (
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].*", "a date with a time of day"),
    (
        r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ]([0-9]{2}|[0-9]{4})",
        "an ambiguous date (as 03/04/2010, which may be in March or April)",
    ),
    (r"[0-9]{4}([-/.][0-9]{1,2})?", "an incomplete date"),
    (r"[0-9]{4}[-/. ]?[0-9]{1,2}[-/. ]?[0-9]{1,2}", "a date in another form"),
    (r"[0-9.,]+", "a number (a spreadsheet's count of days?)"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """The cells of a declared column, and what is needed to interpret them and to speak of them."""

    file: str
    column: Column
    texts: list[str]
    codes: npt.NDArray[np.intp]
    rows: npt.NDArray[np.int64]
    missing: Collection[str]
    decimal_comma: bool = False

    def rows_of(self, positions: Iterable[int]) -> list[int]:
        """Return the file rows whose text is one of those at `positions`."""
        return [int(row) for row in self.rows[np.isin(self.codes, list(positions))]]

    def fault(self, faults: Mapping[int, str], expected: str, remedy: str) -> DataError:
        """Return the error about faulty texts (position -> kind), of the kind that comes first in the file."""
        first = next(int(code) for code in self.codes if int(code) in faults)
        rows = self.rows_of(position for position, kind in faults.items() if kind == faults[first])
        found = f"column {shown(self.column.header)} has {faults[first]} in {row_list(rows)}"
        return DataError(f"{self.file}: {found}; expected {expected}.\n{remedy}")


def categories(cells: Cells) -> pd.Categorical:
    """Return the levels of a category column; a value must be a level, or be recoded to one.

    Raises
    ------
    DataError
        Names the rows of unknown values and the declared levels; the values only where they can be levels.
    """
    levels = list(cells.column.levels or ())
    place = {level: position for position, level in enumerate(levels)}
    place |= {text: place[level] for text, level in cells.column.recode.items()}
    place |= dict.fromkeys(cells.missing, -1)
    unknown = [position for position, text in enumerate(cells.texts) if text not in place]
    if unknown:
        raise DataError(_unknown_levels(cells, unknown, levels))
    codes: Any = np.array([place[text] for text in cells.texts], dtype=np.intp)[cells.codes]
    return pd.Categorical.from_codes(codes, categories=pd.Index(levels))


def _unknown_levels(cells: Cells, unknown: list[int], levels: list[str]) -> str:
    few = len(unknown) <= _MOST_LEVELS
    named = [position for position in unknown if few and _may_be_a_level(cells, position, levels)]
    found = [f"{shown(cells.texts[position])} in {row_list(cells.rows_of([position]))}" for position in named]
    others = [position for position in unknown if position not in named]
    reason = ""
    if len(others) == 1:
        found.append(f"{_kind_of_text(cells.texts[others[0]])} in {row_list(cells.rows_of(others))}")
        reason = "\nA value that is in one row only, and like no level, is not shown: it may identify a patient."
    elif others:
        found.append(f"{len(others)} {'other ' if named else ''}unknown values in {row_list(cells.rows_of(others))}")
        reason = "\nValues that are all different, or in one row only, are not shown: they may identify patients."
    hinted = hint(cells.texts[named[0]], levels) if named else ""
    return (
        f"{cells.file}: column {shown(cells.column.header)} has {', '.join(found)}; expected {listing(levels)}"
        f"{hinted or '.'}\nDeclare the level, or recode it, under [columns.{cells.column.name}] in study.toml, or mend "
        f"the file.{reason}"
    )


def _may_be_a_level(cells: Cells, position: int, levels: list[str]) -> bool:
    """Return whether an unknown value is one that a level can be, and not an id, a name, a date or free text."""
    text = cells.texts[position]
    most = max(_MOST_DIGITS, *map(_digits, levels))
    if len(text) > _LONGEST_LEVEL or _DATE.fullmatch(text) or _digits(text) > most:
        return False
    if int((cells.codes == position).sum()) > 1:
        return True
    folded = {level.casefold() for level in levels}
    return text.casefold() in folded or bool(nearest(text, levels)) or any(_same_number(text, item) for item in levels)


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _same_number(one: str, other: str) -> bool:
    return all(_NUMBER.fullmatch(text) for text in (one, other)) and float(one) == float(other)


def _kind_of_text(text: str) -> str:
    if _DATE.fullmatch(text):
        return "a date"
    return "a number" if _NUMBER.fullmatch(text) else f"a text of {counted(len(text), 'character')}"


def numbers(cells: Cells) -> npt.NDArray[np.float64]:
    """Return the numbers of a column, NaN where missing.

    Raises
    ------
    DataError
        If a cell is no number, one beyond `LARGEST`, or lies outside the declared range; names the kind and the rows.
    """
    remedy = "Mend the file, or list the text under [data] missing in study.toml if it means a missing value."
    values, faults = _each(cells, partial(_number, decimal_comma=cells.decimal_comma))
    if faults:
        raise cells.fault(faults, "a number such as 12.5", remedy)
    if cells.decimal_comma and _has_both_marks(cells):
        raise _both_marks(cells)
    if cells.column.range is not None:
        low, high = map(snapped, cells.column.range)
        remedy = f"Mend the file, or the range under [columns.{cells.column.name}] in study.toml."
        meant = snapped_all(values)
        outside = np.flatnonzero((meant < low) | (meant > high))
        if outside.size:
            raise cells.fault(dict.fromkeys(outside.tolist(), "a number out of range"), f"{low:g} to {high:g}", remedy)
    return values[cells.codes]


def _has_both_marks(cells: Cells) -> bool:
    texts = [text for text in cells.texts if text not in cells.missing]
    return any("," in text for text in texts) and any("." in text for text in texts)


def _both_marks(cells: Cells) -> DataError:
    """Return the error for a column with points and commas; it names the rows of the rarer mark."""
    in_rows = np.bincount(cells.codes, minlength=len(cells.texts))
    with_mark = {
        mark: [position for position, text in enumerate(cells.texts) if mark in text and text not in cells.missing]
        for mark in (",", ".")
    }
    rare = min(with_mark, key=lambda mark: int(in_rows[with_mark[mark]].sum()))
    found, expected = ("a decimal comma", "points") if rare == "," else ("a decimal point", "commas")
    faults = dict.fromkeys(with_mark[rare], found)
    return cells.fault(faults, f"{expected}, which other rows have", "Mend the file: use one decimal mark in a column.")


def dates(cells: Cells) -> npt.NDArray[np.datetime64]:
    """Return the dates of a column, NaT where missing.

    Raises
    ------
    DataError
        If a cell is no date as YYYY-MM-DD, is impossible or has an unlikely year; names the kind and the rows.
    """
    ordinals, faults = _each(cells, _ordinal)
    if faults:
        raise cells.fault(
            faults, "YYYY-MM-DD, such as 2010-02-28", "Mend the file; a date that is not known is left blank."
        )
    days = np.full(len(ordinals), np.datetime64("NaT"), dtype="datetime64[D]")
    known = ~np.isnan(ordinals)
    days[known] = (ordinals[known] - date(1970, 1, 1).toordinal()).astype("int64").astype("datetime64[D]")
    return days.astype("datetime64[ns]")[cells.codes]


def _each(cells: Cells, read: Callable[[str], float | str]) -> tuple[npt.NDArray[np.float64], dict[int, str]]:
    """Read each distinct text: the values by position (NaN where missing), and what is wrong (its kind) by position."""
    values = np.full(len(cells.texts), math.nan)
    faults: dict[int, str] = {}
    for position, text in enumerate(cells.texts):
        if text in cells.missing:
            continue
        value = f"a text of {counted(len(text), 'character')}" if len(text) > _LONG else read(text)
        if isinstance(value, str):
            faults[position] = value
        else:
            values[position] = value
    return values, faults


def _number(text: str, *, decimal_comma: bool) -> float | str:
    plain = text.replace(",", ".", 1) if decimal_comma and "." not in text else text
    if not _NUMBER.fullmatch(plain):
        return _kind(text, _NUMBER_KINDS)
    value = float(plain)
    return value if abs(value) <= LARGEST else "a number too large to compute with"


def _ordinal(text: str) -> float | str:
    if not _ISO_DATE.fullmatch(text):
        return _kind(text, _DATE_KINDS)
    if not YEARS[0] <= int(text[:4]) <= YEARS[1]:
        return f"a year outside {YEARS[0]} to {YEARS[1]}"
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return "an impossible date"


def _kind(text: str, kinds: Iterable[tuple[str, str]]) -> str:
    return next((kind for form, kind in kinds if re.fullmatch(form, text, re.IGNORECASE | re.DOTALL)), "text")
