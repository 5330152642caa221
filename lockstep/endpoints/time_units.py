"""[time] of study.toml: the unit of follow-up, months and years, landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..base.snapping import snapped
from ..syntax.sections import Section

DAYS_PER: Final = {"days": 1.0, "months": 365.25 / 12, "years": 365.25}
"""Days in a unit of follow-up, between two dates."""

_PER_UNIT: Final = {"days": (30.4375, 365.25), "months": (1.0, 12.0), "years": (1 / 12, 1.0)}
"""How many of a unit make a month and a year, where study.toml does not say."""

_LANDMARKS: Final = (1.0, 3.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUnits:
    """Unit of follow-up times, and how many of it make a month and a year; landmarks in years.

    `print_unit` is the unit in which times print, None where study.toml states none. `decimals` are those of follow-up,
    of times that print in months or years, and of months or years between two dates.
    """

    unit: str
    month: float
    year: float
    landmarks: tuple[float, ...]
    decimals: int = 1
    print_unit: str | None = None

    def per(self, unit: str) -> float:
        """Return how many follow-up units make one `unit` (days only where follow-up is in days)."""
        return {"months": self.month, "years": self.year, self.unit: 1.0}[unit]

    def of_years(self, years: float) -> float:
        """Return years in the unit of follow-up, snapped: at 0.4 x 12 months those followed for 4.8 are at risk."""
        return snapped(years * self.year)

    def landmark(self, years: float, unit: str | None) -> tuple[float, str]:
        """Return a landmark in the unit in which times print, where it is a whole number of that, else in years."""
        if unit is not None and (number := snapped(years * self.year / self.per(unit))).is_integer():
            return number, unit
        return years, "years"

    def landmark_words(self, years: float, unit: str | None) -> str:
        """Return a landmark as records name it: "5 years", "1 year", "60 months"."""
        number, unit = self.landmark(years, unit)
        return f"{number:g} {unit.removesuffix('s') if number == 1 else unit}"

    @property
    def printed_landmarks(self) -> tuple[tuple[float, ...], str]:
        """All landmarks in the unit in which times print, where each is a whole number of that, else in years."""
        found = [self.landmark(years, self.print_unit) for years in self.landmarks]
        if len({unit for _, unit in found}) > 1:
            return self.landmarks, "years"
        return tuple(number for number, _ in found), found[0][1]

    @property
    def days_in(self) -> Mapping[str, float]:
        """How many days make a day, a month and a year: as [time] says, where follow-up is in days."""
        return {"days": 1.0, "months": self.month, "years": self.year} if self.unit == "days" else DAYS_PER


def read_time(section: Section) -> TimeUnits:
    """Read [time]; every key has a default."""
    section.allow("unit", "month", "year", "landmarks", "decimals", "print_unit")
    unit = section.choice("unit", _PER_UNIT, "days")
    month, year = _PER_UNIT[unit]
    decimals = section.decimals()
    time = TimeUnits(
        unit=unit,
        month=section.number("month", month),
        year=section.number("year", year),
        landmarks=section.numbers("landmarks", _LANDMARKS),
        decimals=1 if decimals is None else decimals,
        print_unit=read_print_unit(section, unit, None),
    )
    if unit != "days" and time.per(unit) != getattr(time, unit.removesuffix("s")):
        raise section.error(unit.removesuffix("s"), f"is not 1, but follow-up is in {unit}")
    if not 0 < time.month < time.year:
        raise section.error("month", f"is {time.month:g} and the year {time.year:g} {unit}; expected 0 < month < year")
    if not time.landmarks or time.landmarks[0] <= 0:
        raise section.error("landmarks", "expected years greater than 0, in increasing order, such as [1, 3, 5]")
    return time


def read_print_unit(section: Section, unit: str, default: str | None) -> str | None:
    """Return the unit in which times print; of times in months or years, days are not known."""
    if not section.has("print_unit"):
        return default
    return section.choice("print_unit", dict.fromkeys([unit, "months", "years"]))
