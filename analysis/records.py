"""Statistics to records: the parts that every record of one kind shares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .estimate import Estimate
from .results import Kind, Record


@dataclass(frozen=True, slots=True)
class Population:
    """A set of patients that statistics describe: how many, and in words."""

    n: int
    text: str

    def within(self, n: int, *levels: str) -> Population:
        """Return the part of this set that has certain levels: "patients analysed; Gender: Male"."""
        return Population(n, "; ".join((self.text, *levels)))


def count(
    record_id: str, value: int, label: str, population: Population, *, of: int | None = None, method: str = "count"
) -> Record:
    """Return a count, out of `of` patients if given."""
    return Record(
        id=record_id,
        kind="count",
        value=value,
        label=label,
        population=population.text,
        n=population.n,
        method=method,
        denominator=of,
    )


def count_and_percent(stem: str, value: int, label: str, population: Population, *, of: int) -> Iterator[Record]:
    """Yield `stem`.count and `stem`.percent, both out of `of` patients; no percentage of nobody."""
    yield count(f"{stem}.count", value, label, population, of=of)
    yield Record(
        id=f"{stem}.percent",
        kind="percent",
        value=100 * value / of if of else None,
        label=label,
        population=population.text,
        n=population.n,
        method="100 x count / denominator",
        unit="%",
        denominator=of,
        reason=None if of else "no patient has a value",
    )


def number(
    record_id: str,
    kind: Kind,
    value: float | None,
    label: str,
    population: Population,
    method: str,
    *,
    unit: str | None = None,
    reason: str | None = None,
    warning: str | None = None,
) -> Record:
    """Return a number without an interval; None needs its reason."""
    return Record(
        id=record_id,
        kind=kind,
        value=value,
        label=label,
        population=population.text,
        n=population.n,
        method=method,
        unit=unit,
        reason=reason if value is None else None,
        warning=warning,
    )


def interval(
    record_id: str,
    kind: Kind,
    estimate: Estimate,
    label: str,
    population: Population,
    method: str,
    *,
    conf_level: float,
    unit: str | None = None,
    scale: float = 1.0,
    warning: str | None = None,
) -> Record:
    """Return an estimate with its confidence interval, multiplied by `scale` (100 for percentages)."""
    value, low, high = (
        None if bound is None else bound * scale for bound in (estimate.value, estimate.conf_low, estimate.conf_high)
    )
    return Record(
        id=record_id,
        kind=kind,
        value=value,
        label=label,
        population=population.text,
        n=population.n,
        method=method,
        unit=unit,
        conf_low=low,
        conf_high=high,
        conf_level=conf_level,
        reason=estimate.reason if value is None else None,
        warning=warning,
    )
