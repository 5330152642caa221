"""Weighted curves and their test: what they may not depend on, and patients who cannot be compared.

That the numbers are R's is held by test_adjustment_reference.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lockstep.adjustment.weighted_survival import robust_log_rank, weighted_at_risk, weighted_kaplan_meier
from lockstep.base.errors import DataError
from lockstep.survival.kaplan_meier import kaplan_meier

a_patient = st.tuples(
    st.integers(0, 6),
    st.booleans(),
    st.sampled_from(["a", "b"]),
    st.sampled_from([0.1, 1.0, 1.7, 30.0]),
    st.integers(0, 3),
)
cohorts = st.lists(a_patient, min_size=1, max_size=30).map(
    lambda drawn: pd.DataFrame(drawn, columns=["time", "event", "group", "weight", "pair"])
)


def near(statistic: float | None) -> Any:
    """Return a statistic to compare with, up to rounding; there may be none."""
    return None if statistic is None else pytest.approx(statistic, rel=1e-6, abs=1e-9)


@given(cohorts, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(frame: pd.DataFrame, random: Any) -> None:
    """Curve, standard errors, weights at risk and test are those of the shuffled rows."""
    shuffled = frame.iloc[random.sample(range(len(frame)), len(frame))]
    one, other = (
        weighted_kaplan_meier(each["time"], each["event"], weights=each["weight"], cluster=each["pair"])
        for each in (frame, shuffled)
    )
    assert one == other
    tests = [
        robust_log_rank(each["time"], each["event"], each["group"], weights=each["weight"], cluster=each["pair"])
        for each in (frame, shuffled)
    ]
    assert tests[1].statistic == near(tests[0].statistic)
    assert tests[1].reason == tests[0].reason


@given(cohorts, st.floats(1e-3, 1e3))
def test_equal_weights_are_none(frame: pd.DataFrame, unit: float) -> None:
    """The curve is the ordinary one, whatever the unit of the weights; weights at risk are patients times it."""
    found = weighted_kaplan_meier(frame["time"], frame["event"], weights=[unit] * len(frame))
    plain = kaplan_meier(frame["time"], frame["event"])
    assert found.curve.survival == pytest.approx(plain.survival, abs=1e-9)
    assert found.curve.n_at_risk == plain.n_at_risk
    assert found.at_risk == pytest.approx([unit * n for n in plain.n_at_risk])
    ticks = [0, 1, 3, 7]
    assert weighted_at_risk(frame["time"], ticks, weights=[unit] * len(frame)) == pytest.approx(
        [unit * float((frame["time"] >= tick).sum()) for tick in ticks]
    )


@given(cohorts)
def test_patients_of_their_own_clusters_are_no_clusters(frame: pd.DataFrame) -> None:
    """A cluster for each patient changes nothing; the sum of squares goes another way."""
    given_to = {"time": frame["time"], "event": frame["event"], "weights": frame["weight"]}
    found = weighted_kaplan_meier(**given_to)
    alone = weighted_kaplan_meier(**given_to, cluster=np.arange(len(frame))[::-1])
    assert alone.se == pytest.approx(found.se, rel=1e-7, abs=1e-8)


@given(cohorts)
@settings(max_examples=50)
def test_swapped_groups_have_the_same_test(frame: pd.DataFrame) -> None:
    """Which group comes first does not matter."""
    swapped = frame["group"].map({"a": "b", "b": "a"})
    found, other = (
        robust_log_rank(frame["time"], frame["event"], group, weights=frame["weight"])
        for group in (frame["group"], swapped)
    )
    assume(found.statistic is None or found.statistic < 1e6)
    assert other.reason == found.reason
    assert other.statistic == near(found.statistic)


@pytest.mark.parametrize(
    ("time", "event", "group", "reason"),
    [
        ([1, 2, 3], [0, 0, 0], "aab", "no events"),
        ([1, 2, 3], [1, 1, 0], "aaa", "fewer than two groups are at risk when events occur"),
        ([1, 2, 3], [0, 1, 1], "baa", "fewer than two groups are at risk when events occur"),
        ([4], [1], "a", "fewer than two groups are at risk when events occur"),
        ([2, 2], [1, 1], "ab", "the groups do not vary, or too few clusters do, when events occur"),
    ],
)
def test_without_a_comparison_there_is_a_reason(time: list[int], event: list[int], group: str, reason: str) -> None:
    """No events, one group, a group that leaves before, one patient, and nobody left are said."""
    found = robust_log_rank(time, event, list(group), weights=[1.5] * len(time))
    assert (found.statistic, found.p_value, found.df, found.reason) == (None, None, 0, reason)


def test_where_all_at_risk_have_the_event_survival_is_0() -> None:
    """Whatever rounding leaves of their weights; nothing is left to have a limit."""
    found = weighted_kaplan_meier([1, 2, 3, 3], [1, 0, 1, 1], weights=[0.1, 0.7, 0.2, 0.3])
    assert found.curve.survival[-1] == 0
    assert found.se[-1] == 0
    assert found.curve.conf_low[-1] is None


def test_bad_weights_are_refused() -> None:
    """A weight of nothing, a missing one, too few of them and a missing group are errors that name the rows."""
    with pytest.raises(DataError, match="weight is not more than 0 in row 2"):
        weighted_kaplan_meier([1, 2], [1, 1], weights=[1, 0])
    with pytest.raises(DataError, match="weight is missing or not a finite number in row 1"):
        robust_log_rank([1, 2], [1, 1], ["a", "b"], weights=[None, 1])
    with pytest.raises(DataError, match="follow-up time has 2 values, weight has 1"):
        weighted_at_risk([1, 2], [0], weights=[1])
    with pytest.raises(DataError, match="group is missing in row 1"):
        robust_log_rank([1, 2], [1, 1], [None, "b"], weights=[1, 1])
