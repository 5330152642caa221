"""When levels of categories become known, and what analyses make of it: landmarks, and exposures that begin later."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..base.wording import listing, shown
from ..syntax.conditions import VariableType
from ..syntax.sections import Section
from ..variables.columns import Column
from ..variables.derived import AnyDerived, DerivedNumber
from ..variables.named_variables import variable
from .endpoints import Endpoint
from .time_units import TimeUnits

_DURATION: Final = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?) (?P<unit>day|month|year)s?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """The time from which patients are compared who are still at risk then: in the study's unit, and in words."""

    at: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureTimes:
    """From when the levels of categories are known.

    Attributes
    ----------
    known_at : by category, the date or number that says so; of others they are known from the beginning.
    types : of all variables.
    time : the units of [time].
    """

    known_at: Mapping[str, str]
    types: Mapping[str, VariableType]
    time: TimeUnits

    def landmark(self, section: Section) -> Landmark | None:
        """Read the key `landmark`: a number in the study's unit, or a text such as "1 year"."""
        if not section.has("landmark"):
            return None
        value = section.values["landmark"]
        if not isinstance(value, str):
            number, unit = section.number("landmark"), self.time.unit
        else:
            found = _DURATION.fullmatch(value.strip())
            units = dict.fromkeys([self.time.unit, "months", "years"])
            if found is None or f"{found['unit']}s" not in units:
                expected = (
                    f"expected a number of {self.time.unit}, or a text such as {listing(f'6 {unit}' for unit in units)}"
                )
                raise section.error("landmark", f"is {shown(value)}; {expected}")
            number, unit = float(found["number"]), f"{found['unit']}s"
        if number <= 0:
            raise section.error("landmark", f"is {number:g}; expected a time after the start, such as '1 year'")
        words = f"{number:g} {unit.removesuffix('s') if number == 1 else unit}"
        return Landmark(at=number * self.time.per(unit), words=words)

    def check_time_dependent(self, section: Section, key: str, name: str) -> None:
        """Refuse a variable as an exposure that begins later where it is no category of which is known when."""
        variable(section, key, name, self.types, "category")
        if name not in self.known_at:
            raise section.error(
                "time_dependent",
                f"is true, and {shown(name)} has no `known_at`; give it one, where it is declared: the date from which "
                "its level is known",
            )

    def check_incidence(self, section: Section, endpoints: Iterable[Endpoint]) -> None:
        """Refuse to compare the incidence of an endpoint between groups that patients enter later.

        Where an event competes, the groups of a comparison have Fine-Gray models, in which patients stay at risk after
        it: with which exposure is not known.
        """
        for endpoint in endpoints:
            if endpoint.competing is not None:
                raise section.error(
                    "time_dependent",
                    f"does not go with endpoint {shown(endpoint.name)}, which has a competing event; take a "
                    "`landmark`, an endpoint without one, or a model of [models.*], whose hazards are cause-specific",
                )

    def check(self, section: Section, key: str, names: Iterable[str], endpoints: Iterable[Endpoint]) -> None:
        """Refuse a category whose time of becoming known cannot be held against the times of an endpoint."""
        timed = [name for name in names if name in self.known_at]
        for endpoint in endpoints:
            for name in timed:
                by, of = ("date", "run between dates") if endpoint.between_dates else ("number", "are numbers")
                if (found := self.types[self.known_at[name]].kind) != by:
                    raise section.error(
                        key,
                        f"asks when {shown(name)} was known; its `known_at` is a {found}, and the times of endpoint "
                        f"{shown(endpoint.name)} {of}; expected a {by}",
                    )


def read_exposure_times(
    top: Section,
    types: Mapping[str, VariableType],
    time: TimeUnits,
    variables: tuple[Mapping[str, Column], Mapping[str, AnyDerived]],
) -> ExposureTimes:
    """Read `known_at` of categories, columns and derived ones."""
    found: dict[str, str] = {}
    for outer, items in zip(("columns", "derived"), variables, strict=True):
        for name, item in items.items():
            if not isinstance(item, DerivedNumber) and item.known_at is not None:
                section = top.section(outer).section(name)
                found[name] = variable(section, "known_at", item.known_at, types, "date", "number")
    return ExposureTimes(known_at=found, types=types, time=time)
