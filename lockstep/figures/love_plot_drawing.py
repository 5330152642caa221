"""The drawing of a love plot: labels at the left, marks on an axis from 0, and what they are below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ..base.errors import counted
from ..graphics.kind import NoRoomError
from ..graphics.shapes import Area, Drawing, Line, Shape, enlarged
from ..text import numbers
from ..text.decimals import needed_decimals
from ..text.figure_size import FigureSize
from ..text.figure_text import DIGIT_HEIGHT, LINE, PAD, TEXT_SIZE, Measure, Text, labelled, wrapped_text
from ..text.provenance import PrintedText
from ..text.style import Style

TITLE: Final = "Absolute standardized mean difference"

# Millimetres, before scaling.
EDGE: Final = 0.5
ROW: Final = 4.2
INDENT: Final = 2.4
TO_PLOT: Final = 3.0  # from the labels
LEAST_PLOT: Final = 30.0
MARK: Final = 1.8
TICK: Final = 0.9
AXIS_WIDTH: Final = 0.7  # points
GRID_COLOUR: Final = "#D9D9D9"
GUIDE_COLOUR: Final = "#8A8A8A"
GUIDE_DASHES: Final = (4, 2.5)
_STEPS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_MOST_STEPS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LoveMark:
    """A difference as it is printed, and where its mark is; None where it cannot be estimated."""

    text: PrintedText
    place: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoveLine:
    """A line: the label of a covariate or level, and its marks before and after; none in a heading."""

    label: str
    indent: bool = False
    marks: tuple[LoveMark, ...] = ()


def draw_love_plot(
    lines: Sequence[LoveLine],
    sides: tuple[str, str],
    size: FigureSize,
    measure: Measure,
    *,
    limit: float,
    decimal_mark: str,
) -> Drawing:
    """Draw a love plot in the width of one column where no label is broken there, else of two.

    Parameters
    ----------
    limit : where the dashed line is.

    Raises
    ------
    NoRoomError
        If it does not fit into its widths or height.
    """
    plot = _Plot(lines, sides, size, measure, limit, decimal_mark)
    with suppress(NoRoomError):
        return plot.drawing(size.one, unbroken=True)
    return plot.drawing(size.two, unbroken=False)


def axis_ticks(most: float) -> tuple[float, ...]:
    """Return the ticks of an axis from 0 on which a value lies: in equal steps, at most seven."""
    for step in _STEPS:
        steps = max(1, -int(-round(most / step, 9) // 1))
        if steps <= _MOST_STEPS:
            return tuple(round(step * i, 6) for i in range(steps + 1))
    step = most / _MOST_STEPS
    return tuple(round(step * i, 2) for i in range(_MOST_STEPS + 1))


@dataclass(frozen=True, slots=True)
class _Plot:
    lines: Sequence[LoveLine]
    sides: tuple[str, str]
    size: FigureSize
    measure: Measure
    limit: float
    decimal_mark: str

    def drawing(self, full: float, *, unbroken: bool) -> Drawing:
        """Draw it in a width; with `unbroken`, refuse to break a label."""
        width = full / self.size.scale
        widest = max(self.measure(line.label, TEXT_SIZE) + self._indent(line) for line in self.lines)
        room = width - 2 * EDGE - TO_PLOT - LEAST_PLOT
        if widest > room and unbroken:
            raise NoRoomError("does not fit into one column")
        labels = [self._wrapped(line, min(widest, room)) for line in self.lines]
        left, right = EDGE + min(widest, room) + TO_PLOT, width - EDGE - 3.0  # half of the last tick's label
        heights = [ROW + LINE * (len(label) - 1) for label in labels]
        bottom = EDGE + sum(heights) + 1.0
        shapes: list[Shape] = []
        ticks = axis_ticks(max([self.limit, *self._places()]))
        shapes += self._axis(ticks, left, right, bottom)
        shapes += self._rows(labels, heights, (left, right, ticks[-1]))
        y = bottom + TICK + PAD + DIGIT_HEIGHT + LINE + 0.4
        shapes.append(Text((left + right) / 2, y, TITLE, align="center"))
        y += LINE + 1.6
        shapes += self._legend(y, width)
        height = y + 0.8 + EDGE
        if height * self.size.scale > self.size.most_height:
            raise NoRoomError(
                f"does not fit on a page: with {counted(len(self.lines), 'line')} it would be higher than "
                f"{self.size.most_height:g} mm.\nShow weights with fewer `terms`, or merge rare levels."
            )
        return enlarged(Drawing(width=width, height=height, shapes=tuple(shapes)), self.size.scale)

    def _indent(self, line: LoveLine) -> float:
        return INDENT if line.indent else 0.0

    def _places(self) -> Iterator[float]:
        return (mark.place for line in self.lines for mark in line.marks if mark.place is not None)

    def _wrapped(self, line: LoveLine, room: float) -> tuple[str, ...]:
        return wrapped_text(line.label, room - self._indent(line), self.measure)

    def _axis(self, ticks: Sequence[float], left: float, right: float, bottom: float) -> Iterator[Shape]:
        """Yield the axis with its numbers, and the dashed line of balance."""

        def at(value: float) -> float:
            return left + (right - left) * value / ticks[-1]

        x = at(self.limit)
        yield Line(
            points=((x, EDGE), (x, bottom)), width=AXIS_WIDTH, colour=GUIDE_COLOUR, dashes=GUIDE_DASHES, layer=1.5
        )
        yield Line(points=((left, bottom), (right, bottom)), width=AXIS_WIDTH, projecting=True)
        style = Style(decimal_mark=self.decimal_mark)
        decimals = max(needed_decimals(tick) for tick in ticks)
        texts = [numbers.number_text(tick, decimals, style) for tick in ticks]
        places = [at(tick) for tick in ticks]
        for place in places:
            yield Line(points=((place, bottom), (place, bottom + TICK)), width=AXIS_WIDTH, projecting=True)
        for i in labelled(places, max(self.measure(text, TEXT_SIZE) for text in texts)):
            yield Text(places[i], bottom + TICK + PAD + DIGIT_HEIGHT, texts[i], align="center")

    def _rows(
        self, labels: Sequence[Sequence[str]], heights: Sequence[float], axis: tuple[float, float, float]
    ) -> Iterator[Shape]:
        """Yield each label, the thin line along which its marks are, and these, that of after on top."""
        (left, right, most), top = axis, EDGE
        for line, label, height in zip(self.lines, labels, heights, strict=True):
            y = top + height / 2
            first = y + DIGIT_HEIGHT / 2 - LINE * (len(label) - 1) / 2
            for n, text in enumerate(label):
                yield Text(EDGE + self._indent(line), first + LINE * n, text)
            if line.marks:
                yield Line(points=((left, y), (right, y)), width=0.4, colour=GRID_COLOUR, layer=1.0)
            for side, mark in enumerate(line.marks):
                if mark.place is not None:
                    yield from _mark(left + (right - left) * mark.place / most, y, is_after=side == 1)
            top += height

    def _legend(self, y: float, width: float) -> Iterator[Shape]:
        """Yield what the marks are, side by side."""
        widths = [MARK + PAD + self.measure(side, TEXT_SIZE) for side in self.sides]
        x = (width - sum(widths) - 5.0) / 2
        for i, side in enumerate(self.sides):
            yield from _mark(x + MARK / 2, y - DIGIT_HEIGHT / 2, is_after=i == 1)
            yield Text(x + MARK + PAD, y, side)
            x += widths[i] + 5.0


def _mark(x: float, y: float, *, is_after: bool) -> Iterator[Shape]:
    """Yield a white square before, a black diamond after."""
    half = MARK / 2
    if is_after:
        half *= 1.25
        yield Area(corners=((x - half, y), (x, y - half), (x + half, y), (x, y + half)))
        return
    corners = ((x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half))
    yield Area(corners=corners, colour="white")
    yield Line(points=(*corners, corners[0]), width=AXIS_WIDTH, projecting=True, mitred=True)
