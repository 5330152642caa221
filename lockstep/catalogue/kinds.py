"""The kinds of results: what a value is, by which it is printed and compared."""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal[
    "count",  # patients or events: a whole number
    "percent",  # 0-100
    "number",  # a measurement, in `unit`
    "time",  # a duration, in `unit`
    "date",  # ISO 8601
    "hazard_ratio",
    "odds_ratio",
    "risk_ratio",
    "subdistribution_hazard_ratio",
    "ratio",  # of two ratios, or of another kind
    "difference",  # of means in `unit`; of percentages in percentage points, with the unit %
    "p_value",
    "statistic",  # a test statistic, or degrees of freedom
    "probability",  # 0-1: an area under a curve, a sensitivity
    "setting",  # a constant of the study definition
]

RATIOS: Final[frozenset[Kind]] = frozenset(
    {"hazard_ratio", "subdistribution_hazard_ratio", "odds_ratio", "risk_ratio", "ratio"}
)
"""The kinds of which 1 is no effect, and which print alike."""
