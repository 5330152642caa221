"""Records and curves of one endpoint: all patients, by group, within subgroups, adjusted, and its follow-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import pandas as pd

from ..base.snapping import snapped
from ..data.cohort import Cohort
from ..results import catalogue
from ..results.catalogue import KAPLAN_MEIER_CURVE, Statistic
from ..results.keys import ADJUSTED, Key
from ..results.model import Curve, Record
from ..results.records import Population, Words, count, interval, number
from ..statistics.arrays import Bools, Floats
from ..statistics.cox import (
    DIVERGES,
    CoxModel,
    HazardRatio,
    LikelihoodRatioTest,
    cox_model,
    cox_regression,
    fit_cox,
    likelihood_ratio_test,
)
from ..statistics.estimate import Estimate
from ..statistics.log_rank import log_rank
from ..statistics.proportional_hazards import GLOBAL, ProportionalHazardsTest, proportional_hazards_of
from ..statistics.survival import kaplan_meier, number_at_risk, reverse_kaplan_meier
from ..study.analysis import ALL_TERMS
from ..study.endpoints import Endpoint
from ..study.model import Study
from ..syntax.names import FOLLOW_UP

NO_PATIENTS: Final = "no patients"
PAIR: Final = 2
UNIVARIABLE_TEST: Final = (
    catalogue.LIKELIHOOD_RATIO,
    catalogue.LIKELIHOOD_RATIO_DF,
    catalogue.LIKELIHOOD_RATIO_P,
)
MULTIVARIABLE_TEST: Final = (
    catalogue.ADJUSTED_LIKELIHOOD_RATIO,
    catalogue.ADJUSTED_LIKELIHOOD_RATIO_DF,
    catalogue.ADJUSTED_LIKELIHOOD_RATIO_P,
)
UNIVARIABLE_CHECK: Final = (catalogue.PROPORTIONAL, catalogue.PROPORTIONAL_DF, catalogue.PROPORTIONAL_P)
LEVEL_CHECK: Final = (
    catalogue.LEVEL_PROPORTIONAL,
    catalogue.LEVEL_PROPORTIONAL_DF,
    catalogue.LEVEL_PROPORTIONAL_P,
)
MULTIVARIABLE_CHECK: Final = (
    catalogue.ADJUSTED_PROPORTIONAL,
    catalogue.ADJUSTED_PROPORTIONAL_DF,
    catalogue.ADJUSTED_PROPORTIONAL_P,
)


class Term(NamedTuple):
    """A column of a model's design: its variable, the level that it indicates, and "Gender: Female vs Male"."""

    variable: str
    level: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An endpoint's observations of a set of patients: `frame` holds the covariates, `time` and `event` the outcome."""

    study: Study
    endpoint: Endpoint
    frame: pd.DataFrame
    time: Floats
    event: Bools
    population: Population

    @classmethod
    def of(cls, study: Study, cohort: Cohort, endpoint: Endpoint, population: Population) -> Outcome:
        """Return an endpoint's observations of all patients analysed."""
        observed = cohort.endpoints[endpoint.name]
        return cls(study, endpoint, cohort.analysed, observed.time, observed.event, population)

    def within(self, variable: str, level: str) -> Outcome:
        """Return the patients with one level of a category."""
        keep = (self.frame[variable] == level).to_numpy(dtype=bool)
        label = f"{self.study.unique_label(variable)}: {self.study.levels(variable)[level]}"
        population = self.population.within(int(keep.sum()), label)
        return Outcome(self.study, self.endpoint, self.frame[keep], self.time[keep], self.event[keep], population)

    def complete(self, variables: Sequence[str]) -> Outcome:
        """Return the patients with a value of every one of these variables."""
        keep = self.frame[list(variables)].notna().all(axis=1).to_numpy(dtype=bool)
        population = self.population if keep.all() else self.population.within(int(keep.sum()), "complete cases")
        return Outcome(self.study, self.endpoint, self.frame[keep], self.time[keep], self.event[keep], population)

    def design(self, variables: Sequence[str]) -> pd.DataFrame:
        """Return design columns: numbers as they are, a category as an indicator of each level but the first."""
        columns: dict[str, pd.Series[float]] = {}
        for name, term in self.terms(variables).items():
            values = self.frame[term.variable]
            columns[name] = values.astype(float) if term.level is None else (values == term.level).astype(float)
        return pd.DataFrame(columns, index=self.frame.index)

    @property
    def label(self) -> str:
        """The endpoint's name in records."""
        return self.study.unique_endpoint_label(self.endpoint.name)

    def terms(self, variables: Sequence[str]) -> dict[str, Term]:
        """Return the term of each design column, by its name."""
        terms: dict[str, Term] = {}
        for variable in variables:
            label, levels = self.study.unique_label(variable), list(self.study.levels(variable).items())
            if not levels:
                unit = self.study.columns[variable].unit
                terms[Key(variable=variable).id] = Term(
                    variable, None, f"{label}, per unit" + (f" ({unit})" if unit else "")
                )
            for level, text in levels[1:]:
                name = Key(variable=variable, level=level).id
                terms[name] = Term(variable, level, f"{label}: {text} vs {levels[0][1]}")
        return terms


