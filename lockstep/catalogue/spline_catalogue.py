"""The statistics of splines in models: where their knots are, and whether the effect is more than a straight line."""

from __future__ import annotations

from .catalogue import Statistic

_METHOD = (
    "{test} test of the bends of the restricted cubic spline against a straight line, in the {fit} "
    "{short}{options}{ties}; covariates: {covariates}"
)

NON_LINEARITY = Statistic(
    "non_linearity.{variable}.statistic", "statistic", "{of}, {model}: {term}, statistic of non-linearity", _METHOD
)
NON_LINEARITY_DF = Statistic(
    "non_linearity.{variable}.df",
    "statistic",
    "{of}, {model}: {term}, degrees of freedom of the test of non-linearity",
    _METHOD,
)
NON_LINEARITY_P = Statistic(
    "non_linearity.{variable}.p_value", "p_value", "{of}, {model}: {term}, test of non-linearity", _METHOD
)
KNOT = Statistic(
    "{variable}.knot.{item}",
    "number",
    "{of}, {model}: {term}, knot {place} of the spline",
    "percentile {percent} of the patients of the model (Harrell's knots), linear interpolation (Hyndman & Fan type 7)",
)
