"""Cox regression, its likelihood-ratio test and its check of proportional hazards: a number, or a reason.

That the numbers are R's is held by test_reference.
"""

from __future__ import annotations

import random
import warnings
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference_cohorts import awkward, cohort, ovarian, veteran

from lockstep.base.errors import DataError
from lockstep.regression.cox import CoxModel, cox_regression
from lockstep.regression.likelihood_ratio import likelihood_ratio_test
from lockstep.regression.proportional_hazards import proportional_hazards_test

DIVERGES = "tends to infinity (a level without events, or complete separation)"
VETERAN = ["smallcell", "adeno", "large", "karno", "trt"]

Patients = list[tuple[int, bool, int, int]]
patients = st.lists(
    st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 1), st.integers(20, 80)), min_size=4, max_size=40
)
"""Time, event, arm and age of each patient; few distinct times make many ties."""


def coefs(model: CoxModel) -> list[float | None]:
    """Return the coefficients of a model."""
    return [term.coef for term in model.terms]


def errors(model: CoxModel) -> list[float | None]:
    """Return the standard errors of a model."""
    return [term.se for term in model.terms]


def arms(rows: Patients) -> tuple[list[int], list[bool], pd.DataFrame]:
    """Return times, events and the design of patients."""
    time, event, arm, age = (list(column) for column in zip(*rows, strict=True))
    return time, event, pd.DataFrame({"arm": arm, "age": age})


# ---- a second implementation ---------------------------------------------------------------------------------------


def test_lifelines_finds_the_same_model() -> None:
    """An independent implementation, lifelines' own fitter, comes to the same coefficients and standard errors."""
    from lifelines import CoxPHFitter

    soldiers = veteran()
    model = cox_regression(soldiers["time"], soldiers["event"], soldiers[VETERAN])
    with np.errstate(all="ignore"):
        fitter = CoxPHFitter().fit(soldiers[["time", "event", *VETERAN]], "time", "event")
    assert coefs(model) == pytest.approx(fitter.params_.tolist(), rel=1e-4)
    assert errors(model) == pytest.approx(fitter.standard_errors_.tolist(), rel=1e-4)
    assert model.log_likelihood == pytest.approx(fitter.log_likelihood_, rel=1e-9)


# ---- what cannot be estimated --------------------------------------------------------------------------------------


def test_an_arm_without_events_has_no_hazard_ratio_but_the_other_terms_have() -> None:
    """A coefficient without end is a reason, not a huge number; the other terms are estimated at that limit."""
    frame = awkward("arm_without_events")
    design = pd.DataFrame({"arm": (frame["group"] == "b") * 1, "x": frame["x"]})
    model = cox_regression(frame["time"], frame["event"], design)
    arm, x = model.terms
    assert (arm.estimate, arm.conf_low, arm.p_value, arm.reason) == (None, None, None, DIVERGES)
    assert (x.reason, model.parameters) == (None, 2)
    tests = proportional_hazards_test(frame["time"], frame["event"], design)
    assert {test.reason for test in tests} == {f"a hazard ratio {DIVERGES}"}


def test_complete_separation_is_recognised() -> None:
    """A marker that orders the events perfectly, and two columns that do so together, have no finite coefficient."""
    time = [1, 2, 3, 4, 5, 6]
    alone = cox_regression(time, [1] * 6, pd.DataFrame({"marker": [9, 8, 5, 4, 2, 1]}))
    assert [term.reason for term in alone.terms] == [DIVERGES]
    pair = pd.DataFrame({"a": [5, 1, 4, 0, 3, -1], "b": [4, 7, 1, 4, -2, 1]})  # a + b falls with time
    assert [term.reason for term in cox_regression(time, [1] * 6, pair).terms] == [DIVERGES, DIVERGES]


def test_columns_that_say_nothing_are_set_aside() -> None:
    """Constant, dependent and never-varying columns have a reason each; the others are estimated as without them."""
    frame = cohort()
    design = frame[["treated"]].assign(
        constant=0.1,
        twice=2 * frame["treated"] + 1,
        age=frame["age_at_diagnosis"],
        early=(frame["os"] == frame["os"].min()) * 0.0,
    )
    model = cox_regression(frame["os"], frame["death"], design)
    assert [term.reason for term in model.terms] == [
        None,
        "the same value in all patients",
        "determined by the terms before it",
        None,
        "the same value in all patients",
    ]
    alone = cox_regression(frame["os"], frame["death"], design[["treated", "age"]])
    assert (model.terms[0], model.terms[3]) == alone.terms
    assert model.parameters == alone.parameters == 2
    nothing = likelihood_ratio_test(alone, model)
    assert (nothing.p_value, nothing.reason) == (None, "the larger model adds nothing that can be estimated")

    gone = cox_regression([1, 2, 3, 4], [0, 1, 1, 0], pd.DataFrame({"x": [5, 1, 1, 1]}))
    assert gone.terms[0].reason == "the same value in all patients at risk whenever an event occurs"


