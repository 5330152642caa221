"""What regressions share: their terms, and of binary and number outcomes also their design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from ..statistics.arrays import Floats, Ints, checked_labels, checked_numbers, checked_weights, same_length
from ..statistics.estimate import Estimate, normal_p_value, normal_quantile
from .collinearity import dependent_columns
from .reasons import CONSTANT, DEPENDENT
from .wald import wald_ratio

FEW_CLUSTERS: Final = "fewer than two clusters"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionTerm:
    """One term of a regression: its estimate with interval and P value, or the reason why there is none.

    Attributes
    ----------
    estimate : of a ratio exp(coef), of a difference the coefficient itself.
    coef, se : the coefficient and its standard error, on the scale on which the model is linear.
    """

    term: str
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    p_value: float | None = None
    coef: float | None = None
    se: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionModel:
    """A fitted regression of a binary or a number outcome.

    Attributes
    ----------
    terms : one per column of the design, in its order; the intercept is in the model and not among them.
    n : patients.
    events : patients with the event; None where the outcome is a number.
    conf_level : of the intervals.
    log_likelihood : the maximised one, its limit where a term tends to infinity; None without a fit.
    parameters : estimated coefficients without the intercept; constant and dependent columns do not count.
    variance : how the standard errors were made: "model", "HC0", "HC3" or "clusters".
    clusters : over how many the variance is robust.
    df : degrees of freedom of the t distribution behind intervals and P values; None where it is the normal one.
    auc : area under the ROC curve of what the model predicts, in the patients that it was fitted to.
    r_squared, r_squared_adjusted : explained share of the variance of a number.
    covariance : (p, p) of the coefficients, NaN where there is none.
    fitted : (n,) predicted probability or mean of each patient, in the order of the data.
    reason : why there is no fit at all.
    """

    terms: tuple[RegressionTerm, ...]
    n: int
    events: int | None
    conf_level: float
    log_likelihood: float | None
    parameters: int
    variance: str
    clusters: int | None = None
    df: float | None = None
    auc: Estimate | None = None
    r_squared: float | None = None
    r_squared_adjusted: float | None = None
    covariance: Floats = field(compare=False, repr=False)
    fitted: Floats | None = field(default=None, compare=False, repr=False)
    reason: str | None = None

    @property
    def is_robust(self) -> bool:
        """Whether the variance is robust."""
        return self.variance != "model"

    @property
    def events_per_parameter(self) -> float | None:
        """Patients of the rarer outcome per estimated coefficient; None of a number, or without coefficients."""
        if self.events is None or not self.parameters:
            return None
        return min(self.events, self.n - self.events) / self.parameters


class ModelColumns(Protocol):
    """The columns of a model, and which of them its likelihood is maximised over: a `Design` or a `CoxFit`."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of all columns."""

    @property
    def kept(self) -> tuple[int, ...]:
        """The positions of the columns in the model."""

    @property
    def scale(self) -> Floats:
        """Their standard deviations."""

    @property
    def dropped(self) -> Mapping[int, str]:
        """The reasons why others are not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The columns of a model, standardised and after an intercept; the order of patients does not depend on the data's.

    Attributes
    ----------
    names : of the columns.
    x : (n, 1 + k) the intercept and the `kept` columns, these standardised.
    y, weight : (n,) outcome, and weights of all patients (1 where there are none).
    cluster : (n,) whole numbers from 0.
    kept : positions of the columns in the model; `scale` are their standard deviations.
    dropped : the reasons why others are not in it.
    order : (n,) which patient each row is.
    """

    names: tuple[str, ...]
    x: Floats
    y: Floats
    weight: Floats
    cluster: Ints | None
    kept: tuple[int, ...]
    scale: Floats
    dropped: Mapping[int, str]
    order: Ints

    @property
    def clusters(self) -> int | None:
        """How many there are."""
        return None if self.cluster is None else int(self.cluster.max()) + 1

    def in_data_order(self, values: Floats) -> Floats:
        """Return values of the patients in the order in which they were given."""
        found = np.empty_like(values)
        found[self.order] = values
        return found


