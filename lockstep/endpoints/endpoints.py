"""[endpoints.*] of study.toml: times to events, and the axes of their figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ..base.wording import hint, listing, shown
from ..syntax.conditions import VariableType
from ..syntax.expressions import Expression
from ..syntax.names import default_label
from ..syntax.sections import Section
from ..variables.named_variables import read_expression, variable
from .first_events import CompetingEvent, ComponentEvent, any_of, in_one, read_first_of
from .time_units import TimeUnits, read_print_unit

STEPS: Final = {
    "years": (1, 2, 5, 10, 20),
    "months": (1, 2, 3, 6, 12, 24),
    "days": (1, 2, 5, 7, 14, 30, 60, 90, 180, 365),
}
"""How far apart the ticks of a default axis are, by its unit: the first that gives few enough of them."""

COMPETING_KEYS: Final = ("competing", "competing_label", "reason")
"""What an endpoint says of an event that competes with its own; `lockstep.endpoints.competing` reads it."""

_MOST_TICKS: Final = 6  # after the first, so that the numbers at risk below them do not touch

_EXCLUDE: Final = (
    (("start", "end"), ("time",)),
    (("time",), ("start", "end")),
    (("event", "event_label"), ("first_of",)),
    (("first_of", "event_label"), ("event",)),
    (("entry", "restricted_mean"), ("competing",)),
    (("competing_label", "reason"), ("competing",)),
)
"""Keys that an endpoint does not take from another where it has one of the second: these say the same otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The time axis of an endpoint's figure: ticks in `unit` (days, months or years); it ends at the last tick.

    `is_default`: study.toml states none for this endpoint.
    """

    unit: str
    ticks: tuple[float, ...]
    is_default: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A time to an event: from date columns (`start`, first present of `end`) or a number (`time`).

    Of a composite endpoint, `first_of`, the event is the first of several, and `event` that there is one. Each has its
    own date or time; `end` or `time` say how long those are followed to whom none of them happened. Without `time` it
    is the shortest of the times of the events.

    `entry` is when patients come under observation (delayed entry): a date, or a number beside `time`; None at time 0.

    `competing` is the event that keeps its event from happening: then its results are of cumulative incidence, and
    there is no Kaplan-Meier estimate. `competing_ignored` is why study.toml ignores such an event.
    `restricted_mean` are the times, in years, up to which mean survival is reported.

    `print_unit` is the unit in which its times print, None where study.toml states none; `origin` is what time 0 is,
    for the axis: "diagnosis".
    """

    name: str
    label: str
    abbreviation: str
    event: Expression
    event_label: str
    axis: Axis
    start: str | None = None
    end: tuple[str, ...] = ()
    time: str | None = None
    first_of: tuple[ComponentEvent, ...] = ()
    entry: str | None = None
    competing: CompetingEvent | None = None
    competing_ignored: str | None = None
    restricted_mean: tuple[float, ...] = ()
    print_unit: str | None = None
    origin: str | None = None

    @property
    def made_of(self) -> tuple[str, ...]:
        """The variables that it names."""
        at = (event.at for event in self.first_of)
        competing = self.competing.made_of if self.competing else ()
        named = (self.time, self.start, *self.end, self.entry, *at, *self.event.names, *competing)
        return tuple(dict.fromkeys(filter(None, named)))

    @property
    def between_dates(self) -> bool:
        """Whether its time runs between dates."""
        return self.start is not None

    @property
    def times(self) -> tuple[str, ...]:
        """The numbers of which its time is one; none where it runs between dates."""
        return tuple(dict.fromkeys(filter(None, (self.time, *(event.time for event in self.first_of)))))


def read_endpoints(top: Section, types: Mapping[str, VariableType], time: TimeUnits) -> dict[str, Endpoint]:
    """Read [endpoints.*]; those that state no axis have the first that another states, so that panels agree."""
    sections = top.sections("endpoints")
    endpoints = {
        name: read_endpoint(name, like_another(section, sections), types, time) for name, section in sections.items()
    }
    stated = [item.axis for item in endpoints.values() if not item.axis.is_default]
    return {name: _with_shared_axis(item, stated) for name, item in endpoints.items()}


def _with_shared_axis(endpoint: Endpoint, stated: Sequence[Axis]) -> Endpoint:
    """Return an endpoint without an axis of its own with the first stated one that is in its unit."""
    unit = endpoint.print_unit
    shared = next((axis for axis in stated if unit in (None, axis.unit)), None)
    if shared is None or not endpoint.axis.is_default:
        return endpoint
    return replace(endpoint, axis=replace(shared, is_default=True))


def read_endpoint(name: str, section: Section, types: Mapping[str, VariableType], time: TimeUnits) -> Endpoint:
    """Read one of [endpoints.*]."""
    section.allow(
        "like", "label", "abbreviation", "start", "end", "time", "entry", "event", "first_of", "event_label",
        *COMPETING_KEYS, "restricted_mean", "axis", "print_unit", "origin",
    )  # fmt: skip
    events = read_first_of(section, types) if section.has("first_of") else ()
    numeric, print_unit = _has_numeric_times(section, events), read_print_unit(section, time.unit, time.print_unit)
    return Endpoint(
        name=name,
        label=section.text("label", default_label(name)),
        abbreviation=section.text("abbreviation", name.upper()),
        event=any_of(section, events) if events else read_expression(section, "event", types),
        event_label=section.text("event_label", in_one(events) if events else "event"),
        axis=_axis(section.section("axis"), time, print_unit)
        if section.has("axis")
        else default_axis(time, print_unit),
        start=None if numeric else variable(section, "start", section.text("start"), types, "date"),
        end=() if numeric else tuple(variable(section, "end", end, types, "date") for end in _ends(section)),
        time=variable(section, "time", section.text("time"), types, "number") if section.has("time") else None,
        first_of=events,
        entry=_entry(section, types, numeric=numeric),
        restricted_mean=_restricted_mean(section),
        print_unit=print_unit,
        origin=section.optional_text("origin"),
    )


