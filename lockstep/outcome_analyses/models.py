"""Records of models: counts, estimates of the terms, tests of whole terms, and the check of proportional hazards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import pandas as pd

from ..adjusted_analyses.design import ModelDesign, covariate_in_words
from ..catalogue import catalogue, spline_catalogue, time_catalogue
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..model_fits.cox_records import (
    FitOptions,
    estimate_records,
    fitted,
    fitted_and_checked,
    not_proportional,
    stratified_by,
    test_records,
    violated,
    warnings,
)
from ..model_fits.exposure_times import from_landmark, immortal_time, known_later_records, split_by_exposure
from ..model_fits.observations import Observations, ObservedPatients, OutcomeObservations
from ..model_fits.outcome_fits import MODEL_WORDS, fitted_outcome
from ..model_fits.pooled_fits import (
    POOLED_INTERVAL,
    PooledModel,
    completed_patients,
    imputation_in_words,
    imputed_records,
    mostly_missing,
    outcome_missing_record,
    pooled_fit,
    pooled_test_in_words,
)
from ..regression.cox import CoxModel
from ..regression.likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
from ..regression.proportional_hazards import GLOBAL, ProportionalHazardsTest
from ..regression.regression import RegressionModel
from ..regression.splines import KNOT_QUANTILES
from ..regression.wald import WaldTest, wald_test
from ..results.model import Record
from ..results.precision import number_decimals
from ..results.records import Words, count, interval, number
from ..study.analysis import ALL_TERMS
from ..study.model import Study
from ..study.models import Model, ModelKind
from ..study.term_labels import covariate_label
from ..study.terms import PRODUCT, Term

FEWEST_EVENTS: Final = 10
"""Events per parameter below which ratios are unstable (Peduzzi et al., J Clin Epidemiol 1995;48:1503-1510)."""

FEWEST_CLUSTERS: Final = 20
"""Clusters below which a robust variance is too small (Cameron & Miller, J Hum Resour 2015;50:317-372, sec. VI)."""

NOT_FITTED: Final = "the model was not fitted"

Fit: TypeAlias = CoxModel | RegressionModel
"""A fitted model of an endpoint or of an outcome."""

_ESTIMATES: Final[Mapping[ModelKind, Statistic]] = {
    "cox": catalogue.MODEL_RATIO,
    "fine_gray": catalogue.MODEL_SUBDISTRIBUTION_RATIO,
    "logistic": catalogue.MODEL_ODDS_RATIO,
    "risk": catalogue.MODEL_RISK_RATIO,
    "linear": catalogue.MODEL_DIFFERENCE,
}
_LIKELIHOOD_RATIO: Final = (
    catalogue.MODEL_LIKELIHOOD_RATIO,
    catalogue.MODEL_LIKELIHOOD_RATIO_DF,
    catalogue.MODEL_LIKELIHOOD_RATIO_P,
)
_NON_LINEAR: Final = (
    spline_catalogue.NON_LINEARITY,
    spline_catalogue.NON_LINEARITY_DF,
    spline_catalogue.NON_LINEARITY_P,
)
_WALD: Final = (catalogue.MODEL_WALD, catalogue.MODEL_WALD_DF, catalogue.MODEL_WALD_P)
_PROPORTIONAL: Final = (
    catalogue.MODEL_PROPORTIONAL,
    catalogue.MODEL_PROPORTIONAL_DF,
    catalogue.MODEL_PROPORTIONAL_P,
)


def model_records(of_measured: Key, observed: ObservedPatients, model: Model) -> Iterator[Record]:
    """Yield the records of a model of one endpoint or outcome, or of the models of each of its terms alone."""
    key = replace(of_measured, analysis=model.name)
    if not model.each:
        yield from _fit_records(key, observed, model, model.terms)
    for term in model.terms if model.each else ():
        yield from _fit_records(key, observed, model, (term,))


def _fit_records(key: Key, observed: ObservedPatients, model: Model, terms: Sequence[Term]) -> Iterator[Record]:
    """Yield the records of one fit. Counts are the model's; where its terms are alone, each has counts of its own."""
    known, design, fit, checks = _fitted(observed, model, terms)
    study, words = observed.study, _words(known, model, terms)
    of_model = replace(key, variable=terms[0].name) if model.each else key
    yield from _count_records(of_model, known, fit, words)
    if model.cluster is not None:
        yield _clusters(of_model, known, model.cluster, words)
    if isinstance(fit, PooledModel):
        yield from imputed_records(of_model, key, known, fit, design, _variables(model, terms), words)
        yield from outcome_missing_record(of_model, observed, words)
    for term in terms:
        yield from _level_counts(key, known, term, words)
        if isinstance(known, Observations) and len(term.variables) == 1:
            told = {**words, "term": covariate_label(study, term)}
            of_term = replace(key, variable=term.name)
            yield from known_later_records(time_catalogue.MODEL_KNOWN_LATER, of_term, known, term.name, told)

    not_constant = [check.term for check in checks if violated(check, study)]
    for estimate in fit.terms:
        column = design.columns[estimate.term]
        if column.bend is not None:
            continue
        yield from estimate_records(
            (_ESTIMATES[model.kind], catalogue.MODEL_RATIO_P),
            replace(key, variable=column.term, level=column.level),
            estimate,
            fit,
            known.population,
            {**words, "term": column.words},
            unit=known.unit if isinstance(known, OutcomeObservations) else None,
            warning=warnings(
                not_proportional(column.term, not_constant),
                _immortal_time(known, column.term),
                mostly_missing(known, column.term.split(PRODUCT)),
            ),
        )
    for term in terms:
        if len(design.of(term.name)) > 1:
            told = {**words, "term": covariate_label(study, term)}
            of_term, test = replace(key, variable=term.name), _together(known, design, fit, design.of(term.name), model)
            statistics = _LIKELIHOOD_RATIO if isinstance(test, LikelihoodRatioTest) else _WALD
            told["test"] = _test_name(test, model)
            yield from test_records(statistics, of_term, test, known.population, told)
        if term.name in design.knots:
            yield from _knot_records(replace(key, variable=term.name), known, term, design.knots[term.name], words)
            bends = _together(known, design, fit, design.bends_of(term.name), model)
            told = {**words, "term": study.unique_label(term.name), "test": _test_name(bends, model)}
            yield from test_records(_NON_LINEAR, replace(key, variable=term.name), bends, known.population, told)
    yield from _proportional_records(key, known, checks, terms, words, alone=model.each)


