"""A drawing as values: lines, areas, marks and texts at their places in millimetres, before any library draws them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from ..text.figure_text import Text

Point: TypeAlias = tuple[float, float]
"""Millimetres from the left and from the top of the figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points.

    `width` is in points, `dashes` (on, off ...) in widths; ends are flat or `projecting`, corners round or `mitred`.
    A line of a higher `layer` covers those of lower ones; areas lie below all lines, on layer 1, marks above, on 4.
    """

    points: tuple[Point, ...]
    width: float
    colour: str = "black"
    dashes: tuple[float, ...] = ()
    projecting: bool = False
    mitred: bool = False
    layer: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A polygon filled with a colour, without an outline; `opacity` is 0-1."""

    corners: tuple[Point, ...]
    colour: str = "black"
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Areas that one sees through, and opaque ones that look alike, for formats that have no transparency."""

    transparent: tuple[Area, ...]
    opaque: tuple[Area, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Short upright strokes across a line, centred on points; length and width in points."""

    points: tuple[Point, ...]
    length: float
    width: float
    colour: str


Shape: TypeAlias = Line | Area | Overlay | Marks | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A figure's size in millimetres and all that is on it, in the order in which it is drawn."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def enlarged(drawing: Drawing, scale: float) -> Drawing:
    """Return a drawing enlarged as a whole: text, lines, distances."""
    if scale == 1:
        return drawing
    shapes = tuple(_enlarged(shape, scale) for shape in drawing.shapes)
    return Drawing(width=drawing.width * scale, height=drawing.height * scale, shapes=shapes)


def _enlarged(shape: Shape, scale: float) -> Shape:
    def points(found: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple((x * scale, y * scale) for x, y in found)

    match shape:
        case Line():
            return replace(shape, points=points(shape.points), width=shape.width * scale)
        case Area():
            return replace(shape, corners=points(shape.corners))
        case Marks():
            length, width = shape.length * scale, shape.width * scale
            return replace(shape, points=points(shape.points), length=length, width=width)
        case Overlay():
            transparent = tuple(replace(area, corners=points(area.corners)) for area in shape.transparent)
            opaque = tuple(replace(area, corners=points(area.corners)) for area in shape.opaque)
            return Overlay(transparent=transparent, opaque=opaque)
        case Text():
            return shape.enlarged(scale)
