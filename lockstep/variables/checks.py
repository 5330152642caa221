"""[checks.*] of study.toml: the rules that the rows of the data keep, and what built-in checks do in this study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from ..base.wording import hint, listing
from ..syntax.conditions import VariableType
from ..syntax.expressions import Expression
from ..syntax.sections import Section
from .named_variables import read_expression

Severity: TypeAlias = Literal["error", "query"]
"""What a finding in the data does: an error stops the report, a query is listed for the site that has the records."""

BuiltinSeverity: TypeAlias = Literal["error", "query", "off"]
"""What a study makes of a built-in check."""

UNDEFINED_NUMBER: Final = "undefined_number"
"""The check of derived numbers: where their formula has no value, as by a division by zero."""

CHECK_WORDS: Final[Mapping[str, str]] = {
    "future_date": "a date in the future",
    "event_after_follow_up": "an event after the end of follow-up",
    "contact_after_death": "a contact after death",
    "before_birth": "a date before birth",
    "age_contradicts_dates": "an age that contradicts the dates",
    "empty_row": "a row without values",
    "totals_row": "a row of totals",
    "duplicate_row": "rows that are alike",
    "similar_id": "ids that are alike",
    "ambiguous_decimal": "a decimal mark that is ambiguous",
    "constant": "a column with one value only",
    "rare_level": "a level of few patients",
    "outlier": "an unusual number",
    UNDEFINED_NUMBER: "a formula without a value",
}
"""What each built-in check finds, in words."""

BUILTIN_CHECKS: Final = tuple(CHECK_WORDS)
"""The checks that every data file is put to; [checks.*] of study.toml changes their severity by these names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCheck:
    """A rule that each patient's row keeps: where `must` is false the row is a finding of this severity."""

    name: str
    must: Expression
    reason: str
    severity: Severity


def read_checks(top: Section, types: Mapping[str, VariableType]) -> tuple[DataCheck, ...]:
    """Read the study's own rules among [checks.*], in order."""
    checks = []
    for name, section in top.sections("checks").items():
        if name in BUILTIN_CHECKS:
            continue
        if not section.has("must"):
            builtin = listing(BUILTIN_CHECKS, word="and", most=len(BUILTIN_CHECKS))
            known = f"the built-in checks are {builtin}{hint(name, BUILTIN_CHECKS)}"
            raise section.error("must", f"is missing; expected a condition, since {known}")
        section.allow("must", "reason", "severity")
        must = read_expression(section, "must", types)
        severity: Any = section.choice("severity", get_args(Severity), "error")
        checks.append(DataCheck(name=name, must=must, reason=section.text("reason"), severity=severity))
    return tuple(checks)


def read_severities(top: Section) -> dict[str, BuiltinSeverity]:
    """Read what [checks.*] says of built-in checks: the severity that each one has in this study."""
    found: dict[str, BuiltinSeverity] = {}
    for name, section in top.sections("checks").items():
        if name not in BUILTIN_CHECKS:
            continue
        section.allow("severity", "reason", of="a built-in check")
        severity: Any = section.choice("severity", get_args(BuiltinSeverity))
        if severity == "off" and not section.has("reason"):
            raise section.error("reason", "is missing; expected why the data need no such check")
        section.optional_text("reason")
        found[name] = severity
    return found
