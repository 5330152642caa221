"""Matched sets: who may be in one, what they may not depend on, and patients who cannot be matched.

That they are R's is held by test_adjustment_packages.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.adjustment.matching import MatchedSets, nearest_neighbour_matching
from lockstep.base.errors import DataError

patients = st.lists(st.tuples(st.booleans(), st.sampled_from([0.05, 0.2, 0.21, 0.5, 0.9])), min_size=1, max_size=25)
orders = st.sampled_from(["largest", "smallest", "data"])


def by_hand(exposed: Any, score: Any, ratio: int, caliper: float | None, order: str) -> dict[int, list[int]]:
    """Match by looking at every patient who is left, as the rule says; the first of equals is taken."""
    logit = np.log(score / (1 - score))
    widest = np.inf if caliper is None else caliper * logit.std(ddof=1) if len(logit) > 1 else 0.0
    turn = [int(i) for i in np.flatnonzero(exposed)]
    if order != "data":
        turn.sort(key=lambda i: logit[i] * (-1 if order == "largest" else 1))
    left, chosen = [int(i) for i in np.flatnonzero(~exposed)], {i: list[int]() for i in turn}
    for _ in range(ratio):
        for i in turn:
            near = min(left, key=lambda j: round(abs(logit[i] - logit[j]), 9), default=None)
            if near is not None and abs(logit[i] - logit[near]) <= widest + 1e-9:
                left.remove(near)
                chosen[i].append(near)
    return chosen


def sets_of(found: MatchedSets, exposed: Any) -> dict[int, set[int]]:
    """Return the matches of each exposed patient."""
    unexposed = np.flatnonzero(~exposed)
    return {
        int(i): {int(j) for j in unexposed if found.set_of[i] >= 0 and found.set_of[j] == found.set_of[i]}
        for i in np.flatnonzero(exposed)
    }


@given(patients, st.integers(1, 3), st.sampled_from([None, 0.01, 0.3, 2.0]), orders)
def test_matches_are_those_of_the_rule_followed_by_hand(
    drawn: list[tuple[bool, float]], ratio: int, caliper: float | None, order: Any
) -> None:
    """With many equal scores, any ratio and caliper: the same sets, and weights that sum to the matched patients."""
    exposed, score = np.array([row[0] for row in drawn]), np.array([row[1] for row in drawn])
    found = nearest_neighbour_matching(exposed, score, ratio=ratio, caliper=caliper, order=order)
    expected = by_hand(exposed, score, ratio, caliper, order)
    assert sets_of(found, exposed) == {i: set(others) for i, others in expected.items()}
    assert found.weights[exposed].sum() == found.n_matched_exposed
    assert found.weights[~exposed].sum() == pytest.approx(found.n_matched_unexposed)
    assert ((found.weights > 0) == (found.set_of >= 0)).all()


@given(patients, orders, st.randoms(use_true_random=False))
def test_with_labels_the_order_of_rows_does_not_matter(
    drawn: list[tuple[bool, float]], order: Any, random: Any
) -> None:
    """Each patient has the same set wherever the row stands, also among equals."""
    exposed, score = np.array([row[0] for row in drawn]), np.array([row[1] for row in drawn])
    label = np.array([f"p{at:02d}" for at in range(len(drawn))])
    turned = random.sample(range(len(drawn)), len(drawn))
    # The order of the data is what "data" means: there labels settle it as well.
    found = nearest_neighbour_matching(exposed, score, order=order, patient=label)
    again = nearest_neighbour_matching(exposed[turned], score[turned], order=order, patient=label[turned])
    assert again.set_of.tolist() == found.set_of[turned].tolist()


def test_nobody_to_match_leaves_all_without_a_set() -> None:
    """No unexposed, no exposed, one patient, and a caliper that nobody is within."""
    for exposed in ([1, 1], [0, 0]):
        found = nearest_neighbour_matching(exposed, [0.4, 0.6])
        assert found.set_of.tolist() == [-1, -1]
        assert found.weights.tolist() == [0, 0]
    assert nearest_neighbour_matching([1], [0.5]).n_matched_exposed == 0
    assert nearest_neighbour_matching([1, 0], [0.9, 0.1], caliper=0.1).n_matched_exposed == 0
    assert nearest_neighbour_matching([1, 0], [0.9, 0.1], caliper=None).n_matched_exposed == 1


def test_a_match_as_far_as_the_caliper_is_within_it() -> None:
    """Two standard deviations are here the distance itself: how its logarithms are rounded does not decide."""
    found = nearest_neighbour_matching([0, 0, 0, 1], [0.05, 0.2, 0.2, 0.2], ratio=3, caliper=2.0)
    assert found.n_matched_unexposed == 3


def test_ten_thousand_patients_alike_are_matched_in_order() -> None:
    """The first exposed has the first unexposed, and so on, whatever the ties."""
    exposed = np.arange(10_000) % 2 == 0
    found = nearest_neighbour_matching(exposed, np.full(10_000, 0.3))
    assert found.set_of.tolist() == (np.arange(10_000) // 2).tolist()


def test_bad_matching_is_refused() -> None:
    """Ratios and calipers without meaning, labels given twice and unknown orders say what is allowed."""
    with pytest.raises(ValueError, match="no ratio of 0; expected a whole number of matches above 0"):
        nearest_neighbour_matching([1, 0], [0.5, 0.5], ratio=0)
    with pytest.raises(ValueError, match="no caliper of 0"):
        nearest_neighbour_matching([1, 0], [0.5, 0.5], caliper=0)
    with pytest.raises(ValueError, match="allowed are largest, smallest, data"):
        nearest_neighbour_matching([1, 0], [0.5, 0.5], order="random")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="expected each patient once"):
        nearest_neighbour_matching([1, 0], [0.5, 0.5], patient=["a", "a"])
