"""A .parquet file as columns of text, read by duckdb (the extra `parquet`)."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

from ..base.errors import DataError
from ..base.wording import shown
from ..variables.data_file import DataFile
from .cell_texts import blank_rows, boolean_text, normal, shortest, shortest_single, text_column
from .table import TextColumn, TextTable, table_of_types, wanted

_WHOLE: Final = r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?"
_TEXT: Final = r"VARCHAR|UUID|ENUM\(.*|JSON"
_MOMENT: Final = r"TIMESTAMP(_S|_MS|_NS)?"


def parse_parquet(content: bytes, data: DataFile, *, expected: Collection[str]) -> TextTable:
    """Parse the bytes of a .parquet file.

    Raises
    ------
    DataError
        If duckdb is not installed, the file is damaged or has no patients, or an expected column holds lists.

    Notes
    -----
    The first patient is row 2, as if the names of the columns were row 1.
    """
    try:
        import duckdb
    except ImportError:
        raise DataError(
            f"{data.called}: is a Parquet file, and what reads it is not installed.\n"
            'Install it: pip install "lockstep-manuscript[parquet]". Or export the file as CSV UTF-8.'
        ) from None
    try:
        with _readable(content) as path, duckdb.connect(config=_CONFIG) as base:
            source = base.from_parquet(path)
            names, types = [normal(name) for name in source.columns], [str(kind) for kind in source.types]
            kept = wanted(names, expected)
            columns = {name: _column(source, place, types[place], name, data) for place, name in kept.items()}
            blank = blank_rows(columns.values(), len(next(iter(columns.values())).codes) if columns else 0)
            if blank.any():  # in the columns that are kept; the others decide
                every = (_column(source, place, kind, "", None) for place, kind in enumerate(types))
                blank = blank_rows(every, len(blank))
    except (duckdb.Error, RuntimeError):  # what a damaged file raises, by the version
        raise DataError(
            f"{data.called}: is a Parquet file that is damaged, incomplete or encrypted.\n"
            "Export it again, or as CSV UTF-8."
        ) from None
    return table_of_types(data.called, names, columns, blank)


_CONFIG: Final[dict[str, Any]] = {
    "autoinstall_known_extensions": False,  # nothing is loaded from elsewhere
    "autoload_known_extensions": False,
    "temp_directory": "",  # no patient's value is written
    "threads": 1,
}


def _column(source: Any, place: int, kind: str, name: str, data: DataFile | None) -> TextColumn:
    """Return the texts of a column; of one that holds lists, which is not asked for, whether there are any."""
    quoted = '"' + source.columns[place].replace('"', '""') + '"'
    as_text: Callable[[Any], str] = _text
    if kind == "BOOLEAN":
        as_text = boolean_text
    elif kind == "FLOAT":
        as_text = shortest_single
    elif kind == "DOUBLE":
        as_text = shortest
    elif kind.startswith("DECIMAL"):
        as_text = _decimal
        quoted += "::VARCHAR"
    elif re.fullmatch(_MOMENT, kind):
        as_text = _moment
        quoted += "::VARCHAR"
    elif not re.fullmatch(f"{_WHOLE}|{_TEXT}", kind):
        if data is not None and re.match(r".*(\[\d*\]|\))$|BLOB|MAP|STRUCT", kind):
            raise DataError(
                f"{data.called}: column {shown(name)} holds lists or other compound values; expected one value "
                "in each cell.\n"
                "Split it into columns, or leave it out of study.toml."
            )
        quoted += "::VARCHAR"
    values = [row[0] for row in source.project(quoted).fetchall()]
    return text_column(values, lambda value: "" if value is None or value != value else as_text(value))


def _text(value: Any) -> str:
    return normal(str(value))


def _decimal(value: str) -> str:
    return value.rstrip("0").rstrip(".") if "." in value else value


def _moment(value: str) -> str:
    return value.removesuffix(" 00:00:00")


@contextmanager
def _readable(content: bytes) -> Iterator[str]:
    """Give the bytes a path, which duckdb needs: in memory where the system can, else readable by the user alone."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("data")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            yield f"/proc/self/fd/{handle}"
    else:
        with tempfile.NamedTemporaryFile(suffix=".parquet") as file:  # mode 0600
            file.write(content)
            file.flush()
            yield file.name
