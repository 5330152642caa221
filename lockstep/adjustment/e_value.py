"""E-values: how strong unmeasured confounding would have to be to explain a ratio away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

RatioMeasure: TypeAlias = Literal["risk ratio", "odds ratio", "hazard ratio"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EValue:
    """The E-value of a ratio and of the limit of its interval nearer to 1.

    Attributes
    ----------
    value : >= 1: the risk ratio that an unmeasured confounder would need with both exposure and outcome.
    limit : of the confidence limit nearer to 1; 1 where the interval has 1 in it, None where that limit is not known.
    """

    value: float
    limit: float | None


def e_value(
    ratio: float,
    *,
    conf_low: float | None = None,
    conf_high: float | None = None,
    measure: RatioMeasure = "risk ratio",
    common_outcome: bool = False,
) -> EValue:
    """Return how strong unmeasured confounding would have to be to explain a ratio away.

    Parameters
    ----------
    ratio, conf_low, conf_high : adjusted for what was measured, > 0.
    common_outcome : whether more than about 15% have the outcome by the end of follow-up: an odds or a hazard ratio is
        then no risk ratio, and approximated by one.

    Raises
    ------
    ValueError
        If a ratio is not above 0 or the ratio is not within its limits.

    Notes
    -----
    E = RR + sqrt(RR (RR - 1)), of a ratio below 1 that of 1 / RR, as R's ``EValue::evalues.RR``, ``evalues.OR`` and
    ``evalues.HR``. With a common outcome RR is approximated by the square root of the odds ratio, and from a hazard
    ratio by (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)).

    References
    ----------
    VanderWeele TJ, Ding P. Sensitivity analysis in observational research: introducing the E-value. Ann Intern Med
    2017;167:268-274.

    Examples
    --------
    >>> found = e_value(3.9, conf_low=1.8, conf_high=8.7)  # of the paper
    >>> round(found.value, 2), round(found.limit, 2)
    (7.26, 3.0)
    """
    if measure not in get_args(RatioMeasure):
        raise ValueError(f"no E-value of a {measure}; allowed are {', '.join(get_args(RatioMeasure))}")
    known = [number for number in (conf_low, ratio, conf_high) if number is not None]
    if not all(number > 0 for number in known) or known != sorted(known):
        raise ValueError(f"no ratio with limits: {conf_low}, {ratio}, {conf_high}; expected 0 < low <= ratio <= high")
    nearer = conf_low if ratio >= 1 else conf_high
    limit = None
    if nearer is not None:
        crosses = nearer <= 1 if ratio >= 1 else nearer >= 1
        limit = 1.0 if crosses else _e_value(_risk_ratio(nearer, measure, common_outcome=common_outcome))
    return EValue(value=_e_value(_risk_ratio(ratio, measure, common_outcome=common_outcome)), limit=limit)


def _risk_ratio(ratio: float, measure: RatioMeasure, *, common_outcome: bool) -> float:
    """Return the ratio, or its inverse, as a risk ratio >= 1."""
    ratio = max(ratio, 1 / ratio)
    if not common_outcome or measure == "risk ratio":
        return ratio
    if measure == "odds ratio":
        return math.sqrt(ratio)
    root = math.sqrt(ratio)
    return math.expm1(-root * math.log(2)) / math.expm1(-math.log(2) / root)


def _e_value(risk_ratio: float) -> float:
    return risk_ratio + math.sqrt(risk_ratio * (risk_ratio - 1))
