"""Dates as other programs write them: parsed by a declared format, and the formats that would fit a column."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import product
from typing import Final

from ..base.wording import listing

_ORDERS: Final = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%Y{0}%m{0}%d", "%d{0}%b{0}%Y", "%d{0}%m{0}%y", "%m{0}%d{0}%y")
_MARKS: Final = ("/", ".", "-", " ")
_WORDED: Final = ("%Y%m%d", "%d%b%Y", "%d%b%y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%d. %B %Y")
_DAYS: Final = (*(order.format(mark) for order, mark in product(_ORDERS, _MARKS)), *_WORDED)
_TIMES: Final = (" %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M")
KNOWN: Final = (*(day for day in _DAYS if day != "%Y-%m-%d"), *(f"{day}{time}" for day in _DAYS for time in _TIMES))
"""The formats that are tried for advice; none is that of dates without a declared format."""

DATE: Final = re.compile(
    r"([0-9]{1,4}[-/. ]{1,2}[^\W_]{1,12}[-/. ]{1,2}[0-9]{1,4}"  # 2010-02-28, 3/9/35, 28. February 2010
    r"|[^\W\d_]{3,12} [0-9]{1,2}, [0-9]{4}|[0-9]{1,2}[^\W\d_]{3,5}[0-9]{2,4}|[0-9]{7,8})"
    r"([ T][0-9].*)?"
)
"""What a text looks like that may be a date in one of these formats or YYYY-MM-DD; most others do not."""

_SHAPES: Final = {"d": r" ?\d{1,2}", **dict.fromkeys("mHMS", r"\d{1,2}"), "y": r"\d{2}", "Y": r"\d{4}", " ": r"\s+"}
_SIDE_BY_SIDE: Final = re.compile(r"%[dmYy]%[dmYy]")


def parsed(text: str, form: str, *, cutoff: date | None = None) -> date | None:
    """Return the date that a text is in a format of `time.strptime`; None where it is none.

    A time of day is dropped. Of a year in two digits the century is the last one in which the date is not after the
    cut-off: without one there is no such date.

    >>> parsed("3/9/1935", "%d/%m/%Y"), parsed("30/9/35", "%d/%m/%y", cutoff=date(2014, 12, 31))
    (datetime.date(1935, 9, 3), datetime.date(1935, 9, 30))
    """
    found = _read(text, form) if _shape(form).fullmatch(text) else None
    if found is None or "%y" not in form:
        return found
    if cutoff is None:
        return None
    century = cutoff.year // 100 * 100
    try:
        found = found.replace(year=century + found.year % 100)
        return found if found <= cutoff else found.replace(year=found.year - 100)
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)  # a file has the same days in many columns, and each is read more than once
def _read(text: str, form: str) -> date | None:
    try:
        read = datetime.strptime(text, form)
        if _SIDE_BY_SIDE.search(form) and read.strftime(form) != text:
            return None  # 2010123 could be cut in two ways
        return read.date()
    except ValueError:
        return None


@cache
def _shape(form: str) -> re.Pattern[str]:
    """Return what every text in a format looks like: seen at once, while `strptime` keeps few formats and is slow."""
    parts = re.split(r"%(.)|(\s+)", form, flags=re.DOTALL)
    looks = []
    for literal, directive, space in zip(parts[::3], [*parts[1::3], None], [*parts[2::3], None], strict=True):
        looks.append(re.escape(literal))
        if directive is not None or space is not None:
            looks.append(_SHAPES[" "] if space else _SHAPES.get(directive or "", ".+"))
    return re.compile("".join(looks), re.DOTALL | re.IGNORECASE)


def fitting(texts: Collection[str], *, known: Collection[str] = KNOWN) -> list[str]:
    """Return the known formats in which every one of some texts is a date; of the same dates, the first of them."""
    latest = date(2199, 12, 31)
    found: dict[tuple[date, ...], str] = {}
    for form in known:
        dates: list[date] = []
        for text in texts:
            if (read := parsed(text, form, cutoff=latest)) is None:
                break
            dates.append(read)
        else:
            if dates:
                found.setdefault(tuple(dates), form)
    return list(found.values())


def advice(texts: Collection[str], key: str) -> str:
    """Say which format would fit all of a column's cells; "" where none does.

    Parameters
    ----------
    texts : the cells that are not missing, each once.
    key : the section of study.toml in which a format is declared.
    """
    fit = fitting(texts)
    if not fit:
        return ""
    if len(fit) == 1:
        return f'The format "{fit[0]}" fits all rows: write format = "{fit[0]}" under {key}.'
    return f"The formats {listing(fit, word='and')} all fit: write the one that is meant as `format` under {key}."
