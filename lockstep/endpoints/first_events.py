"""The events of which a composite endpoint is made (`first_of` of [endpoints.*]), and those that compete with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..base.wording import in_series, shown
from ..syntax.conditions import ExpressionError, VariableType
from ..syntax.expressions import Expression, parse_expression
from ..syntax.names import slug
from ..syntax.sections import Section
from ..variables.named_variables import read_expression, variable


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentEvent:
    """One of the events of a composite endpoint, with its own time (a number) or date.

    `event` is true where it was observed: of an event with a date that says nothing else, where the date is present.
    """

    label: str
    event: Expression
    time: str | None = None
    date: str | None = None

    @property
    def at(self) -> str:
        """The variable that says when it was."""
        return str(self.time or self.date)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetingEvent:
    """An event that keeps an endpoint's event from happening, as death without relapse does of relapse.

    It is observed where the condition `event` is true and the endpoint's own event was not observed: follow-up ended by
    it. Or it is the event of another `endpoint`, at that one's time. `made_of` are the variables that it needs.
    """

    label: str
    event: Expression | None = None
    endpoint: str | None = None
    made_of: tuple[str, ...]


def read_first_of(section: Section, types: Mapping[str, VariableType]) -> tuple[ComponentEvent, ...]:
    """Read the key `first_of` of an endpoint: two events or more, all with times or all with dates."""
    events = tuple(_event(item, types) for item in section.rows("first_of"))
    if len(events) < 2:
        expected = 'two events or more, such as { date = "relapsed", label = "relapse" }'
        raise section.error("first_of", f"has {'none' if not events else 'one'}; expected {expected}")
    if len({event.date is None for event in events}) > 1:
        raise section.error("first_of", "has events with `time` and with `date`; expected the same of all")
    owners: dict[str, str] = {}
    for event in events:
        name = slug(event.label)
        if name in owners:
            both = f"{shown(owners[name])} and {shown(event.label)}"
            raise section.error("first_of", f"has the labels {both}, which are both '{name}' in result ids")
        owners[name] = event.label
    return events


def _event(section: Section, types: Mapping[str, VariableType]) -> ComponentEvent:
    section.allow("label", "time", "date", "event", of="an event of `first_of`")
    if section.has("time") == section.has("date"):
        raise section.error("", "expected either `time` (a number) or `date` (a date column)")
    label = section.text("label")
    if section.has("time"):
        time = variable(section, "time", section.text("time"), types, "number")
        return ComponentEvent(label=label, event=read_expression(section, "event", types), time=time)
    date = variable(section, "date", section.text("date"), types, "date")
    has_event = section.has("event")
    event = read_expression(section, "event", types) if has_event else parse_expression(f"{date} present")
    return ComponentEvent(label=label, event=event, date=date)


def any_of(section: Section, events: Sequence[ComponentEvent]) -> Expression:
    """Return the condition that one of the events was observed; `section` is that of their endpoint."""
    try:
        return parse_expression(" or ".join(event.event.text for event in events))
    except ExpressionError as error:  # of conditions that together are too long
        raise section.error("first_of", str(error)) from None


def in_one(events: Sequence[ComponentEvent]) -> str:
    """Return the label of a composite event: "recurrence or death"."""
    return in_series((event.label for event in events), word="or")
