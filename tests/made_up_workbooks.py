"""Workbooks made up for the tests of their reader, and what it makes of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import openpyxl.styles
import pytest

from lockstep.base.errors import DataError
from lockstep.readers.formats import parse_table
from lockstep.readers.table import TextTable
from lockstep.variables.data_file import DataFile

HEADER = ["id", "x"]


def book(*rows: Sequence[Any], edit: Callable[[Any], None] | None = None) -> bytes:
    """Return an .xlsx file with one sheet; `edit` is given the sheet."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    if edit is not None:
        edit(made.active)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def read(content: bytes, *names: str, **declared: Any) -> TextTable:
    """Read a workbook."""
    data = DataFile(file="cohort.xlsx", id="id", missing=("",), **declared)
    return parse_table(content, data, expected=names or HEADER)


def cells(table: TextTable, name: str = "x") -> list[str]:
    """Return the texts of a column's cells."""
    found = table.columns[name]
    return [found.texts[code] for code in found.codes]


def refusal(content: bytes, **declared: Any) -> str:
    """Return the message with which a workbook is refused."""
    with pytest.raises(DataError) as error:
        read(content, **declared)
    return str(error.value)


def repacked(content: bytes, parts: dict[str, bytes]) -> bytes:
    """Return a package with other parts, or more."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return stream.getvalue()
