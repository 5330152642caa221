"""Assumptions that the data contradict: hazards that are not proportional, endpoints that leave out death."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from ..base.errors import counted
from ..base.wording import in_series
from ..catalogue.catalogue import (
    DEATHS_WITHOUT_EVENT,
    EVENTS_PER_PARAMETER,
    MODEL_CLUSTERS,
    MODEL_EVENTS,
    MODEL_PARAMETERS,
    MODEL_PROPORTIONAL_P,
    PROPORTIONAL_P,
)
from ..catalogue.competing_catalogue import COMPETING_IGNORED, FINE_GRAY_PROPORTIONAL_P
from ..catalogue.keys import Key
from ..results.json_file import read_results
from ..results.model import Record, Results
from ..results.source import RESULTS_FILE
from ..study.analysis import ALL_TERMS
from ..study.model import Study
from ..study.models import Model
from ..study.term_labels import term_name
from ..text import numbers
from ..text.style import NBSP, Style
from .analysis_choices import choice_notes
from .axis_ends import axis_notes
from .balance_notes import balance_notes
from .empty_landmarks import empty_landmark_notes
from .few_patients import few_patients_notes
from .immortal_time import immortal_time_notes
from .imputation_notes import imputation_notes
from .single_patients import single_patients_notes

Kind: TypeAlias = Literal["univariable", "fine_gray", "subgroup", "comparison", "model"]

WHOLE_MODEL: Final = "all terms together"
AVERAGE: Final = (
    "Where hazards are not proportional, a hazard ratio is an average over follow-up. Say so in the text, and describe "
    "with the Kaplan-Meier curves how the difference changes with time. study.toml can ask for what needs no "
    "proportional hazards: `restricted_mean = [5]` of an endpoint, the difference of survival at each landmark in a "
    "comparison of [comparisons.*]; for a variable that is only adjusted for, `strata` of the model in place of a "
    "term; for an effect that changes after some time, a second model or comparison from a `landmark` on."
)


@dataclass(frozen=True, slots=True)
class Violation:
    """The significant checks of proportional hazards in the Cox models of one kind of an endpoint.

    Attributes
    ----------
    endpoint : its name.
    kind : its univariable Cox models, a Fine-Gray model of groups, a Cox model within a level of a subgroup, that of a
        named comparison, or a model that study.toml names or adjusts for.
    model : the model in words: "univariable model", "univariable model (Sex: Male)", "multivariable model", "Model 2".
    terms : the terms by name, each with its test; None is all terms of the model together.
    name : of the model or the comparison; None of what [analysis] asks for by `exposure` or `univariate`.
    """

    endpoint: str
    kind: Kind
    model: str
    terms: tuple[tuple[str | None, Record], ...]
    name: str | None = None


def violations(study: Study, results: Results, *, endpoints: Sequence[str] | None = None) -> Iterator[Violation]:
    """Yield what the checks of proportional hazards found, of all endpoints where none are named."""
    for endpoint in study.endpoints if endpoints is None else endpoints:
        for kind, model, name, checks in (*_of_groups(study, endpoint), *_of_models(study, endpoint)):
            tests = [(term, results[key]) for term, key in checks if key in results]
            terms = tuple((term, test) for term, test in tests if _significant(test, study.analysis.alpha))
            if terms:
                yield Violation(endpoint, kind, model, terms, name)


_Checks: TypeAlias = tuple[Kind, str, str | None, list[tuple[str | None, Key]]]
"""Models of an endpoint: their kind, in words, by name, and the keys of their checks."""


def _of_groups(study: Study, endpoint: str) -> Iterator[_Checks]:
    """Yield the models that compare groups."""
    comparisons = [comparison for comparison in study.comparisons if endpoint in comparison.endpoints]
    keys = {
        comparison: PROPORTIONAL_P.of(endpoint=endpoint, by=comparison.groups, analysis=comparison.name)
        for comparison in comparisons
    }
    unnamed = [(item.groups, keys[item]) for item in comparisons if item.name is None]
    yield "univariable", "univariable model", None, list[tuple[str | None, Key]](unnamed)
    for item in comparisons:  # Fine-Gray models, where events compete
        of_comparison = "" if item.name is None else f" of the comparison '{item.name}'"
        check = FINE_GRAY_PROPORTIONAL_P.of(keys[item])
        yield "fine_gray", f"Fine-Gray model{of_comparison}", item.name, [(item.groups, check)]
    for item in comparisons:
        model = "univariable model" if item.name is None else f"model of the comparison '{item.name}'"
        if item.name is not None:
            yield "comparison", model, item.name, [(item.groups, keys[item])]
        for within in item.within:
            for level, label in study.levels(within).items():
                key = replace(keys[item], within=within, within_level=level)
                words = f"{model} ({study.unique_label(within)}: {label})"
                yield "subgroup", words, item.name, [(item.groups, key)]


def _of_models(study: Study, endpoint: str) -> Iterator[_Checks]:
    """Yield the models that study.toml names or adjusts for."""
    for model in study.models:
        if endpoint in model.endpoints:
            check = MODEL_PROPORTIONAL_P.of(endpoint=endpoint, analysis=model.name)
            terms = [(term.name, replace(check, variable=term.name)) for term in model.terms]
            yield "model", _in_words(model), model.name, [*terms, (None, replace(check, item=ALL_TERMS))]


def _in_words(model: Model) -> str:
    return model.label or "multivariable model"


def notes(study: Study, results: Results) -> tuple[str, ...]:
    """Return what an author should know before printing models, endpoints, figures and tables, a line each."""
    return (
        *_proportional(study, results),
        *_few_events(study, results),
        *_few_clusters(study, results),
        *_deaths(study, results),
        *_ignored(study),
        *immortal_time_notes(study, results),
        *balance_notes(study, results),
        *empty_landmark_notes(study, results),
        *imputation_notes(study, results),
        *choice_notes(study, results),
        *axis_notes(study, results),
        *few_patients_notes(study, results),
        *single_patients_notes(study, results),
    )


def current_notes(study: Study) -> tuple[str, ...]:
    """Return the notes on the results in the study's folder."""
    return notes(study, read_results(study.folder / RESULTS_FILE))


