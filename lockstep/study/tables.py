"""[tables.*] of study.toml: what each kind of table asks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, TypeAlias, get_args

from ..base.wording import listing, shown
from ..endpoints.endpoints import endpoint_name, endpoint_names
from ..endpoints.outcomes import outcome_name, outcome_names
from ..syntax.conditions import VariableType
from ..syntax.names import FOLLOW_UP
from ..syntax.sections import Section
from ..variables.named_variables import groups
from .comparisons import GroupComparison, named_comparison
from .declared import Declared
from .models import Model, named_models
from .sensitivity_rows import Exposure, Measure, SensitivityRow, read_exposure, read_sensitivity_rows
from .table_rows import RowTest, TableRow, TestRule, read_table_rows

Missing: TypeAlias = Literal["rows", "note", "none"]
"""Where a table counts missing values: in a row below each variable that has any, in its note, or nowhere."""

_MOST_GROUPS: Final = 50  # more than any page has room for; the pairs of thousands would take minutes
_OF_CHARACTERISTICS: Final = ("p_values", "smd", "overall", "missing", "population")


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
class Characteristics(Table):
    """Variables in rows; columns of all patients and of each level of `by`.

    Attributes
    ----------
    p_values, smd : whether the groups are compared, each in a column: by tests, by standardised mean differences.
    overall : whether there is a column of all patients.
    missing : where missing values are counted.
    population : that which it describes, None for all patients analysed.
    """

    kind: ClassVar[str] = "characteristics"
    rows: tuple[TableRow, ...]
    by: str | None = None
    p_values: bool = False
    smd: bool = False
    overall: bool = True
    missing: Missing = "rows"
    population: str | None = None

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
    """Named models of one endpoint or outcome side by side: crude, model 1, model 2; all of one kind."""

    kind: ClassVar[str] = "regression"
    models: tuple[str, ...]
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates(Table):
    """What was found in each group: endpoints and outcomes in rows, groups in columns.

    The groups are those of `by`, or of a named comparison; without either, all patients are one. With `differences`
    there is a column for each group but the first, of what compares it with that.
    """

    kind: ClassVar[str] = "estimates"
    by: str | None = None
    comparison: str | None = None
    endpoints: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    differences: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity(Table):
    """One estimate of an exposure under each choice: a row for each comparison or model.

    `measure` is what each row gives: a ratio of some kind, or a difference.
    """

    kind: ClassVar[str] = "sensitivity"
    exposure: Exposure
    measure: Measure
    rows: tuple[SensitivityRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceOfCovariates(Table):
    """The covariates of weights or a matching in both groups, before and after, with standardised differences."""

    kind: ClassVar[str] = "balance"
    design: str


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
        for key in _OF_CHARACTERISTICS:
            if section.has(key):
                raise section.error(key, f'belongs to {shown(Characteristics.kind)}; add `kind = "characteristics"`')
        section.allow("kind", "template", "rows", "by", "endpoints", "models", "endpoint", "outcome")
        # A template of characteristics finds in a cross table all that it prints.
        shown_by = {"rows": CrossTable.kind, "endpoints": Models.kind, "models": Regression.kind}
        found = [key for key in shown_by if section.has(key)]
        if len(found) != 1:
            kinds = "`rows` (variables), `endpoints` (whose models are shown) or `models` (side by side)"
            raise section.error("", f"expected one of {kinds}")
        kind = shown_by[found[0]]
    return TABLE_KINDS[kind](name, section, declared)


def _estimates(name: str, section: Section, declared: Declared) -> Estimates:
    section.allow(
        "kind", "template", "by", "comparison", "endpoints", "outcomes", "differences", of="a table of estimates"
    )
    by, comparison = groups(section, "by", declared.types), None
    if section.has("comparison"):
        if by is not None:
            raise section.error("comparison", "has groups of its own; leave out `by`")
        comparison = named_comparison(section, declared.comparisons)
        by = comparison.groups
    if section.flag("differences") and by is None:
        raise section.error("differences", "are between groups; name them by `by` or `comparison`")
    of_comparison = comparison or GroupComparison(
        groups="", endpoints=tuple(declared.endpoints), outcomes=tuple(declared.outcomes)
    )
    neither = not (section.has("endpoints") or section.has("outcomes"))
    endpoints = of_comparison.endpoints if neither else ()
    outcomes = of_comparison.outcomes if neither else ()
    if section.has("endpoints"):
        endpoints = endpoint_names(section, declared.endpoints)
    if section.has("outcomes"):
        outcomes = outcome_names(section, declared.outcomes)
    for key, names, known in (
        ("endpoints", endpoints, of_comparison.endpoints),
        ("outcomes", outcomes, of_comparison.outcomes),
    ):
        for missing in (name for name in names if name not in known):
            raise section.error(
                key, f"names {shown(missing)}, which {shown(section.text('comparison'))} does not compare"
            )
    if not (endpoints or outcomes):
        raise section.error("", "shows endpoints and outcomes, and study.toml declares none")
    return Estimates(
        name=name,
        template=_template(section, "estimates.html.j2"),
        by=by,
        comparison=None if comparison is None else comparison.name,
        endpoints=endpoints,
        outcomes=outcomes,
        differences=section.flag("differences"),
    )


def _balance(name: str, section: Section, declared: Declared) -> BalanceOfCovariates:
    section.allow("kind", "template", "weights", "matching", of="a table of balance")
    design = declared.patients.balanced(section)
    return BalanceOfCovariates(name=name, template=_template(section, "balance.html.j2"), design=design)


def _template(section: Section, usual: str) -> str:
    """Read the name of a table's template; where the table names its kind, that of the kind is the default."""
    template = section.text("template", usual if section.has("kind") else None)
    if "/" in template or "\\" in template:
        raise section.error("template", "expected the name of a file in templates/, without a folder")
    return template


