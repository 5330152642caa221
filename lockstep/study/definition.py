"""The study definition: study.toml read into frozen values, every reference checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from ..base.boundaries import refuse_ways_out
from ..base.wording import hint, listing, shown
from .conditions import VariableType
from .endpoints import read_endpoint, read_time
from .model import (
    FOLLOW_UP,
    Analysis,
    ConfType,
    Cutoff,
    Endpoint,
    Figure,
    Study,
    Summary,
    Table,
    TableRow,
    slug,
    variable_types,
)
from .sections import Section, read_toml
from .variables import check_names, read_columns, read_derived, read_eligibility, variable

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
        "schema", "title", "data", "time", "columns", "eligibility", "derived", "endpoints", "analysis", "cutoff",
        "tables", "figures",
    )  # fmt: skip
    check_names(top, "columns", "derived", "endpoints")
    for outer in ("eligibility", "cutoff", "tables", "figures"):
        check_names(top, outer)

    data = top.section("data")
    data.allow("file", "id", "missing")
    data_file, id_column = data.text("file"), data.text("id").strip()
    missing = tuple(dict.fromkeys(["", *(text.strip() for text in data.texts("missing", ["NA"]))]))

    columns = read_columns(top, missing)
    derived = read_derived(top, columns, missing)
    types = variable_types(columns, derived)
    time = read_time(top.section("time"))
    endpoints = {name: read_endpoint(name, item, types, time) for name, item in top.sections("endpoints").items()}
    analysis = _analysis(top, types, endpoints)
    rows = types | ({FOLLOW_UP: VariableType("number")} if analysis.follow_up else {})
    return Study(
        folder=folder,
        title=top.text("title", "Untitled study"),
        data_file=data_file,
        id_column=id_column,
        missing=missing,
        time=time,
        columns=columns,
        eligibility=read_eligibility(top, types),
        derived=derived,
        endpoints=endpoints,
        analysis=analysis,
        tables={name: _table(name, item, rows, endpoints, analysis) for name, item in top.sections("tables").items()},
        figures={name: _figure(name, item, types, endpoints) for name, item in top.sections("figures").items()},
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
    exposure, subgroup = _groups(section, "exposure", types), _groups(section, "subgroup", types)
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
        follow_up=None if follow_up is None else _endpoint_name(section, "follow_up", follow_up, endpoints),
        cutoffs={name: _cutoff(name, item, types, endpoints) for name, item in top.sections("cutoff").items()},
    )


def _fraction(section: Section, name: str, default: float) -> float:
    value = section.number(name, default)
    if not 0 < value < 1:
        raise section.error(name, f"is {value:g}; expected a number between 0 and 1, such as {default:g}")
    return value


def _groups(section: Section, name: str, types: Types) -> str | None:
    """Read the name of a category of at least two levels, if the key is there."""
    if not section.has(name):
        return None
    value = variable(section, name, section.text(name), types, "category")
    if len(types[value].levels) < 2:
        raise section.error(name, f"names {shown(value)}, which has one level; expected two or more to compare")
    return value


def _besides(section: Section, name: str, exposure: str | None, types: Types, *kinds: str) -> tuple[str, ...]:
    """Read names of variables that enter analyses besides the exposure."""
    names = tuple(variable(section, name, value, types, *kinds) for value in section.texts(name))
    if exposure in names:
        raise section.error(name, f"has {shown(str(exposure))}, the exposure, which is in these analyses anyway")
    return names


def _endpoint_name(section: Section, name: str, value: str, endpoints: Mapping[str, Endpoint]) -> str:
    if value not in endpoints:
        known = listing(endpoints, word="and") or "none"
        raise section.error(name, f"names {shown(value)}; the endpoints are: {known}{hint(value, endpoints)}")
    return value


def _endpoint_names(section: Section, endpoints: Mapping[str, Endpoint]) -> tuple[str, ...]:
    names = section.texts("endpoints")
    if not names:
        raise section.error("endpoints", f"expected a list of endpoints: {listing(endpoints) or 'none is declared'}")
    return tuple(_endpoint_name(section, "endpoints", value, endpoints) for value in names)


def _cutoff(name: str, section: Section, types: Types, endpoints: Mapping[str, Endpoint]) -> Cutoff:
    section.allow("marker", "outcome", "direction")
    marker = section.text("marker")
    if marker not in endpoints:
        variable(section, "marker", marker, {**types, **dict.fromkeys(endpoints, VariableType("number"))}, "number")
    direction: Any = section.choice("direction", ("low", "high"))
    outcome = _endpoint_name(section, "outcome", section.text("outcome"), endpoints)
    return Cutoff(name=name, marker=marker, outcome=outcome, direction=direction)


def _table(name: str, section: Section, types: Types, endpoints: Mapping[str, Endpoint], analysis: Analysis) -> Table:
    section.allow("template", "rows", "by", "endpoints")
    template = section.text("template")
    if "/" in template or "\\" in template:
        raise section.error("template", "expected the name of a file in templates/, without a folder")
    if section.has("rows") == section.has("endpoints"):
        raise section.error("", "expected either `rows` (variables) or `endpoints` (whose models are shown)")
    by = _groups(section, "by", types)
    if by is not None and section.has("endpoints"):
        raise section.error("by", "belongs to `rows`; a table of models has no columns by group")
    if by is not None and by != analysis.exposure:
        raise section.error(
            "by", f"names {shown(by)}; expected the `exposure` of [analysis], by which patients are described"
        )
    rows = tuple(_table_row(row, types) for row in section.rows("rows"))
    if section.has("rows") and not rows:
        raise section.error("rows", 'is empty; expected rows such as { variable = "age", summary = "median_range" }')
    if by in {row.variable for row in rows}:
        raise section.error("rows", f"has {shown(str(by))}, by which the columns are split; leave it out")
    shows = _endpoint_names(section, endpoints) if section.has("endpoints") else ()
    return Table(name=name, template=template, rows=rows, by=by, endpoints=shows)


def _table_row(section: Section, types: Types) -> TableRow:
    section.allow("variable", "summary")
    name = variable(section, "variable", section.text("variable"), types, "number", "category")
    summary: Any = section.choice("summary", get_args(Summary))
    fitting = [item for item in get_args(Summary) if (item == "n_percent") == (types[name].kind == "category")]
    if summary not in fitting:
        found = f"is {shown(summary)}, but {shown(name)} is a {types[name].kind}"
        raise section.error("summary", f"{found}; expected {listing(fitting)}")
    return TableRow(variable=name, summary=summary)


def _figure(name: str, section: Section, types: Types, endpoints: Mapping[str, Endpoint]) -> Figure:
    section.allow("endpoints", "groups", "within")
    groups, within = _groups(section, "groups", types), _groups(section, "within", types)
    if within is not None and groups in (None, within):
        raise section.error("within", "expected another variable than `groups`, which is compared within it")
    return Figure(name=name, endpoints=_endpoint_names(section, endpoints), groups=groups, within=within)
