"""Restricted cubic splines are R's `splines::ns` (tests/reference/splines.R), and refuse what they cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference_cohorts import read
from reference_values import REFERENCE, Row, differences, read_rows

from lockstep.base.errors import DataError
from lockstep.regression.cox import cox_regression
from lockstep.regression.generalised_linear import logistic_regression
from lockstep.regression.likelihood import FittedModel
from lockstep.regression.likelihood_ratio import likelihood_ratio_test
from lockstep.regression.splines import KNOT_QUANTILES, spline_columns, spline_knots, spline_ratios
from lockstep.regression.wald import wald_test

AGREES = 1e-6
VALUES = read_rows(REFERENCE / "values" / "splines.csv")
COHORTS = {"pbc": ("bili", "age"), "veteran": ("age", "karno"), "colon": ("nodes", "age"), "lung": ("wt_loss", "age")}
"""The number that bends in the models of each cohort, and the other one."""

SPLINES = sorted({".".join(name.split(".")[:3]) for name in VALUES})


def complete(cohort: str) -> pd.DataFrame:
    """Return the patients of a cohort whose numbers are known, as x and z."""
    frame = read(cohort)
    x, z = COHORTS[cohort]
    known = frame.rename(columns={x: "x", z: "z"})[["time", "event", "x", "z"]]
    return known.dropna().astype(float)


def model_of(kind: str, frame: pd.DataFrame, design: pd.DataFrame) -> FittedModel:
    """Fit a model of a kind."""
    if kind == "cox":
        return cox_regression(frame["time"], frame["event"], design)
    return logistic_regression(frame["event"], design)


def with_spline(frame: pd.DataFrame, knots: tuple[float, ...]) -> tuple[pd.DataFrame, list[str]]:
    """Return the design of a spline of x and of z, and the names of the spline's columns."""
    columns = spline_columns(frame["x"], knots)
    names = ["x", *(f"bend {place}" for place in range(1, columns.shape[1]))]
    return pd.DataFrame(columns, columns=names, index=frame.index).assign(z=frame["z"]), names


def computed(name: str) -> Iterator[tuple[str, Row]]:
    """Yield what R computes of a spline: "pbc.cox.4"."""
    cohort, kind, k = name.split(".")
    frame = complete(cohort)
    knots = spline_knots(frame["x"], int(k), name="x")
    for place, knot in enumerate(knots, 1):
        yield f"{name}.knot.{place}", (knot,)
    design, names = with_spline(frame, knots)
    model = model_of(kind, frame, design)
    yield f"{name}.log_likelihood", (model.log_likelihood,)
    for part, without in ("whole", design[["z"]]), ("bends", design[["x", "z"]]):
        test = likelihood_ratio_test(model_of(kind, frame, without), model)
        yield f"{name}.{part}.statistic", (test.statistic,)
        yield f"{name}.{part}.p_value", (test.p_value,)
    yield f"{name}.bends.wald", (wald_test(model, names[1:]).statistic,)
    at = np.quantile(frame["x"], [0, 0.02, 0.2, 0.6, 0.9, 1])
    ratios = spline_ratios(model, names, knots, at, reference=float(frame["x"].median()))
    for place, ratio in enumerate(ratios, 1):
        # Where the median is asked for R has 1 to 1, an interval of no width.
        low, high = (ratio.value, ratio.value) if ratio.conf_low is None else (ratio.conf_low, ratio.conf_high)
        yield f"{name}.ratio.{place}", (ratio.value, low, high)


@pytest.mark.parametrize("name", SPLINES)
def test_every_spline_is_that_of_r(name: str) -> None:
    """Knots, likelihood, tests of the whole and of the bends, and ratios within and beyond the outer knots."""
    expected = {key: row for key, row in VALUES.items() if key.startswith(f"{name}.")}
    assert differences(expected, dict(computed(name)), relative=AGREES) == []