def endpoint_results(
    study: Study, cohort: Cohort, endpoint: Endpoint, analysed: Population
) -> Iterator[Record | Curve]:
    """Yield everything that is reported of one endpoint."""
    outcome = Outcome.of(study, cohort, endpoint, analysed)
    key, analysis = Key(endpoint=endpoint.name), study.analysis
    yield from survival_results(key, outcome)
    exposure, subgroup = analysis.exposure, analysis.subgroup
    for variable in dict.fromkeys([*([exposure] if exposure else []), *analysis.univariate]):
        yield from group_results(replace(key, by=variable), outcome, variable)
    if exposure and subgroup:
        compared = replace(key, by=exposure, within=subgroup)
        for level in study.levels(subgroup):
            part, within = replace(compared, within_level=level), outcome.within(subgroup, level)
            yield from survival_counts(part, within)
            yield from group_results(part, within, exposure)
        yield interaction_record(compared, outcome, exposure, subgroup)
    if exposure and analysis.adjust_for:
        yield from adjusted_records(replace(key, analysis=ADJUSTED), outcome, [exposure, *analysis.adjust_for])


def survival_counts(key: Key, outcome: Outcome) -> Iterator[Record]:
    """Yield patients, events and censorings."""
    n, events, words = outcome.population.n, int(outcome.event.sum()), {"of": outcome.label}
    yield count(catalogue.PATIENTS, key, n, outcome.population, words)
    yield count(catalogue.EVENTS, key, events, outcome.population, words, of=n)
    yield count(catalogue.CENSORED, key, n - events, outcome.population, words, of=n)


def survival_results(key: Key, outcome: Outcome) -> Iterator[Record | Curve]:
    """Yield the counts, median, landmark rates and curve of one set of patients."""
    study, endpoint, population = outcome.study, outcome.endpoint, outcome.population
    time, level, conf_type = study.time, study.analysis.conf_level, study.analysis.conf_type
    words = {"of": outcome.label, "conf_type": conf_type}
    yield from survival_counts(key, outcome)
    fit = None
    if population.n:
        fit = kaplan_meier(outcome.time, outcome.event, conf_level=level, conf_type=conf_type)
    nobody = Estimate(value=None, reason=NO_PATIENTS)
    median = fit.median() if fit else nobody
    yield interval(catalogue.SURVIVAL_MEDIAN, key, median, population, words, conf_level=level, unit=time.unit)
    at = [snapped(year * time.year) for year in time.landmarks]
    rates = fit.at(at) if fit else [nobody] * len(at)
    for year, rate in zip(time.landmarks, rates, strict=True):
        told = {**words, "at": f"{year:g} {'year' if year == 1 else 'years'}"}
        yield interval(
            catalogue.SURVIVAL_RATE, replace(key, at=year), rate, population, told, conf_level=level, scale=100
        )
    if fit is None:
        return
    ticks = [snapped(tick * time.per(endpoint.axis.unit)) for tick in endpoint.axis.ticks]
    yield Curve(
        key=key,
        label=f"{outcome.label}: Kaplan-Meier curve",
        population=population.text,
        n=fit.n,
        unit=time.unit,
        method=KAPLAN_MEIER_CURVE.format(conf_type=conf_type),
        conf_level=level,
        time=fit.time,
        survival=fit.survival,
        conf_low=fit.conf_low,
        conf_high=fit.conf_high,
        n_at_risk=fit.n_at_risk,
        n_events=fit.n_events,
        n_censored=fit.n_censored,
        risk_table=number_at_risk(outcome.time, outcome.event, ticks),
    )


