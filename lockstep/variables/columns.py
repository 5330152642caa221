"""[columns.*] of study.toml: the columns of the data, and how their cells are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from ..base.wording import hint, listing, shown
from ..syntax.expressions import Expression
from ..syntax.names import default_label
from ..syntax.sections import Section
from .data_file import DataFile
from .named_variables import read_levels

Role: TypeAlias = Literal["age", "birth", "death", "last_contact"]
"""What a column is for the checks of the data: a number is an age, a date is one of the others."""

Take: TypeAlias = Literal["same", "first", "last", "min", "max", "any"]
"""Which of the values in a patient's rows is that of the patient; blanks are passed over."""

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("unit", "range", "decimals", "identifier", "role"),
    "category": ("levels", "recode", "known_at"),
    "date": ("range", "format", "identifier", "role"),
}

_ROLES: Final[Mapping[str, tuple[Role, ...]]] = {"number": ("age",), "date": ("birth", "death", "last_contact")}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """How the values in a patient's rows become one: `take` of the rows in which `where` is true, None: of all rows."""

    take: Take = "same"
    where: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the data file.

    `header` is its name in the file. `levels` maps each value to its printed label, in order (categories only);
    `recode` maps other texts found in the file to one of these values. `missing` are texts that mean a missing value
    here, those of the whole file among them. `format` is how a text file writes dates (as `time.strptime`); None is
    YYYY-MM-DD. `optional` marks a column whose blanks mean "has not happened", not "missing". `decimals` are those of
    all statistics of a number; None leaves them to the data. `role` says what the column is for the checks of the
    data; None leaves it to its names and the endpoints. `identifier` allows one that the file's own description
    marks as what identifies a person. `known_at` is the date, or the time, from which the level of a category is known;
    None where it is from the beginning. `join` is the name of the joined file that has the column, None that of the
    data file; `rule` says how the values in a patient's rows become one, and is None for a column that describes rows
    only.
    """

    name: str
    type: Literal["number", "category", "date"]
    label: str
    header: str
    unit: str | None = None
    decimals: int | None = None
    range: tuple[float, float] | None = None
    dates: tuple[date, date] | None = None
    format: str | None = None
    missing: tuple[str, ...] = ("",)
    levels: Mapping[str, str] | None = None
    recode: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False
    identifier: bool = False
    role: Role | None = None
    known_at: str | None = None
    join: str | None = None
    rule: RowRule | None = RowRule()


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
    levels = read_levels(section, missing, rename="rename it by `recode`") if kind == "category" else None
    role: Any = section.choice("role", _ROLES[kind]) if section.has("role") else None
    return Column(
        name=name,
        type=kind,
        label=section.text("label", default_label(name)),
        header=section.text("header", name).strip(),
        unit=section.optional_text("unit"),
        decimals=section.decimals(),
        range=read_range(section) if section.has("range") and kind == "number" else None,
        dates=section.days("range") if section.has("range") and kind == "date" else None,
        format=_date_format(section, data.cutoff) if section.has("format") else None,
        missing=missing,
        levels=levels,
        recode=_recode(section, levels, missing) if levels and section.has("recode") else {},
        optional=section.flag("optional"),
        identifier=section.flag("identifier"),
        role=role,
        known_at=section.optional_text("known_at"),
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


def read_range(section: Section) -> tuple[float, float]:
    """Read the key `range` of a number: the lowest and the highest value that is allowed."""
    bounds = section.numbers("range")
    if len(bounds) != 2:
        raise section.error("range", "expected two numbers, the lowest and the highest allowed, such as [0, 120]")
    return bounds[0], bounds[1]


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