def _known(observed: ObservedPatients, model: Model, terms: Sequence[Term]) -> ObservedPatients:
    """Return the patients of a fit, who have a value of all its variables; with the times of exposures as it asks."""
    variables = _variables(model, terms)
    return _in_rows(_from_start(observed, model, variables).complete(variables), terms)


def _from_start(observed: ObservedPatients, model: Model, variables: Sequence[str]) -> ObservedPatients:
    """Return the patients whose outcome is known; of an endpoint from the landmark of the model on."""
    if isinstance(observed, OutcomeObservations):
        return observed.known()
    if isinstance(observed, Observations) and model.landmark is not None:
        return from_landmark(observed, variables, model.landmark)
    return observed


def _in_rows(known: ObservedPatients, terms: Sequence[Term]) -> ObservedPatients:
    """Return patients in several rows where exposures begin on their day."""
    changing = [term.name for term in terms if term.time_dependent]
    return split_by_exposure(known, changing) if isinstance(known, Observations) and changing else known


def _immortal_time(known: ObservedPatients, term: str) -> str | None:
    """Return the warning of a term that is taken as known from the beginning, and was not."""
    return immortal_time(known, term.split(PRODUCT)) if isinstance(known, Observations) else None


def _fitted(
    observed: ObservedPatients, model: Model, terms: Sequence[Term]
) -> tuple[ObservedPatients, ModelDesign, Fit | PooledModel, tuple[ProportionalHazardsTest, ...]]:
    """Fit a model; return its patients, its design, the fit, and of an endpoint the check of proportional hazards.

    With imputed values there is no check: the model of complete cases beside it has one.
    """
    if observed.completed:
        variables = _variables(model, terms)
        known, parts = completed_patients(observed, variables, lambda part: _from_start(part, model, variables))
        known, parts = _in_rows(known, terms), tuple(_in_rows(part, terms) for part in parts)
        design, pooled = pooled_fit(known, parts, terms, model.kind, lambda part, values: _fit(part, values, model))
        return known, design, pooled, ()
    known = _known(observed, model, terms)
    design = known.design(terms)
    if isinstance(known, Observations):
        columns = {term.name: design.of(term.name) for term in terms}
        fit, checks = fitted_and_checked(known, design.values, columns, _options(model, known))
        return known, design, fit, checks
    return known, design, _fit(known, design.values, model), ()


