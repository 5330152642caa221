"""The table of models side by side: a row for each term or level, and the ratios of each model in a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ..catalogue import catalogue
from ..catalogue.catalogue import Statistic
from ..catalogue.imputation_catalogue import MODEL_IMPUTED, SETS
from ..catalogue.keys import Key
from ..catalogue.spline_catalogue import NON_LINEARITY_P
from ..notes.assumptions import violations
from ..results.model import Results
from ..study.model import Study
from ..study.models import MULTIVARIABLE, Model, ModelKind
from ..study.tables import Regression
from ..study.terms import Term
from ..text import numbers
from ..text.provenance import PrintedText, joined
from ..text.sentence_case import in_sentence
from ..text.style import Style
from ..text.term_texts import is_number, number_label, product_label, reference_level, term_levels
from .cells import NOTE, Row, bare, placed, printed_ids
from .ratio_cells import checked_terms, p_cell, ratio_cell

_WHOLE_TERM: Final[Mapping[str, Statistic]] = {
    "likelihood-ratio": catalogue.MODEL_LIKELIHOOD_RATIO_P,
    "Wald": catalogue.MODEL_WALD_P,
}
"""The tests of all levels of a term together, by their names."""

COUNTS: Final = "Events / patients"
PATIENTS: Final = "Patients"


class _Kind(NamedTuple):
    """What a table of models of one kind shows: the statistic, its heading, what the note says of it, its test."""

    estimate: Statistic
    heading: str
    note: str
    test: str


_KINDS: Final[Mapping[ModelKind, _Kind]] = {
    "cox": _Kind(catalogue.MODEL_RATIO, "HR", "HR, hazard ratio", "hazard ratios are from Wald"),
    "fine_gray": _Kind(
        catalogue.MODEL_SUBDISTRIBUTION_RATIO,
        "SHR",
        "SHR, subdistribution hazard ratio (Fine–Gray model)",
        "subdistribution hazard ratios are from Wald",
    ),
    "logistic": _Kind(catalogue.MODEL_ODDS_RATIO, "OR", "OR, odds ratio", "odds ratios are from Wald"),
    "risk": _Kind(catalogue.MODEL_RISK_RATIO, "RR", "RR, risk ratio", "risk ratios are from Wald"),
    "linear": _Kind(catalogue.MODEL_DIFFERENCE, "Difference", "", "differences of means are from t"),
}


def regression(table: Regression, study: Study, results: Results, style: Style) -> dict[str, Any]:
    """Return what the template of a table of models side by side prints."""
    models = study.models_named(table.models)
    labels, kind = [model.label or MULTIVARIABLE for model in models], _KINDS[models[0].kind]
    counts = PATIENTS if models[0].kind == "linear" else COUNTS
    shown = _Shown(table.endpoint, models, study, results, style)
    rows = [row for term in dict.fromkeys(term for model in models for term in model.terms) for row in shown.rows(term)]
    printed = {results[name].key.statistic for name in printed_ids(rows)}
    tests = [name for name, statistic in _WHOLE_TERM.items() if statistic.path in printed]
    return {
        "endpoint": study.measured[table.endpoint].label,
        "heading": shown.heading(kind.heading),
        "abbreviations": "; ".join(filter(None, (shown.abbreviation(kind.note), "CI, confidence interval"))),
        "of_test": kind.test,
        "models": labels,
        "conf_level": numbers.level_text(study.analysis.conf_level, style),
        "rows": placed(rows, [counts, *labels]),
        "counts_heading": counts,
        "together": ["F" if models[0].kind == "linear" else name for name in tests],
        "notes": [shown.note(model, label) for model, label in zip(models, labels, strict=True)],
        "not_proportional": [
            (checked_terms(found, study, style), in_sentence(found.model))
            for found in violations(study, results, endpoints=[table.endpoint])
            if found.name in table.models
        ],
    }


@dataclass(frozen=True, slots=True)
class _Shown:
    """The rows of a table: what each of its models says of a term."""

    endpoint: str
    models: Sequence[Model]
    study: Study
    results: Results
    style: Style

    def key(self, model: Model, term: Term | None = None, level: str | None = None) -> Key:
        """Return the key of a model, of a term of it, or of a level of the term."""
        return Key(
            endpoint=self.endpoint, analysis=model.name, variable=None if term is None else term.name, level=level
        )

    def rows(self, term: Term) -> Iterator[Row]:
        """Yield the rows of a term: one of a number; of a category or product a heading and one for each level."""
        if term.spline:
            yield Row(number_label(term, self.study, self.style), (("",), *self._whole(term)))
            yield Row("Non-linearity", (("",), *self._tested(term, (NON_LINEARITY_P,))), indent=True)
            return
        if is_number(term, self.study):
            yield Row(number_label(term, self.study, self.style), (("",), *self._ratios(term, None)))
            return
        yield Row(product_label(term.name, self.study), (("",), *self._whole(term)))
        for level, label in term_levels(term, self.study):
            counts = self._counts(term, level) if len(term.variables) == 1 else ""
            yield Row(label, ((counts,), *self._ratios(term, level)), indent=True)

    def note(self, model: Model, label: str) -> tuple[str, str, PrintedText | str]:
        """Return a model's label, what it is, and how many patients and events it has."""
        parts = ["each variable in a model of its own"] if model.each else []
        strata = ", ".join(in_sentence(self.study.label(name)) for name in model.strata)
        parts += [f"stratified by {strata}"] if model.strata else []
        parts += [f"robust variance by {in_sentence(self.study.label(model.cluster))}"] if model.cluster else []
        parts += ["missing values imputed, estimates pooled by Rubin’s rules"] if model.imputation else []
        if any(other.complete_cases == model.name for other in self.models):
            parts.append("patients without missing values")
        return label, "; ".join(parts), "" if model.each else self._size(model)

    def heading(self, estimate: str) -> str:
        """Return the heading of the estimates; of differences of means with the unit of the outcome."""
        outcome = self.study.outcomes.get(self.endpoint)
        unit = self.study.variable(outcome.value).unit if outcome is not None and outcome.value else None
        return f"{estimate}, {numbers.unit_text(unit, self.style)}" if unit else estimate

    def abbreviation(self, note: str) -> str:
        """Return what the heading's abbreviation means; of Cox models of one of several events, which hazard it is."""
        endpoint = self.study.endpoints.get(self.endpoint)
        if endpoint is None or endpoint.competing is None or self.models[0].kind != "cox":
            return note
        return f"HR, cause-specific hazard ratio (follow-up censored at {endpoint.competing.label})"

    def _size(self, model: Model) -> PrintedText:
        n, events = (statistic.of(self.key(model)) for statistic in (catalogue.MODEL_PATIENTS, catalogue.MODEL_EVENTS))
        patients = bare(self.results[n], self.style)
        text, printed = f"{patients} patients", [patients]
        if events in self.results:
            had = bare(self.results[events], self.style)
            text, printed = f"{text}, {had} events", [*printed, had]
        if model.imputation:
            imputed, sets = MODEL_IMPUTED.of(self.key(model)), SETS.of(Key())
            of, times = (bare(self.results[key], self.style) for key in (imputed, sets))
            text, printed = f"{text}, {of} with an imputed value in {times} data sets", [*printed, of, times]
        return joined(text, *printed).at(NOTE)

    def _counts(self, term: Term, level: str | None) -> PrintedText:
        """Print events and patients of a level, in the first model that has the term."""
        model = next(model for model in self.models if term in model.terms)
        n, events = (
            statistic.of(self.key(model, term, level)) for statistic in (catalogue.TERM_PATIENTS, catalogue.TERM_EVENTS)
        )
        patients = bare(self.results[n], self.style)
        if events not in self.results:
            return joined(patients, patients)
        had = bare(self.results[events], self.style)
        return joined(f"{had} / {patients}", had, patients)

    def _ratios(self, term: Term, level: str | None) -> Iterator[tuple[str, str]]:
        """Yield the ratio and P value of a level, in each model."""
        is_reference = level is not None and level == reference_level(term, self.study)
        for model in self.models:
            if term not in model.terms:
                yield self.style.empty, ""
            elif is_reference:
                yield "0 (reference)" if model.kind == "linear" else "1 (reference)", ""
            else:
                key = self.key(model, term, level)
                ratio, p_value = (
                    self.results[item.of(key)] for item in (_KINDS[model.kind].estimate, catalogue.MODEL_RATIO_P)
                )
                yield ratio_cell(ratio, self.style), p_cell(p_value, self.style)

    def _whole(self, term: Term) -> Iterator[tuple[str, str]]:
        """Yield the P value of all levels of a term together, where a model has one."""
        return self._tested(term, tuple(_WHOLE_TERM.values()))

    def _tested(self, term: Term, statistics: Sequence[Statistic]) -> Iterator[tuple[str, str]]:
        """Yield the P value of the first of these tests that a model has of a term."""
        for model in self.models:
            key = self.key(model, term)
            tests = [self.results[test.of(key)] for test in statistics if test.of(key) in self.results]
            yield "", p_cell(tests[0], self.style) if tests and term in model.terms else ""
