"""Two independent estimates compared by their standard errors: difference or ratio, with Wald interval and P value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .estimate import Estimate, finite, normal_interval, normal_p_value

NO_WIDTH: Final = "without a standard error in one of the groups"
NO_RATIO: Final = "0 in one of the groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A difference or ratio of two groups.

    Attributes
    ----------
    estimate : the difference or ratio with its interval, or the reason why there is none.
    se : standard error of the difference, or of the logarithm of the ratio.
    p_value : two-sided, of no difference or a ratio of 1; None where there is no interval.
    """

    estimate: Estimate
    se: float | None = None
    p_value: float | None = None


def difference_of(one: tuple[float, float], other: tuple[float, float], *, conf_level: float = 0.95) -> Contrast:
    """Return one estimate less the other, each given as value and standard error, of different patients.

    Notes
    -----
    Where a standard error is 0 (nobody had an event yet) nothing is known of that group's uncertainty: the difference
    then has no interval and no P value.

    Examples
    --------
    >>> contrast = difference_of((0.7, 0.04), (0.6, 0.03))
    >>> round(contrast.estimate.conf_low, 3), round(contrast.estimate.conf_high, 3), round(contrast.p_value, 4)
    (0.002, 0.198, 0.0455)
    """
    value = one[0] - other[0]
    if not (one[1] > 0 and other[1] > 0):
        return Contrast(estimate=Estimate(finite(value), reason=NO_WIDTH))
    se = float(np.hypot(one[1], other[1]))
    interval = normal_interval(value, se, conf_level=conf_level)
    return Contrast(estimate=interval, se=se, p_value=normal_p_value(value / se))


def ratio_of(one: tuple[float, float], other: tuple[float, float], *, conf_level: float = 0.95) -> Contrast:
    """Return one estimate divided by the other, with the interval symmetric on the log scale (delta method).

    Notes
    -----
    As for `difference_of`; there is no ratio where one of the two is 0.

    Examples
    --------
    >>> contrast = ratio_of((0.7, 0.04), (0.6, 0.03))
    >>> round(contrast.estimate.value, 3), round(contrast.estimate.conf_low, 3), round(contrast.estimate.conf_high, 3)
    (1.167, 1.005, 1.354)
    """
    if not (one[0] > 0 and other[0] > 0):
        return Contrast(estimate=Estimate(None, reason=NO_RATIO))
    log = difference_of(*((float(np.log(value)), se / value) for value, se in (one, other)), conf_level=conf_level)
    bounds = (log.estimate.value, log.estimate.conf_low, log.estimate.conf_high)
    with np.errstate(over="ignore", under="ignore"):  # a limit too large for a number is none
        value, low, high = (None if bound is None else finite(np.exp(bound)) for bound in bounds)
    return Contrast(estimate=Estimate(value, low, high, log.estimate.reason), se=log.se, p_value=log.p_value)
