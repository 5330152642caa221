"""Statistics of binary and number outcomes are those of R (tests/reference/outcomes.R)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reference_cohorts import DATASETS, read
from reference_values import REFERENCE, Row, Rows, differences, read_rows

from lockstep.regression.generalised_linear import logistic_regression, modified_poisson_regression
from lockstep.regression.likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
from lockstep.regression.linear import linear_regression
from lockstep.regression.regression import RegressionModel
from lockstep.regression.wald import WaldTest, wald_test
from lockstep.statistics.estimate import Estimate
from lockstep.statistics.group_differences import difference_of_means, hodges_lehmann
from lockstep.statistics.group_tests import compare_groups
from lockstep.statistics.proportions import EventCount, odds_ratio, proportion, risk_difference, risk_ratio
from lockstep.statistics.standardised_difference import difference_of_categories, difference_of_numbers
from lockstep.statistics.trend import proportion_trend

AGREES = 1e-6
VALUES = read_rows(REFERENCE / "values" / "outcomes.csv")

COMPARED: dict[str, Callable[..., Estimate]] = {
    "risk_difference": risk_difference,
    "risk_ratio": risk_ratio,
    "odds_ratio": odds_ratio,
}


def of(stem: str) -> Rows:
    """Return the values whose ids begin with this part."""
    return {name: row for name, row in VALUES.items() if name.startswith(f"{stem}.")}


def count(text: str) -> EventCount:
    """Return the counts that an id has: "13_of_79"."""
    events, n = text.split("_of_")
    return EventCount(int(events), int(n))


def interval(estimate: Estimate) -> Row:
    """Return an estimate as a row of values."""
    return estimate.value, estimate.conf_low, estimate.conf_high


def split(name: str) -> tuple[list[str], float, str]:
    """Return an id's counts, its level and its statistic: "two.5_of_56.0_of_29.0.9.risk_ratio"."""
    _, *counts, whole, decimals, statistic = name.split(".")
    return counts, float(f"{whole}.{decimals}"), statistic


def proportion_row(name: str) -> Row:
    """Compute what an id of a proportion names."""
    (only,), level, method = split(name)
    return interval(proportion(count(only), conf_level=level, interval=method))  # type: ignore[arg-type]


def two_row(name: str) -> Row:
    """Compute what an id of two proportions names."""
    counts, level, statistic = split(name)
    return interval(COMPARED[statistic](*map(count, counts), conf_level=level))


@pytest.mark.parametrize(("stem", "computed"), [("proportion", proportion_row), ("two", two_row)])
def test_proportions_and_their_comparisons_are_those_of_r(stem: str, computed: Callable[[str], Row]) -> None:
    """Wilson and exact intervals, Newcombe's difference, Katz's and Woolf's ratios, and where there is none."""
    expected = of(stem)
    assert len(expected) > 40
    assert differences(expected, {name: computed(name) for name in expected}, relative=AGREES) == []


# ---- regression ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicModel:
    """A regression of a public data set, as outcomes.R fits it in several variants."""

    name: str
    kind: str
    outcome: str
    terms: tuple[str, ...]
    cluster_width: int = 1
    conf_level: float = 0.95


MODELS = (
    *(
        PublicModel(name="colon", kind=kind, outcome="event", terms=("rx", "nodes", "differ"))
        for kind in ("logistic", "poisson")
    ),
    *(
        PublicModel(name="lung", kind=kind, outcome="event", terms=("age", "sex", "wt_loss"), conf_level=0.9)
        for kind in ("logistic", "poisson")
    ),
    PublicModel(name="pbc", kind="linear", outcome="bili", terms=("age", "stage", "trt"), cluster_width=2),
    PublicModel(name="lung", kind="linear", outcome="wt_loss", terms=("sex", "age"), conf_level=0.9),
)

FITS: dict[str, Callable[..., RegressionModel]] = {
    "logistic": logistic_regression,
    "poisson": modified_poisson_regression,
    "linear": linear_regression,
}
VARIANTS = {
    "model": (),
    "robust": ("robust",),
    "clusters": ("cluster",),
    "weighted": ("weights",),
    "weighted_robust": ("weights", "robust"),
    "weighted_clusters": ("weights", "cluster"),
}


