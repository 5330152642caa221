"""Robust (sandwich) variances of coefficients: valid where patients of a cluster depend on each other."""

from __future__ import annotations

from typing import Final

import numpy as np

from .arrays import Floats, Ints

NO_VARIANCE: Final = "its robust variance is 0 (no patient, or no cluster, departs from what the model predicts)"
ROUNDING: Final = 1e-18  # of a robust variance, relative to the model's


def sandwich(scores: Floats, bread: Floats, cluster: Ints | None) -> Floats:
    """Return the robust covariance of coefficients, without a small-sample factor.

    Parameters
    ----------
    scores : (n, p) what each patient adds to the score.
    bread : (p, p) covariance of the model, the inverse of the information.
    cluster : (n,) whole numbers from 0; scores are added up within them.

    References
    ----------
    White H. Econometrica 1980;48:817-838. Liang KY, Zeger SL. Biometrika 1986;73:13-22.
    """
    if cluster is not None:
        totals = np.zeros((int(cluster.max()) + 1, scores.shape[1]))
        np.add.at(totals, cluster, scores)
        scores = totals
    influence = scores @ bread
    return np.asarray(influence.T @ influence)


def without_variance(robust: Floats, model: Floats) -> dict[int, str]:
    """Return which coefficients have a robust variance of 0 but for rounding, which is no standard error."""
    return {int(at): NO_VARIANCE for at in np.flatnonzero(np.diag(robust) <= ROUNDING * np.diag(model))}
