"""The cells of one column as values: categories, numbers or dates, and what is wrong with them, with the rows.

What is wrong is missing among the values, so that everything that is wrong in a file can be found in one run.

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

from ..base.errors import counted, nearest, row_list
from ..base.snapping import snapped, snapped_all
from ..base.wording import level_hint, listing, shown
from ..study.model import Column
from . import date_formats
from .findings import DataFinding

YEARS: Final = (1800, 2200)
"""First and last year that a date can have; others are typing errors."""

LARGEST: Final = 1e75
"""The largest number that data may hold: models take products of four of them, which a float still has to hold."""

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE: Final = re.compile(r"(?:\+|(?P<minus>-))?(?P<whole>[0-9]*)(?:[.,](?P<part>[0-9]+))?")
_GROUPED: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")
_LONG: Final = 60  # characters; no number or date is longer
_MOST_LEVELS: Final = 5  # unknown values of a category; more are no levels
_LONGEST_LEVEL: Final = 40  # characters; longer is free text
_MOST_DIGITS: Final = 4  # where levels have no more; others are an id, a telephone number, a date ("12 Mar 1950")
_DATE: Final = re.compile(r"[0-9]{1,4}([-/. ])[0-9]{1,2}\1[0-9]{1,4}([T ].*)?", re.DOTALL)
_BOOLEANS: Final = {"true": "1", "false": "0"}
_SPREADSHEET_ERROR: Final = (r"#[A-ZÄÖÜ/0]+[!?]?|Err:[0-9]+", "a spreadsheet's error (such as #N/A)")
_NUMBER_KINDS: Final = (
    _SPREADSHEET_ERROR,
    (r"[+-]?(inf|infinity)", "infinity"),
    (r"[+-]?nan", "'NaN'"),
    (r"[0-9.,'\s]*,[0-9.,'\s]*", "a number with a comma"),
    (r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}", "a date"),
    (r".*[0-9].*", "a number with other characters"),
)
_DATE_KINDS: Final = (
    _SPREADSHEET_ERROR,
    (r"-?[0-9]+:[0-9]{2}(:[0-9.]+)?", "a time of day"),
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
    """The cells of a declared column, and what is needed to interpret them and to speak of them.

    Attributes
    ----------
    typed : whether the file's format distinguishes dates from text, and writes them as YYYY-MM-DD.
    decimal : the declared decimal mark; None leaves it to the cells.
    separator : of the columns in a text file, which shows which decimal mark is usual there.
    cutoff : the data cut-off, by which years of two digits are read.
    """

    file: str
    column: Column
    texts: list[str]
    codes: npt.NDArray[np.intp]
    rows: npt.NDArray[np.int64]
    typed: bool = False
    decimal: str | None = None
    separator: str = ","
    cutoff: date | None = None

    @property
    def missing(self) -> Collection[str]:
        """Texts that mean a missing value."""
        return self.column.missing

    def rows_of(self, positions: Iterable[int]) -> list[int]:
        """Return the file rows whose text is one of those at `positions`."""
        return [int(row) for row in self.rows[np.isin(self.codes, list(positions))]]

    def finding(self, kind: str, positions: Iterable[int], expected: str, remedy: str) -> DataFinding:
        """Return the error that the texts at `positions` are of a kind that is not expected."""
        rows = self.rows_of(positions)
        found = f"column {shown(self.column.header)} has {kind} in {row_list(rows)}"
        return DataFinding(
            kind=kind,
            severity="error",
            column=self.column.header,
            rows=tuple(rows),
            message=f"{self.file}: {found}; expected {expected}.\n{remedy}",
        )

    def findings(self, faults: Mapping[int, str], expected: str, remedy: str) -> list[DataFinding]:
        """Return the errors about faulty texts (position -> kind), one for each kind, by its first row."""
        kinds = dict.fromkeys(faults[int(code)] for code in self.codes if int(code) in faults)
        return [self.finding(kind, [at for at in faults if faults[at] == kind], expected, remedy) for kind in kinds]


def categories(cells: Cells) -> tuple[pd.Categorical, list[DataFinding]]:
    """Return the levels of a category column; a value must be a level, or be recoded to one.

    Where all levels are numbers, a program may have written them with other decimals, or a comma: ``2.0`` is the level
    ``2``, and ``0,50`` the level ``0.5``. The label of a level means it too, as in an export that writes labels for
    codes, unless some label means another level as well. TRUE and FALSE, in any case, are the levels of these names in
    any case, else 1 and 0 where there are no others.

    Returns
    -------
    values, findings
        The findings name the rows of unknown values and the declared levels; the values only where they can be levels.
    """
    levels = list(cells.column.levels or ())
    place = {level: position for position, level in enumerate(levels)}
    place |= {text: place[level] for text, level in cells.column.recode.items()}
    place |= dict.fromkeys(cells.missing, -1)
    place |= _numeric_codes(cells.texts, place, levels)
    place |= _labels(cells.texts, place, cells.column.levels or {})
    place |= _booleans(cells.texts, place, levels)
    unknown = [position for position, text in enumerate(cells.texts) if text not in place]
    codes: Any = np.array([place.get(text, -1) for text in cells.texts], dtype=np.intp)[cells.codes]
    findings = [_unknown_levels(cells, unknown, levels)] if unknown else []
    return pd.Categorical.from_codes(codes, categories=pd.Index(levels)), findings


def _numeric_codes(texts: Iterable[str], place: Mapping[str, int], levels: list[str]) -> dict[str, int]:
    """Return the place of each text that is a level but for its decimals, where all levels are numbers.

    Leading zeros count, as in the levels themselves: ``01`` is not ``1``. What may be a level with its thousands set
    apart as well ("1,000" beside the levels 1 and 1000) is neither.
    """
    numbers = [_without_zeros(level) for level in levels]
    if None in numbers or len(set(numbers)) < len(numbers):
        return {}
    found = {}
    for text in texts:
        grouped = _GROUPED.fullmatch(text) and re.sub("[.,]", "", text) in levels
        if text not in place and not grouped and (number := _without_zeros(text)) in numbers:
            found[text] = numbers.index(number)
    return found


def _without_zeros(text: str) -> str | None:
    """Return a decimal number with a point and without zeros at its end; None for other texts."""
    met = _CODE.fullmatch(text)
    if met is None or not (met["whole"] or met["part"]):
        return None
    part = (met["part"] or "").rstrip("0")
    return f"{met['minus'] or ''}{met['whole'] or '0'}{'.' if part else ''}{part}"


def _labels(texts: Iterable[str], place: Mapping[str, int], levels: Mapping[str, str]) -> dict[str, int]:
    """Return the place of each text that is the label of a level; no two levels have the same.

    Where a label is also the code of another level, or means a missing value, no label counts: with the levels
    ``{ 1 = "0", 2 = "1" }`` a cell of 0 and 1 could be meant either way.
    """
    labels = {label.strip(): place[level] for level, label in levels.items()}
    if any(place.get(label, at) != at for label, at in labels.items()):
        return {}
    return {text: labels[text] for text in texts if text not in place and text in labels}


def _booleans(texts: Iterable[str], place: Mapping[str, int], levels: list[str]) -> dict[str, int]:
    """Return the place of each text that is TRUE or FALSE and no level as it is written."""
    named = {level.casefold(): place[level] for level in levels}
    if set(levels) == set(_BOOLEANS.values()):
        named |= {text: place[level] for text, level in _BOOLEANS.items()}
    folded = {text: text.casefold() for text in texts if text not in place}
    return {text: named[fold] for text, fold in folded.items() if fold in _BOOLEANS and fold in named}


def _unknown_levels(cells: Cells, unknown: list[int], levels: list[str]) -> DataFinding:
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
    hinted = level_hint(cells.texts[named[0]], cells.column.levels or {}) if named else ""
    return DataFinding(
        kind="an unknown level",
        severity="error",
        column=cells.column.header,
        rows=tuple(cells.rows_of(unknown)),
        message=(
            f"{cells.file}: column {shown(cells.column.header)} has {', '.join(found)}; expected {listing(levels)}"
            f"{hinted or '.'}\nDeclare the level, or recode it, under [columns.{cells.column.name}] in study.toml, or "
            f"mend the file.{reason}"
        ),
    )


def _may_be_a_level(cells: Cells, position: int, levels: list[str]) -> bool:
    """Return whether an unknown value is one that a level can be, and not an id, a name, a date or free text."""
    text = cells.texts[position]
    most = max(_MOST_DIGITS, *map(_digits, levels))
    if len(text) > _LONGEST_LEVEL or _DATE.fullmatch(text) or _digits(text) > most:
        return False
    if int((cells.codes == position).sum()) > 1:
        return True
    folded = {level.casefold() for level in (*levels, *(cells.column.levels or {}).values())}
    return text.casefold() in folded or bool(nearest(text, levels)) or any(_same_number(text, item) for item in levels)


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _same_number(one: str, other: str) -> bool:
    return all(_NUMBER.fullmatch(text) for text in (one, other)) and float(one) == float(other)


def _kind_of_text(text: str) -> str:
    if _DATE.fullmatch(text):
        return "a date"
    if re.fullmatch(_SPREADSHEET_ERROR[0], text):
        return _SPREADSHEET_ERROR[1]
    return "a number" if _NUMBER.fullmatch(text) else f"a text of {counted(len(text), 'character')}"


def numbers(cells: Cells) -> tuple[npt.NDArray[np.float64], list[DataFinding]]:
    """Return the numbers of a column, NaN where missing or faulty.

    The decimal mark is the declared one, else the one that the column has.

    Returns
    -------
    values, findings
        Findings are cells that are no number, one beyond `LARGEST`, or outside the declared range; two marks in one
        column, and a mark that may separate thousands.
    """
    remedy = f"Mend the file, or list the text as `missing` under {_key(cells)} if it means a missing value."
    values, faults = _each(cells, partial(_number, decimal=cells.decimal))
    findings = cells.findings(faults, "a number such as 12.5", remedy)
    if cells.decimal is None:
        findings += _about_marks(cells, faults)
    if cells.column.range is not None:
        low, high = map(snapped, cells.column.range)
        remedy = f"Mend the file, or the range under {_key(cells)}."
        meant = snapped_all(values)
        outside = np.flatnonzero((meant < low) | (meant > high))
        findings += cells.findings(
            dict.fromkeys(outside.tolist(), "a number out of range"), f"{low:g} to {high:g}", remedy
        )
    return values[cells.codes], findings


def _key(cells: Cells) -> str:
    return f"[columns.{cells.column.name}] in study.toml"


def _about_marks(cells: Cells, faults: Collection[int]) -> list[DataFinding]:
    """Return what is doubtful in the decimal marks: two in one column, or one that may separate thousands."""
    texts = {at: text for at, text in enumerate(cells.texts) if text not in cells.missing and at not in faults}
    marked = {mark: [at for at, text in texts.items() if mark in text] for mark in (",", ".")}
    if marked[","] and marked["."]:
        in_rows = np.bincount(cells.codes, minlength=len(cells.texts))
        rare = min(marked, key=lambda mark: int(in_rows[marked[mark]].sum()))
        found, expected = ("a decimal comma", "points") if rare == "," else ("a decimal point", "commas")
        remedy = "Mend the file: use one decimal mark in a column."
        return [cells.finding(found, marked[rare], f"{expected}, which other rows have", remedy)]
    for mark, places in marked.items():
        # Where a mark of decimals is usual in files of this separator, three decimals are nothing special.
        usual = mark == "." if cells.separator == "," or cells.typed else mark == ","
        if places and not usual and all(_GROUPED.fullmatch(texts[at]) for at in places):
            rows = cells.rows_of(places)
            name = {",": "commas", ".": "points"}[mark]
            return [
                DataFinding(
                    kind="ambiguous_decimal",
                    severity="error" if cells.separator == "," else "query",
                    column=cells.column.header,
                    rows=tuple(rows),
                    message=(
                        f"{cells.file}: column {shown(cells.column.header)} has {name} that may separate decimals or "
                        f"thousands, in {row_list(rows)}; every number has three digits behind them.\n"
                        f'Say which is the decimal mark of the file: decimal = "," or "." under [data] in study.toml.'
                    ),
                )
            ]
    return []


def dates(cells: Cells) -> tuple[npt.NDArray[np.datetime64], list[DataFinding]]:
    """Return the dates of a column, NaT where missing or faulty.

    Dates are YYYY-MM-DD, or as the column's `format` says; a format that knows dates may hold both.

    Returns
    -------
    values, findings
        Findings are cells that are no such date, impossible ones, unlikely years, and dates outside the declared range.
    """
    declared = cells.column.format
    read = _ordinal if declared is None else partial(_formatted, form=declared, typed=cells.typed, cutoff=cells.cutoff)
    ordinals, faults = _each(cells, read)
    findings: list[DataFinding] = []
    if faults:
        if declared is None:
            texts = [text for text in cells.texts if text not in cells.missing and not (cells.typed and _is_iso(text))]
            expected = "YYYY-MM-DD, such as 2010-02-28"
            remedy = date_formats.advice(texts, _key(cells)) or "Mend the file; a date that is not known is left blank."
        else:
            expected = f"a date in the format {shown(declared)}"
            remedy = f"Mend the file, or the format under {_key(cells)}; a date that is not known is left blank."
        findings = cells.findings(faults, expected, remedy)
    if cells.column.dates is not None:
        first, last = cells.column.dates
        outside = np.flatnonzero((ordinals < first.toordinal()) | (ordinals > last.toordinal()))
        remedy = f"Mend the file, or the range under {_key(cells)}."
        findings += cells.findings(dict.fromkeys(outside.tolist(), "a date out of range"), f"{first} to {last}", remedy)
    days = np.full(len(ordinals), np.datetime64("NaT"), dtype="datetime64[D]")
    known = ~np.isnan(ordinals)
    days[known] = (ordinals[known] - date(1970, 1, 1).toordinal()).astype("int64").astype("datetime64[D]")
    return days.astype("datetime64[ns]")[cells.codes], findings


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


def _number(text: str, *, decimal: str | None) -> float | str:
    if decimal is not None and {",": ".", ".": ","}[decimal] in text:
        return "a mark that is not the decimal one"
    plain = text.replace(",", ".", 1) if "." not in text else text
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


def _is_iso(text: str) -> bool:
    return _ISO_DATE.fullmatch(text) is not None


def _formatted(text: str, *, form: str, typed: bool, cutoff: date | None) -> float | str:
    if typed and _is_iso(text):
        return _ordinal(text)
    found = date_formats.parsed(text, form, cutoff=cutoff)
    if found is None:
        return "a date in another form" if any(map(str.isdigit, text)) else "text"
    return found.toordinal() if YEARS[0] <= found.year <= YEARS[1] else f"a year outside {YEARS[0]} to {YEARS[1]}"


def _kind(text: str, kinds: Iterable[tuple[str, str]]) -> str:
    return next((kind for form, kind in kinds if re.fullmatch(form, text, re.IGNORECASE | re.DOTALL)), "text")
