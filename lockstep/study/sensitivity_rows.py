"""Rows of a table of sensitivity analyses: the comparison or model of each, and the estimate that all have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast, get_args

from ..base.wording import listing, shown
from ..endpoints.endpoints import endpoint_name
from ..endpoints.outcomes import outcome_name
from ..syntax.sections import Section
from ..variables.named_variables import variable
from .comparisons import GroupComparison, named_comparison
from .declared import Declared
from .models import Model, ModelKind, named_model
from .terms import Term

Measure: TypeAlias = Literal[
    "hazard_ratio", "subdistribution_hazard_ratio", "odds_ratio", "risk_ratio", "risk_difference", "difference"
]
"""What a table of sensitivity analyses lines up: a kind of ratio, or a difference, of risks or of means."""

_OF_MODELS: Final[Mapping[ModelKind, Measure]] = {
    "cox": "hazard_ratio",
    "fine_gray": "subdistribution_hazard_ratio",
    "logistic": "odds_ratio",
    "risk": "risk_ratio",
    "linear": "difference",
}
_EXAMPLE: Final = '{ model = "adjusted", label = "Main analysis" }'


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityRow:
    """One analysis of the exposure: a comparison or a model, of an endpoint or outcome.

    Attributes
    ----------
    label : what the table calls it.
    endpoint : what it is of: an endpoint or an outcome.
    comparison, model : the one that it is; without either the comparison that `exposure` of [analysis] asks for.
    differs : how it differs, in the author's words; None for what study.toml says of it.
    """

    label: str
    endpoint: str
    comparison: str | None = None
    model: str | None = None
    differs: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Whose association is estimated: that of a level of a category, against the first, or of a number."""

    name: str
    level: str | None = None


def read_exposure(section: Section, declared: Declared) -> Exposure:
    """Read `exposure`, that of [analysis] where it is missing, and `level`, which is compared with the first."""
    if not section.has("exposure") and declared.analysis.exposure is None:
        raise section.error("exposure", "is missing; expected the category or number whose association is estimated")
    name = section.text("exposure", declared.analysis.exposure)
    levels = list(declared.types[variable(section, "exposure", name, declared.types, "category", "number")].levels)
    if not levels:
        if section.has("level"):
            raise section.error("level", f"is of a category, and {shown(name)} is a number; leave it out")
        return Exposure(name=name)
    others = levels[1:]
    if not section.has("level") and len(others) == 1:
        return Exposure(name=name, level=others[0])
    level = section.optional_text("level")
    if level is None or level not in others:
        found = "is missing" if level is None else f"is {shown(level)}"
        raise section.error(
            "level",
            f"{found}; expected a level of {shown(name)} but the first, which it is compared with: {listing(others)}",
        )
    return Exposure(name=name, level=level)


def read_sensitivity_rows(
    section: Section, declared: Declared, exposure: Exposure
) -> tuple[tuple[SensitivityRow, ...], Measure]:
    """Read `rows` of a table, and what all of them estimate.

    Raises
    ------
    StudyError
        If a row names no comparison or model of the exposure, or rows have no estimate of one kind.
    """
    rows, measures, terms = list[SensitivityRow](), list[tuple[Measure, ...]](), list[Term]()
    for part in section.rows("rows"):
        row, of_row, term = _row(part, section, declared, exposure)
        rows.append(row)
        measures.append(of_row)
        terms += [term] if term is not None else []
    if not rows:
        raise section.error("rows", f"is empty; expected rows such as {_EXAMPLE}")
    scales = {(term.per, term.transform) for term in terms}
    if len(scales) > 1:
        raise section.error(
            "rows", f"name models with {shown(exposure.name)} per several numbers of units; one table has one estimate"
        )
    return tuple(rows), _measure(section, rows, measures)


def _measure(section: Section, rows: Sequence[SensitivityRow], measures: Sequence[Sequence[Measure]]) -> Measure:
    common = [found for found in measures[0] if all(found in others for others in measures)]
    if section.has("estimate"):
        asked = section.choice("estimate", get_args(Measure))
        for row, found in zip(rows, measures, strict=True):
            if asked not in found:
                raise section.error("estimate", f"is {shown(asked)}; row {shown(row.label)} has: {listing(found)}")
        return cast("Measure", asked)
    if not common:
        other = next(i for i, found in enumerate(measures) if measures[0][0] not in found)
        one, another = (f"{shown(rows[i].label)} has: {listing(measures[i])}" for i in (0, other))
        raise section.error(
            "rows", f"have no estimate of one kind. Row {one}; row {another}. Make a table of each kind"
        )
    return common[0]


