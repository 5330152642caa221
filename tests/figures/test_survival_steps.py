"""Tests of lockstep.figures.survival_steps: the lines of a survival curve."""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import replace

import pytest
from sample_results import Patients, kaplan_meier

from lockstep.figures.survival_steps import Steps, steps
from lockstep.results.curves import CELLS, PrintedCurve, printed_curve
from lockstep.results.model import Curve

FIVE = [(2.0, True), (4.0, False), (4.0, True), (8.0, True), (10.0, False)]


def printed(curve: Curve, *, end: float = 160, per_unit: float = 1) -> Steps:
    """Return a curve's lines on an axis that ends at `end`; 160 units of it are the steps that can be distinguished."""
    return steps(printed_curve(curve, end=end * per_unit), per_unit=per_unit, end=end)


def test_steps_hold_each_value_until_the_next_event_and_end_with_follow_up() -> None:
    """The line runs level to each event, falls there, and ends at the last follow-up, short of the axis end."""
    lines = printed(kaplan_meier("os", FIVE, [0]), per_unit=2, end=80)
    expected = [(0, 1), (0, 1), (1, 1), (1, 0.8), (2, 0.8), (2, 0.6), (4, 0.6), (4, 0.3), (5, 0.3)]
    assert [(x, pytest.approx(y)) for x, y in expected] == list(lines.line)


def test_steps_mark_each_time_with_a_censored_patient() -> None:
    """A mark stands on the curve where a patient is censored, after the fall at a tied event."""
    lines = printed(kaplan_meier("os", FIVE, [0]))
    assert [(4, pytest.approx(0.6)), (10, pytest.approx(0.3))] == list(lines.marks)


@pytest.mark.parametrize("end", [3.0, 4.0, 9.0])
def test_steps_are_cut_at_the_end_of_the_axis(end: float) -> None:
    """Nothing is drawn beyond the axis, and a curve that goes on reaches its very end."""
    lines = printed(kaplan_meier("os", FIVE, [0]), end=end)
    assert lines.line[-1][0] == end
    assert all(x <= end for points in (lines.marks, *lines.bands) for x, _ in points)


def test_a_bound_that_cannot_be_estimated_interrupts_the_band() -> None:
    """The band has a gap where a bound is None, as after the last patient died, and nothing is invented there."""
    curve = kaplan_meier("os", [(1.0, True), (2.0, True), (3.0, True), (9.0, True)], [0])
    low = list(curve.conf_low)
    low[2] = None
    bands = printed(replace(curve, conf_low=tuple(low))).bands
    assert [(min(x for x, _ in band), max(x for x, _ in band)) for band in bands] == [(0, 2), (3, 9)]


def test_the_band_surrounds_the_curve() -> None:
    """At each step the band goes from the lower bound to the upper bound of that step."""
    curve = kaplan_meier("os", FIVE, [0])
    (band,) = printed(curve).bands
    low, high = curve.conf_low[1], curve.conf_high[1]
    assert low is not None
    assert high is not None
    low, high = round(low, 3), round(high, 3)
    assert {(2.0, high), (4.0, high), (2.0, low), (4.0, low)} <= set(band)


@pytest.mark.parametrize(
    ("patients", "line"),
    [
        ([(5.0, True)], [(0, 1), (0, 1), (5, 1), (5, 0), (5, 0)]),
        ([(5.0, False)], [(0, 1), (0, 1), (5, 1)]),
        ([(0.0, True), (7.0, False)], [(0, 1), (0, 0.5), (7, 0.5)]),
    ],
    ids=["one death", "one censored", "death at time 0"],
)
def test_steps_of_the_smallest_groups(patients: Patients, line: list[tuple[float, float]]) -> None:
    """A single patient, a group without events and an event at time 0 give lines, not errors."""
    assert line == list(printed(kaplan_meier("os", patients, [0])).line)


def many() -> Curve:
    """Return the curve of a large cohort, whose times have two decimals."""
    rng = random.Random(7)  # noqa: S311
    patients = [(round(rng.expovariate(0.001), 2), rng.random() < 0.7) for _ in range(2000)]
    return kaplan_meier("os", patients, [0])


def test_steps_are_no_finer_than_the_line_and_no_further_off_than_that() -> None:
    """Of thousands of steps there is one for each width of the line, and none is off by more than half of that."""
    curve = many()
    lines = printed(curve, end=3000)
    assert len(lines.line) <= 2 * (CELLS + 1) + 1
    assert len(lines.marks) <= CELLS + 1
    xs, half = [x for x, _ in lines.line], 3000 / CELLS / 2
    for time in range(0, 3000, 7):
        drawn = lines.line[bisect_right(xs, time) - 1][1]
        before, after = (curve.survival[max(bisect_right(curve.time, t) - 1, 0)] for t in (time - half, time + half))
        assert round(after, 3) <= drawn <= round(before, 3)


def test_a_printed_curve_has_no_exact_time_and_no_count_but_those_printed_below_it() -> None:
    """Every time stands on the grid of the axis, values have the three decimals that paper can show."""
    curve = printed_curve(many(), end=3000)
    assert curve.resolution == 18.75
    assert all((time / 18.75).is_integer() for time in (*curve.time, *curve.censored))
    assert all(value == round(value, 3) for value in (*curve.survival, *filter(None, curve.conf_low)))
    assert set(PrintedCurve.__slots__).isdisjoint({"n_at_risk", "n_events", "n_censored"})
    assert curve.risk_table == many().risk_table


def test_a_curve_that_is_printed_already_stays_as_it_is() -> None:
    """Coarsening twice is coarsening once, so that a released curve draws the very same figure."""
    once = printed_curve(many(), end=3000)
    assert printed_curve(once, end=3000) == once


@pytest.mark.parametrize("landmark", [100, 365, 990.5])
def test_a_curve_from_a_landmark_is_on_the_grid_of_all_follow_up(landmark: float) -> None:
    """Another grid beside that of the whole curve would put the patients on a border of both to a day or two."""
    curve = printed_curve(many(), end=3000, begins=landmark)
    assert (curve.time[0], curve.time[-1]) == (0, 3000)
    since_start = [(time + landmark) / curve.resolution for time in (*curve.time[1:-1], *curve.censored[1:-1])]
    assert len(since_start) > 100
    assert all(abs(step - round(step)) < 1e-9 for step in since_start)


def test_a_printed_curve_ends_where_follow_up_does() -> None:
    """The last patient may be censored long after the last event: the curve goes on to there, within the axis."""
    patients = [(10.0, True), (100.2, False)]
    assert printed_curve(kaplan_meier("os", patients, [0]), end=160).time == (0, 10, 100)
    assert printed_curve(kaplan_meier("os", patients, [0]), end=80).time == (0, 10, 80)
