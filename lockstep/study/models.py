"""[models.*] of study.toml: which variables enter a model, in which form, and what the model is of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from ..base.wording import listing, shown
from ..endpoints.competing import with_competing
from ..endpoints.endpoints import endpoint_name, endpoint_names
from ..endpoints.exposure_times import ExposureTimes, Landmark
from ..endpoints.outcomes import outcome_name, outcome_names
from ..syntax.conditions import VariableType
from ..syntax.names import default_label, slug
from ..syntax.sections import Section
from ..variables.named_variables import groups, variable
from .analysis import Analysis
from .comparisons import BOTH, FROM_THE_START, Measured
from .confounding import PatientSets
from .model_sections import like_another_model
from .terms import Term, read_terms

ADJUSTED: Final = "adjusted"
"""The name of the model that [analysis] asks for by `adjust_for`."""

MULTIVARIABLE: Final = "Multivariable"
"""What tables call that model where it stands beside others."""

ModelKind: TypeAlias = Literal["cox", "fine_gray", "logistic", "risk", "linear"]
"""What is fitted: a Cox or a Fine-Gray model, a logistic, a modified Poisson or a linear regression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model of some endpoints, or of some outcomes of one kind.

    Attributes
    ----------
    label : what tables call it; None for that of [analysis].
    kind : of endpoints a Cox model, or a Fine-Gray model where events compete; of binary outcomes logistic (odds
        ratios) or "risk" (risk ratios); linear of numbers (differences of means).
    terms : in the order in which they are printed.
    each : whether every term is in a model of its own: the univariable, or crude, models.
    strata : the categories whose levels have baseline hazards of their own; of a Fine-Gray model censoring of its own.
    cluster : the category within whose levels patients may depend on each other: the variance is then robust.
    population : of whose patients it is, of a population or a matching; None for all that are analysed.
    weights : by which its patients are made comparable.
    e_value : the exposure whose ratios have E-values.
    landmark : from when on it is of the patients still at risk then, with exposures as known then.
    imputation : whether missing values are imputed, and the estimates of several data sets pooled.
    complete_cases : of such a model the name of that of the same terms in patients who lack nothing.
    reason : why it has these terms.
    """

    name: str
    label: str | None = None
    kind: ModelKind = "cox"
    endpoints: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    terms: tuple[Term, ...]
    each: bool = False
    strata: tuple[str, ...] = ()
    cluster: str | None = None
    population: str | None = None
    weights: str | None = None
    e_value: str | None = None
    landmark: Landmark | None = None
    imputation: bool = False
    complete_cases: str | None = None
    reason: str | None = None

    @property
    def of(self) -> tuple[str, ...]:
        """The endpoints or outcomes that it is of."""
        return (*self.endpoints, *self.outcomes)

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of its terms, each once."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term.variables))


def read_models(
    top: Section,
    types: Mapping[str, VariableType],
    measured: Measured,
    analysis: Analysis,
    patients: PatientSets,
    exposures: ExposureTimes,
) -> tuple[Model, ...]:
    """Read [models.*], after the model that [analysis] asks for."""
    found = list(_short_form(analysis, measured.endpoints))
    sections = top.sections("models")
    short_form = {model.name: _as_section(model) for model in found}
    for name, written in sections.items():
        section = like_another_model(written, sections, short_form)
        if slug(name) in {slug(model.name) for model in found}:
            raise section.error("", "is the name of the model that `adjust_for` of [analysis] asks for; take another")
        model = _in_time(_model(name, section, types, measured, patients), section, measured, exposures)
        found.append(_adjusted_by_design(model, section, patients, analysis.exposure))
    return tuple(found)


def _as_section(model: Model) -> dict[str, Any]:
    """Return the keys of a model that [analysis] asks for, for another one to be like it."""
    return {"endpoints": list(model.endpoints), "terms": [term.name for term in model.terms], "label": MULTIVARIABLE}


def _short_form(analysis: Analysis, endpoints: Iterable[str]) -> Iterator[Model]:
    if analysis.exposure is not None and analysis.adjust_for:
        terms = tuple(Term(name=name) for name in (analysis.exposure, *analysis.adjust_for))
        yield Model(name=ADJUSTED, endpoints=tuple(endpoints), terms=terms, reason=analysis.reason)


def _model(
    name: str,
    section: Section,
    types: Mapping[str, VariableType],
    measured: Measured,
    patients: PatientSets,
) -> Model:
    section.allow(
        "label", "endpoint", "endpoints", "outcome", "outcomes", "kind", "terms", "each", "strata", "cluster",
        "population", "landmark", "weights", "e_value", "imputation", "like", "reason", of="a model",
    )  # fmt: skip
    endpoints, outcomes = _endpoints(section, measured), _outcomes(section, measured)
    kind = _kind(section, measured, outcomes)
    if section.has("strata") and kind not in ("cox", "fine_gray"):
        raise section.error(
            "strata",
            "is for models of endpoints, whose baseline hazards differ by stratum; add the variable to `terms`",
        )
    if kind == "fine_gray":
        with_competing(section, endpoints, measured.endpoints)
    each = section.flag("each")
    terms = read_terms(section, types, each=each)
    strata = tuple(variable(section, "strata", value, types, "category") for value in section.texts("strata"))
    inside = {name for term in terms for name in term.variables}
    for category in strata:
        if category in inside:
            raise section.error(
                "strata",
                f"names {shown(category)}, which is a term too; a stratum has no hazard ratio, so take one out",
            )
    return Model(
        name=name,
        label=section.text("label", default_label(name)),
        kind=kind,
        endpoints=endpoints,
        outcomes=outcomes,
        terms=terms,
        each=each,
        strata=strata,
        cluster=groups(section, "cluster", types),
        population=patients.population(section),
        imputation=section.flag("imputation"),
        reason=section.optional_text("reason"),
    )


def _in_time(model: Model, section: Section, measured: Measured, exposures: ExposureTimes) -> Model:
    """Return a model with its landmark; refuse exposures that begin later where it is not known when."""
    landmark = exposures.landmark(section)
    changing = [term.name for term in model.terms if term.time_dependent]
    if landmark is None and not changing:
        return model
    key = "landmark" if landmark else "terms"
    if landmark is not None and changing:
        raise section.error("landmark", BOTH)
    if model.kind == "fine_gray":
        raise section.error(key, "is for Cox models; leave out `kind`, and the model is of cause-specific hazards")
    if model.kind != "cox":
        raise section.error(key, "is for Cox models: an outcome has no time; name an endpoint, by `endpoint`")
    endpoints = [measured.endpoints[name] for name in model.endpoints]
    for part in section.rows("terms", short="variable"):
        if part.flag("time_dependent"):
            exposures.check_time_dependent(part, "variable", part.text("variable"))
    of_time = [*changing] if changing else [*model.variables, *model.strata]
    exposures.check(section, key, of_time, endpoints)
    return replace(model, landmark=landmark)


def _adjusted_by_design(model: Model, section: Section, patients: PatientSets, exposure: str | None) -> Model:
    """Return a model with its weights and the exposure of E-values; refuse what has no valid result with these."""
    weighting, matching = patients.weighting(section), patients.matched(model.population)
    design = weighting or matching
    if design is not None:
        exposure, key = design.exposure, "weights" if weighting else "population"
        for other in (name for name in ("landmark", "terms") if name == "landmark" or _begins_later(model)):
            if section.has(other):
                raise section.error(other, FROM_THE_START)
        if model.kind == "fine_gray" and (weighting or (matching and matching.is_weighted)):
            raise section.error(
                key,
                "does not go with a Fine-Gray model, which is computed without weights; take a Cox model, whose ratio "
                "is cause-specific",
            )
    if weighting is not None:
        if model.each or weighting.exposure not in model.variables:
            raise section.error(
                "weights",
                f"balance the groups of {shown(weighting.exposure)}; expected a model with this variable among its "
                "`terms`, and without `each`",
            )
        model = replace(model, weights=weighting.name, population=weighting.population)
    if matching is not None and model.cluster is not None:
        raise section.error("cluster", "does not go with a matching, whose sets are the clusters; take it out")
    return replace(model, e_value=_exposure(model, section, exposure)) if section.flag("e_value") else model


def _begins_later(model: Model) -> bool:
    return any(term.time_dependent for term in model.terms)


def _exposure(model: Model, section: Section, exposure: str | None) -> str:
    """Return the exposure whose ratios in a model have E-values."""
    if model.kind == "linear":
        raise section.error("e_value", "is of ratios, and a linear model has none; take it out")
    if exposure is None:
        raise section.error("e_value", "is of the exposure's ratio; name it, as `exposure` of [analysis] or of weights")
    if exposure not in {term.name for term in model.terms}:
        raise section.error("e_value", f"is of the ratio of {shown(exposure)}; expected it among the `terms`")
    for term in model.terms:
        if exposure in term.variables and len(term.variables) > 1:
            raise section.error(
                "e_value",
                f"is of one ratio of {shown(exposure)}, which differs by the product {shown(term.name)}; take one out",
            )
    return exposure


def _endpoints(section: Section, measured: Measured) -> tuple[str, ...]:
    """Read `endpoint` or `endpoints`; without either, and without outcomes, a model is of all endpoints."""
    endpoints = measured.endpoints
    if sum(section.has(key) for key in ("endpoint", "endpoints", "outcome", "outcomes")) > 1:
        raise section.error("", "expected one of `endpoint`, `endpoints` (a list), `outcome` and `outcomes` (a list)")
    if section.has("endpoint"):
        return (endpoint_name(section, "endpoint", section.text("endpoint"), endpoints),)
    if section.has("endpoints"):
        return endpoint_names(section, endpoints)
    if section.has("outcome") or section.has("outcomes"):
        return ()
    if not endpoints:
        either = "; name an outcome, by `outcome`" if measured.outcomes else ""
        raise section.error("", f"is of an endpoint, and study.toml declares none under [endpoints]{either}")
    return tuple(endpoints)


def _outcomes(section: Section, measured: Measured) -> tuple[str, ...]:
    """Read `outcome` or `outcomes`, which are all binary or all numbers."""
    if section.has("outcome"):
        return (outcome_name(section, "outcome", section.text("outcome"), measured.outcomes),)
    if not section.has("outcomes"):
        return ()
    names = outcome_names(section, measured.outcomes)
    first, *others = (measured.outcomes[name] for name in names)
    for other in others:
        if other.is_binary != first.is_binary:
            found = f"has {shown(first.name)}, {first.in_words}, and {shown(other.name)}, {other.in_words}"
            raise section.error("outcomes", f"{found}; make a model of each")
    return names


def _kind(section: Section, measured: Measured, outcomes: Sequence[str]) -> ModelKind:
    """Read which kind of model it is; what it is of decides where nothing is said."""
    if not outcomes:
        of, kinds = "an endpoint", ["cox", "fine_gray"]
    elif measured.outcomes[outcomes[0]].is_binary:
        of, kinds = "a binary outcome", ["logistic", "risk"]
    else:
        of, kinds = "a number", ["linear"]
    kind = section.choice("kind", get_args(ModelKind), kinds[0])
    if kind not in kinds:
        raise section.error("kind", f"is {shown(kind)}; a model of {of} is {listing(kinds)}")
    return cast("ModelKind", kind)


def named_models(section: Section, key: str, models: Mapping[str, Model]) -> tuple[Model, ...]:
    """Read the names of models that a key lists."""
    names = section.texts(key)
    if not names:
        raise section.error(key, f"is empty; the models are: {listing(models, word='and') or 'none'}")
    return tuple(_named(section, key, name, models) for name in names)


def named_model(section: Section, key: str, models: Mapping[str, Model]) -> Model:
    """Read the name of a model."""
    return _named(section, key, section.text(key), models)


def _named(section: Section, key: str, name: str, models: Mapping[str, Model]) -> Model:
    if name not in models:
        known = listing(models, word="and") or "none"
        raise section.error(key, f"names {shown(name)}; the models are: {known}")
    return models[name]