def model_rows(stem: str, model: RegressionModel) -> Rows:
    """Return the terms of a model, those without an estimate as R has them."""
    found = Rows()
    for term in model.terms:
        found[f"{stem}.{term.term}.estimate"] = (term.estimate, term.conf_low, term.conf_high)
        found |= {f"{stem}.{term.term}.{part}": (getattr(term, part),) for part in ("coef", "se", "p_value")}
    return found


def parts_of_test(stem: str, test: WaldTest | LikelihoodRatioTest) -> Rows:
    """Return the parts of a test."""
    return {f"{stem}.{part}": (getattr(test, part),) for part in ("statistic", "df", "p_value")}


def public_rows(model: PublicModel, variant: str) -> Rows:
    """Compute one variant of a regression of a public data set, with the tests of its factors."""
    data = next(data for data in DATASETS if data.name == model.name)
    known = data.frame().dropna(subset=[model.outcome, *model.terms]).reset_index(drop=True)
    design, members = data.design(known, model.terms)
    given = {
        "weights": np.resize([1, 2.5, 0.5], len(known)),
        "cluster": known["age"] // model.cluster_width,
        "robust": True,
    }
    asked = {name: given[name] for name in VARIANTS[variant] if (name, model.kind) != ("robust", "poisson")}

    def fit(columns: pd.DataFrame) -> RegressionModel:
        return FITS[model.kind](known[model.outcome], columns, conf_level=model.conf_level, **asked)

    fitted, stem = fit(design), f"regression.{model.name}.{model.kind}.{variant}"
    found = model_rows(stem, fitted)
    for factor, columns in members.items():
        if len(columns) > 1:
            found |= parts_of_test(f"{stem}.wald.{factor}", wald_test(fitted, columns))
            if (model.kind, variant) == ("logistic", "model"):
                smaller = fit(design.drop(columns=columns))
                found |= parts_of_test(f"{stem}.likelihood_ratio.{factor}", likelihood_ratio_test(smaller, fitted))
    if model.kind == "linear" and variant in ("model", "weighted"):
        parts = ("log_likelihood", "r_squared", "r_squared_adjusted")
        found |= {f"{stem}.{part}": (getattr(fitted, part),) for part in parts}
    if (model.kind, variant) == ("logistic", "model"):
        assert fitted.auc
        found |= {f"{stem}.auc": interval(fitted.auc), f"{stem}.log_likelihood": (fitted.log_likelihood,)}
    return found


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.name}-{model.kind}")
def test_regressions_of_public_data_are_those_of_r(model: PublicModel, variant: str) -> None:
    """Terms, tests of factors, explained variance, area under the curve: all variances, with and without weights."""
    expected = of(f"regression.{model.name}.{model.kind}.{variant}")
    if not expected:
        assert model.kind == "poisson"  # its variance is always robust
        return
    assert differences(expected, public_rows(model, variant), relative=AGREES) == []


@pytest.mark.parametrize("name", sorted(set(read("outcomes")["set"])))
def test_regressions_of_awkward_data_are_those_of_r(name: str) -> None:
    """Levels without events or of events only, separation, rare events, huge values: estimates and their absence."""
    frame = read("outcomes", text=("group",))
    frame = frame[frame["set"] == name]
    levels = sorted(set(frame["group"]))[1:]
    groups = pd.DataFrame({f"group.{level}": (frame["group"] == level) * 1.0 for level in levels})
    design = pd.concat([frame[["x"]].astype(float), groups], axis=1)
    stem = f"awkward_regression.{name}"
    found = model_rows(f"{stem}.logistic", logistic_regression(frame["y"], design))
    found |= model_rows(f"{stem}.poisson", modified_poisson_regression(frame["y"], design))
    found |= model_rows(f"{stem}.linear", linear_regression(frame["x"], groups))
    assert differences(of(stem), found, relative=AGREES) == []


# ---- a number in two and more groups -------------------------------------------------------------------------------


