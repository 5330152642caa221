"""Statistics to records: the only place where records are made, each from its entry in the catalogue."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from ..statistics.estimate import Estimate
from .catalogue import Statistic
from .model import Record

NO_WIDTH: Final = "the interval has no width: the data do not tell how uncertain the value is"
NO_INTERVAL: Final = "the interval cannot be estimated"
Words: TypeAlias = Mapping[str, str]
_NO_WORDS: Final[Words] = MappingProxyType({})
_SAME: Final = 1e-9  # relative: limits that are closer differ by rounding alone


@dataclass(frozen=True, slots=True)
class Population:
    """A set of patients that statistics describe: how many, and in words."""

    n: int
    text: str

    def within(self, n: int, *levels: str) -> Population:
        """Return the part of this set that has certain levels: "patients analysed; Gender: Male"."""
        return Population(n, "; ".join((self.text, *levels)))


def record(
    record_id: str,
    statistic: Statistic,
    value: float | int | str | None,
    population: Population,
    words: Words = _NO_WORDS,
    *,
    n: int | None = None,
    unit: str | None = None,
    denominator: int | None = None,
    conf_low: float | None = None,
    conf_high: float | None = None,
    conf_level: float | None = None,
    decimals: int | None = None,
    reason: str | None = None,
    warning: str | None = None,
) -> Record:
    """Return a record of a statistic.

    Parameters
    ----------
    record_id : its dotted name.
    statistic : what it is: gives kind, label, method and unit.
    value : the number, ISO date or text; None needs its `reason`.
    population : whom it describes.
    words : what fills the places in the statistic's label and method, such as ``{"of": "Overall survival"}``.
    n : how many patients it was computed from, where these are not the whole population.
    unit : where the statistic's own does not say, such as a variable's.
    denominator, conf_low, conf_high, conf_level, decimals, reason, warning : as in `Record`.
    """
    return Record(
        id=record_id,
        kind=statistic.kind,
        value=value,
        label=statistic.label.format_map(words),
        population=population.text,
        n=population.n if n is None else n,
        method=statistic.method.format_map(words),
        unit=statistic.unit or unit,
        denominator=denominator,
        conf_low=conf_low,
        conf_high=conf_high,
        conf_level=conf_level,
        decimals=decimals,
        reason=reason,
        warning=warning,
    )


def count(
    record_id: str,
    statistic: Statistic,
    value: int,
    population: Population,
    words: Words = _NO_WORDS,
    *,
    of: int | None = None,
    warning: str | None = None,
) -> Record:
    """Return a count, out of `of` patients if given."""
    return record(record_id, statistic, value, population, words, denominator=of, warning=warning)


def count_and_percent(
    stem: str,
    statistics: tuple[Statistic, Statistic],
    value: int,
    population: Population,
    words: Words = _NO_WORDS,
    *,
    of: int,
) -> Iterator[Record]:
    """Yield `stem`.count and `stem`.percent, both out of `of` patients; no percentage of nobody."""
    counted, percent = statistics
    yield count(f"{stem}.count", counted, value, population, words, of=of)
    share, reason = (100 * value / of, None) if of else (None, "no patient has a value")
    yield record(f"{stem}.percent", percent, share, population, words, denominator=of, reason=reason)


def number(
    record_id: str,
    statistic: Statistic,
    value: float | None,
    population: Population,
    words: Words = _NO_WORDS,
    *,
    unit: str | None = None,
    decimals: int | None = None,
    reason: str | None = None,
    warning: str | None = None,
) -> Record:
    """Return a number without an interval; None needs its reason."""
    reason = reason if value is None else None
    return record(
        record_id, statistic, value, population, words, unit=unit, decimals=decimals, reason=reason, warning=warning
    )


def interval(
    record_id: str,
    statistic: Statistic,
    estimate: Estimate,
    population: Population,
    words: Words = _NO_WORDS,
    *,
    conf_level: float,
    n: int | None = None,
    unit: str | None = None,
    decimals: int | None = None,
    scale: float = 1.0,
    warning: str | None = None,
) -> Record:
    """Return an estimate with its confidence interval, multiplied by `scale` (100 for percentages).

    Equal limits are no interval: they would claim that the value is certain. The reason says so then, as it says why
    any other limit is missing.
    """
    value, low, high = (
        None if bound is None else bound * scale for bound in (estimate.value, estimate.conf_low, estimate.conf_high)
    )
    reason = estimate.reason
    if low is not None and high is not None:
        if math.isclose(low, high, rel_tol=_SAME):
            low, high, reason = None, None, NO_WIDTH
        elif value is not None:
            reason = None
    return record(
        record_id,
        statistic,
        value,
        population,
        words,
        n=n,
        unit=unit,
        conf_low=low,
        conf_high=high,
        conf_level=conf_level,
        decimals=decimals,
        reason=reason if value is None or None not in (low, high) else reason or NO_INTERVAL,
        warning=warning,
    )
