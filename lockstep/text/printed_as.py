"""Which results print a number exactly so: what an author may have meant by a number that is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..catalogue.keys import BOUNDS, bound_name
from ..results.model import Record, Results
from ..results.print_units import in_print_unit
from .numbers import bare_text, limits_text, p_number, singular
from .style import Style

MOST: Final = 3
"""How many results are named, at most."""

WORDS: Final[Mapping[str, str]] = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50",
    "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
}  # fmt: skip
"""Numbers that are written as words, in digits."""

COUNTED: Final = "patients?|persons?|people|women|men|children|deaths?|events?|cases?"
"""What patients and their events are called where they are counted."""

_COUNTED: Final = re.compile(COUNTED, re.IGNORECASE)
_PERCENT: Final = re.compile(r"\s*(?:%|per ?cent\b)", re.IGNORECASE)
_POINTS: Final = re.compile(r"\s*percentage\s+points?\b", re.IGNORECASE)
_P_VALUE: Final = re.compile(r"\bP\W{0,3}[=<>]\s*$", re.IGNORECASE)
_SIGN: Final = re.compile(r"([<>])\s*$")
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+")


@dataclass(frozen=True, slots=True)
class _Print:
    """A number that a result prints: the result's id, or that with the bound of its interval."""

    id: str
    record: Record
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class Prints:
    """All numbers that results print, each by its text."""

    by_text: Mapping[str, Sequence[_Print]]
    units: frozenset[str]

    def ids(self, number: str, *, before: str = "", after: str = "") -> tuple[str, ...]:
        """Return the ids of results that print a number just so, what fits best first, three at most.

        Parameters
        ----------
        number : as typed, in digits or words.
        before, after : the text around it: "%", a unit, "patients" or "P =" show its kind, and no other is named.

        Notes
        -----
        A value comes before the bound of an interval, and a result of all patients before one of a group.
        """
        sign = _SIGN.search(before)
        plain = (sign[1] if sign else "") + WORDS.get(number.lower(), number)
        if plain not in self.by_text and _GROUPED.fullmatch(plain):
            plain = plain.replace(",", "")
        fitting = [found for found in self.by_text.get(plain, ()) if self._fits(found.record, before, after)]
        fitting.sort(key=lambda found: (found.is_bound, found.record.kind == "setting", found.record.key.of_group))
        return tuple(found.id for found in fitting[:MOST])

    def _fits(self, record: Record, before: str, after: str) -> bool:
        if _P_VALUE.search(before):
            return record.kind == "p_value"
        if _PERCENT.match(after):
            return record.unit == "%" and record.kind != "difference"
        if _POINTS.match(after):
            return record.unit == "%" and record.kind == "difference"
        for word in re.findall(r"[^\W\d_]+(?:/[^\s\d]+)?", after.split(".")[0])[:2]:  # "seven older patients"
            if _COUNTED.fullmatch(word):
                return record.kind == "count"
            if singular(word) in self.units:
                return record.unit is not None and singular(record.unit) == singular(word)
        return True


def prints(results: Results, style: Style) -> Prints:
    """Return all numbers that results print in a style, as whole numbers and in their precision."""
    by_text: dict[str, list[_Print]] = {}
    for record in results:
        for text, found in _printed(record, style):
            by_text.setdefault(text, []).append(found)
    printed = {record.print_unit or record.unit for record in results} - {None, "%"}
    units = frozenset(singular(unit) for unit in printed if unit)
    return Prints(by_text, units)


def _printed(record: Record, style: Style) -> Iterator[tuple[str, _Print]]:
    record = in_print_unit(record)
    if record.value is None or isinstance(record.value, str):
        return
    text = p_number(record.value, style) if record.kind == "p_value" else bare_text(record, style)
    yield text.replace(style.p.space, "") if text[:1] in "<>" else text, _Print(record.id, record)
    if record.conf_level is None:
        return
    for name, limit in zip(BOUNDS, limits_text(record, style), strict=True):
        if getattr(record, name) is not None:
            yield limit, _Print(bound_name(record.id, name), record, is_bound=True)