def group_rows(stem: str, groups: list[Any], expected: Rows, conf_level: float = 0.95) -> Rows:
    """Compute every test and difference of groups that R has of them."""
    found = Rows()
    for name in {name.removeprefix(f"{stem}.").split(".")[0] for name in expected}:
        if name in DIFFERENCES:
            found[f"{stem}.{name}"] = interval(DIFFERENCES[name](*groups, conf_level=conf_level))
            continue
        test = compare_groups(groups, name)  # type: ignore[arg-type]
        parts = ("statistic", "df", "df_residual", "p_value")
        found |= {f"{stem}.{name}.{part}": (getattr(test, part),) for part in parts if getattr(test, part) is not None}
    return found


DIFFERENCES: dict[str, Callable[..., Estimate]] = {
    "difference_of_means": difference_of_means,
    "hodges_lehmann": hodges_lehmann,
}


@pytest.mark.parametrize("name", sorted(set(read("groups")["set"])))
def test_groups_are_compared_as_by_r(name: str) -> None:
    """Tests of means and ranks, differences and shifts, with ties, constant groups, and numbers far from 0."""
    frame = read("groups")
    groups = [part["value"].to_numpy() for _, part in frame[frame["set"] == name].groupby("group")]
    stem, expected = f"groups.{name}", of(f"groups.{name}")
    found = group_rows(stem, groups, expected, 0.9 if name == "ties" else 0.95)
    assert differences(expected, found, relative=AGREES) == []


@pytest.mark.parametrize("stem", ["lung.age.by.sex", "colon.nodes.by.rx", "pbc.bili.by.stage"])
def test_groups_of_public_data_are_compared_as_by_r(stem: str) -> None:
    """Hundreds of patients with many ties, in two to four groups."""
    name, value, _, group = stem.split(".")
    data = next(data for data in DATASETS if data.name == name)
    frame = data.frame().dropna(subset=[value, group])
    groups = [frame.loc[frame[group] == level, value].to_numpy() for level in data.levels[group]]
    expected = of(f"groups_of.{stem}")
    assert differences(expected, group_rows(f"groups_of.{stem}", groups, expected), relative=AGREES) == []


# ---- standardised mean differences ---------------------------------------------------------------------------------


def standardised(name: str) -> float | None:
    """Compute the standardised mean difference that an id names: "smd.colon.differ.rx"."""
    _, source, *rest = name.split(".")
    if source in ("groups", "weighted"):
        frame = read("groups")
        groups = [part["value"].to_numpy() for _, part in frame[frame["set"] == rest[0]].groupby("group")]
        weights = [np.resize([1, 2.5, 0.5], len(group)) for group in groups] if source == "weighted" else None
        return difference_of_numbers(groups, weights=weights).value
    data = next(data for data in DATASETS if data.name == source)
    variable, by = rest
    frame = data.frame().dropna(subset=[variable, by])
    if variable in data.levels:
        return difference_of_categories(pd.crosstab(frame[by], frame[variable]).to_numpy()).value
    return difference_of_numbers([part[variable].to_numpy() for _, part in frame.groupby(by)]).value


def test_standardised_differences_are_those_of_r() -> None:
    """Numbers and categories of up to four levels, two to four groups, with weights, and a level in one group only."""
    expected = of("smd")
    assert len(expected) > 12
    assert differences(expected, {name: (standardised(name),) for name in expected}, relative=AGREES) == []


# ---- trend ---------------------------------------------------------------------------------------------------------


def trend_row(name: str) -> Row:
    """Compute what an id of a trend names: "trend.0_of_9.3_of_8.scores.1.2.p_value"."""
    _, *parts, statistic = name.split(".")
    at = parts.index("scores")
    test = proportion_trend([count(text) for text in parts[:at]], scores=[float(score) for score in parts[at + 1 :]])
    return (getattr(test, statistic),)


def test_trends_are_those_of_r() -> None:
    """The Cochran-Armitage test with default and other scores, in small and large groups."""
    expected = of("trend")
    assert len(expected) == 8
    assert differences(expected, {name: trend_row(name) for name in expected}, relative=AGREES) == []


def test_no_reference_value_of_an_outcome_is_left_unread() -> None:
    """Each row that R wrote belongs to a kind that is compared above."""
    stems = ("proportion", "two", "regression", "awkward_regression", "groups", "groups_of", "smd", "trend")
    assert {name.split(".")[0] for name in VALUES} == set(stems)
