"""Whether finished rows are the cohort that was to be made; every constraint and limit that is broken is named."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from .analysed import analysed
from .constraints import constraints
from .errors import CohortError
from .limits import LIMITS
from .records import Row

Published = Mapping[str, Mapping[str, str]]
"""The rows of published.csv by id."""


@dataclass(frozen=True)
class Broken:
    """A constraint or limit that does not hold."""

    id: str
    what: str
    found: str

    def __str__(self) -> str:
        return f"{self.id} ({self.what}): {self.found}"


def read_published(path: Path) -> Published:
    """Read the printed statements.

    Raises
    ------
    CohortError
        If the file cannot be read or lacks a statement that a constraint names.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise CohortError(f"{path.name}: cannot be read ({error}). Restore it. Nothing was written.") from None
    published = {row.get("id", ""): row for row in rows if "value" in row and "precision" in row}
    if lacking := [id_ for constraint in constraints() for id_ in constraint.ids if id_ not in published]:
        raise CohortError(
            f"{path.name}: has no statement {_named(lacking)}; expected every id that generator/constraints.py names, "
            "with its value and precision. Restore them. Nothing was written."
        )
    return published


def broken(rows: Sequence[Row], published: Published) -> list[Broken]:
    """Return what the rows break: limits, or, where they keep to all limits, printed statements."""
    beyond = [(limit, list(limit.offenders(rows))) for limit in LIMITS[:1]]
    if not any(who for _, who in beyond):  # the others read the rows by the codebook
        beyond = [(limit, list(limit.offenders(rows))) for limit in LIMITS]
    found = [Broken(limit.id, limit.what, f"not so in {_named(who)}") for limit, who in beyond if who]
    if found:
        return found
    cohort = analysed(rows)
    for constraint in constraints():
        value = constraint.measure(cohort)
        for id_ in constraint.ids:
            printed, precision = published[id_]["value"], published[id_]["precision"]
            if not _agrees(value, printed, precision):
                found.append(Broken(id_, constraint.what, f"found {value}, printed {printed}"))
    return found


def verify(rows: Sequence[Row], published: Published) -> None:
    """Refuse rows that break a constraint.

    Raises
    ------
    CohortError
        If something is broken; names each constraint.
    """
    if found := broken(rows, published):
        lines = "".join(f"\n  {item}" for item in found)
        raise CohortError(f"The cohort breaks {len(found)} of its constraints:{lines}\nNothing was written.")


def _agrees(value: float | str | bool, printed: str, precision: str) -> bool:
    """Tell whether a measure is what is printed: a worded statement holds, a number rounds half up to it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value == printed
    if printed.startswith("<"):
        return value < float(printed[1:])
    if value == float("inf"):
        return False
    place = Decimal(1).scaleb(-int(precision))
    return Decimal(repr(float(value))).quantize(place, rounding=ROUND_HALF_UP) == Decimal(printed)


def _named(who: Sequence[str], most: int = 5) -> str:
    return ", ".join(who[:most]) + (f" and {len(who) - most} more" if len(who) > most else "")
