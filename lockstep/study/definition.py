"""The study definition: study.toml read into frozen values, every reference checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..base.boundaries import refuse_ways_out
from ..base.wording import shown
from ..endpoints.competing import with_competing_events
from ..endpoints.endpoints import read_endpoints
from ..endpoints.exposure_times import read_exposure_times
from ..endpoints.outcomes import read_outcomes
from ..endpoints.time_units import read_time
from ..syntax.conditions import VariableType
from ..syntax.names import RESERVED, check_names
from ..syntax.sections import Section, read_toml
from ..variables.checks import read_checks, read_severities
from ..variables.columns import read_columns
from ..variables.data_file import DataFile, read_data_file, read_joins, tried_file
from ..variables.derived import read_derived, variable_types
from ..variables.eligibility import POPULATION_RESERVED, read_eligibility, read_populations
from ..variables.row_rules import read_row_rules
from .analysis import read_analysis
from .comparisons import GroupComparison, Measured, comparisons_of, read_comparisons, with_shown
from .confounding import read_patient_sets
from .declared import Declared
from .figures import Figure, SubgroupForest, SurvivalCurves, read_figure
from .imputation import read_imputation, with_complete_cases
from .model import Study
from .models import read_models
from .tables import Estimates, Table, check_one_test_each, read_table

SCHEMA_VERSION: Final = 1

_SECTIONS: Final = (
    "schema", "title", "data", "time", "columns", "checks", "eligibility", "derived", "populations", "endpoints",
    "outcomes", "analysis", "imputation", "weights", "matching", "comparisons", "models", "cutoff", "tables", "figures",
)  # fmt: skip


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
    top.allow(*_SECTIONS)
    _check_names(top)

    data = replace(read_data_file(top), tried=tried_file(folder))
    joins = read_joins(top, data)
    files: dict[str | None, DataFile] = {None: data} | joins
    columns, row_columns = read_row_rules(top, read_columns(top, files), files)
    of_rows = dict.fromkeys(row_columns, VariableType("rows"))
    derived = read_derived(top, variable_types(columns, {}) | of_rows, data.missing)
    types = variable_types(columns, derived) | of_rows
    checks = read_checks(top, types)
    time = read_time(top.section("time"))
    endpoints = with_competing_events(top, types, read_endpoints(top, types, time))
    analysis = read_analysis(top, types, endpoints)
    patients = read_patient_sets(top, types, read_populations(top, types), analysis.exposure)
    measured = Measured(endpoints=endpoints, outcomes=read_outcomes(top, types))
    exposures = read_exposure_times(top, types, time, (columns, derived))
    comparisons = (
        *comparisons_of(analysis, measured),
        *read_comparisons(top, types, measured, patients, exposures),
    )
    models = with_complete_cases(read_models(top, types, measured, analysis, patients, exposures), top)
    imputation = read_imputation(top, {**columns, **derived}, data.id, measured, analysis, comparisons, models)
    declared = Declared(
        types=types,
        endpoints=endpoints,
        analysis=analysis,
        models={item.name: item for item in models},
        patients=patients,
        outcomes=measured.outcomes,
        comparisons=comparisons,
    )
    tables = {name: read_table(name, item, declared) for name, item in top.sections("tables").items()}
    check_one_test_each(top.section("tables"), tables.values())
    figures = {name: read_figure(name, item, declared) for name, item in top.sections("figures").items()}
    return Study(
        folder=folder,
        title=top.text("title", "Untitled study"),
        data=data,
        checks=checks,
        time=time,
        columns=columns,
        eligibility=read_eligibility(top, types),
        derived=derived,
        populations=patients.populations,
        weights=patients.weights,
        matchings=patients.matchings,
        endpoints=endpoints,
        analysis=analysis,
        outcomes=measured.outcomes,
        comparisons=with_shown(comparisons, _shown(tables.values(), figures.values(), declared)),
        models=models,
        imputation=imputation,
        tables=tables,
        figures=figures,
        severities=read_severities(top),
        joins=joins,
        row_columns=row_columns,
    )


def _shown(tables: Iterable[Table], figures: Iterable[Figure], declared: Declared) -> Iterator[GroupComparison]:
    """Yield the comparisons that figures and tables show without naming one."""
    for figure in figures:
        if isinstance(figure, SurvivalCurves) and figure.groups and not (figure.population or figure.comparison):
            within = (figure.within,) if figure.within else ()
            yield GroupComparison(groups=figure.groups, endpoints=figure.endpoints, within=within)
        if isinstance(figure, SubgroupForest) and figure.comparison is None:
            outcomes = (figure.endpoint,) if figure.endpoint in declared.outcomes else ()
            endpoints = () if outcomes else (figure.endpoint,)
            yield GroupComparison(groups=figure.groups, endpoints=endpoints, outcomes=outcomes, within=figure.within)
    for table in tables:
        if isinstance(table, Estimates) and table.by is not None and table.comparison is None:
            yield GroupComparison(
                groups=table.by, endpoints=table.endpoints, outcomes=table.outcomes, differences=table.differences
            )


def _check_schema(top: Section) -> None:
    found = top.values.get("schema")
    if type(found) is not int or found != SCHEMA_VERSION:
        state = f"is {shown(str(found))}" if top.has("schema") else "is missing"
        raise top.error("schema", f"{state}; this program reads schema = {SCHEMA_VERSION}")


def _check_names(top: Section) -> None:
    """Check the names that study.toml gives: those that stand in one place of ids are distinct."""
    check_names(top, "columns", "derived", "endpoints", "outcomes", reserved=RESERVED)
    check_names(top, "populations", "weights", "matching", "comparisons", "models")
    check_names(top, "populations", "matching", reserved=POPULATION_RESERVED)
    check_names(top.section("data"), "join")
    for outer in ("checks", "eligibility", "cutoff", "tables", "figures"):
        check_names(top, outer)
