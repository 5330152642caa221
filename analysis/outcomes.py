"""Records and curves of one endpoint: all patients, by group, within subgroups, adjusted, and its follow-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from .checks import Bools, Floats
from .cohort import Cohort
from .records import Population, count, count_and_percent, interval, number
from .results import Curve, Record
from .study import Endpoint, Study, slug
from .survival import (
    CoxModel,
    Estimate,
    HazardRatio,
    ProportionalHazardsTest,
    cox_regression,
    kaplan_meier,
    likelihood_ratio_test,
    log_rank,
    number_at_risk,
    proportional_hazards_test,
    reverse_kaplan_meier,
)

KAPLAN_MEIER: Final = "Kaplan-Meier estimate, Greenwood variance, log-log confidence interval"
MEDIAN: Final = "Kaplan-Meier median, Brookmeyer-Crowley confidence interval on the log-log scale"
REVERSE: Final = "reverse Kaplan-Meier median (Schemper & Smith 1996), log-log confidence interval"
BEYOND: Final = "patients followed beyond this time without the event, of all patients; not a survival rate"
LOG_RANK: Final = "two-sided log-rank (Mantel-Cox) test"
COX: Final = "Cox proportional-hazards model, Efron ties, Wald confidence interval and test"
INTERACTION: Final = "likelihood-ratio test of the product terms in a Cox model, Efron ties"
PROPORTIONAL: Final = (
    "score test of scaled Schoenfeld residuals against Kaplan-Meier-transformed time (Grambsch & Therneau 1994)"
)

NO_PATIENTS: Final = "no patients"


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
        label = f"{self.study.label(variable)}: {self.study.levels(variable)[level]}"
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
        for variable in variables:
            levels = list(self.study.levels(variable))
            if not levels:
                columns[slug(variable)] = self.frame[variable].astype(float)
            for level in levels[1:]:
                columns[f"{slug(variable)}.{slug(level)}"] = (self.frame[variable] == level).astype(float)
        return pd.DataFrame(columns, index=self.frame.index)


def endpoint_results(
    study: Study, cohort: Cohort, endpoint: Endpoint, analysed: Population
) -> Iterator[Record | Curve]:
    """Yield everything that is reported of one endpoint."""
    outcome = Outcome.of(study, cohort, endpoint, analysed)
    stem, analysis = slug(endpoint.name), study.analysis
    yield from survival_results(stem, outcome)
    exposure, subgroup = analysis.exposure, analysis.subgroup
    for variable in dict.fromkeys([*([exposure] if exposure else []), *analysis.univariate]):
        yield from group_results(f"{stem}.by_{slug(variable)}", outcome, variable)
    if exposure and subgroup:
        for level in study.levels(subgroup):
            part = f"{stem}.by_{slug(exposure)}.in_{slug(subgroup)}.{slug(level)}"
            within = outcome.within(subgroup, level)
            yield from survival_counts(part, within)
            yield from group_results(part, within, exposure)
        yield interaction_record(
            f"{stem}.by_{slug(exposure)}.interaction_{slug(subgroup)}", outcome, exposure, subgroup
        )
    if exposure and analysis.adjust_for:
        yield from adjusted_records(f"{stem}.adjusted", outcome, [exposure, *analysis.adjust_for])


def survival_counts(stem: str, outcome: Outcome) -> Iterator[Record]:
    """Yield patients, events and censorings."""
    label, n, events = outcome.endpoint.label, outcome.population.n, int(outcome.event.sum())
    yield count(f"{stem}.n", n, f"{label}: patients", outcome.population)
    yield count(f"{stem}.events", events, f"{label}: events", outcome.population, of=n)
    yield count(f"{stem}.censored", n - events, f"{label}: censored", outcome.population, of=n)


def survival_results(stem: str, outcome: Outcome) -> Iterator[Record | Curve]:
    """Yield the counts, median, landmark rates and curve of one set of patients."""
    study, endpoint, population = outcome.study, outcome.endpoint, outcome.population
    label, time, level = endpoint.label, study.time, study.analysis.conf_level
    yield from survival_counts(stem, outcome)
    fit = kaplan_meier(outcome.time, outcome.event, conf_level=level) if population.n else None
    nobody = Estimate(value=None, reason=NO_PATIENTS)
    median = fit.median() if fit else nobody
    yield interval(
        f"{stem}.median", "time", median, f"{label}: median", population, MEDIAN, conf_level=level, unit=time.unit
    )
    at = [year * time.year for year in time.landmarks]
    rates = fit.at(at) if fit else [nobody] * len(at)
    for year, when, rate in zip(time.landmarks, at, rates, strict=True):
        name = f"{year:g}y".replace(".", "_")
        text = f"{label} at {year:g} {'year' if year == 1 else 'years'}"
        yield interval(
            f"{stem}.rate.{name}",
            "percent",
            rate,
            text,
            population,
            KAPLAN_MEIER,
            conf_level=level,
            unit="%",
            scale=100,
        )
        beyond = int((outcome.time > when).sum())
        yield from count_and_percent(f"{stem}.followed_beyond.{name}", beyond, text, population, of=population.n)
    if fit is None:
        return
    ticks = [tick * time.per(endpoint.axis.unit) for tick in endpoint.axis.ticks]
    yield Curve(
        id=stem,
        label=label,
        population=population.text,
        n=fit.n,
        unit=time.unit,
        method=KAPLAN_MEIER,
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


def group_results(stem: str, outcome: Outcome, variable: str) -> Iterator[Record | Curve]:
    """Yield the results of each level of a category, their log-rank test and their hazard ratios."""
    study, label = outcome.study, f"{outcome.endpoint.label} by {outcome.study.label(variable)}"
    known = outcome.complete([variable])
    for level in study.levels(variable):
        yield from survival_results(f"{stem}.{slug(level)}", known.within(variable, level))
    yield from log_rank_records(f"{stem}.log_rank", known, variable, label)
    model = fitted(known, known.design([variable]))
    for term in model.terms:
        level = term.term.removeprefix(f"{slug(variable)}.")
        yield from hazard_ratio_records(f"{stem}.cox.{level}", term, model, label, known.population)


def fitted(outcome: Outcome, design: pd.DataFrame) -> CoxModel:
    """Fit a Cox model; of nobody, return one in which no term can be estimated."""
    level = outcome.study.analysis.conf_level
    if outcome.population.n:
        return cox_regression(outcome.time, outcome.event, design, conf_level=level)
    terms = tuple(HazardRatio(term=name, reason=NO_PATIENTS) for name in design.columns)
    return CoxModel(terms=terms, n=0, events=0, conf_level=level, log_likelihood=None, parameters=0, reason=NO_PATIENTS)


def log_rank_records(stem: str, outcome: Outcome, variable: str, label: str) -> Iterator[Record]:
    """Yield the log-rank test of the levels of a category."""
    statistic: float | None = None
    df, p_value, reason = 0, statistic, NO_PATIENTS
    if outcome.population.n:
        test = log_rank(outcome.time, outcome.event, outcome.frame[variable].astype(str))
        statistic, df, p_value, reason = test.statistic, test.df, test.p_value, test.reason or ""
    population = outcome.population
    yield number(f"{stem}.statistic", "statistic", statistic, label, population, LOG_RANK, reason=reason)
    yield number(f"{stem}.df", "count", df, label, population, LOG_RANK)
    yield number(f"{stem}.p_value", "p_value", p_value, label, population, LOG_RANK, reason=reason)


def hazard_ratio_records(
    stem: str, term: HazardRatio, model: CoxModel, label: str, population: Population, warning: str | None = None
) -> Iterator[Record]:
    """Yield the hazard ratio and Wald P value of one term of a model."""
    yield Record(
        id=f"{stem}.hazard_ratio",
        kind="hazard_ratio",
        value=term.hazard_ratio,
        label=label,
        population=population.text,
        n=model.n,
        method=COX,
        conf_low=term.conf_low,
        conf_high=term.conf_high,
        conf_level=model.conf_level,
        reason=term.reason if term.hazard_ratio is None else None,
        warning=warning,
    )
    yield number(
        f"{stem}.p_value", "p_value", term.p_value, label, population, COX, reason=term.reason, warning=warning
    )


def interaction_record(stem: str, outcome: Outcome, exposure: str, subgroup: str) -> Record:
    """Return the likelihood-ratio test of whether the exposure's hazard ratios differ between subgroup levels."""
    known = outcome.complete([exposure, subgroup])
    main = known.design([exposure, subgroup])
    products = {
        f"{a}:{b}": main[a] * main[b]
        for a in known.design([exposure]).columns
        for b in known.design([subgroup]).columns
    }
    test = likelihood_ratio_test(fitted(known, main), fitted(known, main.assign(**products)))
    label = f"{outcome.endpoint.label}: {outcome.study.label(exposure)} x {outcome.study.label(subgroup)}"
    return number(f"{stem}.p_value", "p_value", test.p_value, label, known.population, INTERACTION, reason=test.reason)


