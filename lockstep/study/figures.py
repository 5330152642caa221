"""[figures.*] of study.toml: what each kind of figure asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from ..base.wording import listing
from ..syntax.sections import Section
from .declared import Declared
from .eligibility import optional_population, population_name
from .endpoints import endpoint_names
from .variables import groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of some kind."""

    kind: ClassVar[str]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCurves(Figure):
    """Kaplan-Meier curves: a panel for each endpoint (and level of `within`), a curve for each level of `groups`.

    They are of all patients analysed, or of those of a population.
    """

    kind: ClassVar[str] = "survival"
    endpoints: tuple[str, ...]
    groups: str | None = None
    within: str | None = None
    population: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDiagram(Figure):
    """The flow from the patients reviewed to those analysed, and on to the levels of `by`, or to `populations`."""

    kind: ClassVar[str] = "flow"
    by: str | None = None
    populations: tuple[str, ...] = ()


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
    section.allow("kind", "endpoints", "groups", "within", "population", of="survival curves")
    by, within = groups(section, "groups", declared.types), groups(section, "within", declared.types)
    if within is not None and by in (None, within):
        raise section.error("within", "expected another variable than `groups`, which is compared within it")
    shown = endpoint_names(section, declared.endpoints)
    population = optional_population(section, declared.populations)
    return SurvivalCurves(name=name, endpoints=shown, groups=by, within=within, population=population)


def _flow(name: str, section: Section, declared: Declared) -> FlowDiagram:
    section.allow("kind", "by", "populations", of="a flow diagram")
    named = section.texts("populations")
    if section.has("populations"):
        if not named:
            known = listing(declared.populations) or "none is declared"
            raise section.error("populations", f"is empty; expected a list of populations: {known}")
        if section.has("by"):
            raise section.error("populations", "does not go with `by`, whose levels end the flow; make two figures")
    populations = tuple(population_name(section, "populations", value, declared.populations) for value in named)
    return FlowDiagram(name=name, by=groups(section, "by", declared.types), populations=populations)


FIGURE_KINDS: Final[Mapping[str, Callable[[str, Section, Declared], Figure]]] = {
    SurvivalCurves.kind: _survival,
    FlowDiagram.kind: _flow,
}
"""The kinds of figures, by the word that study.toml has for each, and what reads the keys of one."""