def _characteristics(name: str, section: Section, declared: Declared) -> Characteristics:
    section.allow("kind", "template", "rows", "by", *_OF_CHARACTERISTICS, of="a table of characteristics")
    by, p_values, smd = groups(section, "by", declared.types), section.flag("p_values"), section.flag("smd")
    overall = section.flag("overall") if section.has("overall") else True
    for key, asked in (("p_values", p_values), ("smd", smd), ("overall", not overall)):
        if asked and by is None:
            without = "leaves no column" if key == "overall" else "compares groups"
            raise section.error(key, f"{without}, and the table has none; expected `by`, the category that makes them")
    if smd and by is not None and len(declared.types[by].levels) > _MOST_GROUPS:
        found = f"compares each pair of groups, and {shown(by)} has {len(declared.types[by].levels)} levels"
        raise section.error("smd", f"{found}; expected at most {_MOST_GROUPS}")
    missing: Any = section.choice("missing", get_args(Missing), "rows")
    return Characteristics(
        name=name,
        template=_template(section, "characteristics.html.j2"),
        by=by,
        rows=read_table_rows(section, _row_types(declared), by, tested=p_values, compared=p_values or smd),
        p_values=p_values,
        smd=smd,
        overall=overall,
        missing=missing,
        population=declared.patients.population(section),
    )


def _cross_table(name: str, section: Section, declared: Declared) -> CrossTable:
    section.allow("kind", "template", "rows", "by", "p_values", "population", of="a cross table")
    by, p_values = groups(section, "by", declared.types), section.flag("p_values")
    if p_values and by is None:
        raise section.error("p_values", "compares groups, and the table has none; expected `by`, which makes them")
    return CrossTable(
        name=name,
        template=_template(section, "cross_table.html.j2"),
        by=by,
        rows=read_table_rows(section, _row_types(declared), by, tested=p_values, compared=p_values),
        p_values=p_values,
        population=declared.patients.population(section),
    )


def _models(name: str, section: Section, declared: Declared) -> Models:
    if section.has("by"):
        raise section.error("by", "belongs to `rows`; a table of models has no columns by group")
    section.allow("kind", "template", "endpoints", of="a table of models")
    template = _template(section, "models.html.j2")
    return Models(name=name, template=template, endpoints=endpoint_names(section, declared.endpoints))


