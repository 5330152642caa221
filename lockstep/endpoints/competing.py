"""`competing` of [endpoints.*] in study.toml: the event that keeps an endpoint's event from happening."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from ..base.wording import hint, listing, shown
from ..syntax.conditions import VariableType
from ..syntax.sections import Section
from ..variables.named_variables import read_expression
from .endpoints import Endpoint, like_another
from .first_events import CompetingEvent

IGNORED: Final = "ignored"
"""What `competing` says where a competing event counts as censoring, for a `reason`."""

OVERESTIMATES: Final = "the Kaplan-Meier method counts patients with the competing event as censored and overestimates"
"""Why an endpoint with a competing event has no Kaplan-Meier estimate."""


def with_competing_events(
    top: Section, types: Mapping[str, VariableType], endpoints: Mapping[str, Endpoint]
) -> dict[str, Endpoint]:
    """Return the endpoints, each with the competing event that its section names."""
    sections = top.sections("endpoints")
    return {
        name: _read(like_another(section, sections), endpoints[name], types, endpoints)
        for name, section in sections.items()
    }


def without_competing(section: Section, names: Sequence[str], endpoints: Mapping[str, Endpoint]) -> tuple[str, ...]:
    """Return the endpoints that `endpoints` of a figure of survival curves names; refuse one with a competing event."""
    for name in names:
        competing = endpoints[name].competing
        if competing is not None:
            found = f"names {shown(name)}, which {shown(competing.label)} competes with: {OVERESTIMATES} {shown(name)}"
            ignoring = f'`competing = "{IGNORED}"` with a `reason` under [endpoints.{name}]'
            raise section.error(
                "endpoints",
                f"{found}; draw kind = 'cumulative_incidence', or say {ignoring}, which Methods then prints",
            )
    return tuple(names)


def with_competing(section: Section, names: Sequence[str], endpoints: Mapping[str, Endpoint]) -> tuple[str, ...]:
    """Return the endpoints that a key names; refuse one without a competing event, whose incidence is 1 - survival."""
    for name in names:
        if endpoints[name].competing is None:
            remedy = f"say which event competes (`competing` under [endpoints.{name}]), or take Kaplan-Meier and Cox"
            key = "endpoint" if section.has("endpoint") else "endpoints"
            raise section.error(key, f"names {shown(name)}, which has no competing event; {remedy}")
    return tuple(names)


def _read(
    section: Section, endpoint: Endpoint, types: Mapping[str, VariableType], endpoints: Mapping[str, Endpoint]
) -> Endpoint:
    if not section.has("competing"):
        for key in ("competing_label", "reason"):
            if section.has(key):
                raise section.error(key, "goes with `competing`, which is missing")
        return endpoint
    text = section.text("competing")
    if text == IGNORED:
        if section.has("competing_label"):
            raise section.error("competing_label", f"does not go with `competing = '{IGNORED}'`; leave it out")
        return replace(endpoint, competing_ignored=section.text("reason"))
    if section.has("reason"):
        raise section.error("reason", f"goes with `competing = '{IGNORED}'` alone; leave it out")
    if endpoint.entry is not None:
        remedy = "leave one of them out"
        raise section.error("competing", f"does not go with `entry`: incidence is computed from time 0 on; {remedy}")
    if endpoint.restricted_mean:
        found = "does not go with `competing`: mean survival is of Kaplan-Meier curves, and there is none"
        raise section.error("restricted_mean", f"{found}; leave it out")
    return replace(endpoint, competing=_event(section, endpoint, types, endpoints))


def _event(
    section: Section, endpoint: Endpoint, types: Mapping[str, VariableType], endpoints: Mapping[str, Endpoint]
) -> CompetingEvent:
    text = section.text("competing")
    if text not in endpoints:
        if text.isidentifier():
            known = [name for name in endpoints if name != endpoint.name]
            expected = f"a condition, or one of the other endpoints: {listing(known) or 'there is none'}"
            raise section.error("competing", f"is {shown(text)}; expected {expected}{hint(text, known)}")
        event = read_expression(section, "competing", types)
        return CompetingEvent(label=section.text("competing_label"), event=event, made_of=event.names)
    other = endpoints[text]
    if other.name == endpoint.name:
        raise section.error("competing", "names the endpoint itself; expected another one, such as 'os'")
    if (endpoint.start, endpoint.between_dates) != (other.start, other.between_dates):
        expected = "expected one whose time begins with the same `start`, or a condition"
        raise section.error("competing", f"names {shown(text)}, whose time does not begin with this one's; {expected}")
    default = f"{other.event_label} without {endpoint.event_label}"
    return CompetingEvent(label=section.text("competing_label", default), endpoint=text, made_of=other.made_of)
