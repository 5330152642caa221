"""Tests of manuscript.steps: the lines of a survival curve."""

from __future__ import annotations

import random
from bisect import bisect_right

import pytest
from sample_results import Patients, kaplan_meier

from manuscript.steps import steps

FIVE = [(2.0, True), (4.0, False), (4.0, True), (8.0, True), (10.0, False)]


def test_steps_hold_each_value_until_the_next_event_and_end_with_follow_up() -> None:
    """The line runs level to each event, falls there, and ends at the last follow-up, short of the axis end."""
    lines = steps(kaplan_meier("os", FIVE, [0]), per_unit=2, end=100, resolution=0.001)
    expected = [(0, 1), (0, 1), (1, 1), (1, 0.8), (2, 0.8), (2, 0.6), (4, 0.6), (4, 0.3), (5, 0.3)]
    assert [(x, pytest.approx(y)) for x, y in expected] == list(lines.line)


def test_steps_mark_each_time_with_a_censored_patient() -> None:
    """A mark stands on the curve where a patient is censored, after the fall at a tied event."""
    lines = steps(kaplan_meier("os", FIVE, [0]), per_unit=1, end=100, resolution=0.001)
    assert [(4, pytest.approx(0.6)), (10, pytest.approx(0.3))] == list(lines.marks)


@pytest.mark.parametrize("end", [3.0, 4.0, 9.0])
def test_steps_are_cut_at_the_end_of_the_axis(end: float) -> None:
    """Nothing is drawn beyond the axis, and a curve that goes on reaches its very end."""
    lines = steps(kaplan_meier("os", FIVE, [0]), per_unit=1, end=end, resolution=0.001)
    assert lines.line[-1][0] == end
    assert all(x <= end for points in (lines.marks, *lines.bands) for x, _ in points)


def test_a_bound_that_cannot_be_estimated_interrupts_the_band() -> None:
    """The band has a gap where a bound is None, as after the last patient died, and nothing is invented there."""
    curve = kaplan_meier("os", [(1.0, True), (2.0, True), (3.0, True), (9.0, True)], [0])
    low = list(curve.conf_low)
    low[2] = None
    broken = type(curve)(**{name: getattr(curve, name) for name in curve.__slots__} | {"conf_low": tuple(low)})
    bands = steps(broken, per_unit=1, end=10, resolution=0.001).bands
    assert [(min(x for x, _ in band), max(x for x, _ in band)) for band in bands] == [(0, 2), (3, 9)]


def test_the_band_surrounds_the_curve() -> None:
    """At each step the band goes from the lower bound to the upper bound of that step."""
    curve = kaplan_meier("os", FIVE, [0])
    (band,) = steps(curve, per_unit=1, end=10, resolution=0.001).bands
    low, high = curve.conf_low[1], curve.conf_high[1]
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
    assert line == list(steps(kaplan_meier("os", patients, [0]), per_unit=1, end=10, resolution=0.01).line)


def test_steps_are_no_finer_than_print_and_no_further_off_than_that() -> None:
    """Of thousands of steps those are kept that print can show: one in each pixel, none off by more than one."""
    rng = random.Random(7)  # noqa: S311
    patients = [(round(rng.expovariate(0.001), 2), rng.random() < 0.7) for _ in range(2000)]
    curve = kaplan_meier("os", patients, [0])
    lines = steps(curve, per_unit=1, end=3000, resolution=10)
    assert len(lines.line) <= 2 * 300 + 4
    assert len(lines.marks) <= 301
    xs = [x for x, _ in lines.line]
    for time in range(0, 3000, 7):
        drawn = lines.line[bisect_right(xs, time) - 1][1]
        before, after = (curve.survival[max(bisect_right(curve.time, t) - 1, 0)] for t in (time - 10, time + 10))
        assert after <= drawn <= before
