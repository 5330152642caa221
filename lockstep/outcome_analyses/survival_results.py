"""Records and curve of an endpoint in one set of patients: counts, median, landmark rates; and its follow-up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ..adjustment.weighted_survival import weighted_kaplan_meier
from ..base.snapping import snapped
from ..catalogue import catalogue, competing_catalogue
from ..catalogue.catalogue import KAPLAN_MEIER_CURVE
from ..catalogue.keys import Key
from ..data.cohort import Cohort
from ..model_fits.observations import NO_PATIENTS, Observations
from ..results.model import Curve, Record
from ..results.records import Population, count, interval, record
from ..statistics.estimate import Estimate
from ..study.model import Study
from ..survival.kaplan_meier import KaplanMeierEstimate, kaplan_meier, number_at_risk, reverse_kaplan_meier
from ..survival.risk_table import RiskTable
from ..syntax.names import FOLLOW_UP
from .incidence_results import incidence_results
from .printing import printed_follow_up
from .restricted_means import restricted_mean_records

EMPTIED: Final = (
    "all patients at risk had the event before others came under observation, so that the estimate stays at 0; begin "
    "follow-up later (`start`), when enough patients are at risk"
)
"""The warning of a Kaplan-Meier estimate with delayed entry that came down to 0 too early."""


def survival_counts(key: Key, observed: Observations) -> Iterator[Record]:
    """Yield patients, events, competing events where the endpoint has such, and censorings."""
    n, events, words = observed.population.n, int(observed.event.sum()), observed.words
    yield count(catalogue.PATIENTS, key, n, observed.population, words)
    yield count(catalogue.EVENTS, key, events, observed.population, words, of=n)
    if observed.competing is not None:
        yield count(competing_catalogue.COMPETING, key, int(observed.competing.sum()), observed.population, words, of=n)
    if observed.patient is None:  # else who leaves without the event may be in another group from then on
        yield count(catalogue.CENSORED, key, n - int(observed.any_event.sum()), observed.population, words, of=n)


def survival_results(key: Key, observed: Observations) -> Iterator[Record | Curve]:
    """Yield the counts, median, landmark rates and curve of one set of patients.

    Of an endpoint with a competing event these are cumulative incidences.
    """
    study, endpoint, population = observed.study, observed.endpoint, observed.population
    time, level, conf_type = study.time, study.analysis.conf_level, study.analysis.conf_type
    words = {**observed.words, "conf_type": conf_type}
    yield from survival_counts(key, observed)
    if observed.competing is not None:
        yield from incidence_results(key, observed)
        return
    fit = _estimate(observed) if population.n else None
    warning = EMPTIED if fit and fit.emptied else None
    nobody = Estimate(value=None, reason=NO_PATIENTS)
    median = fit.median() if fit else nobody
    yield interval(
        catalogue.SURVIVAL_MEDIAN, key, median, population, words, conf_level=level, unit=time.unit, warning=warning
    )
    at = [time.of_years(year) for year in time.landmarks]
    rates = fit.at(at) if fit else [nobody] * len(at)
    for year, rate in zip(time.landmarks, rates, strict=True):
        told = {**words, "at": time.landmark_words(year, endpoint.print_unit)}
        yield interval(
            catalogue.SURVIVAL_RATE,
            replace(key, at=year),
            rate,
            population,
            told,
            conf_level=level,
            scale=100,
            warning=warning,
        )
    if observed.applied is None:
        yield from restricted_mean_records(key, observed, fit)
    if fit is None:
        return
    ticks = [snapped(tick * time.per(endpoint.axis.unit)) for tick in endpoint.axis.ticks]
    yield Curve(
        key=key,
        label=f"{observed.label}: Kaplan-Meier curve",
        population=population.text,
        n=fit.n,
        unit=time.unit,
        method=KAPLAN_MEIER_CURVE.format_map(words),
        conf_level=level,
        time=fit.time,
        survival=fit.survival,
        conf_low=fit.conf_low,
        conf_high=fit.conf_high,
        n_at_risk=fit.n_at_risk,
        n_events=fit.n_events,
        n_censored=tuple(n - left for n, left in zip(fit.n_censored, _leave_at(observed, fit.time), strict=True)),
        risk_table=_risk_table(observed, ticks),
        delayed_entry=observed.entry is not None,
    )


def _estimate(observed: Observations) -> KaplanMeierEstimate:
    """Return the Kaplan-Meier estimate of some patients, with their weights where they have any."""
    level, conf_type, weights = observed.study.analysis.conf_level, observed.study.analysis.conf_type, observed.weights
    if weights is None:
        return kaplan_meier(observed.time, observed.event, entry=observed.entry, conf_level=level, conf_type=conf_type)
    return weighted_kaplan_meier(
        observed.time, observed.event, weights=weights, cluster=observed.sets, conf_level=level, conf_type=conf_type
    ).curve


def _leave_at(observed: Observations, times: Sequence[float]) -> list[int]:
    """Return how many patients enter another group at each of some times: they are not censored."""
    left = np.array([]) if observed.goes_on is None else observed.time[observed.goes_on]
    return [int(np.sum(left == time)) for time in times]


def _risk_table(observed: Observations, ticks: Sequence[float]) -> RiskTable:
    """Return patients at risk, with the event and censored at ticks; who enters another group is none of these."""
    table = number_at_risk(observed.time, observed.event, ticks, entry=observed.entry)
    if observed.goes_on is None:
        return table
    left = np.searchsorted(np.sort(observed.time[observed.goes_on]), table.time)
    censored = zip(table.n_censored, left.tolist(), strict=True)
    return replace(table, n_censored=tuple(n - before for n, before in censored))


def never_at_risk_record(cohort: Cohort, observed: Observations, analysed: Population) -> Iterator[Record]:
    """Yield how many of the patients analysed were never at risk, of an endpoint with delayed entry."""
    if observed.endpoint.entry is not None:
        n = int((~cohort.endpoints[observed.endpoint.name].at_risk).sum())
        key = Key(endpoint=observed.endpoint.name)
        yield count(catalogue.NEVER_AT_RISK, key, n, analysed, observed.words, of=analysed.n)


def first_event_records(key: Key, observed: Observations) -> Iterator[Record]:
    """Yield which of the events of a composite endpoint came first in how many patients, of all who had one."""
    if observed.patient is not None:
        return  # rows of patients who change from group to group
    events = int(observed.event.sum())
    for label, first in observed.first.items():
        of_event, n = replace(key, item=label), int(first.sum())
        words = {**observed.words, "event": label}
        yield count(catalogue.FIRST_COUNT, of_event, n, observed.population, words, of=events)
        share, reason = (100 * n / events, None) if events else (None, "no event was observed")
        yield record(
            catalogue.FIRST_PERCENT, of_event, share, observed.population, words, denominator=events, reason=reason
        )


def reverse_follow_up_record(study: Study, cohort: Cohort, population: Population) -> Record:
    """Return the median follow-up by reverse Kaplan-Meier, in months; it prints in the unit of its endpoint."""
    observed = Observations.of(study, cohort, study.endpoints[str(study.analysis.follow_up)], population)
    level, conf_type = study.analysis.conf_level, study.analysis.conf_type
    curve = reverse_kaplan_meier(
        observed.time, observed.any_event, entry=observed.entry, conf_level=level, conf_type=conf_type
    )
    median = curve.median()
    record = interval(
        catalogue.REVERSE_MEDIAN,
        Key(variable=FOLLOW_UP),
        median,
        observed.population,
        {**observed.words, "of": study.label(FOLLOW_UP), "conf_type": conf_type},
        conf_level=level,
        unit="months",
        scale=1 / study.time.month,
    )
    return printed_follow_up(record, study)
