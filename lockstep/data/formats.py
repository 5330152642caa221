"""The formats of data files, each known by its bytes: which module reads it, or what to do where none does."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ..base.errors import DataError
from ..study.model import DataFile
from .delimited import parse_delimited
from .table import TextTable

_SPREADSHEETS: Final = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
_NOT_TEXT: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods; xls


def parse_table(content: bytes, data: DataFile, *, expected: Collection[str]) -> TextTable:
    """Parse the bytes of a data file as columns of text.

    Parameters
    ----------
    data : how the study says that the file is read.
    expected : names of the columns to keep.

    Raises
    ------
    DataError
        If the file is of a format that is not read, damaged, or has no table of patients.
    """
    if data.file.lower().endswith(_SPREADSHEETS) or content.startswith(_NOT_TEXT):
        raise DataError(
            f"{data.file}: is a spreadsheet file; expected CSV.\n"
            "Export it as CSV UTF-8 and name that file in study.toml."
        )
    return parse_delimited(
        content, file=data.file, expected=expected, encoding=data.encoding, header_row=data.header_row
    )
