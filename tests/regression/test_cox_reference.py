"""Cox models with delayed entry, strata, weights, clusters and changing covariates are R's (tests/reference/cox.R)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from reference_cohorts import read
from reference_values import REFERENCE, Row, differences, read_rows

from lockstep.regression.concordance import concordance
from lockstep.regression.cox import cox_model
from lockstep.regression.cox_fit import CoxFit, fit_cox
from lockstep.regression.proportional_hazards import proportional_hazards_of
from lockstep.regression.wald import wald_test
from lockstep.survival.log_rank import log_rank

AGREES = 1e-6
VALUES = read_rows(REFERENCE / "values" / "cox.csv")

PARTS = ("entry", "strata", "weights", "robust")
"""What a model may have besides; "robust" is with the patients as clusters."""

COHORTS: dict[str, tuple[list[str], str, list[str]]] = {
    "heart": (["age", "surgery", "transplant"], "period", ["age", "transplant"]),
    "recurrences": (["lev", "lev_5fu", "nodes", "age"], "kind extent", ["lev", "lev_5fu"]),
    "ages": (["trt", "bili", "edema", "albumin"], "stage", ["bili", "albumin"]),
    "visits": (["bili", "albumin", "age"], "sex", ["bili", "albumin"]),
    "centers": (["x", "z"], "center", ["x", "z"]),
}
"""The terms of each cohort's model, its strata, and the terms of the Wald test."""

MODELS = [
    (name, parts)
    for name in COHORTS
    for size in range(len(PARTS) + 1)
    for parts in combinations(PARTS, size)
    if ("entry" in parts) != (name == "recurrences")
]


def fitted(name: str, parts: tuple[str, ...]) -> CoxFit:
    """Return the fit that an id names."""
    frame = read(name)
    terms, strata, _ = COHORTS[name]
    return fit_cox(
        frame["time"],
        frame["event"],
        frame[terms],
        entry=frame["entry"] if "entry" in parts else None,
        strata=frame[strata.split()] if "strata" in parts else None,
        weights=frame["weight"] if "weights" in parts else None,
        cluster=frame["patient"] if "robust" in parts else None,
    )


def computed(name: str, parts: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """Yield what R computes of a model."""
    fit, stem = fitted(name, parts), "+".join((name, *parts))
    model = cox_model(fit)
    for term in model.terms:
        yield f"{stem}.{term.term}.hazard_ratio", (term.estimate, term.conf_low, term.conf_high)
        for part in ("p_value", "coef", "se"):
            yield f"{stem}.{term.term}.{part}", (getattr(term, part),)
    yield f"{stem}.log_likelihood", (model.log_likelihood,)
    harrell = concordance(fit)
    yield f"{stem}.concordance", (harrell.value, harrell.conf_low, harrell.conf_high)
    joint = wald_test(model, COHORTS[name][2])
    yield f"{stem}.wald.statistic", (joint.statistic,)
    yield f"{stem}.wald.p_value", (joint.p_value,)
    if "robust" not in parts:
        for check in proportional_hazards_of(fit):
            for part in ("statistic", "df", "p_value"):
                yield f"{stem}.proportional_hazards.{check.term}.{part}", (getattr(check, part),)


@pytest.mark.parametrize(("name", "parts"), MODELS, ids=lambda part: part if isinstance(part, str) else "+".join(part))
def test_every_cox_model_is_that_of_r(name: str, parts: tuple[str, ...]) -> None:
    """Ratios, standard errors, likelihood, Wald test and check of proportional hazards, whatever the rows are."""
    stem = "+".join((name, *parts)) + "."
    expected = {value: row for value, row in VALUES.items() if value.startswith(stem)}
    assert expected
    assert differences(expected, dict(computed(name, parts)), relative=AGREES) == []


GROUPS = {
    "heart": ("transplant", "period"),
    "ages": ("edema", "stage"),
    "visits": ("sex", ""),
    "centers": ("z", "center"),
}
"""The groups that a log-rank test with delayed entry compares, and its strata; of the visits, patients modulo 7."""


@pytest.mark.parametrize("name", GROUPS)
def test_log_rank_with_delayed_entry_is_the_score_test_of_r(name: str) -> None:
    """Of groups that change with time, with ties and strata: coxph's score test with exact ties."""
    frame, (group, stratum) = read(name), GROUPS[name]
    strata = frame[stratum] if stratum else frame["patient"] % 7
    found: dict[str, Row] = {}
    for stem, by in (f"log_rank.{name}", None), (f"log_rank.{name}.by_stratum", strata):
        test = log_rank(frame["time"], frame["event"], frame[group], entry=frame["entry"], strata=by)
        found |= {f"{stem}.statistic": (test.statistic,), f"{stem}.p_value": (test.p_value,)}
    assert differences({key: VALUES[key] for key in found}, found, relative=AGREES) == []


def test_no_reference_value_of_a_cox_model_is_left_unread() -> None:
    """Each row that R wrote belongs to a model or a test that is compared."""
    assert {value.split(".")[1] for value in VALUES if value.startswith("log_rank.")} == set(GROUPS)
    assert {value.split(".")[0] for value in VALUES} - {"log_rank"} == {
        "+".join((name, *parts)) for name, parts in MODELS
    }
