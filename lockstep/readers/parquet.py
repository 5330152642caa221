"""A .parquet file as columns of text, read by duckdb (the extra `parquet`)."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import pandas as pd

from ..base.errors import DataError
from ..base.wording import shown
from ..variables.data_file import DataFile
from .cell_texts import blank_rows, boolean_text, normal, shortest, shortest_single
from .table import TextColumn, TextTable, table_of_types, wanted

_AS_IT_IS: Final = r"BOOLEAN|FLOAT|DOUBLE|U?(TINY|SMALL|BIG)?INT(EGER)?|VARCHAR"
"""Types whose values numpy has; the others become text in duckdb."""
_COMPOUND: Final = r"(?!DECIMAL|ENUM|VARCHAR).*(\[\d*\]|\))$|BLOB|MAP|STRUCT"
_MOMENT: Final = r"TIMESTAMP(_S|_MS|_NS)?"


def parse_parquet(content: bytes, data: DataFile, *, expected: Collection[str], every: bool = False) -> TextTable:
    """Parse the bytes of a .parquet file.

    Parameters
    ----------
    expected : the columns to keep.
    every : whether to keep the others as well.

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
            names = [normal(name) for name in source.columns]
            columns = _columns(source, wanted(names, expected, every=every), data)
            blank = blank_rows(columns.values(), len(next(iter(columns.values())).codes) if columns else 0)
            if blank.any():  # in the columns that are kept; the others decide
                every_place = {place: str(place) for place in range(len(names))}
                blank = blank_rows(_columns(source, every_place, None).values(), len(blank))
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


_PLAIN_TYPES: Final[Mapping[str, Callable[[Any], str]]] = {
    "BOOLEAN": boolean_text,
    "FLOAT": shortest_single,
    "DOUBLE": shortest,
    "VARCHAR": normal,
}


def _columns(source: Any, kept: Mapping[int, str], data: DataFile | None) -> dict[str, TextColumn]:
    """Return the texts of columns, by the name for each place; what holds lists is refused where `data` is given."""
    import duckdb

    types = [str(kind) for kind in source.types]
    if data is not None:
        for place, name in kept.items():
            if re.match(_COMPOUND, types[place]):
                raise DataError(
                    f"{data.called}: column {shown(name)} holds lists or other compound values; expected one value "
                    "in each cell.\n"
                    "Split it into columns, or leave it out of study.toml."
                )
    if not kept:
        return {}
    # Under a number each, since names may be the same but for case.
    quoted = {place: '"' + source.columns[place].replace('"', '""') + '"' for place in kept}

    def read(as_it_is: str) -> Any:
        asked = (
            f"{name}{'' if re.fullmatch(as_it_is, types[place]) else '::VARCHAR'} AS c{place}"
            for place, name in quoted.items()
        )
        return source.project(", ".join(asked)).fetchnumpy()

    try:
        values = read(f"{_AS_IT_IS}|DATE")
    except duckdb.ConversionException:  # a date that numpy does not know, such as infinity
        values = read(_AS_IT_IS)
    return {name: _texts(values[f"c{place}"], _as_text(types[place])) for place, name in kept.items()}


def _texts(values: Any, as_text: Callable[[Any], str]) -> TextColumn:
    """Return the texts of an array, masked where it has no value; each distinct value is converted once."""
    raw = np.ma.getdata(values)
    is_date = raw.dtype.kind == "M"
    codes, distinct = pd.factorize(raw.astype("datetime64[D]") if is_date else raw, use_na_sentinel=False)
    found = np.datetime_as_string(distinct, unit="D").tolist() if is_date else distinct.tolist()
    texts: dict[str, int] = {}
    places = [
        texts.setdefault("" if value is None or value != value else as_text(value), len(texts)) for value in found
    ]
    at = np.array(places, dtype=np.intp)[codes]
    gone = np.ma.getmaskarray(values)
    if not gone.any():
        return TextColumn(list(texts), at)
    at[gone] = texts.setdefault("", len(texts))
    used = np.bincount(at, minlength=len(texts)) > 0  # under the mask is anything
    every = [text for text, is_used in zip(texts, used, strict=True) if is_used]
    return TextColumn(every, (np.cumsum(used) - 1)[at])


def _as_text(kind: str) -> Callable[[Any], str]:
    """Return what makes texts of the values of a type."""
    if kind.startswith("DECIMAL"):
        return _decimal
    if re.fullmatch(_MOMENT, kind):
        return _moment
    return _PLAIN_TYPES.get(kind, _plain)


def _plain(value: Any) -> str:
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
