"""[imputation] of study.toml: which missing values are imputed for the models and comparisons that ask for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from ..base.wording import hint, shown
from ..syntax.names import slug
from ..syntax.sections import Section
from ..variables.columns import Column
from ..variables.derived import AnyDerived, columns_behind
from .analysis import Analysis
from .comparisons import GroupComparison, Measured
from .model_sections import LIKE
from .models import Model

MOST_LEVELS: Final = 30
"""A category of more levels is not imputed and imputes no other: each level takes a coefficient of every variable."""

MOST_SETS: Final = 200
COMPLETE_CASES: Final = "_complete_cases"
"""What the name of the model ends in that has the same terms and takes patients with all values."""

_UNKNOWN: Final = "is neither a column nor derived"

Variables: TypeAlias = Mapping[str, Column | AnyDerived]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleImputation:
    """How missing values are imputed.

    Attributes
    ----------
    sets, iterations, seed : how many data sets, after how many rounds through all variables each, and from which seed.
    imputed : the columns whose missing values are imputed, and derived variables that are imputed as they are, since
        not all that they are made of can be.
    predictors : further variables of the analyses; whoever lacks one is left out of these.
    auxiliary : variables that only predict.
    as_observed : exposures, which are not even made of imputed parts unless they are imputed by name.
    endpoints, outcomes : what the analyses are of: it predicts too, and is not imputed.
    """

    sets: int = 20
    iterations: int = 10
    seed: int = 1
    imputed: tuple[str, ...]
    predictors: tuple[str, ...] = ()
    auxiliary: tuple[str, ...] = ()
    as_observed: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()


def with_complete_cases(models: Sequence[Model], top: Section) -> tuple[Model, ...]:
    """Return the models, behind each one with imputed values the one of its terms in patients who lack nothing.

    It is the model that `like` names, where that is such a one, or one that is made here.

    Raises
    ------
    StudyError
        If another model has the name of one that is made here.
    """
    found, by_name = list[Model](), {model.name: model for model in models}
    names = {slug(name) for name in (*by_name, *top.section("comparisons").values)}
    for model in models:
        if not model.imputation:
            found.append(model)
            continue
        section = top.section("models").section(model.name)
        like = by_name.get(str(section.values.get(LIKE)))
        if like is not None and replace(model, name=like.name, label=like.label, imputation=False) == like:
            found.append(replace(model, complete_cases=like.name))
            continue
        name = f"{model.name}{COMPLETE_CASES}"
        if slug(name) in names:
            made = f"makes the model {shown(name)}, of patients who lack nothing, and there is one"
            raise section.error("imputation", f"{made}; rename it, or name it by `like`")
        label = f"{model.label}, complete cases"
        found += [
            replace(model, complete_cases=name),
            replace(model, name=name, label=label, imputation=False),
        ]
    return tuple(found)


def read_imputation(
    top: Section,
    variables: Variables,
    id_header: str,
    measured: Measured,
    analysis: Analysis,
    comparisons: Sequence[GroupComparison],
    models: Sequence[Model],
) -> MultipleImputation | None:
    """Read [imputation]; None where nothing asks for it.

    Raises
    ------
    StudyError
        If it is asked for and not there, or there and not asked for; if it names what is never imputed: identifiers,
        dates, what an endpoint or outcome is made of, blanks that mean that something did not happen.
    """
    asking = [("models", model.name) for model in models if model.imputation]
    asking += [("comparisons", str(item.name)) for item in comparisons if item.imputation]
    if not asking:
        if top.has("imputation"):
            raise top.error("imputation", "is asked for by nothing; add `imputation = true` under [models.*]")
        return None
    if not top.has("imputation"):
        (outer, name), example = asking[0], "m = 20 (data sets) and seed = 1"
        raise (
            top.section(outer)
            .section(name)
            .error("imputation", f"needs [imputation], which says how; add the section, such as {example}")
        )
    section = top.section("imputation")
    section.allow("m", "seed", "iterations", "variables", "also", of="[imputation]")
    asked = _Asked.of(models, comparisons)
    parts = _Parts(variables, id_header, _never(variables, measured, asked), {*measured.endpoints, *measured.outcomes})
    exposures = {analysis.exposure, *asked.groups, *(item.groups for item in comparisons if item.name is not None)}
    as_observed = [name for name in asked.variables if name in exposures or parts.known_later(name)]
    if section.has("variables"):
        imputed = tuple(dict.fromkeys(parts.named(section, "variables")))
        as_observed = [name for name in as_observed if name not in section.texts("variables")]
    else:
        roots = dict.fromkeys(root for name in asked.variables if name not in as_observed for root in parts.of(name))
        imputed = tuple(root for root in roots if not parts.why_not(root))
    if not imputed:
        raise section.error("variables", "has nothing to impute; name variables of the models, numbers or categories")
    predictors = [name for name in asked.variables if not set(parts.of(name)) <= {*imputed, *parts.blank_by_right}]
    auxiliary = dict.fromkeys(parts.named(section, "also"))
    for name in predictors:
        if name in asked.terms and parts.levels(name) > MOST_LEVELS:
            raise section.error(
                "",
                f"has the term {shown(name)}, which has {parts.levels(name)} levels; at most {MOST_LEVELS} can be "
                "imputed or predict others. Combine levels, or leave it out of models with `imputation = true`",
            )
    return MultipleImputation(
        sets=_whole(section, "m", 20, 2, MOST_SETS),
        iterations=_whole(section, "iterations", 10, 1, 1000),
        seed=_whole(section, "seed", 1, 0, 2**53),
        imputed=imputed,
        predictors=tuple(name for name in predictors if parts.levels(name) <= MOST_LEVELS),
        auxiliary=tuple(name for name in auxiliary if name not in {*imputed, *predictors}),
        as_observed=tuple(as_observed),
        endpoints=asked.endpoints,
        outcomes=asked.outcomes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the models and comparisons with imputed values are of, and the variables that enter them."""

    terms: tuple[str, ...]
    variables: tuple[str, ...]
    groups: tuple[str, ...]
    endpoints: tuple[str, ...]
    outcomes: tuple[str, ...]

    @classmethod
    def of(cls, models: Iterable[Model], comparisons: Iterable[GroupComparison]) -> _Asked:
        models = [model for model in models if model.imputation]
        comparisons = [item for item in comparisons if item.imputation]
        both: list[Model | GroupComparison] = [*models, *comparisons]
        terms = [name for model in models for name in model.variables]
        subgroups = [name for item in comparisons for name in item.within if name not in terms]
        terms += [name for item in comparisons for name in (item.groups, *item.within, *item.adjust_for)]
        strata = [name for item in both for name in item.strata]
        return cls(
            terms=tuple(dict.fromkeys(terms)),
            variables=tuple(dict.fromkeys([*terms, *strata])),
            groups=(*(item.groups for item in comparisons), *subgroups),
            endpoints=tuple(dict.fromkeys(name for item in both for name in item.endpoints)),
            outcomes=tuple(dict.fromkeys(name for item in both for name in item.outcomes)),
        )