def test_covariates_that_are_almost_collinear_are_both_estimated() -> None:
    """Correlated at 0.99999999999 two columns are still two, as in R: they give what the plain columns give."""
    # v <- veteran; v$b <- v$karno + 1e-5 * v$age; control <- coxph.control(eps = 1e-12)
    # fit <- coxph(Surv(time, status) ~ karno + b, v, control = control); coef(fit); sqrt(diag(vcov(fit)))
    soldiers = veteran()
    soldiers["b"] = soldiers["karno"] + 1e-5 * soldiers["age"]
    assert 1 - np.corrcoef(soldiers["karno"], soldiers["b"])[0, 1] == pytest.approx(1.37e-11, rel=0.01)
    model = cox_regression(soldiers["time"], soldiers["event"], soldiers[["karno", "b"]])
    assert coefs(model) == pytest.approx([239.129910397, -239.163617231], rel=1e-6)
    assert errors(model) == pytest.approx([907.7153, 907.7164], rel=1e-4)  # half of the digits are lost, in R as here
    plain = cox_regression(soldiers["time"], soldiers["event"], soldiers[["karno", "age"]])
    assert model.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-12)
    assert model.terms[1].coef == pytest.approx(1e5 * (plain.terms[1].coef or 0), rel=1e-6)

    soldiers["b"] = soldiers["karno"] + 1e-7 * soldiers["age"]  # R gives NA
    model = cox_regression(soldiers["time"], soldiers["event"], soldiers[["karno", "b"]])
    assert [term.reason for term in model.terms] == [None, "determined by the terms before it"]


def test_too_few_events_fit_no_model() -> None:
    """Without events, or with fewer than there are terms, each term says so, and the tests that need the model too."""
    time, design = [3, 1, 4, 2], pd.DataFrame({"a": [1, 0, 1, 0], "b": [1.5, 0.5, 2, 4]})
    for event, reason in ([0, 0, 0, 0], "no events"), ([0, 1, 0, 0], "fewer events (1) than terms (2)"):
        model = cox_regression(time, event, design)
        assert [term.reason for term in model.terms] == [reason, reason]
        assert (model.reason, model.log_likelihood, model.events) == (reason, None, sum(event))
        assert {test.reason for test in proportional_hazards_test(time, event, design)} == {reason}
        larger = likelihood_ratio_test(cox_regression(time, event, design[["a"]]), model)
        assert (larger.statistic, larger.p_value) == (None, None)
        assert larger.reason


def test_one_event_time_cannot_show_a_change_with_time() -> None:
    """Where all events fall on one day there is no test of proportional hazards."""
    design = pd.DataFrame({"x": [1.0, 0, 1, 0, 0]})
    tests = proportional_hazards_test([2, 2, 2, 3, 3], [1, 1, 0, 0, 0], design)
    assert [(test.statistic, test.reason) for test in tests] == [(None, "too few event times")] * 2


def test_a_unit_too_small_for_its_hazard_ratio_is_named() -> None:
    """A covariate in units so large that exp(coefficient) overflows gives a reason, not infinity."""
    frame = ovarian()
    (term,) = cox_regression(frame["time"], frame["event"], frame[["age"]] * 1e-6).terms
    assert (term.estimate, term.conf_high) == (None, None)
    assert term.reason == "too large for a number; give the variable in a smaller unit"
    assert term.p_value == pytest.approx(0.00115, abs=5e-5)
    (term,) = cox_regression(frame["time"], frame["event"], frame[["age"]] * -1e-6).terms
    assert (term.estimate, term.conf_low, term.conf_high) == (None, None, None)
    assert term.reason == "too close to 0 for a number; give the variable in a smaller unit"
    assert term.p_value == pytest.approx(0.00115, abs=5e-5)


