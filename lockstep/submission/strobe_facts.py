"""What results and study definition say on an item of the STROBE statement: computed, never typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..results import catalogue, outcome_catalogue
from ..results.keys import REVIEWED, Key
from ..results.model import Record, Results
from ..results.released import NOT_PRINTED, Released
from ..study.comparisons import GroupComparison
from ..study.model import Study
from ..study.models import ADJUSTED, ModelKind
from ..syntax.names import FOLLOW_UP
from ..text import numbers
from ..text.level_names import level_name
from ..text.style import NBSP, Style
from .imputation_facts import imputation_sentences


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, and the ids of the results that it prints."""

    text: str
    ids: tuple[str, ...] = ()


def facts_for(number: str, study: Study, results: Results, style: Style) -> tuple[Fact, ...]:
    """Return the facts on an item; none where nothing can be computed, or the manuscript prints nothing of it."""
    source = _FACTS.get(number)
    return () if source is None else tuple(source(_Known(study, results, style)))


_COMPARED: Final = (
    (catalogue.HAZARD_RATIO, "hazard ratio"),
    (outcome_catalogue.RISK_DIFFERENCE, "difference of risks"),
    (outcome_catalogue.RISK_RATIO, "risk ratio"),
    (outcome_catalogue.ODDS_RATIO, "odds ratio"),
    (outcome_catalogue.MEAN_DIFFERENCE, "difference of means"),
)
_MODELS: Final[Mapping[ModelKind, str]] = {
    "cox": "Cox model",
    "fine_gray": "Fine-Gray model",
    "logistic": "logistic regression",
    "risk": "modified Poisson regression",
    "linear": "linear regression",
}


@dataclass(frozen=True, slots=True)
class _Known:
    """A study with its results, and how numbers are printed."""

    study: Study
    results: Results
    style: Style

    def find(self, key: Key) -> Record | None:
        if key not in self.results:
            return None
        record = self.results[key]
        if isinstance(self.results, Released) and self.results.forms[record.id].text == NOT_PRINTED:
            return None  # it only decides a claim
        return record

    def print(self, record: Record) -> str:
        if isinstance(self.results, Released):
            return self.results.forms[record.id].text
        return numbers.text(record, self.style)

    def count(self, record: Record) -> str:
        return numbers.bare_text(record, self.style)

    def of(self, record: Record) -> str:
        return f"{self.count(record)} of {self.everybody(record)}"

    def everybody(self, record: Record) -> str:
        return numbers.count_text(record.n if record.denominator is None else record.denominator, self.style)

    @property
    def comparisons(self) -> list[GroupComparison]:
        """The comparisons that have a name."""
        return [item for item in self.study.comparisons if item.name is not None]

    @property
    def variables(self) -> list[str]:
        """The variables that tables and models use, in order, the exposure first."""
        analysis, tables = self.study.analysis, self.study.tables.values()
        named = [analysis.exposure, analysis.subgroup, *analysis.univariate, *analysis.adjust_for]
        for item in self.study.comparisons:
            named += [item.groups, *item.within, *item.strata, *item.adjust_for]
        named += [name for model in self.study.models for name in (*model.variables, *model.strata)]
        named += [name for pair in analysis.crosstabs for name in pair]
        named += [name for table in tables for name in table.variables]
        return list(dict.fromkeys(name for name in named if name))


def _dates(known: _Known) -> Iterator[Fact]:
    """Follow-up: first and last of each date from which endpoints count; dates of birth are nobody's business."""
    endpoints = known.study.endpoints.values()
    used = {name for endpoint in endpoints for name in (endpoint.start, *endpoint.end)}
    for name, column in known.study.columns.items():
        if name not in used:
            continue
        for population in (REVIEWED, None):
            key = Key(variable=name, population=population)
            first, last = (known.find(date.of(key)) for date in (catalogue.FIRST_DATE, catalogue.LAST_DATE))
            if first and last and first.value and last.value:
                ends = (numbers.month_text(str(record.value)) for record in (first, last))
                yield Fact(f"{column.label}: {' to '.join(ends)}.", (first.id, last.id))
                break


def _eligibility(known: _Known) -> Iterator[Fact]:
    rules = [rule.reason for rule in known.study.eligibility]
    yield Fact(f"Excluded for: {'; '.join(rules)}." if rules else "No record of the data file was excluded.")


