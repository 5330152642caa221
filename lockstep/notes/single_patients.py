"""What tables disclose of single patients: groups of very few, and sets of patients that differ by very few."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..base.wording import shown
from ..catalogue.catalogue import ANALYSED, IN_POPULATION, LEVEL_COUNT, MISSING_COUNT
from ..catalogue.keys import Key
from ..results.model import Results
from ..study.model import Study
from ..study.tables import Characteristics
from ..text.level_names import named_level

FEWEST: Final = 5
"""Patients below which what describes them may be what one of them has."""


def single_patients_notes(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each table of characteristics that describes very few patients, itself or by a difference."""
    tables = [table for table in study.tables.values() if isinstance(table, Characteristics)]
    for table in tables:
        found = list(_very_few(table, study, results))
        if found:
            yield (
                f"study.toml: [tables.{table.name}] describes fewer than {FEWEST} patients: {', '.join(found)}. What "
                "it says of them may be what one of them has; merge levels, or choose patients by a [populations.*]"
            )
    described = {variable for table in tables if table.population is None for variable in table.variables}
    for table in tables:
        left_out = 0 if table.population is None else _left_out(table.population, results)
        if 0 < left_out < FEWEST and not described.isdisjoint(table.variables):
            yield (
                f"study.toml: [tables.{table.name}] leaves out {left_out} of the patients whom another table "
                f"describes: the difference of the two is what they have ({shown(str(table.population))})"
            )


def _very_few(table: Characteristics, study: Study, results: Results) -> Iterator[str]:
    """Yield the groups of very few patients with their numbers, and those who have no group."""
    if table.by is None:
        return
    key = Key(variable=table.by, population=table.population)
    for level in study.levels(table.by):
        count = results[LEVEL_COUNT.of(key, level=level)].value
        if isinstance(count, int) and 0 < count < FEWEST:
            yield f"{named_level(study, table.by, level)} ({count})"
    missing = results[MISSING_COUNT.of(key)].value
    if table.overall and isinstance(missing, int) and 0 < missing < FEWEST:
        yield f"all patients less those of the groups ({missing} without {study.label(table.by)})"


def _left_out(population: str, results: Results) -> int:
    """Return how many of the patients analysed are not in a population."""
    everybody, members = (results[key].value for key in (ANALYSED.of(), IN_POPULATION.of(population=population)))
    assert isinstance(everybody, int)  # noqa: S101 (counts are)
    assert isinstance(members, int)  # noqa: S101
    return everybody - members
