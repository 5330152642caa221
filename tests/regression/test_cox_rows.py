"""Cox models of rows with delayed entry, strata, weights and clusters: what they may not change, and bad input.

That the numbers are R's is held by test_cox_reference.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lockstep.base.errors import DataError
from lockstep.regression.cox import CoxModel, cox_regression
from lockstep.regression.likelihood_ratio import likelihood_ratio_test
from lockstep.regression.proportional_hazards import proportional_hazards_test
from lockstep.regression.wald import wald_test

NEVER_VARIES = "the same value in all patients at risk whenever an event occurs"
DIVERGES = "tends to infinity (a level without events, or complete separation)"

Rows = list[tuple[int, int, bool, int, int, str, float, int]]
a_row = st.tuples(
    st.integers(0, 8),
    st.integers(1, 6),
    st.booleans(),
    st.integers(0, 1),
    st.integers(20, 80),
    st.sampled_from(["north", "south", "$x^2$"]),
    st.sampled_from([0.25, 1.0, 1.7, 40.0]),
    st.integers(0, 5),
)
rows = st.lists(a_row, min_size=6, max_size=40)
"""Entry, length, event, arm, age, center, weight and hospital of each row; few distinct times make many ties."""


def columns(drawn: Rows) -> pd.DataFrame:
    """Return drawn rows as a frame."""
    frame = pd.DataFrame(drawn, columns=["entry", "time", "event", "arm", "age", "center", "weight", "hospital"])
    return frame.assign(time=frame["entry"] + frame["time"])


def given_to(frame: pd.DataFrame, *names: str) -> dict[str, Any]:
    """Return the arguments of a model: its outcome and covariates, and what `names` name."""
    places = {"entry": "entry", "strata": "center", "weights": "weight", "cluster": "hospital"}
    design = frame[["arm", "age"]].astype(float)
    return {"time": frame["time"], "event": frame["event"], "covariates": design} | {
        name: frame[places[name]] for name in names
    }


def numbers(model: CoxModel, *, errors: float = 1.0) -> list[tuple[Any, ...]]:
    """Return what a model says of each term, to compare up to rounding; `errors` multiplies standard errors."""
    return [
        (None, None, term.reason)
        if term.coef is None or term.se is None
        else (pytest.approx(term.coef, rel=1e-6, abs=1e-8), pytest.approx(term.se * errors, rel=1e-6), term.reason)
        for term in model.terms
    ]


def found(model: CoxModel) -> list[tuple[Any, ...]]:
    """Return the same as plain numbers."""
    return [(term.coef, term.se, term.reason) for term in model.terms]


def settled(*models: CoxModel) -> bool:
    """Return whether all coefficients are estimated: no rounding decides then what diverges."""
    return all(term.coef is not None and abs(term.coef) < 20 for model in models for term in model.terms)


# ---- properties ----------------------------------------------------------------------------------------------------

EVERYTHING = ("entry", "strata", "weights", "cluster")


@settings(deadline=None)
@given(rows, st.randoms(use_true_random=False), st.sampled_from([EVERYTHING, ("strata",), ("entry", "weights")]))
def test_the_order_of_the_rows_changes_no_bit_of_any_model(
    drawn: Rows, shuffler: random.Random, names: Sequence[str]
) -> None:
    """The same rows in another order give exactly the same model, whatever they hold."""
    other = columns(shuffler.sample(drawn, len(drawn)))
    assert cox_regression(**given_to(other, *names)) == cox_regression(**given_to(columns(drawn), *names))


@settings(deadline=None)
@given(rows, st.sampled_from([(), ("strata",), ("entry", "weights")]))
def test_swapping_the_arms_inverts_any_hazard_ratio(drawn: Rows, names: Sequence[str]) -> None:
    """Arm B against A is the inverse of A against B, with the same standard error."""
    frame = columns(drawn)
    there = cox_regression(**given_to(frame, *names))
    back = cox_regression(**given_to(frame.assign(arm=1 - frame["arm"]), *names))
    assume(settled(there, back))
    (coef, se, _), age = found(back)
    assert [(-(coef or 0), se, None), age] == numbers(there)


@settings(deadline=None)
@given(rows)
def test_one_stratum_and_an_entry_at_the_start_are_none(drawn: Rows) -> None:
    """All patients in one stratum, at risk from 0, each of weight 1, are a model without any of these."""
    frame = columns(drawn).assign(center="all", entry=0, weight=1.0)
    plain = cox_regression(**given_to(frame))
    assume(settled(plain))
    for names in ("strata",), ("entry",), ("strata", "entry", "weights"):
        model = cox_regression(**given_to(frame, *names))
        assert found(model) == numbers(plain)
        assert model.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-9)


@settings(deadline=None)
@given(rows, st.data())
def test_splitting_follow_up_changes_nothing(drawn: Rows, data: st.DataObject) -> None:
    """A row cut at some time into two of the same patient is the same patient: also for a robust variance."""
    frame = columns(drawn).assign(patient=range(len(drawn)))
    long = frame[frame["time"] - frame["entry"] > 1]
    assume(len(long))
    cuts = {at: data.draw(st.integers(long.at[at, "entry"] + 1, long.at[at, "time"] - 1)) for at in long.index}
    cut = pd.Series(cuts)
    early = long.assign(time=cut, event=False)
    split = pd.concat([frame.drop(index=long.index), early, long.assign(entry=cut)], ignore_index=True)
    for robust in (False, True):
        whole, parts = (
            cox_regression(**given_to(each, "entry", "strata", "weights"), patient=each["patient"], robust=robust)
            for each in (frame, split)
        )
        assert (parts.n, parts.events) == (whole.n, whole.events)
        assume(settled(whole, parts))
        assert found(parts) == numbers(whole)
        assert parts.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-9)


@settings(deadline=None)
@given(rows)
def test_a_weight_is_a_number_of_patients_who_are_not_tied(drawn: Rows) -> None:
    """A censored patient of weight 3 is three; with all weights doubled standard errors shrink by the root of 2."""
    frame = columns(drawn)
    frame["weight"] = np.where(frame["event"], 1.0, 1.0 + frame["hospital"] % 3)
    weighted = cox_regression(**given_to(frame, "entry", "strata", "weights"))
    copies = frame.loc[frame.index.repeat(frame["weight"].astype(int))]
    assume(settled(weighted))
    assert found(cox_regression(**given_to(copies, "entry", "strata"))) == numbers(weighted)
    for factor in (1e-6, 2.0, 1e9):
        scaled = cox_regression(**given_to(frame.assign(weight=factor * frame["weight"]), "entry", "strata", "weights"))
        assert found(scaled) == numbers(weighted, errors=factor**-0.5)


@settings(deadline=None)
@given(rows)
def test_copies_in_strata_of_their_own_are_more_of_the_same(drawn: Rows) -> None:
    """The patients twice, in two strata, halve the variance; where each pair is a cluster, the robust one stays."""
    frame = columns(drawn)
    twice = pd.concat([frame, frame], ignore_index=True)
    twice["center"] = np.repeat([0, 1], len(frame))
    one, two = cox_regression(**given_to(frame, "entry")), cox_regression(**given_to(twice, "entry", "strata"))
    assume(settled(one, two))
    assert found(two) == numbers(one, errors=0.5**0.5)
    pairs = cox_regression(**given_to(twice, "entry", "strata"), cluster=list(range(len(frame))) * 2)
    assert found(pairs) == numbers(cox_regression(**given_to(frame, "entry"), robust=True))


@settings(deadline=None)
@given(rows)
def test_wald_s_test_of_one_term_is_that_of_its_ratio(drawn: Rows) -> None:
    """Of one term it gives the P value of the hazard ratio; of several, one of as many degrees of freedom."""
    arguments = given_to(columns(drawn), *EVERYTHING)
    model = cox_regression(**arguments)
    assume(settled(model))
    for term in model.terms:
        assert wald_test(model, [term.term]).p_value == pytest.approx(term.p_value, rel=1e-8)
    joint = wald_test(model, ["arm", "age"])
    assert (joint.df, joint.p_value is None) == (2, joint.reason is not None)


# ---- awkward data --------------------------------------------------------------------------------------------------


def test_what_never_varies_within_a_stratum_is_named() -> None:
    """A column that strata determine has no ratio, and the others have those of the model without it."""
    frame = columns([(0, 3 + i % 4, i % 3 > 0, i % 2, 30 + 7 * i % 40, "ab"[i % 5 > 2], 1.0, i) for i in range(24)])
    frame["site"] = (frame["center"] == "a") * 0.1
    arguments = given_to(frame, "strata")
    model = cox_regression(**arguments | {"covariates": frame[["site", "arm", "age"]]})
    assert model.terms[0].reason == NEVER_VARIES
    assert model.terms[1:] == cox_regression(**arguments).terms
    assert model.strata == 2


def test_patients_who_are_never_at_risk_together_are_not_compared() -> None:
    """Where each event finds one patient at risk alone, or each patient is a stratum, nothing can be estimated."""
    entry, time, design = [0, 2, 4, 6], [2, 4, 6, 8], pd.DataFrame({"x": [1.0, 2, 3, 5]})
    assert cox_regression(time, [1] * 4, design, entry=entry).terms[0].reason == NEVER_VARIES
    assert cox_regression(time, [1] * 4, design, strata=time).terms[0].reason == NEVER_VARIES
    alone = cox_regression([5], [1], pd.DataFrame({"x": [1.0]}), entry=[2], strata=["a"], weights=[0.3], cluster=["b"])
    assert alone.terms[0].reason == "the same value in all patients"
    assert (alone.n, alone.clusters) == (1, 1)


def test_an_arm_without_events_leaves_the_others_their_robust_errors() -> None:
    """A coefficient without end has its reason; another term's robust error is the one at that limit."""
    frame = columns([(0, 1 + i % 5, i % 4 > 0, i % 2, 30 + 11 * i % 37, "a", 1.0, i % 7) for i in range(40)])
    frame["event"] &= frame["arm"] == 0
    arm, age = cox_regression(**given_to(frame, "cluster")).terms
    assert (arm.reason, age.reason) == (DIVERGES, None)
    others = frame[frame["arm"] == 0]
    (alone,) = cox_regression(**given_to(others, "cluster") | {"covariates": others[["age"]]}).terms
    assert (age.coef, age.se) == (pytest.approx(alone.coef, rel=1e-6), pytest.approx(alone.se, rel=1e-6))


