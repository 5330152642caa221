"""[eligibility.*] and [populations.*] of study.toml: who enters the analyses, and who a part of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from ..base.wording import hint, listing, shown
from ..syntax.conditions import VariableType
from ..syntax.expressions import Expression
from ..syntax.names import default_label
from ..syntax.sections import Section
from .named_variables import read_expression

POPULATION_RESERVED: Final = frozenset(
    {"reviewed", "survivors", "rows", "matched", "unmatched", "unknown", "excluded", "analysed", "adjusted"}
)
"""Names of other sets of patients, and of other counts of the flow."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPopulation:
    """The analysed patients for whom `keep` is true; of whom it is unknown is not among them."""

    name: str
    label: str
    keep: Expression


def read_populations(top: Section, types: Mapping[str, VariableType]) -> dict[str, StudyPopulation]:
    """Read [populations.*]; no two have the same label, by which tables and figures distinguish them."""
    populations: dict[str, StudyPopulation] = {}
    owners: dict[str, str] = {}
    for name, section in top.sections("populations").items():
        section.allow("label", "keep")
        label = section.text("label", default_label(name))
        if label in owners:
            raise section.error("label", f"is {shown(label)}, as of [populations.{owners[label]}]; give each its own")
        owners[label] = name
        populations[name] = StudyPopulation(name=name, label=label, keep=read_expression(section, "keep", types))
    return populations


def population_name(section: Section, name: str, value: str, populations: Collection[str]) -> str:
    """Return the value of a key, which must be the name of a population."""
    if value not in populations:
        known = listing(populations, word="and") or "none"
        raise section.error(name, f"names {shown(value)}; the populations are: {known}{hint(value, populations)}")
    return value


def optional_population(section: Section, populations: Collection[str]) -> str | None:
    """Read the key `population`, None where it is absent."""
    value = section.optional_text("population")
    return None if value is None else population_name(section, "population", value, populations)
