"""A condition of study.toml in the words that the report has for its variables and levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..base.wording import in_series
from ..syntax.conditions import Comparison, Condition, Constant, Join, Membership, NamedValue, Not, Present
from .model import Study

# What a sign is called: of a category or between two of them, of a number, of a date.
_CATEGORY: Final[Mapping[str, str]] = {"==": "", "!=": "not "}
_NUMBER: Final[Mapping[str, str]] = {
    "==": "", "!=": "not ", "<": "below ", "<=": "at most ", ">": "above ", ">=": "at least ",
}  # fmt: skip
_DATE: Final[Mapping[str, str]] = {
    "==": "on ", "!=": "not on ", "<": "before ", "<=": "on or before ", ">": "after ", ">=": "on or after ",
}  # fmt: skip
_FLIPPED: Final[Mapping[str, str]] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def in_words(condition: Condition, study: Study) -> str:
    """Say a condition with labels: "Smoker: Yes", "Age above 60 years and Progression recorded".

    Notes
    -----
    A part that joins other parts is put in parentheses, so that "and" and "or" are read as they are meant.
    """
    match condition:
        case Join(every, parts):
            word = " and " if every else " or "
            return word.join(_part(part, study) for part in parts)
        case Not(Present(name)):
            return f"{study.unique_label(name.name)} not recorded"
        case Not(Membership(name, options)):
            return f"{study.unique_label(name.name)}: not {_listed(name.name, options, study)}"
        case Not(part):
            return f"not ({in_words(part, study)})"
        case Present(name):
            return f"{study.unique_label(name.name)} recorded"
        case Membership(name, options):
            return f"{study.unique_label(name.name)}: {_listed(name.name, options, study)}"
        case Comparison(sign, NamedValue(name), right):
            return _compared(name, sign, right, study)
        case Comparison(sign, left, NamedValue(name)):
            return _compared(name, _FLIPPED[sign], left, study)
    raise AssertionError(condition)  # a comparison has a name on one side at least


def _part(part: Condition, study: Study) -> str:
    text = in_words(part, study)
    return f"({text})" if isinstance(part, Join) else text


def _compared(name: str, sign: str, other: NamedValue | Constant, study: Study) -> str:
    label, words = study.unique_label(name), _signs(name, study)[sign]
    if isinstance(other, NamedValue):
        same = {"==": "the same as ", "!=": "not the same as "}
        return f"{label} {same.get(sign, words)}{study.unique_label(other.name)}"
    between = ": " if study.levels(name) else " "
    return f"{label}{between}{words}{_value(name, other, study)}"


def _signs(name: str, study: Study) -> Mapping[str, str]:
    return {"category": _CATEGORY, "number": _NUMBER, "date": _DATE}[study.variable(name).type]


def _listed(name: str, options: tuple[Constant, ...], study: Study) -> str:
    return in_series((_value(name, option, study) for option in options), word="or")


def _value(name: str, value: Constant, study: Study) -> str:
    """Return a level by its label, a number with its unit, a date as it is written."""
    if isinstance(value, str):
        return study.levels(name).get(value, value)
    unit = study.variable(name).unit
    return f"{value:.12g}" + (f" {unit}" if unit else "")
