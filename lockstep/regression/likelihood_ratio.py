"""The likelihood-ratio test of two nested models, whatever their kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scipy.special import chdtrc

from .likelihood import FittedModel

NOTHING_ADDED: Final = "the larger model adds nothing that can be estimated"


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatioTest:
    """Twice the difference of two log-likelihoods, as chi-square with the difference in parameters."""

    statistic: float | None
    df: int
    p_value: float | None
    reason: str | None = None


def likelihood_ratio_test(smaller: FittedModel, larger: FittedModel) -> LikelihoodRatioTest:
    """Test whether the columns that the larger of two nested models adds improve it, as R's ``anova(smaller, larger)``.

    Raises
    ------
    ValueError
        If the models are not of the same patients, the first is not the smaller one, or their variance is
        robust: the likelihood takes all rows for independent, which a robust variance denies. `wald_test` does not.

    Examples
    --------
    >>> import pandas as pd
    >>> from lockstep.regression.cox import cox_regression
    >>> time, event = [4, 6, 7, 9, 11, 13, 15, 20], [1, 1, 0, 1, 1, 1, 0, 1]
    >>> covariates = pd.DataFrame({"treated": [0, 1, 0, 0, 1, 1, 0, 1], "age": [61, 55, 48, 70, 52, 66, 58, 49]})
    >>> smaller = cox_regression(time, event, covariates[["treated"]])
    >>> test = likelihood_ratio_test(smaller, cox_regression(time, event, covariates))
    >>> round(test.statistic, 4), test.df, round(test.p_value, 4)
    (1.0456, 1, 0.3065)
    """
    df = larger.parameters - smaller.parameters
    if smaller.is_robust or larger.is_robust:
        raise ValueError("no likelihood-ratio test with a robust variance; use wald_test of the terms in question")
    if (smaller.n, smaller.events) != (larger.n, larger.events):
        raise ValueError("a likelihood-ratio test needs two models of the same patients")
    if smaller.log_likelihood is None or larger.log_likelihood is None:
        return LikelihoodRatioTest(statistic=None, df=max(df, 0), p_value=None, reason=smaller.reason or larger.reason)
    if df < 0:
        raise ValueError("a likelihood-ratio test takes the smaller model first")
    if df == 0:
        return LikelihoodRatioTest(statistic=None, df=0, p_value=None, reason=NOTHING_ADDED)
    statistic = max(0.0, 2 * (larger.log_likelihood - smaller.log_likelihood))
    return LikelihoodRatioTest(statistic=statistic, df=df, p_value=float(chdtrc(df, statistic)))
