"""Records of multivariable models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ..results import catalogue
from ..results.keys import Key
from ..results.model import Record
from ..results.records import count
from ..statistics.cox import likelihood_ratio_test
from ..statistics.proportional_hazards import GLOBAL
from ..study.analysis import ALL_TERMS
from .cox_records import (
    fitted,
    fitted_and_checked,
    hazard_ratio_records,
    not_proportional,
    several_levels,
    test_records,
    violated,
)
from .observations import Observations

MULTIVARIABLE_TEST: Final = (
    catalogue.ADJUSTED_LIKELIHOOD_RATIO,
    catalogue.ADJUSTED_LIKELIHOOD_RATIO_DF,
    catalogue.ADJUSTED_LIKELIHOOD_RATIO_P,
)
MULTIVARIABLE_CHECK: Final = (
    catalogue.ADJUSTED_PROPORTIONAL,
    catalogue.ADJUSTED_PROPORTIONAL_DF,
    catalogue.ADJUSTED_PROPORTIONAL_P,
)


def model_records(key: Key, observed: Observations, variables: Sequence[str]) -> Iterator[Record]:
    """Yield the multivariable model of one endpoint and the check of its proportional hazards."""
    study, known, words = observed.study, observed.complete(variables), {"of": observed.label}
    design, terms = known.design(variables), known.terms(variables)
    columns = {name: [column for column, term in terms.items() if term.variable == name] for name in variables}
    model, checks = fitted_and_checked(known, design, columns)
    yield count(catalogue.ADJUSTED_PATIENTS, key, model.n, known.population, words)
    yield count(catalogue.ADJUSTED_EVENTS, key, model.events, known.population, words, of=model.n)

    not_constant = [check.term for check in checks if violated(check, study)]
    labels = {name: study.unique_label(name) for name in variables}
    statistics = (catalogue.ADJUSTED_RATIO, catalogue.ADJUSTED_RATIO_P)
    covariates = {"covariates": ", ".join(labels.values())}
    for ratio in model.terms:
        term = terms[ratio.term]
        yield from hazard_ratio_records(
            statistics,
            replace(key, variable=term.variable, level=term.level),
            ratio,
            model,
            known.population,
            {**words, **covariates, "term": term.words},
            warning=not_proportional(term.variable, not_constant),
        )
    for variable in variables:
        if several_levels(study, variable):
            test = likelihood_ratio_test(fitted(known, design.drop(columns=columns[variable])), model)
            told = {**words, **covariates, "term": labels[variable]}
            yield from test_records(MULTIVARIABLE_TEST, replace(key, variable=variable), test, known.population, told)
    for check in checks:
        of_term = replace(key, item=ALL_TERMS) if check.term == GLOBAL else replace(key, variable=check.term)
        told = {**words, **covariates, "term": labels.get(check.term, "all terms together")}
        yield from test_records(MULTIVARIABLE_CHECK, of_term, check, known.population, told)
