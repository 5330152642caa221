"""Time units, endpoints and their axes in study.toml."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ..base.wording import hint, listing, shown
from .conditions import VariableType
from .model import Axis, Endpoint, TimeUnits
from .sections import Section
from .variables import default_label, read_expression, variable

_PER_UNIT: Final = {"days": (30.4375, 365.25), "months": (1.0, 12.0), "years": (1 / 12, 1.0)}
"""How many of a unit make a month and a year, where study.toml does not say."""

_LANDMARKS: Final = (1.0, 3.0, 5.0)
_MOST_TICKS: Final = 6  # after the first, so that the numbers at risk below them do not touch


def read_time(section: Section) -> TimeUnits:
    """Read [time]; every key has a default."""
    section.allow("unit", "month", "year", "landmarks", "decimals")
    unit = section.choice("unit", _PER_UNIT, "days")
    month, year = _PER_UNIT[unit]
    decimals = section.decimals()
    time = TimeUnits(
        unit=unit,
        month=section.number("month", month),
        year=section.number("year", year),
        landmarks=section.numbers("landmarks", _LANDMARKS),
        decimals=1 if decimals is None else decimals,
    )
    if unit != "days" and time.per(unit) != getattr(time, unit.removesuffix("s")):
        raise section.error(unit.removesuffix("s"), f"is not 1, but follow-up is in {unit}")
    if not 0 < time.month < time.year:
        raise section.error("month", f"is {time.month:g} and the year {time.year:g} {unit}; expected 0 < month < year")
    if not time.landmarks or time.landmarks[0] <= 0:
        raise section.error("landmarks", "expected years greater than 0, in increasing order, such as [1, 3, 5]")
    return time


def read_endpoint(name: str, section: Section, types: Mapping[str, VariableType], time: TimeUnits) -> Endpoint:
    """Read one of [endpoints.*]."""
    section.allow("label", "abbreviation", "start", "end", "time", "event", "event_label", "axis")
    ready = section.has("time")
    if ready == (section.has("start") or section.has("end")):
        raise section.error("", "expected either `start` and `end` (dates) or `time` (a number column)")
    return Endpoint(
        name=name,
        label=section.text("label", default_label(name)),
        abbreviation=section.text("abbreviation", name.upper()),
        event=read_expression(section, "event", types),
        event_label=section.text("event_label", "event"),
        axis=_axis(section.section("axis"), time) if section.has("axis") else default_axis(time),
        start=None if ready else variable(section, "start", section.text("start"), types, "date"),
        end=() if ready else tuple(variable(section, "end", end, types, "date") for end in _ends(section)),
        time=variable(section, "time", section.text("time"), types, "number") if ready else None,
    )


def _ends(section: Section) -> tuple[str, ...]:
    ends = section.texts("end") if isinstance(section.values.get("end"), list) else (section.text("end"),)
    if not ends:
        raise section.error("end", "is empty; expected a date column, or several of which the first present one counts")
    return ends


def _axis(section: Section, time: TimeUnits) -> Axis:
    section.allow("unit", "ticks")
    axis = Axis(
        unit=section.choice("unit", dict.fromkeys([time.unit, "months", "years"]), "years"),
        ticks=section.numbers("ticks"),
    )
    if len(axis.ticks) < 2 or axis.ticks[0] != 0:
        raise section.error("ticks", "expected at least two numbers that begin with 0, such as [0, 1, 2, 3]")
    return axis


def default_axis(time: TimeUnits) -> Axis:
    """Return the axis of an endpoint where none states one: to the last landmark, in years or in months.

    It has at most 7 ticks, at multiples of 1, 2, 5, 10 or 20 years, or of 1, 2, 3 or 6 months where the last landmark
    comes before 2 years.
    """
    last = time.landmarks[-1]
    unit, end, steps = ("years", last, (1, 2, 5, 10, 20)) if last >= 2 else ("months", last * 12, (1, 2, 3, 6))
    end = math.ceil(round(end, 6))
    step = next((step for step in steps if end <= step * _MOST_TICKS), math.ceil(end / _MOST_TICKS))
    return Axis(
        unit=unit, ticks=tuple(float(tick * step) for tick in range(math.ceil(end / step) + 1)), is_default=True
    )


def read_endpoints(top: Section, types: Mapping[str, VariableType], time: TimeUnits) -> dict[str, Endpoint]:
    """Read [endpoints.*]; those that state no axis have the first that another states, so that panels agree."""
    endpoints = {name: read_endpoint(name, item, types, time) for name, item in top.sections("endpoints").items()}
    stated = next((item.axis for item in endpoints.values() if not item.axis.is_default), None)
    if stated is None:
        return endpoints
    axis = replace(stated, is_default=True)
    return {name: replace(item, axis=axis) if item.axis.is_default else item for name, item in endpoints.items()}


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
