"""Competing events: every number is that of R (tests/reference/competing_risks.R)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pandas as pd
import pytest
from reference_cohorts import read
from reference_values import REFERENCE, Row, Rows, differences, read_rows

from lockstep.regression.fine_gray import fine_gray, fit_fine_gray, proportional_subdistribution_hazards
from lockstep.study.analysis import ConfType
from lockstep.survival.cumulative_incidence import competing_risk_table, cumulative_incidence
from lockstep.survival.gray import gray_test

AGREES = 1e-6
VALUES = read_rows(REFERENCE / "values" / "competing_risks.csv")
PATIENTS = read("competing", text=("set", "group", "stratum"))
SETS = tuple(dict.fromkeys(PATIENTS["set"]))


def of(*stem: str) -> Rows:
    """Return the values whose ids begin with these parts."""
    return {name: row for name, row in VALUES.items() if name.startswith(".".join(stem) + ".")}


def patients(name: str) -> pd.DataFrame:
    """Return the patients of a data set."""
    return PATIENTS[PATIENTS["set"] == name].reset_index(drop=True)


def incidences(stem: str, frame: pd.DataFrame, cause: int, **weights: Any) -> Iterator[tuple[str, Row]]:
    """Yield what R has of one curve, at the times at which it has it."""
    entry = frame["entry"] if frame["entry"].any() else None
    at = dict.fromkeys(float(name.split(".at.")[1].rsplit(".", 1)[0]) for name in of(f"{stem}.at"))
    scales = {name.rsplit(".", 1)[1] for name in of(f"{stem}.at")} & set(get_args(ConfType))
    for scale in scales:
        curve = cumulative_incidence(frame["time"], frame["cause"], of=cause, entry=entry, conf_type=scale, **weights)
        for time, level in zip(at, curve.at(at), strict=True):
            yield f"{stem}.at.{time:.12g}.{scale}", (level.value, level.conf_low, level.conf_high)
            if scale == "log-log":
                point = curve.time.index(time)
                yield f"{stem}.at.{time:.12g}.se", (curve.se[point],)
                yield f"{stem}.at.{time:.12g}.n_at_risk", (curve.n_at_risk[point],)


def gray_rows(stem: str, frame: pd.DataFrame, cause: int, **strata: Any) -> Iterator[tuple[str, Row]]:
    """Yield Gray's test of the groups."""
    test = gray_test(frame["time"], frame["cause"], frame["group"], of=cause, **strata)
    for part in ("statistic", "df", "p_value"):
        yield f"{stem}.{part}", (getattr(test, part),)


def model_rows(stem: str, frame: pd.DataFrame, cause: int, **options: Any) -> Iterator[tuple[str, Row]]:
    """Yield a Fine-Gray model of the groups and a number."""
    levels = sorted(set(frame["group"]))[1:]
    dummies = {f"group_{level}": (frame["group"] == level) * 1.0 for level in levels}
    design = frame[["x"]].assign(**dummies)
    model = fine_gray(frame["time"], frame["cause"], design, of=cause, **options)
    for term in model.terms:
        yield f"{stem}.{term.term}.hazard_ratio", (term.estimate, term.conf_low, term.conf_high)
        for part in ("p_value", "coef", "se"):
            yield f"{stem}.{term.term}.{part}", (getattr(term, part),)
    yield f"{stem}.log_likelihood", (model.log_likelihood,)
    if not options.keys() & {"weights", "cluster"}:
        yield from check_rows(stem, frame, cause, design, **options)


def check_rows(
    stem: str, frame: pd.DataFrame, cause: int, design: pd.DataFrame, **strata: Any
) -> Iterator[tuple[str, Row]]:
    """Yield the check of proportional subdistribution hazards of each column of such a model."""
    fit = fit_fine_gray(frame["time"], frame["cause"], design, of=cause, **strata)
    checks = proportional_subdistribution_hazards(fit, frame["time"], frame["cause"], of=cause)
    for check in checks[:-1]:
        for part in ("statistic", "df", "p_value"):
            yield f"{stem}.check.{check.term}.{part}", (getattr(check, part),)


def computed(name: str) -> Iterator[tuple[str, Row]]:
    """Yield everything that competing_risks.R computes of a data set."""
    frame = patients(name)
    for cause in range(1, max(int(frame["cause"].max()), 2) + 1):
        stem = f"{name}.cause{cause}"
        yield from incidences(stem, frame, cause)
        if (frame["weight"] != 1).any():
            yield from incidences(f"{stem}.weighted", frame, cause, weights=frame["weight"])
        if len(frame) > 1:
            for group in dict.fromkeys(frame["group"]):
                yield from incidences(f"{stem}.group.{group}", frame[frame["group"] == group], cause)
        if frame["entry"].any():
            continue
        yield from gray_rows(f"{stem}.gray", frame, cause)
        if frame["x"].notna().all() and (frame["cause"] == cause).sum() > frame["group"].nunique():
            yield from model_rows(f"{stem}.fine_gray", frame, cause)
            if (frame["weight"] != 1).any():
                yield from model_rows(f"{stem}.fine_gray_weighted", frame, cause, weights=frame["weight"])
            if frame["stratum"].notna().all():
                yield from model_rows(f"{stem}.fine_gray_stratified", frame, cause, strata=frame["stratum"])
            if len(frame) > 100:
                yield from model_rows(f"{stem}.fine_gray_clustered", frame, cause, cluster=(frame.index + 1) % 40)
        if frame["stratum"].notna().all():
            yield from gray_rows(f"{stem}.gray_by_stratum", frame, cause, strata=frame["stratum"])


@pytest.mark.parametrize("name", SETS)
def test_competing_risks_are_those_of_r(name: str) -> None:
    """Incidence with error and limits on three scales, with weights and late entry; Gray's test; Fine-Gray models."""
    expected = of(name)
    assert len(expected) > 10
    assert differences(expected, dict(computed(name)), relative=AGREES) == []


@pytest.mark.parametrize("name", ["mgus2", "pbc", "late_entry", "three_causes"])
def test_the_numbers_under_a_curve_are_those_at_its_points(name: str) -> None:
    """The table at a time has as many at risk as the curve there, and as many events of each kind as before it."""
    frame = patients(name)
    entry = frame["entry"] if frame["entry"].any() else None
    causes = int(frame["cause"].max())
    curves = [
        cumulative_incidence(frame["time"], frame["cause"], of=cause, entry=entry) for cause in range(1, causes + 1)
    ]
    table = competing_risk_table(frame["time"], frame["cause"], curves[0].time, entry=entry, causes=causes)
    assert table.n_at_risk == curves[0].n_at_risk
    for curve, events in zip(curves, table.n_events, strict=True):
        assert events == tuple(sum(curve.n_events[:point]) for point in range(len(curve.time)))
    assert table.n_censored == tuple(sum(curves[0].n_censored[:point]) for point in range(len(curves[0].time)))
