"""Files with several rows a patient, and several files: which of a patient's rows a column's value comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, get_args

from ..base.wording import hint, listing, shown
from ..syntax.sections import Section
from .columns import Column, RowRule, Take
from .data_file import DataFile
from .derived import variable_types
from .named_variables import read_expression

ROWS_ONLY: Final = "none"
"""The `take` of a column that describes rows and not patients: conditions and the order of rows may use it."""


def read_row_rules(
    top: Section, columns: Mapping[str, Column], files: Mapping[str | None, DataFile]
) -> tuple[dict[str, Column], dict[str, Column]]:
    """Read `take` and `where` of [columns.*], and check `order` of the files.

    Parameters
    ----------
    files : the joined files by name, and the data file under None.

    Returns
    -------
    columns, row_columns
        Those that describe patients, each with its rule, and those that only describe rows.
    """
    found: dict[str, Column] = {}
    beside = {join: {name: column for name, column in columns.items() if column.join == join} for join in files}
    for name, section in top.sections("columns").items():
        column = columns[name]
        data = files[column.join]
        if data.rows is None:
            for key in ("take", "where"):
                if section.has(key):
                    need = f'write `rows` under [{data.section}] (rows = "visits"), where a patient has several'
                    raise section.error(key, f"chooses among a patient's rows, of which {data.file} has one; {need}")
        found[name] = replace(column, rule=_rule(section, column, beside[column.join]))
    _check_orders(top, columns, files)
    row_columns = {name: column for name, column in found.items() if column.rule is None}
    if len(row_columns) == len(found):
        raise top.error("columns", "all describe rows only; expected one that describes patients")
    return {name: column for name, column in found.items() if name not in row_columns}, row_columns


def _rule(section: Section, column: Column, beside: Mapping[str, Column]) -> RowRule | None:
    """Read how the rows of a patient become one value; None for a column of rows only."""
    take: Any = section.choice("take", (*get_args(Take), ROWS_ONLY), "same")
    if take == ROWS_ONLY:
        if section.has("where"):
            raise section.error("where", "chooses a value of the patient, and with take = 'none' there is none")
        return None
    if take == "any" and (column.type != "category" or len(column.levels or ()) != 2):
        what = "a category of two levels, of which a patient has the second where any of the rows has it"
        raise section.error("take", f"is 'any'; expected {what}; there is 'max' for others")
    where = read_expression(section, "where", variable_types(beside, {})) if section.has("where") else None
    return RowRule(take=take, where=where)


def _check_orders(top: Section, columns: Mapping[str, Column], files: Mapping[str | None, DataFile]) -> None:
    for join, data in files.items():
        if data.order is None:
            continue
        section = top.section("data") if join is None else top.section("data").section("join").section(join)
        known = [name for name, item in columns.items() if item.join == join and item.type != "category"]
        if data.order not in known:
            allowed = f"expected one of {listing(known)}" if known else "there is none"
            what = f"names {shown(data.order)}, which is no date or number of {data.file} that is declared"
            raise section.error("order", f"{what}; {allowed}{hint(data.order, known)}")
