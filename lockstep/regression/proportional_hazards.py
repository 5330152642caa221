"""The check of proportional hazards: the score test for coefficients that change with time, as R's cox.zph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ..statistics.arrays import Floats
from .cox_fit import CoxFit, fit_cox
from .likelihood import refuse_unknown_terms
from .partial_likelihood import PartialLikelihood
from .reasons import DIVERGES

GLOBAL: Final = "global"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionalHazardsTest:
    """The test of one term, or of all ("global"), for a coefficient that changes with time."""

    term: str
    statistic: float | None
    df: int
    p_value: float | None
    reason: str | None = None


def proportional_hazards_test(
    time: ArrayLike,
    event: ArrayLike,
    covariates: pd.DataFrame,
    *,
    terms: Mapping[str, Sequence[str]] | None = None,
    entry: ArrayLike | None = None,
    strata: ArrayLike | pd.DataFrame | None = None,
    weights: ArrayLike | None = None,
) -> tuple[ProportionalHazardsTest, ...]:
    """Test the proportional-hazards assumption of a Cox model, term by term and as a whole.

    Parameters
    ----------
    time, event, covariates, entry, strata, weights : as for `cox_regression`.
    terms : term -> its columns: the indicator columns of a factor are one term. Each column is a term where not given.

    Returns
    -------
    One test per term, in order, and the test "global" of all terms.

    Raises
    ------
    DataError
        As `cox_regression`.

    Notes
    -----
    The score test of adding x * g(t) to the model for each column x of the term, with the full information matrix of
    the old and the added columns; g(t) is 1 less the Kaplan-Meier estimate just before t (of all patients together,
    without strata and weights, with delayed entry), centred over the events. A robust variance does not enter.
    This is ``cox.zph(coxph(...), transform = "km")`` of R's survival >= 3.0; the older form (and lifelines' own test)
    takes the variance of the Schoenfeld residuals as constant, and agrees with it only roughly.

    References
    ----------
    Grambsch PM, Therneau TM. Proportional hazards tests and diagnostics based on weighted residuals. Biometrika
    1994;81:515-526.

    Examples
    --------
    >>> time = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]  # Miller 1981
    >>> event = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> covariates = pd.DataFrame({"not maintained": [0] * 11 + [1] * 12})
    >>> [(test.term, round(test.p_value, 3)) for test in proportional_hazards_test(time, event, covariates)]
    [('not maintained', 0.929), ('global', 0.929)]
    """
    fit = fit_cox(time, event, covariates, entry=entry, strata=strata, weights=weights)
    return proportional_hazards_of(fit, terms=terms)


def proportional_hazards_of(
    fit: CoxFit, *, terms: Mapping[str, Sequence[str]] | None = None, of_time: Floats | None = None
) -> tuple[ProportionalHazardsTest, ...]:
    """Test the proportional-hazards assumption of a Cox model that has been fitted, as `proportional_hazards_test`.

    `of_time` is (d,) the function g of time at the events of the likelihood, in its order, where it is another one.
    """
    members = dict(terms) if terms is not None else {name: (name,) for name in fit.names}
    refuse_unknown_terms((name for columns in members.values() for name in columns), fit.names)
    index = {fit.names[position]: index for index, position in enumerate(fit.kept)}
    tested = {term: [index[name] for name in columns if name in index] for term, columns in members.items()}
    tested[GLOBAL] = list(index.values())
    if fit.maximum is None:
        return tuple(_none(term, len(columns), fit.reason) for term, columns in tested.items())
    if fit.maximum.diverging.any():
        return tuple(_none(term, len(columns), f"a hazard ratio {DIVERGES}") for term, columns in tested.items())

    # The score and information of the model with columns x and x * g(t); at the maximum the score of x itself is zero.
    derivatives = fit.likelihood.at(fit.maximum.coefficients)
    g = _one_less_survival(fit.likelihood) if of_time is None else of_time - of_time.mean()
    score = derivatives.score(g)
    plain, crossed, squared = (derivatives.information(weight) for weight in (None, g, g**2))
    information = np.block([[plain, crossed], [crossed, squared]])
    return tuple(_score_test(term, columns, score, information) for term, columns in tested.items())


def _score_test(term: str, columns: list[int], score: Floats, information: Floats) -> ProportionalHazardsTest:
    p = len(score)
    if not columns:
        return _none(term, 0, "none of its hazard ratios can be estimated")
    used = [*range(p), *(p + column for column in columns)]
    matrix = information[np.ix_(used, used)]
    if np.linalg.matrix_rank(matrix, hermitian=True) < len(used):
        return _none(term, len(columns), "too few event times")
    added = np.concatenate((np.zeros(p), score[columns]))
    statistic = float(added @ np.linalg.solve(matrix, added))
    return ProportionalHazardsTest(
        term=term, statistic=statistic, df=len(columns), p_value=float(chdtrc(len(columns), statistic))
    )


def _one_less_survival(likelihood: PartialLikelihood) -> Floats:
    """Return, for each event, 1 less the Kaplan-Meier estimate just before its time, centred over the events.

    The estimate is that of all rows together, without strata and weights.
    """
    event_time = likelihood.time[likelihood.event]
    at, n_events = np.unique(event_time, return_counts=True)
    n_at_risk = len(likelihood.time) - np.searchsorted(np.sort(likelihood.time), at)
    if likelihood.entry is not None:
        n_at_risk -= len(likelihood.entry) - np.searchsorted(np.sort(likelihood.entry), at)
    survival = np.concatenate(([1.0], np.cumprod(1 - n_events / n_at_risk)))
    before = survival[np.searchsorted(at, event_time)]
    return np.asarray(before.mean() - before)


def _none(term: str, df: int, reason: str | None) -> ProportionalHazardsTest:
    return ProportionalHazardsTest(term=term, statistic=None, df=df, p_value=None, reason=reason)
