"""Scores, weights, balance and weighted survival are those of R (tests/reference/adjustment.R)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
from reference_cohorts import read
from reference_values import REFERENCE, Row, Rows, differences, read_rows

from lockstep.adjustment.propensity import propensity_score
from lockstep.adjustment.weighting import (
    Estimand,
    WeightSummary,
    propensity_weights,
    truncated_weights,
    weight_summary,
    within_quantiles,
    within_range,
)
from lockstep.statistics.arrays import Floats

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
