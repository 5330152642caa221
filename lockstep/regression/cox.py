"""Cox regression: hazard ratios with Efron's ties, Wald intervals and P values."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..statistics.arrays import Floats
from ..statistics.sandwich import NO_VARIANCE
from .cox_fit import CoxFit, fit_cox
from .reasons import DIVERGES
from .regression import RegressionTerm, terms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CoxModel:
    """A fitted Cox model.

    Attributes
    ----------
    terms : one per column of the design, in its order; its estimate is the hazard ratio.
    n, events : patients (rows, where no patients were given) and events, each counted once whatever its weight.
    conf_level : of the intervals.
    log_likelihood : the maximised partial log-likelihood, its limit where a term tends to infinity; None without a fit.
    parameters : how many columns the likelihood was maximised over; constant and dependent columns do not count.
    strata : how many there are; 1 without.
    clusters : over how many the robust variance is computed; None where the variance is that of the model.
    covariance : (p, p) of the coefficients, NaN where there is none.
    reason : why there is no fit at all.
    """

    terms: tuple[RegressionTerm, ...]
    n: int
    events: int
    conf_level: float
    log_likelihood: float | None
    parameters: int
    strata: int = 1
    clusters: int | None = None
    covariance: Floats = field(default_factory=lambda: np.empty((0, 0)), compare=False, repr=False)
    reason: str | None = None

    @property
    def is_robust(self) -> bool:
        """Whether the variance is robust."""
        return self.clusters is not None

    @property
    def df(self) -> None:
        """Degrees of freedom of a t distribution: there are none, intervals and P values are normal."""


def cox_regression(
    time: ArrayLike,
    event: ArrayLike,
    covariates: pd.DataFrame,
    *,
    entry: ArrayLike | None = None,
    strata: ArrayLike | pd.DataFrame | None = None,
    weights: ArrayLike | None = None,
    patient: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    robust: bool = False,
    conf_level: float = 0.95,
) -> CoxModel:
    """Fit a Cox proportional-hazards model.

    Parameters
    ----------
    time : (n,) follow-up, >= 0, in any unit.
    event : (n,) True or 1 where the event was observed.
    covariates : (n, p) numeric design columns; a factor is given as its indicator columns.
    entry : (n,) delayed entry: a row is at risk after it, up to and including its time. Covariates that change with
        time are several rows of a patient, each from where the one before it ends.
    strata : (n,) of any type, or several such columns: each stratum has a baseline hazard of its own.
    weights : (n,) case weights > 0.
    patient : (n,) whose row it is, where patients have several; their rows may not overlap.
    cluster : (n,) of any type: patients of one cluster may depend on each other. The variance is then robust.
    robust : whether the variance is robust (the sandwich estimator) also without clusters; each patient is then one.

    Raises
    ------
    DataError
        If there is no patient, a value is missing, a time or an entry is negative, an event neither 0 nor 1, a weight
        not above 0, a time not after the entry, or rows of a patient overlap; names the rows.

    Notes
    -----
    Efron's approximation for ties, Wald intervals and P values, as R's ``coxph``. What cannot be estimated is a term
    with a reason: a constant column; a column determined by those before it (NA in R); a coefficient that grows without
    end, where R prints a huge hazard ratio and warns. The other terms are then estimated at that limit. With fewer
    events than columns nothing is estimated.

    Rows as in ``coxph(Surv(entry, time, event) ~ ... + strata(strata), weights = weights, cluster = cluster)``. Where
    events are tied, a weight of 2 is not quite two equal patients, who would be tied themselves. Weights that are no
    counts (of sampling, of a treatment's probability) want a robust variance: R's default then, to be asked for here.

    References
    ----------
    Efron B. The efficiency of Cox's likelihood function for censored data. J Am Stat Assoc 1977;72:557-565.
    Therneau TM, Grambsch PM. Modeling Survival Data: Extending the Cox Model. Springer 2000, ch. 3 and 7.
    Lin DY, Wei LJ. The robust inference for the Cox proportional hazards model. J Am Stat Assoc 1989;84:1074-1078.

    Examples
    --------
    >>> time = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]  # Miller 1981
    >>> event = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> model = cox_regression(time, event, pd.DataFrame({"not maintained": [0] * 11 + [1] * 12}))
    >>> ratio = model.terms[0]
    >>> round(ratio.estimate, 3), round(ratio.conf_low, 3), round(ratio.conf_high, 3), round(ratio.p_value, 4)
    (2.498, 0.916, 6.813, 0.0737)
    """
    fit = fit_cox(
        time,
        event,
        covariates,
        entry=entry,
        strata=strata,
        weights=weights,
        patient=patient,
        cluster=cluster,
        robust=robust,
    )
    return cox_model(fit, conf_level=conf_level)


def cox_model(fit: CoxFit, *, conf_level: float = 0.95) -> CoxModel:
    """Return the model of a fit, as `cox_regression`."""
    maximum, fitted = fit.maximum, np.empty(0)
    reasons, covariance = dict[int, str](), np.empty((0, 0))
    if maximum is None or fit.covariance is None:
        reasons = dict.fromkeys(range(len(fit.kept)), fit.reason or DIVERGES)
    else:
        fitted, covariance = maximum.coefficients, fit.covariance
        reasons = dict.fromkeys(np.flatnonzero(np.isnan(np.diag(covariance))).tolist(), NO_VARIANCE)
        reasons |= dict.fromkeys(np.flatnonzero(maximum.diverging).tolist(), DIVERGES)
    terms, covariance = terms_of(fit, fitted, covariance, conf_level=conf_level, exponentiate=True, reasons=reasons)
    return CoxModel(
        terms=terms,
        n=fit.n,
        events=fit.events,
        conf_level=conf_level,
        log_likelihood=None if maximum is None else maximum.log_likelihood,
        parameters=0 if maximum is None else len(fit.kept),
        strata=fit.strata,
        clusters=fit.clusters,
        covariance=covariance,
        reason=fit.reason,
    )
