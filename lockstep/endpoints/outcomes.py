"""[outcomes.*] of study.toml: what is known of each patient without a time: an event or none, or a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..base.wording import hint, listing, shown
from ..syntax.conditions import VariableType
from ..syntax.expressions import Expression
from ..syntax.names import default_label
from ..syntax.sections import Section
from ..variables.named_variables import read_expression, variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An outcome: binary where it has an `event`, true of patients who had it; else the number `value`.

    A patient of whom the event is unknown, or the number missing, has no outcome, and is counted as missing.
    """

    name: str
    label: str
    abbreviation: str
    event: Expression | None = None
    event_label: str = "event"
    value: str | None = None

    @property
    def is_binary(self) -> bool:
        """Whether it is an event or none."""
        return self.event is not None

    @property
    def in_words(self) -> str:
        """What kind of outcome it is, for messages."""
        return "a binary outcome" if self.is_binary else "a number"


def read_outcomes(top: Section, types: Mapping[str, VariableType]) -> dict[str, Outcome]:
    """Read [outcomes.*]."""
    return {name: _outcome(name, section, types) for name, section in top.sections("outcomes").items()}


def _outcome(name: str, section: Section, types: Mapping[str, VariableType]) -> Outcome:
    section.allow("label", "abbreviation", "event", "event_label", "value", of="an outcome")
    if section.has("event") == section.has("value"):
        raise section.error(
            "", "expected either `event`, a condition that is true of patients who had it, or `value`, a number"
        )
    if section.has("event_label") and section.has("value"):
        raise section.error("event_label", "belongs to `event`; the outcome here is a number")
    is_binary = section.has("event")
    return Outcome(
        name=name,
        label=section.text("label", default_label(name)),
        abbreviation=section.text("abbreviation", name.upper()),
        event=read_expression(section, "event", types) if is_binary else None,
        event_label=section.text("event_label", "event"),
        value=None if is_binary else variable(section, "value", section.text("value"), types, "number"),
    )


def outcome_name(section: Section, name: str, value: str, outcomes: Mapping[str, Outcome]) -> str:
    """Return the value of a key, which must be the name of an outcome."""
    if value not in outcomes:
        known = listing(outcomes, word="and") or "none"
        raise section.error(name, f"names {shown(value)}; the outcomes are: {known}{hint(value, outcomes)}")
    return value


def outcome_names(section: Section, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """Read the key `outcomes`, a list of at least one."""
    names = section.texts("outcomes")
    if not names:
        raise section.error("outcomes", f"expected a list of outcomes: {listing(outcomes) or 'none is declared'}")
    return tuple(outcome_name(section, "outcomes", value, outcomes) for value in names)