def _fit(known: ObservedPatients, values: pd.DataFrame, model: Model) -> Fit:
    if isinstance(known, OutcomeObservations):
        return fitted_outcome(known, values, model.kind, _cluster(model, known))
    assert isinstance(known, Observations)  # noqa: S101 (what else can be observed)
    return fitted(known, values, _options(model, known))


def _variables(model: Model, terms: Sequence[Term]) -> list[str]:
    """Return the variables that a patient of the fit has."""
    entering = [name for term in terms for name in term.variables]
    return list(dict.fromkeys([*entering, *model.strata, *([model.cluster] if model.cluster else [])]))


def _words(observed: ObservedPatients, model: Model, terms: Sequence[Term]) -> dict[str, str]:
    study = observed.study
    fit, options, words = "univariable" if model.each else "multivariable", observed.options, MODEL_WORDS[model.kind]
    if model.imputation:
        options += imputation_in_words(study, observed, _variables(model, terms))
        words = {**words, "interval": POOLED_INTERVAL, "test": "t", "distribution": "F"}
    alone = f" ({covariate_label(study, terms[0])})" if model.each else ""  # each of its models has counts of its own
    return {
        **words,
        "of": observed.label,
        "model": model.label or fit,
        "whole": (model.label or f"{fit} model") + alone,
        "fit": fit,
        "options": options + _options_in_words(study, model),
        "covariates": ", ".join(covariate_in_words(study, term) for term in terms),
    }


def _options_in_words(study: Study, model: Model) -> str:
    """Say what a model has beside its terms: ", stratified by Site and Sex, robust variance by Hospital"."""
    return stratified_by(study, model.strata) + (
        f", robust variance by {study.unique_label(model.cluster)}" if model.cluster else ""
    )


def _count_records(key: Key, known: ObservedPatients, fit: Fit | PooledModel, words: Words) -> Iterator[Record]:
    """Yield patients, events, parameters, and how many events there are for each parameter."""
    yield count(catalogue.MODEL_PATIENTS, key, fit.n, known.population, words)
    if fit.events is not None:
        yield count(catalogue.MODEL_EVENTS, key, fit.events, known.population, words, of=fit.n)
    yield number(catalogue.MODEL_PARAMETERS, key, fit.parameters, known.population, words)
    if fit.events is not None:
        share, warning = _events_per_parameter(fit), None
        if share is not None and share < FEWEST_EVENTS:
            warning = f"fewer than {FEWEST_EVENTS} events per parameter: the ratios are unstable"
        yield number(
            catalogue.EVENTS_PER_PARAMETER, key, share, known.population, words, reason="no parameter", warning=warning
        )
    if isinstance(fit, RegressionModel) and fit.auc is not None:
        yield interval(catalogue.MODEL_AUC, key, fit.auc, known.population, words, conf_level=fit.conf_level)
    if isinstance(fit, RegressionModel) and fit.events is None:
        yield number(
            catalogue.MODEL_R_SQUARED, key, fit.r_squared, known.population, words, reason=fit.reason or NOT_FITTED
        )


