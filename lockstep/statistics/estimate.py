"""An estimate: a value with its confidence interval, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtr, ndtri


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic with its confidence interval.

    Attributes
    ----------
    value : the estimate; None where it cannot be estimated.
    conf_low, conf_high : confidence limits; None where a limit cannot be estimated.
    reason : why `value` is None ("not reached"), or why a limit of it is; None where nothing is missing.
    """

    value: float | None
    conf_low: float | None = None
    conf_high: float | None = None
    reason: str | None = None


def normal_quantile(conf_level: float) -> float:
    """Return z of a two-sided normal interval: 1.96 for 0.95."""
    return float(ndtri((1 + conf_level) / 2))


def normal_p_value(z: float) -> float:
    """Return the two-sided P value of a standard normal statistic."""
    return float(2 * ndtr(-abs(z)))


def normal_interval(value: float, se: float, *, conf_level: float) -> Estimate:
    """Return a value with its normal interval: as many standard errors to either side as the level asks for."""
    width = normal_quantile(conf_level) * se
    return Estimate(value, value - width, value + width)


def finite(number: float) -> float | None:
    """Return the number as a Python float, or None where it is infinite or not a number."""
    return float(number) if math.isfinite(number) else None
