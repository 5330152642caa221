"""What all kinds of tables print with: rows and columns, labels, and cells that know their place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..catalogue.catalogue import MISSING_COUNT
from ..catalogue.keys import Key
from ..results.model import Record, Results
from ..study.model import Study
from ..syntax.names import FOLLOW_UP
from ..text import numbers
from ..text.provenance import PrintedText, joined
from ..text.style import Style

EM_SPACE: Final = "\N{EM SPACE}"
NOTE: Final = "note"


@dataclass(frozen=True, slots=True)
class GroupColumn:
    """A group of patients: its heading, their number, the level that they have in common, and their population."""

    label: str
    n: str
    by: str | None = None
    level: str | None = None
    population: str | None = None

    def of(self, variable: str) -> Key:
        """Return the key of what is known of a variable in these patients."""
        return Key(variable=variable, by=self.by, by_level=self.level, population=self.population)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: a heading without cells, or one cell list for each column.

    A cell list has a count and a percentage, or one text over both. `mark` leads from the label to a note. `compared`
    are the cells that compare the columns, each with its own mark.
    """

    label: str
    cells: tuple[tuple[str, ...], ...] = ()
    indent: bool = False
    mark: str = ""
    compared: tuple[tuple[str, str], ...] = ()

    @property
    def indented_label(self) -> str:
        """The label, moved in by a character that no renderer drops."""
        return EM_SPACE + self.label if self.indent else self.label


def variable_label(variable: str, study: Study) -> tuple[str, str | None]:
    """Return a variable's printed label and unit."""
    if variable == FOLLOW_UP:
        return study.label(variable), study.follow_up_print_unit
    return study.label(variable), study.variable(variable).unit


def bare(record: Record, style: Style, *, decimals: int | None = None) -> PrintedText:
    """Print a record's value alone, in the decimals that a row asks for or its own."""
    return PrintedText(numbers.bare_text(record, style, decimals=decimals), (record.id,), decimals=decimals)


def placed(rows: Iterable[Row], columns: Sequence[str], comparing: Sequence[str] = ()) -> list[Row]:
    """Return rows whose cells name their place, `comparing` those that compare: "Gender: Male, All patients"."""
    found, heading = [], ""
    for row in rows:
        heading = heading if row.indent else row.label
        name = f"{heading}: {row.label}" if row.indent and heading else row.label
        cells = tuple(
            tuple(text.at(f"{name}, {column}") if isinstance(text, PrintedText) else text for text in cell)
            for cell, column in zip(row.cells, columns if row.cells else (), strict=True)
        )
        compared = tuple(
            (text.at(f"{name}, {column}") if isinstance(text, PrintedText) else text, mark)
            for (text, mark), column in zip(row.compared, comparing if row.compared else (), strict=True)
        )
        found.append(replace(row, cells=cells, compared=compared))
    return found


def printed_ids(rows: Iterable[Row]) -> set[str]:
    """Return the ids of the results that the cells of rows print."""
    texts = (text for row in rows for cell in row.cells for text in cell)
    return {name for text in texts if isinstance(text, PrintedText) for name in text.ids}


def missing_counts(
    variables: Sequence[str], study: Study, results: Results, style: Style, *, population: str | None = None
) -> str:
    """Print how many patients lack a value of each variable: "Gender (2), Histologic grade (14)"; nothing if none."""
    counts = ((variable, results[MISSING_COUNT.of(variable=variable, population=population)]) for variable in variables)
    parts = [(variable_label(variable, study)[0], bare(count, style)) for variable, count in counts if count.value]
    text = ", ".join(f"{label} ({count})" for label, count in parts)
    return joined(text, *(count for _, count in parts)).at(NOTE)