def _clusters(key: Key, known: ObservedPatients, cluster: str, words: Words) -> Record:
    """Count the clusters; warn of few, which make robust intervals too narrow and P values too small."""
    clusters = int(known.frame[cluster].nunique())
    few = (
        f"fewer than {FEWEST_CLUSTERS} clusters: robust intervals are too narrow"
        if clusters < FEWEST_CLUSTERS
        else None
    )
    return number(catalogue.MODEL_CLUSTERS, key, clusters, known.population, words, warning=few)


def _events_per_parameter(fit: Fit | PooledModel) -> float | None:
    if isinstance(fit, PooledModel):
        shares = [_events_per_parameter(each) for each in fit.fits]
        return min((share for share in shares if share is not None), default=None)
    if isinstance(fit, RegressionModel):
        return fit.events_per_parameter
    return fit.events / fit.parameters if fit.parameters else None


def _level_counts(key: Key, known: ObservedPatients, term: Term, words: Words) -> Iterator[Record]:
    """Yield the patients and events of each level of a category, of those whose level is known."""
    if len(term.variables) > 1:
        return
    had_event, n_known = known.had_event, known.patients(known.has_all([term.name]))
    for level, text in known.study.levels(term.name).items():
        patients = (known.frame[term.name] == level).to_numpy(dtype=bool)
        of_level = replace(key, variable=term.name, level=level)
        told = {**words, "term": f"{known.study.unique_label(term.name)}: {text}"}
        n = known.patients(patients)
        yield count(catalogue.TERM_PATIENTS, of_level, n, known.population, told, of=n_known)
        if had_event is not None:
            yield count(catalogue.TERM_EVENTS, of_level, int(had_event[patients].sum()), known.population, told, of=n)


def _knot_records(
    key: Key, known: ObservedPatients, term: Term, knots: Sequence[float], words: Words
) -> Iterator[Record]:
    """Yield where the knots of a spline are, in the decimals of its variable."""
    variable = known.study.variable(term.name)
    decimals = number_decimals(known.frame[term.name], (), variable.decimals).observed
    label = known.study.unique_label(term.name)
    for place, (knot, share) in enumerate(zip(knots, KNOT_QUANTILES[len(knots)], strict=True), start=1):
        told = {**words, "term": label, "place": str(place), "percent": f"{100 * share:g}"}
        yield number(
            spline_catalogue.KNOT,
            replace(key, item=str(place)),
            knot,
            known.population,
            told,
            unit=variable.unit,
            decimals=decimals,
        )


def _test_name(test: LikelihoodRatioTest | WaldTest, model: Model) -> str:
    if isinstance(test, LikelihoodRatioTest):
        return "likelihood-ratio"
    if model.imputation:
        return pooled_test_in_words(test)
    return "F" if model.kind == "linear" else "Wald"


def _together(
    known: ObservedPatients, design: ModelDesign, fit: Fit | PooledModel, columns: Sequence[str], model: Model
) -> LikelihoodRatioTest | WaldTest:
    """Test columns of a term together: by the likelihood ratio; by Wald where the variance is robust, or by F."""
    if isinstance(fit, PooledModel):
        return fit.test(columns)
    if fit.is_robust or model.kind == "linear":
        return wald_test(fit, columns)
    smaller = design.values.drop(columns=list(columns))
    return likelihood_ratio_test(_fit(known, smaller, model), fit)


def _options(model: Model, known: Observations) -> FitOptions:
    return FitOptions(
        strata=known.frame[list(model.strata)] if model.strata else None,
        cluster=_cluster(model, known),
        of_subdistribution=model.kind == "fine_gray",
    )


def _cluster(model: Model, known: ObservedPatients) -> pd.Series[str] | None:
    return known.frame[model.cluster] if model.cluster else None


def _proportional_records(
    key: Key,
    known: ObservedPatients,
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