def like_another(section: Section, endpoints: Mapping[str, Section]) -> Section:
    """Return an endpoint's section with all keys of the endpoint that it is `like`, but for those that it has itself.

    A key that says in another way what one of its own says is left out: `event` where it has `first_of`.
    """
    values, met, here = dict(section.values), [section.key], section
    while "like" in values:
        other = here.text("like")
        if other not in endpoints:
            known = [name for name, item in endpoints.items() if item.key != section.key]
            raise here.error(
                "like", f"names {shown(other)}; the other endpoints are: {listing(known) or 'none'}{hint(other, known)}"
            )
        here = endpoints[other]
        if here.key in met:
            raise section.error("like", f"leads back to [{here.key}]; expected an endpoint that has keys of its own")
        met.append(here.key)
        del values["like"]
        replaced = {key for pair in _EXCLUDE for key in pair[0] if values.keys() & set(pair[1])}
        values = {key: value for key, value in here.values.items() if key not in replaced} | values
    return Section(section.key, values)


def _entry(section: Section, types: Mapping[str, VariableType], *, numeric: bool) -> str | None:
    """Read when patients come under observation: a number where times are numbers, else a date."""
    if not section.has("entry"):
        return None
    return variable(section, "entry", section.text("entry"), types, "number" if numeric else "date")


def _restricted_mean(section: Section) -> tuple[float, ...]:
    """Read the years up to which mean survival is reported."""
    years = section.numbers("restricted_mean")
    if section.has("restricted_mean") and (not years or years[0] <= 0):
        raise section.error("restricted_mean", "expected years greater than 0, in increasing order, such as [5]")
    return years


def _has_numeric_times(section: Section, events: Sequence[ComponentEvent]) -> bool:
    """Return whether an endpoint has times that are numbers, and not dates; refuse one that has both or neither."""
    dates = [key for key in ("start", "end") if section.has(key)]
    if not events:
        if section.has("time") == bool(dates):
            raise section.error("", "expected either `start` and `end` (dates) or `time` (a number)")
        return section.has("time")
    if section.has("event"):
        raise section.error("event", "does not go with `first_of`, whose events make it; leave it out")
    numeric = events[0].date is None
    if numeric and dates:
        found = "does not go with `first_of` of events with `time`"
        raise section.error(dates[0], f"{found}; `time` says how long those are followed who had none of them")
    if not numeric and section.has("time"):
        found = "does not go with `first_of` of events with `date`"
        raise section.error("time", f"{found}; `start` and `end` are the dates between which patients are followed")
    return numeric


def _ends(section: Section) -> tuple[str, ...]:
    ends = section.texts("end") if isinstance(section.values.get("end"), list) else (section.text("end"),)
    if not ends:
        raise section.error("end", "is empty; expected a date column, or several of which the first present one counts")
    return ends


def _axis(section: Section, time: TimeUnits, print_unit: str | None) -> Axis:
    section.allow("unit", "ticks")
    axis = Axis(
        unit=section.choice("unit", dict.fromkeys([time.unit, "months", "years"]), print_unit or "years"),
        ticks=section.numbers("ticks"),
    )
    if len(axis.ticks) < 2 or axis.ticks[0] != 0:
        raise section.error("ticks", "expected at least two numbers that begin with 0, such as [0, 1, 2, 3]")
    return axis


def default_axis(time: TimeUnits, print_unit: str | None = None) -> Axis:
    """Return the axis of an endpoint where none states one: to the last landmark, in the unit in which its times print.

    Where study.toml states no such unit, that is years, or months where the last landmark comes before 2 years. It has
    at most 7 ticks, at multiples of `STEPS`.
    """
    last = time.landmarks[-1]
    unit = print_unit or ("years" if last >= 2 else "months")
    end = math.ceil(round(last * time.year / time.per(unit) if print_unit else last * (1 if last >= 2 else 12), 6))
    step = next((step for step in STEPS[unit] if end <= step * _MOST_TICKS), math.ceil(end / _MOST_TICKS))
    return Axis(
        unit=unit, ticks=tuple(float(tick * step) for tick in range(math.ceil(end / step) + 1)), is_default=True
    )


def endpoint_name(section: Section, name: str, value: str, endpoints: Mapping[str, Endpoint]) -> str:
    """Return the value of a key, which must be the name of an endpoint."""
    if value not in endpoints:
        known = listing(endpoints, word="and") or "none"
        raise section.error(name, f"names {shown(value)}; the endpoints are: {known}{hint(value, endpoints)}")
    return value


def endpoint_names(section: Section, endpoints: Mapping[str, Endpoint]) -> tuple[str, ...]:
    """Read the key `endpoints`, a list of at least one."""
    names = section.texts("endpoints")
    if not names:
        raise section.error("endpoints", f"expected a list of endpoints: {listing(endpoints) or 'none is declared'}")
    return tuple(endpoint_name(section, "endpoints", value, endpoints) for value in names)
