"""What study definition and results say on STROBE's items on methods: 5 to 12."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ..catalogue import catalogue
from ..catalogue.keys import REVIEWED, Key
from ..study.models import ADJUSTED, ModelKind
from ..text import numbers
from ..text.style import NBSP
from .confounding_facts import matching_facts, score_facts, unscored_facts
from .imputation_facts import imputation_sentences
from .strobe_findings import event_facts
from .strobe_study import Fact, PrintedStudy

_MODELS: Final[Mapping[ModelKind, str]] = {
    "cox": "Cox model",
    "fine_gray": "Fine-Gray model",
    "logistic": "logistic regression",
    "risk": "modified Poisson regression",
    "linear": "linear regression",
}


def _dates(printed: PrintedStudy) -> Iterator[Fact]:
    """Follow-up: first and last of each date from which endpoints count; dates of birth are nobody's business."""
    endpoints = printed.study.endpoints.values()
    used = {name for endpoint in endpoints for name in (endpoint.start, *endpoint.end)}
    for name, column in printed.study.columns.items():
        if name not in used:
            continue
        for population in (REVIEWED, None):
            key = Key(variable=name, population=population)
            first, last = (printed.find(date.of(key)) for date in (catalogue.FIRST_DATE, catalogue.LAST_DATE))
            if first and last and first.value and last.value:
                ends = (numbers.month_text(str(record.value)) for record in (first, last))
                yield Fact(f"{column.label}: {' to '.join(ends)}.", (first.id, last.id))
                break


def _eligibility(printed: PrintedStudy) -> Iterator[Fact]:
    rules = [rule.reason for rule in printed.study.eligibility]
    yield Fact(f"Excluded for: {'; '.join(rules)}." if rules else "No record of the data file was excluded.")


def _definitions(printed: PrintedStudy) -> Iterator[Fact]:
    study, analysis = printed.study, printed.study.analysis
    if study.measured:
        yield Fact(f"Outcomes: {', '.join(item.label for item in study.measured.values())}.")
    if analysis.primary:
        yield Fact(f"Primary outcome: {study.measured[analysis.primary].label}.")
    if analysis.exposure:
        levels = ", ".join(study.levels(analysis.exposure).values())
        yield Fact(f"Exposure: {study.label(analysis.exposure)} ({levels}).")
    if analysis.adjust_for:
        yield Fact(f"Adjusted for: {printed.labels(analysis.adjust_for)}.")
    if analysis.subgroup:
        yield Fact(f"Effect modifier: {study.label(analysis.subgroup)}.")
    for item in printed.comparisons:
        levels = ", ".join(study.levels(item.groups).values())
        yield Fact(
            f"Compared ({item.label or item.name}): {study.label(item.groups)} ({levels}){printed.design(item)}."
        )


def _size(printed: PrintedStudy) -> Iterator[Fact]:
    if analysed := printed.find(catalogue.ANALYSED.of()):
        yield Fact(f"{printed.count(analysed)} in the analysis.", (analysed.id,))
    yield from event_facts(printed, by_group=False)


def _queries(printed: PrintedStudy) -> Iterator[Fact]:
    """How many queries about the data are open, where the manuscript says so."""
    if record := printed.find(catalogue.QUERIES.of()):
        yield Fact(f"Open data queries: {printed.count(record)}.", (record.id,))


def category_boundaries(printed: PrintedStudy) -> Iterator[Fact]:
    """Where numbers are cut, as study.toml says; the groups in its words."""
    for derived in printed.study.categories.values():
        if derived.cut is None:
            continue
        of = printed.study.variable(derived.cut).unit
        unit = f"{NBSP}{numbers.unit_text(of, printed.style)}" if of else ""
        at = ", ".join(edge + unit for edge in numbers.alike(derived.at, printed.style))
        levels = "; ".join(derived.levels.values())
        yield Fact(f"{printed.study.label(derived.cut)} cut at {at}: {levels}.{_why(derived.reason)}")


