"""Regressions of outcomes, also of nobody, and what records call each kind of model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from ..catalogue.catalogue import HAZARDS_CHECK
from ..catalogue.competing_catalogue import SUBDISTRIBUTION_CHECK
from ..regression.generalised_linear import logistic_regression, modified_poisson_regression
from ..regression.linear import linear_regression
from ..regression.regression import RegressionModel, RegressionTerm
from ..study.models import ModelKind
from .observations import NO_PATIENTS, OutcomeObservations

MODEL_WORDS: Final[Mapping[ModelKind, Mapping[str, str]]] = {
    "cox": {
        "regression": "Cox proportional-hazards model",
        "short": "Cox model",
        "ties": ", Efron ties",
        "interval": "Wald confidence interval and test",
        "test": "Wald",
        "distribution": "chi-square",
        "events": "events",
        "ratios": "hazard ratios",
        "check": HAZARDS_CHECK,
    },
    "fine_gray": {
        "regression": "Fine-Gray model of the subdistribution hazard",
        "short": "Fine-Gray model",
        "ties": ", Efron ties",
        "interval": "Wald confidence interval and test by the robust variance",
        "test": "Wald",
        "distribution": "chi-square",
        "events": "events",
        "ratios": "subdistribution hazard ratios",
        "check": SUBDISTRIBUTION_CHECK,
    },
    "logistic": {
        "regression": "logistic regression",
        "short": "logistic regression",
        "ties": "",
        "interval": "Wald confidence interval and test",
        "test": "Wald",
        "distribution": "chi-square",
        "events": "patients with the event, or without it where these are fewer",
        "ratios": "odds ratios",
    },
    "risk": {
        "regression": "modified Poisson regression (Zou 2004)",
        "short": "modified Poisson regression",
        "ties": "",
        "interval": "Wald confidence interval and test by the robust variance",
        "test": "Wald",
        "distribution": "chi-square",
        "events": "patients with the event, or without it where these are fewer",
        "ratios": "risk ratios",
    },
    "linear": {
        "regression": "linear regression",
        "short": "linear regression",
        "ties": "",
        "interval": "t confidence interval and test",
        "test": "t",
        "distribution": "F",
        "events": "events",
        "ratios": "differences of means",
    },
}
"""The places of the words in labels and methods of models, by the kind of model."""


def fitted_outcome(
    observed: OutcomeObservations, design: pd.DataFrame, kind: ModelKind, cluster: pd.Series[str] | None = None
) -> RegressionModel:
    """Fit a regression of an outcome that is known of all patients; of nobody, one in which nothing is estimated."""
    level = observed.study.analysis.conf_level
    if not len(observed.values):
        return _of_nobody(design, kind, level)
    clusters = cluster if observed.sets is None else observed.sets
    weights, is_robust = observed.weights, observed.applied is not None
    if kind == "risk":
        return modified_poisson_regression(observed.values, design, weights=weights, cluster=clusters, conf_level=level)
    fit = linear_regression if kind == "linear" else logistic_regression
    return fit(observed.values, design, weights=weights, cluster=clusters, robust=is_robust, conf_level=level)


def _of_nobody(design: pd.DataFrame, kind: ModelKind, conf_level: float) -> RegressionModel:
    terms = tuple(RegressionTerm(term=name, reason=NO_PATIENTS) for name in design.columns)
    return RegressionModel(
        terms=terms,
        n=0,
        events=None if kind == "linear" else 0,
        conf_level=conf_level,
        log_likelihood=None,
        parameters=0,
        variance="model",
        covariance=np.full((len(terms), len(terms)), np.nan),
        reason=NO_PATIENTS,
    )
