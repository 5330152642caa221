"""tableone's numbers are right, and none of its habits leaks: names, missing values, global state."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lockstep.statistics import baseline
from lockstep.statistics.baseline import ALL, CategorySummary, NumberSummary, describe
from lockstep.statistics.moments import MOMENTS, Moment

FRAME = pd.DataFrame(
    {
        "n": [3.0, 1.0, np.nan, 2.0, 10.0],
        "mean": ["b", "a", "b", None, "b"],  # a name that tableone itself uses
        "group": ["x", "x", "y", "y", None],
        "empty": [np.nan] * 5,
    }
)


def summary_of(*, n: int, missing: int, **moments: float | None) -> NumberSummary:
    """Return the summary of a number."""
    return NumberSummary(n=n, missing=missing, moments=moments)


def test_numbers_are_described_without_their_missing_values() -> None:
    """Moments and quantiles are those of the known values; the missing are counted apart (R: quantile type 7, sd)."""
    found = describe(FRAME, numbers=["n", "empty"], categories={})
    assert found[ALL, "n"] == summary_of(
        n=4,
        missing=1,
        mean=4.0,
        sd=pytest.approx(4.08248290463863),
        median=2.5,
        q1=1.75,
        q3=4.75,
        min=1.0,
        max=10.0,
    )
    assert found[ALL, "empty"] == summary_of(
        n=0, missing=5, mean=None, sd=None, median=None, q1=None, q3=None, min=None, max=None
    )


def test_a_number_with_few_values_of_many_patients_is_a_number() -> None:
    """The study says what is a number: tableone would take a grade of 1 to 3 in 2000 patients for a category."""
    frame = pd.DataFrame({"grade": [1.0, 2.0, 2.0, 3.0] * 500})
    summary = describe(frame, numbers=["grade"], categories={})[ALL, "grade"]
    assert summary == summary_of(
        n=2000,
        missing=0,
        mean=2.0,
        sd=pytest.approx(0.7072836),
        median=2.0,
        q1=1.75,
        q3=2.25,
        min=1.0,
        max=3.0,
    )


def test_a_missing_value_is_no_level_and_an_absent_level_is_zero() -> None:
    """Levels keep their declared order; one that no patient has is counted 0, a missing one is counted apart."""
    found = describe(FRAME, numbers=[], categories={"mean": ["a", "b", "c"]})
    summary = found[ALL, "mean"]
    assert summary == CategorySummary(n=4, missing=1, counts={"a": 1, "b": 3, "c": 0})
    assert isinstance(summary, CategorySummary)
    assert list(summary.counts) == ["a", "b", "c"]


def test_groups_add_up_to_those_who_have_a_group() -> None:
    """A patient without a group is among all patients and in no group; an empty group is described as nobody."""
    found = describe(FRAME, numbers=["n"], categories={"mean": ["a", "b"]}, by=("group", ["x", "y", "z"]))
    counts = [found[group, "mean"].n + found[group, "mean"].missing for group in (ALL, "x", "y", "z")]
    assert counts == [5, 2, 2, 0]
    assert found["x", "n"] == summary_of(
        n=2, missing=0, mean=2.0, sd=pytest.approx(2**0.5), median=2.0, q1=1.5, q3=2.5, min=1.0, max=3.0
    )
    one = found["y", "n"]
    assert isinstance(one, NumberSummary)
    assert (one.n, one["median"], one["sd"]) == (1, 2.0, None)


def test_names_and_levels_are_only_data() -> None:
    """Levels that look like numbers, markup or tableone's own words are counted like any other."""
    levels = ["10", "9", "{{ 7*7 }}", "None", "nan", "n"]
    frame = pd.DataFrame({"count": [*levels, "n", None]})
    summary = describe(frame, numbers=[], categories={"count": levels})[ALL, "count"]
    assert summary == CategorySummary(
        n=7, missing=1, counts={"10": 1, "9": 1, "{{ 7*7 }}": 1, "None": 1, "nan": 1, "n": 2}
    )


def test_nothing_global_is_changed() -> None:
    """NumPy's generator and error state are after a description as they were before."""
    state, errors = np.random.get_state()[1].copy(), np.geterr()
    describe(FRAME, numbers=["n"], categories={"mean": ["a", "b"]})
    assert (np.random.get_state()[1] == state).all()
    assert np.geterr() == errors


def test_a_statistic_that_tableone_lacks_is_computed_of_the_values_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry among the moments is enough; where there are too few values for it, it is None."""
    spread = Moment(
        name="spread", words="range", method="last less first", compute=lambda x: float(x[-1] - x[0]), fewest=2
    )
    monkeypatch.setattr(baseline, "MOMENTS", (*MOMENTS, spread))
    found = describe(FRAME, numbers=["n", "empty"], categories={}, by=("group", ["x", "y"]))
    assert [found[group, "n"]["spread"] for group in (ALL, "x", "y")] == [9.0, 2.0, None]
    assert found[ALL, "empty"]["spread"] is None
    assert found[ALL, "n"]["median"] == 2.5


def test_what_else_is_described_changes_no_bit() -> None:
    """A mean is the same to its last bit whatever other numbers are described, and in whatever order the rows are."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame(random.lognormal(size=(200, 3)) * [1e6, 1.0, 1e-3], columns=["a", "b", "c"])
    frame[frame > 5e6] = np.nan
    found = describe(frame, numbers=["a", "b", "c"], categories={})
    for name in frame.columns:
        assert found[ALL, name] == describe(frame[::-1], numbers=[name], categories={})[ALL, name]
