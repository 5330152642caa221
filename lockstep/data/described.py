"""What a file says of its own columns, held against what study.toml declares of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..base.errors import DataError
from ..base.wording import shown
from ..readers.table import ColumnDescription, TextTable
from ..variables.columns import Column


def refuse_identifiers(columns: Iterable[Column], table: TextTable) -> None:
    """Refuse a declared column that the file marks as what identifies a person, unless study.toml says that it may be.

    Raises
    ------
    DataError
        For the first one.
    """
    for column in columns:
        described = table.descriptions.get(column.header)
        if described is None or not described.identifier or column.identifier:
            continue
        remedy = (
            "Leave it out."
            if column.type == "category"
            else f"Leave it out, or where the analysis needs it, write identifier = true under [columns.{column.name}]."
        )
        raise DataError(
            f"{table.file}: column {shown(column.header)} is marked as one that identifies a person, and study.toml "
            f"declares it; expected columns without such a mark.\n{remedy}"
        )


def recoded_by_label(column: Column, texts: Iterable[str], described: ColumnDescription | None) -> Column:
    """Return a category with the codes of a file that go by another name in study.toml recoded to its levels.

    A code that study.toml does not know is the level that has the code's label, as its value or as its own label:
    where the file says that 1 is "Male", it is the level ``male = "Male"``.

    Parameters
    ----------
    texts : the distinct cells of the column.
    described : what the file says of the column.
    """
    if described is None or not described.levels or not column.levels:
        return column
    by_label = _levels_by_label(column.levels)
    known = {*column.levels, *column.recode, *column.missing}
    found = {
        code: by_label[label]
        for code in texts
        if code not in known and (label := described.levels.get(code, "")) in by_label
    }
    return replace(column, recode={**column.recode, **found}) if found else column


def _levels_by_label(levels: Mapping[str, str]) -> dict[str, str]:
    """Return each level by its label, and by itself, which comes first: both on one line."""
    return {" ".join(label.split()): level for level, label in levels.items()} | {level: level for level in levels}
