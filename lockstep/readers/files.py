"""The files of a study's data, each read as study.toml describes it into columns of text."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from ..base.errors import DataError
from ..base.files import read_file
from ..base.wording import dotted
from ..variables.data_file import DataFile
from .formats import parse_table
from .redcap import with_dictionary
from .redcap_dictionary import parse_dictionary
from .table import TextTable


def read_data_table(folder: Path, data: DataFile, *, expected: Collection[str]) -> tuple[TextTable, str]:
    """Read a data file of a study, as its data dictionary says where it has one.

    Parameters
    ----------
    folder : of study.toml.
    expected : names of the columns to keep.

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
    return _parsed(folder, content, data, expected, whole=False), hashlib.sha256(content).hexdigest()


def read_whole_data_table(folder: Path, data: DataFile, *, expected: Collection[str]) -> TextTable:
    """Read a data file with all columns that have a name of their own, besides those that are expected.

    Raises
    ------
    DataError
        As `read_data_table`.
    """
    content = _bytes(folder, data.file, f"{data.section}.file")
    return _parsed(folder, content, data, expected, whole=True)


def unique_names(header: Collection[str]) -> tuple[str, ...]:
    """Return the names in a header that are not blank and stand for one column, in order."""
    return tuple(name for name, times in Counter(header).items() if name and times == 1)


def _parsed(folder: Path, content: bytes, data: DataFile, expected: Collection[str], *, whole: bool) -> TextTable:
    if data.dictionary is None:
        return _whole(content, data, expected) if whole else parse_table(content, data, expected=expected)
    dictionary = parse_dictionary(
        _bytes(folder, data.dictionary, f"{data.section}.dictionary"), file=data.dictionary, section=data.section
    )
    # Whether a form was filled in is seen from all of its columns.
    return with_dictionary(_whole(content, data, expected), dictionary)


def _whole(content: bytes, data: DataFile, expected: Collection[str]) -> TextTable:
    header = parse_table(content, data, expected=expected).header
    return parse_table(content, data, expected={*unique_names(header), *expected})


def _bytes(folder: Path, file: str, key: str) -> bytes:
    try:
        return read_file(folder / file)
    except OSError as error:
        raise DataError(
            f"{file}: {error.strerror or 'cannot be read'}.\n"
            f"{dotted(key)} in study.toml names the {'data file' if key.endswith('file') else 'data dictionary'}, "
            "relative to the folder of study.toml."
        ) from None
