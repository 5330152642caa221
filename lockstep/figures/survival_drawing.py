"""The drawing of survival curves: axes, medians, bands, curves and marks in the places of their layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from ..graphics.shapes import Area, Drawing, Line, Marks, Overlay, Point, Shape
from ..results.curves import snapped_to_curve
from .survival_bands import opaque_bands
from .survival_layout import AXIS_OFFSET, TICK_LENGTH, FigureLayout, PanelLayout
from .survival_steps import Steps, steps

# Okabe and Ito's colours (jfly.uni-koeln.de/color), the first darkened: distinct to the colour-blind, and of unlike
# lightness. The dashes (in line widths) distinguish the curves in grey print.
COLOURS: Final = ("#00558B", "#D55E00", "#009E73", "#CC79A7", "#3C3C3C", "#E69F00")
DASHES: Final[tuple[tuple[float, ...], ...]] = ((), (4, 1.3), (1, 1), (7, 1.2, 1, 1.2), (9, 2), (3, 1, 1, 1, 1, 1))
GUIDE_COLOUR: Final = "#8A8A8A"
GUIDE_DASHES: Final = (4, 2.5)
CURVE_WIDTH: Final = 1.2  # points, as the next two
COMPETING_WIDTH: Final = 0.9
COMPETING_DASHES: Final = (2.5, 1.8)
AXIS_WIDTH: Final = 0.7
GUIDE_WIDTH: Final = 0.6
BAND_OPACITY: Final = 0.15
BAND_OPACITY_OF_MANY: Final = 0.1  # more than two bands lie upon each other
MARK_LENGTH: Final = 1.9 * (72 / 25.4)  # points, as the next
MARK_WIDTH: Final = 0.6
MOST_MARKS: Final = 1.35  # of a curve, per millimetre of its axis, where every step has room for one of 2.4


def drawing_of(layout: FigureLayout) -> Drawing:
    """Return the drawing of a figure, all its lines in the layout's scale."""
    return Drawing(width=layout.width, height=layout.height, shapes=tuple(_shapes(layout)))


def _shapes(layout: FigureLayout) -> Iterator[Shape]:
    curves = [_steps(panel) for panel in layout.panels]
    marked = all(map(_marks_are_apart, layout.panels, curves))
    for panel, of_panel in zip(layout.panels, curves, strict=True):
        yield from _axes(panel, layout.scale)
        yield from _medians(panel, layout.scale)
        yield _bands(panel, of_panel)
        yield from _competing(panel, layout.scale)
        yield from _curves(panel, of_panel, layout.scale, marked)
        for sample in panel.samples:
            ends = ((sample.x, sample.y), (sample.x + sample.length, sample.y))
            yield _curve(ends, sample.group, layout.scale, layer=2.0, solid=_has_competing(panel))
        yield from panel.texts


def _steps(layout: PanelLayout) -> list[Steps]:
    panel = layout.panel
    end = panel.axis.ticks[-1]
    return [steps(group.curve, per_unit=panel.per_unit, end=end) for group in panel.groups]


def _marks_are_apart(layout: PanelLayout, curves: Iterable[Steps]) -> bool:
    """Return whether marks are distinct; in a large cohort they would run together and hide curves and bands."""
    return all(len(lines.marks) <= MOST_MARKS * layout.width for lines in curves)


def _axes(layout: PanelLayout, scale: float) -> Iterator[Line]:
    """Yield axis lines and ticks, set off from the plot so that they hide no curve at 0% or 100%."""
    offset, length = AXIS_OFFSET * scale, TICK_LENGTH * scale
    x, y = layout.left - offset, layout.top + layout.height + offset
    vertical = [_at(layout, (0, tick / 100))[1] for tick in layout.panel.y_ticks]
    horizontal = [_at(layout, (tick, 0))[0] for tick in layout.panel.axis.ticks]
    lines = [
        ((x, vertical[0]), (x, vertical[-1])),
        ((horizontal[0], y), (horizontal[-1], y)),
        *(((x, tick), (x - length, tick)) for tick in vertical),
        *(((tick, y), (tick, y + length)) for tick in horizontal),
    ]
    for line in lines:  # a projecting end closes the corner between an axis and its outermost tick
        yield Line(points=line, width=AXIS_WIDTH * scale, projecting=True)


