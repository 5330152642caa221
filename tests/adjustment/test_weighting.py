"""Propensity scores and weights: what they may not depend on, and patients who cannot be weighted.

That the numbers are R's is held by test_adjustment_reference.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lockstep.adjustment.propensity import propensity_score
from lockstep.adjustment.weighting import (
    propensity_weights,
    truncated_weights,
    weight_summary,
    within_quantiles,
    within_range,
)
from lockstep.base.errors import DataError

patients = st.lists(st.tuples(st.booleans(), st.integers(20, 80), st.booleans()), min_size=8, max_size=40)
scores = st.lists(st.floats(0.01, 0.99), min_size=2, max_size=20)


@given(patients, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_order_of_rows_changes_no_score(drawn: list[tuple[bool, int, bool]], random: Any) -> None:
    """A patient keeps the score, and without one the reason, wherever the row stands."""
    frame = pd.DataFrame(drawn, columns=["exposed", "age", "old"]).astype(float)
    order = random.sample(range(len(frame)), len(frame))
    found = propensity_score(frame["exposed"], frame[["age", "old"]])
    turned = propensity_score(frame["exposed"].iloc[order], frame[["age", "old"]].iloc[order])
    assert turned.reason == found.reason
    if found.score is not None and turned.score is not None:
        assert turned.score.tolist() == pytest.approx(found.score[order].tolist(), rel=1e-9)
        assert found.score.sum() == pytest.approx(frame["exposed"].sum(), rel=1e-6)


@given(scores, st.integers(0, 2**20))
def test_weights_of_the_other_exposure_mirror_each_other(drawn: list[float], bits: int) -> None:
    """Where exposed and unexposed change places, those of ATE and overlap stay, and ATT becomes ATC."""
    score, exposed = np.array(drawn), np.array([bits >> at & 1 for at in range(len(drawn))])
    for one, other in (("ATE", "ATE"), ("overlap", "overlap"), ("ATT", "ATC")):
        weights = propensity_weights(exposed, score, estimand=one)  # type: ignore[arg-type]
        mirrored = propensity_weights(1 - exposed, 1 - score, estimand=other)  # type: ignore[arg-type]
        assert weights == pytest.approx(mirrored, rel=1e-9)


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=30), st.floats(1e-6, 1e6))
def test_an_effective_sample_is_no_larger_than_the_sample(drawn: list[float], unit: float) -> None:
    """It is at least 1, has no unit, and is n where all weights are equal."""
    found = weight_summary(drawn)
    assert found.effective_n * (1 + 1e-9) >= 1
    assert found.effective_n <= len(drawn) * (1 + 1e-9)
    assert weight_summary([unit * weight for weight in drawn]).effective_n == pytest.approx(found.effective_n, rel=1e-9)
    assert weight_summary([unit] * len(drawn)).effective_n == pytest.approx(len(drawn))


@given(st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=30))
def test_truncation_moves_extreme_weights_only(drawn: list[float]) -> None:
    """No weight leaves the range, none within changes, and no patient is lost."""
    found = truncated_weights(drawn, lower=0.1, upper=0.9)
    low, high = np.quantile(drawn, (0.1, 0.9))
    assert found.min() >= low
    assert found.max() <= high
    assert [new for new, old in zip(found, drawn, strict=True) if low <= old <= high] == [
        old for old in drawn if low <= old <= high
    ]


@given(scores, st.integers(1, 2**20))
def test_common_support_has_no_patient_beyond_the_other_group(drawn: list[float], bits: int) -> None:
    """With quantile 0 each patient who stays lies in the range of both groups, from below and from above."""
    score, exposed = np.array(drawn), np.array([bits >> at & 1 for at in range(len(drawn))])
    assume(0 < exposed.sum() < len(exposed))
    kept = within_quantiles(exposed, score, quantile=0)
    assert (score[kept] >= score[exposed == 1].min()).all()
    assert (score[kept] <= score[exposed == 0].max()).all()


@pytest.mark.parametrize(
    ("exposed", "old", "reason"),
    [
        ([0, 0, 0, 0], [1, 0, 1, 0], "no patient was exposed"),
        ([1, 1, 1], [1, 0, 1], "all patients were exposed"),
        ([1], [1], "all patients were exposed"),
        ([1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], "nobody to be compared with (old)"),
        ([1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0], "nobody to be compared with (old)"),
    ],
)
def test_without_a_score_there_is_a_reason(exposed: list[int], old: list[int], reason: str) -> None:
    """Nobody exposed, everybody, one patient, and complete or one-sided separation are said."""
    found = propensity_score(exposed, pd.DataFrame({"old": old}))
    assert found.score is None
    assert found.reason is not None
    assert reason in found.reason


def test_more_covariates_than_exposed_patients_are_a_reason() -> None:
    """It counts the rarer group."""
    frame = pd.DataFrame(np.eye(6)[:, :3], columns=["a", "b", "c"])
    found = propensity_score([1, 0, 0, 1, 0, 0], frame)
    assert found.reason == "fewer exposed patients (2) than covariates"


def test_constant_and_dependent_covariates_change_no_score() -> None:
    """They are left out, with a reason of their own."""
    exposed, old = [1, 1, 0, 1, 0, 0, 0, 1], [1, 1, 1, 0, 0, 0, 1, 0]
    alone = propensity_score(exposed, pd.DataFrame({"old": old}))
    more = propensity_score(exposed, pd.DataFrame({"old": old, "same": 1, "young": [1 - x for x in old]}))
    assert alone.score is not None
    assert more.score == pytest.approx(alone.score)
    assert [term.reason is None for term in more.terms] == [True, False, False]


def test_bad_input_is_one_error() -> None:
    """Missing covariates, scores of 0 and 1, unknown populations and empty groups are refused, with rows or choices."""
    with pytest.raises(DataError, match="covariate 'age' is missing or not a finite number in rows 1 and 3"):
        propensity_score([1, 0, 1], pd.DataFrame({"age": [np.nan, 50, np.nan]}))
    with pytest.raises(DataError, match="exposure is empty"):
        propensity_score([], pd.DataFrame({"age": []}))
    with pytest.raises(DataError, match="propensity score is not between 0 and 1 in rows 2 and 3"):
        propensity_weights([1, 0, 1], [0.5, 1, 0])
    with pytest.raises(ValueError, match="no estimand 'all'; allowed are ATE, ATT, ATC, overlap"):
        propensity_weights([1, 0], [0.5, 0.5], estimand="all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no stabilised weights of the ATT"):
        propensity_weights([1, 0], [0.5, 0.5], estimand="ATT", stabilised=True)
    with pytest.raises(DataError, match="every patient was exposed"):
        within_quantiles([1, 1], [0.5, 0.6])
    with pytest.raises(ValueError, match=r"expected 0 <= quantile < 0\.5"):
        within_quantiles([1, 0], [0.5, 0.6], quantile=0.5)
    with pytest.raises(ValueError, match="expected 0 <= low < high <= 1"):
        within_range([0.5], low=0.9, high=0.1)
    with pytest.raises(ValueError, match="expected 0 <= lower < upper <= 1"):
        truncated_weights([1, 2], lower=0.5, upper=2)
