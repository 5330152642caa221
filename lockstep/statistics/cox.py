"""Cox regression: hazard ratios with Efron's ties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr

from .arrays import (
    Bools,
    Floats,
    Ints,
    checked_follow_up,
    checked_intervals,
    checked_labels,
    checked_numbers,
    checked_patients,
    checked_weights,
    same_length,
)
from .estimate import finite, normal_quantile
from .partial_likelihood import Maximum, PartialLikelihood, maximise
from .sandwich import NO_VARIANCE, sandwich, without_variance

# The share of a column's information that the columns before it must leave: R's toler.chol. Covariates correlated at
# 0.99999999999 are estimated, and what is a sum of others but for rounding (1e-15) is not.
COLLINEAR: Final = float(np.finfo(np.float64).eps) ** 0.75

NO_EVENTS: Final = "no events"
CONSTANT: Final = "the same value in all patients"
NEVER_VARIES: Final = "the same value in all patients at risk whenever an event occurs"
DEPENDENT: Final = "determined by the terms before it"
DIVERGES: Final = "tends to infinity (a level without events, or complete separation)"
TOO_LARGE: Final = "too large for a number; give the variable in a smaller unit"
TOO_SMALL: Final = "too close to 0 for a number; give the variable in a smaller unit"
NOT_CONVERGED: Final = "the estimation did not converge"


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardRatio:
    """One term of a Cox model: exp(coef) with its Wald interval and P value, or the reason why there is none."""

    term: str
    hazard_ratio: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    p_value: float | None = None
    coef: float | None = None
    se: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoxModel:
    """A fitted Cox model.

    Attributes
    ----------
    terms : a hazard ratio per column of the design, in its order.
    n, events : patients (rows, where no patients were given) and events, each counted once whatever its weight.
    conf_level : of the intervals.
    log_likelihood : the maximised partial log-likelihood, its limit where a term tends to infinity; None without a fit.
    parameters : how many columns the likelihood was maximised over; constant and dependent columns do not count.
    strata : how many there are; 1 without.
    clusters : over how many the robust variance is computed; None where the variance is that of the model.
    covariance : (p, p) of the coefficients, NaN where there is none.
    reason : why there is no fit at all.
    """

    terms: tuple[HazardRatio, ...]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CoxFit:
    """The fit behind a model, in standardised columns; `maximum` is None where `reason` says why there is none.

    Attributes
    ----------
    names : of all columns of the design.
    kept : the positions of the columns in the likelihood; `scale` are their standard deviations.
    dropped : the reasons why others are not in it.
    covariance : of the coefficients of the columns kept: robust, or the model's.
    cluster : (n,) whole numbers, in the order of the data: whose rows depend on each other, None where none do.
    n, events, strata, clusters, reason : as of `CoxModel`.
    """

    names: tuple[str, ...]
    n: int
    events: int
    kept: tuple[int, ...]
    scale: Floats
    dropped: Mapping[int, str]
    likelihood: PartialLikelihood
    maximum: Maximum | None
    covariance: Floats | None
    cluster: Ints | None
    strata: int
    clusters: int | None
    reason: str | None


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
    >>> round(ratio.hazard_ratio, 3), round(ratio.conf_low, 3), round(ratio.conf_high, 3), round(ratio.p_value, 4)
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
    maximum, z = fit.maximum, normal_quantile(conf_level)
    terms = {position: HazardRatio(term=fit.names[position], reason=reason) for position, reason in fit.dropped.items()}
    for index, position in enumerate(fit.kept):
        term = fit.names[position]
        if maximum is None or fit.covariance is None or maximum.diverging[index]:
            terms[position] = HazardRatio(term=term, reason=fit.reason or DIVERGES)
        elif np.isnan(fit.covariance[index, index]):
            terms[position] = HazardRatio(term=term, reason=NO_VARIANCE)
        else:
            coef = float(maximum.coefficients[index] / fit.scale[index])
            se = float(np.sqrt(fit.covariance[index, index]) / fit.scale[index])
            terms[position] = _hazard_ratio(term, coef, se, z)
    return CoxModel(
        terms=tuple(terms[position] for position in range(len(fit.names))),
        n=fit.n,
        events=fit.events,
        conf_level=conf_level,
        log_likelihood=None if maximum is None else maximum.log_likelihood,
        parameters=0 if maximum is None else len(fit.kept),
        strata=fit.strata,
        clusters=fit.clusters,
        covariance=_in_data_units(fit),
        reason=fit.reason,
    )


def fit_cox(
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
) -> CoxFit:
    """Check the input, set aside the columns that cannot be estimated, and maximise the likelihood over the others.

    Parameters and errors as of `cox_regression`.
    """
    entries = None
    if entry is None:
        times, events = checked_follow_up(time, event)
    else:
        entries, times, events = checked_intervals(entry, time, event)
    stratum = None if strata is None else _labels(strata, times, "stratum")
    weight = None if weights is None else checked_weights(weights, "weight")
    if weight is not None:
        same_length(times, weight, "follow-up time", "weight")
    patients = None if patient is None else checked_patients(patient, entries, times)
    return fit_design(
        covariates,
        partial(PartialLikelihood.of, times, events, entry=entries, stratum=stratum, weight=weight),
        n_rows=len(times),
        patients=patients,
        clusters=patients if cluster is None else _labels(cluster, times, "cluster"),
        robust=robust or cluster is not None,
        strata=1 if stratum is None else int(stratum.max()) + 1,
    )


def fit_design(
    covariates: pd.DataFrame,
    likelihood_of: Callable[[Floats], PartialLikelihood],
    *,
    n_rows: int,
    patients: Ints | None = None,
    clusters: Ints | None = None,
    robust: bool = False,
    strata: int = 1,
) -> CoxFit:
    """Set aside the columns that cannot be estimated, and maximise over the others the likelihood of a design.

    Parameters
    ----------
    likelihood_of : makes the likelihood of the standardised columns.
    n_rows : how many rows there are; `patients` and `clusters` are those of each, as whole numbers from 0.
    """
    names, design = tuple(str(name) for name in covariates.columns), _checked_design(covariates, n_rows)

    # Standardised columns keep the information matrix well conditioned, whatever the units. The sums run over sorted
    # values, so that the order of the rows changes no bit.
    ordered = np.sort(design, axis=0)
    constant = ordered[0] == ordered[-1]
    scale = np.where(constant, 1.0, ordered.std(axis=0))
    likelihood = likelihood_of(np.where(constant, 0.0, (design - ordered.mean(axis=0)) / scale))

    dropped, maximum, reason = dict[int, str](), None, NO_EVENTS
    n_events = int(likelihood.event.sum())
    if n_events:
        dropped = _not_estimable(likelihood, constant)
    kept = [position for position in range(len(names)) if position not in dropped]
    likelihood = replace(likelihood, covariates=likelihood.covariates[:, kept])
    if n_events:
        reason = f"fewer events ({n_events}) than terms ({len(kept)})"
    if n_events >= max(len(kept), 1):
        maximum, reason = maximise(likelihood), NOT_CONVERGED
    covariance = None if maximum is None else maximum.covariance
    if maximum is not None and robust:
        covariance = _robust(likelihood, maximum, clusters)
    return CoxFit(
        names=names,
        n=n_rows if patients is None else int(patients.max()) + 1,
        events=n_events,
        kept=tuple(kept),
        scale=scale[kept],
        dropped=dropped,
        likelihood=likelihood,
        maximum=maximum,
        covariance=covariance,
        cluster=clusters,
        strata=strata,
        clusters=None if not robust else n_rows if clusters is None else int(clusters.max()) + 1,
        reason=reason if maximum is None else None,
    )


def _robust(likelihood: PartialLikelihood, maximum: Maximum, clusters: Ints | None) -> Floats:
    """Return the robust covariance; NaN where it is 0, or a coefficient diverges: the others' is that at the limit."""
    known = np.flatnonzero(~maximum.diverging)
    scores = likelihood.at(maximum.coefficients).score_residuals()[:, known]
    of_model = maximum.covariance[np.ix_(known, known)]
    found = sandwich(scores, of_model, None if clusters is None else clusters[likelihood.order])
    varies = [index for index in range(len(known)) if index not in without_variance(found, of_model)]
    covariance = np.full_like(maximum.covariance, np.nan)
    covariance[np.ix_(known[varies], known[varies])] = found[np.ix_(varies, varies)]
    return covariance


