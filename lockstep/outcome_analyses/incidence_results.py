"""Records and curves of an event that others compete with: cumulative incidence, Gray's test, Fine-Gray models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from ..adjusted_analyses.design import as_they_are
from ..base.snapping import snapped
from ..catalogue import catalogue, competing_catalogue
from ..catalogue.competing_catalogue import INCIDENCE_CURVE
from ..catalogue.keys import COMPETING, Key
from ..endpoints.endpoints import Endpoint
from ..model_fits.cox_records import (
    FitOptions,
    estimate_records,
    fitted_and_checked,
    not_proportional,
    several_levels,
    stratified_by,
    test_records,
    violated,
)
from ..model_fits.observations import NO_PATIENTS, Observations
from ..regression.wald import wald_test
from ..results.model import Curve, Record
from ..results.records import Population, Words, interval, number, record
from ..statistics.estimate import Estimate
from ..study.model import Study
from ..survival.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from ..survival.gray import gray_test
from ..survival.kaplan_meier import number_at_risk

_OF_COX: Final = re.compile(r"\bCox\b")
_RATIO: Final = (competing_catalogue.FINE_GRAY_RATIO, competing_catalogue.FINE_GRAY_RATIO_P)
_WALD: Final = (
    competing_catalogue.FINE_GRAY_WALD,
    competing_catalogue.FINE_GRAY_WALD_DF,
    competing_catalogue.FINE_GRAY_WALD_P,
)
_CHECK: Final = (
    competing_catalogue.FINE_GRAY_PROPORTIONAL,
    competing_catalogue.FINE_GRAY_PROPORTIONAL_DF,
    competing_catalogue.FINE_GRAY_PROPORTIONAL_P,
)
_LEVEL_CHECK: Final = (
    competing_catalogue.LEVEL_FINE_GRAY_PROPORTIONAL,
    competing_catalogue.LEVEL_FINE_GRAY_PROPORTIONAL_DF,
    competing_catalogue.LEVEL_FINE_GRAY_PROPORTIONAL_P,
)


def incidence_results(key: Key, observed: Observations) -> Iterator[Record | Curve]:
    """Yield the cumulative incidence of the event and of the competing one: at the landmarks, and the curves."""
    study, endpoint = observed.study, observed.endpoint
    time, level, conf_type = study.time, study.analysis.conf_level, study.analysis.conf_type
    for cause, statistic, item, event in (
        (1, competing_catalogue.INCIDENCE, None, endpoint.event_label),
        (2, competing_catalogue.COMPETING_INCIDENCE, COMPETING, competing_label(endpoint)),
    ):
        fit = None
        if observed.population.n:
            fit = cumulative_incidence(observed.time, observed.cause, of=cause, conf_level=level, conf_type=conf_type)
        words = {"of": observed.label, "event": event, "conf_type": conf_type}
        yield from _at_landmarks(statistic, key, fit, observed, words)
        if fit is not None:
            ticks = [snapped(tick * time.per(endpoint.axis.unit)) for tick in endpoint.axis.ticks]
            yield Curve(
                key=replace(key, item=item),
                label=f"{observed.label}: cumulative incidence of {event}",
                population=observed.population.text,
                n=fit.n,
                unit=time.unit,
                method=INCIDENCE_CURVE.format(conf_type=conf_type),
                conf_level=level,
                estimates="incidence",
                time=fit.time,
                survival=fit.incidence,
                conf_low=fit.conf_low,
                conf_high=fit.conf_high,
                n_at_risk=fit.n_at_risk,
                n_events=fit.n_events,
                n_censored=fit.n_censored,
                risk_table=number_at_risk(observed.time, observed.any_event, ticks),
            )


def competing_label(endpoint: Endpoint) -> str:
    """Return what the competing event of an endpoint is called."""
    return "" if endpoint.competing is None else endpoint.competing.label


def ignored_record(study: Study, endpoint: Endpoint, analysed: Population) -> Iterator[Record]:
    """Yield why study.toml ignores a competing event, where it does."""
    if endpoint.competing_ignored is not None:
        words = {"of": study.unique_endpoint_label(endpoint.name)}
        yield record(
            competing_catalogue.COMPETING_IGNORED,
            Key(endpoint=endpoint.name),
            endpoint.competing_ignored,
            analysed,
            words,
        )


def gray_records(key: Key, observed: Observations, variable: str, strata: tuple[str, ...] = ()) -> Iterator[Record]:
    """Yield Gray's test of the levels of a category, of patients in known strata."""
    observed = observed.complete(strata) if strata else observed
    statistic: float | None = None
    df, p_value, reason = 0, statistic, NO_PATIENTS
    if observed.population.n:
        within = observed.frame.groupby(list(strata), observed=True).ngroup() if strata else None
        test = gray_test(observed.time, observed.cause, observed.frame[variable].astype(str), strata=within)
        statistic, df, p_value, reason = test.statistic, test.df, test.p_value, test.reason or ""
    words = {
        "of": observed.label,
        "by": observed.study.unique_label(variable),
        "options": stratified_by(observed.study, strata),
    }
    population = observed.population
    yield number(competing_catalogue.GRAY, key, statistic, population, words, reason=reason)
    yield number(competing_catalogue.GRAY_DF, key, df, population, words)
    yield number(competing_catalogue.GRAY_P, key, p_value, population, words, reason=reason)


