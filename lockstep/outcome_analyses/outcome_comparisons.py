"""Records that compare an outcome between groups: differences and ratios, adjusted ones, tests, interaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ..adjusted_analyses.design import as_they_are
from ..catalogue import outcome_catalogue
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..model_fits.cox_records import estimate_records, several_levels, test_records
from ..model_fits.interactions import Interaction, interaction_records
from ..model_fits.observations import OutcomeObservations
from ..model_fits.outcome_fits import MODEL_WORDS, fitted_outcome
from ..model_fits.pooled_fits import (
    POOLED_INTERVAL,
    PooledModel,
    completed_patients,
    imputation_in_words,
    pooled_fit,
    pooled_test_in_words,
)
from ..regression.likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
from ..regression.regression import RegressionModel
from ..regression.wald import WaldTest, wald_test
from ..results.model import Record
from ..results.records import interval, number
from ..statistics.arrays import Floats
from ..statistics.estimate import Estimate
from ..statistics.group_differences import difference_of_means, hodges_lehmann
from ..statistics.group_tests import compare_groups, number_test
from ..statistics.proportions import (
    ODDS_RATIO_INTERVAL,
    RISK_RATIO_INTERVAL,
    EventCount,
    odds_ratio,
    risk_difference,
    risk_ratio,
)
from ..study.models import ModelKind
from .comparisons import adjusted_for
from .group_comparisons import association_records
from .stratified_outcomes import stratified_proportions

RISK_DIFFERENCE_METHOD: Final = "difference of proportions, Newcombe's hybrid score interval"

_ADJUSTED: Final[dict[ModelKind, tuple[Statistic, Statistic]]] = {
    "logistic": (outcome_catalogue.ODDS_RATIO, outcome_catalogue.ODDS_RATIO_P),
    "risk": (outcome_catalogue.RISK_RATIO, outcome_catalogue.RISK_RATIO_P),
    "linear": (outcome_catalogue.MEAN_DIFFERENCE, outcome_catalogue.MEAN_DIFFERENCE_P),
}
_ADJUSTED_TEST: Final = (
    outcome_catalogue.ADJUSTED_TEST,
    outcome_catalogue.ADJUSTED_TEST_DF,
    outcome_catalogue.ADJUSTED_TEST_P,
)


def outcome_differences(
    key: Key, observed: OutcomeObservations, adjust_for: Sequence[str], strata: Sequence[str] = ()
) -> Iterator[Record]:
    """Yield what compares each group but the first with that, and the tests of all groups.

    Parameters
    ----------
    key : has the groups as `by`.
    observed : patients whose group is known.
    adjust_for : variables that ratios and differences of means are adjusted for; there is no adjusted difference of
        risks and no adjusted shift, and none is given then.
    strata : categories within whose levels a binary outcome is compared.
    """
    known = observed.known()
    if strata:
        yield from stratified_proportions(key, known, strata)
        return
    if known.outcome.is_binary:
        if adjust_for or known.applied is not None:
            yield from _adjusted(key, known, "risk", adjust_for)
            yield from _adjusted(key, known, "logistic", adjust_for)
        else:
            yield from _proportions_compared(key, known)
        if known.applied is not None:
            if not adjust_for:
                yield from _risk_differences(key, known)
            return
        by = str(key.by)
        groups = [known.within(by, level).values for level in known.study.levels(by)]
        counts = np.array([[int(values.sum()) for values in groups], [int((1 - values).sum()) for values in groups]])
        words = {"of": known.label, "by": known.study.unique_label(by)}
        yield from association_records(key, counts, known.population, words)
        return
    if adjust_for or known.applied is not None:
        yield from _adjusted(key, known, "linear", adjust_for)
    else:
        yield from _means_compared(key, known)
    if known.applied is None:
        yield from _number_tests(key, known)


def outcome_interaction(key: Key, observed: OutcomeObservations, adjust_for: Sequence[str]) -> Iterator[Record]:
    """Yield whether groups (`by`) differ otherwise in one level of a category (`within`) than in another.

    By the odds ratios of a binary outcome, and the differences of means of a number.
    """
    kind: ModelKind = "logistic" if observed.outcome.is_binary else "linear"
    model = f"a {MODEL_WORDS[kind]['regression']}{observed.options}{adjusted_for(observed.study, tuple(adjust_for))}"
    asked = Interaction(
        groups=str(key.by), within=str(key.within), kind=kind, model=model, adjust_for=tuple(adjust_for)
    )
    yield from interaction_records(
        key, observed.known(), asked, lambda part, design: fitted_outcome(part, design, kind)
    )


def _pairs(known: OutcomeObservations, groups: str) -> Iterator[tuple[str, str, Floats, Floats]]:
    """Yield each level but the first, "Arm: B vs A", its values and those of the first."""
    label, (first, *others) = known.study.unique_label(groups), known.study.levels(groups).items()
    reference = known.within(groups, first[0]).values
    for level, text in others:
        yield level, f"{label}: {text} vs {first[1]}", known.within(groups, level).values, reference


def _proportions_compared(key: Key, known: OutcomeObservations) -> Iterator[Record]:
    level = known.study.analysis.conf_level
    for name, words, group, reference in _pairs(known, str(key.by)):
        ones, others = (EventCount(int(values.sum()), len(values)) for values in (group, reference))
        told = {"of": known.label, "term": words, "method": RISK_DIFFERENCE_METHOD}
        of_level = replace(key, level=name)
        n = len(group) + len(reference)
        difference = risk_difference(ones, others, conf_level=level)
        yield interval(
            outcome_catalogue.RISK_DIFFERENCE,
            of_level,
            difference,
            known.population,
            told,
            n=n,
            conf_level=level,
            scale=100,
        )
        for statistic, ratio, method in (
            (outcome_catalogue.RISK_RATIO, risk_ratio, f"ratio of proportions, {RISK_RATIO_INTERVAL}"),
            (outcome_catalogue.ODDS_RATIO, odds_ratio, f"ratio of odds, {ODDS_RATIO_INTERVAL}"),
        ):
            estimate = ratio(ones, others, conf_level=level)
            yield interval(
                statistic, of_level, estimate, known.population, {**told, "method": method}, n=n, conf_level=level
            )


def _means_compared(key: Key, known: OutcomeObservations) -> Iterator[Record]:
    level = known.study.analysis.conf_level
    by_statistic: tuple[tuple[Statistic, Callable[..., Estimate]], ...] = (
        (outcome_catalogue.MEAN_DIFFERENCE, difference_of_means),
        (outcome_catalogue.SHIFT, hodges_lehmann),
    )
    for name, words, group, reference in _pairs(known, str(key.by)):
        told = {"of": known.label, "term": words, "method": "difference of means, Welch's t interval"}
        for statistic, compare in by_statistic:
            yield interval(
                statistic,
                replace(key, level=name),
                compare(group, reference, conf_level=level),
                known.population,
                told,
                n=len(group) + len(reference),
                conf_level=level,
                unit=known.unit,
            )


def _number_tests(key: Key, known: OutcomeObservations) -> Iterator[Record]:
    study, groups = known.study, str(key.by)
    values = [known.within(groups, level).values for level in study.levels(groups)]
    words = {"of": known.label, "by": study.unique_label(groups)}
    with_values = sum(bool(len(each)) for each in values)
    tests = (
        (outcome_catalogue.MEAN_TEST, outcome_catalogue.MEAN_TEST_P, number_test(with_values, "mean")),
        (outcome_catalogue.RANK_TEST, outcome_catalogue.RANK_TEST_P, number_test(with_values, "median")),
    )
    for statistic, p_value, name in tests:
        test = compare_groups(values, name)
        told = {**words, "method": test.method}
        yield number(statistic, key, test.statistic, known.population, told, reason=test.reason)
        yield number(p_value, key, test.p_value, known.population, told, reason=test.reason)


def _risk_differences(key: Key, known: OutcomeObservations) -> Iterator[Record]:
    """Yield the difference of risks of each level of weighted or matched groups: that of means of 0 and 1."""
    design = known.design(as_they_are([str(key.by)]))
    model = fitted_outcome(known, design.values, "linear")
    for term in model.terms:
        column = design.columns[term.term]
        words = {
            "of": known.label,
            "term": column.words,
            "method": f"linear regression of the risk{known.options}, t confidence interval",
        }
        yield interval(
            outcome_catalogue.RISK_DIFFERENCE,
            replace(key, level=column.level),
            Estimate(term.estimate, term.conf_low, term.conf_high, term.reason),
            known.population,
            words,
            n=model.n,
            conf_level=model.conf_level,
            scale=100,
        )


def _adjusted(key: Key, known: OutcomeObservations, kind: ModelKind, adjust_for: Sequence[str]) -> Iterator[Record]:
    """Yield the adjusted ratio, or difference of means, of each level of the groups.

    Of several groups also the test of all of them together: of odds ratios by the likelihood ratio, of means by F.
    """
    groups = str(key.by)
    variables, said = [groups, *adjust_for], MODEL_WORDS[kind]
    terms = as_they_are(variables)
    model: RegressionModel | PooledModel
    options = known.options
    if known.completed:
        complete, parts = completed_patients(known, variables)
        design, model = pooled_fit(
            complete, parts, terms, kind, lambda part, values: fitted_outcome(part, values, kind)
        )
        options, of_estimates = options + imputation_in_words(known.study, complete, variables), POOLED_INTERVAL
    else:
        complete = known.complete(variables)
        design = complete.design(terms)
        model, of_estimates = fitted_outcome(complete, design.values, kind), said["interval"]
    method = f"{said['regression']}{options}, {of_estimates}{adjusted_for(known.study, tuple(adjust_for))}"
    for term in model.terms:
        column = design.columns[term.term]
        if column.term == groups:
            words = {"of": known.label, "term": column.words, "method": method}
            yield from estimate_records(
                _ADJUSTED[kind],
                replace(key, level=column.level),
                term,
                model,
                complete.population,
                words,
                unit=known.unit,
            )
    if several_levels(known.study, groups) and kind != "risk":
        of_groups = design.of(groups)
        test: WaldTest | LikelihoodRatioTest
        if isinstance(model, PooledModel):
            test = model.test(of_groups)
            name = pooled_test_in_words(test)
        elif kind == "linear":
            test, name = wald_test(model, of_groups), "F"
        else:
            smaller = fitted_outcome(complete, design.values.drop(columns=of_groups), kind)
            test, name = likelihood_ratio_test(smaller, model), "likelihood-ratio"
        adjusted = adjusted_for(known.study, tuple(adjust_for))
        words = {
            "of": known.label,
            "by": known.study.unique_label(groups),
            "method": f"{name} test of all groups together, in a {said['regression']}{options}{adjusted}",
        }
        yield from test_records(_ADJUSTED_TEST, key, test, complete.population, words)
