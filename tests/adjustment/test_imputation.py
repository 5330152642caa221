"""Imputed data sets and pooled estimates: what stays, what the same seed gives again, and data that cannot be imputed.

That pooled estimates are those of mice is held by test_adjustment_packages.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_cohorts import read

from lockstep.adjustment.imputation import Imputation, impute, nelson_aalen
from lockstep.adjustment.pooling import pool, pooled_terms, pooled_wald_test
from lockstep.base.errors import DataError
from lockstep.regression.linear import linear_regression
from lockstep.regression.regression import RegressionModel

cells = st.tuples(
    st.one_of(st.none(), st.integers(20, 80)),
    st.one_of(st.none(), st.sampled_from(["f", "m", "$x$ <b>"])),
    st.one_of(st.none(), st.booleans()),
    st.floats(-5, 5),
)
frames = st.lists(cells, min_size=2, max_size=15).map(
    lambda drawn: pd.DataFrame([(50, "f", True, 0.0), *drawn], columns=["age", "sex", "smoker", "score"])
)


def texts(found: Imputation) -> list[str]:
    """Return the data sets as text, by patient."""
    return [each.sort_index()[sorted(each)].to_csv() for each in found.completed]


@given(frames, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_neither_order_of_rows_nor_of_columns_matters(frame: pd.DataFrame, random: Any) -> None:
    """To the byte: each patient gets the same values; what was there stays, and nothing is missing any more."""
    found = impute(frame, patient=frame.index, seed=7, sets=2, iterations=2)
    rows = random.sample(range(len(frame)), len(frame))
    shuffled = frame.iloc[rows][random.sample(list(frame.columns), 4)]
    assert texts(impute(shuffled, patient=shuffled.index, seed=7, sets=2, iterations=2)) == texts(found)
    for each in found.completed:
        assert not each.isna().any(axis=None)
        assert list(each.columns) == list(frame.columns)
        for name, column in frame.items():
            known = column.notna()
            assert each.loc[known, name].tolist() == column[known].tolist()
            assert set(each[name]) <= set(column[known]), "a value that nobody has"


@pytest.fixture(scope="module")
def livers() -> pd.DataFrame:
    """Return 200 patients of whom some have missing numbers and categories."""
    frame = read("imputed")
    frame = frame[frame["set"] == 1].reset_index(drop=True)
    at = np.arange(len(frame))
    return frame.assign(
        albumin=frame["albumin"].where(at % 5 != 1),
        chol=frame["chol"].where(at % 7 != 3),
        late=frame["late"].map({0: "no", 1: "yes"}).where(at % 6 != 2),
        third=pd.Series(np.array(["low", "middle", "high"])[(frame["copper"] // 60).clip(0, 2).astype(int)]).where(
            at % 4 != 0
        ),
    )[["time", "event", "age", "albumin", "chol", "spiders", "late", "third"]]


def completed(frame: pd.DataFrame, **options: Any) -> Imputation:
    """Return imputed data sets for a survival analysis."""
    return impute(
        frame.drop(columns=["time", "event"]),
        patient=frame.index,
        time=frame["time"],
        event=frame["event"],
        **({"seed": 20, "sets": 3} | options),
    )


def test_a_seed_gives_the_same_bytes_on_every_machine(livers: pd.DataFrame) -> None:
    """The sets are those of the committed digest; another seed gives others, more sets begin with the same."""
    found = completed(livers)
    digest = hashlib.sha256("".join(texts(found)).encode()).hexdigest()
    assert digest == "133b26584a277e691976ff31fa85ea59f0b3f9b5144e1b9a7b08f367c9d79cff"
    assert texts(completed(livers, sets=4))[:3] == texts(found)
    assert texts(completed(livers, seed=21)) != texts(found)
    assert len(set(texts(found))) == 3


def test_models_and_counts_of_missing_values_are_said(livers: pd.DataFrame) -> None:
    """Of each variable that had missing values, by its kind."""
    found = completed(livers, sets=2, iterations=1)
    assert found.missing == {"albumin": 40, "chol": 29, "late": 33, "third": 50}
    assert found.models == {
        "albumin": "predictive mean matching",
        "chol": "predictive mean matching",
        "late": "logistic regression",
        "third": "multinomial regression",
    }


def test_values_missing_by_another_are_recovered() -> None:
    """Where the outcome decides what is missing, complete cases are biased, and pooled estimates are not."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=1500)
    y = x + rng.normal(size=1500)
    frame = pd.DataFrame({"x": np.where((y > 0) & (rng.random(1500) < 0.8), np.nan, x), "y": y})
    known = frame.dropna()
    complete_cases = linear_regression(known["y"], known[["x"]]).terms[0].estimate
    found = impute(frame, patient=frame.index, seed=1, sets=10, iterations=3)
    pooled = pooled_terms([linear_regression(each["y"], each[["x"]]) for each in found.completed], df_complete=1498)[0]
    assert complete_cases is not None
    assert complete_cases < 0.85
    assert pooled.estimate is not None
    assert abs(pooled.estimate - 1) < 0.1
    assert pooled.missing_information is not None
    assert 0.1 < pooled.missing_information < 0.9


