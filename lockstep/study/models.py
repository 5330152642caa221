"""[models.*] of study.toml: which variables enter a model, in which form, and what the model is of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from ..base.wording import listing, shown
from ..syntax.conditions import VariableType
from ..syntax.names import default_label, slug
from ..syntax.sections import Section
from ..variables.eligibility import StudyPopulation, optional_population
from ..variables.named_variables import groups, variable
from .analysis import ALL_TERMS, Analysis
from .comparisons import BOTH, Measured
from .competing import with_competing
from .endpoints import endpoint_name, endpoint_names
from .exposure_times import ExposureTimes, Landmark
from .outcomes import outcome_name, outcome_names

ADJUSTED: Final = "adjusted"
"""The name of the model that [analysis] asks for by `adjust_for`."""

PRODUCT: Final = ":"
"""What stands between the two variables of a product: ``arm:sex``."""

Transform: TypeAlias = Literal["log", "log2", "log10"]
"""A logarithm that a number enters a model by: natural, per doubling, per tenfold."""

ModelKind: TypeAlias = Literal["cox", "fine_gray", "logistic", "risk", "linear"]
"""What is fitted: a Cox or a Fine-Gray model, a logistic, a modified Poisson or a linear regression."""

TRANSFORMS: Final[tuple[Transform, ...]] = ("log", "log2", "log10")

KNOTS: Final = range(3, 8)
"""How many knots a spline can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What enters a model: a category, a number in some form, or the product of two such.

    `name` is the variable, of a product both: ``arm:sex``. A number enters per `per` units, by its logarithm
    (`transform`), or by a restricted cubic spline with `spline` knots. A category that is `time_dependent` has its
    first level until its own is known.
    """

    name: str
    per: float = 1.0
    transform: Transform | None = None
    spline: int | None = None
    time_dependent: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        """The variable, or the two of a product."""
        return tuple(self.name.split(PRODUCT))


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
    strata : the categories whose levels have baseline hazards of their own.
    cluster : the category within whose levels patients may depend on each other: the variance is then robust.
    population : of whose patients it is; None for all that are analysed.
    landmark : from when on it is of the patients still at risk then, with exposures as known then.
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
    landmark: Landmark | None = None

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
    populations: Mapping[str, StudyPopulation],
    exposures: ExposureTimes,
) -> tuple[Model, ...]:
    """Read [models.*], after the model that [analysis] asks for."""
    found = list(_short_form(analysis, measured.endpoints))
    for name, section in top.sections("models").items():
        if slug(name) in {slug(model.name) for model in found}:
            raise section.error("", "is the name of the model that `adjust_for` of [analysis] asks for; take another")
        model = _model(name, section, types, measured, populations)
        found.append(_in_time(model, section, measured, exposures))
    return tuple(found)


def _short_form(analysis: Analysis, endpoints: Iterable[str]) -> Iterator[Model]:
    if analysis.exposure is not None and analysis.adjust_for:
        terms = tuple(Term(name=name) for name in (analysis.exposure, *analysis.adjust_for))
        yield Model(name=ADJUSTED, endpoints=tuple(endpoints), terms=terms)


def _model(
    name: str,
    section: Section,
    types: Mapping[str, VariableType],
    measured: Measured,
    populations: Mapping[str, StudyPopulation],
) -> Model:
    section.allow(
        "label", "endpoint", "endpoints", "outcome", "outcomes", "kind", "terms", "each", "strata", "cluster",
        "population", "landmark", of="a model",
    )  # fmt: skip
    endpoints, outcomes = _endpoints(section, measured), _outcomes(section, measured)
    kind = _kind(section, measured, outcomes)
    if section.has("strata") and kind != "cox":
        raise section.error(
            "strata", "is for Cox models, whose baseline hazards differ by stratum; add the variable to `terms`"
        )
    if kind == "fine_gray":
        with_competing(section, endpoints, measured.endpoints)
    each = section.flag("each")
    terms = _terms(section, types, each=each)
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
        population=optional_population(section, populations),
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
    if model.kind != "cox":
        raise section.error(key, "is for Cox models: an outcome has no time; name an endpoint, by `endpoint`")
    endpoints = [measured.endpoints[name] for name in model.endpoints]
    for part in section.rows("terms", short="variable"):
        if part.flag("time_dependent"):
            exposures.check_time_dependent(part, "variable", part.text("variable"), endpoints)
    of_time = [*changing] if changing else [*model.variables, *model.strata]
    exposures.check(section, key, of_time, endpoints)
    return replace(model, landmark=landmark)


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


def _terms(section: Section, types: Mapping[str, VariableType], *, each: bool) -> tuple[Term, ...]:
    found: dict[str, Term] = {}
    for part in section.rows("terms", short="variable"):
        term = _term(part, types)
        if term.name in found:
            raise section.error("terms", f"has {shown(term.name)} twice; a variable enters a model once")
        found[term.name] = term
    if not found:
        example = '["arm", { variable = "age", per = 10 }, "arm:sex"]'
        raise section.error("terms", f"is empty; expected the variables of the model, such as {example}")
    for term in found.values():
        if len(term.variables) == 1:
            continue
        if each:
            raise section.error("terms", f"has the product {shown(term.name)}, which `each` leaves without its parts")
        for name in term.variables:
            if name in found and found[name].spline is not None:
                found_spline = f"has the product {shown(term.name)}, of which {shown(name)} is a spline"
                raise section.error("terms", f"{found_spline}; let it enter as it is")
            if name not in found:
                raise section.error(
                    "terms",
                    f"has the product {shown(term.name)} without {shown(name)}; add it as a term of its own, since a "
                    "product means the difference from it",
                )
    return tuple(found.values())


def _term(section: Section, types: Mapping[str, VariableType]) -> Term:
    """Read a term: a variable, a product of two, or a number in some form."""
    section.allow("variable", "per", "transform", "spline", "time_dependent", of="a term")
    text = section.text("variable")
    names = [name.strip() for name in text.split(PRODUCT)]
    if len(names) > 2 or len(set(names)) != len(names):
        raise section.error(
            "variable", f"is {shown(text)}; expected a variable, or the product of two, such as 'arm:sex'"
        )
    kinds = {types[_entering(section, name, types)].kind for name in names}
    for key in ("per", "transform", "spline"):
        if section.has(key) and (kinds != {"number"} or len(names) > 1):
            raise section.error(
                key, f"is for a number, and {shown(text)} is none; a product takes its parts as they are"
            )
    if section.has("per") and section.has("transform"):
        raise section.error("per", "does not go with `transform`: log2 is per doubling, log10 per tenfold increase")
    if section.has("spline") and (section.has("per") or section.has("transform")):
        raise section.error("spline", "does not go with `per` or `transform`: a spline has no ratio per so many units")
    per = section.number("per", 1.0)
    if per <= 0:
        raise section.error("per", f"is {per:g}; expected how many units the ratio is per, such as 10")
    transform: Any = section.choice("transform", TRANSFORMS) if section.has("transform") else None
    return Term(
        name=PRODUCT.join(names),
        per=per,
        transform=transform,
        spline=_knots(section) if section.has("spline") else None,
        time_dependent=section.flag("time_dependent"),
    )


def _knots(section: Section) -> int:
    knots = section.number("spline")
    if knots not in KNOTS:
        raise section.error("spline", f"is {knots:g}; expected how many knots it has, from {KNOTS[0]} to {KNOTS[-1]}")
    return int(knots)


def _entering(section: Section, name: str, types: Mapping[str, VariableType]) -> str:
    """Return the name of a variable that can enter a model."""
    variable(section, "variable", name, types, "number", "category")
    if types[name].kind == "category" and len(types[name].levels) < 2:
        raise section.error("variable", f"names {shown(name)}, which has one level; expected two or more to compare")
    if slug(name) == ALL_TERMS:
        found = f"names {shown(name)}, which in results is the test of all terms of the model"
        raise section.error(
            "variable", f"{found}; give the variable another name (`header` says what the file calls it)"
        )
    return name


def named_models(section: Section, key: str, models: Mapping[str, Model]) -> tuple[Model, ...]:
    """Read the names of models that a key lists."""
    names = section.texts(key)
    if not names:
        raise section.error(key, f"is empty; the models are: {listing(models, word='and') or 'none'}")
    for name in names:
        if name not in models:
            known = listing(models, word="and") or "none"
            raise section.error(key, f"names {shown(name)}; the models are: {known}")
    return tuple(models[name] for name in names)
