"""Percentages of few patients in tables: one patient more or less moves them far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..catalogue.catalogue import KNOWN, LEVEL_COUNT
from ..catalogue.keys import Key
from ..results.model import Results
from ..study.model import Study
from ..study.tables import Characteristics, Estimates
from ..text.level_names import named_level

FEW: Final = 20
"""Of fewer patients than these counts alone are advised."""


def few_patients_notes(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each table with percentages of fewer than 20 patients: its groups, and what to do."""
    for name, table in study.tables.items():
        if isinstance(table, Estimates):
            yield from _of_outcomes(study, results, name, table)
        if not isinstance(table, Characteristics) or table.by is None:
            continue
        if all("n_percent" not in row.summaries for row in table.rows):
            continue
        key = Key(variable=table.by, population=table.population)
        counts = {level: results[LEVEL_COUNT.of(key, level=level)] for level in study.levels(table.by)}
        few = [
            f"{named_level(study, table.by, level)} ({count.value})"
            for level, count in counts.items()
            if isinstance(count.value, int) and 0 < count.value < FEW
        ]
        if few:
            yield (
                f"study.toml: [tables.{name}] has percentages of fewer than {FEW} patients, where one patient is more "
                f'than 5%: {", ".join(few)}; `summary = "n"` shows counts alone'
            )


def _of_outcomes(study: Study, results: Results, name: str, table: Estimates) -> Iterator[str]:
    """Yield a line where a table of estimates has a percentage of few patients with a binary outcome known."""
    binary = [outcome for outcome in table.outcomes if study.outcomes[outcome].is_binary]
    levels = [None] if table.by is None else list(study.levels(table.by))
    few = dict[str, int]()
    for outcome in binary:
        for level in levels:
            key = KNOWN.of(endpoint=outcome, by=table.by, by_level=level, analysis=table.comparison)
            n = results[key].value if key in results else None
            if isinstance(n, int) and 0 < n < FEW:
                group = "all patients" if level is None else named_level(study, str(table.by), level)
                few[group] = min(n, few.get(group, n))
    if few:
        groups = ", ".join(f"{group} ({n})" for group, n in few.items())
        yield (
            f"study.toml: [tables.{name}] has percentages of fewer than {FEW} patients, where one patient is more than "
            f"5%: {groups}; merge groups, or give the counts in the text and leave the outcome out of the table"
        )