def test_an_association_with_a_category_is_kept() -> None:
    """Levels are imputed by what goes with them, two and three of them, and not by chance alone."""
    x = np.tile([0.0, 1.0, 2.0], 200)
    kind = np.array(["a", "b", "c"])[x.astype(int)]
    frame = pd.DataFrame({"x": x, "kind": np.where(np.arange(600) % 5 == 0, None, kind)})
    for each in impute(frame, patient=frame.index, seed=3, sets=2, iterations=2).completed:
        assert (each["kind"] == kind).mean() > 0.97  # separated, and estimated


def test_separated_and_collinear_variables_are_imputed() -> None:
    """Perfect separation, a copy, a constant, a single observed value and a level of one patient stop nothing."""
    n = 40
    old = np.arange(n) % 2
    frame = pd.DataFrame(
        {
            "old": old,
            "copy": 2.0 * old,
            "same": 1.0,
            "dead": np.where(np.arange(n) % 3 == 0, None, np.where(old == 1, "yes", "no")),
            "once": [5.0, *[np.nan] * (n - 1)],
            "rare": ["only", None, *["usual"] * (n - 2)],
            "one level": ["x", None] * (n // 2),
        }
    )
    found = impute(frame, patient=frame.index, seed=1, sets=2, iterations=3)
    for each in found.completed:
        assert not each.isna().any(axis=None)
        assert set(each["once"]) == {5.0}
        assert set(each["one level"]) == {"x"}


def test_complete_data_and_one_patient_stay_as_they_are() -> None:
    """Each set is the data themselves."""
    frame = pd.DataFrame({"age": [50], "sex": ["f"]})
    found = impute(frame, patient=["p"], seed=1, sets=2)
    assert [each.equals(frame) for each in found.completed] == [True, True]
    assert found.missing == {}


def test_what_cannot_be_imputed_is_refused() -> None:
    """Variables without a value or with too many levels, patients given twice, and numbers without meaning."""
    with pytest.raises(DataError, match="variable 'age' has no value in any patient; it cannot be imputed"):
        impute(pd.DataFrame({"age": [None, None]}), patient=[1, 2], seed=1)
    with pytest.raises(DataError, match="variable 'id' has 40 levels; at most 30 can be imputed"):
        impute(pd.DataFrame({"id": [f"p{i}" for i in range(40)]}), patient=range(40), seed=1)
    with pytest.raises(DataError, match="expected each patient once"):
        impute(pd.DataFrame({"age": [1, 2]}), patient=["a", "a"], seed=1)
    with pytest.raises(DataError, match="variable 'age' is missing or not a finite number in row 1"):
        impute(pd.DataFrame({"age": [np.inf, 2]}), patient=[1, 2], seed=1)
    with pytest.raises(ValueError, match="1 sets, 10 iterations, 5 donors; expected 2, 1 and 1 or more"):
        impute(pd.DataFrame({"age": [1, 2]}), patient=[1, 2], seed=1, sets=1)


def test_the_hazard_of_delayed_entry_is_that_under_observation() -> None:
    """Counted by hand; who never was at risk adds nothing and has none."""
    time, event, entry = [3, 5, 5, 8, 2], [1, 1, 0, 1, 1], [0, 0, 4, 3, 2]
    found = nelson_aalen(time, event, entry=entry)
    # At risk: 2 at time 3 (the fourth enters then), 3 at time 5, 1 at time 8.
    assert found == pytest.approx([1 / 2, 1 / 2 + 1 / 3, 1 / 3, 1 / 3 + 1, 0])
    assert nelson_aalen(time, event, entry=[0] * 5) == pytest.approx(nelson_aalen(time, event))


# ---- pooling -------------------------------------------------------------------------------------------------------

estimates = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 2)), min_size=2, max_size=20)


