"""Assumptions that the data contradict: hazards that are not proportional, endpoints that leave out death."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from ..results.catalogue import ADJUSTED_PROPORTIONAL_P, DEATHS_WITHOUT_EVENT, PROPORTIONAL_P
from ..results.json_file import read_results
from ..results.keys import Key
from ..results.model import Record, Results
from ..results.source import RESULTS_FILE
from ..study.analysis import ALL_TERMS
from ..study.model import Study
from ..study.models import ADJUSTED
from . import numbers
from .axis_ends import axis_notes
from .style import NBSP, Style

Model: TypeAlias = Literal["univariable", "subgroup", "multivariable"]

WHOLE_MODEL: Final = "all terms together"
AVERAGE: Final = (
    "Where hazards are not proportional, a hazard ratio is an average over follow-up. Say so in the text, and describe "
    "with the Kaplan-Meier curves how the difference changes with time. (A model stratified by the variable, effects "
    "by interval of time, or restricted mean survival would answer it; analysis/statistics.py is the place to add one.)"
)


@dataclass(frozen=True, slots=True)
class Violation:
    """The significant checks of proportional hazards in the Cox models of one kind of an endpoint.

    Attributes
    ----------
    endpoint : its name.
    model : its univariable models, one within a level of the subgroup, or its multivariable model.
    terms : the variables by name, each with its test; None is all terms of the multivariable model together.
    level : of the subgroup.
    """

    endpoint: str
    model: Model
    terms: tuple[tuple[str | None, Record], ...]
    level: str = ""


def violations(study: Study, results: Results, *, endpoints: Sequence[str] | None = None) -> Iterator[Violation]:
    """Yield what the checks of proportional hazards found, of all endpoints where none are named."""
    for endpoint in study.endpoints if endpoints is None else endpoints:
        for model, level, checks in _checks(study, endpoint):
            tests = [(name, results[key]) for name, key in checks if key in results]
            terms = tuple((name, test) for name, test in tests if _significant(test, study.analysis.alpha))
            if terms:
                yield Violation(endpoint, model, terms, level)


def _checks(study: Study, endpoint: str) -> Iterator[tuple[Model, str, list[tuple[str | None, Key]]]]:
    """Yield the models of an endpoint: their kind, the level of the subgroup, and the keys of their checks."""
    analysis, univariable = study.analysis, PROPORTIONAL_P.of(endpoint=endpoint)
    exposure, subgroup = [analysis.exposure] if analysis.exposure else [], analysis.subgroup
    yield "univariable", "", [(name, replace(univariable, by=name)) for name in (*exposure, *analysis.univariate)]
    if exposure and subgroup:
        for level in study.levels(subgroup):
            yield (
                "subgroup",
                level,
                [(exposure[0], replace(univariable, by=exposure[0], within=subgroup, within_level=level))],
            )
    if exposure and analysis.adjust_for:
        check = ADJUSTED_PROPORTIONAL_P.of(endpoint=endpoint, analysis=ADJUSTED)
        terms = [(name, replace(check, variable=name)) for name in (*exposure, *analysis.adjust_for)]
        yield "multivariable", "", [*terms, (None, replace(check, item=ALL_TERMS))]


def notes(study: Study, results: Results) -> tuple[str, ...]:
    """Return what an author should know before printing the models, endpoints and figures of a study, a line each."""
    return (*_proportional(study, results), *_deaths(study, results), *axis_notes(study, results))


def current_notes(study: Study) -> tuple[str, ...]:
    """Return the notes on the results in the study's folder."""
    return notes(study, read_results(study.folder / RESULTS_FILE))


def _proportional(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for the models of each kind whose hazards are not proportional, and one of what to do."""
    style, found = Style(alpha=study.analysis.alpha), tuple(violations(study, results))
    for each in found:
        model = "multivariable model" if each.model == "multivariable" else "univariable model"
        if each.model == "subgroup":
            subgroup = str(study.analysis.subgroup)
            model += f" ({study.unique_label(subgroup)}: {study.levels(subgroup)[each.level]})"
        terms = listed(
            f"{WHOLE_MODEL if name is None else study.unique_label(name)} ({_plain_p(test, style)})"
            for name, test in each.terms
        )
        several = "s" if each.model == "univariable" and len(each.terms) > 1 else ""
        endpoint = study.unique_endpoint_label(each.endpoint)
        yield f"{endpoint}, {model}{several}: the check of proportional hazards is significant for {terms}"
    if found:
        yield AVERAGE


def _plain_p(test: Record, style: Style) -> str:
    return numbers.p_text(test.value, style).replace(NBSP, " ")


def listed(texts: Iterable[str]) -> str:
    """Return texts as a list in a sentence: "a", "a and b", "a, b and c"."""
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last


def _deaths(study: Study, results: Results) -> Iterator[str]:
    for name in study.endpoints:
        key = DEATHS_WITHOUT_EVENT.of(endpoint=name)
        if key in results and results[key].warning:
            yield f"study.toml: [endpoints.{name}.event] {results[key].warning}"


def _significant(test: Record, alpha: float) -> bool:
    return isinstance(test.value, int | float) and test.value < alpha