def _row(
    part: Section, table: Section, declared: Declared, exposure: Exposure
) -> tuple[SensitivityRow, tuple[Measure, ...], Term | None]:
    """Read a row, with the estimates that it has, and the form in which a model has the exposure."""
    part.allow("label", "comparison", "model", "endpoint", "outcome", "differs", of="a row of sensitivity analyses")
    label, differs = part.text("label"), part.optional_text("differs")
    if part.has("comparison") and part.has("model"):
        raise part.error("model", "does not go with `comparison`; make a row of each")
    if part.has("model"):
        model = named_model(part, "model", declared.models)
        endpoint = _of(part, table, declared, model.of, f"model {shown(model.name)} is of")
        term = _term(part, model, exposure)
        row = SensitivityRow(label=label, endpoint=endpoint, model=model.name, differs=differs)
        return row, (_OF_MODELS[model.kind],), term
    compared = _comparison(part, declared, exposure)
    endpoint = _of(part, table, declared, (*compared.endpoints, *compared.outcomes), "the comparison is in")
    row = SensitivityRow(label=label, endpoint=endpoint, comparison=compared.name, differs=differs)
    return row, _of_comparison(endpoint, declared, compared), None


def _term(part: Section, model: Model, exposure: Exposure) -> Term:
    """Return the term of a model that is the exposure."""
    found = next((term for term in model.terms if term.name == exposure.name), None)
    if found is None:
        known = listing((term.name for term in model.terms), word="and")
        raise part.error("model", f"is {shown(model.name)}, without {shown(exposure.name)}; its terms are: {known}")
    if found.spline is not None:
        raise part.error("model", f"is {shown(model.name)}, where {shown(exposure.name)} is a spline and has no ratio")
    return found


def _comparison(part: Section, declared: Declared, exposure: Exposure) -> GroupComparison:
    """Return the comparison that a row names, or that `exposure` of [analysis] asks for."""
    if part.has("comparison"):
        found = named_comparison(part, declared.comparisons)
        if found.groups != exposure.name:
            raise part.error(
                "comparison",
                f"is {shown(str(found.name))}, of {shown(found.groups)}; the table is of {shown(exposure.name)}",
            )
        return found
    asked = next((item for item in declared.comparisons if item.name is None and item.groups == exposure.name), None)
    if asked is None:
        raise part.error("", f"expected `comparison` or `model`: [analysis] does not compare {shown(exposure.name)}")
    return asked


def _of(part: Section, table: Section, declared: Declared, known: Sequence[str], words: str) -> str:
    """Read what a row is of: its own `endpoint` or `outcome`, that of the table, or the only one that there is."""
    for section in (part, table):
        if section.has("endpoint") and section.has("outcome"):
            raise section.error("outcome", "does not go with `endpoint`; it is one of them")
        for key in ("endpoint", "outcome"):
            if not section.has(key):
                continue
            value = section.text(key)
            if key == "endpoint":
                endpoint_name(section, key, value, declared.endpoints)
            else:
                outcome_name(section, key, value, declared.outcomes)
            if value not in known:
                raise part.error("", f"is of {shown(value)}; {words}: {listing(known, word='and')}")
            return value
    if len(known) != 1:
        raise part.error(
            "endpoint", f"(or `outcome`) is missing, here and in the table; {words}: {listing(known, word='and')}"
        )
    return known[0]


def _of_comparison(endpoint: str, declared: Declared, compared: GroupComparison) -> tuple[Measure, ...]:
    """Return the estimates that a comparison has of an endpoint or outcome; first what is shown by default."""
    if endpoint in declared.endpoints:
        is_crude = not (compared.adjust_for or compared.strata)
        competing = declared.endpoints[endpoint].competing is not None
        return ("hazard_ratio", "subdistribution_hazard_ratio") if competing and is_crude else ("hazard_ratio",)
    if not declared.outcomes[endpoint].is_binary:
        return ("difference",)
    adjusted: tuple[Measure, ...] = ("odds_ratio", "risk_ratio")
    return adjusted if compared.adjust_for else (*adjusted, "risk_difference")
