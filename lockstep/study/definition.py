"""The study definition: study.toml read into frozen values, every reference checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, get_args

from ..base.boundaries import refuse_ways_out
from ..base.wording import shown
from .conditions import VariableType
from .data_file import read_checks, read_data_file, read_joins, read_severities, tried_file
from .endpoints import endpoint_name, read_endpoints, read_time
from .figures import read_figure
from .model import (
    Analysis,
    ConfType,
    Cutoff,
    DataFile,
    Declared,
    Endpoint,
    Study,
    slug,
    variable_types,
)
from .row_rules import read_row_rules
from .sections import Section, read_toml
from .tables import read_table
from .variables import RESERVED, check_names, groups, read_columns, read_derived, read_eligibility, variable

SCHEMA_VERSION: Final = 1
ALL_TERMS: Final = "global"
"""What the ids of a model call the test of all its terms together."""
Types = Mapping[str, VariableType]


def read_study(folder: Path) -> Study:
    """Read and check `folder`/study.toml.

    Raises
    ------
    StudyError
        For the first thing that is wrong: the key (dotted), what is allowed, the nearest known name; or a link that
        leads out of the study's folder.
    """
    refuse_ways_out(folder)
    top = read_toml(folder)
    _check_schema(top)
    top.allow(
        "schema", "title", "data", "time", "columns", "checks", "eligibility", "derived", "endpoints", "analysis",
        "cutoff", "tables", "figures",
    )  # fmt: skip
    check_names(top, "columns", "derived", "endpoints", reserved=RESERVED)
    for outer in ("checks", "eligibility", "cutoff", "tables", "figures"):
        check_names(top, outer)

    data = replace(read_data_file(top), tried=tried_file(folder))
    check_names(top.section("data"), "join")
    joins = read_joins(top, data)
    files: dict[str | None, DataFile] = {None: data} | joins
    columns, row_columns = read_row_rules(top, read_columns(top, files), files)
    of_rows = dict.fromkeys(row_columns, VariableType("rows"))
    derived = read_derived(top, variable_types(columns, {}) | of_rows, data.missing)
    types = variable_types(columns, derived) | of_rows
    checks = read_checks(top, types)
    time = read_time(top.section("time"))
    endpoints = read_endpoints(top, types, time)
    analysis = _analysis(top, types, endpoints)
    declared = Declared(types=types, endpoints=endpoints, analysis=analysis)
    return Study(
        folder=folder,
        title=top.text("title", "Untitled study"),
        data=data,
        checks=checks,
        time=time,
        columns=columns,
        eligibility=read_eligibility(top, types),
        derived=derived,
        endpoints=endpoints,
        analysis=analysis,
        tables={name: read_table(name, item, declared) for name, item in top.sections("tables").items()},
        figures={name: read_figure(name, item, declared) for name, item in top.sections("figures").items()},
        severities=read_severities(top),
        joins=joins,
        row_columns=row_columns,
    )


def _check_schema(top: Section) -> None:
    found = top.values.get("schema")
    if type(found) is not int or found != SCHEMA_VERSION:
        state = f"is {shown(str(found))}" if top.has("schema") else "is missing"
        raise top.error("schema", f"{state}; this program reads schema = {SCHEMA_VERSION}")


def _analysis(top: Section, types: Types, endpoints: Mapping[str, Endpoint]) -> Analysis:
    section = top.section("analysis")
    section.allow(
        "alpha", "conf_level", "conf_type", "exposure", "subgroup", "univariate", "adjust_for", "crosstabs", "follow_up"
    )  # fmt: skip
    conf_type: Any = section.choice("conf_type", get_args(ConfType), "log-log")
    exposure, subgroup = groups(section, "exposure", types), groups(section, "subgroup", types)
    if subgroup is not None and exposure in (None, subgroup):
        raise section.error("subgroup", "expected another variable than `exposure`, which is compared within it")
    if section.has("adjust_for") and exposure is None:
        raise section.error("adjust_for", "needs `exposure`, the variable whose effect is adjusted")
    adjust_for = _besides(section, "adjust_for", exposure, types, "number", "category")
    for name in (exposure, *adjust_for) if adjust_for else ():
        if name is not None and slug(name) == ALL_TERMS:
            key = "exposure" if name == exposure else "adjust_for"
            found = f"names {shown(name)}, which in results is the test of all terms of the model"
            raise section.error(key, f"{found}; give the variable another name (`header` says what the file calls it)")
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
        follow_up=None if follow_up is None else endpoint_name(section, "follow_up", follow_up, endpoints),
        cutoffs={name: _cutoff(name, item, types, endpoints) for name, item in top.sections("cutoff").items()},
    )


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
