"""Records of E-values: behind each ratio of an exposure, how strong unmeasured confounding would have to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeVar

from ..adjustment.e_value import RatioMeasure, e_value
from ..catalogue import adjustment_catalogue as e_values
from ..catalogue import catalogue, outcome_catalogue
from ..catalogue.catalogue import Statistic
from ..results.model import Curve, Record
from ..results.records import NO_INTERVAL, Population, number
from .observations import ObservedPatients

COMMON: Final = 0.15
"""The share of patients with the outcome above which an odds or hazard ratio is no risk ratio."""

Found = TypeVar("Found", Record, Record | Curve)


class _Behind(NamedTuple):
    """What stands behind a ratio: the E-values of it and of its limit."""

    value: Statistic
    limit: Statistic
    measure: RatioMeasure


_OF_MODEL: Final = (e_values.MODEL_E_VALUE, e_values.MODEL_E_LIMIT)
_BEHIND: Final[Mapping[str, _Behind]] = {
    catalogue.HAZARD_RATIO.path: _Behind(e_values.HAZARD_E_VALUE, e_values.HAZARD_E_LIMIT, "hazard ratio"),
    outcome_catalogue.RISK_RATIO.path: _Behind(e_values.RISK_E_VALUE, e_values.RISK_E_LIMIT, "risk ratio"),
    outcome_catalogue.ODDS_RATIO.path: _Behind(e_values.ODDS_E_VALUE, e_values.ODDS_E_LIMIT, "odds ratio"),
    catalogue.MODEL_RATIO.path: _Behind(*_OF_MODEL, "hazard ratio"),
    catalogue.MODEL_SUBDISTRIBUTION_RATIO.path: _Behind(*_OF_MODEL, "hazard ratio"),
    catalogue.MODEL_RISK_RATIO.path: _Behind(*_OF_MODEL, "risk ratio"),
    catalogue.MODEL_ODDS_RATIO.path: _Behind(*_OF_MODEL, "odds ratio"),
}


def with_e_values(
    found: Iterable[Found], observed: ObservedPatients, variable: str | None = None
) -> Iterator[Found | Record]:
    """Yield results, and behind each ratio of the exposure its E-values.

    Parameters
    ----------
    observed : the patients: of more than 15% with the outcome, odds and hazard ratios are no risk ratios.
    variable : the exposure, of a model, which has ratios of other terms too; None of a comparison.
    """
    for item in found:
        yield item
        behind = _BEHIND.get(item.key.statistic)
        if isinstance(item, Record) and behind is not None and item.key.variable == variable:
            yield from _records(item, behind, observed)


def _records(ratio: Record, behind: _Behind, observed: ObservedPatients) -> Iterator[Record]:
    had_event, population = observed.had_event, Population(ratio.n, ratio.population)
    n = observed.population.n
    common = had_event is not None and n > 0 and int(had_event.sum()) > COMMON * n
    found = None
    if isinstance(ratio.value, int | float) and ratio.value > 0:
        found = e_value(
            ratio.value,
            conf_low=ratio.conf_low,
            conf_high=ratio.conf_high,
            measure=behind.measure,
            common_outcome=common,
        )
    how = f"of the {behind.measure}"
    if behind.measure != "risk ratio":
        how += ", approximated as a risk ratio: the outcome is common" if common else ", taken as a risk ratio"
        how += f" ({'over' if common else 'at most'} {100 * COMMON:g}% had it)"
    words = {"ratio": ratio.label, "how": how, "what": "the ratio"}
    yield number(
        behind.value, ratio.key, None if found is None else found.value, population, words, reason=ratio.reason
    )
    words["what"] = "the confidence limit nearer to 1"
    limit = None if found is None else found.limit
    yield number(behind.limit, ratio.key, limit, population, words, reason=ratio.reason or NO_INTERVAL)