def _definitions(known: _Known) -> Iterator[Fact]:
    study, analysis = known.study, known.study.analysis
    if study.measured:
        yield Fact(f"Outcomes: {_listed(item.label for item in study.measured.values())}.")
    if analysis.exposure:
        levels = _listed(study.levels(analysis.exposure).values())
        yield Fact(f"Exposure: {study.label(analysis.exposure)} ({levels}).")
    if analysis.adjust_for:
        yield Fact(f"Adjusted for: {_labels(known, analysis.adjust_for)}.")
    if analysis.subgroup:
        yield Fact(f"Effect modifier: {study.label(analysis.subgroup)}.")
    for item in known.comparisons:
        levels = _listed(study.levels(item.groups).values())
        yield Fact(f"Compared ({item.name}): {study.label(item.groups)} ({levels}){_with(known, item)}.")


def _with(known: _Known, comparison: GroupComparison) -> str:
    """Say how a comparison is stratified and adjusted, and whose patients it compares."""
    study, parts = known.study, list[str]()
    if comparison.strata:
        parts.append(f"stratified by {_labels(known, comparison.strata)}")
    if comparison.adjust_for:
        parts.append(f"adjusted for {_labels(known, comparison.adjust_for)}")
    if comparison.population is not None:
        parts.append(study.populations[comparison.population].label)
    return "".join(f"; {part}" for part in parts)


def _size(known: _Known) -> Iterator[Fact]:
    if analysed := known.find(catalogue.ANALYSED.of()):
        yield Fact(f"{known.count(analysed)} in the analysis.", (analysed.id,))
    yield from _events(known, by_group=False)


def _queries(known: _Known) -> Iterator[Fact]:
    """How many queries about the data are open, where the manuscript says so."""
    if record := known.find(catalogue.QUERIES.of()):
        yield Fact(f"Open data queries: {known.count(record)}.", (record.id,))


def _boundaries(known: _Known) -> Iterator[Fact]:
    """Where numbers are cut, as study.toml says; the groups in its words."""
    for derived in known.study.categories.values():
        if derived.cut is None:
            continue
        of = known.study.variable(derived.cut).unit
        unit = f"{NBSP}{numbers.unit_text(of, known.style)}" if of else ""
        at = _listed(edge + unit for edge in numbers.alike(derived.at, known.style))
        yield Fact(f"{known.study.label(derived.cut)} cut at {at}: {'; '.join(derived.levels.values())}.")


def _quantitative(known: _Known) -> Iterator[Fact]:
    study = known.study
    entering = [*study.analysis.adjust_for, *(name for item in known.comparisons for name in item.adjust_for)]
    entering += [name for model in study.models for name in model.variables]
    kept = [name for name in dict.fromkeys(entering) if not study.levels(name)]
    if kept:
        yield Fact(f"Continuous in models: {_labels(known, kept)}.")
    yield from _boundaries(known)


def _methods(known: _Known) -> Iterator[Fact]:
    alpha, level = known.find(catalogue.ALPHA.of()), known.find(catalogue.CONF_LEVEL.of())
    if alpha and level:
        text = f"Significance level {known.count(alpha)}, confidence level {known.print(level)}."
        yield Fact(text, (alpha.id, level.id))
    if known.study.analysis.adjust_for:
        yield Fact(f"Models adjusted for: {_labels(known, known.study.analysis.adjust_for)}.")
    for model in known.study.models:
        if model.name != ADJUSTED:
            each = ", each alone" if model.each else ""
            strata = f"; stratified by {_labels(known, model.strata)}" if model.strata else ""
            yield Fact(f"{model.label} ({_MODELS[model.kind]}): {_labels(known, model.variables)}{each}{strata}.")


def _interactions(known: _Known) -> Iterator[Fact]:
    for comparison in known.study.comparisons:
        for within in comparison.within:
            for name in (*comparison.endpoints, *comparison.outcomes):
                key = catalogue.INTERACTION_P.of(
                    endpoint=name, by=comparison.groups, within=within, analysis=comparison.name
                )
                if record := known.find(key):
                    p = numbers.p_text(record.value, known.style)
                    between = f"{known.study.label(comparison.groups)} and {known.study.label(within)}"
                    label = known.study.measured[name].label
                    yield Fact(f"{label}: interaction of {between}, {p}.", (record.id,))


