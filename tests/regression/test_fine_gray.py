"""Fine-Gray models on awkward and made-up data; against R see test_competing_reference."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.base.errors import DataError
from lockstep.regression.cox import cox_regression
from lockstep.regression.fine_gray import fine_gray
from lockstep.regression.regression import RegressionTerm
from lockstep.regression.wald import wald_test

Patients = list[tuple[int, int, int]]
patients = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(0, 4)), min_size=1, max_size=40)
"""Time, cause and covariate of each patient; few distinct times make many ties."""


def columns(rows: Patients) -> tuple[list[int], list[int], pd.DataFrame]:
    """Return the rows as columns."""
    time, cause, x = (list(column) for column in zip(*rows, strict=True))
    return time, cause, pd.DataFrame({"x": x})


def coefficient(term: RegressionTerm) -> tuple[float | None, float | None]:
    """Return the coefficient of a term and its error."""
    return term.coef, term.se


@given(patients)
def test_without_competing_events_it_is_a_cox_model(rows: Patients) -> None:
    """With a robust variance, number for number and reason for reason."""
    time, cause, covariates = columns(rows)
    event = [code == 1 for code in cause]
    model, cox = fine_gray(time, event, covariates), cox_regression(time, event, covariates, robust=True)
    assert model == cox


@given(patients, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_and_the_unit_of_time_change_no_bit(rows: Patients, chance: random.Random) -> None:
    """Patients are ordered by what they have, and times by their order alone."""
    time, cause, covariates = columns(rows)
    time2, cause2, covariates2 = columns(chance.sample(rows, len(rows)))
    model = fine_gray(time, cause, covariates)
    assert model == fine_gray(time2, cause2, covariates2)
    assert model == fine_gray([at / 365.25 for at in time], cause, covariates)


def expanded(time: list[int], cause: list[int], x: list[int]) -> tuple[pd.DataFrame, list[float]]:
    """Return the rows of a model of cause 1 without a censored patient, where all weights are 1, by Fine and Gray."""
    end = max(time) + 1
    frame = pd.DataFrame({"x": x, "event": [code == 1 for code in cause]})
    return frame, [end if code == 2 else at for at, code in zip(time, cause, strict=True)]


@given(patients)
def test_where_nobody_is_censored_competing_events_are_the_end_of_all_time(rows: Patients) -> None:
    """A patient with a competing event is at risk for ever: a Cox model in which follow-up never ends for them."""
    time, cause, covariates = columns([(at, code or 1, x) for at, code, x in rows])
    frame, followed = expanded(time, cause, list(covariates["x"]))
    cox = cox_regression(followed, frame["event"], frame[["x"]], robust=True)
    model = fine_gray(time, cause, covariates)
    for one, other in zip(model.terms, cox.terms, strict=True):
        assert one.reason == other.reason
        if one.coef is not None:
            assert coefficient(one) == pytest.approx(coefficient(other), rel=1e-6, abs=1e-9)


def test_several_terms_are_tested_together() -> None:
    """Wald's test of one term is its P value, that of two has two degrees of freedom."""
    rng = np.random.default_rng(5)
    covariates = pd.DataFrame({"a": rng.normal(size=80), "b": rng.normal(size=80)})
    time, cause = rng.integers(1, 30, 80), rng.integers(0, 3, 80)
    model = fine_gray(time, cause, covariates)
    assert wald_test(model, ["a"]).p_value == pytest.approx(model.terms[0].p_value)
    assert wald_test(model, ["a", "b"]).df == 2
    assert (model.n, model.events, model.is_robust) == (80, int((cause == 1).sum()), True)


def test_what_cannot_be_estimated_has_a_reason() -> None:
    """Nobody with the event, fewer events than terms, a level without events."""
    nobody = fine_gray([1, 2, 3], [0, 2, 2], pd.DataFrame({"x": [1, 2, 3]}))
    assert (nobody.terms[0].reason, nobody.events) == ("no events", 0)
    few = fine_gray([1, 2, 3], [1, 2, 0], pd.DataFrame({"x": [1, 2, 3], "y": [1, 3, 2]}))
    assert few.reason == "fewer events (1) than terms (2)"
    level = pd.DataFrame({"x": [0, 0, 0, 1, 1, 1]})
    without = fine_gray([1, 2, 3, 1, 2, 3], [1, 1, 2, 2, 2, 0], level)
    assert without.terms[0].reason == "tends to infinity (a level without events, or complete separation)"


def test_impossible_patients_are_refused() -> None:
    """Causes that are none, weights and clusters of other lengths, the code of censoring."""
    covariates = pd.DataFrame({"x": [1, 2]})
    with pytest.raises(DataError, match="cause is not a whole number >= 0 in row 2"):
        fine_gray([1, 2], [1, 0.5], covariates)
    with pytest.raises(DataError, match="weight"):
        fine_gray([1, 2], [1, 0], covariates, weights=[1])
    with pytest.raises(DataError, match="cluster"):
        fine_gray([1, 2], [1, 0], covariates, cluster=["a", "b", "c"])
    with pytest.raises(DataError, match="covariate 'x'"):
        fine_gray([1, 2, 3], [1, 0, 2], covariates)
    with pytest.raises(ValueError, match="no event is cause 0"):
        fine_gray([1, 2], [1, 0], covariates, of=0)
