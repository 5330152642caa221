"""What a changed result means is ranked by what a reader would conclude from it."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.results import Kind, Record
from manuscript.ranking import RANKS, Rank, rank


def record(kind: Kind, value: Any, low: float | None = None, high: float | None = None, name: str = "os") -> Record:
    """Return a record with an interval where bounds are given."""
    reason = "not reached" if value is None else None
    level = None if low is None and high is None else 0.95
    return Record(
        id=name, kind=kind, value=value, label="L", population="P", n=9, method="M", reason=reason,
        conf_low=low, conf_high=high, conf_level=level,
    )  # fmt: skip


P, HR = "p_value", "hazard_ratio"
CASES: list[tuple[Record | None, Record | None, bool, Rank]] = [
    (record(P, 0.0499999), record(P, 0.05), True, "significance"),
    (record(P, 0.2), record(P, 0.01), False, "significance"),
    (record(P, 0.01), record(P, None), True, "significance"),
    (record(P, None), record(P, 0.2), True, "other"),
    (record(P, 0.2), record(P, 0.3), True, "other"),
    (record(HR, 0.5, 0.3, 0.99), record(HR, 0.5, 0.3, 1.0), True, "interval"),
    (record(HR, 2.0, 1.1, 4.0), record(HR, 0.5, 0.3, 0.9), True, "interval"),  # now the other way
    (record(HR, 2.0, 1.1, 4.0), record(HR, 3.0, 1.2, 9.0), True, "other"),
    (record(HR, 2.0, 1.1, 4.0), record(HR, None), True, "interval"),
    (record("number", -1.0, -2.0, -0.1), record("number", -1.0, -2.0, 0.1), True, "interval"),
    (record("time", 80.0, 60.0, 90.0, "os.median"), record("time", 80.0, None, 90.0, "os.median"), True, "other"),
    (record("percent", 5.0, 1.0, 9.0, "os.rate.1y"), record("percent", 0.0, None, None, "os.rate.1y"), True, "other"),
    (record("probability", 0.7, 0.6, 0.8, "c.auc"), record("probability", 0.6, 0.45, 0.75, "c.auc"), True, "interval"),
    (record("time", 80.0, 60.0, None, "os.median"), record("time", None, 60.0, None, "os.median"), True, "median"),
    (record("time", None, name="os.median"), record("time", 80.0, name="os.median"), False, "median"),
    (record("count", 60), record("count", 61), True, "count"),
    (record("count", 60), record("count", 61), False, "rounding"),  # decides words, which stayed
    (record("percent", 42.2535), record("percent", 42.2536), False, "rounding"),
    (record("percent", 42.2), record("percent", 42.3), True, "other"),
    (None, record(P, 0.01), True, "other"),
    (record("count", 3), None, True, "other"),
]


@pytest.mark.parametrize(("old", "new", "visible", "expected"), CASES)
def test_a_change_has_the_rank_of_what_it_means(
    old: Record | None, new: Record | None, visible: bool, expected: Rank
) -> None:
    """A crossed level counts even where it is not seen; what cannot be estimated is not significant."""
    assert rank(old, new, old_alpha=0.05, new_alpha=0.05, visible=visible) == expected


def test_another_significance_level_can_cross_as_well() -> None:
    """The P value is judged by the level of its time."""
    old, new = record(P, 0.03), record(P, 0.0301)
    assert rank(old, new, old_alpha=0.05, new_alpha=0.01, visible=False) == "significance"


def test_every_rank_occurs_above() -> None:
    """No rank is without a test."""
    assert {case[3] for case in CASES} == set(RANKS)
