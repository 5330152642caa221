"""Tests of lockstep.figures.survival_bands: bands painted without transparency look as transparent ones do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.figures.survival_bands import Corners, opaque_bands

COLOURS = ("#00558B", "#D55E00", "#009E73")
Span = tuple[int, int, float, float]


def band(spans: Sequence[Span]) -> Corners:
    """Return the corners of a band of steps (from, until, low, high)."""
    upper = [point for start, until, _, high in spans for point in ((float(start), high), (float(until), high))]
    lower = [point for start, until, low, _ in spans for point in ((float(start), low), (float(until), low))]
    return (*upper, *reversed(lower))


@st.composite
def curves(draw: st.DrawFn) -> list[list[list[Span]]]:
    """Return parts of the bands of up to three curves; parts of a curve do not touch each other."""
    bands = []
    for _ in range(draw(st.integers(1, 3))):
        times = sorted(draw(st.sets(st.integers(0, 12), min_size=2, max_size=8)))
        spans: list[Span] = []
        for start, until in pairwise(times):
            low, high = sorted(draw(st.sets(st.integers(0, 8), min_size=2, max_size=2)))
            spans.append((start, until, low / 8, high / 8))
        gap = draw(st.integers(0, len(spans)))
        bands.append([part for part in (spans[:gap], spans[gap + 1 :]) if part])
    return bands


def blended(colours: Sequence[str], opacity: float) -> tuple[float, ...]:
    """Return what layers of paint show on white."""
    shown = [255.0] * 3
    for colour in colours:
        shown = [
            c * (1 - opacity) + int(colour[k : k + 2], 16) * opacity for c, k in zip(shown, (1, 3, 5), strict=True)
        ]
    return tuple(shown)


def inside(corners: Corners, x: float, y: float) -> bool:
    """Tell whether a point that is on no edge lies in a polygon (crossings of a ray)."""
    crossings = 0
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (y1 > y) != (y2 > y):
            crossings += x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
    return crossings % 2 == 1


@given(curves())
def test_each_point_has_the_colour_of_the_transparent_bands_over_it(bands: list[list[list[Span]]]) -> None:
    """Wherever bands lie upon each other, what is painted last there is the blend of all of them, the first lowest."""
    areas = opaque_bands([[band(part) for part in parts] for parts in bands], COLOURS[: len(bands)], 0.15)
    for x in (i + 0.5 for i in range(12)):
        for y in ((2 * i + 1) / 16 for i in range(8)):
            over = [
                colour
                for parts, colour in zip(bands, COLOURS, strict=False)
                if any(start < x < until and low < y < high for part in parts for start, until, low, high in part)
            ]
            painted = [colour for corners, colour in areas if inside(corners, x, y)]
            assert bool(painted) == bool(over)
            if painted:
                shown = [int(painted[-1][k : k + 2], 16) for k in (1, 3, 5)]
                assert shown == pytest.approx(blended(over, 0.15), abs=0.5)


def test_an_area_without_overlap_is_painted_whole() -> None:
    """A band that no other touches is one area, not pieces side by side that a viewer would show seams between."""
    spans: list[Span] = [(0, 1, 0.5, 0.9), (1, 4, 0.4, 0.8), (4, 6, 0.2, 0.6)]
    assert [corners for corners, _ in opaque_bands([[band(spans)]], COLOURS, 0.15)] == [band(spans)]