def test_no_event_or_too_few_clusters_are_reasons() -> None:
    """Models without events, and a Wald test of more terms than clusters, say why there is no number."""
    frame = columns([(0, 1 + i % 5, i % 4 > 0, i % 2, 30 + 11 * i % 37, "a", 1.0, i % 2) for i in range(40)])
    nothing = cox_regression(**given_to(frame.assign(event=0), *EVERYTHING))
    assert {term.reason for term in nothing.terms} == {"no events"}
    assert wald_test(nothing, ["arm"]).reason == "no events"
    design = frame[["arm", "age"]].assign(other=frame["age"] % 5, more=frame["age"] % 3)
    model = cox_regression(**given_to(frame, "cluster") | {"covariates": design})
    assert wald_test(model, list(design)).reason == "too few clusters for a test of so many terms at once"
    assert wald_test(model, ["age"]).p_value is not None
    one = cox_regression(**given_to(frame), cluster=["only"] * len(frame))
    assert all((term.reason or "").startswith("its robust variance is 0") for term in one.terms)


def test_robust_models_have_no_likelihood_ratio_test() -> None:
    """It would take the rows of a cluster for independent: the error names the test that does not."""
    frame = columns([(0, 1 + i % 5, i % 4 > 0, i % 2, 30 + 11 * i % 37, "ab"[i % 2], 1.0, i % 9) for i in range(40)])
    arguments = given_to(frame, "cluster")
    smaller = cox_regression(**arguments | {"covariates": frame[["arm"]]})
    with pytest.raises(ValueError, match="robust variance; use wald_test"):
        likelihood_ratio_test(smaller, cox_regression(**arguments))
    with pytest.raises(ValueError, match="no covariate agee; the columns are arm, age"):
        wald_test(cox_regression(**given_to(frame)), ["agee"])


