"""The statistic of a score test: a score over its covariance, where that is of full rank."""

from __future__ import annotations

import numpy as np

from .arrays import Floats


def score_statistic(score: Floats, variance: Floats, *, tolerance: float, least: float = 1e-300) -> float | None:
    """Return the chi-square of a score, with one degree of freedom for each of its parts.

    Parameters
    ----------
    score, variance : (k,) and (k, k).
    tolerance : singular values below this are none, relative to the largest entry of the variance.
    least : what the largest entry is taken for where it is smaller: what is left there is rounding.

    Returns
    -------
    The statistic, >= 0; None where there is no part, or the variance does not distinguish all of them.
    """
    largest = max(float(np.abs(variance).max(initial=0.0)), least)
    if not len(score) or np.linalg.matrix_rank(variance, tol=tolerance * largest) < len(score):
        return None
    return max(0.0, float(score @ np.linalg.solve(variance, score)))  # equal groups can give -1e-17
