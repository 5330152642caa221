"""What a study compares, in whatever form study.toml says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .analysis import Analysis


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupComparison:
    """The groups that a category makes, compared in some endpoints.

    `name` is None where [analysis] asks for it, by `exposure` or `univariate`. `within` are the categories in whose
    levels the groups are compared again.
    """

    name: str | None = None
    groups: str
    endpoints: tuple[str, ...]
    within: tuple[str, ...] = ()


def comparisons_of(analysis: Analysis, endpoints: Iterable[str]) -> Iterator[GroupComparison]:
    """Yield what `exposure`, `subgroup` and `univariate` of [analysis] compare: in all endpoints."""
    exposure, subgroup, names = analysis.exposure, analysis.subgroup, tuple(endpoints)
    if exposure is not None:
        yield GroupComparison(groups=exposure, endpoints=names, within=(subgroup,) if subgroup else ())
    for variable in analysis.univariate:
        yield GroupComparison(groups=variable, endpoints=names)
