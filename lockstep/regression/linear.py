"""Linear regression of a number: adjusted differences of means, explained variance, robust variances."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..statistics.arrays import Floats, checked_numbers
from ..statistics.sandwich import sandwich, without_variance
from .regression import FEW_CLUSTERS, Design, RegressionModel, checked_model_design, terms_of, unfitted_model

ONE_VALUE: Final = "the outcome is the same in all patients"
DETERMINED: Final = "the terms determine the outcome exactly"
ALONE: Final = "a robust variance needs more than one patient of each combination of levels"
NOTHING_LEFT: Final = 1e-26  # share of the sum of squares that is rounding
FULL_LEVERAGE: Final = 1e-9  # a patient whose leverage is 1 but for this is alone


def linear_regression(
    outcome: ArrayLike,
    covariates: pd.DataFrame,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    robust: bool = False,
    conf_level: float = 0.95,
) -> RegressionModel:
    """Fit a linear regression: differences of the mean of a number.

    Parameters
    ----------
    outcome : (n,) a measurement, in any unit.
    covariates : (n, p) numeric design columns; a factor is given as its indicator columns.
    weights : (n,) weights > 0 of the patients.
    cluster : (n,) of any type: patients of one cluster may depend on each other. The variance is then robust.
    robust : whether the variance is robust (to unequal variances) also without clusters.

    Raises
    ------
    DataError
        If there is no patient, a value is missing or a weight not above 0; names the rows.

    Notes
    -----
    Least squares with an intercept, t intervals and P values, as R's ``lm``. All levels of a factor are tested together
    by `wald_test`, as R's ``drop1(fit, test = "F")``.

    The robust variance is of type HC3, as ``sandwich::vcovHC(fit)``, with n - p degrees of freedom. Over g clusters it
    is ``sandwich::vcovCL(fit, cluster)``, with the factor g / (g - 1) * (n - 1) / (n - p), and g - 1 degrees of
    freedom.

    References
    ----------
    Long JS, Ervin LH. Using heteroscedasticity consistent standard errors in the linear regression model. Am Stat
    2000;54:217-224. Cameron AC, Miller DL. A practitioner's guide to cluster-robust inference. J Hum Resour
    2015;50:317-372.

    Examples
    --------
    >>> weight = [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14]  # plants of R's help page of lm
    >>> treated = [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69]
    >>> model = linear_regression(weight + treated, pd.DataFrame({"treated": [0] * 10 + [1] * 10}))
    >>> round(model.terms[0].estimate, 4), round(model.terms[0].p_value, 4), round(model.r_squared, 5)
    (-0.371, 0.249, 0.07308)
    """
    design = checked_model_design(checked_numbers(outcome, "outcome"), covariates, weights=weights, cluster=cluster)
    variance = "clusters" if cluster is not None else "HC3" if robust else "model"
    n, parameters = len(design.y), len(design.kept)
    df = n - parameters - 1
    reason = None
    if design.y[0] == design.y.max() == design.y.min():
        reason = ONE_VALUE
    elif df < 1:
        reason = f"too few patients ({n}) for {parameters + 1} coefficients, the intercept among them"
    elif design.clusters == 1:
        reason = FEW_CLUSTERS
    if reason is not None:
        return unfitted_model(design, variance, conf_level, reason)
    return _fitted(design, variance, conf_level, df)


def _fitted(design: Design, variance: str, conf_level: float, df: int) -> RegressionModel:
    n, root = len(design.y), np.sqrt(design.weight)
    # Less its mean, which the intercept takes up: a number far from 0 loses no digits.
    middle = float(np.average(design.y, weights=design.weight))
    x, y = root[:, np.newaxis] * design.x, root * (design.y - middle)
    q, r = np.linalg.qr(x)
    inverse = np.linalg.inv(r)
    coefficients, bread = inverse @ (q.T @ y), inverse @ inverse.T
    residual = y - x @ coefficients
    unexplained, total = float(residual @ residual), float(y @ y)

    reasons = dict[int, str]()
    if unexplained <= NOTHING_LEFT * total:
        reasons = dict.fromkeys(range(len(design.kept)), DETERMINED)
    covariance = of_model = unexplained / df * bread
    found_df = df
    if variance == "HC3":
        left = 1 - np.sum(q**2, axis=1)
        if (left < FULL_LEVERAGE).any():
            reasons = reasons or dict.fromkeys(range(len(design.kept)), ALONE)
        covariance = sandwich((residual / np.maximum(left, FULL_LEVERAGE))[:, np.newaxis] * x, bread, None)
    elif design.clusters is not None:
        found_df = design.clusters - 1
        factor = design.clusters / found_df * (n - 1) / df
        covariance = factor * sandwich(residual[:, np.newaxis] * x, bread, design.cluster)

    reasons = without_variance(covariance[1:, 1:], of_model[1:, 1:]) | reasons
    terms, covariance = terms_of(
        design,
        coefficients[1:],
        covariance[1:, 1:],
        conf_level=conf_level,
        exponentiate=False,
        df=found_df,
        reasons=reasons,
    )
    explained = 1 - unexplained / total
    return RegressionModel(
        terms=terms,
        n=n,
        events=None,
        conf_level=conf_level,
        log_likelihood=_log_likelihood(unexplained, design.weight),
        parameters=len(design.kept),
        variance=variance,
        clusters=design.clusters,
        df=found_df,
        r_squared=explained,
        r_squared_adjusted=1 - (1 - explained) * (n - 1) / df,
        covariance=covariance,
        fitted=design.in_data_order(middle + design.x @ coefficients),
    )


def _log_likelihood(unexplained: float, weight: Floats) -> float | None:
    """Return the normal log-likelihood at the maximum, as R's ``logLik``; None where nothing is unexplained."""
    n = len(weight)
    if unexplained == 0:
        return None
    return float(0.5 * (np.log(weight).sum() - n * (np.log(2 * np.pi) + 1 - np.log(n) + np.log(unexplained))))