@given(estimates, st.one_of(st.just(np.inf), st.floats(1, 1e6)))
def test_pooling_widens_and_never_narrows(drawn: list[tuple[float, float]], complete: float) -> None:
    """The variance is no smaller than the mean one, nor are degrees of freedom more than those of complete data."""
    found = pool([coef for coef, _ in drawn], [se for _, se in drawn], df_complete=complete)
    assert found.se is not None
    assert found.df is not None
    assert found.missing_information is not None
    assert found.se**2 >= np.mean([se**2 for _, se in drawn]) * (1 - 1e-9)
    assert 0 < found.df <= complete
    assert 0 <= found.missing_information <= 1
    ratio = pool([coef for coef, _ in drawn], [se for _, se in drawn], df_complete=complete, exponentiate=True)
    assert ratio.p_value == found.p_value
    assert ratio.estimate == pytest.approx(np.exp(found.coef))


def test_a_term_that_one_set_cannot_estimate_has_a_reason() -> None:
    """It says in how many; the other terms are pooled."""
    age = [61.0, 70, 55, 48, 66, 59]
    frames = [pd.DataFrame({"age": age, "x": x}) for x in ([1, 0, 0, 1, 0, 1], [1, 1, 1, 1, 1, 1])]
    first, second = pooled_terms([linear_regression([4, 7, 3, 2, 6, 3], each) for each in frames])
    assert first.estimate is not None
    assert (second.estimate, second.reason) == (None, "not estimable in 1 of 2 imputed data sets")


def test_one_set_and_other_models_are_refused() -> None:
    """Nothing can be pooled of one data set, nor of models with other terms."""
    with pytest.raises(ValueError, match="1 estimates with 1 standard errors; expected one each of two data sets"):
        pool([1.0], [0.1])
    age = pd.DataFrame({"age": [61.0, 70, 55, 48]})
    one, other = (linear_regression([4, 7, 3, 2], each) for each in (age, age.rename(columns={"age": "bmi"})))
    with pytest.raises(ValueError, match="models with other terms; expected age of each"):
        pooled_terms([one, other])


def test_several_terms_are_tested_where_all_sets_estimate_them() -> None:
    """A term that one set cannot estimate has a reason, one that none can does not count; few patients have a test."""
    age, y = [61.0, 70, 55, 48, 66, 59], [4, 7, 3, 2, 6, 3]
    x, same = [1, 0, 0, 1, 0, 1], [1] * 6

    def models(*columns: list[int]) -> list[RegressionModel]:
        return [linear_regression(y, pd.DataFrame({"age": age, "x": column})) for column in columns]

    lacking = pooled_wald_test(models(x, same), ["age", "x"])
    assert (lacking.statistic, lacking.reason) == (None, "not estimable in 1 of 2 imputed data sets")
    never = pooled_wald_test(models(same, same), ["x"])
    assert (never.statistic, never.df, never.reason) == (None, 0, "none of its terms can be estimated")
    assert pooled_wald_test(models(same, same), ["age", "x"], df_complete=3).df == 1
    several = pooled_wald_test(models(x, x[::-1], x, x[::-1]), ["age", "x"], df_complete=3)
    assert several.p_value is not None
    assert several.df_residual is not None
    assert 0 < several.df_residual <= 3
    with pytest.raises(ValueError, match="no covariate bmi; the columns are age, x"):
        pooled_wald_test(models(x, x), ["bmi"])
    with pytest.raises(ValueError, match="1 model; expected one of each of two data sets or more"):
        pooled_wald_test(models(x), ["x"])


def test_one_term_alone_is_tested_as_it_is_pooled() -> None:
    """The statistic is the square of the pooled t where nothing varies between sets."""
    age = pd.DataFrame({"age": [61.0, 70, 55, 48, 66, 59]})
    models = [linear_regression([4, 7, 3, 2, 6, 3], age)] * 3
    (term,) = pooled_terms(models)
    test = pooled_wald_test(models, ["age"])
    assert term.coef is not None
    assert term.se is not None
    assert test.statistic == pytest.approx((term.coef / term.se) ** 2)
