"""Records of who was studied: settings, flow, dates, characteristics, cross tables and follow-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from ..base.snapping import snapped
from ..data.cohort import Cohort
from ..data.joins import FileCounts
from ..results import catalogue
from ..results.keys import REVIEWED, SURVIVORS, Key
from ..results.model import Record
from ..results.records import Population, Words, count, count_and_percent, number, record
from ..statistics.baseline import ALL, NumberSummary, Summary, describe
from ..statistics.chi_square import chi_square
from ..statistics.fisher import fisher_exact
from ..study.condition_words import in_words
from ..study.model import Study
from ..syntax.names import FOLLOW_UP, distinct
from .precision import NumberDecimals, number_decimals
from .printing import follow_up_decimals, printed_follow_up

_SMALL_EXPECTED: Final = 5


def setting_records(study: Study, population: Population) -> Iterator[Record]:
    """Yield the constants of study.toml that prose may name."""
    analysis, time = study.analysis, study.time

    yield number(catalogue.ALPHA, Key(), analysis.alpha, population)
    yield number(catalogue.CONF_LEVEL, Key(), round(100 * analysis.conf_level, 9), population)
    yield record(catalogue.CONF_TYPE, Key(), analysis.conf_type, population)
    words = {"of": time.unit.capitalize()}
    yield number(catalogue.MONTH, Key(), time.month, population, words, unit=time.unit)
    yield number(catalogue.YEAR, Key(), time.year, population, words, unit=time.unit)
    for name, derived in study.categories.items():
        if derived.cut is None:
            continue
        unit = study.variable(derived.cut).unit
        groups = list(derived.levels.values())
        for position, at in enumerate(derived.at):
            key = Key(variable=name, item=str(position + 1) if len(derived.at) > 1 else None)
            words = {"of": study.unique_label(name), "level": groups[position]}
            yield number(catalogue.CUT, key, at, population, words, unit=unit)


def file_records(counts: Iterable[FileCounts], reviewed: Population) -> Iterator[Record]:
    """Yield how many rows were read, and how many patients are in which file, where a patient has a row in several."""
    for found in counts:
        key, words = Key(item=found.join), {"of": found.of if found.join is None else f"{found.join}, {found.of}"}
        yield count(catalogue.ROWS, key, found.rows, Population(found.rows, found.of), words)
        if found.join is not None:
            words = {"of": found.join}
            yield count(catalogue.MATCHED, key, found.matched, reviewed, words, of=reviewed.n)
            yield count(catalogue.UNMATCHED, key, reviewed.n - found.matched, reviewed, words, of=reviewed.n)
            total = Population(found.matched + found.unknown, f"patients in {found.join}")
            yield count(catalogue.UNKNOWN, key, found.unknown, total, words)


def flow_records(study: Study, cohort: Cohort, reviewed: Population, analysed: Population) -> Iterator[Record]:
    """Yield the flow from the patients reviewed to those analysed, a line for each rule of eligibility."""
    words = {"counted": "rows" if study.data.rows is None else "patients"}
    yield count(catalogue.REVIEWED, Key(), reviewed.n, reviewed, words)
    excluded = reviewed.n - analysed.n
    yield count(catalogue.EXCLUDED, Key(), excluded, reviewed, of=reviewed.n)
    reasons = distinct({exclusion.rule: exclusion.reason for exclusion in cohort.exclusions})
    for exclusion in cohort.exclusions:
        key, words = Key(item=exclusion.rule), {"of": reasons[exclusion.rule]}
        yield count(catalogue.EXCLUDED_BY_RULE, key, exclusion.n, reviewed, words, of=reviewed.n)
    yield count(catalogue.ANALYSED, Key(), analysed.n, analysed, of=reviewed.n)


def date_records(study: Study, cohort: Cohort, reviewed: Population, analysed: Population) -> Iterator[Record]:
    """Yield the first and last of each date column, among the reviewed and among the analysed."""
    dates = [name for name, column in study.columns.items() if column.type == "date"]
    for among, frame, population in (
        (REVIEWED, cohort.reviewed, reviewed),
        (None, cohort.analysed, analysed),
    ):
        for name in dates:
            known = frame[name].dropna()
            for statistic, value in ((catalogue.FIRST_DATE, known.min()), (catalogue.LAST_DATE, known.max())):
                yield record(
                    statistic,
                    Key(variable=name, population=among),
                    value.date().isoformat() if len(known) else None,
                    population,
                    {"of": study.unique_label(name)},
                    denominator=len(known),
                    reason=None if len(known) else "no date is known",
                )


def characteristic_records(study: Study, cohort: Cohort, analysed: Population) -> Iterator[Record]:
    """Yield the description of each number and category, over all patients and by the exposure.

    A variable that is expected of some patients only (`among`, `optional`) is described in those.
    """
    exposure = study.analysis.exposure
    by = None if exposure is None else (exposure, list(study.levels(exposure)))
    numbers = [name for name, item in study.variables.items() if item.type == "number"]
    numbers += [FOLLOW_UP] if study.analysis.follow_up is not None else []
    categories = {name: list(item.levels or ()) for name, item in study.variables.items() if item.type == "category"}

    parts = [name for name in (*numbers, *categories) if not cohort.applicable[name].all()]
    everywhere = describe(
        cohort.analysed,
        numbers=[name for name in numbers if name not in parts],
        categories={name: levels for name, levels in categories.items() if name not in parts},
        by=by,
    )
    yield from _described(study, everywhere, cohort.analysed, by, analysed)
    for name in parts:
        part = cohort.analysed[cohort.applicable[name]]
        described = describe(
            part,
            numbers=[name] if name in numbers else [],
            categories={name: categories[name]} if name in categories else {},
            by=by,
        )
        yield from _described(study, described, part, by, analysed.within(len(part), _among(study, name)))


def _among(study: Study, name: str) -> str:
    """Say in words of which patients a variable is expected."""
    derived = study.categories.get(name)
    within = None if derived is None else derived.among
    return "where applicable" if within is None else in_words(within.condition, study)


def _described(
    study: Study,
    described: Mapping[tuple[str | None, str], Summary],
    frame: pd.DataFrame,
    by: tuple[str, Sequence[str]] | None,
    population: Population,
) -> Iterator[Record]:
    medians: defaultdict[str, list[float | None]] = defaultdict(list)  # of each number, in all groups
    for (_, variable), summary in described.items():
        if isinstance(summary, NumberSummary):
            medians[variable].append(summary.median)
    decimals = {variable: _decimals(study, variable, frame, found) for variable, found in medians.items()}
    parts: dict[str | None, Population] = {ALL: population}
    if by is not None:
        for level in by[1]:
            label = f"{study.unique_label(by[0])}: {study.levels(by[0])[level]}"
            parts[level] = population.within(int((frame[by[0]] == level).sum()), label)
    for (group, variable), summary in described.items():
        key = Key(variable=variable)
        if by is not None and group is not ALL:
            key = replace(key, by=by[0], by_level=group)
        yield from _summary(key, summary, decimals.get(variable), study, parts[group])


def _decimals(study: Study, variable: str, frame: pd.DataFrame, medians: Sequence[float | None]) -> NumberDecimals:
    """Return the decimals of a number's statistics, the same in all groups that it is described in."""
    if variable == FOLLOW_UP:
        places = follow_up_decimals(study)
        return NumberDecimals(places, places)
    return number_decimals(frame[variable], medians, study.variable(variable).decimals)


