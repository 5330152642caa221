"""[derived.*] of study.toml: variables that are made from others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from ..base.errors import counted
from ..base.wording import listing
from ..syntax.conditions import ExpressionError, VariableType
from ..syntax.expressions import Expression
from ..syntax.formulas import Formula, parse_formula
from ..syntax.names import default_label
from ..syntax.sections import Section
from .columns import Column, read_range
from .named_variables import read_expression, read_levels, variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A category made from columns: by ordered conditions (`when`) or by cutting a number (`cut`, `at`).

    `known_at` is the date, or the time, from which its level is known; None where it is from the beginning. `reason` is
    why a number is cut where it is.
    """

    type: ClassVar[Literal["category"]] = "category"
    unit: ClassVar[None] = None
    decimals: ClassVar[None] = None
    name: str
    label: str
    levels: Mapping[str, str]
    when: Mapping[str, Expression] | None = None
    cut: str | None = None
    at: tuple[float, ...] = ()
    among: Expression | None = None
    optional: bool = False
    known_at: str | None = None
    reason: str | None = None

    @property
    def made_of(self) -> tuple[str, ...]:
        """The variables that its conditions name, or that it cuts."""
        conditions = [*(self.when or {}).values(), *([self.among] if self.among else [])]
        named = [name for condition in conditions for name in condition.names]
        return tuple(dict.fromkeys([*([self.cut] if self.cut else []), *named]))


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedNumber:
    """A number computed from others and from dates by a formula; `unit`, `decimals` and `range` as of a column."""

    type: ClassVar[Literal["number"]] = "number"
    levels: ClassVar[None] = None
    name: str
    label: str
    value: Formula
    unit: str | None = None
    decimals: int | None = None
    range: tuple[float, float] | None = None
    optional: bool = False

    @property
    def made_of(self) -> tuple[str, ...]:
        """The variables that its formula names."""
        return self.value.names


AnyDerived: TypeAlias = Derived | DerivedNumber


def read_derived(top: Section, declared: Mapping[str, VariableType], missing: Iterable[str]) -> dict[str, AnyDerived]:
    """Read [derived.*] in order; each may use the `declared` columns and the derived variables above it."""
    types = dict(declared)
    derived: dict[str, AnyDerived] = {}
    for name, section in top.sections("derived").items():
        is_number = section.has("value")
        derived[name] = _number(name, section, types) if is_number else _category(name, section, types, missing)
        types |= variable_types({}, {name: derived[name]})
    return derived


def _number(name: str, section: Section, types: Mapping[str, VariableType]) -> DerivedNumber:
    section.allow("label", "value", "unit", "decimals", "range", "optional", of="a derived number (it has a `value`)")
    return DerivedNumber(
        name=name,
        label=section.text("label", default_label(name)),
        value=_formula(section, types),
        unit=section.optional_text("unit"),
        decimals=section.decimals(),
        range=read_range(section) if section.has("range") else None,
        optional=section.flag("optional"),
    )


def _formula(section: Section, types: Mapping[str, VariableType]) -> Formula:
    try:
        formula = parse_formula(section.text("value"))
        formula.check(types)
    except ExpressionError as error:
        raise section.error("value", str(error)) from None
    return formula


def _category(name: str, section: Section, types: Mapping[str, VariableType], missing: Iterable[str]) -> Derived:
    keys = ("label", "levels", "when", "cut", "at", "reason", "among", "optional", "known_at")
    section.allow(*keys, of="a derived category (a number has a `value`)")
    if section.has("when") == section.has("cut"):
        ways = "`when` (a condition for each level), `cut` and `at`, or `value` (the formula of a number)"
        raise section.error("", f"expected one of {ways}")
    if section.has("reason") and not section.has("cut"):
        raise section.error("reason", "is why a number is cut where it is; it belongs to `cut`")
    levels = read_levels(section, missing, rename="rename it")
    return Derived(
        name=name,
        label=section.text("label", default_label(name)),
        levels=levels,
        when=_when(section, levels, types) if section.has("when") else None,
        cut=variable(section, "cut", section.text("cut"), types, "number") if section.has("cut") else None,
        at=_cut_points(section, levels),
        among=read_expression(section, "among", types) if section.has("among") else None,
        optional=section.flag("optional"),
        known_at=section.optional_text("known_at"),
        reason=section.optional_text("reason"),
    )


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


def variable_types(columns: Mapping[str, Column], derived: Mapping[str, AnyDerived]) -> dict[str, VariableType]:
    """Return what conditions and analyses may ask of each column and derived variable."""
    return {
        name: VariableType(item.type, tuple(item.levels or ()), tuple((item.levels or {}).values()))
        for name, item in (*columns.items(), *derived.items())
    }


def columns_behind(names: Iterable[str], variables: Mapping[str, Column | AnyDerived]) -> tuple[str, ...]:
    """Return the columns among some variables, and those of which the derived ones among them are made."""
    found: dict[str, None] = {}
    left = list(names)[::-1]
    met: set[str] = set()
    while left:
        name = left.pop()
        if name in met:
            continue
        met.add(name)
        item = variables.get(name)
        if item is None or isinstance(item, Column):
            found[name] = None
        else:
            left += item.made_of[::-1]
    return tuple(found)
