"""[derived.*] of study.toml: variables that are made from others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..base.errors import counted
from ..base.wording import listing
from ..syntax.conditions import VariableType
from ..syntax.expressions import Expression
from ..syntax.names import default_label
from ..syntax.sections import Section
from .columns import Column
from .variables import read_expression, read_levels, variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A category made from columns: by ordered conditions (`when`) or by cutting a number (`cut`, `at`)."""

    name: str
    label: str
    levels: Mapping[str, str]
    when: Mapping[str, Expression] | None = None
    cut: str | None = None
    at: tuple[float, ...] = ()
    among: Expression | None = None
    optional: bool = False

    @property
    def made_of(self) -> tuple[str, ...]:
        """The variables that its conditions name, or that it cuts."""
        conditions = [*(self.when or {}).values(), *([self.among] if self.among else [])]
        named = [name for condition in conditions for name in condition.names]
        return tuple(dict.fromkeys([*([self.cut] if self.cut else []), *named]))


def read_derived(top: Section, declared: Mapping[str, VariableType], missing: Iterable[str]) -> dict[str, Derived]:
    """Read [derived.*] in order; each may use the `declared` columns and the derived variables above it."""
    types = dict(declared)
    derived: dict[str, Derived] = {}
    for name, section in top.sections("derived").items():
        section.allow("label", "levels", "when", "cut", "at", "among", "optional")
        if section.has("when") == section.has("cut"):
            raise section.error("", "expected either `when` (a condition for each level) or `cut` and `at`")
        levels = read_levels(section, missing, rename="rename it")
        derived[name] = Derived(
            name=name,
            label=section.text("label", default_label(name)),
            levels=levels,
            when=_when(section, levels, types) if section.has("when") else None,
            cut=variable(section, "cut", section.text("cut"), types, "number") if section.has("cut") else None,
            at=_cut_points(section, levels),
            among=read_expression(section, "among", types) if section.has("among") else None,
            optional=section.flag("optional"),
        )
        types[name] = VariableType("category", tuple(levels), tuple(levels.values()))
    return derived


def _when(section: Section, levels: Mapping[str, str], types: Mapping[str, VariableType]) -> dict[str, Expression]:
    conditions = section.section("when")
    conditions.allow(*levels, of="`when`, which has one for each level")
    for level in levels:
        if not conditions.has(level):
            raise conditions.error(level, f"is missing; each level needs a condition: {listing(levels, word='and')}")
    return {level: read_expression(conditions, level, types) for level in conditions.values}


def _cut_points(section: Section, levels: Mapping[str, str]) -> tuple[float, ...]:
    at = section.numbers("at")
    if section.has("cut") and len(levels) != len(at) + 1:
        raise section.error(
            "at",
            f"has {counted(len(at), 'cut point')} for {counted(len(levels), 'level')}; expected one less than levels",
        )
    if section.has("at") and not section.has("cut"):
        raise section.error("at", "belongs to `cut`, the number that is cut there")
    return at


def variable_types(columns: Mapping[str, Column], derived: Mapping[str, Derived]) -> dict[str, VariableType]:
    """Return what conditions and analyses may ask of each column and derived variable."""
    found = {name: _type_of(column.type, column.levels or {}) for name, column in columns.items()}
    return found | {name: _type_of("category", item.levels) for name, item in derived.items()}


def _type_of(kind: Literal["number", "category", "date"], levels: Mapping[str, str]) -> VariableType:
    return VariableType(kind, tuple(levels), tuple(levels.values()))
