"""Statistics to records: the only place where records are made, each from its entry in the catalogue."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..statistics.estimate import Estimate
from .model import Record

NO_WIDTH: Final = "the interval has no width: the data do not show how uncertain the value is"
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
    statistic: Statistic,
    key: Key,
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
    statistic : what it is: gives kind, label, method and the value of no effect, and its own unit and decimals.
    key : what it is of, and of whom; its own statistic, if it has one, does not count.
    value : the number, ISO date or text; None needs its `reason`.
    population : whom it describes.
    words : what fills the places in the statistic's label and method, such as ``{"of": "Overall survival"}``.
    n : how many patients it was computed from, where these are not the whole population.
    unit, decimals : where the statistic has none of its own, such as a variable's.
    denominator, conf_low, conf_high, conf_level, reason, warning : as in `Record`.
    """
    return Record(
        key=statistic.of(key),
        kind=statistic.kind,
        value=value,
        label=statistic.label.format_map(words),
        population=population.text,
        n=population.n if n is None else n,
        method=statistic.method.format_map(words),
        unit=(unit if statistic.unit is None else statistic.unit) or None,
        denominator=denominator,
        conf_low=conf_low,
        conf_high=conf_high,
        conf_level=conf_level,
        no_effect=statistic.no_effect,
        decimals=decimals if statistic.decimals is None else statistic.decimals,
        reason=reason,
        warning=warning,
    )


def count(
    statistic: Statistic,
    key: Key,
    value: int,
    population: Population,
    words: Words = _NO_WORDS,
    *,
    of: int | None = None,
    warning: str | None = None,
) -> Record:
    """Return a count, out of `of` patients if given."""
    return record(statistic, key, value, population, words, denominator=of, warning=warning)


def count_and_percent(
    statistics: tuple[Statistic, Statistic],
    key: Key,
    value: int,
    population: Population,
    words: Words = _NO_WORDS,
    *,
    of: int,
) -> Iterator[Record]:
    """Yield a count and its percentage, both out of `of` patients; no percentage of nobody."""
    counted, percent = statistics
    yield count(counted, key, value, population, words, of=of)
    share, reason = (100 * value / of, None) if of else (None, "no patient has a value")
    yield record(percent, key, share, population, words, denominator=of, reason=reason)


def number(
    statistic: Statistic,
    key: Key,
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
        statistic, key, value, population, words, unit=unit, decimals=decimals, reason=reason, warning=warning
    )


def interval(
    statistic: Statistic,
    key: Key,
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
    """Return an estimate with its confidence interval, multiplied by `scale` (100 for percentages); see `limits_of`."""
    value, low, high = (
        None if bound is None else bound * scale for bound in (estimate.value, estimate.conf_low, estimate.conf_high)
    )
    low, high, reason = limits_of(value, low, high, estimate.reason)
    return record(
        statistic,
        key,
        value,
        population,
        words,
        n=n,
        unit=unit,
        conf_low=low,
        conf_high=high,
        conf_level=conf_level,
        decimals=decimals,
        reason=reason,
        warning=warning,
    )


def limits_of(
    value: float | None, low: float | None, high: float | None, reason: str | None
) -> tuple[float | None, float | None, str | None]:
    """Return the limits of an interval as a record has them, and the reason why one of them, or the value, is missing.

    Equal limits are no interval: they would claim that the value is certain.
    """
    if low is not None and high is not None:
        if math.isclose(low, high, rel_tol=_SAME):
            low, high, reason = None, None, NO_WIDTH
        elif value is not None:
            reason = None
    return low, high, reason if value is None or None not in (low, high) else reason or NO_INTERVAL