def test_difficult_fits_warn_nobody() -> None:
    """Separation, an enormous scale and an outlier raise no warning and no exception."""
    time, event = [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 0, 1, 1, 1, 0, 1]
    designs = [[0, 0, 1, 0, 0, 0, 1, 0], [1e12, 2e12, 1e12, 5e12, 3e12, 1e12, 1e12, 4e12], [0, 0, 0, 0, 0, 0, 0, 1e9]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for values in designs:
            (term,) = cox_regression(time, event, pd.DataFrame({"x": values})).terms
            assert (term.estimate is None) == (term.reason is not None)


# ---- bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, np.nan, 2.0], "covariate 'age' is missing or not a finite number in row 2"),
        (["x", 1, "y"], "covariate 'age' is missing or not a finite number in rows 1 and 3"),
        ([1.0, 2.0], "follow-up time has 3 values, covariate 'age' has 2"),
    ],
)
def test_bad_covariates_are_refused_with_their_rows(values: list[object], message: str) -> None:
    """A covariate that is missing, text or of another length is one error that names it."""
    with pytest.raises(DataError) as caught:
        cox_regression([1, 2, 3], [1, 0, 1], pd.DataFrame({"age": values}))
    assert message in str(caught.value)


def test_models_that_cannot_be_compared_and_unknown_columns_are_refused() -> None:
    """Other patients, the wrong order, or a term of no column is an error in the code that calls, and says so."""
    frame = cohort()
    one = cox_regression(frame["os"], frame["death"], frame[["treated"]])
    two = cox_regression(frame["os"], frame["death"], frame[["treated", "elderly"]])
    with pytest.raises(ValueError, match="smaller model first"):
        likelihood_ratio_test(two, one)
    with pytest.raises(ValueError, match="same patients"):
        likelihood_ratio_test(cox_regression(frame["pfs"], frame["progression"], frame[["treated"]]), two)
    with pytest.raises(ValueError, match="no covariate agee; the columns are treated"):
        proportional_hazards_test(frame["os"], frame["death"], frame[["treated"]], terms={"age": ["agee"]})


# ---- properties ----------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(patients, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_bit(rows: Patients, shuffler: random.Random) -> None:
    """The same patients in another order give exactly the same model."""
    assert cox_regression(*arms(shuffler.sample(rows, len(rows)))) == cox_regression(*arms(rows))


@settings(deadline=None)
@given(patients)
def test_swapping_the_arms_inverts_the_hazard_ratio(rows: Patients) -> None:
    """Arm B against A is the inverse of A against B, limits exchanged, P value and likelihood the same."""
    time, event, design = arms(rows)
    (there, age), (back, age_too) = (
        cox_regression(time, event, each).terms for each in (design, design.assign(arm=1 - design["arm"]))
    )
    assert (there.reason is None) == (back.reason is None)
    assert age.coef == (None if age_too.coef is None else pytest.approx(age_too.coef, rel=1e-6, abs=1e-9))
    assume(there.estimate and back.estimate and there.conf_low and there.conf_high and back.conf_low)
    assert there.estimate == pytest.approx(1 / back.estimate, rel=1e-6)
    assert there.conf_high == pytest.approx(1 / back.conf_low, rel=1e-6)
    assert there.p_value == pytest.approx(back.p_value, rel=1e-6)


@settings(deadline=None)
@given(patients, st.sampled_from([1 / 365.25, 1 / 30, 12.0]))
def test_the_unit_of_time_does_not_matter(rows: Patients, factor: float) -> None:
    """Only the order of the times enters: in another unit the model is exactly the same."""
    time, event, design = arms(rows)
    assert cox_regression(np.array(time) * factor, event, design) == cox_regression(time, event, design)


@settings(deadline=None)
@given(patients)
def test_the_likelihood_is_at_its_maximum(rows: Patients) -> None:
    """A larger model never fits worse, and each term has either its numbers or a reason."""
    time, event, design = arms(rows)
    models = [cox_regression(time, event, design[names]) for names in ([], ["arm"], ["arm", "age"])]
    for model in models:
        assert all((term.estimate is None) == (term.reason is not None) for term in model.terms)
    likelihoods = [model.log_likelihood for model in models if model.log_likelihood is not None]
    assert all(later >= earlier - 1e-8 for earlier, later in pairwise(likelihoods))


def test_nothing_global_is_changed() -> None:
    """NumPy's error handling and random state, and the frame, are after a fit what they were before."""
    frame = veteran()
    before, state = frame.copy(), np.random.get_state()[1].tolist()  # type: ignore[index,union-attr]
    with np.errstate(divide="raise", invalid="warn", over="print", under="ignore"):
        settings_before = np.geterr()
        cox_regression(frame["time"], frame["event"], frame[VETERAN])
        proportional_hazards_test(frame["time"], frame["event"], frame[VETERAN])
        assert np.geterr() == settings_before
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index,union-attr]
    pd.testing.assert_frame_equal(frame, before)
