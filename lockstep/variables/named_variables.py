"""Variables that keys of study.toml name, conditions over them, and the levels of categories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..base.wording import hint, listing, shown
from ..syntax.conditions import OF_ROWS, ExpressionError, VariableType
from ..syntax.expressions import Expression, parse_expression
from ..syntax.names import slug
from ..syntax.sections import Section


def variable(section: Section, name: str, value: str, types: Mapping[str, VariableType], *kinds: str) -> str:
    """Return the name of a variable that a key holds; refuse an unknown one, or one of another kind."""
    if value not in types:
        raise section.error(name, f"names {shown(value)}, which is neither a column nor derived{hint(value, types)}")
    if types[value].kind == "rows":
        remedy = "choose another variable, or say in its section which of the rows counts (`take`)"
        raise section.error(name, f"names {shown(value)}, which {OF_ROWS}; {remedy}")
    if (kind := types[value].kind) not in kinds:
        remedy = "; cut it into groups under [derived]" if kind == "number" and kinds == ("category",) else ""
        raise section.error(name, f"names {shown(value)}, a {kind}; expected a {' or a '.join(kinds)}{remedy}")
    return value


def groups(section: Section, name: str, types: Mapping[str, VariableType]) -> str | None:
    """Read the name of a category of at least two levels, if the key is there."""
    return groups_named(section, name, section.text(name), types) if section.has(name) else None


def groups_named(section: Section, name: str, value: str, types: Mapping[str, VariableType]) -> str:
    """Return the name of a category of at least two levels that a key holds."""
    return varying(section, name, value, types, "category")


def varying(section: Section, name: str, value: str, types: Mapping[str, VariableType], *kinds: str) -> str:
    """Return the name of a variable that a key holds; refuse also a category of one level, which compares nothing."""
    variable(section, name, value, types, *kinds)
    if types[value].kind == "category" and len(types[value].levels) < 2:
        raise section.error(name, f"names {shown(value)}, which has one level; expected two or more to compare")
    return value


def read_expression(section: Section, name: str, types: Mapping[str, VariableType]) -> Expression:
    """Read a condition over variables of the given types."""
    try:
        expression = parse_expression(section.text(name))
        expression.check(types)
    except ExpressionError as error:
        raise section.error(name, str(error)) from None
    return expression


def read_levels(section: Section, missing: Iterable[str], *, rename: str) -> dict[str, str]:
    """Read the levels of a category; each must be a possible value and give record ids of its own."""
    levels = section.labels("levels")
    owners: dict[str, str] = {}
    for level in levels:
        part, found = slug(level), f"has the level {shown(level)}"
        if level != level.strip():
            raise section.error("levels", f"{found}; values are read without outer spaces")
        if level in missing:
            raise section.error("levels", f"{found}, which means a missing value; see `missing` here and in [data]")
        if part == "missing":
            raise section.error("levels", f"{found}; add it to [data] missing, or {rename}")
        if part in owners:
            both = listing([owners[part], level], word="and")
            raise section.error("levels", f"has {both}, which are both '{part}' in result ids; {rename}")
        owners[part] = level
    _check_labels(section, levels, rename)
    return levels


def _check_labels(section: Section, levels: Mapping[str, str], rename: str) -> None:
    """Refuse levels that print alike: their rows, columns and curves could not be distinguished."""
    owners: dict[str, str] = {}
    for level, text in levels.items():
        label = " ".join(text.split())
        if label in owners:
            both = listing([owners[label], level], word="and")
            merge = "make them one level" + (" by `recode`" if "recode" in rename else "")
            found = f"has {both}, which both print as {shown(label)}"
            raise section.error("levels", f"{found}; give each its own label, or {merge}")
        owners[label] = level
