"""What a study's own statistics are written with: the patients, and the records made of what is computed from them."""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd

from ..base.errors import StatisticError, nearest
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..catalogue.kinds import RATIOS
from ..data.cohort import Cohort
from ..data.time_to_event import TimeToEvent
from ..data_checks.examination import examine
from ..outcome_analyses.printing import in_unit_of
from ..results.model import Record
from ..results.precision import number_decimals, time_decimals
from ..results.records import Population, limits_of, record
from ..study.definition import read_study
from ..study.model import Study
from .own_records import check_statistic, check_texts, checked, number_of, whole_number_of

MARK: Final = "__lockstep_statistic__"
"""The attribute by which a function of a study is known to yield statistics."""

ANALYSED: Final = "patients analysed"

_BOUNDS: Final = {
    "count": (0, math.inf),
    "percent": (0, 100),
    "p_value": (0, 1),
    "probability": (0, 1),
    **dict.fromkeys(RATIOS, (0, math.inf)),
}
Function = TypeVar("Function", bound=Callable[["Patients"], Iterable[Record]])


def statistic(function: Function) -> Function:
    """Mark a function in analysis/statistics.py as one that gets the patients and yields records."""
    setattr(function, MARK, True)
    return function


class _ByName(dict[str, TimeToEvent]):
    """Endpoints by name; one that there is not is answered with the nearest."""

    def __missing__(self, name: Any) -> TimeToEvent:
        check_texts({"the name of an endpoint": name})
        known = f"; the endpoints are: {', '.join(self)}"
        raise StatisticError(f"no endpoint '{name}'{nearest(name, self) or known}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patients:
    """The patients that are analysed, or a group of them.

    Attributes
    ----------
    study : the definition in study.toml.
    frame : (n,) rows: columns and derived variables of study.toml, and ``follow_up`` in months where the study has it.
        Numbers are floats, NaN where missing; a category is its level, as in study.toml, or missing.
    endpoints : of each, by name: ``time`` (n,) in the study's time unit, ``event`` (n,) True where it was observed;
        with delayed entry ``entry`` (n,) too, and ``at_risk`` (n,), False of patients who never were.
    population : how many they are, and in words.
    key : the groups that they belong to, as in the keys of their records.

    Examples
    --------
    >>> patients = Patients.read(folder)  # of study.toml
    >>> spread = Statistic("spread", "number", "{of}: range", "largest less smallest value")
    >>> for group in patients.groups("side"):
    ...     known = group.frame["bmi"].dropna()
    ...     made = group.record(spread, known.max() - known.min(), variable="bmi", n=len(known))
    ...     print(made.id, round(made.value, 1), made.unit, made.n)
    bmi.by_side.left.spread 19.5 kg/m² 34
    bmi.by_side.right.spread 17.3 kg/m² 23
    """

    study: Study
    frame: pd.DataFrame
    endpoints: Mapping[str, TimeToEvent]
    population: Population
    key: Key = field(default_factory=Key)

    @classmethod
    def read(cls, folder: str | Path = ".") -> Patients:
        """Return the patients of the study in a folder: to write a statistic in a session, where errors show all.

        Raises
        ------
        LockstepError
            If study.toml or the data are not valid.
        """
        study = read_study(Path(folder).resolve())
        return cls.of(study, examine(study).cohort)

    @classmethod
    def of(cls, study: Study, cohort: Cohort) -> Patients:
        """Return a copy of the analysed patients, which a statistic may change as it likes."""
        everybody = np.ones(len(cohort.analysed), dtype=bool)
        endpoints = {name: observed.of(everybody) for name, observed in cohort.endpoints.items()}
        population = Population(len(cohort.analysed), ANALYSED)
        return cls(
            study=deepcopy(study), frame=cohort.analysed.copy(), endpoints=_ByName(endpoints), population=population
        )

    @property
    def n(self) -> int:
        """How many they are."""
        return self.population.n

    @property
    def landmarks(self) -> dict[float, float]:
        """The landmarks of study.toml: years, and each in the study's time unit."""
        time = self.study.time
        return {years: time.of_years(years) for years in time.landmarks}

    def groups(self, variable: str) -> Iterator[Patients]:
        """Yield the patients of each level of a category, in the order of its levels.

        Of groups within groups, the inner ones are compared within the outer.

        Raises
        ------
        StatisticError
            If there is no such category, or these are groups within groups already.
        """
        if self.key.within is not None:
            raise StatisticError(f"groups('{variable}') of groups within groups; two levels of grouping are the most")
        check_texts({"the variable of groups": variable})
        if not (levels := self._levels(variable)):
            raise StatisticError(f"groups('{variable}'): it has no levels; groups are those of a category")
        outer = replace(self.key, by=None, by_level=None, within=self.key.by, within_level=self.key.by_level)
        for level, label in levels.items():
            of = (self.frame[variable] == level).to_numpy(dtype=bool, na_value=False)
            endpoints = {name: observed.of(of) for name, observed in self.endpoints.items()}
            yield Patients(
                study=self.study,
                frame=self.frame[of].reset_index(drop=True),
                endpoints=_ByName(endpoints),
                population=self.population.within(int(of.sum()), f"{self.study.unique_label(variable)}: {label}"),
                key=replace(outer, by=variable, by_level=level),
            )

    def record(
        self,
        statistic: Statistic,
        value: Any,
        *,
        endpoint: str | None = None,
        variable: str | None = None,
        level: str | None = None,
        at: float | None = None,
        item: str | None = None,
        n: int | None = None,
        denominator: int | None = None,
        conf_low: float | None = None,
        conf_high: float | None = None,
        conf_level: float | None = None,
        unit: str | None = None,
        decimals: int | None = None,
        reason: str | None = None,
        warning: str | None = None,
        **words: str,
    ) -> Record:
        """Return a record of these patients.

        Parameters
        ----------
        statistic : what it is; its label and method may hold ``{of}``, ``{level}``, ``{by}``, ``{within}``, ``{at}``
            and the places that `words` fill.
        value : the number, or a date; None where it cannot be estimated, with the reason.
        endpoint, variable, level : what is described, by its name in study.toml.
        at : a landmark, in years.
        item : what else distinguishes it from others of its statistic.
        n : how many patients it was computed from, where these are not all.
        denominator : what a count or percentage is out of.
        conf_low, conf_high, conf_level : its interval; the level is the study's unless another is given.
        unit, decimals : where they are not those of endpoint, variable or statistic; the unit "" is none. A time in
            the study's unit prints in `print_unit` of study.toml, in these decimals.
        reason : why there is no value, or no limit.
        warning : what a reader should know before trusting the value.

        Raises
        ------
        StatisticError
            If a name is not one of study.toml, or the value is none of the statistic's kind.
        """
        check_statistic(statistic)
        check_texts({"endpoint": endpoint, "variable": variable, "level": level, "item": item})
        check_texts({"reason": reason, "warning": warning, "unit": unit or None})
        if level is not None and variable is None:
            raise StatisticError(f"level '{level}' of no variable: say of which, variable=...")
        years = number_of("at", at)
        key = replace(self.key, endpoint=endpoint, variable=variable, level=level, at=years, item=item)
        bounded = conf_low is not None or conf_high is not None
        found, low, high = _value(statistic, value), number_of("conf_low", conf_low), number_of("conf_high", conf_high)
        if bounded:
            low, high, reason = limits_of(None if isinstance(found, str) else found, low, high, reason)
        told = self._words(key) | words
        _check_placeholders(statistic, told)
        statistic = replace(
            statistic,
            unit=statistic.unit if unit is None else unit,
            decimals=statistic.decimals if decimals is None else decimals,
        )
        made = record(
            statistic,
            key,
            found,
            self.population,
            told,
            n=whole_number_of("n", n),
            unit=self._unit(statistic, key),
            denominator=whole_number_of("denominator", denominator),
            conf_low=low,
            conf_high=high,
            conf_level=number_of("conf_level", conf_level or (self.study.analysis.conf_level if bounded else None)),
            decimals=self._decimals(statistic, key, found),
            reason=reason,
            warning=warning,
        )
        made = checked(made, patients=self.n)
        return in_unit_of(made, self.study, self._print_unit(key)) if statistic.kind == "time" else made

    def _print_unit(self, key: Key) -> str | None:
        endpoint = self.study.endpoints.get(key.endpoint or "")
        return endpoint.print_unit if endpoint else self.study.time.print_unit

    def _levels(self, variable: str) -> Mapping[str, str]:
        if variable not in self.frame.columns:
            raise StatisticError(f"no variable '{variable}'{nearest(variable, map(str, self.frame.columns)) or '.'}")
        return self.study.levels(variable)

    def _words(self, key: Key) -> dict[str, str]:
        """Return what fills the places of labels and methods, as far as a key says it."""
        words: dict[str, str] = {}
        for place, variable in (("variable", key.variable), ("by", key.by), ("within", key.within)):
            if variable is not None:
                self._levels(variable)
                words[place] = self.study.unique_label(variable)
        if key.endpoint is not None:
            self.endpoints[key.endpoint]
            words["endpoint"] = self.study.unique_endpoint_label(key.endpoint)
        if of := words.get("endpoint") or words.get("variable"):
            words["of"] = of
        if key.level is not None and key.variable is not None:
            levels = self._levels(key.variable)
            if key.level not in levels:
                raise StatisticError(f"no level '{key.level}' of '{key.variable}'{nearest(key.level, levels) or '.'}")
            words["level"] = levels[key.level]
        if key.at is not None:
            words["at"] = self.study.time.landmark_words(key.at, self._print_unit(key))
        return words

    def _unit(self, statistic: Statistic, key: Key) -> str | None:
        if statistic.kind == "time":
            return self.study.time.unit
        if statistic.kind == "percent":
            return "%"
        column = self.study.variables.get(key.variable or "")
        return column.unit if column is not None and statistic.kind in ("number", "difference") else None

    def _decimals(self, statistic: Statistic, key: Key, value: float | int | str | None) -> int | None:
        if statistic.decimals is not None or isinstance(value, str):
            return statistic.decimals
        if statistic.kind == "time" and key.endpoint is not None:
            return time_decimals(
                self.study, self.study.endpoints[key.endpoint], self.endpoints[key.endpoint].time, [value]
            )
        column = self.study.variables.get(key.variable or "")
        of_number = statistic.kind in ("number", "difference") and statistic.unit is None
        if of_number and column is not None and column.type == "number":
            return number_decimals(self.frame[column.name], (), column.decimals).average
        return None


def _value(statistic: Statistic, value: Any) -> float | int | str | None:
    """Return a value as a record holds it."""
    if value is None:
        return None
    expected = f"'{statistic.path}' is a {statistic.kind}; expected"
    if statistic.kind in ("date", "setting"):
        if isinstance(value, date) and value is not pd.NaT:  # pandas' Timestamp is one
            return value.isoformat()[:10]
        if isinstance(value, str) and (statistic.kind == "setting" or _is_date(value)):
            return value
        if statistic.kind == "date":
            raise StatisticError(f"{expected} a date, or None with the reason")
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise StatisticError(f"{expected} a number, not {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:  # of a whole number
        number = math.inf
    low, high = _BOUNDS.get(statistic.kind, (-math.inf, math.inf))
    if not math.isfinite(number):
        raise StatisticError(
            f"{expected} a number, not NaN or infinite; what cannot be estimated is None, with the reason"
        )
    if not low <= number <= high:
        raise StatisticError(
            f"{expected} a number from {low:g} to {high:g}" if high < math.inf else f"{expected} 0 or more"
        )
    if statistic.kind == "count" and not number.is_integer():
        raise StatisticError(f"{expected} a whole number")
    return int(number) if statistic.kind == "count" or isinstance(value, int | np.integer) else number


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_placeholders(statistic: Statistic, words: Mapping[str, str]) -> None:
    for text in (statistic.label, statistic.method):
        try:
            places = [place for _, place, _, _ in string.Formatter().parse(text)]
        except ValueError:
            said = f"'{statistic.path}': its words have a brace without its other half; one that is printed is doubled"
            raise StatisticError(said) from None
        for place in places:
            if place is not None and place not in words:
                raise StatisticError(
                    f"'{statistic.path}': its words have the place '{{{place}}}', which nothing fills; "
                    f"here there are: {', '.join(words) or 'none'}"
                )
