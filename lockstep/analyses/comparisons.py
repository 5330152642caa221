"""Records that compare the groups of patients which a category makes: curves, log-rank and Cox models, subgroups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ..results import catalogue
from ..results.keys import Key
from ..results.model import Curve, Record
from ..results.records import number
from ..statistics.likelihood_ratio import likelihood_ratio_test
from ..statistics.log_rank import log_rank
from ..statistics.reasons import DIVERGES
from ..study.models import PRODUCT, Term
from .cox_records import (
    fitted,
    fitted_and_checked,
    hazard_ratio_records,
    not_proportional,
    several_levels,
    test_records,
    violated,
)
from .design import as_they_are
from .incidence_results import fine_gray_records, gray_records
from .observations import NO_PATIENTS, Observations
from .survival_results import survival_counts, survival_results

UNIVARIABLE_TEST: Final = (
    catalogue.LIKELIHOOD_RATIO,
    catalogue.LIKELIHOOD_RATIO_DF,
    catalogue.LIKELIHOOD_RATIO_P,
)
UNIVARIABLE_CHECK: Final = (catalogue.PROPORTIONAL, catalogue.PROPORTIONAL_DF, catalogue.PROPORTIONAL_P)
LEVEL_CHECK: Final = (
    catalogue.LEVEL_PROPORTIONAL,
    catalogue.LEVEL_PROPORTIONAL_DF,
    catalogue.LEVEL_PROPORTIONAL_P,
)

SCORE_TEST: Final = " (the score test of a Cox model with exact ties)"
"""What the log-rank test is where patients do not enter together."""


def group_results(key: Key, observed: Observations, variable: str) -> Iterator[Record | Curve]:
    """Yield the results of each level of a category, their log-rank test and their univariable Cox model.

    Of an endpoint with a competing event: Gray's test, a Fine-Gray model, and the cause-specific Cox model.
    """
    study, known = observed.study, observed.complete([variable])
    for level in study.levels(variable):
        yield from survival_results(replace(key, by_level=level), known.within(variable, level))
    if known.competing is None:
        yield from log_rank_records(key, known, variable)
    else:
        yield from gray_records(key, known, variable)
        yield from fine_gray_records(key, known, variable)
    design, population = known.design(as_they_are([variable])), known.population
    # Each column is a term of the check, so that the test "global" of all terms is that of the variable.
    model, (*levels, whole) = fitted_and_checked(known, design.values, {name: [name] for name in design.columns})
    warning = not_proportional(variable, [variable] if violated(whole, study) else [])
    for ratio in model.terms:
        term = design.columns[ratio.term]
        statistics, told = (catalogue.HAZARD_RATIO, catalogue.HAZARD_RATIO_P), {**known.words, "term": term.words}
        of_level = replace(key, level=term.level)
        yield from hazard_ratio_records(statistics, of_level, ratio, model, population, told, warning=warning)
    told = {**known.words, "by": study.unique_label(variable)}
    if several_levels(study, variable):
        test = likelihood_ratio_test(fitted(known, known.design([]).values), model)
        yield from test_records(UNIVARIABLE_TEST, key, test, population, told)
    yield from test_records(UNIVARIABLE_CHECK, key, whole, population, told)
    for check in levels if several_levels(study, variable) else ():
        term = design.columns[check.term]
        told = {**known.words, "term": term.words}
        yield from test_records(LEVEL_CHECK, replace(key, level=term.level), check, population, told)


def subgroup_results(key: Key, observed: Observations) -> Iterator[Record | Curve]:
    """Yield the groups of a category compared in each level of another, and whether their ratios differ between them.

    The key names both: the groups as `by`, the other category as `within`.
    """
    groups, within = str(key.by), str(key.within)
    for level in observed.study.levels(within):
        part, patients = replace(key, within_level=level), observed.within(within, level)
        yield from survival_counts(part, patients)
        yield from group_results(part, patients, groups)
    yield interaction_record(key, observed, groups, within)


def log_rank_records(key: Key, observed: Observations, variable: str) -> Iterator[Record]:
    """Yield the log-rank test of the levels of a category."""
    statistic: float | None = None
    df, p_value, reason = 0, statistic, NO_PATIENTS
    if observed.population.n:
        groups = observed.frame[variable].astype(str)
        test = log_rank(observed.time, observed.event, groups, entry=observed.entry)
        statistic, df, p_value, reason = test.statistic, test.df, test.p_value, test.reason or ""
    words = {**observed.words, "by": observed.study.unique_label(variable)}
    if observed.entry is not None:
        words["options"] += SCORE_TEST
    population = observed.population
    yield number(catalogue.LOG_RANK, key, statistic, population, words, reason=reason)
    yield number(catalogue.LOG_RANK_DF, key, df, population, words)
    yield number(catalogue.LOG_RANK_P, key, p_value, population, words, reason=reason)


def interaction_record(key: Key, observed: Observations, exposure: str, subgroup: str) -> Record:
    """Return the likelihood-ratio test of whether the exposure's hazard ratios differ between subgroup levels."""
    known = observed.complete([exposure, subgroup])
    terms = as_they_are([exposure, subgroup])
    product = Term(name=PRODUCT.join((exposure, subgroup)))
    without = fitted(known, known.design(terms).values)
    test = likelihood_ratio_test(without, fitted(known, known.design([*terms, product]).values))
    if any(term.reason == DIVERGES for term in without.terms):
        # Products of a level without events change no likelihood, yet would count as degrees of freedom (so in R).
        test = replace(test, p_value=None, reason=f"a hazard ratio {DIVERGES}")
    labels = {"exposure": known.study.unique_label(exposure), "subgroup": known.study.unique_label(subgroup)}
    words = {**known.words, **labels}
    return number(catalogue.INTERACTION_P, key, test.p_value, known.population, words, reason=test.reason)
