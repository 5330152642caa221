"""[figures.*] of study.toml: what each kind of figure asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from ..syntax.sections import Section
from .declared import Declared
from .endpoints import endpoint_names
from .variables import groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of some kind."""

    kind: ClassVar[str]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCurves(Figure):
    """Kaplan-Meier curves: a panel for each endpoint (and level of `within`), a curve for each level of `groups`."""

    kind: ClassVar[str] = "survival"
    endpoints: tuple[str, ...]
    groups: str | None = None
    within: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDiagram(Figure):
    """The flow from the patients reviewed to those analysed, and on to the levels of `by`."""

    kind: ClassVar[str] = "flow"
    by: str | None = None


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
    section.allow("kind", "endpoints", "groups", "within", of="survival curves")
    by, within = groups(section, "groups", declared.types), groups(section, "within", declared.types)
    if within is not None and by in (None, within):
        raise section.error("within", "expected another variable than `groups`, which is compared within it")
    shown = endpoint_names(section, declared.endpoints)
    return SurvivalCurves(name=name, endpoints=shown, groups=by, within=within)


def _flow(name: str, section: Section, declared: Declared) -> FlowDiagram:
    section.allow("kind", "by", of="a flow diagram")
    return FlowDiagram(name=name, by=groups(section, "by", declared.types))


FIGURE_KINDS: Final[Mapping[str, Callable[[str, Section, Declared], Figure]]] = {
    SurvivalCurves.kind: _survival,
    FlowDiagram.kind: _flow,
}
"""The kinds of figures, by the word that study.toml has for each, and what reads the keys of one."""
