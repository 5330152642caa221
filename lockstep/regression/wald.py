"""Wald's interval and test: of the ratio of one coefficient, and of several terms of a model at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import chdtrc, fdtrc

from ..statistics.estimate import Estimate, finite, normal_p_value
from .likelihood import FittedModel, refuse_unknown_terms
from .reasons import TOO_LARGE, TOO_SMALL

NOT_TESTED: Final = "none of its terms can be estimated"
TOO_FEW_CLUSTERS: Final = "too few clusters for a test of so many terms at once"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaldTest:
    """Several coefficients tested at once: chi-square, or F where `df_residual` is given (`statistic` is then F)."""

    statistic: float | None
    df: int
    df_residual: float | None
    p_value: float | None
    reason: str | None = None


def wald_ratio(coef: float, se: float, *, quantile: float) -> tuple[Estimate, float]:
    """Return exp of a coefficient with its interval, and the P value of the coefficient.

    Parameters
    ----------
    quantile : of the standard normal distribution: 1.96 for an interval of 95%.

    Notes
    -----
    No ratio is 0: one that would be printed so has only become too small for a float, as exp(-800). It has a reason
    then, as one has that is too large, and no interval.
    """
    with np.errstate(over="ignore", under="ignore"):
        ratio, low, high = (finite(np.exp(coef + bound * se)) or None for bound in (0, -quantile, quantile))
    p_value = normal_p_value(coef / se)
    if ratio is None:
        return Estimate(None, reason=TOO_LARGE if coef > 0 else TOO_SMALL), p_value
    return Estimate(ratio, low, high), p_value


def wald_test(model: FittedModel, terms: Sequence[str]) -> WaldTest:
    """Test whether the coefficients of these terms are all 0: of all levels of a factor together.

    Parameters
    ----------
    model : a Cox, logistic, Poisson or linear model.
    terms : names of columns of its design.

    Raises
    ------
    ValueError
        If the model has no such column.

    Notes
    -----
    With the variance of the model, robust where that is: there a likelihood-ratio test has no meaning. In a linear
    model it is the F test of the model with against the model without the terms, as ``drop1(fit, test = "F")`` in R;
    elsewhere chi-square. Terms that cannot be estimated do not count.

    Examples
    --------
    >>> import pandas as pd
    >>> from lockstep.regression.cox import cox_regression
    >>> time, event = [4, 6, 7, 9, 11, 13, 15, 20], [1, 1, 0, 1, 1, 1, 0, 1]
    >>> covariates = pd.DataFrame({"treated": [0, 1, 0, 0, 1, 1, 0, 1], "age": [61, 55, 48, 70, 52, 66, 58, 49]})
    >>> model = cox_regression(time, event, covariates, cluster=["a", "a", "b", "b", "c", "c", "d", "d"])
    >>> test = wald_test(model, ["treated", "age"])
    >>> round(test.statistic, 3), test.df, round(test.p_value, 6)
    (19.063, 2, 7.3e-05)
    """
    refuse_unknown_terms(terms, [term.term for term in model.terms])
    tested = [i for i, term in enumerate(model.terms) if term.term in terms and term.se is not None]
    nothing = WaldTest(statistic=None, df=0, df_residual=model.df, p_value=None, reason=model.reason or NOT_TESTED)
    if not tested:
        return nothing
    coef = np.array([model.terms[i].coef for i in tested], dtype=np.float64)
    # In units of the standard errors, so that units of the variables do not make the matrix ill-conditioned.
    se = np.sqrt(np.diag(model.covariance)[tested])
    correlation = model.covariance[np.ix_(tested, tested)] / np.outer(se, se)
    df = len(tested)
    if np.linalg.matrix_rank(correlation) < df:
        return WaldTest(statistic=None, df=df, df_residual=model.df, p_value=None, reason=TOO_FEW_CLUSTERS)
    statistic = float(coef / se @ np.linalg.solve(correlation, coef / se))
    if model.df is None:
        return WaldTest(statistic=statistic, df=df, df_residual=None, p_value=float(chdtrc(df, statistic)))
    statistic /= df
    return WaldTest(statistic=statistic, df=df, df_residual=model.df, p_value=float(fdtrc(df, model.df, statistic)))
