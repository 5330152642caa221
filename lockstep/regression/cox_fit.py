"""The fit behind a Cox model: rows checked, columns that cannot be estimated set aside, the likelihood maximised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..statistics.arrays import (
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
from ..statistics.sandwich import sandwich, without_variance
from .collinearity import dependent_columns
from .partial_likelihood import Maximum, PartialLikelihood, maximise
from .reasons import CONSTANT, DEPENDENT, NEVER_VARIES, NO_EVENTS, NOT_CONVERGED


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
    """Return the columns that add no information, at zero, to those before them, and why."""
    varies = likelihood.risk_sets.varies(likelihood.covariates)
    never = [int(position) for position in np.flatnonzero(~varies)]
    information = likelihood.at(np.zeros(len(constant))).information()
    return {position: CONSTANT if constant[position] else NEVER_VARIES for position in never} | dict.fromkeys(
        dependent_columns(information, apart=never), DEPENDENT
    )