@settings(deadline=None)
@given(rows)
def test_the_check_of_proportional_hazards_knows_one_stratum_and_entries_at_the_start(drawn: Rows) -> None:
    """One stratum, entries at 0 and equal weights change nothing, whatever the weight."""
    frame = columns(drawn).assign(center="all", entry=0, weight=1.0)
    plain = proportional_hazards_test(**given_to(frame))
    assume(settled(cox_regression(**given_to(frame))) and all(test.statistic is not None for test in plain))
    other = proportional_hazards_test(**given_to(frame, "entry", "strata", "weights"))
    for one, same in zip(plain, other, strict=True):
        assert same.statistic == pytest.approx(one.statistic, rel=1e-5, abs=1e-8)


# ---- bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "values", "message"),
    [
        ("entry", [0, 2, 3], "follow-up time is not after the entry in rows 2 and 3"),
        ("entry", [0, -1, 1], "entry is negative in row 2"),
        ("entry", [0, None, 1], "entry is missing or not a finite number in row 2"),
        ("entry", [0, 1], "follow-up time has 3 values, entry has 2"),
        ("strata", ["a", None, "b"], "stratum is missing in row 2"),
        ("strata", ["a", "b"], "follow-up time has 3 values, stratum has 2"),
        ("weights", [1, 0, -2], "weight is not more than 0 in rows 2 and 3"),
        ("weights", [1, np.inf, 1], "weight is missing or not a finite number in row 2"),
        ("weights", [1], "follow-up time has 3 values, weight has 1"),
        ("cluster", [1, 1, np.nan], "cluster is missing in row 3"),
        ("cluster", [], "cluster is empty"),
        ("patient", [1, 2, 1], "follow-up overlaps with another row of the same patient in row"),
        ("patient", [1, None, 1], "patient is missing in row 2"),
    ],
)
def test_bad_rows_are_refused_by_what_is_wrong(argument: str, values: list[object], message: str) -> None:
    """An entry, stratum, weight, cluster or patient that has no meaning is one error that names it and the rows."""
    with pytest.raises(DataError) as caught:
        cox_regression([1, 2, 3], [1, 0, 1], pd.DataFrame({"x": [1.0, 2, 4]}), **{argument: values})
    assert message in str(caught.value)