def _proportional(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for the models of each kind whose hazards are not proportional, and one of what to do."""
    style, found = Style(alpha=study.analysis.alpha), tuple(violations(study, results))
    for each in found:
        terms = in_series(
            f"{WHOLE_MODEL if name is None else term_name(study, name)} ({_plain_p(test, style)})"
            for name, test in each.terms
        )
        several = "s" if each.kind == "univariable" and len(each.terms) > 1 else ""
        endpoint = study.unique_endpoint_label(each.endpoint)
        yield f"{endpoint}, {each.model}{several}: the check of proportional hazards is significant for {terms}"
    if found:
        yield AVERAGE


def _plain_p(test: Record, style: Style) -> str:
    return numbers.p_text(test.value, style).replace(NBSP, " ")


def _few_events(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each model that has too few events for its terms, and what to do."""
    style = Style()
    for model in study.models:
        for endpoint in model.of:
            key = EVENTS_PER_PARAMETER.of(endpoint=endpoint, analysis=model.name)
            if key in results and results[key].warning:
                share = numbers.bare_text(results[key], style)
                parameters = results[MODEL_PARAMETERS.of(key)].value
                of = f"{study.unique_endpoint_label(endpoint)}, {_in_words(model)}"
                events = _events(results[MODEL_EVENTS.of(key)], model)
                yield (
                    f"{of}: {share} events per parameter ({events}, {parameters} parameters); fewer than 10 make "
                    "ratios unstable. Take fewer terms, chosen for clinical reasons and not by their P values, or "
                    "merge rare levels."
                )


def _few_clusters(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each model that has few clusters for its robust variance, and what to do."""
    for model in study.models:
        for measured in model.of if model.cluster is not None else ():
            key = MODEL_CLUSTERS.of(endpoint=measured, analysis=model.name)
            keys = [replace(key, variable=term.name) for term in model.terms] if model.each else [key]
            few = [results[each] for each in keys if each in results and results[each].warning]
            if few:
                of = f"{study.unique_endpoint_label(measured)}, {model.label or 'multivariable model'}"
                clusters = counted(int(few[0].value or 0), "cluster")
                yield (
                    f"{of}: {clusters} ({study.unique_label(str(model.cluster))}); fewer than 20 make robust "
                    "intervals too narrow and P values too small. Give their number, and compare with a model "
                    "that has the cluster among its `strata` (an endpoint) or `terms` (an outcome)."
                )


def _events(record: Record, model: Model) -> str:
    """Return how many events a model has; of a binary outcome patients without it count where they are fewer."""
    events = int(record.value or 0)
    if model.endpoints or 2 * events <= record.n:
        return f"{events} events"
    return f"{record.n - events} patients without the event"


def _deaths(study: Study, results: Results) -> Iterator[str]:
    for name in study.endpoints:
        key = DEATHS_WITHOUT_EVENT.of(endpoint=name)
        if key in results and results[key].warning:
            yield f"study.toml: [endpoints.{name}.event] {results[key].warning}"


def _ignored(study: Study) -> Iterator[str]:
    """Yield a line for each endpoint whose competing event is ignored: what this does, and how Methods says why."""
    for name, endpoint in study.endpoints.items():
        if endpoint.competing_ignored is not None:
            phrase = f'`{{python}} r.value("{COMPETING_IGNORED.of(endpoint=name).id}")`'
            yield (
                f"study.toml: [endpoints.{name}.competing] is ignored: Kaplan-Meier and log-rank test count a "
                f"competing event as censoring, and 1 - survival overestimates the event; Methods says why by {phrase}"
            )


def _significant(test: Record, alpha: float) -> bool:
    return isinstance(test.value, int | float) and test.value < alpha