def fine_gray_records(
    key: Key, known: Observations, variable: str, adjust_for: Sequence[str], options: FitOptions, words: Words
) -> Iterator[Record]:
    """Yield the subdistribution hazard ratios of the levels of a category, the test of all, and their check.

    Parameters
    ----------
    known : the patients who have a value of all variables, of strata too.
    options : the strata of the model.
    words : what fills the places of what all models of a comparison have in common: ``of``, ``options``, ``adjusted``.
    """
    study, population = known.study, known.population
    design, options = known.design(as_they_are([variable, *adjust_for])), replace(options, of_subdistribution=True)
    of_groups = design.of(variable)
    terms = {variable: of_groups} | {name: [name] for name in of_groups}
    model, (whole, *levels, _) = fitted_and_checked(known, design.values, terms, options)
    warning = not_proportional(variable, [variable] if violated(whole, study) else [])
    several = several_levels(study, variable)
    for ratio, check in zip((item for item in model.terms if item.term in of_groups), levels, strict=True):
        column = design.columns[ratio.term]
        of_level, told = replace(key, level=column.level), {**words, "term": column.words}
        yield from estimate_records(_RATIO, of_level, ratio, model, population, told, warning=warning)
        if several:
            yield from test_records(_LEVEL_CHECK, of_level, check, population, told)
    by = {**words, "by": study.unique_label(variable)}
    if several:
        yield from test_records(_WALD, key, wald_test(model, of_groups), population, by)
    yield from test_records(_CHECK, key, whole, population, by)


def cause_specific(found: Iterable[Record | Curve], endpoint: Endpoint) -> Iterator[Record | Curve]:
    """Yield the results of an endpoint, those of Cox models called cause-specific where events compete."""
    then = f"; cause-specific hazards: follow-up is censored at a competing event ({competing_label(endpoint)})"
    for item in found:
        if endpoint.competing is not None and isinstance(item, Record) and _OF_COX.search(item.method):
            yield replace(item, label=f"{item.label} (cause-specific)", method=item.method + then)
        else:
            yield item


def _at_landmarks(
    statistic: catalogue.Statistic, key: Key, fit: CumulativeIncidence | None, observed: Observations, words: Words
) -> Iterator[Record]:
    time, level = observed.study.time, observed.study.analysis.conf_level
    at = [snapped(year * time.year) for year in time.landmarks]
    estimates = fit.at(at) if fit else [Estimate(value=None, reason=NO_PATIENTS)] * len(at)
    for year, estimate in zip(time.landmarks, estimates, strict=True):
        told = {**words, "at": time.landmark_words(year, observed.endpoint.print_unit)}
        of_landmark = replace(key, at=year)
        yield interval(statistic, of_landmark, estimate, observed.population, told, conf_level=level, scale=100)