def _in_data_units(fit: CoxFit) -> Floats:
    """Return the covariance of all coefficients, NaN for those that are not estimated."""
    covariance = np.full((len(fit.names), len(fit.names)), np.nan)
    if fit.maximum is not None and fit.covariance is not None:
        estimated = np.flatnonzero(~fit.maximum.diverging)
        places = np.array(fit.kept, dtype=np.int64)[estimated]
        scale = np.outer(fit.scale[estimated], fit.scale[estimated])
        covariance[np.ix_(places, places)] = fit.covariance[np.ix_(estimated, estimated)] / scale
    return covariance


def _labels(values: ArrayLike | pd.DataFrame, times: Floats, name: str) -> Ints:
    labels = checked_labels(values, name)
    same_length(times, labels, "follow-up time", name)
    return labels


def _checked_design(covariates: pd.DataFrame, n_rows: int) -> Floats:
    columns = [checked_numbers(column, f"covariate '{name}'") for name, column in covariates.items()]
    for name, column in zip(covariates, columns, strict=True):
        same_length(np.empty(n_rows), column, "follow-up time", f"covariate '{name}'")
    return np.column_stack(columns) if columns else np.empty((n_rows, 0))


def _not_estimable(likelihood: PartialLikelihood, constant: Bools) -> dict[int, str]:
    """Return the columns that add no information, at zero, to those before them, and why (Cholesky, as R's coxph)."""
    varies = likelihood.risk_sets.varies(likelihood.covariates)
    left = likelihood.at(np.zeros(len(constant))).information()
    found = dict[int, str]()
    for position, total in enumerate(np.diag(left).copy()):
        if not varies[position]:
            found[position] = CONSTANT if constant[position] else NEVER_VARIES
        elif left[position, position] <= COLLINEAR * total:
            found[position] = DEPENDENT
        else:
            left -= np.outer(left[position], left[position]) / left[position, position]
    return found


def _hazard_ratio(term: str, coef: float, se: float, z: float) -> HazardRatio:
    with np.errstate(over="ignore", under="ignore"):
        # No ratio is 0: what is printed as one has only become too small for a float, as exp(-800).
        ratio, low, high = (finite(np.exp(coef + bound * se)) or None for bound in (0, -z, z))
    return HazardRatio(
        term=term,
        hazard_ratio=ratio,
        conf_low=None if ratio is None else low,
        conf_high=None if ratio is None else high,
        p_value=float(2 * ndtr(-abs(coef / se))),
        coef=coef,
        se=se,
        reason=None if ratio is not None else TOO_LARGE if coef > 0 else TOO_SMALL,
    )
