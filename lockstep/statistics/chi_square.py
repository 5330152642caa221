"""Pearson's chi-square test of the association of two categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from .arrays import checked_counts
from .fisher import DEGENERATE


@dataclass(frozen=True, slots=True, kw_only=True)
class ChiSquareTest:
    """Pearson's chi-square test; `expected_min`, the smallest expected count, shows whether to trust it."""

    statistic: float | None
    df: int
    p_value: float | None
    expected_min: float | None
    reason: str | None = None


def chi_square(table: ArrayLike) -> ChiSquareTest:
    """Test the association of the rows and columns of a table of counts.

    Parameters
    ----------
    table : (r, c) counts.

    Raises
    ------
    DataError
        If the table is not a rectangle of counts.

    Notes
    -----
    Pearson's statistic without continuity correction, as ``chisq.test(table, correct = FALSE)`` in R. Rows and columns
    without a patient are dropped first; what is left must have two of each.

    Examples
    --------
    >>> test = chi_square([[10, 20], [20, 10]])
    >>> round(test.statistic, 4), test.df, round(test.p_value, 4), test.expected_min
    (6.6667, 1, 0.0098, 15.0)
    """
    counts = checked_counts(table)
    if min(counts.shape) < 2:
        return ChiSquareTest(statistic=None, df=0, p_value=None, expected_min=None, reason=DEGENERATE)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    statistic = float(np.sum((counts - expected) ** 2 / expected))
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return ChiSquareTest(
        statistic=statistic, df=df, p_value=float(chdtrc(df, statistic)), expected_min=float(expected.min())
    )
