"""What a changed result means is ranked by what a reader would conclude from it."""

from __future__ import annotations

from typing import Any

import pytest

from lockstep.catalogue.keys import Key
from lockstep.catalogue.kinds import Kind
from lockstep.results.model import Record
from lockstep.revisions.ranking import RANKS, Rank, rank

NO_EFFECT = {"hazard_ratio": 1.0, "odds_ratio": 1.0, "difference": 0.0, "number": 0.0, "c.auc": 0.5}


def record(kind: Kind, value: Any, low: float | None = None, high: float | None = None, name: str = "os") -> Record:
    """Return a record with an interval where bounds are given."""
    reason = "not reached" if value is None else None
    level = None if low is None and high is None else 0.95
    statistic = name.removeprefix("os.")
    return Record(
        key=Key(statistic, endpoint="os"), no_effect=NO_EFFECT.get(statistic, NO_EFFECT.get(kind)), kind=kind,
        value=value, label="L", population="P", n=9, method="M", reason=reason,
        conf_low=low, conf_high=high, conf_level=level,
    )  # fmt: skip


P, HR = "p_value", "hazard_ratio"
SMD = "balance.{analysis}.{variable}.{level}.smd.after"
CASES: list[tuple[Record | None, Record | None, Rank]] = [
    (record(P, 0.0499999), record(P, 0.05), "significance"),
    (record(P, 0.2), record(P, 0.01), "significance"),
    (record(P, 0.01), record(P, None), "significance"),
    (record(P, None), record(P, 0.2), "other"),
    (record(P, 0.2), record(P, 0.3), "other"),
    (record(HR, 0.5, 0.3, 0.99), record(HR, 0.5, 0.3, 1.0), "interval"),
    (record(HR, 2.0, 1.1, 4.0), record(HR, 0.5, 0.3, 0.9), "interval"),  # now the other way
    (record(HR, 2.0, 1.1, 4.0), record(HR, 3.0, 1.2, 9.0), "other"),
    (record(HR, 2.0, 1.1, 4.0), record(HR, None), "interval"),
    (record("odds_ratio", 2.0, 1.1, 4.0), record("odds_ratio", 2.0, 0.9, 4.0), "interval"),
    (record("difference", 12.0, 3.0, 21.0), record("difference", 12.0, -3.0, 21.0), "interval"),
    (record("number", -1.0, -2.0, -0.1), record("number", -1.0, -2.0, 0.1), "interval"),
    (record("time", 80.0, 60.0, 90.0, "os.median"), record("time", 80.0, None, 90.0, "os.median"), "other"),
    (record("percent", 5.0, 1.0, 9.0, "os.rate.1y"), record("percent", 0.0, None, None, "os.rate.1y"), "other"),
    (record("probability", 0.7, 0.6, 0.8, "c.auc"), record("probability", 0.6, 0.45, 0.75, "c.auc"), "interval"),
    (record("time", 80.0, 60.0, None, "os.median"), record("time", None, 60.0, None, "os.median"), "median"),
    (record("time", None, name="os.median"), record("time", 80.0, name="os.median"), "median"),
    (record("number", 0.09, name=SMD), record("number", -0.11, name=SMD), "balance"),
    (record("number", 0.3, name=SMD), record("number", 0.05, name=SMD), "balance"),
    (record("number", 0.02, name=SMD), record("number", 0.09, name=SMD), "other"),
    (record("count", 60), record("count", 61), "count"),
    (record("percent", 42.2), record("percent", 42.3), "other"),
    (None, record(P, 0.01), "new"),
    (record("count", 3), None, "other"),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_a_change_has_the_rank_of_what_it_means(old: Record | None, new: Record | None, expected: Rank) -> None:
    """A crossed level counts more than a changed digit; what cannot be estimated is not significant."""
    assert rank(old, new, old_alpha=0.05, new_alpha=0.05) == expected


def test_another_significance_level_can_cross_as_well() -> None:
    """The P value is judged by the level of its time."""
    old, new = record(P, 0.03), record(P, 0.0301)
    assert rank(old, new, old_alpha=0.05, new_alpha=0.01) == "significance"


def test_every_rank_occurs_above() -> None:
    """No rank is without a test."""
    assert {case[2] for case in CASES} == set(RANKS)
