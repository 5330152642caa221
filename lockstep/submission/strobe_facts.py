"""What results and study definition say on an item of the STROBE statement: computed, never typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ..results.model import Record, Results
from ..results.released import NOT_PRINTED, Released
from ..study.model import FOLLOW_UP, Endpoint, Study, slug
from ..text import numbers
from ..text.level_names import named
from ..text.style import NBSP, Style


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, and the ids of the results that it prints."""

    text: str
    ids: tuple[str, ...] = ()


def facts_for(number: str, study: Study, results: Results, style: Style) -> tuple[Fact, ...]:
    """Return the facts on an item; none where nothing can be computed, or the manuscript prints nothing of it."""
    source = _FACTS.get(number)
    return () if source is None else tuple(source(_Known(study, results, style)))


@dataclass(frozen=True, slots=True)
class _Known:
    """A study with its results, and how numbers are printed."""

    study: Study
    results: Results
    style: Style

    def find(self, record_id: str) -> Record | None:
        if record_id not in self.results:
            return None
        if isinstance(self.results, Released) and self.results.forms[record_id].text == NOT_PRINTED:
            return None  # it only decides a claim
        return self.results[record_id]

    def print(self, record_id: str) -> str:
        if isinstance(self.results, Released):
            return self.results.forms[record_id].text
        return numbers.text(self.results[record_id], self.style)

    def count(self, record_id: str) -> str:
        return numbers.bare_text(self.results[record_id], self.style)

    def of(self, record_id: str) -> str:
        return f"{self.count(record_id)} of {self.everybody(record_id)}"

    def everybody(self, record_id: str) -> str:
        record = self.results[record_id]
        return numbers.count_text(record.n if record.denominator is None else record.denominator, self.style)

    @property
    def variables(self) -> list[str]:
        """The variables that tables and models use, in order, the exposure first."""
        analysis, tables = self.study.analysis, self.study.tables.values()
        named = [analysis.exposure, analysis.subgroup, *analysis.univariate, *analysis.adjust_for]
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
        for stem in (f"reviewed.{slug(name)}", slug(name)):
            ids = (f"{stem}.first", f"{stem}.last")
            first, last = (known.find(record_id) for record_id in ids)
            if first and last and first.value and last.value:
                ends = (numbers.month_text(str(record.value)) for record in (first, last))
                yield Fact(f"{column.label}: {' to '.join(ends)}.", ids)
                break


def _eligibility(known: _Known) -> Iterator[Fact]:
    rules = [rule.reason for rule in known.study.eligibility]
    yield Fact(f"Excluded for: {'; '.join(rules)}." if rules else "No record of the data file was excluded.")


def _definitions(known: _Known) -> Iterator[Fact]:
    study, analysis = known.study, known.study.analysis
    if study.endpoints:
        yield Fact(f"Outcomes: {_listed(endpoint.label for endpoint in study.endpoints.values())}.")
    if analysis.exposure:
        levels = _listed(study.levels(analysis.exposure).values())
        yield Fact(f"Exposure: {study.label(analysis.exposure)} ({levels}).")
    if analysis.adjust_for:
        yield Fact(f"Adjusted for: {_labels(known, analysis.adjust_for)}.")
    if analysis.subgroup:
        yield Fact(f"Effect modifier: {study.label(analysis.subgroup)}.")


def _size(known: _Known) -> Iterator[Fact]:
    if known.find("flow.analysed"):
        yield Fact(f"{known.count('flow.analysed')} in the analysis.", ("flow.analysed",))
    yield from _events(known, by_group=False)


def _boundaries(known: _Known) -> Iterator[Fact]:
    """Where numbers are cut, as study.toml says; the groups in its words."""
    for derived in known.study.derived.values():
        if derived.cut is None:
            continue
        column = known.study.columns.get(derived.cut)
        unit = f"{NBSP}{numbers.unit_text(column.unit, known.style)}" if column and column.unit else ""
        at = _listed(edge + unit for edge in numbers.alike(derived.at, known.style))
        yield Fact(f"{known.study.label(derived.cut)} cut at {at}: {'; '.join(derived.levels.values())}.")


