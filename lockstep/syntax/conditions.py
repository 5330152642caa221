"""What a condition means: its parts, where it is true, false or unknown (Kleene), and when it is statically invalid."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from ..base.errors import LockstepError
from ..base.snapping import snapped, snapped_all
from ..base.wording import hint, level_hint, listing, shown

_COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip

OF_ROWS: Final = 'describes a patient\'s rows and not the patient (its `take` is "none")'
"""What is wrong with a variable of the kind "rows" where a value of each patient is asked for."""

ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""What a date looks like, also one that is not in the calendar."""


class ExpressionError(LockstepError):
    """A condition is not valid; the caller adds the file and the key that hold it."""


@dataclass(frozen=True, slots=True)
class VariableType:
    """What a condition may ask of a variable: its kind and, for a category, its levels, with their labels if known.

    The kind "rows" is that of a column which describes a patient's rows and has no value for the patient.
    """

    kind: Literal["number", "category", "date", "rows"]
    levels: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A name whose value is looked up."""

    name: str


Constant: TypeAlias = str | float


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left sign right``; at least one side is a name."""

    sign: str
    left: NamedValue | Constant
    right: NamedValue | Constant


@dataclass(frozen=True, slots=True)
class Membership:
    """``name in [options]``."""

    name: NamedValue
    options: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """``name present``: never unknown."""

    name: NamedValue


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Join:
    """All of the conditions (`every`), or any of them."""

    every: bool
    parts: tuple[Condition, ...]


Condition: TypeAlias = Comparison | Membership | Present | Not | Join
Truth: TypeAlias = tuple[Any, Any]
"""Where a condition is true and where it is false, as bools or boolean arrays; it is unknown where it is neither.

The two halves follow Kleene's logic with `&` and `|` alone, for single values and for whole columns alike.
"""


def truth(condition: Condition, values: Any) -> Truth:
    """Evaluate a condition over `values`, a mapping from name to a Series or a single value (None or NaN: missing)."""
    match condition:
        case Not(part):
            true, false = truth(part, values)
            return false, true
        case Join(every, parts):
            return _joined(every, [truth(part, values) for part in parts])
        case Present(NamedValue(name)):
            present = _known(values[name])
            return present, present ^ True
        case Membership(name, options):
            return _joined(False, [truth(Comparison("==", name, option), values) for option in options])
        case Comparison(sign, left, right):
            return _compared(sign, _value(left, values), _value(right, values))


def _joined(every: bool, parts: list[Truth]) -> Truth:
    true, false = parts[0]
    for part_true, part_false in parts[1:]:
        if every:
            true, false = true & part_true, false | part_false
        else:
            true, false = true | part_true, false & part_false
    return true, false


def _value(operand: NamedValue | Constant, values: Any) -> Any:
    return values[operand.name] if isinstance(operand, NamedValue) else operand


def _known(value: Any) -> Any:
    if hasattr(value, "notna"):
        return value.notna().to_numpy()
    return value is not None and value == value  # NaN is the one value that differs from itself


def _compared(sign: str, left: Any, right: Any) -> Truth:
    known = _known(left) & _known(right)
    if not (known if isinstance(known, bool) else known.any()):
        return known, known
    left, right = (_without_noise(side.to_numpy() if hasattr(side, "to_numpy") else side) for side in (left, right))
    try:
        holds = _COMPARE[sign](_as_date(left, like=right), _as_date(right, like=left))
    except TypeError:
        raise ExpressionError(f"'{sign}' compares values of different kinds") from None
    return known & holds, known & (holds ^ True)


def _without_noise(value: Any) -> Any:
    """Return a number, or an array of numbers, snapped; anything else as it is."""
    if isinstance(value, float):
        return snapped(value)
    return snapped_all(value) if getattr(getattr(value, "dtype", None), "kind", "") == "f" else value


def _as_date(value: Any, *, like: Any) -> Any:
    """Return an ISO date as the scalar of `like`'s dtype where that is an array of dates; else the value itself."""
    if isinstance(value, str) and getattr(getattr(like, "dtype", None), "kind", "") == "M":
        return like.dtype.type(value)
    return value


def check_names_known(names: Iterable[str], types: Mapping[str, VariableType]) -> None:
    """Refuse a name that is no variable, or one that describes rows and has no value for a patient.

    Raises
    ------
    ExpressionError
        For the first such name, with the nearest known one.
    """
    for name in names:
        if name not in types:
            raise ExpressionError(f"there is no variable {shown(name)}{hint(name, types)}")
        if types[name].kind == "rows":
            raise ExpressionError(f"{shown(name)} {OF_ROWS}")


def check_condition(condition: Condition, types: Mapping[str, VariableType]) -> None:
    """Refuse a statically invalid condition: an undeclared level, a number compared with text, an order of categories.

    Raises
    ------
    ExpressionError
        For the first fault; the names must all be in `types`.
    """
    for leaf in _leaves(condition):
        match leaf:
            case Comparison(sign, NamedValue() as name, other) | Comparison(sign, other, NamedValue() as name):
                _check_pair(sign, name, other, types)
            case Membership(name, options):
                for option in options:
                    _check_pair("==", name, option, types)


def _leaves(condition: Condition) -> Iterator[Condition]:
    match condition:
        case Not(part):
            yield from _leaves(part)
        case Join(_, parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            yield condition


def _check_pair(sign: str, name: NamedValue, other: NamedValue | Constant, types: Mapping[str, VariableType]) -> None:
    kind, levels, who = types[name.name].kind, types[name.name].levels, shown(name.name)
    labelled = dict(zip(levels, types[name.name].labels or levels, strict=True))
    if kind == "category" and sign not in {"==", "!="}:
        raise ExpressionError(f"{who} is a category, which has no order; list the levels meant, with `in`")
    if isinstance(other, NamedValue):
        if types[other.name].kind != kind:
            raise ExpressionError(f"{who} is a {kind} and {shown(other.name)} is a {types[other.name].kind}")
    elif kind == "number" and isinstance(other, str):
        raise ExpressionError(f"{who} is a number; compare it with a number, without quotes")
    elif kind == "date" and not is_iso_date(other):
        raise ExpressionError(f"{who} is a date; compare it with a date in quotes, such as '2010-12-31'")
    elif kind == "category" and not isinstance(other, str):
        raise ExpressionError(f"{who} is a category; compare it with a level in quotes: {listing(levels)}")
    elif kind == "category" and isinstance(other, str) and other not in levels:
        known = f"it has {listing(levels, word='and')}{level_hint(other, labelled)}"
        raise ExpressionError(f"{who} has no level {shown(other)}; {known}")


def is_iso_date(value: object) -> bool:
    """Return whether a value is a text that is a date of the calendar, such as 2010-12-31."""
    if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
