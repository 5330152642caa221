"""Records of Cox models: counts, ratios of the terms, tests of whole terms, and the check of proportional hazards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ..results import catalogue
from ..results.keys import Key
from ..results.model import Record
from ..results.records import Words, count, number
from ..statistics.cox import CoxModel
from ..statistics.likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
from ..statistics.proportional_hazards import GLOBAL, ProportionalHazardsTest
from ..statistics.wald import WaldTest, wald_test
from ..study.analysis import ALL_TERMS
from ..study.model import Study
from ..study.models import Model, Term
from ..study.term_labels import covariate_label
from .cox_records import (
    FitOptions,
    fitted,
    fitted_and_checked,
    hazard_ratio_records,
    not_proportional,
    test_records,
    violated,
)
from .design import ModelDesign
from .observations import Observations

FEWEST_EVENTS: Final = 10
"""Events per parameter below which ratios are unstable (Peduzzi et al., J Clin Epidemiol 1995;48:1503-1510)."""

_LIKELIHOOD_RATIO: Final = (
    catalogue.MODEL_LIKELIHOOD_RATIO,
    catalogue.MODEL_LIKELIHOOD_RATIO_DF,
    catalogue.MODEL_LIKELIHOOD_RATIO_P,
)
_WALD: Final = (catalogue.MODEL_WALD, catalogue.MODEL_WALD_DF, catalogue.MODEL_WALD_P)
_PROPORTIONAL: Final = (
    catalogue.MODEL_PROPORTIONAL,
    catalogue.MODEL_PROPORTIONAL_DF,
    catalogue.MODEL_PROPORTIONAL_P,
)


def model_records(of_endpoint: Key, observed: Observations, model: Model) -> Iterator[Record]:
    """Yield the records of a model of one endpoint, or of the models of each of its terms alone."""
    key = replace(of_endpoint, analysis=model.name)
    if not model.each:
        yield from _fit_records(key, observed, model, model.terms)
    for term in model.terms if model.each else ():
        yield from _fit_records(key, observed, model, (term,))


def _fit_records(key: Key, observed: Observations, model: Model, terms: Sequence[Term]) -> Iterator[Record]:
    """Yield the records of one fit. Counts are the model's; where its terms are alone, each has counts of its own."""
    study, known = observed.study, observed.complete(_variables(model, terms))
    design, words = known.design(terms), _words(study, observed, model, terms)
    columns, options = {term.name: design.of(term.name) for term in terms}, _options(model, known)
    fit, checks = fitted_and_checked(known, design.values, columns, options)
    yield from _count_records(replace(key, variable=terms[0].name) if model.each else key, known, fit, words)
    for term in terms:
        yield from _level_counts(key, known, term, words)

    not_constant = [check.term for check in checks if violated(check, study)]
    for ratio in fit.terms:
        column = design.columns[ratio.term]
        yield from hazard_ratio_records(
            (catalogue.MODEL_RATIO, catalogue.MODEL_RATIO_P),
            replace(key, variable=column.term, level=column.level),
            ratio,
            fit,
            known.population,
            {**words, "term": column.words},
            warning=not_proportional(column.term, not_constant),
        )
    for term in terms:
        if len(design.of(term.name)) > 1:
            told = {**words, "term": covariate_label(study, term)}
            of_term, test = replace(key, variable=term.name), _whole_term(known, design, fit, term, options)
            statistics = _LIKELIHOOD_RATIO if isinstance(test, LikelihoodRatioTest) else _WALD
            yield from test_records(statistics, of_term, test, known.population, told)
    yield from _proportional_records(key, known, checks, terms, words, alone=model.each)


def _variables(model: Model, terms: Sequence[Term]) -> list[str]:
    """Return the variables that a patient of the fit has."""
    entering = [name for term in terms for name in term.variables]
    return list(dict.fromkeys([*entering, *model.strata, *([model.cluster] if model.cluster else [])]))


def _words(study: Study, observed: Observations, model: Model, terms: Sequence[Term]) -> dict[str, str]:
    fit = "univariable" if model.each else "multivariable"
    return {
        "of": observed.label,
        "model": model.label or fit,
        "whole": model.label or f"{fit} model",
        "fit": fit,
        "options": observed.options + _options_in_words(study, model),
        "covariates": ", ".join(covariate_label(study, term) for term in terms),
    }


def _options_in_words(study: Study, model: Model) -> str:
    """Say what a model has beside its terms: ", stratified by Site and Sex, robust variance by Hospital"."""
    labels = [study.unique_label(name) for name in model.strata]
    strata = f", stratified by {' and '.join(labels)}" if labels else ""
    return strata + (f", robust variance by {study.unique_label(model.cluster)}" if model.cluster else "")


def _count_records(key: Key, known: Observations, fit: CoxModel, words: Words) -> Iterator[Record]:
    """Yield patients, events, parameters, and how many events there are for each parameter."""
    yield count(catalogue.MODEL_PATIENTS, key, fit.n, known.population, words)
    yield count(catalogue.MODEL_EVENTS, key, fit.events, known.population, words, of=fit.n)
    yield number(catalogue.MODEL_PARAMETERS, key, fit.parameters, known.population, words)
    share = fit.events / fit.parameters if fit.parameters else None
    warning = None
    if share is not None and share < FEWEST_EVENTS:
        warning = f"fewer than {FEWEST_EVENTS} events per parameter: the ratios are unstable"
    yield number(
        catalogue.EVENTS_PER_PARAMETER, key, share, known.population, words, reason="no parameter", warning=warning
    )


def _level_counts(key: Key, known: Observations, term: Term, words: Words) -> Iterator[Record]:
    """Yield the patients and events of each level of a category."""
    if len(term.variables) > 1:
        return
    for level, text in known.study.levels(term.name).items():
        patients = (known.frame[term.name] == level).to_numpy(dtype=bool)
        of_level = replace(key, variable=term.name, level=level)
        told = {**words, "term": f"{known.study.unique_label(term.name)}: {text}"}
        n, events = int(patients.sum()), int(known.event[patients].sum())
        yield count(catalogue.TERM_PATIENTS, of_level, n, known.population, told, of=known.population.n)
        yield count(catalogue.TERM_EVENTS, of_level, events, known.population, told, of=n)


def _whole_term(
    known: Observations, design: ModelDesign, fit: CoxModel, term: Term, options: FitOptions
) -> LikelihoodRatioTest | WaldTest:
    """Test all columns of a term together: by the likelihood ratio, or by Wald where the variance is robust."""
    columns = design.of(term.name)
    if fit.is_robust:
        return wald_test(fit, columns)
    return likelihood_ratio_test(fitted(known, design.values.drop(columns=columns), options), fit)


def _options(model: Model, known: Observations) -> FitOptions:
    return FitOptions(
        strata=known.frame[list(model.strata)] if model.strata else None,
        cluster=known.frame[model.cluster] if model.cluster else None,
    )


def _proportional_records(
    key: Key,
    known: Observations,
    checks: Sequence[ProportionalHazardsTest],
    terms: Sequence[Term],
    words: Words,
    *,
    alone: bool,
) -> Iterator[Record]:
    labels = {term.name: covariate_label(known.study, term) for term in terms}
    for check in checks:
        if check.term == GLOBAL and alone:
            continue  # of one term, that is its own
        of_term = replace(key, item=ALL_TERMS) if check.term == GLOBAL else replace(key, variable=check.term)
        told = {**words, "term": labels.get(check.term, "all terms together")}
        yield from test_records(_PROPORTIONAL, of_term, check, known.population, told)
