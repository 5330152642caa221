"""Columns, derived variables and eligibility rules of study.toml: read, and checked against each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final

from ..base.errors import counted
from ..base.wording import hint, listing, shown
from .conditions import OF_ROWS, ExpressionError, VariableType
from .expressions import WORDS, Expression, parse_expression
from .model import FOLLOW_UP, Column, DataFile, Derived, EligibilityRule, Role, slug
from .sections import Section

RESERVED: Final = WORDS | {"flow", "setting", "data", "reviewed", "cutoff", FOLLOW_UP}
"""Words that begin ids of other results, and words of the conditions."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("unit", "range", "decimals", "identifier", "role"),
    "category": ("levels", "recode"),
    "date": ("range", "format", "identifier", "role"),
}
_ROLES: Final[Mapping[str, tuple[Role, ...]]] = {"number": ("age",), "date": ("birth", "death", "last_contact")}


def read_columns(top: Section, files: Mapping[str | None, DataFile]) -> dict[str, Column]:
    """Read [columns.*]; there is at least one. `files` are the joined ones by name, the data file under None."""
    columns = {name: _column(name, section, files) for name, section in top.sections("columns").items()}
    if not columns:
        raise top.error("columns", "there are none; declare each column of the data that is used, as [columns.age]")
    return columns


def _column(name: str, section: Section, files: Mapping[str | None, DataFile]) -> Column:
    kind: Any = section.choice("type", _KEYS)
    section.allow(
        "type", "label", "header", "from", "take", "where", "optional", "missing", *_KEYS[kind], of=f"a {kind}"
    )
    join = section.optional_text("from")
    if join not in files:
        joined = [str(item) for item in files if item is not None]
        known = f"the files under [data.join] are {listing(joined, word='and')}{hint(str(join), joined)}"
        raise section.error("from", f"is {shown(str(join))}; {known if joined else 'there is no [data.join]'}")
    data = files[join]
    missing = tuple(dict.fromkeys([*data.missing, *(text.strip() for text in section.texts("missing"))]))
    levels = _levels(section, missing, rename="rename it by `recode`") if kind == "category" else None
    role: Any = section.choice("role", _ROLES[kind]) if section.has("role") else None
    return Column(
        name=name,
        type=kind,
        label=section.text("label", default_label(name)),
        header=section.text("header", name).strip(),
        unit=section.optional_text("unit"),
        decimals=section.decimals(),
        range=_range(section) if section.has("range") and kind == "number" else None,
        dates=section.days("range") if section.has("range") and kind == "date" else None,
        format=_date_format(section, data.cutoff) if section.has("format") else None,
        missing=missing,
        levels=levels,
        recode=_recode(section, levels, missing) if levels and section.has("recode") else {},
        optional=section.flag("optional"),
        identifier=section.flag("identifier"),
        role=role,
        join=join,
    )


def _date_format(section: Section, cutoff: date | None) -> str:
    """Read how dates are written; day, month and year are each in it once, and the months' names are English."""
    found = section.text("format").strip()
    directives = re.findall(r"%(.)", found)
    parts = ["".join(sorted(set(directives) & set(names))) for names in ("d", "mbB", "Yy")]
    if (
        any(len(part) != 1 for part in parts)
        or set(directives) - set("dmbBYyHMS")
        or len(set(directives)) != len(directives)
    ):
        allowed = "the day (%d), the month (%m, or its English name: %b, %B) and the year (%Y, or two digits: %y)"
        raise section.error("format", f"is {shown(found)}; expected {allowed}, such as '%d/%m/%Y'")
    if "y" in directives and cutoff is None:
        need = "`cutoff` under [data], the data cut-off: a date after it was a century earlier"
        raise section.error("format", f"has a year of two digits (%y), which needs {need}")
    return found


def default_label(name: str) -> str:
    """Return the label of a variable that states none: ``tumor_size`` is "Tumor size"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _range(section: Section) -> tuple[float, float]:
    bounds = section.numbers("range")
    if len(bounds) != 2:
        raise section.error("range", "expected two numbers, the lowest and the highest allowed, such as [0, 120]")
    return bounds[0], bounds[1]


def _levels(section: Section, missing: Iterable[str], *, rename: str) -> dict[str, str]:
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


def _recode(section: Section, levels: Mapping[str, str], missing: Iterable[str]) -> dict[str, str]:
    recode = {text.strip(): level for text, level in section.labels("recode").items()}
    for text, level in recode.items():
        if text in levels or text in missing:
            what = "a level itself" if text in levels else "a missing value"
            raise section.error("recode", f"has {shown(text)}, which is {what}; expected other texts found in the file")
        if level not in levels:
            allowed = f"{listing(levels)}{hint(level, levels)}"
            raise section.error("recode", f"leads to {shown(level)}; expected a level: {allowed}")
    return recode


def read_derived(top: Section, declared: Mapping[str, VariableType], missing: Iterable[str]) -> dict[str, Derived]:
    """Read [derived.*] in order; each may use the `declared` columns and the derived variables above it."""
    types = dict(declared)
    derived: dict[str, Derived] = {}
    for name, section in top.sections("derived").items():
        section.allow("label", "levels", "when", "cut", "at", "among", "optional")
        if section.has("when") == section.has("cut"):
            raise section.error("", "expected either `when` (a condition for each level) or `cut` and `at`")
        levels = _levels(section, missing, rename="rename it")
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


def read_eligibility(top: Section, types: Mapping[str, VariableType]) -> tuple[EligibilityRule, ...]:
    """Read [eligibility.*], in order."""
    rules = []
    for name, section in top.sections("eligibility").items():
        section.allow("keep", "reason")
        rules.append(
            EligibilityRule(name=name, keep=read_expression(section, "keep", types), reason=section.text("reason"))
        )
    return tuple(rules)


def read_expression(section: Section, name: str, types: Mapping[str, VariableType]) -> Expression:
    """Read a condition over variables of the given types."""
    try:
        expression = parse_expression(section.text(name))
        expression.check(types)
    except ExpressionError as error:
        raise section.error(name, str(error)) from None
    return expression


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


def check_names(top: Section, *outers: str, reserved: Collection[str] = ()) -> None:
    """Check the names of the tables inside these tables: they make ids, so no two may become the same."""
    owners: dict[str, str] = {}
    for outer in outers:
        section = top.section(outer)
        for name in section.values:
            if not _NAME.fullmatch(name):
                raise section.error(
                    name, "a name has letters (a-z), digits and _ only, begins with a letter, at most 60"
                )
            if slug(name) in reserved:
                raise section.error(name, f"this name is reserved, as are {listing(sorted(reserved), word='and')}")
            if slug(name) in owners:
                raise section.error(name, f"this name is taken by [{owners[slug(name)]}]; case makes no difference")
            owners[slug(name)] = section.path(name)


def groups(section: Section, name: str, types: Mapping[str, VariableType]) -> str | None:
    """Read the name of a category of at least two levels, if the key is there."""
    if not section.has(name):
        return None
    value = variable(section, name, section.text(name), types, "category")
    if len(types[value].levels) < 2:
        raise section.error(name, f"names {shown(value)}, which has one level; expected two or more to compare")
    return value
