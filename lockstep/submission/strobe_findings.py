"""What results say on STROBE's items on results: 13 to 16."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from ..catalogue import catalogue, competing_catalogue, outcome_catalogue
from ..catalogue.keys import Key
from ..study.models import ADJUSTED
from ..syntax.names import FOLLOW_UP
from ..text import numbers
from ..text.level_names import level_name
from ..text.style import NBSP
from .strobe_study import Fact, PrintedStudy

_COMPARED: Final = (
    (catalogue.HAZARD_RATIO, "hazard ratio"),
    (outcome_catalogue.RISK_DIFFERENCE, "difference of risks"),
    (outcome_catalogue.RISK_RATIO, "risk ratio"),
    (outcome_catalogue.ODDS_RATIO, "odds ratio"),
    (outcome_catalogue.MEAN_DIFFERENCE, "difference of means"),
)


def _flow(printed: PrintedStudy) -> Iterator[Fact]:
    flow = [printed.find(count.of()) for count in (catalogue.REVIEWED, catalogue.EXCLUDED, catalogue.ANALYSED)]
    found = [record for record in flow if record]
    if len(found) == len(flow):
        reviewed, excluded, analysed = map(printed.count, found)
        text = f"{reviewed} reviewed − {excluded} excluded = {analysed} in the analysis."
        yield Fact(text, tuple(record.id for record in found))


def _reasons(printed: PrintedStudy) -> Iterator[Fact]:
    for rule in printed.study.eligibility:
        if record := printed.find(catalogue.EXCLUDED_BY_RULE.of(item=rule.name)):
            yield Fact(f"{rule.reason[:1].upper()}{rule.reason[1:]}: {printed.count(record)}.", (record.id,))


def _characteristics(printed: PrintedStudy) -> Iterator[Fact]:
    described = list(dict.fromkeys(name for table in printed.study.tables.values() for name in table.variables))
    if described:
        yield Fact(f"In tables: {printed.labels(described)}.")


def _missing_by_variable(printed: PrintedStudy) -> Iterator[Fact]:
    found = list(printed.missing_counts())
    if found:
        parts = (f"{printed.study.label(name)} {printed.count(record)}" for name, record in found)
        everybody = printed.everybody(found[0][1])
        yield Fact(f"Missing, of {everybody}: {'; '.join(parts)}.", tuple(record.id for _, record in found))


def _follow_up(printed: PrintedStudy) -> Iterator[Fact]:
    statistics = (catalogue.MEDIAN, catalogue.MIN, catalogue.MAX, catalogue.REVERSE_MEDIAN)
    median, low, high, reverse = (printed.find(statistic.of(variable=FOLLOW_UP)) for statistic in statistics)
    if median and low and high:
        span = numbers.span_text(printed.count(low), printed.count(high), printed.style)
        yield Fact(f"Observed: median {printed.print(median)}, range {span}.", (median.id, low.id, high.id))
    if reverse:
        yield Fact(f"Reverse Kaplan–Meier: median {printed.print(reverse)}.", (reverse.id,))


def event_facts(printed: PrintedStudy, *, by_group: bool = True) -> Iterator[Fact]:
    """How many patients had each endpoint, and the event that competes with it; in each group of the exposure too."""
    exposure = printed.study.analysis.exposure
    for endpoint in printed.study.endpoints.values():
        key = catalogue.EVENTS.of(endpoint=endpoint.name)
        events = printed.find(key)
        if events is None:
            continue
        text, ids = f"{endpoint.label}: {printed.of(events)} had the event", [events.id]
        if endpoint.competing and (competing := printed.find(competing_catalogue.COMPETING.of(endpoint=endpoint.name))):
            text += f", {printed.of(competing)} the competing event ({endpoint.competing.label})"
            ids.append(competing.id)
        for level, label in printed.study.levels(exposure).items() if exposure and by_group else ():
            if record := printed.find(replace(key, by=exposure, by_level=level)):
                text += f"; {level_name(printed.study.label(exposure or ''), label)}, {printed.of(record)}"
                ids.append(record.id)
        yield Fact(f"{text}.", tuple(ids))


def _estimates(printed: PrintedStudy) -> Iterator[Fact]:
    """Unadjusted and adjusted hazard ratios of the exposure, for each endpoint; ratios of named comparisons."""
    yield from _of_exposure(printed)
    for comparison in printed.comparisons:
        (_, reference), *others = printed.study.levels(comparison.groups).items()
        for name in (*comparison.endpoints, *comparison.outcomes):
            for level, label in others:
                key = Key(endpoint=name, by=comparison.groups, level=level, analysis=comparison.name)
                for statistic, what in _COMPARED:
                    if record := printed.find(statistic.of(key)):
                        compared = f"{level_name(printed.study.label(comparison.groups), label)} vs {reference}"
                        words = f"{printed.study.measured[name].label}, {what}, {compared}{printed.design(comparison)}"
                        yield Fact(f"{words}: {printed.print(record)}.", (record.id,))


def _of_exposure(printed: PrintedStudy) -> Iterator[Fact]:
    exposure = printed.study.analysis.exposure
    if not exposure:
        return
    labels = printed.study.levels(exposure)
    reference = next(iter(labels.values()))
    for endpoint in printed.study.endpoints.values():
        for level, label in list(labels.items())[1:]:
            key = Key(endpoint=endpoint.name, level=level)
            keys = {
                "unadjusted": catalogue.HAZARD_RATIO.of(key, by=exposure),
                "adjusted": catalogue.MODEL_RATIO.of(key, analysis=ADJUSTED, variable=exposure),
            }
            found = {word: record for word, key in keys.items() if (record := printed.find(key))}
            if found:
                parts = (f"{word} {printed.print(record)}" for word, record in found.items())
                compared = f"{level_name(printed.study.label(exposure), label)} vs {reference}"
                ratio = "cause-specific hazard ratio" if endpoint.competing else "hazard ratio"
                text = f"{endpoint.label}, {ratio}, {compared}: {'; '.join(parts)}."
                yield Fact(text, tuple(record.id for record in found.values()))


def _rates(printed: PrintedStudy) -> Iterator[Fact]:
    """Survival by exposure at the last landmark; where events compete, cumulative incidence."""
    exposure, landmarks = printed.study.analysis.exposure, printed.study.time.landmarks
    if not (exposure and landmarks):
        return
    for endpoint in printed.study.endpoints.values():
        rate = competing_catalogue.INCIDENCE if endpoint.competing else catalogue.SURVIVAL_RATE
        key = rate.of(endpoint=endpoint.name, by=exposure, at=landmarks[-1])
        levels = printed.study.levels(exposure).items()
        found = {label: record for level, label in levels if (record := printed.find(replace(key, by_level=level)))}
        if found:
            variable = printed.study.label(exposure)
            parts = (f"{level_name(variable, label)}, {printed.print(record)}" for label, record in found.items())
            ids = tuple(record.id for record in found.values())
            at, unit = printed.study.time.landmark(landmarks[-1], endpoint.print_unit)
            units = (numbers.one_unit_text if at == 1 else numbers.unit_text)(unit, printed.style)
            what = f"{endpoint.label}, cumulative incidence" if endpoint.competing else endpoint.label
            yield Fact(f"{what} at {at:g}{NBSP}{units}: {'; '.join(parts)}.", ids)


FACTS_OF_RESULTS: Final[Mapping[str, Callable[[PrintedStudy], Iterator[Fact]]]] = {
    "13a": _flow,
    "13b": _reasons,
    "14a": _characteristics,
    "14b": _missing_by_variable,
    "14c": _follow_up,
    "15": event_facts,
    "16a": _estimates,
    "16c": _rates,
}
"""By item: what can be said of it."""