def _regression(name: str, section: Section, declared: Declared) -> Regression:
    section.allow("kind", "template", "models", "endpoint", "outcome", of="a table of models side by side")
    models = _beside_complete_cases(named_models(section, "models", declared.models), declared.models)
    common = [name for name in models[0].of if all(name in model.of for model in models)]
    key = "outcome" if section.has("outcome") or (models[0].outcomes and not section.has("endpoint")) else "endpoint"
    if section.has("endpoint") and section.has("outcome"):
        raise section.error("outcome", "does not go with `endpoint`; the table is of one of them")
    if section.has(key):
        value = section.text(key)
        if key == "outcome":
            of = outcome_name(section, key, value, declared.outcomes)
        else:
            of = endpoint_name(section, key, value, declared.endpoints)
        for model in models:
            if of not in model.of:
                raise section.error(key, f"is {shown(of)}, of which {shown(model.name)} is no model")
    elif len(common) == 1:
        (of,) = common
    else:
        found = f"have {listing(common, word='and')} in common" if common else f"have no {key} in common"
        raise section.error(key, f"is needed, since the models {found}; name the one that the table is of")
    kinds = {model.kind: model.name for model in models}
    if len(kinds) > 1:
        one, other = list(kinds.values())[:2]
        raise section.error(
            "models",
            f"has {shown(one)} and {shown(other)}, whose ratios are of different kinds; make a table of each",
        )
    return Regression(
        name=name,
        template=_template(section, "regression.html.j2"),
        models=tuple(model.name for model in models),
        endpoint=of,
    )


def _sensitivity(name: str, section: Section, declared: Declared) -> Sensitivity:
    section.allow(
        "kind", "template", "rows", "exposure", "level", "endpoint", "outcome", "estimate",
        of="a table of sensitivity analyses",
    )  # fmt: skip
    exposure = read_exposure(section, declared)
    rows, measure = read_sensitivity_rows(section, declared, exposure)
    return Sensitivity(
        name=name, template=_template(section, "sensitivity.html.j2"), exposure=exposure, measure=measure, rows=rows
    )


def _beside_complete_cases(models: Iterable[Model], known: Mapping[str, Model]) -> tuple[Model, ...]:
    """Return models, and behind each with imputed values that of the same terms in patients who lack nothing."""
    named, found = list(models), list[Model]()
    for model in named:
        beside = None if model.complete_cases is None else known[model.complete_cases]
        found += [model] if beside is None or beside in named else [model, beside]
    return tuple(found)


def _row_types(declared: Declared) -> Mapping[str, VariableType]:
    """Return the variables that rows can show, by name."""
    return dict(declared.types) | ({FOLLOW_UP: VariableType("number")} if declared.analysis.follow_up else {})


def check_one_test_each(section: Section, tables: Iterable[Table]) -> None:
    """Refuse tables that compare a variable between the same groups by different tests: one paper has one P value.

    Raises
    ------
    StudyError
        If two rows do; names both.
    """
    owners: dict[tuple[str, str, str | None], tuple[str, RowTest | TestRule]] = {}
    for table in tables:
        if not isinstance(table, Characteristics) or table.by is None or not table.p_values:
            continue
        for position, row in enumerate(table.rows, start=1):
            place, asked = f"row {position} of {shown(table.name)}", row.test_or_rule
            if asked == "none":
                continue
            first, before = owners.setdefault((row.variable, table.by, table.population), (place, asked))
            if asked != before:
                found = f"compares {shown(row.variable)} between the groups of {shown(table.by)} by another test than"
                raise section.error("", f"{place} {found} {first}; give both the same `test`, or one of them 'none'")


TABLE_KINDS: Final[Mapping[str, Callable[[str, Section, Declared], Table]]] = {
    Characteristics.kind: _characteristics,
    CrossTable.kind: _cross_table,
    Models.kind: _models,
    Regression.kind: _regression,
    Estimates.kind: _estimates,
    Sensitivity.kind: _sensitivity,
    BalanceOfCovariates.kind: _balance,
}
"""The kinds of tables, by the word that study.toml has for each, and what reads the keys of one."""
