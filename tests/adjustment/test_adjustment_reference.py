"""Scores, weights, balance and weighted survival are those of R (tests/reference/adjustment.R)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from reference_cohorts import read
from reference_values import REFERENCE, Row, Rows, differences, read_rows

from lockstep.adjustment.balance import balance_table
from lockstep.adjustment.e_value import RatioMeasure, e_value
from lockstep.adjustment.imputation import nelson_aalen
from lockstep.adjustment.propensity import propensity_score
from lockstep.adjustment.weighted_survival import robust_log_rank, weighted_at_risk, weighted_kaplan_meier
from lockstep.adjustment.weighting import (
    WeightSummary,
    propensity_weights,
    truncated_weights,
    weight_summary,
    within_quantiles,
    within_range,
)
from lockstep.regression.cox import cox_regression
from lockstep.statistics.arrays import Floats, Ints
from lockstep.study.analysis import ConfType
from lockstep.study.confounding import Estimand

AGREES = 1e-6
VALUES = read_rows(REFERENCE / "values" / "adjustment.csv")
COVARIATES = ["age", "meno", "size", "grade_2", "grade_3", "nodes", "pgr", "er"]
ESTIMANDS: tuple[Estimand, ...] = ("ATE", "ATT", "ATC", "overlap")


@cache
def hormones() -> pd.DataFrame:
    """Return the women of the German Breast Cancer Study Group, with their propensity score."""
    frame = read("hormones")
    score = propensity_score(frame["exposed"], frame[COVARIATES]).score
    assert score is not None
    return frame.assign(score=score)


@cache
def weights() -> dict[str, Floats]:
    """Return the weights of each kind."""
    frame = hormones()
    found = {kind: propensity_weights(frame["exposed"], frame["score"], estimand=kind) for kind in ESTIMANDS}
    return found | {
        "stabilised": propensity_weights(frame["exposed"], frame["score"], stabilised=True),
        "truncated": truncated_weights(found["ATE"], lower=0.05, upper=0.95),
    }


def compared(found: Rows, *starts: str) -> list[str]:
    """Return where the values of R whose ids begin so are not those found."""
    expected = {key: row for key, row in VALUES.items() if key.split(".")[0] in starts}
    assert expected
    return differences(expected, found, relative=AGREES)


def every_49th(stem: str, values: Floats) -> Iterator[tuple[str, Row]]:
    """Yield some values, by their place from 1."""
    yield from ((f"{stem}.{at + 1}", (float(values[at]),)) for at in range(0, len(values), 49))


def test_scores_and_those_kept_are_the_same() -> None:
    """The score of a logistic model, and how many patients each rule of trimming keeps."""
    exposed, score = hormones()["exposed"], hormones()["score"]
    kept = {
        "within_range": within_range(score, low=0.2, high=0.6),
        "within_quantiles": within_quantiles(exposed, score),
        "common_support": within_quantiles(exposed, score, quantile=0),
    }
    found = dict(every_49th("score", score.to_numpy())) | {key: (int(which.sum()),) for key, which in kept.items()}
    assert compared(found, "score", *kept) == []


def test_weights_and_their_summaries_are_the_same() -> None:
    """Of all estimands, stabilised and truncated, for all patients and for either group."""
    exposed = hormones()["exposed"].to_numpy() == 1
    found = Rows()
    for kind, each in weights().items():
        found |= dict(every_49th(f"weights.{kind}", each))
        groups = {"all": np.ones(len(each), dtype=bool), "exposed": exposed, "unexposed": ~exposed}
        for group, here in groups.items():
            summary = weight_summary(each[here])
            found |= {
                f"weights.{kind}.{group}.{part}": (getattr(summary, part),)
                for part in WeightSummary.__dataclass_fields__
            }
    assert compared(found, "weights") == []


def test_balance_is_the_same() -> None:
    """Means, standardised differences and variance ratios before and after weighting, whatever the denominator."""
    frame, found = hormones(), Rows()
    for kind in ESTIMANDS:
        table = balance_table(frame["exposed"], frame[COVARIATES], weights=weights()[kind], estimand=kind)
        for row in table.rows:
            stem = f"balance.{kind}.{row.covariate}"
            found[f"{stem}.denominator"] = (row.denominator,)
            for side, balance in (("before", row.before), ("after", row.after)):
                parts = ("mean_exposed", "mean_unexposed", "difference", "variance_ratio")
                found |= {f"{stem}.{side}.{part}": (getattr(balance, part),) for part in parts}
    assert compared(found, "balance") == []


RATIOS = ((3.9, 1.8, 8.7), (0.8, 0.71, 0.91), (0.56, 0.43, 1.02), (1.3, 0.9, 1.9), (1, 1, 1), (20, 2, 200))


def test_e_values_are_those_of_the_formulas() -> None:
    """Of each measure with a rare and a common outcome, and of intervals with and without 1."""
    found = Rows()
    for measure in get_args(RatioMeasure):
        for common in (True, False):
            for ratio, low, high in RATIOS:
                value = e_value(ratio, conf_low=low, conf_high=high, measure=measure, common_outcome=common)
                stem = f"e_value.{measure.replace(' ', '_')}.{'common' if common else 'rare'}.{ratio:g}"
                found |= {f"{stem}.value": (value.value,), f"{stem}.limit": (value.limit,)}
    # The ids have a ratio's decimal point.
    assert differences({key: row for key, row in VALUES.items() if key in found}, found, relative=AGREES) == []


TICKS = (0, 6, 24, 60, 84)


def curve_rows(stem: str, frame: pd.DataFrame, weight: Floats, pair: Ints | None) -> Iterator[tuple[str, Row]]:
    """Yield the curve of a group at some times on each scale, its median, standard errors and weights at risk."""
    for scale in get_args(ConfType):
        found = weighted_kaplan_meier(frame["time"], frame["event"], weights=weight, cluster=pair, conf_type=scale)
        for tick, level in zip(TICKS, found.curve.at(TICKS), strict=True):
            yield f"{stem}.{scale}.{tick}", (level.value, level.conf_low, level.conf_high)
        median = found.curve.median()
        yield f"{stem}.{scale}.median", (median.value, median.conf_low, median.conf_high)
        if scale == "plain":
            at_risk = weighted_at_risk(frame["time"], TICKS, weights=weight)
            points = np.searchsorted(found.curve.time, TICKS, side="right") - 1
            for tick, point, total in zip(TICKS, points, at_risk, strict=True):
                yield f"{stem}.plain.{tick}.se", (found.se[point],)
                yield f"{stem}.plain.{tick}.at_risk", (total,)


def model_rows(
    stem: str, frame: pd.DataFrame, group: pd.Series, names: dict[int, str], weight: Floats, pair: Ints | None
) -> Iterator[tuple[str, Row]]:
    """Yield the weighted Cox model of a group and its robust score test."""
    design = pd.DataFrame({name: (group == level) * 1.0 for level, name in names.items()})
    model = cox_regression(frame["time"], frame["event"], design, weights=weight, cluster=pair, robust=True)
    for term in model.terms:
        yield f"{stem}.{term.term}", (term.estimate, term.conf_low, term.conf_high)
    test = robust_log_rank(frame["time"], frame["event"], group, weights=weight, cluster=pair)
    yield f"{stem}.robust_score", (test.statistic,)
    yield f"{stem}.p_value", (test.p_value,)


@pytest.mark.parametrize("clustered", [False, True], ids=["patients", "clusters"])
@pytest.mark.parametrize("kind", [*ESTIMANDS, "stabilised", "truncated"])
def test_weighted_curves_models_and_tests_are_the_same(kind: str, clustered: bool) -> None:
    """Whatever the weights, with the variance over patients and over clusters, of two groups and of three."""
    frame, weight = hormones(), weights()[kind]
    pair = np.arange(1, len(frame) + 1) % 200 if clustered else None
    stem, found = f"survival.{kind}{'+clusters' if clustered else ''}", Rows()
    for group, here in (("exposed", frame["exposed"] == 1), ("unexposed", frame["exposed"] == 0)):
        found |= dict(curve_rows(f"{stem}.{group}", frame[here], weight[here], None if pair is None else pair[here]))
    found |= dict(model_rows(f"{stem}.cox", frame, frame["exposed"], {1: "exposed"}, weight, pair))
    third = pd.cut(frame["size"], [-np.inf, 20, 30, np.inf], labels=False)
    names = {1: "factor(third)2", 2: "factor(third)3"}
    found |= dict(model_rows(f"{stem}.thirds", frame, third, names, weight, pair))
    expected = {key: row for key, row in VALUES.items() if key.startswith(f"{stem}.")}
    assert differences(expected, found, relative=AGREES) == []


def test_nelson_aalen_is_the_same() -> None:
    """The cumulative hazard at each patient's own time, with ties."""
    found = nelson_aalen(hormones()["time"], hormones()["event"])
    assert compared(dict(every_49th("nelson_aalen", found)), "nelson_aalen") == []
