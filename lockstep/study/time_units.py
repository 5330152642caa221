"""[time] of study.toml: the unit of follow-up, months and years, landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..syntax.sections import Section

DAYS_PER: Final = {"days": 1.0, "months": 365.25 / 12, "years": 365.25}
"""Days in a unit of follow-up, between two dates."""

_PER_UNIT: Final = {"days": (30.4375, 365.25), "months": (1.0, 12.0), "years": (1 / 12, 1.0)}
"""How many of a unit make a month and a year, where study.toml does not say."""

_LANDMARKS: Final = (1.0, 3.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUnits:
    """Unit of follow-up times, and how many of it make a month and a year; landmarks in years.

    `decimals` are those of follow-up in months, and of months or years between two dates.
    """

    unit: str
    month: float
    year: float
    landmarks: tuple[float, ...]
    decimals: int = 1

    def per(self, unit: str) -> float:
        """Return how many follow-up units make one `unit` (days only where follow-up is in days)."""
        return {"months": self.month, "years": self.year, self.unit: 1.0}[unit]

    @property
    def days_in(self) -> Mapping[str, float]:
        """How many days make a day, a month and a year: as [time] says, where follow-up is in days."""
        return {"days": 1.0, "months": self.month, "years": self.year} if self.unit == "days" else DAYS_PER


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
