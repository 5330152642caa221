"""A cohort saved as other programs save it: the same cells in the file of each format."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from lockstep.study.model import Study

Cells = Mapping[str, Sequence[Any]]
"""The cells of each column: text, a float, a date, or None."""


def typed_cells(study: Study) -> Cells:
    """Return the cells of a study's CSV file as a program has them that knows numbers and dates.

    Categories of whole numbers are numbers there, as in a spreadsheet into which they were typed.
    """
    with (study.folder / study.data.file).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kinds: dict[str, Callable[[str], Any]] = {}
    for column in study.columns.values():
        whole = column.levels is not None and all(map(str.isdigit, column.levels))
        kinds[column.header] = {"date": date.fromisoformat, "number": float}.get(column.type, float if whole else str)
    return {
        name: [kinds.get(name, str)(row[name]) if row[name] not in study.data.missing else None for row in rows]
        for name in rows[0]
    }


def _rows(cells: Cells) -> list[list[Any]]:
    return [list(cells), *map(list, zip(*cells.values(), strict=True))]


def save_xlsx(cells: Cells, path: Path) -> None:
    """Save as .xlsx, by openpyxl."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Cohort")
    for row in _rows(cells):
        sheet.append(row)
    book.save(path)


def save_xls(cells: Cells, path: Path) -> None:
    """Save as .xls, by xlwt."""
    import xlwt

    book = xlwt.Workbook()
    sheet, day = book.add_sheet("Cohort"), xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for at, row in enumerate(_rows(cells)):
        for place, cell in enumerate(row):
            if cell is not None:
                sheet.write(at, place, cell, *([day] if isinstance(cell, date) else []))
    book.save(str(path))


def save_ods(cells: Cells, path: Path) -> None:
    """Save as .ods, by odfpy."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book, table = OpenDocumentSpreadsheet(), Table(name="Cohort")
    for row in _rows(cells):
        line = TableRow()
        for cell in row:
            if isinstance(cell, date):
                line.addElement(TableCell(valuetype="date", datevalue=cell.isoformat()))
            elif isinstance(cell, float):
                line.addElement(TableCell(valuetype="float", value=repr(cell)))
            elif cell is None:
                line.addElement(TableCell())
            else:
                found = TableCell(valuetype="string")
                found.addElement(P(text=cell))
                line.addElement(found)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(path)


def save_sav(cells: Cells, path: Path) -> None:
    """Save as .sav, by pyreadstat."""
    pyreadstat.write_sav(_frame(cells), str(path))


def save_zsav(cells: Cells, path: Path) -> None:
    """Save as .zsav, by pyreadstat."""
    pyreadstat.write_sav(_frame(cells), str(path), compress=True)


def save_dta(cells: Cells, path: Path) -> None:
    """Save as .dta of Stata 14, by pandas: numbers are floats of single precision where those are the same."""
    frame = _frame(cells)
    days = [name for name in frame if any(isinstance(cell, date) for cell in cells[name])]
    for name in days:
        frame[name] = pd.to_datetime(frame[name])
    for name in frame.select_dtypes("float64"):
        frame[name] = frame[name].astype("float32")
    frame.to_stata(path, write_index=False, version=118, convert_dates=dict.fromkeys(days, "td"))


def save_xpt(cells: Cells, path: Path) -> None:
    """Save as .xpt of version 8, by pyreadstat: version 5 has no names of more than eight letters."""
    pyreadstat.write_xport(_frame(cells), str(path), file_format_version=8)


def save_parquet(cells: Cells, path: Path) -> None:
    """Save as .parquet, by duckdb."""
    import duckdb

    def kind(name: str) -> str:
        found = {type(cell) for cell in cells[name] if cell is not None}
        return {date: "DATE", float: "DOUBLE"}.get(found.pop(), "VARCHAR")

    with duckdb.connect() as base:
        base.execute(f"CREATE TABLE cohort ({', '.join(f'{name} {kind(name)}' for name in cells)})")
        base.executemany(f"INSERT INTO cohort VALUES ({', '.join('?' * len(cells))})", _rows(cells)[1:])  # noqa: S608
        base.execute(f"COPY cohort TO '{path}' (FORMAT parquet)")


def _frame(cells: Cells) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(list(column), dtype=_dtype(column)) for name, column in cells.items()})


def _dtype(column: Sequence[Any]) -> str:
    return "float64" if all(cell is None or isinstance(cell, float) for cell in column) else "object"


SAVERS: Mapping[str, Callable[[Cells, Path], None]] = {
    "xlsx": save_xlsx,
    "xls": save_xls,
    "ods": save_ods,
    "sav": save_sav,
    "zsav": save_zsav,
    "dta": save_dta,
    "xpt": save_xpt,
    "parquet": save_parquet,
}


def as_csv(cells: Cells, *, separator: str, decimal: str, date_format: str, encoding: str) -> bytes:
    """Return the bytes of a CSV file as a spreadsheet program of a locale exports it."""

    def text(cell: Any) -> str:
        if isinstance(cell, date):
            return cell.strftime(date_format)
        if isinstance(cell, float):
            return (str(int(cell)) if cell.is_integer() else repr(cell)).replace(".", decimal)
        return "" if cell is None else str(cell)

    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator="\r\n").writerows(
        [text(cell) for cell in row] for row in _rows(cells)
    )
    return stream.getvalue().encode(encoding)
