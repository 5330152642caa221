"""The statistics of restricted means and of exposures that begin during follow-up."""

from __future__ import annotations

from .catalogue import Statistic

_MEAN_DIFFERENCE = (
    "difference of restricted mean survival times{options}, normal confidence interval and test, Greenwood variances"
)
_MEAN_RATIO = (
    "ratio of restricted mean survival times{options}, normal confidence interval and test of its logarithm, Greenwood "
    "variances"
)
_KNOWN_LATER = "patients with another level than the first, known only after they came under observation"

RESTRICTED_MEAN = Statistic(
    "restricted_mean",
    "time",
    "{of}: restricted mean up to {at}",
    "restricted mean survival time: area under the Kaplan-Meier curve{options}, normal confidence interval with "
    "Greenwood variance",
)
RESTRICTED_MEAN_DIFFERENCE = Statistic(
    "{level}.restricted_mean_difference",
    "difference",
    "{of}: difference of restricted means up to {at}, {term}",
    _MEAN_DIFFERENCE,
    no_effect=0.0,
)
RESTRICTED_MEAN_DIFFERENCE_P = Statistic(
    "{level}.restricted_mean_difference.p_value",
    "p_value",
    "{of}: difference of restricted means up to {at}, {term}, z test",
    _MEAN_DIFFERENCE,
)
RESTRICTED_MEAN_RATIO = Statistic(
    "{level}.restricted_mean_ratio",
    "ratio",
    "{of}: ratio of restricted means up to {at}, {term}",
    _MEAN_RATIO,
    no_effect=1.0,
)
RESTRICTED_MEAN_RATIO_P = Statistic(
    "{level}.restricted_mean_ratio.p_value",
    "p_value",
    "{of}: ratio of restricted means up to {at}, {term}, z test",
    _MEAN_RATIO,
)
KNOWN_LATER = Statistic(
    "known_later",
    "count",
    "{of}, number of patients in whom {by} was known only after the start",
    _KNOWN_LATER,
)
MODEL_KNOWN_LATER = Statistic(
    "known_later",
    "count",
    "{of}, {model}: {term}, number of patients in whom it was known only after the start",
    _KNOWN_LATER,
)