def adjusted_records(stem: str, outcome: Outcome, variables: Sequence[str]) -> Iterator[Record]:
    """Yield the multivariable model of one endpoint and the check of its proportional hazards."""
    study, known = outcome.study, outcome.complete(variables)
    design = known.design(variables)
    model = fitted(known, design)
    names = ", ".join(study.label(variable) for variable in variables)
    label = f"{outcome.endpoint.label}, multivariable: {names}"
    yield count(f"{stem}.n", model.n, f"{label}: patients", known.population)
    yield count(f"{stem}.events", model.events, f"{label}: events", known.population, of=model.n)

    groups = {slug(variable): list(known.design([variable]).columns) for variable in variables}
    checks = proportional_hazards_test(known.time, known.event, design, terms=groups) if model.n else _unchecked(groups)
    violated = any(check.p_value is not None and check.p_value < study.analysis.alpha for check in checks)
    warning = "the check of proportional hazards is significant for a term" if violated else None
    for term in model.terms:
        yield from hazard_ratio_records(f"{stem}.{term.term}", term, model, label, known.population, warning)
    for check in checks:
        part, text = f"{stem}.proportional_hazards.{check.term}", f"{label}: proportional hazards, {check.term}"
        yield number(
            f"{part}.statistic", "statistic", check.statistic, text, known.population, PROPORTIONAL, reason=check.reason
        )
        yield number(f"{part}.df", "count", check.df, text, known.population, PROPORTIONAL, reason=check.reason)
        yield number(
            f"{part}.p_value", "p_value", check.p_value, text, known.population, PROPORTIONAL, reason=check.reason
        )


def _unchecked(terms: Iterable[str]) -> tuple[ProportionalHazardsTest, ...]:
    return tuple(
        ProportionalHazardsTest(term=term, statistic=None, df=0, p_value=None, reason=NO_PATIENTS)
        for term in (*terms, "global")
    )


def reverse_follow_up_record(study: Study, cohort: Cohort, population: Population) -> Record:
    """Return the median follow-up by reverse Kaplan-Meier, in months."""
    observed, level = cohort.endpoints[str(study.analysis.follow_up)], study.analysis.conf_level
    median = reverse_kaplan_meier(observed.time, observed.event, conf_level=level).median()
    return interval(
        "follow_up.reverse_km.median",
        "time",
        median,
        "Follow-up: median by reverse Kaplan-Meier",
        population,
        REVERSE,
        conf_level=level,
        unit="months",
        scale=1 / study.time.month,
    )
