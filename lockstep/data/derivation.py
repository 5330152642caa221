"""Derived variables: categories made from other variables by conditions or by cutting a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.snapping import snapped_all
from ..study.derived import Derived

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DerivedValues:
    """The values of a derived variable.

    Attributes
    ----------
    values : (n,) missing where unknown or not applicable.
    applicable : (n,) False where the patient is known to be outside `among`.
    uncovered : (n,) True where the patient fits no level although every condition is known.
    """

    values: pd.Categorical
    applicable: Flags
    uncovered: Flags


def derive(derived: Derived, frame: pd.DataFrame) -> DerivedValues:
    """Compute a derived variable from a frame that holds the variables it names.

    Notes
    -----
    Of `when` the first true condition gives the level. Where a condition is unknown and none before it is true, the
    value is missing: the unknown one might be the right one. A cut at 60 ends its first group at 60, inclusive.
    Where `among` is unknown, the variable applies but its value is missing.
    """
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
    values = pd.Categorical.from_codes(codes, categories=pd.Index(levels))
    return DerivedValues(values=values, applicable=applicable, uncovered=uncovered & inside)


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
