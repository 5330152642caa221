"""Statistics of binary and number outcomes are those of R (tests/reference/outcomes.R)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from reference_values import REFERENCE, Row, Rows, differences, read_rows

from lockstep.statistics.estimate import Estimate
from lockstep.statistics.proportions import EventCount, odds_ratio, proportion, risk_difference, risk_ratio

AGREES = 1e-6
VALUES = read_rows(REFERENCE / "values" / "outcomes.csv")

COMPARED: dict[str, Callable[..., Estimate]] = {
    "risk_difference": risk_difference,
    "risk_ratio": risk_ratio,
    "odds_ratio": odds_ratio,
}


def of(stem: str) -> Rows:
    """Return the values whose ids begin with this part."""
    return {name: row for name, row in VALUES.items() if name.startswith(f"{stem}.")}


def count(text: str) -> EventCount:
    """Return the counts that an id has: "13_of_79"."""
    events, n = text.split("_of_")
    return EventCount(int(events), int(n))


def interval(estimate: Estimate) -> Row:
    """Return an estimate as a row of values."""
    return estimate.value, estimate.conf_low, estimate.conf_high


def split(name: str) -> tuple[list[str], float, str]:
    """Return an id's counts, its level and its statistic: "two.5_of_56.0_of_29.0.9.risk_ratio"."""
    _, *counts, whole, decimals, statistic = name.split(".")
    return counts, float(f"{whole}.{decimals}"), statistic


def proportion_row(name: str) -> Row:
    """Compute what an id of a proportion names."""
    (only,), level, method = split(name)
    return interval(proportion(count(only), conf_level=level, interval=method))  # type: ignore[arg-type]


def two_row(name: str) -> Row:
    """Compute what an id of two proportions names."""
    counts, level, statistic = split(name)
    return interval(COMPARED[statistic](*map(count, counts), conf_level=level))


@pytest.mark.parametrize(("stem", "computed"), [("proportion", proportion_row), ("two", two_row)])
def test_proportions_and_their_comparisons_are_those_of_r(stem: str, computed: Callable[[str], Row]) -> None:
    """Wilson and exact intervals, Newcombe's difference, Katz's and Woolf's ratios, and where there is none."""
    expected = of(stem)
    assert len(expected) > 40
    assert differences(expected, {name: computed(name) for name in expected}, relative=AGREES) == []
