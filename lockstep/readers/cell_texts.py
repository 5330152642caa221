"""Values of a format that knows numbers, dates and texts, as texts in one form (`table`)."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, Final

import numpy as np

from .table import TextColumn

_MOST_WHOLE: Final = 1e17  # above it a float has no digits for ones


def text_column(cells: Sequence[Any], as_text: Callable[[Any], str]) -> TextColumn:
    """Return the cells of a column as texts; each distinct value is converted once, since most columns have few.

    Parameters
    ----------
    cells : (n,) values that can be hashed; of those that are equal (1 and 1.0) the texts must be equal as well.
    as_text : the text of a value.
    """
    distinct: defaultdict[Any, int] = defaultdict(count().__next__)  # counts each value that it meets first
    codes = np.fromiter(map(distinct.__getitem__, cells), dtype=np.intp, count=len(cells))
    texts: dict[str, int] = {}
    places = [texts.setdefault(as_text(cell).strip(), len(texts)) for cell in distinct]
    return TextColumn(list(texts), np.array(places, dtype=np.intp)[codes])


def blank_rows(columns: Iterable[TextColumn], n_rows: int) -> Any:
    """Return (n,) True for the rows in which every column is blank."""
    blank = np.ones(n_rows, dtype=bool)
    for column in columns:
        if not blank.any():
            break
        blank &= column.codes == (column.texts.index("") if "" in column.texts else -1)
    return blank


def normal(text: str) -> str:
    """Return a text in which an é is one character, however it was stored, without outer spaces and padding."""
    return unicodedata.normalize("NFC", text).strip(" \t\r\n\0\N{NO-BREAK SPACE}")


def shortest(value: float) -> str:
    """Return the shortest text that is the number; a whole number has no decimals.

    Examples
    --------
    >>> shortest(2.0), shortest(7.3), shortest(-0.0)
    ('2', '7.3', '0')
    """
    whole = abs(value) < _MOST_WHOLE and value == int(value)
    return str(int(value)) if whole else repr(float(value))


def shortest_single(value: float) -> str:
    """Return the shortest text that is the number among those of single precision: 7.3, not 7.300000190734863."""
    return shortest(float(str(np.float32(value))))


def boolean_text(value: bool) -> str:
    """Return TRUE or FALSE, as spreadsheet programs show them."""
    return "TRUE" if value else "FALSE"


def moment_text(value: date | datetime) -> str:
    """Return a date as YYYY-MM-DD; a time of day follows where there is one.

    Examples
    --------
    >>> moment_text(datetime(2010, 4, 3)), moment_text(datetime(2010, 4, 3, 14, 5))
    ('2010-04-03', '2010-04-03 14:05:00')
    """
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    return value.isoformat()


def duration_text(value: timedelta) -> str:
    """Return a duration in hours, minutes and seconds: 30:00:00."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
