"""What a printed median or printed numbers of events and censorings allow a Kaplan-Meier rate to be."""

from __future__ import annotations

from fractions import Fraction

from .arithmetic import Finding
from .printed import PrintedNumber, fixed


def rate_and_median(rate: PrintedNumber, at: PrintedNumber, median: PrintedNumber) -> Finding:
    """Find whether a Kaplan-Meier rate at a time goes with the median of the same curve.

    Parameters
    ----------
    rate : in percent.
    at, median : in the same unit of time.

    Notes
    -----
    The curve S never rises, and the median is the first time with S <= 1/2, or the middle of the stretch with S = 1/2
    where there is one (as R has it): before it S >= 1/2, after it S <= 1/2, under either convention.
    """
    if at.high < median.low and rate.high < 50:
        order, side = "before", "at least"
    elif at.low > median.high and rate.low > 50:
        order, side = "after", "at most"
    else:
        return Finding(True, f"a median of {median} allows a rate of {rate}% at {at}")
    return Finding(
        False, f"{at} is {order} the median of {median}, where a Kaplan–Meier rate is {side} 50%; {rate}% is not"
    )


def kaplan_meier_bounds(n: int, events: int, censored: int) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest Kaplan-Meier estimate after `events` and `censored` of `n` > 0, in any order.

    Notes
    -----
    1 - D/(n - c) <= S <= 1 - D/n. When the i-th event occurs, at least n - c - (i - 1) are at risk, and the product of
    the factors 1 - 1/(n - c - i + 1) telescopes to the lower bound, which is reached when all censorings come first;
    the upper one is reached when they come last.
    """
    if events == 0:
        return Fraction(1), Fraction(1)
    left = n - censored
    return max(Fraction(0), 1 - Fraction(events, left)) if left > 0 else Fraction(0), 1 - Fraction(events, n)


def rate_after_events(rate: PrintedNumber, n: int, events: int, censored: int) -> Finding:
    """Find whether a Kaplan-Meier rate (percent) goes with the events and censorings before its time."""
    if events + censored > n or n == 0:
        return Finding(False, f"{events} events and {censored} censorings do not come from {n} patients")
    low, high = kaplan_meier_bounds(n, events, censored)
    bounds = f"after {events} events and {censored} censorings of {n} a Kaplan–Meier rate lies from "
    bounds += f"{_percent(low, rate)} to {_percent(high, rate)}%"
    if rate.high < 100 * low or rate.low > 100 * high:
        return Finding(False, f"{bounds}; {rate}% does not")
    return Finding(True, f"{bounds}, as {rate}% does")


def rate_after_at_most(rate: PrintedNumber, n: int, events: int, censored: int) -> Finding:
    """Find whether a Kaplan-Meier rate (percent) goes with no more than these events and censorings before its time."""
    if n == 0:
        return Finding(False, f"0 patients have no rate, but {rate}% is printed")
    low, _ = kaplan_meier_bounds(n, events, censored)
    bound = f"after at most {events} events and {censored} censorings of {n} a Kaplan–Meier rate is at least "
    bound += f"{_percent(low, rate)}%"
    if rate.high < 100 * low:
        return Finding(False, f"{bound}; {rate}% is not")
    return Finding(True, f"{bound}, as {rate}% is")


def _percent(share: Fraction, like: PrintedNumber) -> str:
    return fixed(100 * share, like.decimals + 1)