def test_rows_of_a_patient_may_touch_and_leave_gaps_but_not_overlap() -> None:
    """From 0 to 2 and from 2 or 3 to 5 is one patient's follow-up; from 1 to 5 beside 0 to 2 is an error."""
    design = pd.DataFrame({"x": [1.0, 2, 4, 3]})
    for begin in (2, 3):
        model = cox_regression([2, 5, 4, 6], [0, 1, 1, 1], design, entry=[0, begin, 0, 0], patient=["p", "p", "q", "r"])
        assert (model.n, model.events) == (3, 3)
    with pytest.raises(DataError, match="overlaps with another row of the same patient in row 2"):
        cox_regression([2, 5, 4, 6], [0, 1, 1, 1], design, entry=[0, 1, 0, 0], patient=["p", "p", "q", "r"])


def test_strata_of_several_columns_are_their_combinations() -> None:
    """Sex and center together are one stratum for each pair that there is."""
    frame = columns(
        [(0, 1 + i % 5, i % 4 > 0, i % 2, 30 + 11 * i % 37, "ab"[i % 3 > 0], 1.0, i % 4) for i in range(48)]
    )
    pairs = frame["center"] + frame["hospital"].astype(str)
    both = cox_regression(**given_to(frame), strata=frame[["center", "hospital"]])
    assert both == cox_regression(**given_to(frame), strata=pairs)
    assert both.strata == pairs.nunique()
