"""The statistics of an event that others compete with: incidence, Gray's test, Fine-Gray models."""

from __future__ import annotations

from typing import Final

from ..syntax.sections import STUDY_FILE
from .catalogue import Statistic, test_of

SUBDISTRIBUTION_CHECK: Final = (
    "score test of the product with the cumulative incidence just before each event, the weights taken as known"
)
"""How the proportional subdistribution hazards of a Fine-Gray model are checked."""

_INCIDENCE = "Aalen-Johansen estimate, infinitesimal jackknife variance, {conf_type} confidence interval"
_INCIDENCE_DIFFERENCE = (
    "difference of Aalen-Johansen estimates, normal confidence interval with infinitesimal jackknife variances"
)
_INCIDENCE_DIFFERENCE_TEST = "z test of the difference of Aalen-Johansen estimates, infinitesimal jackknife variances"
_GRAY = "two-sided Gray test of cumulative incidence{options} (Gray 1988)"
_FINE_GRAY = (
    "Fine-Gray model of the subdistribution hazard{options}, Efron ties, robust variance, Wald confidence interval and "
    "test{adjusted}"
)
_FINE_GRAY_WALD = (
    "Wald test of all levels together, in a Fine-Gray model{options}, Efron ties, robust variance{adjusted}"
)
_FINE_GRAY_PROPORTIONAL = f"{SUBDISTRIBUTION_CHECK}, in a Fine-Gray model{{options}}, Efron ties{{adjusted}}"

INCIDENCE_CURVE: Final = _INCIDENCE
"""The method of a curve of cumulative incidence; holds the place of ``{conf_type}``."""

COMPETING = Statistic("competing_events", "count", "{of}, number of competing events", "count")
COMPETING_IGNORED = Statistic("competing_ignored", "setting", "{of}, why competing events are ignored", STUDY_FILE)
INCIDENCE = Statistic("incidence", "percent", "{of}: cumulative incidence at {at}", _INCIDENCE, "%")
COMPETING_INCIDENCE = Statistic(
    "competing_incidence",
    "percent",
    "{of}: cumulative incidence of the competing event, {event}, at {at}",
    _INCIDENCE,
    "%",
)
GRAY, GRAY_DF, GRAY_P = test_of(
    "gray",
    _GRAY,
    "{of} by {by}: chi-square of Gray's test",
    "{of} by {by}: degrees of freedom of Gray's test",
    "{of} by {by}: Gray's test",
)
FINE_GRAY_RATIO = Statistic(
    "fine_gray.{level}.subdistribution_hazard_ratio",
    "subdistribution_hazard_ratio",
    "{of}: {term}, subdistribution hazard ratio",
    _FINE_GRAY,
    no_effect=1.0,
)
FINE_GRAY_RATIO_P = Statistic(
    "fine_gray.{level}.p_value", "p_value", "{of}: {term}, Wald test of the subdistribution hazard", _FINE_GRAY
)
FINE_GRAY_WALD, FINE_GRAY_WALD_DF, FINE_GRAY_WALD_P = test_of(
    "wald",
    _FINE_GRAY_WALD,
    "{of} by {by}: Wald chi-square of the subdistribution hazard",
    "{of} by {by}: degrees of freedom of the Wald test of the subdistribution hazard",
    "{of} by {by}: Wald test of the subdistribution hazard",
)
FINE_GRAY_PROPORTIONAL, FINE_GRAY_PROPORTIONAL_DF, FINE_GRAY_PROPORTIONAL_P = test_of(
    "fine_gray.proportional_hazards",
    _FINE_GRAY_PROPORTIONAL,
    "{of} by {by}: chi-square of proportional subdistribution hazards",
    "{of} by {by}: degrees of freedom of the test of proportional subdistribution hazards",
    "{of} by {by}: test of proportional subdistribution hazards",
)
LEVEL_FINE_GRAY_PROPORTIONAL, LEVEL_FINE_GRAY_PROPORTIONAL_DF, LEVEL_FINE_GRAY_PROPORTIONAL_P = test_of(
    "fine_gray.proportional_hazards.{level}",
    _FINE_GRAY_PROPORTIONAL,
    "{of}: {term}, chi-square of proportional subdistribution hazards",
    "{of}: {term}, degrees of freedom of the test of proportional subdistribution hazards",
    "{of}: {term}, test of proportional subdistribution hazards",
)
INCIDENCE_DIFFERENCE = Statistic(
    "{level}.incidence_difference",
    "difference",
    "{of} at {at}: difference of cumulative incidence, {term}",
    _INCIDENCE_DIFFERENCE,
    "%",
    no_effect=0.0,
)
INCIDENCE_DIFFERENCE_P = Statistic(
    "{level}.incidence_difference.p_value",
    "p_value",
    "{of} at {at}: difference of cumulative incidence, {term}, z test",
    _INCIDENCE_DIFFERENCE_TEST,
)
COMPETING_INCIDENCE_DIFFERENCE = Statistic(
    "{level}.competing_incidence_difference",
    "difference",
    "{of} at {at}: difference of the competing event's cumulative incidence, {term}",
    _INCIDENCE_DIFFERENCE,
    "%",
    no_effect=0.0,
)
COMPETING_INCIDENCE_DIFFERENCE_P = Statistic(
    "{level}.competing_incidence_difference.p_value",
    "p_value",
    "{of} at {at}: difference of the competing event's cumulative incidence, {term}, z test",
    _INCIDENCE_DIFFERENCE_TEST,
)
