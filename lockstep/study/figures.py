"""[figures.*] of study.toml: what each kind of figure asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from ..base.wording import hint, listing, shown
from ..endpoints.competing import with_competing, without_competing
from ..endpoints.endpoints import endpoint_name, endpoint_names
from ..endpoints.outcomes import outcome_name
from ..syntax.sections import Section
from ..variables.eligibility import population_name
from ..variables.named_variables import groups, groups_named
from .comparisons import named_comparison
from .confounding import check_robust
from .declared import Declared
from .models import named_models


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of some kind."""

    kind: ClassVar[str]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCurves(Figure):
    """Kaplan-Meier curves: a panel for each endpoint (and level of `within`), a curve for each level of `groups`.

    They are of all patients analysed, or of those of a population; or those of a named comparison, with its groups.
    """

    kind: ClassVar[str] = "survival"
    endpoints: tuple[str, ...]
    groups: str | None = None
    within: str | None = None
    population: str | None = None
    comparison: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidenceCurves(SurvivalCurves):
    """The same of the cumulative incidence of endpoints with a competing event; `competing`: of this one too."""

    kind: ClassVar[str] = "cumulative_incidence"
    competing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDiagram(Figure):
    """The flow from the patients reviewed to those analysed, and on to the levels of `by`, or to `populations`."""

    kind: ClassVar[str] = "flow"
    by: str | None = None
    populations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest(Figure):
    """Ratios or differences with their intervals, of an endpoint or outcome, on one axis.

    `favours` is what values below and above no effect speak for; None where study.toml does not say it, since only its
    author knows whether the event is a harm.
    """

    kind: ClassVar[str] = "forest"
    endpoint: str
    favours: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelForest(Forest):
    """The ratios of the terms of named models."""

    models: tuple[str, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupForest(Forest):
    """The ratios of groups in all patients, and in the levels of each of some categories.

    `comparison` is the named comparison that they are of, None for what the figure asks for itself.
    """

    groups: str
    within: tuple[str, ...]
    comparison: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LovePlot(Figure):
    """The standardised differences of the covariates of weights or a matching, before and after."""

    kind: ClassVar[str] = "balance"
    design: str


def read_figure(name: str, section: Section, declared: Declared) -> Figure:
    """Read one of [figures.*], of the kind that its key `kind` names.

    Raises
    ------
    StudyError
        If there is no such kind, or a key is wrong or not one of the kind.
    """
    kind = section.choice("kind", FIGURE_KINDS, SurvivalCurves.kind)
    return FIGURE_KINDS[kind](name, section, declared)


def _survival(name: str, section: Section, declared: Declared) -> SurvivalCurves:
    section.allow(*_CURVES, "comparison", of="survival curves")
    if section.has("comparison"):
        return _of_comparison(name, section, declared)
    without_competing(section, endpoint_names(section, declared.endpoints), declared.endpoints)
    return SurvivalCurves(name=name, **_curves(section, declared))


def _incidence(name: str, section: Section, declared: Declared) -> IncidenceCurves:
    section.allow(*_CURVES, "competing", of="curves of cumulative incidence")
    with_competing(section, endpoint_names(section, declared.endpoints), declared.endpoints)
    return IncidenceCurves(name=name, competing=section.flag("competing"), **_curves(section, declared))


_CURVES: Final = ("kind", "endpoints", "groups", "within", "population")


def _curves(section: Section, declared: Declared) -> dict[str, Any]:
    """Read what curves of both kinds are of."""
    by, within = groups(section, "groups", declared.types), groups(section, "within", declared.types)
    if within is not None and by in (None, within):
        raise section.error("within", "expected another variable than `groups`, which is compared within it")
    endpoints, population = endpoint_names(section, declared.endpoints), declared.patients.population(section)
    if declared.patients.matched(population) is not None:
        check_robust(section, "population", (declared.endpoints[name] for name in endpoints))
    return {"endpoints": endpoints, "groups": by, "within": within, "population": population}


def _of_comparison(name: str, section: Section, declared: Declared) -> SurvivalCurves:
    """Read survival curves of one of [comparisons.*], which has their groups and their population."""
    for key in ("groups", "population"):
        if section.has(key):
            raise section.error(key, "does not go with `comparison`, which has its own; leave it out")
    compared = named_comparison(section, declared.comparisons)
    endpoints = endpoint_names(section, declared.endpoints) if section.has("endpoints") else compared.endpoints
    for endpoint in endpoints:
        if endpoint not in compared.endpoints:
            known = listing(compared.endpoints, word="and") or "none"
            raise section.error(
                "endpoints", f"has {shown(endpoint)}; the endpoints of {shown(str(compared.name))} are: {known}"
            )
    within = section.optional_text("within")
    if within is not None and within not in compared.within:
        known = listing(compared.within, word="and") or "none"
        raise section.error("within", f"is {shown(within)}; {shown(str(compared.name))} compares within: {known}")
    return SurvivalCurves(
        name=name,
        endpoints=without_competing(section, endpoints, declared.endpoints),
        groups=compared.groups,
        within=within,
        comparison=compared.name,
    )


def _flow(name: str, section: Section, declared: Declared) -> FlowDiagram:
    section.allow("kind", "by", "populations", of="a flow diagram")
    named = section.texts("populations")
    if section.has("populations"):
        if not named:
            known = listing(declared.patients.named) or "none is declared"
            raise section.error("populations", f"is empty; expected a list of populations: {known}")
        if section.has("by"):
            raise section.error("populations", "does not go with `by`, whose levels end the flow; make two figures")
    populations = tuple(population_name(section, "populations", value, declared.patients.named) for value in named)
    return FlowDiagram(name=name, by=groups(section, "by", declared.types), populations=populations)


def _balance(name: str, section: Section, declared: Declared) -> LovePlot:
    section.allow("kind", "weights", "matching", of="a figure of balance")
    return LovePlot(name=name, design=declared.patients.balanced(section))


def _forest(name: str, section: Section, declared: Declared) -> Forest:
    section.allow(
        "kind", "models", "terms", "comparison", "groups", "within", "endpoint", "outcome", "favours",
        of="a forest plot",
    )  # fmt: skip
    if not section.has("models"):
        if section.has("terms"):
            raise section.error("terms", "are those of `models`; name them, or leave this key out")
        return _subgroups(name, section, declared)
    for key in ("comparison", "groups", "within"):
        if section.has(key):
            raise section.error(key, "does not go with `models`; make a figure of each")
    models = named_models(section, "models", declared.models)
    known = tuple(dict.fromkeys(term.name for model in models for term in model.terms if term.spline is None))
    terms = section.texts("terms", known)
    if not terms:
        of_models = listing(known, word="and") or "splines alone, which have no ratio to draw"
        raise section.error("terms", f"is empty; the terms of the models are: {of_models}")
    for term in terms:
        if term not in known:
            found = f"names {shown(term)}; the terms of the models are: {listing(known, word='and')}"
            raise section.error("terms", f"{found}{hint(term, known)}")
    common = [of for of in models[0].of if all(of in model.of for model in models)]
    return ModelForest(
        name=name,
        endpoint=_one_of(
            section,
            common,
            declared,
            lacking="of which not all `models` are",
            none="one that all of the models are of, and there is none",
        ),
        favours=_favours(section),
        models=tuple(model.name for model in models),
        terms=terms,
    )


def _subgroups(name: str, section: Section, declared: Declared) -> SubgroupForest:
    types, exposure, subgroup = declared.types, declared.analysis.exposure, declared.analysis.subgroup
    comparison = named_comparison(section, declared.comparisons) if section.has("comparison") else None
    if comparison is not None and section.has("groups"):
        raise section.error("comparison", "has groups of its own; leave out `groups`")
    by = groups(section, "groups", types) or exposure if comparison is None else comparison.groups
    if by is None:
        raise section.error("", "expected `models`, `comparison` or `groups`; there is no `exposure` to compare")
    of_exposure = (subgroup,) if subgroup and by == exposure else ()
    usual = of_exposure if comparison is None else comparison.within
    within = tuple(groups_named(section, "within", value, types) for value in section.texts("within", usual))
    if by in within:
        raise section.error("within", f"has {shown(by)}, whose levels are compared; leave it out")
    common, lacking = [*declared.endpoints, *declared.outcomes], ""
    if comparison is not None:
        common = [*comparison.endpoints, *comparison.outcomes]
        lacking = f"which {shown(str(comparison.name))} does not compare"
        for category in within:
            if category not in comparison.within:
                known = listing(comparison.within, word="and") or "none"
                raise section.error("within", f"has {shown(category)}; the comparison is within: {known}")
    return SubgroupForest(
        name=name,
        endpoint=_one_of(section, common, declared, lacking=lacking, none="one, and study.toml declares none"),
        favours=_favours(section),
        groups=by,
        within=within,
        comparison=None if comparison is None else comparison.name,
    )


def _one_of(section: Section, common: Sequence[str], declared: Declared, *, lacking: str, none: str) -> str:
    """Read `endpoint` or `outcome`, which can be missing where there is one only.

    `lacking` is what is wrong with one that is not among those in `common`, `none` what is wrong where that is empty.
    """
    if section.has("endpoint") and section.has("outcome"):
        raise section.error("outcome", "does not go with `endpoint`; the figure is of one of them")
    for key in ("endpoint", "outcome"):
        if section.has(key):
            value = section.text(key)
            if key == "endpoint":
                endpoint_name(section, key, value, declared.endpoints)
            else:
                outcome_name(section, key, value, declared.outcomes)
            if value not in common:
                raise section.error(key, f"is {shown(value)}, {lacking}")
            return value
    if len(common) != 1:
        raise section.error("endpoint", f"(or `outcome`) is needed; expected {listing(common) if common else none}")
    return common[0]


def _favours(section: Section) -> tuple[str, str] | None:
    if not section.has("favours"):
        return None
    texts = section.texts("favours")
    if len(texts) != 2 or not all(text.strip() for text in texts):
        example = '["Adjuvant better", "Observation better"]'
        raise section.error("favours", f"expected two texts, of values below and above no effect, such as {example}")
    below, above = (" ".join(text.split()) for text in texts)
    return below, above


FIGURE_KINDS: Final[Mapping[str, Callable[[str, Section, Declared], Figure]]] = {
    SurvivalCurves.kind: _survival,
    IncidenceCurves.kind: _incidence,
    FlowDiagram.kind: _flow,
    Forest.kind: _forest,
    LovePlot.kind: _balance,
}
"""The kinds of figures, by the word that study.toml has for each, and what reads the keys of one."""
