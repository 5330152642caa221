"""Assumptions that the data contradict: hazards that are not proportional, endpoints that leave out death."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from analysis.results import Record, Results, read_results
from analysis.source import RESULTS_FILE
from analysis.study import Study, slug

from . import numbers
from .style import NBSP, Style

GLOBAL: Final = "global"
WHOLE_MODEL: Final = "all terms together"
DEATHS: Final = "deaths_without_event"


@dataclass(frozen=True, slots=True)
class Violation:
    """A significant check of proportional hazards: of a variable, or of a model as it is."""

    endpoint: str
    term: str
    test: Record


def violations(study: Study, results: Results, *, endpoints: Sequence[str] | None = None) -> Iterator[Violation]:
    """Yield what the checks of proportional hazards found in the multivariable models.

    The test of the whole model is named only where that of no variable is significant.
    """
    analysis = study.analysis
    variables = [*([analysis.exposure] if analysis.exposure else []), *analysis.adjust_for]
    for name in study.endpoints if endpoints is None else endpoints:
        stem, label = f"{slug(name)}.adjusted.proportional_hazards", study.endpoints[name].label
        if f"{stem}.{GLOBAL}.p_value" not in results:
            continue
        tests = [(study.label(variable), results[f"{stem}.{slug(variable)}.p_value"]) for variable in variables]
        found = [Violation(label, term, test) for term, test in tests if _significant(test, analysis.alpha)]
        whole = results[f"{stem}.{GLOBAL}.p_value"]
        yield from found or ([Violation(label, WHOLE_MODEL, whole)] if _significant(whole, analysis.alpha) else [])


def notes(study: Study, results: Results) -> tuple[str, ...]:
    """Return what an author should know before printing the models and endpoints of a study, a line each."""
    return (*_proportional(study, results), *_deaths(study, results))


def current_notes(study: Study) -> tuple[str, ...]:
    """Return the notes on the results that stand in the study's folder."""
    return notes(study, read_results(study.folder / RESULTS_FILE))


def _proportional(study: Study, results: Results) -> Iterator[str]:
    style = Style(alpha=study.analysis.alpha)
    for found in violations(study, results):
        p_value = numbers.p_text(found.test.value, style).replace(NBSP, " ")
        yield (
            f"{found.endpoint}, multivariable model: the check of proportional hazards is significant for "
            f"{found.term} ({p_value}), so that the hazard ratio is an average over follow-up. Say so in the text, and "
            "describe with the Kaplan-Meier curves how the difference changes with time. (A model stratified by the "
            "variable, effects by interval of time, or restricted mean survival would answer it; study.toml has no key "
            "for these.)"
        )


def _deaths(study: Study, results: Results) -> Iterator[str]:
    for name in study.endpoints:
        record_id = f"{slug(name)}.{DEATHS}"
        if record_id in results and results[record_id].warning:
            yield f"study.toml: [endpoints.{name}.event] {results[record_id].warning}"


def _significant(test: Record, alpha: float) -> bool:
    return isinstance(test.value, int | float) and test.value < alpha
