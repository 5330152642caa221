"""The drawing of a forest plot: columns of text, between them intervals on an axis, below it what they favour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ..base.errors import counted
from ..graphics.kind import NoRoomError
from ..graphics.shapes import Area, Drawing, Line, Point, Shape, enlarged
from ..text import numbers
from ..text.decimals import needed_decimals
from ..text.figure_size import FigureSize
from ..text.figure_text import DIGIT_HEIGHT, LINE, PAD, TEXT_SIZE, Measure, Text, wrapped_text
from ..text.style import Style
from .forest_columns import EDGE, INDENT, ForestColumns, ForestLine, ForestPlot, face_of, forest_columns
from .forest_estimates import EffectAxis, PlottedEstimate, effect_axis, labelled_ticks, tick_positions

# Millimetres, before scaling.
ROW: Final = 4.2  # the height of a line whose label is not broken
ASCENT: Final = 2.4  # from the top of a line of text to its baseline
RULE: Final = 1.6  # from the last line of the headings to the rule below them
AFTER_RULE: Final = 0.8
SET_APART: Final = 1.6  # below the lines of all patients
TICK_LENGTH: Final = 0.9
LEAST_ARROW: Final = 10.0
FAVOURS_WIDTH: Final = 45.0
FROM_NO_EFFECT: Final = 1.2  # to the beginning of an arrow, or of its text

HEAD: Final[Point] = (1.6, 1.5)  # length and width of an arrow's head
MOST_MARK: Final = 2.5  # side of the largest square
LEAST_MARK: Final = 0.8
PLAIN_MARK: Final = 1.8
DIAMOND: Final = 2.7  # height
AXIS_WIDTH: Final = 0.7  # points, as the next
INTERVAL_WIDTH: Final = 0.9
GUIDE_COLOUR: Final = "#8A8A8A"
GUIDE_DASHES: Final = (4, 2.5)
FILLS: Final = ("black", "white", "#9A9A9A")
"""Of the marks of the first, second and third model; each has a black outline."""


def draw_forest(plot: ForestPlot, size: FigureSize, measure: Measure) -> Drawing:
    """Draw a forest plot in the width of one column where no label is broken there, else of two.

    Raises
    ------
    NoRoomError
        If it does not fit into its widths or height.
    """
    with suppress(NoRoomError):
        return _drawing(plot, size.one, size, measure, unbroken=True)
    return _drawing(plot, size.two, size, measure, unbroken=False)


def _drawing(plot: ForestPlot, width: float, size: FigureSize, measure: Measure, *, unbroken: bool) -> Drawing:
    width /= size.scale
    columns = forest_columns(plot, width, measure, unbroken=unbroken)
    axis = effect_axis((line.estimate for line in plot.lines if line.estimate is not None), plot.no_effect)
    heading = wrapped_text(plot.label_heading, columns.label_width, measure, TEXT_SIZE, "bold")
    heading_lines = max(len(heading), *(len(column.heading) for _, column in columns.placed))
    first = EDGE + ASCENT + LINE * (heading_lines - 1) + RULE + AFTER_RULE
    below = list(_below(plot, axis, columns, width, measure))
    depth = max(shape.y for shape in below if isinstance(shape, Text)) + 0.8  # descenders
    broken = [
        max([1, len(label), *(len(c.cells[i]) for _, c in columns.placed)]) for i, label in enumerate(columns.labels)
    ]
    own = first + sum(ROW + LINE * (n - 1) for n in broken) + SET_APART * _apart(plot) + depth + EDGE
    if own * size.scale > size.most_height:
        raise NoRoomError(
            f"does not fit on a page: with {counted(len(plot.lines), 'line')} it would be higher than "
            f"{size.most_height:g} mm.\nMake two figures of it, or shorten the labels."
        )
    row = ROW + max(0.0, size.least_height / size.scale - own) / len(broken)

    shapes: list[Shape] = list(_headings(plot, heading, columns, first - AFTER_RULE, width, measure))
    tops, y = [], first
    for i, line in enumerate(plot.lines):
        tops.append(y)
        last = i + 1 == len(plot.lines) or not plot.lines[i + 1].is_overall
        y += row + LINE * (broken[i] - 1) + (SET_APART if line.is_overall and last else 0.0)
    shapes += _guide(plot, axis, columns, tops, row, (first - AFTER_RULE, y), measure)
    for i, (line, top) in enumerate(zip(plot.lines, tops, strict=True)):
        shapes += _texts(columns, line, i, top + row / 2 + DIGIT_HEIGHT / 2)
        if line.estimate is not None:
            shapes += _estimate(line, axis, columns, top + row / 2, _side(plot, line.estimate), measure)
    shapes += [_moved(shape, y) for shape in below]
    height = y + depth + EDGE
    return enlarged(Drawing(width=width, height=height, shapes=tuple(shapes)), size.scale)


def _apart(plot: ForestPlot) -> bool:
    return any(line.is_overall for line in plot.lines)


# ---- texts ---------------------------------------------------------------------------------------------------------


def _headings(
    plot: ForestPlot, heading: Sequence[str], columns: ForestColumns, rule: float, width: float, measure: Measure
) -> Iterator[Shape]:
    """Yield the headings, their last lines on one baseline, and the rule below them."""
    baseline = rule - RULE

    def column(x: float, lines: Sequence[str]) -> Iterator[Text]:
        for i, line in enumerate(lines):
            yield Text(x, baseline - LINE * (len(lines) - 1 - i), line, face="bold")

    yield from column(EDGE, heading)
    for x, found in columns.placed:
        if plot.p_heading and found is columns.placed[-1][1] and plot.p_face == "italic":
            # The letter is in italics where it is in the prose.
            letter, rest = found.heading[0][:1], found.heading[0][1:]
            top = baseline - LINE * (len(found.heading) - 1)
            yield Text(x, top, letter, face="italic")
            yield Text(x + measure(letter, TEXT_SIZE, "italic"), top, rest, face="bold")
            yield from column(x, found.heading[1:])
        else:
            yield from column(x, found.heading)
    yield Line(points=((EDGE, rule), (width - EDGE, rule)), width=AXIS_WIDTH)


def _texts(columns: ForestColumns, line: ForestLine, i: int, baseline: float) -> Iterator[Text]:
    """Yield the texts of a line."""
    for n, part in enumerate(columns.labels[i]):
        if part:
            yield Text(EDGE + INDENT * line.indent, baseline + LINE * n, part, face=face_of(line))
    for x, column in columns.placed:
        for n, part in enumerate(column.cells[i]):
            yield Text(x + column.starts[i], baseline + LINE * n, part)


def _tick_texts(axis: EffectAxis, plot: ForestPlot) -> list[str]:
    style = Style(decimal_mark=plot.marks[0], minus=plot.marks[1])
    return [numbers.number_text(tick, needed_decimals(tick), style) for tick in axis.ticks]


def _below(
    plot: ForestPlot, axis: EffectAxis, columns: ForestColumns, width: float, measure: Measure
) -> Iterator[Shape]:
    """Yield the axis, its numbers and title, and the arrows to what is favoured, as if the plot ended at 0."""
    left, right = columns.plot_left, columns.plot_left + columns.plot_width
    middle = left + columns.plot_width * axis.share(axis.no_effect)
    ticks = [left + place for place in tick_positions(axis, columns.plot_width)]
    yield Line(points=((left, 0.0), (right, 0.0)), width=AXIS_WIDTH, projecting=True)
    y = TICK_LENGTH + PAD + DIGIT_HEIGHT
    for tick in ticks:
        yield Line(points=((tick, 0.0), (tick, TICK_LENGTH)), width=AXIS_WIDTH, projecting=True)
    texts = _tick_texts(axis, plot)
    for i in labelled_ticks(axis, columns.plot_width, [measure(text, TEXT_SIZE) for text in texts], PAD):
        yield Text(ticks[i], y, texts[i], align="center")
    around = min((left + right) / 2 - EDGE, width - EDGE - (left + right) / 2)
    for i, title in enumerate(part for line in plot.axis_title for part in wrapped_text(line, 2 * around, measure)):
        y += LINE if i else LINE + 0.4
        yield Text((left + right) / 2, y, title, align="center")
    if plot.favours is None:
        return
    y += 2.6
    yield from _arrow((middle - FROM_NO_EFFECT, y), (min(left, middle - FROM_NO_EFFECT - LEAST_ARROW), y))
    yield from _arrow((middle + FROM_NO_EFFECT, y), (max(right, middle + FROM_NO_EFFECT + LEAST_ARROW), y))
    y += LINE + 0.2
    rooms = (middle - FROM_NO_EFFECT - EDGE, width - EDGE - middle - FROM_NO_EFFECT)
    below, above = (
        wrapped_text(text, min(room, FAVOURS_WIDTH), measure) for text, room in zip(plot.favours, rooms, strict=True)
    )
    for n, text in enumerate(below):
        yield Text(middle - FROM_NO_EFFECT, y + LINE * n, text, align="right")
    for n, text in enumerate(above):
        yield Text(middle + FROM_NO_EFFECT, y + LINE * n, text)


def _moved(shape: Shape, down: float) -> Shape:
    """Return a line, area or text that is lower."""
    if isinstance(shape, Line):
        return replace(shape, points=tuple((x, y + down) for x, y in shape.points))
    if isinstance(shape, Area):
        return replace(shape, corners=tuple((x, y + down) for x, y in shape.corners))
    return replace(shape, y=shape.y + down) if isinstance(shape, Text) else shape


# ---- the plot ------------------------------------------------------------------------------------------------------


def _reason(estimate: PlottedEstimate, room: float, measure: Measure) -> str:
    """Return why there is no estimate, in the words that the plot has room for; nothing where it has none."""
    reason = estimate.reason.partition(" (")[0]
    return reason if reason and measure(reason, TEXT_SIZE) <= room else ""


def _guide(
    plot: ForestPlot,
    axis: EffectAxis,
    columns: ForestColumns,
    tops: Sequence[float],
    row: float,
    ends: tuple[float, float],
    measure: Measure,
) -> Iterator[Line]:
    """Yield the dashed line of no effect, from the rule to the axis, broken where a reason stands."""
    x = columns.plot_left + columns.plot_width * axis.share(axis.no_effect)
    breaks = [
        (top, top + row)
        for line, top in zip(plot.lines, tops, strict=True)
        if line.estimate is not None and _reason(line.estimate, columns.plot_width, measure)
    ]
    for start, end in pairwise([ends[0], *(place for both in breaks for place in both), ends[1]]):
        if (start, end) not in breaks:
            yield Line(
                points=((x, start), (x, end)), width=AXIS_WIDTH, colour=GUIDE_COLOUR, dashes=GUIDE_DASHES, layer=1.0
            )


def _side(plot: ForestPlot, estimate: PlottedEstimate) -> float:
    """Return the side of a mark: its area is in proportion to the information, as far as it can be seen."""
    if not plot.is_sized:
        return PLAIN_MARK
    most = max(
        (_information(plot, line.estimate) for line in plot.lines if line.estimate and not line.is_overall), default=0
    )
    share = _information(plot, estimate) / most if most else 0.0
    return min(MOST_MARK, max(LEAST_MARK, MOST_MARK * math.sqrt(share)))


def _information(plot: ForestPlot, estimate: PlottedEstimate) -> float:
    """Return a number in proportion to 1 / variance, of the logarithm where it is a ratio, by the printed interval."""
    low, high = estimate.low, estimate.high
    if low is None or high is None or high <= low or (plot.no_effect > 0 and low <= 0):
        return 0.0
    width = math.log(high / low) if plot.no_effect > 0 else high - low
    return 1 / width**2


def _estimate(
    line: ForestLine, axis: EffectAxis, columns: ForestColumns, y: float, side: float, measure: Measure
) -> Iterator[Shape]:
    """Yield the mark and the interval of an estimate; an arrow where it leaves the axis."""
    estimate, left, width = line.estimate, columns.plot_left, columns.plot_width
    if estimate is None or estimate.value is None:
        if estimate is not None and (reason := _reason(estimate, width, measure)):
            yield Text(left + width / 2, y + DIGIT_HEIGHT / 2, reason, align="center")
        return
    right = left + width

    def at(value: float) -> float:
        return min(right, max(left, left + width * axis.share(value)))

    x, is_shown = at(estimate.value), axis.reaches(estimate.value)
    low = estimate.value if estimate.low is None else estimate.low
    high = estimate.value if estimate.high is None else estimate.high
    if line.is_overall and axis.reaches(low) and axis.reaches(high) and low < high:
        points = ((min(at(low), x - 0.5), y), (x, y - DIAMOND / 2), (max(at(high), x + 0.5), y), (x, y + DIAMOND / 2))
        yield Area(corners=points)
        return
    leaves = (axis.share(low) < 0, axis.share(high) > 1)
    if not is_shown:  # an arrow says where it is
        onward, back = (right, left) if estimate.value > axis.high else (left, right)
        start = min(at(low), right - 2 * HEAD[0]) if onward == right else max(at(high), left + 2 * HEAD[0])
        yield from _arrow((start, y), (onward, y), INTERVAL_WIDTH)
        if all(leaves):
            yield from _arrow((onward, y), (back, y), INTERVAL_WIDTH)
        return
    fill = FILLS[line.series % len(FILLS)]
    for sign, end, is_beyond in ((-1, at(low), leaves[0]), (1, at(high), leaves[1])):
        inner = x if fill == "black" else x + sign * side / 2  # another mark is not crossed
        if is_beyond:
            yield from _arrow((inner, y), (end, y), INTERVAL_WIDTH)
        elif sign * (end - inner) > 0:
            yield Line(points=((inner, y), (end, y)), width=INTERVAL_WIDTH)
    yield from _mark(x, y, side, fill)


def _mark(x: float, y: float, side: float, fill: str) -> Iterator[Shape]:
    half = side / 2
    corners = ((x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half))
    yield Area(corners=corners, colour=fill)
    if fill != "black":
        yield Line(points=(*corners, corners[0]), width=AXIS_WIDTH, projecting=True, mitred=True)


def _arrow(start: Point, end: Point, width: float = AXIS_WIDTH) -> Iterator[Shape]:
    """Yield an arrow to the left or right; its head alone where it has no room for more."""
    (x, y), (length, head) = end, HEAD
    sign = 1 if end[0] >= start[0] else -1
    back = x - sign * length
    if sign * (back - start[0]) > 0:
        yield Line(points=(start, (back, y)), width=width)
    yield Area(corners=((x, y), (back, y - head / 2), (back, y + head / 2)))
