"""Records of who was studied: settings, flow, dates, characteristics and follow-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from ..catalogue import catalogue
from ..catalogue.keys import REVIEWED, SURVIVORS, Key
from ..data.cohort import Cohort
from ..data.joins import FileCounts
from ..outcome_analyses.populations import members_of
from ..outcome_analyses.printing import follow_up_decimals, printed_follow_up
from ..results.model import Record
from ..results.precision import NumberDecimals, number_decimals
from ..results.records import Population, Words, count, count_and_percent, number, record
from ..statistics.baseline import ALL, NumberSummary, Summary, describe
from ..study.condition_words import in_words
from ..study.model import Study
from ..study.tables import Characteristics
from ..syntax.names import FOLLOW_UP, distinct

_ANYBODY: Final = Key()
"""The key of what is of all patients analysed."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some variables of the patients of whom they are expected, over all of them and by the levels of `by`.

    `key` names the population that these are of; `with_all` says whether what is of all of them is reported.
    """

    frame: pd.DataFrame
    population: Population
    by: str | None
    summaries: Mapping[tuple[str | None, str], Summary]
    key: Key
    with_all: bool


def characteristic_records(study: Study, cohort: Cohort, analysed: Population) -> Iterator[Record]:
    """Yield the description of each number and category, over all patients and by the exposure.

    By another category, and in a population, the variables of the tables that ask for it are described. A variable that
    is expected of some patients only (`among`, `optional`) is described in those.
    """
    names = [name for name, item in study.variables.items() if item.type == "number"]
    names += [FOLLOW_UP] if study.analysis.follow_up is not None else []
    names += [name for name, item in study.variables.items() if item.type == "category"]
    parts = list(_parts(study, cohort, names, study.analysis.exposure, analysed))
    for (name, by), variables in _asked_by_tables(study).items():
        patients, population = (cohort, analysed) if name is None else members_of(study, cohort, name, analysed)
        key = Key(population=name)
        parts += _parts(study, patients, variables, by, population, key=key, with_all=by is None)

    medians: defaultdict[str, list[float | None]] = defaultdict(list)  # of each number, in all groups
    for part in parts:
        for (_, variable), summary in part.summaries.items():
            if isinstance(summary, NumberSummary):
                medians[variable].append(summary["median"])
    decimals = {variable: _decimals(study, variable, cohort.analysed, found) for variable, found in medians.items()}
    for part in parts:
        yield from _described(study, part, decimals)


def _asked_by_tables(study: Study) -> dict[tuple[str | None, str | None], list[str]]:
    """Return the variables that tables describe in a population, or by another category than the exposure.

    The keys are the population, None for all patients, and the category, None for its patients together.
    """
    found: defaultdict[tuple[str | None, str | None], dict[str, None]] = defaultdict(dict)
    for table in study.tables.values():
        if not isinstance(table, Characteristics):
            continue
        variables = dict.fromkeys(table.variables)
        if table.population is not None:
            found[table.population, None] |= variables | ({table.by: None} if table.by else {})
        if table.by is not None and (table.population is not None or table.by != study.analysis.exposure):
            found[table.population, table.by] |= variables
    return {place: list(variables) for place, variables in found.items()}


def _parts(
    study: Study,
    cohort: Cohort,
    names: Sequence[str],
    by: str | None,
    population: Population,
    *,
    key: Key = _ANYBODY,
    with_all: bool = True,
) -> Iterator[_Part]:
    """Yield the description of some variables: of those that all patients can have, then of each of the others."""
    partial = [name for name in names if not cohort.applicable[name].all()]
    for group in ([name for name in names if name not in partial], *([name] for name in partial)):
        frame, described = cohort.analysed, population
        if group and group[0] in partial:
            frame = frame[cohort.applicable[group[0]]]
            described = population.within(len(frame), _among(study, group[0]))
        summaries = describe(
            frame,
            numbers=[name for name in group if not study.levels(name)],
            categories={name: list(study.levels(name)) for name in group if study.levels(name)},
            by=None if by is None else (by, list(study.levels(by))),
        )
        yield _Part(frame=frame, population=described, by=by, summaries=summaries, key=key, with_all=with_all)


def _among(study: Study, name: str) -> str:
    """Say in words of which patients a variable is expected."""
    derived = study.categories.get(name)
    within = None if derived is None else derived.among
    return "where applicable" if within is None else in_words(within.condition, study)


def _described(study: Study, part: _Part, decimals: Mapping[str, NumberDecimals]) -> Iterator[Record]:
    """Yield the records of a part; without those of all its patients where these are known already."""
    populations: dict[str | None, Population] = {ALL: part.population}
    if part.by is not None:
        for level, label in study.levels(part.by).items():
            text = f"{study.unique_label(part.by)}: {label}"
            populations[level] = part.population.within(int((part.frame[part.by] == level).sum()), text)
    for (group, variable), summary in part.summaries.items():
        key = replace(part.key, variable=variable)
        if group is not ALL:
            key = replace(key, by=part.by, by_level=group)
        if part.with_all or group is not ALL:
            yield from _summary(key, summary, decimals.get(variable), study, populations[group])


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
        value, places = summary[statistic.path], decimals.of(statistic.path)
        yield number(statistic, key, value, known, words, unit=unit, decimals=places, reason="too few values")


def survivor_records(study: Study, cohort: Cohort, analysed: Population) -> Iterator[Record]:
    """Yield the description of follow-up among patients without the event of the endpoint it runs over."""
    alive = cohort.analysed[~cohort.endpoints[str(study.analysis.follow_up)].any_event]
    survivors = analysed.within(len(alive), "without the event")
    words = {"of": "Follow-up of survivors"}
    key = Key(variable=FOLLOW_UP, population=SURVIVORS)
    yield count(catalogue.SURVIVORS, key, len(alive), survivors, words, of=analysed.n)
    summary = describe(alive, numbers=[FOLLOW_UP], categories={})[ALL, FOLLOW_UP]
    assert isinstance(summary, NumberSummary)  # noqa: S101 (what `describe` returns for a number)
    places = follow_up_decimals(study)
    described = _moments(key, summary, NumberDecimals(places, places), words, "months", survivors)
    yield from (printed_follow_up(item, study) for item in described)
