"""The groups of a new study: the category by which its patients are compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..base.errors import DataError
from ..base.wording import shown
from . import words
from .observed import PlannedColumn
from .wishes import Wishes, named_column

_MOST_GROUPS: Final = 5  # levels of a category that is guessed to be the groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The category by which patients are compared: its levels with their labels, the reference first."""

    name: str
    label: str
    levels: Mapping[str, str]
    note: str = ""


def choose_groups(
    columns: Sequence[PlannedColumn], apart: Collection[str], wishes: Wishes
) -> tuple[Groups | None, tuple[str, ...]]:
    """Return the groups that were said or are recognised by their name, and what to ask where there are none.

    Parameters
    ----------
    apart : the names of the columns that are the outcome.

    Raises
    ------
    DataError
        If the user names a column that is no category of two or more levels.
    """
    if wishes.by:
        column = named_column(wishes.by, columns, "--by")
        if column.guess.kind != "category" or len(column.guess.levels) < 2:
            what = "a date" if column.guess.kind == "date" else "a number"
            raise DataError(
                f"--by: the column {shown(wishes.by)} is {what}; expected a category of two or more values.\n"
                "Leave --by out, and cut it into groups under [derived] in study.toml."
            )
        if column.name in apart:
            raise DataError(f"--by: the column {shown(wishes.by)} is part of the outcome; expected another one.")
        return _groups(column, ""), ()
    for column in columns:
        few = 2 <= len(column.guess.levels) <= _MOST_GROUPS
        if few and words.names_groups(column.header) and column.name not in apart:
            return _groups(column, "guess: the groups, by its name"), ()
    return None, ("groups to compare: add --by COLUMN, if there are any",)


def _groups(column: PlannedColumn, note: str) -> Groups:
    levels = dict(column.guess.levels)
    first = next((value for value, label in levels.items() if words.REFERENCE_WORDS.search(label)), None)
    if first is not None and first != next(iter(levels)):
        levels = {first: levels.pop(first), **levels}
        note = f"{note}; " if note else ""
        note += "guess: its first level is the reference, by its word"
    return Groups(name=column.name, label=column.guess.label, levels=levels, note=note)
