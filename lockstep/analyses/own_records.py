"""What a record of a study's own statistic may hold: checked before it is written, since nobody could read it after."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from ..base.characters import HIDDEN, refusal
from ..base.errors import StatisticError
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..results.model import Record

LONGEST: Final = 1000
"""Characters of a text of a record: labels and reasons stand in tables and footnotes, and ids are made of items."""

MOST_DECIMALS: Final = 15
"""What a float of ordinary size holds."""


def check_texts(texts: Mapping[str, Any]) -> None:
    """Raise StatisticError for the first of some named values that is no text which can be printed; None is none."""
    for name, text in texts.items():
        if text is None:
            continue
        if not isinstance(text, str):
            raise StatisticError(f"{name} is {a_type(text)}; expected a text")
        if not text.strip() or len(text) > LONGEST:
            found = f"has {len(text):,} characters" if text.strip() else "is empty"
            raise StatisticError(f"{name} {found}; expected 1 to {LONGEST:,}")
        if hidden := HIDDEN.search(text):
            raise StatisticError(f"{name}: {refusal(hidden[0])}")


def number_of(name: str, value: Any) -> float | None:
    """Return a number as a record holds it; raise StatisticError where it is none, or is not finite."""
    if value is None:
        return None
    try:
        number = math.nan if isinstance(value, (str, bool)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        found = "not finite" if isinstance(value, (int, float)) and not isinstance(value, bool) else a_type(value)
        raise StatisticError(f"{name} is {found}; expected a number, or None where it cannot be estimated")
    return number


def whole_number_of(name: str, value: Any, *, most: int | None = None) -> int | None:
    """Return a whole number from 0 to `most`; raise StatisticError for any other."""
    number = number_of(name, value)
    if number is None:
        return None
    if not number.is_integer() or number < 0 or (most is not None and number > most):
        allowed = "of 0 or more" if most is None else f"from 0 to {most:,}"
        raise StatisticError(f"{name} is {number:g}; expected a whole number {allowed}")
    return int(number)


def checked(record: Record, *, patients: int) -> Record:
    """Return a record of so many patients, or of a part of them.

    Raises
    ------
    StatisticError
        If it holds what results.json cannot, or what cannot be.
    """
    if not isinstance(record.key, Key):
        raise StatisticError(f"a record has {a_type(record.key)} for its key; make it by `patients.record(...)`")
    parts = {field.name: getattr(record.key, field.name) for field in fields(Key) if field.name != "at"}
    texts = {name: getattr(record, name) for name in ("label", "method", "population", "unit", "reason", "warning")}
    check_texts({name: text for name, text in (parts | texts).items() if (name, text) != ("statistic", "")})
    if isinstance(record.value, str) and record.kind in ("date", "setting"):
        check_texts({"the value": record.value})
    elif record.value is not None:
        number_of("the value", record.value)
    if (number_of("at", record.key.at) or 0) < 0:
        raise StatisticError(f"at is {record.key.at:g}; expected years, 0 or more")
    n = whole_number_of("n", record.n, most=patients)
    if n is None:
        raise StatisticError("n is None; expected a whole number")
    denominator = whole_number_of("denominator", record.denominator)
    if record.kind == "count" and denominator is not None and isinstance(record.value, int):
        whole_number_of("the value", record.value, most=denominator)
    whole_number_of("decimals", record.decimals, most=MOST_DECIMALS)
    number_of("no_effect", record.no_effect)
    level = number_of("conf_level", record.conf_level)
    if level is not None and not 0 < level < 1:
        raise StatisticError(f"conf_level is {level:g}; expected a number between 0 and 1, such as 0.95")
    low, high = number_of("conf_low", record.conf_low), number_of("conf_high", record.conf_high)
    if low is not None and high is not None and low > high:
        raise StatisticError(f"conf_low ({low:g}) is above conf_high ({high:g})")
    return record


def check_statistic(statistic: Any) -> None:
    """Raise StatisticError where there is something else in a statistic's place."""
    if not isinstance(statistic, Statistic):
        raise StatisticError(f"a record is of a Statistic; found is one {a_type(statistic)}")


def a_type(value: Any) -> str:
    """Name the type of a value, and show nothing of it: "of the type list"."""
    return f"of the type {type(value).__name__}"
