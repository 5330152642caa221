"""The models that a study fits, in whatever form study.toml says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from .analysis import Analysis

ADJUSTED: Final = "adjusted"
"""The name of the model that [analysis] asks for by `adjust_for`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A multivariable model of some endpoints; `terms` are its variables, in the order in which they are printed."""

    name: str
    endpoints: tuple[str, ...]
    terms: tuple[str, ...]


def models_of(analysis: Analysis, endpoints: Iterable[str]) -> Iterator[Model]:
    """Yield the model that `adjust_for` of [analysis] asks for: of all endpoints."""
    if analysis.exposure is not None and analysis.adjust_for:
        yield Model(name=ADJUSTED, endpoints=tuple(endpoints), terms=(analysis.exposure, *analysis.adjust_for))
