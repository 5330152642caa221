"""Hazard ratios per a unit so small that nothing is left of them in print, and the unit to give instead."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from ..catalogue.catalogue import MODEL_RATIO
from ..results.model import Record, Results
from ..study.model import Study
from ..study.models import ADJUSTED
from . import numbers
from .decimals import rounded
from .style import NBSP, Style

_FACTORS: Final = tuple(10**power for power in range(1, 10))


def too_small_units(study: Study, results: Results, style: Style, printed: Collection[str]) -> tuple[str, ...]:
    """Say of each number of a multivariable model whose printed ratio is "1.00 (1.00–1.00)" which unit to give it in.

    Parameters
    ----------
    printed : the ids of the results that the document prints.
    """
    return tuple(_found(study, results, style, printed))


def _found(study: Study, results: Results, style: Style, printed: Collection[str]) -> Iterator[str]:
    for variable in dict.fromkeys(study.analysis.adjust_for):
        keys = [MODEL_RATIO.of(endpoint=endpoint, analysis=ADJUSTED, variable=variable) for endpoint in study.endpoints]
        ratios = [results[key] for key in keys if key.id in printed and key in results]
        hidden = [ratio for ratio in ratios if _prints_as_nothing(ratio, 1, style)]
        if hidden:
            yield _advice(variable, hidden[0], _factor(hidden, style), study, style)


def _advice(variable: str, ratio: Record, factor: int, study: Study, style: Style) -> str:
    unit = study.variable(variable).unit
    one, units = (unit or "unit", unit or "units")
    text = numbers.text(ratio, style).replace(NBSP, " ")
    plain = numbers.number_text(1, style.ratio_decimals, style)
    return (
        f"{ratio.id}: {study.label(variable)}, per {numbers.one_unit_text(one, style)}, has the hazard ratio {text}, "
        f"which is {plain} in {style.ratio_decimals} decimals: a larger unit says more, such as per {factor} {units}. "
        f"Make such a number under [derived] in study.toml, "
        f'[derived.{variable}_per_{factor}] with value = "{variable} / {factor}" and unit = "{factor} {units}", and '
        "name it in adjust_for."
    )


def _factor(ratios: list[Record], style: Style) -> int:
    """Return the least power of ten of units per which none of the ratios would print as nothing."""
    return next((factor for factor in _FACTORS if not any(_prints_as_nothing(r, factor, style) for r in ratios)), 10**9)


def _prints_as_nothing(ratio: Record, factor: int, style: Style) -> bool:
    """Return whether a ratio per `factor` units and both its limits round to 1."""
    parts = (ratio.value, ratio.conf_low, ratio.conf_high)
    numbers_of = [float(part) for part in parts if part is not None]
    if len(numbers_of) < len(parts):
        return False
    return all(rounded(min(number**factor, 2.0), style.ratio_decimals) == 1 for number in numbers_of)