def _subgroups(known: _Known) -> Iterator[Fact]:
    for within in dict.fromkeys(name for item in known.study.comparisons for name in item.within):
        yield Fact(f"Subgroups: {known.study.label(within)} ({'; '.join(known.study.levels(within).values())}).")
    yield from _interactions(known)


def _missing(known: _Known) -> Iterator[Fact]:
    """How many variables have missing values, and how many values are missing in each of them."""
    found = dict(_missing_counts(known))
    some = {name: record for name, record in found.items() if record.value}
    if found:
        ids = tuple(record.id for record in found.values())
        yield Fact(f"Variables with missing values: {len(some)} of {len(found)}.", ids)
    for name, record in some.items():
        yield Fact(f"{known.study.label(name)}: {known.of(record)} missing.", (record.id,))
    yield from map(Fact, imputation_sentences(known.study, known.style))


def _missing_by_variable(known: _Known) -> Iterator[Fact]:
    found = list(_missing_counts(known))
    if found:
        parts = (f"{known.study.label(name)} {known.count(record)}" for name, record in found)
        everybody = known.everybody(found[0][1])
        yield Fact(f"Missing, of {everybody}: {'; '.join(parts)}.", tuple(record.id for _, record in found))


def _missing_counts(known: _Known) -> Iterator[tuple[str, Record]]:
    """Yield the variables that all patients can have, each with how many lack it; cut ones as what is cut."""
    met: set[str] = set()
    for variable in known.variables:
        derived = known.study.categories.get(variable)
        name = derived.cut if derived and derived.cut else variable
        record = known.find(catalogue.MISSING_COUNT.of(variable=name))
        if record and name not in met and name != FOLLOW_UP and not (derived and derived.among):
            met.add(name)
            yield name, record


def _censored(known: _Known) -> Iterator[Fact]:
    for endpoint in known.study.endpoints.values():
        if record := known.find(catalogue.CENSORED.of(endpoint=endpoint.name)):
            yield Fact(f"{endpoint.label}: {known.of(record)} censored.", (record.id,))


def _flow(known: _Known) -> Iterator[Fact]:
    flow = [known.find(count.of()) for count in (catalogue.REVIEWED, catalogue.EXCLUDED, catalogue.ANALYSED)]
    found = [record for record in flow if record]
    if len(found) == len(flow):
        reviewed, excluded, analysed = map(known.count, found)
        text = f"{reviewed} reviewed − {excluded} excluded = {analysed} in the analysis."
        yield Fact(text, tuple(record.id for record in found))


def _reasons(known: _Known) -> Iterator[Fact]:
    for rule in known.study.eligibility:
        if record := known.find(catalogue.EXCLUDED_BY_RULE.of(item=rule.name)):
            yield Fact(f"{rule.reason[:1].upper()}{rule.reason[1:]}: {known.count(record)}.", (record.id,))


def _characteristics(known: _Known) -> Iterator[Fact]:
    described = list(dict.fromkeys(name for table in known.study.tables.values() for name in table.variables))
    if described:
        yield Fact(f"In tables: {_labels(known, described)}.")


def _follow_up(known: _Known) -> Iterator[Fact]:
    statistics = (catalogue.MEDIAN, catalogue.MIN, catalogue.MAX, catalogue.REVERSE_MEDIAN)
    median, low, high, reverse = (known.find(statistic.of(variable=FOLLOW_UP)) for statistic in statistics)
    if median and low and high:
        span = numbers.span_text(known.count(low), known.count(high), known.style)
        yield Fact(f"Observed: median {known.print(median)}, range {span}.", (median.id, low.id, high.id))
    if reverse:
        yield Fact(f"Reverse Kaplan–Meier: median {known.print(reverse)}.", (reverse.id,))


def _events(known: _Known, *, by_group: bool = True) -> Iterator[Fact]:
    exposure = known.study.analysis.exposure
    for endpoint in known.study.endpoints.values():
        key = catalogue.EVENTS.of(endpoint=endpoint.name)
        events = known.find(key)
        if events is None:
            continue
        text, ids = f"{endpoint.label}: {known.of(events)} had the event", [events.id]
        if endpoint.competing and (competing := known.find(catalogue.COMPETING.of(endpoint=endpoint.name))):
            text += f", {known.of(competing)} the competing event ({endpoint.competing.label})"
            ids.append(competing.id)
        for level, label in known.study.levels(exposure).items() if exposure and by_group else ():
            if record := known.find(replace(key, by=exposure, by_level=level)):
                text += f"; {level_name(known.study.label(exposure or ''), label)}, {known.of(record)}"
                ids.append(record.id)
        yield Fact(f"{text}.", tuple(ids))


