"""Records and curves of an event that others compete with: cumulative incidence, Gray's test, Fine-Gray models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ..adjusted_analyses.design import as_they_are
from ..base.snapping import snapped
from ..regression.wald import wald_test
from ..results import catalogue
from ..results.catalogue import INCIDENCE_CURVE
from ..results.keys import COMPETING, Key
from ..results.model import Curve, Record
from ..results.records import Population, Words, interval, number, record
from ..statistics.estimate import Estimate
from ..study.endpoints import Endpoint
from ..study.model import Study
from ..survival.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from ..survival.gray import gray_test
from ..survival.kaplan_meier import number_at_risk
from .cox_records import FitOptions, estimate_records, fitted, several_levels, test_records
from .observations import NO_PATIENTS, Observations

_OF_COX: Final = re.compile(r"\bCox\b")
_RATIO: Final = (catalogue.FINE_GRAY_RATIO, catalogue.FINE_GRAY_RATIO_P)
_WALD: Final = (catalogue.FINE_GRAY_WALD, catalogue.FINE_GRAY_WALD_DF, catalogue.FINE_GRAY_WALD_P)


def incidence_results(key: Key, observed: Observations) -> Iterator[Record | Curve]:
    """Yield the cumulative incidence of the event and of the competing one: at the landmarks, and the curves."""
    study, endpoint = observed.study, observed.endpoint
    time, level, conf_type = study.time, study.analysis.conf_level, study.analysis.conf_type
    for cause, statistic, item, event in (
        (1, catalogue.INCIDENCE, None, endpoint.event_label),
        (2, catalogue.COMPETING_INCIDENCE, COMPETING, competing_label(endpoint)),
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
            catalogue.COMPETING_IGNORED, Key(endpoint=endpoint.name), endpoint.competing_ignored, analysed, words
        )


def gray_records(key: Key, observed: Observations, variable: str) -> Iterator[Record]:
    """Yield Gray's test of the levels of a category."""
    statistic: float | None = None
    df, p_value, reason = 0, statistic, NO_PATIENTS
    if observed.population.n:
        test = gray_test(observed.time, observed.cause, observed.frame[variable].astype(str))
        statistic, df, p_value, reason = test.statistic, test.df, test.p_value, test.reason or ""
    words = {"of": observed.label, "by": observed.study.unique_label(variable)}
    population = observed.population
    yield number(catalogue.GRAY, key, statistic, population, words, reason=reason)
    yield number(catalogue.GRAY_DF, key, df, population, words)
    yield number(catalogue.GRAY_P, key, p_value, population, words, reason=reason)


def fine_gray_records(key: Key, observed: Observations, variable: str) -> Iterator[Record]:
    """Yield the subdistribution hazard ratios of the levels of a category, and the test of all of them."""
    study, population = observed.study, observed.population
    design = observed.design(as_they_are([variable]))
    model = fitted(observed, design.values, FitOptions(of_subdistribution=True))
    for ratio in model.terms:
        term = design.columns[ratio.term]
        words = {"of": observed.label, "term": term.words}
        yield from estimate_records(_RATIO, replace(key, level=term.level), ratio, model, population, words)
    if several_levels(study, variable):
        words = {"of": observed.label, "by": study.unique_label(variable)}
        test = wald_test(model, list(design.values.columns))
        yield from test_records(_WALD, key, test, population, words)


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
