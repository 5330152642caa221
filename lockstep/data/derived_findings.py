"""What is wrong with derived variables: patients who fit no level, numbers without a value or out of their range."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from ..base.errors import row_list
from ..base.wording import printable, shown
from ..study.model import Study
from ..variables.checks import UNDEFINED_NUMBER
from ..variables.derived import DerivedNumber
from .derivation import DerivedValues, Flags
from .findings import DataFinding


def derived_findings(
    study: Study,
    derived: Mapping[str, DerivedValues],
    rows: npt.NDArray[np.int64],
    kept: Flags,
    *,
    reported: Callable[[Iterable[str]], Flags],
) -> Iterator[DataFinding]:
    """Yield the findings about derived variables.

    Parameters
    ----------
    derived : the values of each, of all patients of the file.
    rows : (n,) their rows in the file.
    kept : (n,) True for patients who are analysed. Of others it is no gap that they fit no level; a number is one of
        the data, and is looked at in all rows, as those of columns are.
    reported : gives (n,) True for patients of whom a cell behind one of these variables is reported already.
    """
    for name, found in derived.items():
        definition = study.derived[name]
        others = ~reported([name])
        if isinstance(definition, DerivedNumber):
            yield from _about_number(study, definition, found, rows, others)
        elif (gap := found.uncovered & kept & others).any() and not definition.optional:
            yield _gap(study, name, tuple(rows[gap].tolist()))


def _gap(study: Study, name: str, rows: tuple[int, ...]) -> DataFinding:
    """Return that patients fit no level: a gap in the definition, and not a missing value."""
    return DataFinding(
        kind="no level",
        severity="error",
        column=None,
        beside=study.headers(study.derived[name].made_of),
        rows=rows,
        message=(
            f"{study.data_file}: no condition of {shown(name)} is true in {row_list(rows)}; expected one for "
            f"each patient.\nAdd a level under [derived.{name}] in study.toml, restrict it by `among`, or mend "
            "the file."
        ),
    )


def _about_number(
    study: Study, number: DerivedNumber, found: DerivedValues, rows: npt.NDArray[np.int64], others: Flags
) -> Iterator[DataFinding]:
    beside, formula = study.headers(number.made_of), f'"{printable(number.value.text.strip(), most=100)}"'
    about = f"{study.data_file}: {shown(number.name)} of [derived], {formula},"
    for what, fault in found.faults.items():
        if (where := fault & others).any():
            faulty = tuple(rows[where].tolist())
            yield DataFinding(
                kind=UNDEFINED_NUMBER,
                severity="query",
                column=None,
                beside=beside,
                rows=faulty,
                message=(
                    f"{about} {what} in {row_list(faulty)}; expected a number, and their value counts as missing.\n"
                    "Look the values up and mend the file; or say by if(condition, a, b) under "
                    f"[derived.{number.name}] in study.toml what is meant there. [checks.{UNDEFINED_NUMBER}] changes "
                    "what this check does."
                ),
            )
    if number.range is not None and (where := found.outside & others).any():
        low, high = number.range
        faulty = tuple(rows[where].tolist())
        yield DataFinding(
            kind="a number out of range",
            severity="error",
            column=None,
            beside=beside,
            rows=faulty,
            message=(
                f"{about} is out of range in {row_list(faulty)}; expected {low:g} to {high:g}.\n"
                f"Mend the file, or formula or range under [derived.{number.name}] in study.toml."
            ),
        )
