"""The files of a study's data, each read as study.toml describes it into columns of text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from ..base.errors import DataError
from ..base.files import read_file
from ..base.wording import dotted
from ..variables.data_file import DataFile
from .formats import parse_table, parse_unknown_table
from .redcap import with_dictionary
from .redcap_dictionary import parse_dictionary
from .table import TextTable

TableReader = Callable[..., tuple[TextTable, str]]
"""What reads a data file as `read_data_table` does, or has read it already."""


def read_data_table(
    folder: Path, data: DataFile, *, expected: Collection[str], every: bool = False
) -> tuple[TextTable, str]:
    """Read a data file of a study, as its data dictionary says where it has one.

    Parameters
    ----------
    folder : of study.toml.
    expected : names of the columns to keep.
    every : whether to keep the others as well that have a name of their own, or none.

    Returns
    -------
    table, sha256
        The hash is that of the bytes of the data file.

    Raises
    ------
    DataError
        If a file cannot be read, or is no such table.
    """
    content = _bytes(folder, data.file, f"{data.section}.file")
    if data.dictionary is None:
        table = parse_table(content, data, expected=expected, every=every)
    else:
        # Whether a form was filled in is seen from all of its columns.
        dictionary = parse_dictionary(
            _bytes(folder, data.dictionary, f"{data.section}.dictionary"), file=data.dictionary, section=data.section
        )
        table = with_dictionary(parse_table(content, data, expected=expected, every=True), dictionary)
    return table, hashlib.sha256(content).hexdigest()


def parse_new_data(
    content: bytes, data: DataFile, *, dictionary: bytes | None, header_row: int | None
) -> tuple[TextTable, DataFile]:
    """Parse a data file with all its columns, for a study that is not written yet.

    Parameters
    ----------
    data : how it is read, as far as that is known; `header_row` as well, where it was said.
    dictionary : the bytes of its data dictionary, where it has one.

    Returns
    -------
    table, data
        `data` with the row of the header.

    Raises
    ------
    DataError
        If a file is no such table.
    """
    if header_row is None:
        table, header_row = parse_unknown_table(content, data)
    else:
        table = parse_table(content, replace(data, header_row=header_row), expected=(), every=True)
    if dictionary is not None:
        table = with_dictionary(table, parse_dictionary(dictionary, file=str(data.dictionary)))
    return table, replace(data, header_row=header_row)


def _bytes(folder: Path, file: str, key: str) -> bytes:
    try:
        return read_file(folder / file)
    except OSError as error:
        raise DataError(
            f"{file}: {error.strerror or 'cannot be read'}.\n"
            f"{dotted(key)} in study.toml names the {'data file' if key.endswith('file') else 'data dictionary'}, "
            "relative to the folder of study.toml."
        ) from None
