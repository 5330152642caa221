"""Regression of a binary outcome: odds ratios by logistic regression, risk ratios by modified Poisson regression."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit

from ..statistics.arrays import Floats, checked_flags
from ..statistics.roc import roc_curve_cutoff
from ..statistics.sandwich import sandwich, without_variance
from .partial_likelihood import Maximum, maximise
from .reasons import NO_EVENTS
from .regression import FEW_CLUSTERS, Design, RegressionModel, checked_model_design, terms_of, unfitted_model

SEPARATED: Final = "tends to infinity (a level without events or with events only, or complete separation)"
# The likelihood is concave and its columns are independent: what keeps it from its maximum is separation alone.
UNBOUNDED: Final = "the estimation did not converge (complete or nearly complete separation)"
ONLY_EVENTS: Final = "all patients have the event"
VANISHED: Final = 1e-7  # a patient's part of the information, relative to the weight, that separation leaves
PREDICTOR_DECIMALS: Final = 9  # predictions of patients alike differ by rounding only, and are ties of the ROC curve


@dataclass(frozen=True, slots=True)
class _Point:
    """A log-likelihood at some coefficients, with what each patient adds to score and information."""

    covariates: Floats
    log_likelihood: float
    residual: Floats
    curvature: Floats

    def score(self) -> Floats:
        return np.asarray(self.residual @ self.covariates)

    def scores(self) -> Floats:
        return np.asarray(self.residual[:, np.newaxis] * self.covariates)

    def information(self) -> Floats:
        return np.asarray(self.covariates.T @ (self.curvature[:, np.newaxis] * self.covariates))


@dataclass(frozen=True, slots=True)
class _Likelihood(ABC):
    """The likelihood of a model with canonical link, as `maximise` takes it."""

    covariates: Floats
    y: Floats
    weight: Floats

    @abstractmethod
    def at(self, coefficients: Floats) -> _Point:
        """Evaluate at these coefficients."""

    @abstractmethod
    def mean(self, coefficients: Floats) -> Floats:
        """Return the predicted mean of each patient."""


class _Logistic(_Likelihood):
    def mean(self, coefficients: Floats) -> Floats:
        return np.asarray(expit(self.covariates @ coefficients))

    def at(self, coefficients: Floats) -> _Point:
        predictor = self.covariates @ coefficients
        # The sign of the predictor is turned where there is no event: neither log nor difference loses digits near 1.
        sign = 2 * self.y - 1
        missed = expit(-sign * predictor)
        return _Point(
            self.covariates,
            float(self.weight @ log_expit(sign * predictor)),
            self.weight * sign * missed,
            self.weight * missed * expit(sign * predictor),
        )


class _Poisson(_Likelihood):
    def mean(self, coefficients: Floats) -> Floats:
        return np.asarray(np.exp(self.covariates @ coefficients))

    def at(self, coefficients: Floats) -> _Point:
        predictor = self.covariates @ coefficients
        mean = np.exp(predictor)
        return _Point(
            self.covariates,
            float(self.weight @ (self.y * predictor - mean)),
            self.weight * (self.y - mean),
            self.weight * mean,
        )


def logistic_regression(
    outcome: ArrayLike,
    covariates: pd.DataFrame,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    robust: bool = False,
    conf_level: float = 0.95,
) -> RegressionModel:
    """Fit a logistic regression: odds ratios of a binary outcome.

    Parameters
    ----------
    outcome : (n,) True or 1 where the patient had the event.
    covariates : (n, p) numeric design columns; a factor is given as its indicator columns.
    weights : (n,) case weights > 0. Weights that are not counts (of sampling, of treatment) want a robust variance.
    cluster : (n,) of any type: patients of one cluster may depend on each other. The variance is then robust.
    robust : whether the variance is robust also without clusters.

    Raises
    ------
    DataError
        If there is no patient, a value is missing, an outcome neither 0 nor 1 or a weight not above 0; names the rows.

    Notes
    -----
    Maximum likelihood with an intercept, Wald intervals and P values, as R's ``glm(..., family = binomial)``. The
    robust variance is that of type HC0 (``sandwich::vcovHC(fit, type = "HC0")``), over g clusters with the factor
    g / (g - 1) (``sandwich::vcovCL(fit, cluster)``).

    What cannot be estimated is a term with a reason: a constant column; one determined by those before it (NA in R); a
    coefficient that grows without end by separation, where R prints a huge odds ratio and may warn. The other terms are
    then estimated at that limit. With fewer patients of the rarer outcome than columns nothing is estimated.

    The area under the ROC curve is that of the patients to whom the model was fitted (apparent, not corrected for
    optimism) with DeLong's interval; there is none with weights.

    Examples
    --------
    >>> outcome = [1] * 15 + [0] * 15 + [1] * 10 + [0] * 30
    >>> model = logistic_regression(outcome, pd.DataFrame({"treated": [1] * 30 + [0] * 40}))
    >>> ratio = model.terms[0]
    >>> round(ratio.estimate, 3), round(ratio.conf_low, 3), round(ratio.conf_high, 3), round(ratio.p_value, 4)
    (3.0, 1.09, 8.254, 0.0334)
    """
    design = checked_model_design(
        checked_flags(outcome, "outcome").astype(float), covariates, weights=weights, cluster=cluster
    )
    variance = "clusters" if cluster is not None else "HC0" if robust else "model"
    likelihood = _Logistic(design.x, design.y, design.weight)
    return _model(design, likelihood, variance, conf_level, with_auc=weights is None)


def modified_poisson_regression(
    outcome: ArrayLike,
    covariates: pd.DataFrame,
    *,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> RegressionModel:
    """Fit a Poisson regression with robust variance to a binary outcome: risk ratios, adjusted for covariates.

    Parameters and errors as of `logistic_regression`.

    Notes
    -----
    Log link, an intercept, and the sandwich variance of type HC0, as ``glm(..., family = poisson)`` with
    ``sandwich::vcovHC(fit, type = "HC0")`` in R; over g clusters with the factor g / (g - 1) (``vcovCL``). Unlike
    log-binomial regression it always converges; a predicted risk may exceed 1. A level without events tends to infinity
    and has a reason.

    References
    ----------
    Zou G. A modified Poisson regression approach to prospective studies with binary data. Am J Epidemiol
    2004;159:702-706.

    Examples
    --------
    >>> outcome = [1] * 15 + [0] * 15 + [1] * 10 + [0] * 30
    >>> ratio = modified_poisson_regression(outcome, pd.DataFrame({"treated": [1] * 30 + [0] * 40})).terms[0]
    >>> round(ratio.estimate, 3), round(ratio.conf_low, 3), round(ratio.conf_high, 3), round(ratio.p_value, 4)
    (2.0, 1.049, 3.812, 0.0352)
    """
    design = checked_model_design(
        checked_flags(outcome, "outcome").astype(float), covariates, weights=weights, cluster=cluster
    )
    likelihood = _Poisson(design.x, design.y, design.weight)
    return _model(design, likelihood, "HC0" if cluster is None else "clusters", conf_level, with_auc=False)


def _model(
    design: Design, likelihood: _Likelihood, variance: str, conf_level: float, *, with_auc: bool
) -> RegressionModel:
    events, n, columns = int(design.y.sum()), len(design.y), len(design.kept)
    reason = _not_fitted(events, n, columns, design)
    maximum = None if reason else maximise(likelihood)
    if maximum is None:
        return unfitted_model(design, variance, conf_level, reason or UNBOUNDED, events=events, with_auc=with_auc)

    covariance = maximum.covariance
    if variance != "model":
        covariance = _robust(likelihood.at(maximum.coefficients), maximum, design)
    reasons = without_variance(covariance[1:, 1:], maximum.covariance[1:, 1:])
    reasons |= {index: SEPARATED for index in range(columns) if maximum.diverging[index + 1]}
    terms, covariance = terms_of(
        design,
        maximum.coefficients[1:],
        covariance[1:, 1:],
        conf_level=conf_level,
        exponentiate=True,
        reasons=reasons,
    )
    auc = None
    if with_auc:
        predictor = np.round(design.x @ maximum.coefficients, PREDICTOR_DECIMALS)
        auc = roc_curve_cutoff(predictor, design.y, direction="high", conf_level=conf_level).auc
    return RegressionModel(
        terms=terms,
        n=n,
        events=events,
        conf_level=conf_level,
        log_likelihood=maximum.log_likelihood,
        parameters=columns,
        variance=variance,
        clusters=design.clusters,
        auc=auc,
        covariance=covariance,
        fitted=design.in_data_order(likelihood.mean(maximum.coefficients)),
    )


def _robust(point: _Point, maximum: Maximum, design: Design) -> Floats:
    scores, bread = point.scores(), maximum.covariance
    if maximum.diverging.any():
        # At the limit the separated patients are no part of the information, which then does not determine all
        # coefficients: its pseudo-inverse is right for those that it does determine.
        left = point.curvature > VANISHED * design.weight
        scores, x = scores * left[:, np.newaxis], point.covariates[left]
        information = x.T @ (point.curvature[left, np.newaxis] * x)
        bread = np.asarray(np.linalg.pinv(information, rcond=VANISHED, hermitian=True), dtype=np.float64)
    covariance = sandwich(scores, bread, design.cluster)
    return covariance if design.clusters is None else covariance * design.clusters / (design.clusters - 1)


def _not_fitted(events: int, n: int, columns: int, design: Design) -> str | None:
    """Return why no model is fitted, before one is tried."""
    if not events:
        return NO_EVENTS
    if events == n:
        return ONLY_EVENTS
    if min(events, n - events) < columns:
        rarer = "events" if events <= n - events else "patients without the event"
        return f"fewer {rarer} ({min(events, n - events)}) than terms ({columns})"
    return FEW_CLUSTERS if design.clusters == 1 else None
