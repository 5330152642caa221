"""[analysis] and [cutoff.*] of study.toml: which statistics are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from ..base.wording import hint, listing, shown
from ..endpoints.endpoints import Endpoint, endpoint_name
from ..syntax.conditions import VariableType
from ..syntax.names import slug
from ..syntax.sections import Section
from ..variables.named_variables import groups, variable

ConfType: TypeAlias = Literal["log-log", "log", "plain"]
"""The scale of a Kaplan-Meier estimate's confidence interval, as R's ``conf.type``."""

Types: TypeAlias = Mapping[str, VariableType]

ALL_TERMS: Final = "global"
"""What the ids of a model call the test of all its terms together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoff:
    """A marker (an endpoint's time or a number column) to be cut where it best separates an endpoint's event."""

    name: str
    marker: str
    outcome: str
    direction: Literal["low", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Which statistics are wanted.

    `primary` is the endpoint or outcome that the study is about; `reason` is why the covariates of its model were
    chosen.
    """

    alpha: float
    conf_level: float
    conf_type: ConfType
    exposure: str | None
    subgroup: str | None
    univariate: tuple[str, ...]
    adjust_for: tuple[str, ...]
    crosstabs: tuple[tuple[str, str], ...]
    differences: bool
    follow_up: str | None
    cutoffs: Mapping[str, Cutoff]
    primary: str | None = None
    reason: str | None = None


def read_analysis(top: Section, types: Types, endpoints: Mapping[str, Endpoint]) -> Analysis:
    """Read [analysis] and [cutoff.*]."""
    section = top.section("analysis")
    section.allow(
        "alpha", "conf_level", "conf_type", "exposure", "subgroup", "univariate", "adjust_for", "differences",
        "crosstabs", "follow_up", "primary", "reason",
    )  # fmt: skip
    conf_type: Any = section.choice("conf_type", get_args(ConfType), "log-log")
    exposure, subgroup = groups(section, "exposure", types), groups(section, "subgroup", types)
    if subgroup is not None and exposure in (None, subgroup):
        raise section.error("subgroup", "expected another variable than `exposure`, which is compared within it")
    if section.has("adjust_for") and exposure is None:
        raise section.error("adjust_for", "needs `exposure`, the variable whose effect is adjusted")
    if section.flag("differences") and exposure is None:
        raise section.error("differences", "needs `exposure`, the groups that are compared at each landmark")
    adjust_for = _besides(section, "adjust_for", exposure, types, "number", "category")
    for name in (exposure, *adjust_for) if adjust_for else ():
        if name is not None and slug(name) == ALL_TERMS:
            key = "exposure" if name == exposure else "adjust_for"
            found = f"names {shown(name)}, which in results is the test of all terms of the model"
            raise section.error(key, f"{found}; give the variable another name (`header` says what the file calls it)")
    if section.has("reason") and not adjust_for:
        raise section.error("reason", "is why the covariates in `adjust_for` were chosen; it belongs to that")
    follow_up = section.optional_text("follow_up")
    crosstabs = section.pairs("crosstabs")
    for row, column in crosstabs:
        for name in (row, column):
            variable(section, "crosstabs", name, types, "category")
        if row == column:
            raise section.error("crosstabs", f"crosses {shown(row)} with itself")
    return Analysis(
        alpha=_fraction(section, "alpha", 0.05),
        conf_level=_fraction(section, "conf_level", 0.95),
        conf_type=conf_type,
        exposure=exposure,
        subgroup=subgroup,
        univariate=_besides(section, "univariate", exposure, types, "category"),
        adjust_for=adjust_for,
        crosstabs=crosstabs,
        differences=section.flag("differences"),
        follow_up=None if follow_up is None else endpoint_name(section, "follow_up", follow_up, endpoints),
        primary=_primary(section, {*endpoints, *top.section("outcomes").values}),
        reason=section.optional_text("reason"),
        cutoffs={name: _cutoff(name, item, types, endpoints) for name, item in top.sections("cutoff").items()},
    )


def _primary(section: Section, measured: Iterable[str]) -> str | None:
    name = section.optional_text("primary")
    known = sorted(measured)
    if name is not None and name not in known:
        listed = listing(known, word="and") or "none"
        raise section.error(
            "primary", f"names {shown(name)}; the endpoints and outcomes are: {listed}{hint(name, known)}"
        )
    return name


def _fraction(section: Section, name: str, default: float) -> float:
    value = section.number(name, default)
    if not 0 < value < 1:
        raise section.error(name, f"is {value:g}; expected a number between 0 and 1, such as {default:g}")
    return value


def _besides(section: Section, name: str, exposure: str | None, types: Types, *kinds: str) -> tuple[str, ...]:
    """Read names of variables that enter analyses besides the exposure."""
    names = tuple(variable(section, name, value, types, *kinds) for value in section.texts(name))
    if exposure in names:
        raise section.error(name, f"has {shown(str(exposure))}, the exposure, which is in these analyses anyway")
    return names


def _cutoff(name: str, section: Section, types: Types, endpoints: Mapping[str, Endpoint]) -> Cutoff:
    section.allow("marker", "outcome", "direction")
    marker = section.text("marker")
    if marker not in endpoints:
        variable(section, "marker", marker, {**types, **dict.fromkeys(endpoints, VariableType("number"))}, "number")
    direction: Any = section.choice("direction", ("low", "high"))
    outcome = endpoint_name(section, "outcome", section.text("outcome"), endpoints)
    return Cutoff(name=name, marker=marker, outcome=outcome, direction=direction)
