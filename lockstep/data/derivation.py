"""Derived variables: categories made by conditions or by cutting a number, and numbers computed by a formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.snapping import snapped, snapped_all
from ..endpoints.time_units import TimeUnits
from ..variables.derived import AnyDerived, Derived, DerivedNumber
from .columns import LARGEST
from .formula_values import formula_values

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DerivedValues:
    """The values of a derived variable.

    Attributes
    ----------
    values : (n,) missing where unknown or not applicable; of a number also where it cannot be computed.
    applicable : (n,) False where the patient is known to be outside `among`.
    uncovered : (n,) True where the patient fits no level although every condition is known.
    faults : (n,) of a number by what is wrong (`FORMULA_FAULTS`): True where it cannot be computed, although all that
        its formula names is known; only where there is one.
    outside : (n,) True where a number is outside of its range.
    """

    values: pd.Categorical | npt.NDArray[np.float64]
    applicable: Flags
    uncovered: Flags
    faults: Mapping[str, Flags] = field(default_factory=dict)
    outside: Flags


def derive(derived: AnyDerived, frame: pd.DataFrame, time: TimeUnits) -> DerivedValues:
    """Compute a derived variable from a frame that holds the variables it names.

    Notes
    -----
    Of `when` the first true condition gives the level. Where a condition is unknown and none before it is true, the
    value is missing: the unknown one might be the right one. A cut at 60 ends its first group at 60, inclusive.
    Where `among` is unknown, the variable applies but its value is missing. A number is computed as by
    `formula_values`; months and years between dates are as long as `time` says.
    """
    return _number(derived, frame, time) if isinstance(derived, DerivedNumber) else _category(derived, frame)


def _number(derived: DerivedNumber, frame: pd.DataFrame, time: TimeUnits) -> DerivedValues:
    found = formula_values(derived.value, frame, days_in=time.days_in, largest=LARGEST)
    nobody = np.zeros(len(frame), dtype=bool)
    outside = nobody
    if derived.range is not None:
        low, high = map(snapped, derived.range)
        outside = (found.values < low) | (found.values > high)
    return DerivedValues(
        values=found.values, applicable=~nobody, uncovered=nobody, faults=found.faults, outside=outside
    )


def _category(derived: Derived, frame: pd.DataFrame) -> DerivedValues:
    levels = list(derived.levels)
    if derived.when is not None:
        codes, uncovered = _by_conditions(derived, frame, levels)
    else:
        codes, uncovered = _by_cutting(frame[str(derived.cut)].to_numpy(), derived.at)
    inside = applicable = np.ones(len(frame), dtype=bool)
    if derived.among is not None:
        among = derived.among.mask(frame)
        inside = among.to_numpy(dtype=bool, na_value=False)
        applicable = inside | among.isna()
    codes[~inside] = -1
    return DerivedValues(
        values=pd.Categorical.from_codes(codes, categories=pd.Index(levels)),
        applicable=applicable,
        uncovered=uncovered & inside,
        outside=np.zeros(len(frame), dtype=bool),
    )


def _by_conditions(derived: Derived, frame: pd.DataFrame, levels: list[str]) -> tuple[Any, Flags]:
    codes = np.full(len(frame), -1)
    undecided = np.ones(len(frame), dtype=bool)
    for level, condition in (derived.when or {}).items():
        mask = condition.mask(frame)
        true = mask.to_numpy(dtype=bool, na_value=False)
        codes[undecided & true] = levels.index(level)
        undecided &= ~(true | mask.isna())
    return codes, undecided


def _by_cutting(number: npt.NDArray[np.float64], at: tuple[float, ...]) -> tuple[Any, Flags]:
    codes = np.searchsorted(snapped_all(at), snapped_all(number), side="left")  # (-inf, at[0]], (at[0], at[1]], ...
    codes[np.isnan(number)] = -1
    return codes, np.zeros(len(number), dtype=bool)
