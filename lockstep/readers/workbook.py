"""A sheet of a workbook (.xlsx, .xlsm, .xls, .ods) as columns of text.

Rows are those that the spreadsheet program shows, hidden ones among them: a filter hides patients and does not remove
them. An error is the text that its cell shows (#N/A): no value of any column, unless it is declared as missing.
"""

from __future__ import annotations

import gc
import io
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, Final

import numpy as np

from ..base.errors import DataError
from ..base.invocation import option
from ..base.wording import are_names, first_of, hint, listing, printable, shown
from ..variables.data_file import DataFile
from .cell_texts import boolean_text, duration_text, moment_text, normal, shortest, text_column
from .ods_size import refuse_repeated_cells
from .table import TextColumn, TextTable, refuse_title, wanted
from .workbook_flaws import Flaws, Kind, cell_name, ods_flaws, sheet_part, shows_flaw, xls_flaws, xlsx_flaws
from .workbook_size import refuse_oversized, unpacked

_FIRST_ROWS: Final = 20  # among which the names of the columns are looked for
_MOST_CELLS: Final = 5  # that a message names
_ONE_OR_ZERO: Final = frozenset(["0", "1", "TRUE", "FALSE"])


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The rows of the sheet of patients, from its first cell on, and its flaws."""

    rows: list[list[Any]]
    flaws: Flaws

    def first_texts(self, most: int) -> list[tuple[str, ...]]:
        """Return the texts of the first rows."""
        return [tuple(map(_as_text, row)) for row in self.rows[:most]]


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Look for no cycles among objects meanwhile: rows of cells have none, and the search takes a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_collector_paused()
def sheet_table(sheet: Sheet, data: DataFile, *, expected: Collection[str], every: bool = False) -> TextTable:
    """Return the table of patients that a sheet has.

    Parameters
    ----------
    data : its name, and the row of the header.
    expected : the columns to keep.
    every : whether to keep the others as well.

    Raises
    ------
    DataError
        If cells are merged, formulas have no stored value, the names of the columns are in another row, or no row is
        below them.
    """
    rows, flaws, below = sheet.rows, sheet.flaws, data.header_row - 1
    _refuse_merged(flaws, data, below)
    _refuse_uncomputed(flaws, data, below)
    first = [tuple(map(_as_text, row)) for row in rows[below : below + _FIRST_ROWS]]
    if not first:
        raise DataError(f"{data.called}: has no row {data.header_row}; expected the names of the columns there.")
    refuse_title(data.called, first, expected, data.header_row, section=data.section)
    if not any(first[0]):
        raise DataError(
            f"{data.called}: row {data.header_row} is blank; expected the names of the columns.\n"
            "Remove the blank rows, or write the row of the names as `header_row` under "
            f"[{data.section}] in study.toml."
        )
    cells = list(zip(*rows[data.header_row :], strict=True))
    blank = _blank_rows(cells)
    places = np.delete(np.arange(len(rows) - data.header_row), blank)
    if not len(places):
        raise DataError(f"{data.called}: has a header but no rows; expected a row for each patient.")
    if blank:
        cells = [itemgetter(*places)(column) if len(places) > 1 else (column[places[0]],) for column in cells]
    header = first[0]
    while header and not header[-1] and not any(map(_is_filled, cells[len(header) - 1])):
        header = header[:-1]
    return TextTable(
        file=data.called,
        header=header,
        are_names=are_names(header, expected),
        columns={name: _texts(cells[at]) for at, name in wanted(header, expected, every=every).items()},
        rows=places.astype(np.int64) + data.header_row + 1,
        typed=True,
    )


@_collector_paused()
def read_sheet(content: bytes, data: DataFile, *, kind: Kind) -> Sheet:
    """Read the sheet of patients of a workbook.

    Parameters
    ----------
    content : the bytes of the workbook.
    data : its name, and the sheet.
    kind : what it is by its bytes.

    Raises
    ------
    DataError
        If it is damaged or protected, or it is not clear which sheet is meant.
    """
    import python_calamine

    try:
        # Each part is unpacked once here, and a second time by the library: so it is looked at for all purposes.
        doubtful = refuse_oversized(content, data.called, sign=shows_flaw) if kind == "xlsx" else frozenset()
        xml = unpacked(content, "content.xml", data.called) if kind == "ods" else b""
        if kind == "ods":
            refuse_repeated_cells(xml, data.called)
        with python_calamine.load_workbook(io.BytesIO(content)) as book:
            sheet = _chosen_sheet(book, data)
            rows, merged = sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []
        if kind == "xls":
            flaws = xls_flaws(content, book.sheet_names.index(sheet.name))
        elif kind == "ods":
            flaws = ods_flaws(xml, sheet.name)
        elif doubtful and (part := sheet_part(content, sheet.name)) in doubtful:
            flaws = xlsx_flaws(unpacked(content, part, data.called))
        else:
            flaws = Flaws()
    except python_calamine.PasswordError:
        raise DataError(
            f"{data.called}: is protected by a password. Save it without one, or export it as CSV UTF-8."
        ) from None
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError, KeyError):
        raise _damaged(data) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the library raises where it met what it did not expect
            raise
        raise _damaged(data) from None
    for (row, place), text in flaws.errors.items():
        if row < len(rows) and place < len(rows[row]):  # the reader leaves out what is at the end and blank
            rows[row][place] = text
    return Sheet(rows, Flaws(errors=flaws.errors, uncomputed=flaws.uncomputed, merged=[*merged, *flaws.merged]))


def _damaged(data: DataFile) -> DataError:
    return DataError(
        f"{data.called}: is a workbook that is damaged or incomplete; expected one that a spreadsheet program opens.\n"
        "Save it again, or export it as CSV UTF-8."
    )


def _chosen_sheet(book: Any, data: DataFile) -> Any:
    """Return the declared sheet, or the only one that is seen and has cells."""
    sheets = [sheet for sheet in book.sheets_metadata if str(sheet.typ).endswith("WorkSheet")]
    names = [sheet.name for sheet in sheets]
    if data.sheet is not None:
        if data.sheet in names:
            return book.get_sheet_by_name(data.sheet)
        raise DataError(
            f"{data.called}: there is no sheet {shown(data.sheet)}; the file has {listing(names, word='and')}"
            f"{hint(data.sheet, names) or '.'}\nMend `sheet` under [{data.section}] in study.toml."
        )
    visible = {sheet.name: str(sheet.visible).endswith(".Visible") for sheet in sheets}
    filled = [sheet for sheet in map(book.get_sheet_by_name, names) if sheet.start is not None]
    seen = [sheet for sheet in filled if visible[sheet.name]]
    if not filled:
        raise DataError(f"{data.called}: is empty; expected the names of the columns and a row for each patient.")
    if len(filled) > 1 and len(seen) != 1:
        several = [sheet.name for sheet in seen or filled]
        raise DataError(
            f"{data.called}: has the sheets {listing(several, word='and')}; expected one with patients.\n"
            f'Name it under [{data.section}] in study.toml, such as sheet = "{printable(several[0])}"; '
            f"for a new study, add {option('sheet', 'NAME')}."
        )
    return (seen or filled)[0]


def _refuse_merged(flaws: Flaws, data: DataFile, below: int) -> None:
    merged = [f"{cell_name(first)}:{cell_name(last)}" for first, last in flaws.merged if last[0] >= below]
    if merged:
        raise DataError(
            f"{data.called}: merged cells: {first_of(merged, most=_MOST_CELLS)}; only the first of them has the "
            "value.\n"
            "Unmerge them, and give each patient's cell its own value."
        )


def _refuse_uncomputed(flaws: Flaws, data: DataFile, below: int) -> None:
    cells = [cell_name(place) for place in flaws.uncomputed if place[0] >= below]
    if cells:
        raise DataError(
            f"{data.called}: formulas without a stored value: {first_of(cells, most=_MOST_CELLS)}; another program "
            "wrote them and never computed them.\n"
            "Open the file in a spreadsheet program and save it, or replace them by values."
        )


def _is_filled(cell: Any) -> bool:
    return cell != "" and (type(cell) is not str or not cell.isspace())


def _blank_rows(cells: Sequence[Sequence[Any]]) -> list[int]:
    """Return the rows, from 0, in which every cell of some columns is blank."""
    blank: Iterable[int] = range(len(cells[0]) if cells else 0)
    for column in cells:
        if not (blank := [row for row in blank if not _is_filled(column[row])]):
            break
    return list(blank)


def _texts(cells: Sequence[Any]) -> TextColumn:
    found = text_column(cells, _as_text)
    if _ONE_OR_ZERO.isdisjoint(found.texts) or bool not in set(map(type, cells)):
        return found
    # TRUE is not 1, though equal to it.
    return text_column([boolean_text(cell) if type(cell) is bool else cell for cell in cells], _as_text)


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return normal(cell)
    if isinstance(cell, bool):
        return boolean_text(cell)
    if isinstance(cell, float | int):
        return shortest(cell)
    if isinstance(cell, date):
        return moment_text(cell)
    return duration_text(cell) if isinstance(cell, timedelta) else cell.isoformat()