def group_results(key: Key, outcome: Outcome, variable: str) -> Iterator[Record | Curve]:
    """Yield the results of each level of a category, their log-rank test and their univariable Cox model."""
    study, known = outcome.study, outcome.complete([variable])
    for level in study.levels(variable):
        yield from survival_results(replace(key, by_level=level), known.within(variable, level))
    yield from log_rank_records(key, known, variable)
    design, terms, population = known.design([variable]), known.terms([variable]), known.population
    # Each column is a term of the check, so that the test "global" of all terms is that of the variable.
    model, (*levels, whole) = fitted_and_checked(known, design, {name: [name] for name in design.columns})
    warning = _not_proportional(variable, [variable] if _violated(whole, study) else [])
    for ratio in model.terms:
        term = terms[ratio.term]
        statistics, told = (catalogue.HAZARD_RATIO, catalogue.HAZARD_RATIO_P), {"of": known.label, "term": term.words}
        of_level = replace(key, level=term.level)
        yield from hazard_ratio_records(statistics, of_level, ratio, model, population, told, warning=warning)
    told = {"of": known.label, "by": study.unique_label(variable)}
    if several_levels(study, variable):
        test = likelihood_ratio_test(fitted(known, known.design([])), model)
        yield from test_records(UNIVARIABLE_TEST, key, test, population, told)
    yield from test_records(UNIVARIABLE_CHECK, key, whole, population, told)
    for check in levels if several_levels(study, variable) else ():
        term = terms[check.term]
        told = {"of": known.label, "term": term.words}
        yield from test_records(LEVEL_CHECK, replace(key, level=term.level), check, population, told)


def fitted(outcome: Outcome, design: pd.DataFrame) -> CoxModel:
    """Fit a Cox model; of nobody, return one in which no term can be estimated."""
    level = outcome.study.analysis.conf_level
    if outcome.population.n:
        return cox_regression(outcome.time, outcome.event, design, conf_level=level)
    terms = tuple(HazardRatio(term=name, reason=NO_PATIENTS) for name in design.columns)
    return CoxModel(terms=terms, n=0, events=0, conf_level=level, log_likelihood=None, parameters=0, reason=NO_PATIENTS)


def log_rank_records(key: Key, outcome: Outcome, variable: str) -> Iterator[Record]:
    """Yield the log-rank test of the levels of a category."""
    statistic: float | None = None
    df, p_value, reason = 0, statistic, NO_PATIENTS
    if outcome.population.n:
        test = log_rank(outcome.time, outcome.event, outcome.frame[variable].astype(str))
        statistic, df, p_value, reason = test.statistic, test.df, test.p_value, test.reason or ""
    words = {"of": outcome.label, "by": outcome.study.unique_label(variable)}
    population = outcome.population
    yield number(catalogue.LOG_RANK, key, statistic, population, words, reason=reason)
    yield number(catalogue.LOG_RANK_DF, key, df, population, words)
    yield number(catalogue.LOG_RANK_P, key, p_value, population, words, reason=reason)


def several_levels(study: Study, variable: str) -> bool:
    """Return whether a variable has several hazard ratios, which only a test of all of them together judges."""
    return len(study.levels(variable)) > PAIR


def test_records(
    statistics: tuple[Statistic, Statistic, Statistic],
    key: Key,
    test: LikelihoodRatioTest | ProportionalHazardsTest,
    population: Population,
    words: Words,
) -> Iterator[Record]:
    """Yield the statistic, degrees of freedom and P value of a test of a model."""
    for statistic, value in zip(statistics, (test.statistic, test.df, test.p_value), strict=True):
        yield number(statistic, key, value, population, words, reason=test.reason)


def hazard_ratio_records(
    statistics: tuple[Statistic, Statistic],
    key: Key,
    term: HazardRatio,
    model: CoxModel,
    population: Population,
    words: Words,
    *,
    warning: str | None = None,
) -> Iterator[Record]:
    """Yield the hazard ratio and Wald P value of one term of a model."""
    ratio, p_value = statistics
    estimate = Estimate(term.hazard_ratio, term.conf_low, term.conf_high, term.reason)
    yield interval(
        ratio,
        key,
        estimate,
        population,
        words,
        n=model.n,
        conf_level=model.conf_level,
        warning=warning,
    )
    yield number(p_value, key, term.p_value, population, words, reason=term.reason, warning=warning)