def _summary(
    key: Key, summary: Summary, decimals: NumberDecimals | None, study: Study, population: Population
) -> Iterator[Record]:
    variable = str(key.variable)
    words = {"of": study.unique_label(variable)}
    yield count(catalogue.KNOWN, key, summary.n, population, words, of=population.n)
    missing = (catalogue.MISSING_COUNT, catalogue.MISSING_PERCENT)
    yield from count_and_percent(missing, key, summary.missing, population, words, of=population.n)
    if isinstance(summary, NumberSummary):
        unit = "months" if variable == FOLLOW_UP else study.variable(variable).unit
        assert decimals is not None  # noqa: S101 (those of every number are known)
        moments = _moments(key, summary, decimals, words, unit, population)
        yield from (printed_follow_up(item, study) if variable == FOLLOW_UP else item for item in moments)
        return
    of_level = (catalogue.LEVEL_COUNT, catalogue.LEVEL_PERCENT)
    for level, n in summary.counts.items():
        told = {**words, "level": study.levels(variable)[level]}
        yield from count_and_percent(of_level, replace(key, level=level), n, population, told, of=summary.n)


def _moments(
    key: Key,
    summary: NumberSummary,
    decimals: NumberDecimals,
    words: Words,
    unit: str | None,
    population: Population,
) -> Iterator[Record]:
    known = Population(summary.n, population.text)
    for statistic in catalogue.MOMENTS:
        value, places = getattr(summary, statistic.path), decimals.of(statistic.path)
        yield number(statistic, key, value, known, words, unit=unit, decimals=places, reason="too few values")


def survivor_records(study: Study, cohort: Cohort, analysed: Population) -> Iterator[Record]:
    """Yield the description of follow-up among patients without the event of the endpoint it runs over."""
    alive = cohort.analysed[~cohort.endpoints[str(study.analysis.follow_up)].event]
    survivors = analysed.within(len(alive), "without the event")
    words = {"of": "Follow-up of survivors"}
    key = Key(variable=FOLLOW_UP, population=SURVIVORS)
    yield count(catalogue.SURVIVORS, key, len(alive), survivors, words, of=analysed.n)
    summary = describe(alive, numbers=[FOLLOW_UP], categories={})[ALL, FOLLOW_UP]
    assert isinstance(summary, NumberSummary)  # noqa: S101 (what `describe` returns for a number)
    places = follow_up_decimals(study)
    described = _moments(key, summary, NumberDecimals(places, places), words, "months", survivors)
    yield from (printed_follow_up(item, study) for item in described)


def crosstab_records(study: Study, cohort: Cohort, variable: str, by: str, population: Population) -> Iterator[Record]:
    """Yield the tests of association of two categories, of patients who have both."""
    both = cohort.analysed[[variable, by]].dropna()
    table = pd.crosstab(both[variable], both[by], dropna=False).to_numpy()
    key = Key(variable=variable, by=by)
    words = {"of": study.unique_label(variable), "by": study.unique_label(by)}
    known = Population(len(both), population.text)

    pearson = chi_square(table)
    small = pearson.expected_min is not None and snapped(pearson.expected_min) < _SMALL_EXPECTED
    warning = "an expected count is below 5" if small else None
    for statistic, value in (
        (catalogue.CHI_SQUARE, pearson.statistic),
        (catalogue.CHI_SQUARE_DF, pearson.df),
        (catalogue.CHI_SQUARE_P, pearson.p_value),
        (catalogue.EXPECTED_MIN, pearson.expected_min),
    ):
        yield number(statistic, key, value, known, words, reason=pearson.reason, warning=warning)
    fisher = fisher_exact(table)
    error = fisher.standard_error
    warning = None if error is None else f"simulated, with a Monte Carlo standard error of {error:.1g}"
    yield number(
        catalogue.FISHER_P,
        key,
        fisher.p_value,
        known,
        {**words, "method": fisher.method},
        reason=fisher.reason,
        warning=warning,
    )
