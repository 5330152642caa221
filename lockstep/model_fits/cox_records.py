"""Records of models: Cox fits, estimates of terms, tests of several terms, and the check of proportional hazards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from ..adjustment.pooling import PooledTerm
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..regression.cox import CoxModel, cox_model
from ..regression.cox_fit import CoxFit, fit_cox
from ..regression.fine_gray import fit_fine_gray, proportional_subdistribution_hazards
from ..regression.likelihood_ratio import LikelihoodRatioTest
from ..regression.proportional_hazards import GLOBAL, ProportionalHazardsTest, proportional_hazards_of
from ..regression.regression import RegressionModel, RegressionTerm
from ..regression.wald import WaldTest
from ..results.model import Record
from ..results.records import Population, Words, interval, number
from ..statistics.estimate import Estimate
from ..study.model import Study
from .observations import NO_PATIENTS, Observations
from .pooled_fits import PooledModel

PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class FitOptions:
    """What a model has beside its terms: (n,) columns of strata, and the (n,) clusters of a robust variance.

    `of_subdistribution`: it is a Fine-Gray model, and not a Cox model.
    """

    strata: pd.DataFrame | None = None
    cluster: pd.Series[str] | None = None
    of_subdistribution: bool = False


_PLAIN: Final = FitOptions()


def fitted(observed: Observations, design: pd.DataFrame, options: FitOptions = _PLAIN) -> CoxModel:
    """Fit a Cox model, or a Fine-Gray model; of nobody, return one in which no term can be estimated."""
    if observed.population.n:
        return cox_model(_fit(observed, design, options), conf_level=observed.study.analysis.conf_level)
    return _of_nobody(observed, design)


def fitted_and_checked(
    observed: Observations, design: pd.DataFrame, terms: Mapping[str, Sequence[str]], options: FitOptions = _PLAIN
) -> tuple[CoxModel, tuple[ProportionalHazardsTest, ...]]:
    """Fit a model as `fitted`, and check its proportional hazards, term by term and as a whole.

    There is no check with weights: its variance is that of the model, which takes weights for patients.
    """
    if observed.population.n:
        fit = _fit(observed, design, options)  # once: with many patients it takes longest of all
        model = cox_model(fit, conf_level=observed.study.analysis.conf_level)
        if observed.is_weighted:
            return model, ()
        if options.of_subdistribution:
            return model, proportional_subdistribution_hazards(fit, observed.time, observed.cause, terms=terms)
        return model, proportional_hazards_of(fit, terms=terms)
    checks = tuple(
        ProportionalHazardsTest(term=term, statistic=None, df=0, p_value=None, reason=NO_PATIENTS)
        for term in (*terms, GLOBAL)
    )
    return _of_nobody(observed, design), checks


def _fit(observed: Observations, design: pd.DataFrame, options: FitOptions) -> CoxFit:
    cluster = options.cluster if observed.sets is None else observed.sets
    if options.of_subdistribution:
        return fit_fine_gray(observed.time, observed.cause, design, strata=options.strata, cluster=cluster)
    return fit_cox(
        observed.time,
        observed.event,
        design,
        entry=observed.entry,
        patient=observed.patient,
        strata=options.strata,
        weights=observed.weights,
        cluster=cluster,
        robust=observed.applied is not None,
    )


def _of_nobody(observed: Observations, design: pd.DataFrame) -> CoxModel:
    level = observed.study.analysis.conf_level
    terms = tuple(RegressionTerm(term=name, reason=NO_PATIENTS) for name in design.columns)
    return CoxModel(terms=terms, n=0, events=0, conf_level=level, log_likelihood=None, parameters=0, reason=NO_PATIENTS)


def several_levels(study: Study, variable: str) -> bool:
    """Return whether a variable has several hazard ratios, which only a test of all of them together judges."""
    return len(study.levels(variable)) > PAIR


def stratified_by(study: Study, strata: Sequence[str]) -> str:
    """Say within which categories patients are compared: ", stratified by Site and Sex"; nothing without any."""
    return f", stratified by {' and '.join(map(study.unique_label, strata))}" if strata else ""


def test_records(
    statistics: tuple[Statistic, Statistic, Statistic],
    key: Key,
    test: LikelihoodRatioTest | WaldTest | ProportionalHazardsTest,
    population: Population,
    words: Words,
) -> Iterator[Record]:
    """Yield the statistic, degrees of freedom and P value of a test of a model."""
    for statistic, value in zip(statistics, (test.statistic, test.df, test.p_value), strict=True):
        yield number(statistic, key, value, population, words, reason=test.reason)


def estimate_records(
    statistics: tuple[Statistic, Statistic],
    key: Key,
    term: RegressionTerm | PooledTerm,
    model: CoxModel | RegressionModel | PooledModel,
    population: Population,
    words: Words,
    *,
    unit: str | None = None,
    warning: str | None = None,
) -> Iterator[Record]:
    """Yield the ratio, or difference, and the P value of one term of a model."""
    statistic, p_value = statistics
    yield interval(
        statistic,
        key,
        Estimate(term.estimate, term.conf_low, term.conf_high, term.reason),
        population,
        words,
        n=model.n,
        conf_level=model.conf_level,
        unit=unit,
        warning=warning,
    )
    yield number(p_value, key, term.p_value, population, words, reason=term.reason, warning=warning)


def violated(check: ProportionalHazardsTest, study: Study) -> bool:
    """Return whether a check of proportional hazards is significant."""
    return check.p_value is not None and check.p_value < study.analysis.alpha


def warnings(*found: str | None) -> str | None:
    """Return warnings of one result in one text; None where there is none."""
    return "; ".join(text for text in found if text) or None


def not_proportional(term: str, violated: Sequence[str]) -> str | None:
    """Say of a term's hazard ratio what the check of proportional hazards found, of the term or of its model."""
    if not violated:
        return None
    where = "this variable" if term in violated else "other terms" if violated != [GLOBAL] else "the model as a whole"
    average = "; the hazard ratio is an average over follow-up" if term in violated else ""
    return f"the check of proportional hazards is significant for {where}{average}"