def _quantitative(known: _Known) -> Iterator[Fact]:
    kept = [name for name in known.study.analysis.adjust_for if not known.study.levels(name)]
    if kept:
        yield Fact(f"Continuous in models: {_labels(known, kept)}.")
    yield from _boundaries(known)


def _methods(known: _Known) -> Iterator[Fact]:
    if known.find("setting.alpha") and known.find("setting.conf_level"):
        alpha, level = known.count("setting.alpha"), known.print("setting.conf_level")
        yield Fact(f"Significance level {alpha}, confidence level {level}.", ("setting.alpha", "setting.conf_level"))
    if known.study.analysis.adjust_for:
        yield Fact(f"Models adjusted for: {_labels(known, known.study.analysis.adjust_for)}.")


def _interactions(known: _Known) -> Iterator[Fact]:
    exposure, subgroup = known.study.analysis.exposure, known.study.analysis.subgroup
    if not (exposure and subgroup):
        return
    for name, endpoint in _endpoints(known):
        record_id = f"{name}.by_{slug(exposure)}.interaction_{slug(subgroup)}.p_value"
        if record := known.find(record_id):
            p = numbers.p_text(record.value, known.style)
            between = f"{known.study.label(exposure)} and {known.study.label(subgroup)}"
            yield Fact(f"{endpoint.label}: interaction of {between}, {p}.", (record_id,))


def _subgroups(known: _Known) -> Iterator[Fact]:
    subgroup = known.study.analysis.subgroup
    if subgroup:
        yield Fact(f"Subgroups: {known.study.label(subgroup)} ({'; '.join(known.study.levels(subgroup).values())}).")
    yield from _interactions(known)


def _missing(known: _Known) -> Iterator[Fact]:
    """How many variables have missing values, and how many values are missing in each of them."""
    ids = [record_id for _, record_id in _missing_ids(known)]
    some = [(name, record_id) for name, record_id in _missing_ids(known) if known.results[record_id].value]
    if ids:
        yield Fact(f"Variables with missing values: {len(some)} of {len(ids)}.", tuple(ids))
    for name, record_id in some:
        yield Fact(f"{known.study.label(name)}: {known.of(record_id)} missing.", (record_id,))


def _missing_by_variable(known: _Known) -> Iterator[Fact]:
    found = list(_missing_ids(known))
    if found:
        parts = (f"{known.study.label(name)} {known.count(record_id)}" for name, record_id in found)
        everybody = known.everybody(found[0][1])
        yield Fact(f"Missing, of {everybody}: {'; '.join(parts)}.", tuple(record_id for _, record_id in found))


def _missing_ids(known: _Known) -> Iterator[tuple[str, str]]:
    """Yield the variables that all patients can have, each with the id of how many lack it; cut ones as what is cut."""
    met: set[str] = set()
    for variable in known.variables:
        derived = known.study.derived.get(variable)
        name = derived.cut if derived and derived.cut and derived.cut in known.study.columns else variable
        record = known.find(f"{slug(name)}.missing.count")
        if record and name not in met and name != FOLLOW_UP and not (derived and derived.among):
            met.add(name)
            yield name, record.id


def _censored(known: _Known) -> Iterator[Fact]:
    for name, endpoint in _endpoints(known):
        if known.find(f"{name}.censored"):
            yield Fact(f"{endpoint.label}: {known.of(f'{name}.censored')} censored.", (f"{name}.censored",))


def _flow(known: _Known) -> Iterator[Fact]:
    ids = ("flow.reviewed", "flow.excluded", "flow.analysed")
    if not all(map(known.find, ids)):
        return
    reviewed, excluded, analysed = (known.count(record_id) for record_id in ids)
    yield Fact(f"{reviewed} reviewed − {excluded} excluded = {analysed} in the analysis.", ids)


def _reasons(known: _Known) -> Iterator[Fact]:
    for rule in known.study.eligibility:
        record_id = f"flow.excluded.{slug(rule.name)}"
        if known.find(record_id):
            yield Fact(f"{rule.reason[:1].upper()}{rule.reason[1:]}: {known.count(record_id)}.", (record_id,))


