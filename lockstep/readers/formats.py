"""The formats of data files, each known by its bytes: which module reads it, or what to do where none does."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import replace
from typing import Final, Literal

from ..base.errors import DataError
from ..variables.data_file import DataFile
from .delimited import parse_delimited
from .foreign import Foreign, named_by, ole_kind, zip_kind
from .header_guess import HEADER_WITHIN, first_lines, guessed_header_row
from .parquet import parse_parquet
from .statistical_file import Program, parse_statistical_file
from .table import TextTable
from .workbook import read_sheet, sheet_table
from .workbook_flaws import Kind

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARQUET: Final = b"PAR1"
_SPREADSHEET: Final = b"application/vnd.oasis.opendocument.spreadsheet"

_PROGRAMS: Final[tuple[tuple[bytes, Program], ...]] = (
    (b"$FL2", "SPSS"),
    (b"$FL3", "SPSS"),  # .zsav
    (b"<stata_dta>", "Stata"),
    (bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011"), "SAS"),
    (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "SAS transport"),
    (b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!", "SAS transport"),
)
_OLD_STATA: Final = range(104, 116)
"""First bytes of the older formats of Stata; the byte order (1 or 2) and a 1 follow."""


def parse_table(content: bytes, data: DataFile, *, expected: Collection[str], every: bool = False) -> TextTable:
    """Parse the bytes of a data file as columns of text.

    Parameters
    ----------
    data : how the study says that the file is read.
    expected : names of the columns to keep.
    every : whether to keep the others as well that have a name of their own, or none.

    Raises
    ------
    DataError
        If the file is of a format that is not read, damaged, or has no table of patients.
    """
    found = _format_of(content)
    if isinstance(found, Foreign):
        raise DataError(
            f"{data.called}: is {found.name}; expected a workbook, CSV, Parquet, or a file of SPSS, Stata or SAS.\n"
            f"{found.advice}."
        )
    if found == "xlsx" or found == "xls" or found == "ods":
        return sheet_table(read_sheet(content, data, kind=found), data, expected=expected, every=every)
    if found == "parquet":
        return parse_parquet(content, data, expected=expected, every=every)
    if found is not None:
        return parse_statistical_file(content, data, program=found, expected=expected, every=every)
    return parse_delimited(
        content,
        file=data.called,
        expected=expected,
        every=every,
        encoding=data.encoding,
        header_row=data.header_row,
        section=data.section,
    )


def parse_unknown_table(content: bytes, data: DataFile) -> tuple[TextTable, int]:
    """Parse the bytes of a data file with all its columns, where the row of their names is not known.

    Returns
    -------
    table, header_row

    Raises
    ------
    DataError
        As `parse_table` does.
    """
    found = _format_of(content)
    if found == "xlsx" or found == "xls" or found == "ods":
        sheet = read_sheet(content, data, kind=found)
        row = guessed_header_row(sheet.first_texts(HEADER_WITHIN))
        return sheet_table(sheet, replace(data, header_row=row), expected=(), every=True), row
    row = guessed_header_row(first_lines(content, data.encoding)) if found is None else 1
    return parse_table(content, replace(data, header_row=row), expected=(), every=True), row


def _format_of(content: bytes) -> Kind | Program | Literal["parquet"] | Foreign | None:
    """Return the format of a file; None where it can only be text."""
    if content.startswith(_ZIP):
        return _of_zip(content)
    if content.startswith(_OLE):
        return ole_kind(content) or "xls"
    if content.startswith(_PARQUET) and content.endswith(_PARQUET):
        return "parquet"
    if len(content) > 2 and content[0] in _OLD_STATA and content[1] in (1, 2) and content[2] == 1:
        return "Stata"
    return next((program for sign, program in _PROGRAMS if content.startswith(sign)), None) or named_by(content)


def _of_zip(content: bytes) -> Kind | Foreign:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = package.namelist()
            kind = b""
            if "mimetype" in names:
                with package.open("mimetype") as part:
                    kind = part.read(len(_SPREADSHEET))  # it may unpack to any size
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error):
        return Foreign(
            "a workbook or zip archive that is damaged or incomplete",
            "Save it again, or copy it again from where it is",
        )
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "ods" if kind.startswith(_SPREADSHEET) else zip_kind(names)
