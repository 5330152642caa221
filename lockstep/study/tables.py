"""[tables.*] of study.toml: what each kind of table asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, TypeAlias, get_args

from ..base.wording import listing, shown
from ..syntax.conditions import VariableType
from ..syntax.names import FOLLOW_UP
from ..syntax.sections import Section
from .declared import Declared
from .endpoints import endpoint_name, endpoint_names
from .models import named_models
from .variables import groups, variable

Summary: TypeAlias = Literal["n_percent", "median_range", "median_iqr", "mean_sd", "median_range_mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of some kind, and the template that lays it out."""

    kind: ClassVar[str]
    name: str
    template: str

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that the table describes."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A variable of a table and how it is summarised."""

    variable: str
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristics(Table):
    """Variables in rows; columns of all patients and of each level of `by`."""

    kind: ClassVar[str] = "characteristics"
    rows: tuple[TableRow, ...]
    by: str | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that the table describes."""
        return tuple(row.variable for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossTable(Characteristics):
    """The same, and the tests of association of its categories with `by`."""

    kind: ClassVar[str] = "cross_table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Models(Table):
    """The Cox models that [analysis] asks for, of some endpoints."""

    kind: ClassVar[str] = "models"
    endpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression(Table):
    """Named models of one endpoint side by side: crude, model 1, model 2."""

    kind: ClassVar[str] = "regression"
    models: tuple[str, ...]
    endpoint: str


def read_table(name: str, section: Section, declared: Declared) -> Table:
    """Read one of [tables.*], of the kind that its key `kind` names, or its other keys show.

    Raises
    ------
    StudyError
        If there is no such kind, or a key is wrong or not one of the kind.
    """
    if section.has("kind"):
        kind = section.choice("kind", TABLE_KINDS)
    else:
        section.allow("kind", "template", "rows", "by", "endpoints", "models", "endpoint")
        # A template of characteristics finds in a cross table all that it prints.
        shown_by = {"rows": CrossTable.kind, "endpoints": Models.kind, "models": Regression.kind}
        found = [key for key in shown_by if section.has(key)]
        if len(found) != 1:
            kinds = "`rows` (variables), `endpoints` (whose models are shown) or `models` (side by side)"
            raise section.error("", f"expected one of {kinds}")
        kind = shown_by[found[0]]
    return TABLE_KINDS[kind](name, section, declared)


def _template(section: Section, usual: str) -> str:
    """Read the name of a table's template; where the table names its kind, that of the kind is the default."""
    template = section.text("template", usual if section.has("kind") else None)
    if "/" in template or "\\" in template:
        raise section.error("template", "expected the name of a file in templates/, without a folder")
    return template


def _characteristics(name: str, section: Section, declared: Declared) -> Characteristics:
    section.allow("kind", "template", "rows", "by", of="a table of characteristics")
    template, by = _template(section, "characteristics.html.j2"), _by(section, declared)
    return Characteristics(name=name, template=template, by=by, rows=_rows(section, declared, by))


def _cross_table(name: str, section: Section, declared: Declared) -> CrossTable:
    section.allow("kind", "template", "rows", "by", of="a cross table")
    template, by = _template(section, "cross_table.html.j2"), _by(section, declared)
    return CrossTable(name=name, template=template, by=by, rows=_rows(section, declared, by))


def _models(name: str, section: Section, declared: Declared) -> Models:
    if section.has("by"):
        raise section.error("by", "belongs to `rows`; a table of models has no columns by group")
    section.allow("kind", "template", "endpoints", of="a table of models")
    template = _template(section, "models.html.j2")
    return Models(name=name, template=template, endpoints=endpoint_names(section, declared.endpoints))


def _regression(name: str, section: Section, declared: Declared) -> Regression:
    section.allow("kind", "template", "models", "endpoint", of="a table of models side by side")
    models = named_models(section, "models", declared.models)
    common = [endpoint for endpoint in models[0].endpoints if all(endpoint in model.endpoints for model in models)]
    if section.has("endpoint"):
        endpoint = endpoint_name(section, "endpoint", section.text("endpoint"), declared.endpoints)
        for model in models:
            if endpoint not in model.endpoints:
                raise section.error("endpoint", f"is {shown(endpoint)}, of which {shown(model.name)} is no model")
    elif len(common) == 1:
        (endpoint,) = common
    else:
        found = f"have {listing(common, word='and')} in common" if common else "have no endpoint in common"
        raise section.error("endpoint", f"is needed, since the models {found}; name the one that the table is of")
    return Regression(
        name=name,
        template=_template(section, "regression.html.j2"),
        models=tuple(model.name for model in models),
        endpoint=endpoint,
    )


def _by(section: Section, declared: Declared) -> str | None:
    by = groups(section, "by", declared.types)
    if by is not None and by != declared.analysis.exposure:
        raise section.error(
            "by", f"names {shown(by)}; expected the `exposure` of [analysis], by which patients are described"
        )
    return by


def _rows(section: Section, declared: Declared, by: str | None) -> tuple[TableRow, ...]:
    types = dict(declared.types) | ({FOLLOW_UP: VariableType("number")} if declared.analysis.follow_up else {})
    rows = tuple(_row(row, types) for row in section.rows("rows"))
    if not rows:
        raise section.error("rows", 'is empty; expected rows such as { variable = "age", summary = "median_range" }')
    if by in {row.variable for row in rows}:
        raise section.error("rows", f"has {shown(str(by))}, by which the columns are split; leave it out")
    return rows


def _row(section: Section, types: Mapping[str, VariableType]) -> TableRow:
    section.allow("variable", "summary")
    name = variable(section, "variable", section.text("variable"), types, "number", "category")
    summary: Any = section.choice("summary", get_args(Summary))
    fitting = [item for item in get_args(Summary) if (item == "n_percent") == (types[name].kind == "category")]
    if summary not in fitting:
        found = f"is {shown(summary)}, but {shown(name)} is a {types[name].kind}"
        raise section.error("summary", f"{found}; expected {listing(fitting)}")
    return TableRow(variable=name, summary=summary)


TABLE_KINDS: Final[Mapping[str, Callable[[str, Section, Declared], Table]]] = {
    Characteristics.kind: _characteristics,
    CrossTable.kind: _cross_table,
    Models.kind: _models,
    Regression.kind: _regression,
}
"""The kinds of tables, by the word that study.toml has for each, and what reads the keys of one."""
