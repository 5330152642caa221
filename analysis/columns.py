"""The cells of one column as values: categories, numbers or dates, or one error that names the rows.

Messages never show a cell of a number or date column, only its kind: it may hold anything, even a name.
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

from .errors import DataError, row_list
from .study_model import Column
from .wording import hint, listing, shown

YEARS: Final = (1800, 2200)
"""First and last year that a date can have; others are typing errors."""

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONG: Final = 60  # characters; no number or date is longer
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
        Shows the unknown values (shortened) with their rows, and the declared levels.
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
    found = [f"{shown(cells.texts[position])} in {row_list(cells.rows_of([position]))}" for position in unknown[:3]]
    more = f", and {len(unknown) - 3} other unknown values" if len(unknown) > 3 else ""
    return (
        f"{cells.file}: column {shown(cells.column.header)} has {', '.join(found)}{more}; "
        f"expected {listing(levels)}{hint(cells.texts[unknown[0]], levels) or '.'}\n"
        f"Declare the level, or recode it, under [columns.{cells.column.name}] in study.toml, or mend the file."
    )


def numbers(cells: Cells) -> npt.NDArray[np.float64]:
    """Return the numbers of a column, NaN where missing.

    Raises
    ------
    DataError
        If a cell is no finite number, or lies outside the declared range; names the kind and the rows.
    """
    remedy = "Mend the file, or list the text under [data] missing in study.toml if it means a missing value."
    values, faults = _each(cells, partial(_number, decimal_comma=cells.decimal_comma))
    if faults:
        raise cells.fault(faults, "a number such as 12.5", remedy)
    if cells.decimal_comma and _has_both_marks(cells):
        raise _both_marks(cells)
    if cells.column.range is not None:
        low, high = cells.column.range
        remedy = f"Mend the file, or the range under [columns.{cells.column.name}] in study.toml."
        outside = np.flatnonzero((values < low) | (values > high))
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
        value = f"a text of {len(text)} characters" if len(text) > _LONG else read(text)
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
    return value if math.isfinite(value) else "a number too large to compute with"


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
