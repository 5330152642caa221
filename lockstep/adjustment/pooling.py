"""Rubin's rules: one estimate with its interval out of those of several imputed data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import fdtrc, stdtr, stdtrit

from ..base.errors import counted
from ..regression.likelihood import FittedModel, ModelTerm, refuse_unknown_terms
from ..regression.wald import NOT_TESTED, TOO_FEW_CLUSTERS, WaldTest
from ..statistics.estimate import finite

LEAST_SHARE = 1e-4
"""Of the variance between imputed sets in the total one: mice::pool takes a smaller one for this, as here."""

LEAST_INCREASE: Final = 1e-12
"""Of the variance by missing values, where nothing is missing that matters: degrees of freedom are then complete."""

MOST_FEW: Final = 4
"""Terms x (data sets - 1) for which there are no degrees of freedom of Reiter (2007)."""


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
    """Pool the terms of one model fitted to each imputed data set; a term that one of them lacks has a reason.

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
            found.append(PooledTerm(term=name, reason=_why_not(terms)))
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


def pooled_wald_test(models: Sequence[FittedModel], terms: Sequence[str], *, df_complete: float = np.inf) -> WaldTest:
    """Test whether the coefficients of these terms are all 0, over imputed data sets: of all levels of a factor.

    Parameters
    ----------
    models : one model fitted to each data set.
    terms : names of columns of its design; those that no data set can estimate do not count.
    df_complete : as of `pool`.

    Raises
    ------
    ValueError
        If there are fewer than two models, or they have no such column.

    Notes
    -----
    The statistic D1 of Li, Raghunathan & Rubin: Wald's, with the mean covariance enlarged by the mean relative increase
    that missing values cause. As F with Reiter's degrees of freedom of a small sample where `df_complete` is finite, as
    ``mice::D1`` in R; with Li's where it is infinite, or, up to `df_complete`, where data sets (terms x (sets - 1) of 4
    or less) or patients are too few for Reiter's.

    References
    ----------
    Li KH, Raghunathan TE, Rubin DB. Large-sample significance levels from multiply imputed data. J Am Stat Assoc
    1991;86:1065-1073. Reiter JP. Small-sample degrees of freedom for multi-component significance tests. Biometrika
    2007;94:502-508.

    Examples
    --------
    >>> import pandas as pd
    >>> from lockstep.regression.linear import linear_regression
    >>> sets = [[61, 70, 55, 48, 66, 59], [61, 70, 52, 48, 66, 59]]
    >>> designs = [pd.DataFrame({"age": ages, "treated": [1, 0, 0, 1, 0, 1]}) for ages in sets]
    >>> test = pooled_wald_test([linear_regression([4, 7, 3, 2, 6, 3], each) for each in designs], ["age", "treated"])
    >>> round(test.statistic, 3), test.df, round(test.df_residual, 1)
    (22.691, 2, 88.7)
    """
    if len(models) < 2:
        raise ValueError(f"{counted(len(models), 'model')}; expected one of each of two data sets or more")
    names = [term.term for term in models[0].terms]
    refuse_unknown_terms(terms, names)
    places = [i for i, name in enumerate(names) if name in terms]
    each = {i: [model.terms[i] for model in models] for i in places}
    tested = [i for i in places if any(term.se is not None for term in each[i])]
    nothing = WaldTest(statistic=None, df=len(tested), df_residual=None, p_value=None)
    if not tested:
        return replace(nothing, reason=models[0].reason or NOT_TESTED)
    if lacking := [i for i in tested if any(term.se is None for term in each[i])]:
        return replace(nothing, reason=_why_not(each[lacking[0]]))
    m, k = len(models), len(tested)
    coefs = np.array([[model.terms[i].coef for i in tested] for model in models], dtype=np.float64)
    within = np.mean([model.covariance[np.ix_(tested, tested)] for model in models], axis=0)
    # In units of the standard errors, so that units of the variables do not make the matrix ill-conditioned.
    se = np.sqrt(np.diag(within))
    within, coefs = within / np.outer(se, se), coefs / se
    if np.linalg.matrix_rank(within) < k:
        return replace(nothing, reason=TOO_FEW_CLUSTERS)
    centre = coefs.mean(axis=0)
    between = (coefs - centre).T @ (coefs - centre) / (m - 1)
    increase = max((1 + 1 / m) * float(np.trace(np.linalg.solve(within, between))) / k, LEAST_INCREASE)
    statistic = float(centre @ np.linalg.solve(within, centre)) / (k * (1 + increase))
    df = _df_of_d1(k, m, increase, df_complete)
    return WaldTest(statistic=statistic, df=k, df_residual=df, p_value=float(fdtrc(k, df, statistic)))


def _df_of_d1(k: int, m: int, increase: float, df_complete: float) -> float:
    """Return the second degrees of freedom of D1: of Reiter (2007), or of Li et al. (1991)."""
    t = k * (m - 1)
    if t <= MOST_FEW:
        return min(t * (1 + 1 / k) * (1 + 1 / increase) ** 2 / 2, df_complete)
    if not np.isfinite(df_complete):
        return 4 + (t - 4) * (1 + (1 - 2 / t) / increase) ** 2
    a = increase * t / (t - 2)
    v = (df_complete + 1) / (df_complete + 3) * df_complete
    c0, c1, c2 = 1 / (t - 4), v - 2 * (1 + a), v - 4 * (1 + a)
    if c2 <= 0:  # Reiter's expansion has no meaning for so few patients
        return min(_df_of_d1(k, m, increase, np.inf), df_complete)
    z = 1 / c2 + c0 * (
        a**2 * c1 / ((1 + a) ** 2 * c2)
        + 8 * a**2 * c1 / ((1 + a) * c2**2)
        + 4 * a**2 / ((1 + a) * c2)
        + 4 * a**2 / (c2 * c1)
        + 16 * a**2 * c1 / c2**3
        + 8 * a**2 / c2**2
    )
    return 4 + 1 / z


def _why_not(terms: Sequence[ModelTerm]) -> str:
    """Say why a term is not pooled: by the reason of all data sets where it is one, else in how many it is lacking."""
    lacking = [term.reason for term in terms if term.se is None]
    if len(lacking) == len(terms) and lacking[0] and len(set(lacking)) == 1:
        return lacking[0]
    return f"not estimable in {len(lacking)} of {len(terms)} imputed data sets"
