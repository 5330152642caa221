"""Logistic, modified Poisson and linear regression: an estimate or a reason, whatever the order of rows and the units.

That the numbers are R's is held by test_outcome_reference.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_cohorts import read

from lockstep.base.errors import DataError
from lockstep.regression.generalised_linear import logistic_regression, modified_poisson_regression
from lockstep.regression.likelihood_ratio import likelihood_ratio_test
from lockstep.regression.linear import linear_regression
from lockstep.regression.regression import RegressionModel
from lockstep.regression.wald import wald_test
from lockstep.statistics.proportions import EventCount, odds_ratio, risk_ratio

Fit = Callable[..., RegressionModel]
FITS: tuple[Fit, ...] = (logistic_regression, modified_poisson_regression, linear_regression)
SEPARATED = "tends to infinity (a level without events or with events only, or complete separation)"

patients = st.lists(st.tuples(st.booleans(), st.integers(0, 1), st.integers(20, 80)), min_size=4, max_size=40)
"""Outcome, arm and age of each patient."""


def split(rows: list[tuple[bool, int, int]]) -> tuple[list[float], pd.DataFrame]:
    """Return outcome and design of patients."""
    outcome, arm, age = (list(column) for column in zip(*rows, strict=True))
    return [float(value) for value in outcome], pd.DataFrame({"arm": arm, "age": age})


def numbers(model: RegressionModel) -> list[float | None]:
    """Return coefficients and standard errors of a model."""
    return [value for term in model.terms for value in (term.coef, term.se)]


def colon() -> tuple[pd.Series[float], pd.DataFrame]:
    """Return the outcome and a design of the public data set colon."""
    frame = read("colon").dropna()
    return frame["event"], pd.DataFrame({"nodes": frame["nodes"], "levamisole": (frame["rx"] == "lev") * 1.0})


# ---- what cannot be estimated --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fit", FITS)
def test_columns_that_say_nothing_are_set_aside(fit: Fit) -> None:
    """Constant and dependent columns have a reason each; the others are estimated as without them."""
    outcome, design = colon()
    more = design.assign(constant=0.1, twice=2 * design["nodes"] + 1, other=np.arange(len(design)) % 7)
    model = fit(outcome, more)
    reasons = [None, None, "the same value in all patients", "determined by the terms before it", None]
    assert [term.reason for term in model.terms] == reasons
    alone = fit(outcome, more[["nodes", "levamisole", "other"]])
    assert [model.terms[0], model.terms[1], model.terms[4]] == list(alone.terms)
    assert model.parameters == alone.parameters == 3
    test = wald_test(model, ["constant", "twice"])
    assert (test.p_value, test.df, test.reason) == (None, 0, "none of its terms can be estimated")


@pytest.mark.parametrize("fit", FITS[:2])
def test_one_outcome_in_all_patients_fits_no_model(fit: Fit) -> None:
    """Without events, with events only, or with fewer than terms, each term says so."""
    design = pd.DataFrame({"a": [1, 0, 1, 0, 1], "b": [1.5, 0.5, 2, 4, 3]})
    for outcome, reason in (
        ([0] * 5, "no events"),
        ([1] * 5, "all patients have the event"),
        ([0, 1, 0, 0, 0], "fewer events (1) than terms (2)"),
        ([1, 1, 0, 1, 1], "fewer patients without the event (1) than terms (2)"),
    ):
        model = fit(outcome, design)
        assert [term.reason for term in model.terms] == [reason, reason]
        assert (model.reason, model.log_likelihood, model.parameters) == (reason, None, 0)
        assert (model.fitted, model.events_per_parameter) == (None, None)
        assert wald_test(model, ["a", "b"]).reason == reason


def test_separation_is_a_reason_and_the_other_terms_are_estimated() -> None:
    """A level without events has no odds ratio, not a huge one; what remains is as if its patients were left out."""
    outcome, design = colon()
    never = (np.arange(len(design)) % 50 == 0) & (outcome == 0)
    model = logistic_regression(outcome, design.assign(never=never * 1.0))
    assert [term.reason for term in model.terms] == [None, None, SEPARATED]
    rest = logistic_regression(outcome[~never], design[~never])
    assert numbers(model)[:4] == pytest.approx(numbers(rest), rel=1e-6)
    assert model.log_likelihood == pytest.approx(rest.log_likelihood, rel=1e-9)
    robust = logistic_regression(outcome, design.assign(never=never * 1.0), robust=True)
    assert numbers(robust)[:4] == pytest.approx(
        numbers(logistic_regression(outcome[~never], design[~never], robust=True)), rel=1e-6
    )
    # The likelihood ratio of the level exists all the same: the likelihood has a limit.
    test = likelihood_ratio_test(logistic_regression(outcome, design), model)
    assert (test.df, test.reason) == (1, None)
    assert test.p_value is not None
    assert test.p_value < 0.05


def test_separation_at_several_rates_is_a_reason() -> None:
    """Where some coefficients grow so much faster than others that the fit breaks off, the reason names separation."""
    steep = pd.DataFrame({"arm": [1, 0, 1, 0], "age": [21, 27, 20, 20]})
    for term in logistic_regression([0, 0, 1, 1], steep).terms:
        assert term.coef is None
        assert "separation" in str(term.reason)


def test_complete_separation_has_an_area_of_1_and_no_odds_ratio() -> None:
    """A marker that separates the outcomes has no finite coefficient; what it predicts is perfect."""
    model = logistic_regression([0, 0, 0, 1, 1, 1], pd.DataFrame({"marker": [1, 2, 3, 4, 5, 6]}))
    assert [term.reason for term in model.terms] == [SEPARATED]
    assert model.auc is not None
    assert (model.auc.value, model.auc.conf_low) == (1.0, None)
    assert model.fitted == pytest.approx([0, 0, 0, 1, 1, 1], abs=1e-6)


def test_a_number_that_leaves_nothing_to_estimate_has_a_reason() -> None:
    """One value for all, an exact line, too few patients: no difference, and no warning of NumPy."""
    design = pd.DataFrame({"x": [1.0, 2, 3, 4]})
    for outcome, columns, reason in (
        ([5, 5, 5, 5], design, "the outcome is the same in all patients"),
        ([2, 4, 6, 8], design, "the terms determine the outcome exactly"),
        ([1, 3], design[:2], "too few patients (2) for 2 coefficients, the intercept among them"),
        ([1], design[:1], "the outcome is the same in all patients"),
    ):
        model = linear_regression(outcome, columns)
        assert model.terms[0].estimate is None
        assert {reason, "the same value in all patients"} >= {term.reason for term in model.terms}
    lonely = pd.DataFrame({"lonely": [1.0, 0, 0, 0, 0]})
    assert linear_regression([3, 1, 2, 4, 3], lonely).terms[0].reason is None
    alone = linear_regression([3, 1, 2, 4, 3], lonely, robust=True).terms[0]
    assert alone.reason == "a robust variance needs more than one patient of each combination of levels"


@pytest.mark.parametrize("fit", FITS)
def test_clusters_must_be_several(fit: Fit) -> None:
    """One cluster has no variance; fewer than the levels of a factor do not test it as a whole."""
    outcome, design = colon()
    one = fit(outcome, design, cluster=np.zeros(len(design)))
    assert {term.reason for term in one.terms} == {"fewer than two clusters"}
    two = fit(outcome, design, cluster=np.arange(len(design)) % 2)
    assert two.clusters == 2
    assert wald_test(two, ["nodes", "levamisole"]).reason == "too few clusters for a test of so many terms at once"


@pytest.mark.parametrize("fit", FITS)
def test_a_robust_variance_of_nothing_is_a_reason(fit: Fit) -> None:
    """Where clusters are the arms themselves nothing departs from the model, and rounding is no standard error."""
    arm = [0, 0, 0, 1, 1, 1, 1]
    model = fit([0, 1, 1, 0, 0, 1, 0], pd.DataFrame({"arm": arm}), cluster=arm)
    assert str(model.terms[0].reason).startswith("its robust variance is 0")


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    ("outcome", "given", "message"),
    [
        ([], {}, "outcome is empty"),
        ([0, None, 1], {}, "outcome is missing or not a finite number in row 2"),
        ([0, 1], {}, "outcome has 2 values, x has 3"),
        ([0, 1, 1], {"weights": [1, 0, 1]}, "weight is not more than 0 in row 2"),
        ([0, 1, 1], {"cluster": ["a", None, "b"]}, "cluster is missing in row 2"),
        ([0, 1, 1], {"cluster": ["a", "b"]}, "outcome has 3 values, cluster has 2"),
    ],
)
def test_bad_input_is_refused_with_its_rows(fit: Fit, outcome: Any, given: Any, message: str) -> None:
    """Missing values, lengths that differ and weights of nothing are one error that names them."""
    with pytest.raises(DataError, match=message):
        fit(outcome, pd.DataFrame({"x": [1, 2, 4]}), **given)


# ---- what the numbers mean -----------------------------------------------------------------------------------------


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30))
def test_a_model_of_two_groups_is_the_cross_table(a: int, b: int, c: int, d: int) -> None:
    """Logistic regression of a group has Woolf's odds ratio and interval, modified Poisson Katz's risk ratio."""
    outcome = [1] * a + [0] * b + [1] * c + [0] * d
    design = pd.DataFrame({"group": [1] * (a + b) + [0] * (c + d)})
    for fit, compare in ((logistic_regression, odds_ratio), (modified_poisson_regression, risk_ratio)):
        term, expected = fit(outcome, design).terms[0], compare(EventCount(a, a + b), EventCount(c, c + d))
        assert (term.estimate, term.conf_low, term.conf_high) == pytest.approx(
            (expected.value, expected.conf_low, expected.conf_high), rel=1e-6
        )


@settings(deadline=None)
@given(patients, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(rows: list[tuple[bool, int, int]], random: Any) -> None:
    """Shuffled patients, with weights and clusters, give the same model, to the last bit."""
    shuffled = random.sample(rows, len(rows))
    for fit in FITS:
        models = [
            fit(*split(order), weights=[1 + age % 3 for *_, age in order], cluster=[age % 5 for *_, age in order])
            for order in (rows, shuffled)
        ]
        assert models[0] == models[1]


@settings(deadline=None)
@given(patients)
def test_turning_the_reference_inverts_ratios_and_negates_differences(rows: list[tuple[bool, int, int]]) -> None:
    """With the other arm as reference the coefficient has the other sign, and the age's stays."""
    outcome, design = split(rows)
    for fit in FITS:
        there, back = fit(outcome, design), fit(outcome, design.assign(arm=1 - design["arm"]))
        for term, turned, sign in zip(there.terms, back.terms, (-1, 1), strict=True):
            if term.coef is not None and turned.coef is not None:
                assert term.coef == pytest.approx(sign * turned.coef, rel=1e-6, abs=1e-9)
                assert term.se == pytest.approx(turned.se, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("fit", FITS)
def test_units_of_a_covariate_change_its_coefficient_only(fit: Fit) -> None:
    """In thousandths, or far from zero, a covariate says the same: the P values stay."""
    outcome, design = colon()
    plain = fit(outcome, design)
    other = fit(outcome, design.assign(nodes=1e3 * design["nodes"] + 1e8))
    assert other.terms[0].coef == pytest.approx((plain.terms[0].coef or 0) / 1e3, rel=1e-6)
    assert [term.p_value for term in other.terms] == pytest.approx([term.p_value for term in plain.terms], rel=1e-5)
    tiny = fit(outcome, design.assign(nodes=1e-9 * design["nodes"])).terms[0]
    if fit is not linear_regression:
        assert (tiny.estimate, tiny.reason) == (None, "too large for a number; give the variable in a smaller unit")
    assert tiny.p_value == pytest.approx(plain.terms[0].p_value, rel=1e-5)


@pytest.mark.parametrize("fit", FITS)
def test_whole_weights_are_so_many_patients(fit: Fit) -> None:
    """A weight of 3 estimates what three equal patients do; the robust variance knows that they are one."""
    outcome, design = colon()
    weights = np.arange(len(design)) % 3 + 1
    times = np.repeat(np.arange(len(design)), weights)
    weighted, repeated = fit(outcome, design, weights=weights), fit(outcome.iloc[times], design.iloc[times])
    coefs = [[term.coef for term in model.terms] for model in (weighted, repeated)]
    assert coefs[0] == pytest.approx(coefs[1], rel=1e-9)
    as_clusters = fit(outcome.iloc[times], design.iloc[times], cluster=times)
    alone = fit(outcome, design, weights=weights, cluster=np.arange(len(design)))
    if fit is not linear_regression:  # whose factor counts rows
        assert numbers(alone) == pytest.approx(numbers(as_clusters), rel=1e-9)


def test_fitted_values_are_in_the_order_of_the_data() -> None:
    """Predictions of logistic and linear models have the outcome's mean, patient by patient where they were."""
    outcome, design = colon()
    for fit in (logistic_regression, linear_regression):
        model = fit(outcome, design)
        assert model.fitted is not None
        assert model.fitted.mean() == pytest.approx(outcome.mean(), rel=1e-9)
        slopes = [term.coef for term in model.terms]
        predictor = design.to_numpy(dtype=float) @ np.array(slopes)
        assert np.corrcoef(predictor.argsort(kind="stable").argsort(), model.fitted.argsort(kind="stable").argsort())[
            0, 1
        ] == pytest.approx(1, abs=0.01)


def test_a_model_without_covariates_has_no_term() -> None:
    """It is the mean: nothing is explained, and the area is one half."""
    outcome, design = colon()
    empty = logistic_regression(outcome, design[[]])
    assert (empty.terms, empty.parameters, empty.auc.value if empty.auc else None) == ((), 0, 0.5)
    assert linear_regression(outcome, design[[]]).r_squared == pytest.approx(0, abs=1e-12)
    test = likelihood_ratio_test(empty, logistic_regression(outcome, design))
    assert (test.df, test.reason) == (2, None)


def test_nothing_is_warned_of_and_events_per_parameter_are_those_of_the_rarer_outcome() -> None:
    """Huge and separated values raise no warning; events per parameter count whichever outcome is rarer."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for fit in FITS:
            fit([0, 1, 0, 1, 1, 1], pd.DataFrame({"x": [1e12, 2e12, 1.5e12, 3e12, 2e12, -1e12]}))
            fit([0, 0, 0, 1, 1, 1], pd.DataFrame({"x": [1, 2, 3, 4, 5, 6]}))
    model = logistic_regression([0, 1, 0, 1, 1, 1, 1], pd.DataFrame({"x": [3, 1, 4, 1, 5, 9, 2]}))
    assert model.events_per_parameter == 2.0


def test_statsmodels_finds_the_same_models() -> None:
    """An independent implementation comes to the same coefficients and standard errors."""
    import statsmodels.api as sm

    outcome, design = colon()
    x = sm.add_constant(design)
    fits = (
        (logistic_regression(outcome, design), sm.GLM(outcome, x, family=sm.families.Binomial()).fit(tol=1e-12)),
        (linear_regression(outcome, design, robust=True), sm.OLS(outcome, x).fit(cov_type="HC3")),
        (
            modified_poisson_regression(outcome, design),
            sm.GLM(outcome, x, family=sm.families.Poisson()).fit(tol=1e-12, cov_type="HC0"),
        ),
    )
    for found, fitted in fits:
        assert [term.coef for term in found.terms] == pytest.approx(fitted.params.tolist()[1:], rel=1e-6)
        assert [term.se for term in found.terms] == pytest.approx(fitted.bse.tolist()[1:], rel=1e-6)
