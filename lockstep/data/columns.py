"""The cells of one column as values: numbers or dates, and what is wrong with them, with the rows.

What is wrong is missing among the values, so that everything that is wrong in a file can be found in one run.

Messages never show a cell of a number or date column, only its kind: it may hold anything, even a name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from ..base.errors import counted, row_list
from ..base.snapping import snapped, snapped_all
from ..base.wording import shown
from ..syntax.conditions import ISO_DATE
from ..variables.columns import Column
from . import date_formats
from .findings import DataFinding

YEARS: Final = (1800, 2200)
"""First and last year that a date can have; others are typing errors."""

LARGEST: Final = 1e75
"""The largest number that data may hold: models take products of four of them, which a float still has to hold."""

NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
GROUPED: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")
_LONG: Final = 60  # characters; no number or date is longer
SPREADSHEET_ERROR: Final = (r"#[A-ZÄÖÜ/0]+[!?]?|Err:[0-9]+", "a spreadsheet's error (such as #N/A)")


def _kinds(*kinds: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compile what the texts of each kind look like."""
    return tuple((re.compile(form, re.IGNORECASE | re.DOTALL), kind) for form, kind in kinds)


_NUMBER_KINDS: Final = _kinds(
    SPREADSHEET_ERROR,
    (r"[+-]?(inf|infinity)", "infinity"),
    (r"[+-]?nan", "'NaN'"),
    (r"[0-9.,'\s]*,[0-9.,'\s]*", "a number with a comma"),
    (r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}", "a date"),
    (r".*[0-9].*", "a number with other characters"),
)
_DATE_KINDS: Final = _kinds(
    SPREADSHEET_ERROR,
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
    labels : of codes, as the file has them.
    section : of study.toml that describes the file.
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
    labels: Mapping[str, str] = field(default_factory=dict)
    section: str = "data"

    @property
    def missing(self) -> Collection[str]:
        """Texts that mean a missing value."""
        return self.column.missing

    def rows_of(self, positions: Iterable[int]) -> list[int]:
        """Return the file rows whose text is one of those at `positions`."""
        found: list[int] = self.rows[np.isin(self.codes, list(positions))].tolist()
        return found

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
    values, faults = _read_numbers(cells)
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


def number_values(cells: Cells) -> npt.NDArray[np.float64]:
    """Return the numbers of a column as `numbers` does, without looking for what is wrong with the others."""
    return _read_numbers(cells)[0][cells.codes]


def _read_numbers(cells: Cells) -> tuple[npt.NDArray[np.float64], dict[int, str]]:
    return _each(cells, partial(_number, decimal=cells.decimal))


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
        if places and not usual and all(GROUPED.fullmatch(texts[at]) for at in places):
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
                        'Say which is the decimal mark of the file: decimal = "," or "." under '
                        f"[{cells.section}] in study.toml."
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
    ordinals, faults = _read_dates(cells)
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
    return _days(cells, ordinals), findings


def date_values(cells: Cells) -> npt.NDArray[np.datetime64]:
    """Return the dates of a column as `dates` does, without looking for what is wrong with the others."""
    return _days(cells, _read_dates(cells)[0])


def _read_dates(cells: Cells) -> tuple[npt.NDArray[np.float64], dict[int, str]]:
    form = cells.column.format
    read = _ordinal if form is None else partial(_formatted, form=form, typed=cells.typed, cutoff=cells.cutoff)
    return _each(cells, read)


def _days(cells: Cells, ordinals: npt.NDArray[np.float64]) -> npt.NDArray[np.datetime64]:
    days = np.full(len(ordinals), np.datetime64("NaT"), dtype="datetime64[D]")
    known = ~np.isnan(ordinals)
    days[known] = (ordinals[known] - date(1970, 1, 1).toordinal()).astype("int64").astype("datetime64[D]")
    return days.astype("datetime64[ns]")[cells.codes]


def _each(cells: Cells, read: Callable[[str], float | str]) -> tuple[npt.NDArray[np.float64], dict[int, str]]:
    """Read each distinct text: the values by position (NaN where missing), and what is wrong (its kind) by position."""
    values = np.full(len(cells.texts), math.nan)
    faults: dict[int, str] = {}
    missing = frozenset(cells.missing)
    for position, text in enumerate(cells.texts):
        if text in missing:
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
    if not NUMBER.fullmatch(plain):
        return _kind(text, _NUMBER_KINDS)
    value = float(plain)
    return value if abs(value) <= LARGEST else "a number too large to compute with"


def _ordinal(text: str) -> float | str:
    if not ISO_DATE.fullmatch(text):
        return _kind(text, _DATE_KINDS)
    if not YEARS[0] <= int(text[:4]) <= YEARS[1]:
        return f"a year outside {YEARS[0]} to {YEARS[1]}"
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return "an impossible date"


def _is_iso(text: str) -> bool:
    return ISO_DATE.fullmatch(text) is not None


def _formatted(text: str, *, form: str, typed: bool, cutoff: date | None) -> float | str:
    if typed and _is_iso(text):
        return _ordinal(text)
    found = date_formats.parsed(text, form, cutoff=cutoff)
    if found is None:
        return "a date in another form" if any(map(str.isdigit, text)) else "text"
    return found.toordinal() if YEARS[0] <= found.year <= YEARS[1] else f"a year outside {YEARS[0]} to {YEARS[1]}"


def _kind(text: str, kinds: Iterable[tuple[re.Pattern[str], str]]) -> str:
    return next((kind for form, kind in kinds if form.fullmatch(text)), "text")
