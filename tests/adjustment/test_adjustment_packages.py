"""Matched sets, their balance and weighted regression are those of R's packages (adjustment_packages.R)."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd
import pytest
from reference_cohorts import read
from reference_values import REFERENCE, Rows, differences, read_rows

from lockstep.adjustment.balance import balance_table
from lockstep.adjustment.matching import nearest_neighbour_matching
from lockstep.adjustment.pooling import pooled_terms, pooled_wald_test
from lockstep.adjustment.propensity import propensity_score
from lockstep.adjustment.weighting import propensity_weights, weight_summary
from lockstep.regression.cox import cox_regression
from lockstep.regression.generalised_linear import logistic_regression
from lockstep.regression.likelihood import FittedModel
from lockstep.regression.linear import linear_regression

AGREES = 1e-6
VALUES = read_rows(REFERENCE / "values" / "adjustment_packages.csv")
COVARIATES = ["age", "meno", "size", "grade_2", "grade_3", "nodes", "pgr", "er"]


@pytest.fixture(scope="module")
def hormones() -> pd.DataFrame:
    """Return the women of the German Breast Cancer Study Group, with their propensity score."""
    frame = read("hormones")
    score = propensity_score(frame["exposed"], frame[COVARIATES]).score
    assert score is not None
    return frame.assign(score=score)


def sets_of(set_of: Any, exposed: pd.Series) -> dict[int, str]:
    """Return the matches of each exposed patient as R writes them, by rows from 1."""
    rows = pd.Series(range(1, len(exposed) + 1))
    return {
        int(rows[at]): " ".join(str(row) for row in rows[(set_of == set_of[at]) & (exposed == 0) & (set_of >= 0)])
        or "none"
        for at in rows.index[exposed == 1]
    }


@pytest.mark.parametrize("order", ["largest", "smallest", "data"])
@pytest.mark.parametrize(("ratio", "caliper"), [(1, 0.2), (1, None), (3, 0.05), (2, 0.5)])
def test_matched_sets_and_their_balance_are_those_of_matchit(
    hormones: pd.DataFrame, ratio: int, caliper: float | None, order: Any
) -> None:
    """Each exposed patient has the same matches, and means, differences and variance ratios are the same."""
    exposed = hormones["exposed"]
    found = nearest_neighbour_matching(exposed, hormones["score"], ratio=ratio, caliper=caliper, order=order)
    stem = f"matched.{ratio}.{'none' if caliper is None else caliper}.{order}"
    rows: Rows = {
        f"{stem}.set.{one}": (float(others) if others.isdigit() else others,)
        for one, others in sets_of(found.set_of, exposed).items()
    }
    rows[f"{stem}.n"] = (found.n_matched_exposed + found.n_matched_unexposed,)
    unexposed = found.weights[(exposed == 0) & (found.weights > 0)]
    rows[f"{stem}.effective_n"] = (weight_summary(unexposed).effective_n,)
    for row in balance_table(exposed, hormones[COVARIATES], weights=found.weights, estimand="ATT").rows:
        for side, balance in (("before", row.before), ("after", row.after)):
            parts = ("mean_exposed", "mean_unexposed", "difference", "variance_ratio")
            rows |= {f"{stem}.balance.{row.covariate}.{side}.{part}": (getattr(balance, part),) for part in parts}
    expected = {key: value for key, value in VALUES.items() if key.startswith(f"{stem}.")}
    assert differences(expected, rows, relative=AGREES) == []


def test_weighted_logistic_regression_is_that_of_survey(hormones: pd.DataFrame) -> None:
    """Coefficients are the same, and standard errors but for survey's factor n / (n - 1) of the variance."""
    weights = propensity_weights(hormones["exposed"], hormones["score"])
    model = logistic_regression(hormones["event"], hormones[["exposed", "age"]], weights=weights, robust=True)
    factor = math.sqrt(len(hormones) / (len(hormones) - 1))
    found = Rows()
    for term in model.terms:
        assert term.se is not None
        found |= {f"svyglm.{term.term}.coef": (term.coef,), f"svyglm.{term.term}.se": (term.se * factor,)}
    expected = {key: row for key, row in VALUES.items() if key.startswith("svyglm.")}
    assert differences(expected, found, relative=AGREES) == []


def fitted(kind: str, frame: pd.DataFrame) -> FittedModel:
    """Return a model of one completed data set."""
    if kind == "cox":
        return cox_regression(frame["time"], frame["event"], frame[["age", "albumin", "chol", "spiders", "late"]])
    if kind == "linear":
        return linear_regression(frame["albumin"], frame[["age", "copper", "spiders", "late"]])
    return logistic_regression(frame["late"], frame[["age", "albumin", "copper"]])


@pytest.mark.parametrize("kind", ["cox", "linear", "logistic"])
def test_pooled_estimates_are_those_of_mice(kind: str) -> None:
    """Rubin's rules with Barnard and Rubin's degrees of freedom, of the same completed data sets."""
    models = [fitted(kind, part) for _, part in read("imputed").groupby("set")]
    first = models[0]
    complete = first.events - first.parameters if kind == "cox" and first.events else first.n - first.parameters - 1
    found: Rows = {f"pool.{kind}.df_complete": (complete,)}
    for term in pooled_terms(models, df_complete=complete):
        stem = f"pool.{kind}.{term.term}"
        found[stem] = (term.estimate, term.conf_low, term.conf_high)
        for part in ("se", "df", "p_value", "missing_information", "missing_variance"):
            found[f"{stem}.{part}"] = (getattr(term, part),)
    expected = {key: row for key, row in VALUES.items() if key.startswith(f"pool.{kind}.")}
    assert differences(expected, found, relative=AGREES) == []


@pytest.mark.parametrize(
    ("name", "kind", "terms"),
    [
        ("d1.cox", "cox", ["albumin", "chol", "spiders", "late"]),
        ("d1.cox.two", "cox", ["albumin", "spiders"]),
        ("d1.linear", "linear", ["spiders", "late"]),
        ("d1.logistic", "logistic", ["albumin", "copper"]),
    ],
)
def test_tests_of_several_terms_are_those_of_mice(name: str, kind: str, terms: list[str]) -> None:
    """D1 with Reiter's degrees of freedom, and with those of a large sample, of the same completed data sets."""
    models = [fitted(kind, part) for _, part in read("imputed").groupby("set")]
    first = models[0]
    complete = first.events - first.parameters if kind == "cox" and first.events else first.n - first.parameters - 1
    found = Rows()
    for sample, df in (("small", float(complete)), ("large", math.inf)):
        test = pooled_wald_test(models, terms, df_complete=df)
        for part in ("statistic", "df", "df_residual", "p_value"):
            found[f"{name}.{sample}.{part}"] = (getattr(test, part),)
    expected = {key: row for key, row in VALUES.items() if re.match(rf"{re.escape(name)}\.(small|large)\.", key)}
    assert differences(expected, found, relative=AGREES) == []