def _medians(layout: PanelLayout, scale: float) -> Iterator[Line]:
    """Yield light lines at 50%, and from there to the time axis at each median."""
    panel = layout.panel
    end = panel.axis.ticks[-1]
    # Where the curves step, so that a line meets the step that it belongs to.
    medians = [
        snapped_to_curve(group.median, group.curve) / panel.per_unit
        for group in panel.groups
        if group.median is not None
    ]
    if not medians:
        return
    lines = [((0.0, 0.5), (min(max(medians), end), 0.5))]
    lines += [((median, 0.5), (median, 0.0)) for median in medians if median <= end]
    for line in lines:
        points = tuple(_at(layout, point) for point in line)
        yield Line(points=points, width=GUIDE_WIDTH * scale, colour=GUIDE_COLOUR, dashes=GUIDE_DASHES, layer=2.1)


def _bands(layout: PanelLayout, curves: Sequence[Steps]) -> Overlay:
    """Return the confidence bands."""
    opacity = BAND_OPACITY if len(curves) <= 2 else BAND_OPACITY_OF_MANY
    colours = [COLOURS[i % len(COLOURS)] for i in range(len(curves))]
    bands = [lines.bands for lines in curves]

    def area(corners: Iterable[Point], colour: str, opacity: float = 1.0) -> Area:
        return Area(corners=tuple(_at(layout, point) for point in corners), colour=colour, opacity=opacity)

    return Overlay(
        transparent=tuple(
            area(corners, colour, opacity) for parts, colour in zip(bands, colours, strict=True) for corners in parts
        ),
        opaque=tuple(area(corners, colour) for corners, colour in opaque_bands(bands, colours, opacity)),
    )


def _curves(layout: PanelLayout, curves: Sequence[Steps], scale: float, marked: bool) -> Iterator[Line | Marks]:
    """Yield, for each group, the step curve, and marks where patients are censored."""
    for i, curve in enumerate(curves):
        points = tuple(_at(layout, point) for point in curve.line)
        line = _curve(points, i, scale, layer=3.0, solid=_has_competing(layout))
        yield line
        if marked:
            marks = tuple(_at(layout, point) for point in curve.marks)
            yield Marks(points=marks, length=MARK_LENGTH * scale, width=MARK_WIDTH * scale, colour=line.colour)


def _competing(layout: PanelLayout, scale: float) -> Iterator[Line]:
    """Yield the incidence of the competing event, dashed and thinner, in the colour of each group."""
    panel = layout.panel
    for i, group in enumerate(panel.groups):
        if group.competing is not None:
            line = steps(group.competing, per_unit=panel.per_unit, end=panel.axis.ticks[-1]).line
            points = tuple(_at(layout, point) for point in line)
            solid = _curve(points, i, scale, layer=2.9, solid=True)
            yield replace(solid, width=COMPETING_WIDTH * scale, dashes=COMPETING_DASHES)


def _has_competing(layout: PanelLayout) -> bool:
    """Return whether dashes mean the competing event, and not a group."""
    return any(group.competing is not None for group in layout.panel.groups)


def _curve(points: tuple[Point, ...], group: int, scale: float, *, layer: float, solid: bool) -> Line:
    """Return a line in colour and dashes of a group, or in its colour alone; no pair comes twice among 36 groups."""
    return Line(
        points=points,
        width=CURVE_WIDTH * scale,
        colour=COLOURS[group % len(COLOURS)],
        dashes=() if solid else DASHES[(group + group // len(COLOURS)) % len(DASHES)],
        mitred=True,
        layer=layer,
    )


def _at(layout: PanelLayout, point: Point) -> Point:
    """Return where a point of the plot (time, probability) is on the figure, in millimetres."""
    time, probability = point
    return (
        layout.left + layout.width * time / layout.panel.axis.ticks[-1],
        layout.top + layout.height * (1 - 100 * probability / layout.panel.y_ticks[-1]),
    )