def _estimates(known: _Known) -> Iterator[Fact]:
    """Unadjusted and adjusted hazard ratios of the exposure, for each endpoint; ratios of named comparisons."""
    yield from _of_exposure(known)
    for comparison in known.comparisons:
        (_, reference), *others = known.study.levels(comparison.groups).items()
        for name in (*comparison.endpoints, *comparison.outcomes):
            for level, label in others:
                key = Key(endpoint=name, by=comparison.groups, level=level, analysis=comparison.name)
                for statistic, what in _COMPARED:
                    if record := known.find(statistic.of(key)):
                        compared = f"{level_name(known.study.label(comparison.groups), label)} vs {reference}"
                        words = f"{known.study.measured[name].label}, {what}, {compared}{_with(known, comparison)}"
                        yield Fact(f"{words}: {known.print(record)}.", (record.id,))


def _of_exposure(known: _Known) -> Iterator[Fact]:
    exposure = known.study.analysis.exposure
    if not exposure:
        return
    labels = known.study.levels(exposure)
    reference = next(iter(labels.values()))
    for endpoint in known.study.endpoints.values():
        for level, label in list(labels.items())[1:]:
            key = Key(endpoint=endpoint.name, level=level)
            keys = {
                "unadjusted": catalogue.HAZARD_RATIO.of(key, by=exposure),
                "adjusted": catalogue.MODEL_RATIO.of(key, analysis=ADJUSTED, variable=exposure),
            }
            found = {word: record for word, key in keys.items() if (record := known.find(key))}
            if found:
                parts = (f"{word} {known.print(record)}" for word, record in found.items())
                compared = f"{level_name(known.study.label(exposure), label)} vs {reference}"
                ratio = "cause-specific hazard ratio" if endpoint.competing else "hazard ratio"
                text = f"{endpoint.label}, {ratio}, {compared}: {'; '.join(parts)}."
                yield Fact(text, tuple(record.id for record in found.values()))


def _rates(known: _Known) -> Iterator[Fact]:
    """Survival by exposure at the last landmark; where events compete, cumulative incidence."""
    exposure, landmarks = known.study.analysis.exposure, known.study.time.landmarks
    if not (exposure and landmarks):
        return
    for endpoint in known.study.endpoints.values():
        rate = catalogue.INCIDENCE if endpoint.competing else catalogue.SURVIVAL_RATE
        key = rate.of(endpoint=endpoint.name, by=exposure, at=landmarks[-1])
        levels = known.study.levels(exposure).items()
        found = {label: record for level, label in levels if (record := known.find(replace(key, by_level=level)))}
        if found:
            variable = known.study.label(exposure)
            parts = (f"{level_name(variable, label)}, {known.print(record)}" for label, record in found.items())
            ids = tuple(record.id for record in found.values())
            at, unit = known.study.time.landmark(landmarks[-1], endpoint.print_unit)
            units = (numbers.one_unit_text if at == 1 else numbers.unit_text)(unit, known.style)
            what = f"{endpoint.label}, cumulative incidence" if endpoint.competing else endpoint.label
            yield Fact(f"{what} at {at:g}{NBSP}{units}: {'; '.join(parts)}.", ids)


def _labels(known: _Known, names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(known.study.label(name) for name in names))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


_FACTS: Final[dict[str, Callable[[_Known], Iterator[Fact]]]] = {
    "5": _dates,
    "6a": _eligibility,
    "7": _definitions,
    "8": _queries,
    "10": _size,
    "11": _quantitative,
    "12a": _methods,
    "12b": _subgroups,
    "12c": _missing,
    "12d": _censored,
    "13a": _flow,
    "13b": _reasons,
    "14a": _characteristics,
    "14b": _missing_by_variable,
    "14c": _follow_up,
    "15": _events,
    "16a": _estimates,
    "16b": _boundaries,
    "16c": _rates,
    "17": _subgroups,
}
