"""Whether a printed estimate, its confidence interval and its P value can come from one Wald test.

A ratio (hazard, odds, risk or rate ratio) is judged on the log scale, where no effect is 1; a difference (of means or
risks, or a regression coefficient) on its own, where no effect is 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Final

from scipy.special import ndtr, ndtri, stdtr, stdtrit

from ..base.errors import DataError
from .arithmetic import Finding
from .printed import PrintedNumber, fixed

NINETY_FIVE: Final = PrintedNumber(Decimal(95), 0)
"""The level of an interval in percent, where a proof says no other."""

_MARGIN: Final = 1e-9  # relative; far more than the error of the floats below
_SMALLEST: Final = 1e-6  # P values under this are not written out


@dataclass(frozen=True, slots=True)
class _Scale:
    """The scale on which an interval is symmetric: its name, a value on it, and the value of no effect there."""

    name: str
    of: Callable[[Fraction], float]


def _log(value: Fraction) -> float:
    return math.log(value) if value > 0 else -math.inf


_LOG: Final = _Scale("Wald, log scale, two-sided", _log)
_LINEAR: Final = _Scale("Wald, two-sided", float)


def estimate_in_interval(estimate: PrintedNumber, low: PrintedNumber, high: PrintedNumber) -> Finding:
    """Find whether an estimate lies inside its confidence interval, whatever the method of either.

    Notes
    -----
    Wald, score, likelihood and exact intervals contain the estimate; percentile bootstrap intervals nearly always do.
    """
    interval = f"{low} to {high}"
    if low.low > high.high:
        return Finding(False, f"the interval {interval} ends below its beginning")
    if estimate.high < low.low or estimate.low > high.high:
        return Finding(False, f"{estimate} lies outside of its interval, {interval}")
    return Finding(True, f"{estimate} lies inside its interval, {interval}")


def ratio_and_interval(ratio: PrintedNumber, low: PrintedNumber, high: PrintedNumber) -> Finding:
    """Find whether a ratio is the geometric mean of the limits of its interval.

    Notes
    -----
    exp(b - z SE) exp(b + z SE) = exp(b)^2: so it is where the interval is Wald's on the log scale, as programs print
    them for Cox and logistic models. Likelihood, exact and bootstrap intervals need not be symmetric there.
    """
    if refused := _refused_ratio(ratio, low, high):
        return refused
    inside = estimate_in_interval(ratio, low, high)
    if not inside.possible:
        return inside
    least, most = _above_0(low) * _above_0(high), low.high * high.high
    middle = _span(math.sqrt(least), math.sqrt(most), max(ratio.decimals, low.decimals, high.decimals) + 1)
    centre = f"the geometric mean of {low} and {high} is {middle}"
    if _above_0(ratio) ** 2 > most or ratio.high**2 < least:
        return Finding(False, f"{centre}; in a Wald interval on the log scale the ratio is that, and {ratio} is not")
    return Finding(True, f"{centre}, as {ratio} may be")


def difference_and_interval(difference: PrintedNumber, low: PrintedNumber, high: PrintedNumber) -> Finding:
    """Find whether a difference is the middle of its interval, estimate -/+ a multiple of the standard error."""
    inside = estimate_in_interval(difference, low, high)
    if not inside.possible:
        return inside
    least, most = (low.low + high.low) / 2, (low.high + high.high) / 2
    middle = _span(least, most, max(difference.decimals, low.decimals, high.decimals) + 1)
    centre = f"the middle of {low} and {high} is {middle}"
    if difference.low > most or difference.high < least:
        return Finding(False, f"{centre}; in a symmetric interval the difference is that, and {difference} is not")
    return Finding(True, f"{centre}, as {difference} may be")


def ratio_interval_and_p(
    ratio: PrintedNumber,
    low: PrintedNumber,
    high: PrintedNumber,
    p_value: PrintedNumber,
    level: PrintedNumber = NINETY_FIVE,
) -> Finding:
    """Find whether a ratio, its interval (level in percent) and its P value belong together.

    Notes
    -----
    The ratio has to be that of `ratio_and_interval`, and P the two-sided Wald test of log(ratio) over the standard
    error, which is the width of the interval on the log scale over twice the quantile. Each of the two is judged by
    itself: the ratio and the width enter P with all values that round so, wherever the middle of the interval lies. A
    P value of a log-rank, score, likelihood-ratio or exact test is another one and may differ.
    """
    centred = ratio_and_interval(ratio, low, high)
    implied = _implied_p(_LOG, p_value, low, high, level, None, estimate=ratio)
    return _both(centred, implied)


def difference_interval_and_p(
    difference: PrintedNumber,
    low: PrintedNumber,
    high: PrintedNumber,
    p_value: PrintedNumber,
    level: PrintedNumber = NINETY_FIVE,
    df: PrintedNumber | None = None,
) -> Finding:
    """Find whether a difference, its interval (level in percent) and its P value belong together.

    Notes
    -----
    As `ratio_interval_and_p`, on the linear scale. `df` are the degrees of freedom where interval and test are
    Student's t (two means in small groups); without them both are taken as normal.
    """
    centred = difference_and_interval(difference, low, high)
    implied = _implied_p(_LINEAR, p_value, low, high, level, df, estimate=difference)
    return _both(centred, implied)


def ratio_limits_and_p(
    low: PrintedNumber, high: PrintedNumber, p_value: PrintedNumber, level: PrintedNumber = NINETY_FIVE
) -> Finding:
    """Find whether the interval of a ratio (level in percent) and its P value belong together, by themselves.

    Notes
    -----
    The ratio is taken as the geometric mean of the limits, so that this is stricter than `ratio_interval_and_p`.
    """
    if refused := _refused_ratio(low, low, high):
        return refused
    return _implied_p(_LOG, p_value, low, high, level, None)


def difference_limits_and_p(
    low: PrintedNumber,
    high: PrintedNumber,
    p_value: PrintedNumber,
    level: PrintedNumber = NINETY_FIVE,
    df: PrintedNumber | None = None,
) -> Finding:
    """Find whether the interval of a difference (level in percent) and its P value belong together, by themselves."""
    return _implied_p(_LINEAR, p_value, low, high, level, df)


# ---- the test that an interval implies -----------------------------------------------------------------------------


def _implied_p(
    scale: _Scale,
    p_value: PrintedNumber,
    low: PrintedNumber,
    high: PrintedNumber,
    level: PrintedNumber,
    df: PrintedNumber | None,
    *,
    estimate: PrintedNumber | None = None,
) -> Finding:
    """Compare a printed P value with all that the interval gives, around `estimate` or, without one, around its middle.

    Both forms of the statistic rise or fall throughout in each of the printed numbers, so that its extremes are found
    at the ends of their rounding intervals.
    """
    if low.low > high.high:
        return Finding(False, f"the interval {low} to {high} ends below its beginning")
    ends = [[scale.of(end) for end in (number.low, number.high)] for number in (low, high)]
    statistics = []
    for first, last in product(*ends):
        width = last - first
        if estimate is None:
            statistics.append(_over(first + last, width))
            continue
        centres = (scale.of(end) for end in (estimate.low, estimate.high))
        statistics += [-math.inf if math.isinf(centre) else _over(2 * centre, width) for centre in centres]
    tests = [
        test
        for critical, tail in _distributions(level, df)
        for test in (tail(critical * statistic) for statistic in _least_and_most(statistics))
    ]
    least, most = min(tests) * (1 - _MARGIN), max(tests) * (1 + _MARGIN)
    what = f"{low} to {high}" if estimate is None else f"{estimate} with {low} to {high}"
    gives = f"{what} gives P {_p_span(least, most)} ({_named(scale, level, df)})"
    if _p_low(p_value) > most or _p_high(p_value) < least:
        return Finding(False, f"{gives}, which does not print as {p_value}")
    return Finding(True, f"{gives}, as {p_value} may be")


def _distributions(level: PrintedNumber, df: PrintedNumber | None) -> list[tuple[float, Callable[[float], float]]]:
    """Return each critical value that the level may mean, exact and as usually rounded, with its two-sided tail."""
    if not 50 <= level.value < 100:
        raise DataError(f"the level is {level}; expected a percentage from 50 to under 100, such as 95")
    upper = 1 - (1 - float(level.value) / 100) / 2
    if df is None:
        exact = float(ndtri(upper))
        return [(critical, lambda z: 2 * float(ndtr(-z))) for critical in (exact, round(exact, 2))]
    if df.low <= 0:
        raise DataError(f"the degrees of freedom are {df}; expected a number above 0")
    return [_student(float(end), upper) for end in (df.low, df.high)]


def _student(df: float, upper: float) -> tuple[float, Callable[[float], float]]:
    return float(stdtrit(df, upper)), lambda t: 2 * float(stdtr(df, -t))


def _least_and_most(statistics: list[float]) -> tuple[float, float]:
    """Return the least and the greatest absolute value between the ends of a range."""
    least, most = min(statistics), max(statistics)
    return (0.0 if least <= 0 <= most else min(abs(least), abs(most))), max(abs(least), abs(most))


def _over(estimate: float, width: float) -> float:
    """Return an estimate over a width; without width the statistic has no bound.

    A ratio's lower limit that prints as 0 is infinitely far below: the statistic falls to 0, or, where the estimate is
    the middle of the limits and goes with it, to that of the limit itself.
    """
    if width <= 0:
        return math.copysign(math.inf, estimate)
    if math.isinf(width):
        return math.copysign(1.0, estimate) if math.isinf(estimate) else 0.0
    return estimate / width


# ---- in words ------------------------------------------------------------------------------------------------------


def _both(centred: Finding, implied: Finding) -> Finding:
    """Return what contradicts, or both where nothing does."""
    wrong = [finding.reason for finding in (centred, implied) if not finding.possible]
    return Finding(not wrong, "; ".join(wrong or (centred.reason, implied.reason)))


def _refused_ratio(ratio: PrintedNumber, low: PrintedNumber, high: PrintedNumber) -> Finding | None:
    for number in (ratio, low, high):
        if number.high <= 0 or number.value < 0:
            return Finding(False, f"a ratio is above 0, and {number} is not")
    return None


def _above_0(number: PrintedNumber) -> Fraction:
    return max(Fraction(0), number.low)


def _p_low(p_value: PrintedNumber) -> float:
    return 0.0 if p_value.sign in ("<", "<=") else float(p_value.low if p_value.sign == "=" else p_value.value)


def _p_high(p_value: PrintedNumber) -> float:
    return 1.0 if p_value.sign in (">", ">=") else float(p_value.high if p_value.sign == "=" else p_value.value)


def _named(scale: _Scale, level: PrintedNumber, df: PrintedNumber | None) -> str:
    return f"{scale.name}, {level}% interval" + (f", t with {df} degrees of freedom" if df else "")


def _span(least: float | Fraction, most: float | Fraction, decimals: int) -> str:
    ends = [fixed(Fraction(end), decimals) for end in (least, most)]
    return ends[0] if ends[0] == ends[1] else f"from {ends[0]} to {ends[1]}"


def _p_span(least: float, most: float) -> str:
    if most < _SMALLEST:
        return f"under {_SMALLEST:.6f}"
    ends = [_digits(max(0.0, least)), _digits(min(1.0, most))]
    return f"of {ends[0]}" if ends[0] == ends[1] else f"from {ends[0]} to {ends[1]}"


def _digits(p: float) -> str:
    """Write a probability in two digits that are not 0."""
    if p < _SMALLEST:
        return "0"
    return fixed(Fraction(p), max(2, 1 - math.floor(math.log10(p))))
