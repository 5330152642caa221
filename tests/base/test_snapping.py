"""Tests that the noise of floating-point arithmetic decides no count."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.analyses.pipeline import compute
from lockstep.base.snapping import snapped, snapped_all
from lockstep.results.curves import printed_curve
from lockstep.results.model import Results
from lockstep.statistics.roc import roc_curve_cutoff
from lockstep.study.definition import read_study
from lockstep.survival.kaplan_meier import kaplan_meier, number_at_risk
from lockstep.syntax.expressions import parse_expression

NOISY = 0.1 + 0.2  # 0.30000000000000004


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (0.4 * 12, 4.8),
        (0.7 * 12, 8.4),
        (NOISY, 0.3),
        (13.649999999999999, 13.65),
        (-NOISY, -0.3),
        (1e-30 / 3, float("3.33333333333e-31")),
        (2.0**53 - 1, 2.0**53 - 1),
        (1_700_000_000_123.0, 1_700_000_000_123.0),
        (0.0, 0.0),
        (math.inf, math.inf),
    ],
)
def test_a_number_is_the_one_that_is_meant(value: float, meant: float) -> None:
    """Twelve significant digits are kept of a fraction; whole numbers stay as they are."""
    assert snapped(value) == meant
    assert snapped_all([value, math.nan]).tolist()[0] == meant
    assert np.isnan(snapped_all([value, math.nan])[1])


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=4).filter(bool), st.integers(-8, 8))
def test_a_decimal_number_survives_noise(number: Decimal, noise: int) -> None:
    """A measurement of at most ten digits, but nought, which has no last place, is found again from a float near it."""
    value = float(number)
    for _ in range(abs(noise)):
        value = math.nextafter(value, math.copysign(math.inf, noise))
    assert snapped(value) == float(number)


def months(folder: Path, *, ticks: str = "[0, 0.1, 0.2, 0.3, 0.4, 0.5]", times: str = "") -> Results:
    """Return the results of eight patients, five of whom are followed for 4.8 months or more."""
    rows = times or "4.8,1 4.8,1 4.8,0 5.9,0 6,0 1,0 2.4,0 3.6,0"
    lines = [f"{i},{row}" for i, row in enumerate(rows.split())]
    (folder / "data.csv").write_text("\n".join(["id,months,dead", *lines]) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text(
        f"""schema = 1
[data]
file = "data.csv"
id = "id"
[time]
unit = "months"
landmarks = [0.4]
[columns.months]
type = "number"
range = [0.3, 6]
[columns.dead]
type = "number"
[derived.early]
cut = "months"
at = [4.8]
levels = ["a", "b"]
[derived.short]
levels = ["yes", "no"]
when.yes = "months <= 4.8"
when.no = "months > 4.8"
[endpoints.os]
time = "months"
event = "dead == 1"
axis = {{ unit = "years", ticks = {ticks} }}
[cutoff.months]
marker = "os"
outcome = "os"
direction = "low"
""",
        encoding="utf-8",
    )
    return compute(read_study(folder))


def test_those_followed_for_4_8_months_are_at_risk_at_0_4_years(tmp_path: Path) -> None:
    """At the tick 0.4 years, 5 are at risk and 3 censored before; 2.4 and 3.6 months are on their ticks as well."""
    results = months(tmp_path)
    table = results.curve("os").risk_table
    assert table.time == (0.0, 1.2, 2.4, 3.6, 4.8, 6.0)
    assert table.n_at_risk == (8, 7, 7, 6, 5, 1)
    assert table.n_censored == (0, 1, 1, 2, 3, 5)
    assert table.n_events == (0, 0, 0, 0, 0, 2)
    assert results["os.rate.0_4y"].value == pytest.approx(60)  # the events at 4.8 months have happened then


def test_data_with_noise_count_as_the_numbers_that_are_meant(tmp_path: Path) -> None:
    """A cut at 4.8, `months <= 4.8`, the range and ties treat 4.800000000000001 and 4.799999999999999 as 4.8."""
    noise = f"4.800000000000001,1 4.799999999999999,1 4.8,0 {NOISY!r},0 0.29999999999999993,0 6.000000000000001,0"
    results = months(tmp_path, times=noise)
    assert results["early.a.count"].value == 5
    assert results["short.yes.count"].value == 5
    assert results.curve("os").risk_table.n_at_risk[4] == 4
    assert results.curve("os").time == (0.0, 0.3, 4.8, 6.0)


def test_a_tick_or_landmark_given_directly_is_snapped_too() -> None:
    """The statistics themselves do not depend on how a caller computed the time."""
    time, event = [4.8, 4.8, 4.8, 5.9, 6, 1, 2.4, 3.6], [1, 1, 0, 0, 0, 0, 0, 0]
    for tick in (0.4 * 12, 4.8, math.nextafter(4.8, 0)):
        assert number_at_risk(time, event, [tick]).n_at_risk == (5,)
        assert kaplan_meier(time, event).at([tick])[0].value == pytest.approx(0.6)


def test_the_figure_draws_what_happens_at_the_end_of_its_axis(tmp_path: Path) -> None:
    """An axis that ends at 0.7 years shows the event at 8.4 months, although 0.7 x 12 is less in floating point."""
    assert 0.7 * 12 < 8.4
    results = months(tmp_path, ticks="[0, 0.7]", times="5.9,0 5,1")
    curve = results.curve("os")
    late = printed_curve(
        replace(curve, time=(0.0, 5.0, 8.4)),
        end=0.7 * 12,
    )
    assert late.censored == (8.4,)


def test_a_cut_off_is_the_middle_between_two_measurements() -> None:
    """Between 13.6 and 13.7 the cut-off is 13.65, not 13.649999999999999."""
    roc = roc_curve_cutoff([13.6, 13.6, 13.7, 13.7], [0, 0, 1, 1], direction="high")
    assert roc.threshold == 13.65


@pytest.mark.parametrize("condition", ["x <= 0.3", "x == 0.3", "x in [0.3]", "not (x > 0.3)", "0.3 >= x"])
def test_conditions_compare_the_numbers_that_are_meant(condition: str) -> None:
    """0.1 + 0.2 is 0.3 in study.toml and in the claims of the text."""
    assert parse_expression(condition).holds({"x": NOISY}) is True