def _characteristics(known: _Known) -> Iterator[Fact]:
    described = list(dict.fromkeys(name for table in known.study.tables.values() for name in table.variables))
    if described:
        yield Fact(f"In tables: {_labels(known, described)}.")


def _follow_up(known: _Known) -> Iterator[Fact]:
    ids = tuple(f"{FOLLOW_UP}.{part}" for part in ("median", "min", "max"))
    if all(map(known.find, ids)):
        span = numbers.span_text(known.count(ids[1]), known.count(ids[2]), known.style)
        yield Fact(f"Observed: median {known.print(ids[0])}, range {span}.", ids)
    if known.find(f"{FOLLOW_UP}.reverse_km.median"):
        record_id = f"{FOLLOW_UP}.reverse_km.median"
        yield Fact(f"Reverse Kaplan–Meier: median {known.print(record_id)}.", (record_id,))


def _events(known: _Known, *, by_group: bool = True) -> Iterator[Fact]:
    exposure = known.study.analysis.exposure
    for name, endpoint in _endpoints(known):
        ids = [f"{name}.events"]
        if known.find(ids[0]) is None:
            continue
        text = f"{endpoint.label}: {known.of(ids[0])} had the event"
        for level, label in known.study.levels(exposure).items() if exposure and by_group else ():
            record_id = f"{name}.by_{slug(exposure or '')}.{slug(level)}.events"
            if known.find(record_id):
                text += f"; {named(known.study.label(exposure or ''), label)}, {known.of(record_id)}"
                ids.append(record_id)
        yield Fact(f"{text}.", tuple(ids))


def _estimates(known: _Known) -> Iterator[Fact]:
    """Unadjusted and adjusted hazard ratios of the exposure, for each endpoint."""
    exposure = known.study.analysis.exposure
    if not exposure:
        return
    group, labels = slug(exposure), known.study.levels(exposure)
    reference = next(iter(labels.values()))
    for name, endpoint in _endpoints(known):
        for level, label in list(labels.items())[1:]:
            stems = {
                "unadjusted": f"{name}.by_{group}.cox.{slug(level)}.hazard_ratio",
                "adjusted": f"{name}.adjusted.{group}.{slug(level)}.hazard_ratio",
            }
            found = {word: record_id for word, record_id in stems.items() if known.find(record_id)}
            if found:
                parts = (f"{word} {known.print(record_id)}" for word, record_id in found.items())
                compared = f"{named(known.study.label(exposure), label)} vs {reference}"
                text = f"{endpoint.label}, hazard ratio, {compared}: {'; '.join(parts)}."
                yield Fact(text, tuple(found.values()))


def _rates(known: _Known) -> Iterator[Fact]:
    """Survival by exposure at the last landmark."""
    exposure, landmarks = known.study.analysis.exposure, known.study.time.landmarks
    if not (exposure and landmarks):
        return
    year = f"{landmarks[-1]:g}"
    years = (numbers.one_unit_text if landmarks[-1] == 1 else numbers.unit_text)("years", known.style)
    for name, endpoint in _endpoints(known):
        stems = {
            label: f"{name}.by_{slug(exposure)}.{slug(level)}.rate.{year.replace('.', '_')}y"
            for level, label in known.study.levels(exposure).items()
        }
        found = {label: record_id for label, record_id in stems.items() if known.find(record_id)}
        if found:
            variable = known.study.label(exposure)
            parts = (f"{named(variable, label)}, {known.print(record_id)}" for label, record_id in found.items())
            yield Fact(f"{endpoint.label} at {year}{NBSP}{years}: {'; '.join(parts)}.", tuple(found.values()))


def _endpoints(known: _Known) -> Iterator[tuple[str, Endpoint]]:
    """Yield each endpoint with the beginning of its ids."""
    for name, endpoint in known.study.endpoints.items():
        yield slug(name), endpoint


def _labels(known: _Known, names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(known.study.label(name) for name in names))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


_FACTS: Final[dict[str, Callable[[_Known], Iterator[Fact]]]] = {
    "5": _dates,
    "6a": _eligibility,
    "7": _definitions,
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