@settings(deadline=None)
@given(
    st.lists(st.floats(-50, 50), min_size=3, max_size=7, unique=True),
    st.sampled_from([1e-3, 1.0, 2000.0]),
    st.floats(0.01, 3),
)
def test_a_spline_is_straight_at_its_ends(places: list[float], far: float, step: float) -> None:
    """A bend has slope 0 before the first knot and 1 after the last; a shift of number and knots changes none."""
    knots = sorted(places)
    assume(min(np.diff(knots)) > 0.5)
    for begin, slope in (knots[0] - 3 * step - 1, 0), (knots[-1] + 1, 1):
        line = spline_columns(begin + step * np.arange(4), knots)
        assert np.diff(line, axis=0)[:, 1:] / step == pytest.approx(slope, abs=1e-9)
    x = np.linspace(knots[0] - 5, knots[-1] + 5, 20)
    moved = spline_columns(x + far, np.array(knots) + far)
    assert moved[:, 1:] == pytest.approx(spline_columns(x, knots)[:, 1:], rel=1e-6, abs=1e-6)


def test_a_spline_has_no_corner() -> None:
    """Value, slope and curvature are continuous, also at the knots."""
    knots, step = [0.5, 0.7, 3.0, 20.0], 1e-4
    for knot in knots:
        near = spline_columns(knot + step * np.arange(-3, 4), knots)[:, 1:]
        curvature = np.diff(near, n=2, axis=0) / step**2
        assert np.abs(np.diff(curvature, axis=0)).max() < 0.02
        assert np.abs(np.diff(near, axis=0) / step).max() < 1.001


def test_a_line_is_a_spline_without_bends() -> None:
    """Where the bends' coefficients are 0 the ratios are those of the line: exp(b (x - reference))."""
    frame = complete("lung")
    knots = spline_knots(frame["x"], 3, name="x")
    design, names = with_spline(frame, knots)
    model = cox_regression(frame["time"], frame["event"], design.assign(**{"bend 1": 0.0}))
    (ratio,) = spline_ratios(model, names, knots, [5], reference=0)
    assert (ratio.value, ratio.reason) == (None, "a term of the spline cannot be estimated")
    robust = cox_regression(frame["time"], frame["event"], design, robust=True)
    ends = spline_ratios(robust, names, knots, [60, 68], reference=52)
    assert ends[1].value == pytest.approx((ends[0].value or 0) ** 2)  # both beyond the last knot
    assert wald_test(robust, names[1:]).p_value != wald_test(model, names[:1]).p_value


def test_values_that_are_too_much_alike_have_no_spline() -> None:
    """Where knots coincide the error says which variable, how many there are, and what to do."""
    nodes = complete("colon")["x"]
    with pytest.raises(DataError) as caught:
        spline_knots(nodes, 5, name="nodes")
    assert "a spline of 'nodes' with 5 knots has 4 distinct knots" in str(caught.value)
    assert "Take fewer knots" in str(caught.value)
    with pytest.raises(DataError, match="'nodes' is missing or not a finite number in row 2"):
        spline_knots([1, None, 3], 3, name="nodes")
    with pytest.raises(DataError, match="is missing or not a finite number in row 1"):
        spline_columns([np.nan, 1], [1, 2, 3])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spline_knots([1, 2, 3], 8, name="age"), "a spline of 'age' has 8 knots; expected 3 to 7"),
        (lambda: spline_columns([1, 2], [1, 2]), "expected at least 3, ascending"),
        (lambda: spline_columns([1, 2], [1, 3, 2]), "expected at least 3, ascending"),
    ],
)
def test_knots_that_are_none_are_refused(call: Callable[[], object], message: str) -> None:
    """Too few, too many, or not in order."""
    with pytest.raises(ValueError, match=message):
        call()


def test_knots_are_those_of_harrell() -> None:
    """Symmetric quantiles, as many as there are knots."""
    for k, places in KNOT_QUANTILES.items():
        assert len(places) == k
        assert np.add(places, places[::-1]) == pytest.approx(1)