def _quantitative(printed: PrintedStudy) -> Iterator[Fact]:
    study = printed.study
    entering = [*study.analysis.adjust_for, *(name for item in printed.comparisons for name in item.adjust_for)]
    entering += [name for model in study.models for name in model.variables]
    kept = [name for name in dict.fromkeys(entering) if not study.levels(name)]
    if kept:
        yield Fact(f"Continuous in models: {printed.labels(kept)}.")
    yield from category_boundaries(printed)


def _methods(printed: PrintedStudy) -> Iterator[Fact]:
    alpha, level = printed.find(catalogue.ALPHA.of()), printed.find(catalogue.CONF_LEVEL.of())
    if alpha and level:
        text = f"Significance level {printed.count(alpha)}, confidence level {printed.print(level)}."
        yield Fact(text, (alpha.id, level.id))
    if printed.study.analysis.adjust_for:
        why = _why(printed.study.analysis.reason)
        yield Fact(f"Models adjusted for: {printed.labels(printed.study.analysis.adjust_for)}.{why}")
    for model in printed.study.models:
        if model.name != ADJUSTED:
            each = ", each alone" if model.each else ""
            strata = f"; stratified by {printed.labels(model.strata)}" if model.strata else ""
            weighted = f"; {printed.study.weights[model.weights].label}" if model.weights is not None else ""
            terms = f"{printed.labels(model.variables)}{each}{strata}{weighted}"
            yield Fact(f"{model.label} ({_MODELS[model.kind]}): {terms}.{_why(model.reason)}")
    yield from score_facts(printed)


def subgroup_facts(printed: PrintedStudy) -> Iterator[Fact]:
    """Within which groups comparisons are repeated, and how the groups differ in them."""
    for within in dict.fromkeys(name for item in printed.study.comparisons for name in item.within):
        yield Fact(f"Subgroups: {printed.study.label(within)} ({'; '.join(printed.study.levels(within).values())}).")
    yield from _interactions(printed)


def _interactions(printed: PrintedStudy) -> Iterator[Fact]:
    for comparison in printed.study.comparisons:
        for within in comparison.within:
            for name in (*comparison.endpoints, *comparison.outcomes):
                key = catalogue.INTERACTION_P.of(
                    endpoint=name, by=comparison.groups, within=within, analysis=comparison.name
                )
                if record := printed.find(key):
                    p = numbers.p_text(record.value, printed.style)
                    between = f"{printed.study.label(comparison.groups)} and {printed.study.label(within)}"
                    label = printed.study.measured[name].label
                    yield Fact(f"{label}: interaction of {between}, {p}.", (record.id,))


def _missing(printed: PrintedStudy) -> Iterator[Fact]:
    """How many variables have missing values, and how many values are missing in each of them."""
    found = dict(printed.missing_counts())
    some = {name: record for name, record in found.items() if record.value}
    if found:
        ids = tuple(record.id for record in found.values())
        yield Fact(f"Variables with missing values: {len(some)} of {len(found)}.", ids)
    for name, record in some.items():
        yield Fact(f"{printed.study.label(name)}: {printed.of(record)} missing.", (record.id,))
    yield from map(Fact, imputation_sentences(printed.study, printed.style))
    yield from unscored_facts(printed)


def _censored(printed: PrintedStudy) -> Iterator[Fact]:
    for endpoint in printed.study.endpoints.values():
        if record := printed.find(catalogue.CENSORED.of(endpoint=endpoint.name)):
            yield Fact(f"{endpoint.label}: {printed.of(record)} censored.", (record.id,))


FACTS_OF_METHODS: Final[Mapping[str, Callable[[PrintedStudy], Iterator[Fact]]]] = {
    "5": _dates,
    "6a": _eligibility,
    "7": _definitions,
    "8": _queries,
    "10": _size,
    "11": _quantitative,
    "6b": matching_facts,
    "12a": _methods,
    "12b": subgroup_facts,
    "12c": _missing,
    "12d": _censored,
}
"""By item: what can be said of it."""


def _why(reason: str | None) -> str:
    """Say why study.toml has it so: " Reason: the guideline names these."; nothing where it does not say."""
    return f" Reason: {reason.rstrip('.')}." if reason else ""
