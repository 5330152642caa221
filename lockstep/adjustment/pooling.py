"""Rubin's rules: one estimate with its interval out of those of several imputed data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from ..regression.likelihood import FittedModel
from ..statistics.estimate import finite

LEAST_SHARE = 1e-4
"""Of the variance between imputed sets in the total one: mice::pool takes a smaller one for this, as here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledTerm:
    """A term of a model, pooled over imputed data sets.

    Attributes
    ----------
    estimate, conf_low, conf_high : the coefficient with its interval, or exp of them.
    coef, se : on the scale on which the estimates were averaged.
    df : degrees of freedom of the t distribution behind interval and P value (Barnard & Rubin).
    missing_information : the fraction of missing information.
    missing_variance : the share of the variance that is due to missing values (lambda).
    reason : why there is no estimate.
    """

    term: str
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    p_value: float | None = None
    coef: float | None = None
    se: float | None = None
    df: float | None = None
    missing_information: float | None = None
    missing_variance: float | None = None
    reason: str | None = None


def pool(
    estimates: Sequence[float],
    standard_errors: Sequence[float],
    *,
    term: str = "",
    df_complete: float = np.inf,
    exponentiate: bool = False,
    conf_level: float = 0.95,
) -> PooledTerm:
    """Pool one estimate over imputed data sets by Rubin's rules.

    Parameters
    ----------
    estimates, standard_errors : of each data set, where estimates are about normal: of a ratio its logarithm.
    df_complete : degrees of freedom if nothing were missing: n less coefficients of a linear or logistic model, events
        less coefficients of a Cox model; infinite for a large sample.
    exponentiate : whether estimate and limits are given as exp of them.

    Raises
    ------
    ValueError
        If there are fewer than two data sets, or no standard error for each.

    Notes
    -----
    As ``mice::pool`` and ``summary(pooled, conf.int = TRUE)`` in R, with the degrees of freedom of Barnard & Rubin.

    References
    ----------
    Rubin DB. Multiple Imputation for Nonresponse in Surveys. Wiley 1987. Barnard J, Rubin DB. Small-sample degrees of
    freedom with multiple imputation. Biometrika 1999;86:948-955.

    Examples
    --------
    >>> found = pool([0.5, 0.7, 0.6], [0.2, 0.22, 0.21], df_complete=100)
    >>> round(found.estimate, 3), round(found.se, 4), round(found.df, 2), round(found.missing_information, 3)
    (0.6, 0.2398, 24.9, 0.287)
    """
    q, u, m = np.asarray(estimates, dtype=np.float64), np.square(standard_errors, dtype=np.float64), len(estimates)
    if m < 2 or len(u) != m:
        raise ValueError(f"{m} estimates with {len(u)} standard errors; expected one each of two data sets or more")
    coef, within, between = float(q.mean()), float(u.mean()), float(q.var(ddof=1))
    added = (1 + 1 / m) * between
    total = within + added
    share = max(added / total, LEAST_SHARE)
    df = (m - 1) / share**2
    if np.isfinite(df_complete):
        observed = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
        df = df * observed / (df + observed)
    increase, se = added / within, float(np.sqrt(total))
    width = float(stdtrit(df, (1 + conf_level) / 2)) * se
    bounds = [coef, coef - width, coef + width]
    if exponentiate:
        with np.errstate(over="ignore", under="ignore"):
            bounds = [float(np.exp(bound)) for bound in bounds]
    estimate, low, high = (finite(bound) for bound in bounds)
    return PooledTerm(
        term=term,
        estimate=estimate,
        conf_low=low,
        conf_high=high,
        p_value=float(2 * stdtr(df, -abs(coef) / se)),
        coef=coef,
        se=se,
        df=float(df),
        missing_information=float((increase + 2 / (df + 3)) / (1 + increase)),
        missing_variance=float(added / total),
    )


def pooled_terms(
    models: Sequence[FittedModel],
    *,
    df_complete: float = np.inf,
    exponentiate: bool = False,
    conf_level: float = 0.95,
) -> tuple[PooledTerm, ...]:
    """Pool the terms of one model fitted to each imputed data set; a term that one cannot estimate has a reason.

    Raises
    ------
    ValueError
        As `pool`, and if the models have not the same terms.

    Examples
    --------
    >>> import pandas as pd
    >>> from lockstep.regression.linear import linear_regression
    >>> sets = [[61, 70, 55, 48, 66, 59], [61, 70, 52, 48, 66, 59]]
    >>> models = [linear_regression([4, 7, 3, 2, 6, 3], pd.DataFrame({"age": ages})) for ages in sets]
    >>> term, = pooled_terms(models, df_complete=4)
    >>> term.term, round(term.estimate, 3), round(term.se, 3)
    ('age', 0.228, 0.041)
    """
    names = [term.term for term in models[0].terms] if models else []
    if any([term.term for term in model.terms] != names for model in models):
        raise ValueError(f"models with other terms; expected {', '.join(names)} of each")
    found = []
    for position, name in enumerate(names):
        terms = [model.terms[position] for model in models]
        known = [(term.coef, term.se) for term in terms if term.coef is not None and term.se is not None]
        if len(known) < len(terms):
            missing = len(terms) - len(known)
            found.append(PooledTerm(term=name, reason=f"not estimable in {missing} of {len(terms)} imputed data sets"))
            continue
        found.append(
            pool(
                [coef for coef, _ in known],
                [se for _, se in known],
                term=name,
                df_complete=df_complete,
                exponentiate=exponentiate,
                conf_level=conf_level,
            )
        )
    return tuple(found)
