"""The chi-square distribution with 1 to 3 degrees of freedom, and the statistics that a printed P allows."""

from __future__ import annotations

import math
from dataclasses import dataclass


def p_value(statistic: float, df: int) -> float:
    """Return the upper tail probability of a chi-square statistic with 1, 2 or 3 degrees of freedom."""
    if statistic <= 0:
        return 1.0
    if df == 2:
        return math.exp(-statistic / 2)
    tail = math.erfc(math.sqrt(statistic / 2))
    return tail if df == 1 else tail + math.sqrt(2 * statistic / math.pi) * math.exp(-statistic / 2)


def quantile(p: float, df: int) -> float:
    """Return the statistic whose upper tail probability is `p`, by bisection."""
    low, high = 0.0, 200.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if p_value(middle, df) > p else (low, middle)
    return (low + high) / 2


def outside(value: float, low: float, high: float = math.inf) -> float:
    """Return how far a value lies outside an interval; 0 within it."""
    return max(0.0, low - value) + max(0.0, value - high)


@dataclass(frozen=True)
class Window:
    """The chi-square statistics that are near enough to a printed P."""

    low: float
    high: float

    def misses(self, statistic: float) -> float:
        """Return how far a statistic lies outside the window; 0 within it."""
        return outside(statistic, self.low, self.high)


def window(p: float, half_width: float, df: int = 1) -> Window:
    """Return the statistics whose P lies within `half_width` of `p`.

    The search compares statistics, so that it needs no P of each candidate. A half width below half a unit of the last
    printed place keeps the P away from where its rounding turns.
    """
    return Window(quantile(p + half_width, df), quantile(p - half_width, df))