def interaction_record(key: Key, outcome: Outcome, exposure: str, subgroup: str) -> Record:
    """Return the likelihood-ratio test of whether the exposure's hazard ratios differ between subgroup levels."""
    known = outcome.complete([exposure, subgroup])
    main = known.design([exposure, subgroup])
    products = {
        f"{a}:{b}": main[a] * main[b]
        for a in known.design([exposure]).columns
        for b in known.design([subgroup]).columns
    }
    without = fitted(known, main)
    test = likelihood_ratio_test(without, fitted(known, main.assign(**products)))
    if any(term.reason == DIVERGES for term in without.terms):
        # Products of a level without events change no likelihood, yet would count as degrees of freedom (so in R).
        test = replace(test, p_value=None, reason=f"a hazard ratio {DIVERGES}")
    labels = {"exposure": known.study.unique_label(exposure), "subgroup": known.study.unique_label(subgroup)}
    words = {"of": known.label, **labels}
    return number(catalogue.INTERACTION_P, key, test.p_value, known.population, words, reason=test.reason)


def adjusted_records(key: Key, outcome: Outcome, variables: Sequence[str]) -> Iterator[Record]:
    """Yield the multivariable model of one endpoint and the check of its proportional hazards."""
    study, known, words = outcome.study, outcome.complete(variables), {"of": outcome.label}
    design, terms = known.design(variables), known.terms(variables)
    columns = {name: [column for column, term in terms.items() if term.variable == name] for name in variables}
    model, checks = fitted_and_checked(known, design, columns)
    yield count(catalogue.ADJUSTED_PATIENTS, key, model.n, known.population, words)
    yield count(catalogue.ADJUSTED_EVENTS, key, model.events, known.population, words, of=model.n)

    violated = [check.term for check in checks if _violated(check, study)]
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
            warning=_not_proportional(term.variable, violated),
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


def fitted_and_checked(
    outcome: Outcome, design: pd.DataFrame, terms: Mapping[str, Sequence[str]]
) -> tuple[CoxModel, tuple[ProportionalHazardsTest, ...]]:
    """Fit a Cox model as `fitted`, and check its proportional hazards, term by term and as a whole."""
    if outcome.population.n:
        fit = fit_cox(outcome.time, outcome.event, design)  # once: with many patients it takes longest of all
        model = cox_model(fit, conf_level=outcome.study.analysis.conf_level)
        return model, proportional_hazards_of(fit, terms=terms)
    return fitted(outcome, design), tuple(
        ProportionalHazardsTest(term=term, statistic=None, df=0, p_value=None, reason=NO_PATIENTS)
        for term in (*terms, GLOBAL)
    )


def _violated(check: ProportionalHazardsTest, study: Study) -> bool:
    return check.p_value is not None and check.p_value < study.analysis.alpha


def _not_proportional(term: str, violated: Sequence[str]) -> str | None:
    """Say of a term's hazard ratio what the check of proportional hazards found, of the term or of its model."""
    if not violated:
        return None
    where = "this variable" if term in violated else "other terms" if violated != [GLOBAL] else "the model as a whole"
    average = "; the hazard ratio is an average over follow-up" if term in violated else ""
    return f"the check of proportional hazards is significant for {where}{average}"


def reverse_follow_up_record(study: Study, cohort: Cohort, population: Population) -> Record:
    """Return the median follow-up by reverse Kaplan-Meier, in months."""
    observed, level = cohort.endpoints[str(study.analysis.follow_up)], study.analysis.conf_level
    conf_type = study.analysis.conf_type
    curve = reverse_kaplan_meier(observed.time, observed.event, conf_level=level, conf_type=conf_type)
    median = curve.median()
    return interval(
        catalogue.REVERSE_MEDIAN,
        Key(variable=FOLLOW_UP),
        median,
        population,
        {"of": study.label(FOLLOW_UP), "conf_type": conf_type},
        conf_level=level,
        unit="months",
        decimals=study.time.decimals,
        scale=1 / study.time.month,
    )
