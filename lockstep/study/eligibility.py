"""[eligibility.*] of study.toml: the rules by which patients enter the analyses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..syntax.conditions import VariableType
from ..syntax.expressions import Expression
from ..syntax.sections import Section
from .variables import read_expression


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityRule:
    """One line of the flow: patients for whom `keep` is not true are excluded for `reason`."""

    name: str
    keep: Expression
    reason: str


def read_eligibility(top: Section, types: Mapping[str, VariableType]) -> tuple[EligibilityRule, ...]:
    """Read [eligibility.*], in order."""
    rules = []
    for name, section in top.sections("eligibility").items():
        section.allow("keep", "reason")
        rules.append(
            EligibilityRule(name=name, keep=read_expression(section, "keep", types), reason=section.text("reason"))
        )
    return tuple(rules)
