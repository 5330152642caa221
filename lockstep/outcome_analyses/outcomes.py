"""Records of outcomes: of all patients, by group, groups compared, within subgroups, and the models of an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from ..adjustment.weighted_outcomes import weighted_mean, weighted_proportion
from ..catalogue import adjustment_catalogue, catalogue, outcome_catalogue
from ..catalogue.keys import Key
from ..data.cohort import Cohort
from ..endpoints.outcomes import Outcome
from ..model_fits.e_values import with_e_values
from ..model_fits.observations import NO_PATIENTS, OutcomeObservations
from ..results.model import Record
from ..results.precision import number_decimals
from ..results.records import Population, count, count_and_percent, interval, number
from ..statistics.baseline import ALL, NumberSummary, describe
from ..statistics.estimate import Estimate
from ..statistics.proportions import EventCount, proportion
from ..study.comparisons import GroupComparison
from ..study.model import Study
from .models import model_records
from .outcome_comparisons import outcome_differences, outcome_interaction
from .populations import members_of

FEWEST: Final = 20
"""Patients below whom a percentage claims more than they show: advice to authors of many journals."""

FEW_PATIENTS: Final = f"a percentage of fewer than {FEWEST} patients; give the counts instead"

_VALUE: Final = "value"  # the number's column in a frame of its own


def outcome_results(study: Study, cohort: Cohort, outcome: Outcome, analysed: Population) -> Iterator[Record]:
    """Yield everything that is reported of one outcome."""
    found = list(_all(study, cohort, outcome, analysed))
    yield from found if outcome.is_binary else _with_decimals(found, study, cohort, outcome)


def _all(study: Study, cohort: Cohort, outcome: Outcome, analysed: Population) -> Iterator[Record]:
    key = Key(endpoint=outcome.name)
    yield from set_results(key, OutcomeObservations.of(study, cohort, outcome, analysed))
    for comparison in study.comparisons:
        if outcome.name in comparison.outcomes:
            members, described = members_of(study, cohort, comparison.population, analysed)
            observed = OutcomeObservations.of(study, members, outcome, described)
            observed = observed.with_imputed(members.completed) if comparison.imputation else observed
            observed = observed.compared_in(comparison)
            yield from _compared(replace(key, by=comparison.groups, analysis=comparison.name), observed, comparison)
    for model in study.models:
        if outcome.name in model.outcomes:
            members, described = members_of(study, cohort, model.population, analysed)
            observed = OutcomeObservations.of(study, members, outcome, described)
            observed = observed.with_imputed(members.completed) if model.imputation else observed
            observed = observed.with_design(model.weights, model.population)
            found = model_records(key, observed, model)
            yield from with_e_values(found, observed.known(), model.e_value) if model.e_value else found


def _compared(key: Key, observed: OutcomeObservations, comparison: GroupComparison) -> Iterator[Record]:
    """Yield the groups of a comparison, then those within each level of its subgroups, with tests of interaction."""
    found = _group_results(key, observed, comparison.adjust_for, comparison.strata)
    yield from with_e_values(found, observed.known()) if comparison.e_value else found
    for category in comparison.within:
        of_subgroup, adjust_for = replace(key, within=category), comparison.adjusted_within(category)
        for level in observed.study.levels(category):
            patients = observed.within(category, level)
            part = replace(of_subgroup, within_level=level)
            yield count(catalogue.PATIENTS, part, patients.population.n, patients.population, {"of": patients.label})
            yield from _group_results(part, patients, adjust_for, comparison.strata)
        yield from outcome_interaction(of_subgroup, observed, (*comparison.strata, *adjust_for))


def _group_results(
    key: Key, observed: OutcomeObservations, adjust_for: Sequence[str], strata: Sequence[str]
) -> Iterator[Record]:
    variable = str(key.by)
    known = observed.complete([variable])
    for level in known.study.levels(variable):
        yield from set_results(replace(key, by_level=level), known.within(variable, level))
    yield from outcome_differences(key, known, adjust_for, strata)


def set_results(key: Key, observed: OutcomeObservations) -> Iterator[Record]:
    """Yield what is known of an outcome in one set of patients."""
    known, everybody, words = observed.known(), observed.population, {"of": observed.label}
    yield count(catalogue.KNOWN, key, known.population.n, everybody, words, of=everybody.n)
    missing = (catalogue.MISSING_COUNT, catalogue.MISSING_PERCENT)
    n_missing = everybody.n - known.population.n
    yield from count_and_percent(missing, key, n_missing, everybody, words, of=everybody.n)
    if observed.outcome.is_binary:
        yield from _proportion(key, known)
        return
    unit = observed.unit
    if observed.is_weighted:
        yield from _weighted_mean(key, known)
        return
    summary = describe(known.frame.assign(**{_VALUE: known.values}), numbers=[_VALUE], categories={})[ALL, _VALUE]
    assert isinstance(summary, NumberSummary)  # noqa: S101 (what `describe` returns for a number)
    for statistic in catalogue.MOMENTS:
        value = summary[statistic.path]
        yield number(statistic, key, value, known.population, words, unit=unit, reason="too few values")


def _proportion(key: Key, known: OutcomeObservations) -> Iterator[Record]:
    study, n, events = known.study, known.population.n, int(known.values.sum())
    words = {"of": known.label, "event": known.outcome.event_label}
    yield count(outcome_catalogue.OUTCOME_COUNT, key, events, known.population, words, of=n)
    level, warning = study.analysis.conf_level, FEW_PATIENTS if n < FEWEST else None
    if known.is_weighted:
        share = Estimate(None, reason=NO_PATIENTS)
        if n and known.weights is not None:
            share = weighted_proportion(known.values, weights=known.weights, cluster=known.sets, conf_level=level)
        yield interval(
            adjustment_catalogue.WEIGHTED_PERCENT,
            key,
            share,
            known.population,
            {**known.words, **words},
            conf_level=level,
            scale=100,
            warning=warning,
        )
        return
    estimate = proportion(EventCount(events, n), conf_level=level)
    if not n:
        estimate = replace(estimate, reason=NO_PATIENTS)
    found = interval(
        outcome_catalogue.OUTCOME_PERCENT,
        key,
        estimate,
        known.population,
        words,
        conf_level=level,
        scale=100,
        warning=warning,
    )
    yield replace(found, denominator=n)


def _weighted_mean(key: Key, known: OutcomeObservations) -> Iterator[Record]:
    """Yield the mean and standard deviation of a number in weighted patients."""
    mean = sd = None
    if known.population.n and known.weights is not None:
        found = weighted_mean(known.values, weights=known.weights)
        mean, sd = found.mean, found.sd
    for statistic, value in ((adjustment_catalogue.WEIGHTED_MEAN, mean), (adjustment_catalogue.WEIGHTED_SD, sd)):
        yield number(statistic, key, value, known.population, known.words, unit=known.unit, reason="too few values")


def _with_decimals(found: Iterable[Record], study: Study, cohort: Cohort, outcome: Outcome) -> Iterator[Record]:
    """Yield the records of a number in the decimals that its statistics have, the same in all sets of patients."""
    items, name = list(found), str(outcome.value)
    medians = [float(item.value) for item in items if _is(item, catalogue.MEDIAN.path) and item.value is not None]
    values = cohort.analysed[name].to_numpy(dtype=float)
    decimals = number_decimals(values, medians, study.variable(name).decimals)
    for item in items:
        if item.kind == "difference":
            part = "median" if item.key.statistic == outcome_catalogue.SHIFT.path else "mean"
            yield replace(item, decimals=decimals.of(part))
        elif item.kind == "number" and item.key.statistic in {statistic.path for statistic in catalogue.MOMENTS}:
            yield replace(item, decimals=decimals.of(item.key.statistic))
        elif item.key.statistic in (adjustment_catalogue.WEIGHTED_MEAN.path, adjustment_catalogue.WEIGHTED_SD.path):
            yield replace(item, decimals=decimals.of("mean"))
        else:
            yield item


def _is(item: Record, statistic: str) -> bool:
    return item.key.statistic == statistic
