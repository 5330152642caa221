"""Descriptive statistics of a cohort: numbers by tableone, categories counted by pandas; the only importer of tableone.

tableone names its rows after the data's own columns, rounds what it prints and reseeds NumPy's generator when it is
imported. Here it sees neutral names only, its unrounded intermediate table is read, the generator is put back, and
missing values are counted apart. Categories are not for it: it goes through their cells one by one, several times over,
which took seconds for 100,000 patients.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .estimate import finite
from .moments import MOMENTS, Moment

_generator_state = np.random.get_state()
from tableone import TableOne  # noqa: E402 (the generator's state must be saved first)

np.random.set_state(_generator_state)

ALL = None
"""The group of all patients in what `describe` returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSummary:
    """A number: patients with a value, patients without, and what describes the values.

    Attributes
    ----------
    moments : each statistic of `lockstep.statistics.moments` by its name, in their order; None where there are too few
        values for it.
    """

    n: int
    missing: int
    moments: Mapping[str, float | None]

    def __getitem__(self, name: str) -> float | None:
        """Return a statistic by its name: "median"."""
        return self.moments[name]


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

    Raises
    ------
    KeyError
        If the frame has no such column.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [50, 60, None, 40], "sex": ["f", "m", "f", "f"]})
    >>> described = describe(frame, numbers=["age"], categories={"sex": ["f", "m"]})
    >>> described[ALL, "age"]["median"], described[ALL, "age"].missing, described[ALL, "sex"].counts
    (50.0, 1, {'f': 3, 'm': 1})
    """
    groups: dict[str | None, pd.Series[bool]] = {ALL: pd.Series(True, index=frame.index)}
    if by is not None:
        groups |= {level: frame[by[0]].astype(object).eq(level).fillna(False) for level in by[1]}
    neutral = pd.DataFrame({f"v{i}": frame[name].astype(float) for i, name in enumerate(numbers)}, index=frame.index)

    described: dict[tuple[str | None, str], Summary] = {}
    for group, mask in groups.items():
        # Each column sorted by itself, so that neither the order of the rows nor another column changes a bit of sums.
        values = pd.DataFrame(np.sort(neutral[mask].to_numpy(), axis=0), columns=neutral.columns)
        by_tableone = _described_by_tableone(values)
        for position, name in enumerate(numbers):
            column = f"v{position}"
            described[group, name] = _number(values[column], by_tableone.get(column, {}))
        for name, levels in categories.items():
            described[group, name] = _category(frame.loc[mask, name], levels)
    return described


def _described_by_tableone(columns: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return what tableone says of each column that has a value, by its own words for it."""
    # A column without any value makes tableone fail; its summary is known without it.
    known = columns.columns[columns.notna().any()].tolist()
    if not known:
        return {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # remarks on normality, which nothing here depends on
        table = TableOne(
            columns[known],
            columns=known,
            categorical=[],  # else it guesses, and numbers of few values are categories to it
            include_null=False,
            dip_test=False,
            normal_test=False,
            tukey_test=False,
        )

    # The whole table at once: a look-up of one cell takes as long as that of a column.
    described = table.cont_describe.xs("Overall", axis=1, level=1)
    names = [moment.tableone for moment in MOMENTS if moment.tableone]
    return {
        column: dict(zip(names, values, strict=True))
        for column, values in zip(described.index, described[names].to_numpy(float).tolist(), strict=True)
    }


def _number(column: pd.Series[float], by_tableone: Mapping[str, float]) -> NumberSummary:
    """Return the summary of a sorted column."""
    values = np.asarray(column.dropna(), dtype=np.float64)

    def value_of(moment: Moment) -> float | None:
        if len(values) < moment.fewest:
            return None
        return finite(by_tableone[moment.tableone] if moment.compute is None else moment.compute(values))

    return NumberSummary(
        n=len(values),
        missing=len(column) - len(values),
        moments={moment.name: value_of(moment) for moment in MOMENTS},
    )


def _category(values: pd.Series[Any], levels: Sequence[str]) -> CategorySummary:
    found = values.value_counts()  # without those that are missing
    counts = {level: int(found.get(level, 0)) for level in levels}
    n = sum(counts.values())
    return CategorySummary(n=n, missing=len(values) - n, counts=counts)
