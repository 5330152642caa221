"""Records that compare the groups of patients which a category makes: curves, log-rank and Cox models, subgroups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ..adjusted_analyses.design import ModelDesign, as_they_are
from ..adjustment.weighted_survival import robust_log_rank
from ..catalogue import adjustment_catalogue, catalogue, imputation_catalogue, time_catalogue
from ..catalogue.keys import Key
from ..model_fits.cox_records import (
    FitOptions,
    estimate_records,
    fitted,
    fitted_and_checked,
    not_proportional,
    several_levels,
    stratified_by,
    test_records,
    violated,
    warnings,
)
from ..model_fits.exposure_times import immortal_time, known_later_records
from ..model_fits.interactions import Interaction, interaction_records
from ..model_fits.observations import NO_PATIENTS, Observations
from ..model_fits.pooled_fits import (
    POOLED_INTERVAL,
    PooledModel,
    completed_patients,
    imputation_in_words,
    pooled_fit,
    pooled_test_in_words,
)
from ..regression.cox import CoxModel
from ..regression.likelihood_ratio import likelihood_ratio_test
from ..results.model import Curve, Record
from ..results.records import Population, Words, number
from ..study.comparisons import GroupComparison, rank_test
from ..study.model import Study
from ..survival.log_rank import log_rank
from .incidence_results import fine_gray_records, gray_records
from .survival_results import first_event_records, survival_counts, survival_results

UNIVARIABLE_TEST: Final = (
    catalogue.LIKELIHOOD_RATIO,
    catalogue.LIKELIHOOD_RATIO_DF,
    catalogue.LIKELIHOOD_RATIO_P,
)
UNIVARIABLE_CHECK: Final = (catalogue.PROPORTIONAL, catalogue.PROPORTIONAL_DF, catalogue.PROPORTIONAL_P)
_POOLED_TEST: Final = (
    imputation_catalogue.GROUPS_WALD,
    imputation_catalogue.GROUPS_WALD_DF,
    imputation_catalogue.GROUPS_WALD_P,
)
LEVEL_CHECK: Final = (
    catalogue.LEVEL_PROPORTIONAL,
    catalogue.LEVEL_PROPORTIONAL_DF,
    catalogue.LEVEL_PROPORTIONAL_P,
)

WALD_INTERVAL: Final = "Wald confidence interval and test"
"""The interval and test of a hazard ratio."""

SCORE_TEST: Final = " (the score test of a Cox model with exact ties)"
"""What the log-rank test is where patients do not enter together."""

MANTEL_BYAR: Final = " (Mantel and Byar's test)"
"""What it is where patients change from group to group."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Within what strata groups are compared, and what their ratios are adjusted for."""

    strata: tuple[str, ...] = ()
    adjust_for: tuple[str, ...] = ()

    @classmethod
    def of(cls, comparison: GroupComparison) -> Adjustment:
        """Return that of a comparison."""
        return cls(comparison.strata, comparison.adjust_for)

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that a patient of an adjusted model has beside the groups."""
        return (*self.strata, *self.adjust_for)

    def options(self, known: Observations) -> FitOptions:
        """Return the strata of a fit."""
        return FitOptions(strata=known.frame[list(self.strata)] if self.strata else None)

    def words(self, observed: Observations) -> dict[str, str]:
        """Return what fills labels and methods of results: ", stratified by Site", "; adjusted for Age"."""
        options = observed.options + stratified_by(observed.study, self.strata)
        adjusted = adjusted_for(observed.study, self.adjust_for)
        return {"of": observed.label, "options": options, "interval": WALD_INTERVAL, "adjusted": adjusted}


UNADJUSTED: Final = Adjustment()


def adjusted_for(study: Study, variables: tuple[str, ...]) -> str:
    """Say what a model is adjusted for: "; adjusted for Age, Sex"; nothing where that is nothing."""
    return f"; adjusted for {', '.join(map(study.unique_label, variables))}" if variables else ""


def group_results(
    key: Key, observed: Observations, variable: str, adjustment: Adjustment = UNADJUSTED
) -> Iterator[Record | Curve]:
    """Yield the results of each level of a category, their log-rank test and their Cox model.

    The log-rank test and the model are stratified; the model's ratios are adjusted. Curves are of the data as they are.
    Of an endpoint with a competing event: Gray's test, a Fine-Gray model, and the cause-specific Cox model.
    """
    study, known = observed.study, observed.complete([variable])
    for level in study.levels(variable):
        of_level, patients = replace(key, by_level=level), known.within(variable, level)
        yield from survival_results(of_level, patients)
        yield from first_event_records(of_level, patients)
    words = {**known.words, "by": study.unique_label(variable)}
    yield from known_later_records(time_catalogue.KNOWN_LATER, key, known, variable, words)
    if known.applied is not None:
        yield from robust_records(key, known, variable)
    elif known.competing is None:
        yield from log_rank_records(key, known, variable, adjustment.strata)
    else:
        yield from gray_records(key, known, variable, adjustment.strata)
        complete = observed.complete([variable, *adjustment.variables])
        options, words = adjustment.options(complete), adjustment.words(complete)
        yield from fine_gray_records(key, complete, variable, adjustment.adjust_for, options, words)
    yield from _cox_records(key, observed, variable, adjustment)


def _cox_records(key: Key, observed: Observations, variable: str, adjustment: Adjustment) -> Iterator[Record]:
    """Yield hazard ratios of the levels of a category, the test of all of them, and the check of proportional hazards.

    They are of patients who have a value of all variables. With imputed values the check alone is.
    """
    known = observed.complete([variable, *adjustment.variables])
    study, population, options = known.study, known.population, adjustment.options(known)
    design = known.design(as_they_are([variable, *adjustment.adjust_for]))
    of_groups, words = design.of(variable), adjustment.words(known)
    # Each column is a term of the check. Without others the test "global" of all terms is that of the variable.
    terms = {name: [name] for name in of_groups}
    model, checks = fitted_and_checked(known, design.values, terms, options)
    levels, whole = checks[:-1], checks[-1:]
    if adjustment.adjust_for and checks:
        whole = fitted_and_checked(known, design.values, {variable: of_groups}, options)[1][:1]
    warning = warnings(
        not_proportional(variable, [variable for check in whole if violated(check, study)]),
        immortal_time(known, [variable, *adjustment.variables]),
    )
    by = {**words, "by": study.unique_label(variable)}
    if observed.completed:
        yield from _pooled_records(key, observed, variable, adjustment, warning)
    else:
        yield from _ratio_records(key, variable, design, model, population, words, warning)
    if several_levels(study, variable) and not (observed.completed or model.is_robust):
        smaller = fitted(known, design.values.drop(columns=of_groups), options)
        yield from test_records(UNIVARIABLE_TEST, key, likelihood_ratio_test(smaller, model), population, by)
    for check in whole:
        yield from test_records(UNIVARIABLE_CHECK, key, check, population, by)
    for check in levels if several_levels(study, variable) else ():
        column = design.columns[check.term]
        of_level = {**words, "term": column.words}
        yield from test_records(LEVEL_CHECK, replace(key, level=column.level), check, population, of_level)


def _pooled_records(
    key: Key, observed: Observations, variable: str, adjustment: Adjustment, warning: str | None
) -> Iterator[Record]:
    """Yield hazard ratios of the levels of a category over imputed data sets, and the test of all of them."""
    variables, study = [variable, *adjustment.variables], observed.study
    known, parts = completed_patients(observed, variables)
    terms = as_they_are([variable, *adjustment.adjust_for])
    design, model = pooled_fit(
        known, parts, terms, "cox", lambda part, values: fitted(part, values, adjustment.options(part))
    )
    words, population = adjustment.words(known), known.population
    words |= {"options": words["options"] + imputation_in_words(study, known, variables), "interval": POOLED_INTERVAL}
    yield from _ratio_records(key, variable, design, model, population, words, warning)
    if several_levels(study, variable):
        test = model.test(design.of(variable))
        by = {**words, "by": study.unique_label(variable), "test": pooled_test_in_words(test)}
        yield from test_records(_POOLED_TEST, key, test, population, by)


def _ratio_records(
    key: Key,
    variable: str,
    design: ModelDesign,
    model: CoxModel | PooledModel,
    population: Population,
    words: Words,
    warning: str | None,
) -> Iterator[Record]:
    """Yield the hazard ratio of each level of a category in a model that may be adjusted for others."""
    for ratio in model.terms:
        column = design.columns[ratio.term]
        if column.term == variable:
            yield from estimate_records(
                (catalogue.HAZARD_RATIO, catalogue.HAZARD_RATIO_P),
                replace(key, level=column.level),
                ratio,
                model,
                population,
                {**words, "term": column.words},
                warning=warning,
            )


def subgroup_results(key: Key, observed: Observations, adjustment: Adjustment = UNADJUSTED) -> Iterator[Record | Curve]:
    """Yield the groups of a category compared in each level of another, and whether their ratios differ between them.

    The key names both: the groups as `by`, the other category as `within`, for which nothing is adjusted within its
    levels; the model of the interaction has it anyway.
    """
    study, groups, within = observed.study, str(key.by), str(key.within)
    adjustment = replace(adjustment, adjust_for=tuple(name for name in adjustment.adjust_for if name != within))
    for level in study.levels(within):
        part, patients = replace(key, within_level=level), observed.within(within, level)
        yield from survival_counts(part, patients)
        yield from group_results(part, patients, groups, adjustment)
    words = adjustment.words(observed)
    asked = Interaction(
        groups=groups,
        within=within,
        kind="cox",
        model=f"a Cox model{words['options']}, Efron ties{words['adjusted']}",
        adjust_for=adjustment.adjust_for,
    )
    yield from interaction_records(
        key,
        observed,
        asked,
        lambda part, design: fitted(part, design, adjustment.options(part)),
        further=adjustment.strata,
    )


def robust_records(key: Key, observed: Observations, variable: str) -> Iterator[Record]:
    """Yield the robust score test of the levels of a category in weighted or matched patients, in place of log-rank."""
    statistic: float | None = None
    df, p_value, reason = 0, statistic, NO_PATIENTS
    if observed.population.n and observed.weights is not None:
        groups = observed.frame[variable].astype(str)
        test = robust_log_rank(observed.time, observed.event, groups, weights=observed.weights, cluster=observed.sets)
        statistic, df, p_value, reason = test.statistic, test.df, test.p_value, test.reason or ""
    words = {**observed.words, "by": observed.study.unique_label(variable)}
    yield number(adjustment_catalogue.ROBUST_SCORE, key, statistic, observed.population, words, reason=reason)
    yield number(adjustment_catalogue.ROBUST_SCORE_DF, key, df, observed.population, words)
    yield number(
        adjustment_catalogue.ROBUST_SCORE_P,
        key,
        p_value,
        observed.population,
        words,
        reason=reason,
        warning=immortal_time(observed, [variable]),
    )


def log_rank_records(key: Key, observed: Observations, variable: str, strata: tuple[str, ...] = ()) -> Iterator[Record]:
    """Yield the log-rank test of the levels of a category, of patients in known strata."""
    observed = observed.complete(strata) if strata else observed
    statistic: float | None = None
    df, p_value, reason = 0, statistic, NO_PATIENTS
    if observed.population.n:
        groups, within = observed.frame[variable].astype(str), None
        if strata:
            within = observed.frame.groupby(list(strata), observed=True).ngroup()
        test = log_rank(observed.time, observed.event, groups, strata=within, entry=observed.entry)
        statistic, df, p_value, reason = test.statistic, test.df, test.p_value, test.reason or ""
    options = observed.options + stratified_by(observed.study, strata)
    if observed.entry is not None:
        options += SCORE_TEST if observed.patient is None else MANTEL_BYAR
    words = {
        "of": observed.label,
        "options": options,
        "by": observed.study.unique_label(variable),
        "test": rank_test(stratified=bool(strata), time_dependent=observed.patient is not None),
    }
    population = observed.population
    yield number(catalogue.LOG_RANK, key, statistic, population, words, reason=reason)
    yield number(catalogue.LOG_RANK_DF, key, df, population, words)
    warning = immortal_time(observed, [variable, *strata])
    yield number(catalogue.LOG_RANK_P, key, p_value, population, words, reason=reason, warning=warning)
