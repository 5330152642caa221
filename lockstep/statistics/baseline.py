"""Descriptive statistics of a cohort, by tableone; the only module that imports it.

tableone names its rows after the data's own columns and levels, rounds what it prints, reseeds NumPy's generator when
it is imported and counts a missing value as a level if asked. Here it sees neutral names and codes only, its unrounded
intermediate tables are read, the generator is put back, and missing values are counted apart.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

_generator_state = np.random.get_state()
from tableone import TableOne  # noqa: E402 (the generator's state must be saved first)

np.random.set_state(_generator_state)

ALL = None
"""The group of all patients in what `describe` returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSummary:
    """A number: patients with a value, patients without, moments and quantiles (None where there are too few values).

    The standard deviation has n - 1 in its denominator; quartiles interpolate linearly (Hyndman & Fan type 7, the
    default of R's ``quantile``).
    """

    n: int
    missing: int
    mean: float | None
    sd: float | None
    median: float | None
    q1: float | None
    q3: float | None
    min: float | None
    max: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategorySummary:
    """A category: patients with a value, patients without, and the count of each level in its order."""

    n: int
    missing: int
    counts: Mapping[str, int]


Summary = NumberSummary | CategorySummary


def describe(
    frame: pd.DataFrame,
    *,
    numbers: Sequence[str],
    categories: Mapping[str, Sequence[str]],
    by: tuple[str, Sequence[str]] | None = None,
) -> dict[tuple[str | None, str], Summary]:
    """Describe variables over all patients and within the levels of one category.

    Parameters
    ----------
    frame : a row a patient; missing values are NaN or NA.
    numbers : columns to describe as numbers.
    categories : columns to describe as categories, each with its levels in order.
    by : a category and its levels, to describe within; patients without a level enter only "all".

    Returns
    -------
    (level of `by`, or ALL; variable) -> summary.
    """
    names = [*numbers, *categories]
    neutral = pd.DataFrame(index=frame.index)
    for position, name in enumerate(names):
        levels = categories.get(name)
        neutral[f"v{position}"] = frame[name].astype(float) if levels is None else _codes(frame[name], levels)

    groups: dict[str | None, pd.Series[bool]] = {ALL: pd.Series(True, index=frame.index)}
    if by is not None:
        groups |= {level: frame[by[0]].astype(object).eq(level).fillna(False) for level in by[1]}

    described: dict[tuple[str | None, str], Summary] = {}
    for group, mask in groups.items():
        # Sorted, so that the order of the rows changes no bit of the sums.
        rows = neutral[mask].sort_values(list(neutral.columns))
        table = _tableone(rows, [f"v{i}" for i, name in enumerate(names) if name in categories])
        for position, name in enumerate(names):
            column = rows[f"v{position}"]
            missing = int(column.isna().sum())
            n = len(column) - missing
            levels = categories.get(name)
            described[group, name] = (
                _number(table, f"v{position}", n, missing)
                if levels is None
                else CategorySummary(n=n, missing=missing, counts=_counts(table, f"v{position}", n, levels))
            )
    return described


def _codes(values: pd.Series[Any], levels: Sequence[str]) -> pd.Series[Any]:
    """Return the level's position as text ("0", "1", ...), missing where there is none."""
    code_of = {level: str(code) for code, level in enumerate(levels)}
    return values.astype(object).map(code_of).astype(object)


def _tableone(rows: pd.DataFrame, categorical: list[str]) -> TableOne | None:
    # A column without any value makes tableone fail; its summary is known without it.
    known = [name for name in rows.columns if rows[name].notna().any()]
    if not known:
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # remarks on normality, which nothing here depends on
        return TableOne(
            rows[known],
            columns=known,
            categorical=[name for name in categorical if name in known],
            include_null=False,
            dip_test=False,
            normal_test=False,
            tukey_test=False,
        )


def _number(table: TableOne | None, name: str, n: int, missing: int) -> NumberSummary:
    fields = {"mean": "mean", "sd": "std", "median": "median", "q1": "q25", "q3": "q75", "min": "min", "max": "max"}
    values: dict[str, float | None] = dict.fromkeys(fields)
    if table is not None and n > 0:
        for field, column in fields.items():
            value = float(table.cont_describe.loc[name, (column, "Overall")])
            values[field] = value if math.isfinite(value) else None
    if n < 2:
        values["sd"] = None  # tableone says 0, as if one patient told how much patients differ
    return NumberSummary(n=n, missing=missing, **values)


def _counts(table: TableOne | None, name: str, n: int, levels: Sequence[str]) -> dict[str, int]:
    counts = dict.fromkeys(levels, 0)
    if table is not None and n > 0:
        for code, count in table.cat_describe.loc[name][("freq", "Overall")].items():
            counts[levels[int(str(code))]] = int(count)
    return counts