def checked_model_design(
    outcome: Floats, covariates: pd.DataFrame, *, weights: ArrayLike | None, cluster: ArrayLike | None
) -> Design:
    """Return the design of a model, its collinear and constant columns set aside.

    Raises
    ------
    DataError
        If a value is missing or not finite, a weight is not above 0, or the columns differ in length; names the rows.
    """
    columns = [checked_numbers(column, f"covariate '{name}'") for name, column in covariates.items()]
    weight = np.ones(len(outcome)) if weights is None else checked_weights(weights, "weight")
    labels = None if cluster is None else checked_labels(cluster, "cluster")
    for name, column in [*zip(covariates, columns, strict=True), ("weight", weight), ("cluster", labels)]:
        if column is not None:
            same_length(outcome, column, "outcome", str(name))

    # The sums run over sorted patients, so that the order of the rows changes no bit.
    ties = [weight, *([] if labels is None else [labels])]
    order = np.lexsort((*ties, outcome, *columns[::-1]))
    y, weight, labels = outcome[order], weight[order], None if labels is None else labels[order]
    raw = np.column_stack([column[order] for column in columns]) if columns else np.empty((len(y), 0))
    constant = (raw == raw[:1]).all(axis=0)
    scale = np.where(constant, 1.0, raw.std(axis=0))
    standardised = np.where(constant, 0.0, (raw - raw.mean(axis=0)) / scale)
    x = np.column_stack((np.ones(len(y)), standardised))

    dropped = {position - 1: DEPENDENT for position in dependent_columns(x.T @ (weight[:, np.newaxis] * x))}
    dropped |= {int(position): CONSTANT for position in np.flatnonzero(constant)}
    kept = tuple(position for position in range(len(columns)) if position not in dropped)
    return Design(
        names=tuple(str(name) for name in covariates.columns),
        x=x[:, [0, *(position + 1 for position in kept)]],
        y=y,
        weight=weight,
        cluster=labels,
        kept=kept,
        scale=scale[list(kept)],
        dropped=dropped,
        order=order,
    )


def unfitted_model(
    design: Design, variance: str, conf_level: float, reason: str, *, events: int | None = None, with_auc: bool = False
) -> RegressionModel:
    """Return a model in which nothing is estimated, and why: of each term its own reason, where it has one."""
    terms = tuple(
        RegressionTerm(term=name, reason=design.dropped.get(position, reason))
        for position, name in enumerate(design.names)
    )
    return RegressionModel(
        terms=terms,
        n=len(design.y),
        events=events,
        conf_level=conf_level,
        log_likelihood=None,
        parameters=0,
        variance=variance,
        clusters=design.clusters,
        auc=Estimate(value=None, reason=reason) if with_auc else None,
        covariance=np.full((len(terms), len(terms)), np.nan),
        reason=reason,
    )


def terms_of(
    design: ModelColumns,
    coefficients: Floats,
    covariance: Floats,
    *,
    conf_level: float,
    exponentiate: bool,
    df: float | None = None,
    reasons: Mapping[int, str],
) -> tuple[tuple[RegressionTerm, ...], Floats]:
    """Return the terms of a fit and the covariance of their coefficients, in the units of the data.

    Parameters
    ----------
    coefficients, covariance : of the kept columns, standardised, without the intercept.
    df : of the t distribution; None for the normal one.
    reasons : why there is no estimate, by position among the kept columns.
    """
    quantile = normal_quantile(conf_level) if df is None else float(stdtrit(df, (1 + conf_level) / 2))
    terms = {
        position: RegressionTerm(term=design.names[position], reason=why) for position, why in design.dropped.items()
    }
    whole = np.full((len(design.names), len(design.names)), np.nan)
    for index, position in enumerate(design.kept):
        name = design.names[position]
        if index in reasons:
            terms[position] = RegressionTerm(term=name, reason=reasons[index])
            continue
        coef = float(coefficients[index] / design.scale[index])
        se = float(np.sqrt(covariance[index, index]) / design.scale[index])
        terms[position] = (
            _ratio(name, coef, se, quantile) if exponentiate else _difference(name, coef, se, quantile, df)
        )
    estimated = [index for index in range(len(design.kept)) if index not in reasons]
    places = [design.kept[index] for index in estimated]
    scale = design.scale[estimated]
    whole[np.ix_(places, places)] = covariance[np.ix_(estimated, estimated)] / np.outer(scale, scale)
    return tuple(terms[position] for position in range(len(design.names))), whole


def _difference(name: str, coef: float, se: float, quantile: float, df: float | None) -> RegressionTerm:
    statistic = coef / se
    return RegressionTerm(
        term=name,
        estimate=coef,
        conf_low=coef - quantile * se,
        conf_high=coef + quantile * se,
        p_value=normal_p_value(statistic) if df is None else float(2 * stdtr(df, -abs(statistic))),
        coef=coef,
        se=se,
    )


def _ratio(name: str, coef: float, se: float, quantile: float) -> RegressionTerm:
    ratio, p_value = wald_ratio(coef, se, quantile=quantile)
    return RegressionTerm(
        term=name,
        estimate=ratio.value,
        conf_low=ratio.conf_low,
        conf_high=ratio.conf_high,
        p_value=p_value,
        coef=coef,
        se=se,
        reason=ratio.reason,
    )
