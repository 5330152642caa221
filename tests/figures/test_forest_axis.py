"""Tests of lockstep.figures.forest_estimates: how far the axis of a forest plot reaches, its ticks, their labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from forest_plots import estimate, figure, models, texts

from lockstep.figures.forest_estimates import effect_axis, labelled_ticks
from lockstep.graphics.fonts import text_width
from lockstep.graphics.kind import drawn_to_fit


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.4, 3.0, (0.2, 0.5, 1, 2, 5)),
        (0.55, 1.3, (0.4, 0.6, 0.8, 1, 1.2, 1.4)),
        (0.97, 1.02, (0.97, 0.98, 0.99, 1, 1.01, 1.02)),
        (1.2, 1.4, (0.9, 1, 1.1, 1.2, 1.3, 1.4)),
        (0.02, 0.9, (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2)),
        (3, 40, (0.5, 1, 2, 5, 10, 20, 50)),
    ],
)
def test_ticks_of_ratios_are_round_numbers_on_both_sides_of_1(
    low: float, high: float, expected: tuple[float, ...]
) -> None:
    """1, 2, 5 and their tens; where the range is narrow, equal steps."""
    axis = effect_axis([estimate((low * high) ** 0.5, low, high)], 1.0)
    assert axis.ticks == pytest.approx(expected)
    assert axis.share(1.0) == pytest.approx(np.log(1 / axis.low) / np.log(axis.high / axis.low))


def test_differences_have_a_linear_axis_with_a_line_at_0() -> None:
    """Ticks in equal steps on both sides of 0; the minus is that of the style."""
    axis = effect_axis([estimate(-3, -7.5, 1.2), estimate(2, -1, 5)], 0.0)
    assert axis.ticks == (-10, -5, 0, 5)
    assert axis.share(0) == pytest.approx(-axis.low / (axis.high - axis.low))
    plot = replace(models("Arm"), no_effect=0.0, marks=(".", "−"))
    plot = replace(plot, lines=(replace(plot.lines[1], estimate=estimate(-3, -7.5, 1.2)),))
    assert "−6" in [text.text for text in texts(drawn_to_fit(figure(plot), text_width))]


def test_labels_of_ticks_keep_apart() -> None:
    """Where not all have room, 1 keeps its label, then 0.1 and 10, 0.5 and 2."""
    axis = effect_axis([estimate(0.5, 0.06, 4)], 1.0)
    assert [axis.ticks[i] for i in labelled_ticks(axis, 40, [3.0] * len(axis.ticks), 0.8)] == list(axis.ticks)
    assert [axis.ticks[i] for i in labelled_ticks(axis, 16, [3.0] * len(axis.ticks), 0.8)] == [0.1, 1, 5]
