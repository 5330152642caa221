"""The waist: every statistic that a manuscript can print, written once to results.json and read from there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeVar

from ..base.errors import ResultsError, nearest
from ..catalogue.keys import Key, ids_alike
from ..catalogue.kinds import Kind
from ..survival.risk_table import RiskTable as RiskTable  # part of a curve
from .competing import instead_of

Estimates = Literal["survival", "incidence"]
"""What a curve is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One statistic at full precision, with all that is needed to judge it.

    Attributes
    ----------
    id : its dotted name, such as ``os.by_sex.male.median``; follows from the key.
    key : what it is, of what and of whom.
    kind : what it measures; decides how it is printed.
    value : the number (or ISO date, or text of a setting); None where it cannot be estimated.
    unit : unit of `value` (days, months, years, cm, %), if it has one.
    print_unit, per_print_unit : the unit in which a time prints, and how many of `unit` make one of it; None where it
        prints in `unit`. Whatever prints converts by `results.print_units.in_print_unit`; nothing is stored converted.
    label : what it is, in words.
    population : the set of patients it describes, in words.
    n : number of patients it was computed from.
    denominator : what a count or percentage is out of.
    conf_low, conf_high, conf_level : confidence interval; a bound is None where it cannot be estimated.
    method : estimator and its conventions.
    no_effect : the value that means no effect: 1 for a ratio, 0 for a difference; None where there is no such value.
    decimals : in which it is printed: those of the variable that a number or time describes; None for other kinds.
    reason : why `value` is None ("not reached", "no events"); where there is a value, why it lacks a confidence limit.
    warning : what a reader should know before trusting the value.
    """

    id: str = field(init=False)
    key: Key
    kind: Kind
    value: float | int | str | None
    label: str
    population: str
    n: int
    method: str
    unit: str | None = None
    print_unit: str | None = None
    per_print_unit: float | None = None
    denominator: int | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    conf_level: float | None = None
    no_effect: float | None = None
    decimals: int | None = None
    reason: str | None = None
    warning: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", self.key.id)
        for name in ("value", "conf_low", "conf_high"):
            number = getattr(self, name)
            if isinstance(number, float) and not math.isfinite(number):
                raise ResultsError(
                    f"record {self.id}: {name} is {number}; what cannot be estimated is None with a reason"
                )
        if self.value is None and not self.reason:
            raise ResultsError(f"record {self.id}: no value and no reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One curve, as a figure draws it: a point where it begins and at each distinct follow-up time.

    It `estimates` survival (Kaplan-Meier), or the cumulative incidence of one of several competing events; ``survival``
    holds the probability of whichever it is, as it is called in files that exist.

    It begins at time 0; where patients come under observation later (`delayed_entry`), at the first entry. Then fewer
    than `n` are at risk at first, and the numbers at risk may grow.

    All times in `unit`. Bounds are None where the interval cannot be estimated. ``n_at_risk`` at a point counts
    follow-up >= that time; ``n_events`` and ``n_censored`` count what happens exactly then. Competing events are in
    neither; in the risk table they are among the events.
    """

    id: str = field(init=False)
    key: Key
    label: str
    population: str
    n: int
    unit: str
    method: str
    conf_level: float
    time: tuple[float, ...]
    survival: tuple[float, ...]
    conf_low: tuple[float | None, ...]
    conf_high: tuple[float | None, ...]
    n_at_risk: tuple[int, ...]
    n_events: tuple[int, ...]
    n_censored: tuple[int, ...]
    risk_table: RiskTable
    delayed_entry: bool = False
    estimates: Estimates = "survival"

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", self.key.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the results come from: files by name and SHA-256, and the versions of the packages used.

    `data_rows` are the rows of the data file: patients, where each has one. `further_files` has the SHA-256 of the
    data's other files, by the key of study.toml that names each: ``data.dictionary``.
    """

    data_file: str
    data_sha256: str
    data_rows: int
    data_columns: int
    study_file: str
    study_sha256: str
    code_sha256: str
    versions: Mapping[str, str]
    further_files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Results:
    """All records and curves of one run, with their source."""

    source: Source
    records: tuple[Record, ...]
    curves: tuple[Curve, ...] = field(default=())

    @cached_property
    def _records(self) -> dict[str, Record]:
        return _by_id(self.records)

    @cached_property
    def _curves(self) -> dict[str, Curve]:
        return _by_id(self.curves)

    def __getitem__(self, name: str | Key) -> Record:
        """Return the record with this id or key; raise ResultsError with the nearest ids where there is none."""
        record_id = name if isinstance(name, str) else name.id
        try:
            return self._records[record_id]
        except KeyError:
            instead = instead_of(record_id, self._records) or _nearest_result(record_id, self._records)
            raise ResultsError(f"no result '{record_id}'{instead}") from None

    def __contains__(self, name: object) -> bool:
        return (name.id if isinstance(name, Key) else name) in self._records

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def curve(self, name: str | Key) -> Curve:
        """Return the curve with this id or key; raise ResultsError with the nearest ids where there is none."""
        curve_id = name if isinstance(name, str) else name.id
        try:
            return self._curves[curve_id]
        except KeyError:
            raise ResultsError(f"no curve '{curve_id}'{nearest(curve_id, self._curves)}") from None


def _nearest_result(record_id: str, known: Iterable[str]) -> str:
    """Return a hint at results that go by the same beginning and end, as of another exposure; else at the nearest."""
    ids = list(known)
    return nearest(record_id, ids_alike(record_id, ids), cutoff=0.4) or nearest(record_id, ids)


Item = TypeVar("Item", Record, Curve)


def _by_id(items: Iterable[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        if item.id in found:
            raise ResultsError(f"two results have the id '{item.id}'")
        found[item.id] = item
    return found