def _never(variables: Variables, measured: Measured, asked: _Asked) -> dict[str, str]:
    """Return the columns that an endpoint, or an outcome of the analyses, is made of, each with what it is.

    What an outcome of one model is made of can be a term of another one, and is imputed for that.
    """
    found: dict[str, str] = {}
    for name, endpoint in measured.endpoints.items():
        made_of = [part for part in endpoint.made_of if part != endpoint.start]
        for column in columns_behind(made_of, variables):
            found.setdefault(column, f"is what endpoint {shown(name)} is made of")
    entering = columns_behind(asked.variables, variables)
    for name in asked.outcomes:
        outcome = measured.outcomes[name]
        made_of = list(outcome.event.names) if outcome.event is not None else [str(outcome.value)]
        for column in columns_behind(made_of, variables):
            if column not in entering:
                found.setdefault(column, f"is what outcome {shown(name)} is made of")
    return found


@dataclass(frozen=True, slots=True)
class _Parts:
    """The variables, what they are made of, and which of them are never imputed."""

    variables: Variables
    id_header: str
    never: Mapping[str, str]
    measured: Collection[str]
    blank_by_right: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        optional = frozenset(name for name, item in self.variables.items() if item.optional)
        object.__setattr__(self, "blank_by_right", optional)

    def of(self, name: str) -> tuple[str, ...]:
        """Return by which variables one is imputed: those that it is made of, itself where these cannot all be."""
        item = self.variables[name]
        if isinstance(item, Column) or not all(self._can_be(part) for part in item.made_of):
            return (name,)
        parts = [part for part in item.made_of if part not in self.blank_by_right]
        return tuple(dict.fromkeys(root for part in parts for root in self.of(part)))

    def _can_be(self, name: str) -> bool:
        return name in self.blank_by_right or all(self.why_not(root) is None for root in self.of(name))

    def known_later(self, name: str) -> bool:
        """Return whether a category is known only from some day on: an exposure during follow-up."""
        return getattr(self.variables[name], "known_at", None) is not None

    def levels(self, name: str) -> int:
        """Return how many levels a category has; 0 of a number."""
        return len(self.variables[name].levels or ())

    def why_not(self, name: str) -> str | None:
        """Say why a variable is never imputed as it is; None where it can be."""
        item = self.variables[name]
        if isinstance(item, Column) and item.header == self.id_header and item.join is None:
            return "identifies patients, and is never imputed"
        if item.type == "date":
            return "is a date, and dates are never imputed; name a number that is made of it"
        if self.known_later(name):
            return "has `known_at`, and is not imputed: a level without its day has no meaning"
        if item.optional:
            return "is optional: a blank means that it did not happen, so that nothing is missing"
        behind = (name,) if isinstance(item, Column) else columns_behind([name], self.variables)
        for column in behind:
            if column in self.never:
                return f"{self.never[column]}, and is never imputed; patients without it are left out"
        if self.levels(name) > MOST_LEVELS:
            return f"has {self.levels(name)} levels; at most {MOST_LEVELS} can be imputed. Combine levels"
        return None

    def named(self, section: Section, key: str) -> Iterator[str]:
        """Yield by which variables those are imputed that a key lists; refuse one that never is."""
        for name in section.texts(key):
            if name not in self.variables:
                found = "is an endpoint or outcome, and is never imputed" if name in self.measured else _UNKNOWN
                raise section.error(key, f"names {shown(name)}, which {found}{hint(name, self.variables)}")
            if why := next(filter(None, (self.why_not(root) for root in self.of(name))), None):
                raise section.error(key, f"names {shown(name)}, which {why}")
            yield from self.of(name)


def _whole(section: Section, key: str, default: int, least: int, most: int) -> int:
    value = section.number(key, default)
    if value != int(value) or not least <= value <= most:
        raise section.error(key, f"is {value:g}; expected a whole number from {least} to {most}")
    return int(value)
