"""The layout of survival curves, in millimetres from the top left corner; nothing overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..base.errors import counted
from ..graphics.kind import NoRoomError
from ..text.figure_size import FigureSize
from ..text.figure_text import (
    DIGIT_HEIGHT,
    LEAST_ROOM,
    LINE,
    PAD,
    TEXT_SIZE,
    TITLE_LINE,
    Measure,
    Text,
    labelled,
    wrapped_text,
)
from .survival_legend import (
    Legend,
    LineSample,
    break_lines,
    legend_height,
    must_stack,
    place_legend,
    risk_cells,
    shared_lines,
)
from .survival_panels import Panel, Rows

# Millimetres, as all that is laid out before it is scaled.
USUAL_PLOT_HEIGHT: Final = 46.0
USUAL_PANEL: Final = 85.0  # the plots of wider panels are higher in proportion
LEAST_PLOT_HEIGHT: Final = 28.0  # as it is printed, and the next as it is laid out: its five labels keep apart
LEAST_LABELLED_HEIGHT: Final = 16.0
LEAST_PLOT_WIDTH: Final = 20.0
AXIS_OFFSET: Final = 1.0  # from the plot to its axis lines
TICK_LENGTH: Final = 0.9
EDGE: Final = 0.5  # as it is printed, at both sides, so that a program that scales a figure shaves off no text
COLUMN_GAP: Final = 5.0
ROW_GAP: Final = 7.0
_ASCENT: Final = 3.0  # from the top of a panel to its first baseline
_HEADER_GAP: Final = 2.6  # from the last baseline of a header to the plot
_Y_LABEL_WIDTH: Final = 3.4
_TO_TICK_LABEL: Final = AXIS_OFFSET + TICK_LENGTH + PAD + DIGIT_HEIGHT  # from the plot to these baselines
_TO_AXIS_LABEL: Final = _TO_TICK_LABEL + LINE + 0.4
_TO_LEGEND: Final = _TO_AXIS_LABEL + 4.6


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelLayout:
    """A panel: the rectangle of its plot, all its text, and the line samples of its legend."""

    panel: Panel
    left: float
    top: float
    width: float
    height: float
    texts: tuple[Text, ...]
    samples: tuple[LineSample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLayout:
    """A figure's size and panels, as printed; `scale` is by how much lines and distances are larger than usual."""

    width: float
    height: float
    panels: tuple[PanelLayout, ...]
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """A panel's place: its left edge and top; its plot, of the size that all plots of the figure have."""

    x: float
    top: float
    width: float
    plot_left: float
    plot_top: float
    plot_width: float
    plot_height: float

    @property
    def plot_right(self) -> float:
        return self.plot_left + self.plot_width

    @property
    def plot_bottom(self) -> float:
        return self.plot_top + self.plot_height


@dataclass(frozen=True, slots=True)
class _Header:
    """The lines above a plot: the endpoint, and the level of the subgroup."""

    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    p_below: bool  # the P value has a line of its own

    @property
    def height(self) -> float:
        lines = len(self.subtitle) + self.p_below
        return _ASCENT + TITLE_LINE * (len(self.title) - 1) + LINE * lines + _HEADER_GAP


def width_of(rows: Rows, size: FigureSize) -> float:
    """Return the width of a figure in millimetres: one column where its panels are stacked, else two."""
    return size.width(max(map(len, rows)))


def lay_out(rows: Rows, size: FigureSize, measure: Measure) -> FigureLayout:
    """Place the parts of a figure; all its plots have one size, and align.

    Raises
    ------
    NoRoomError
        If the panels do not fit on one page, or into the journal's width.
    """
    every, columns = [panel for row in rows for panel in row], max(map(len, rows))
    edge = EDGE / size.scale
    cell = (width_of(rows, size) / size.scale - 2 * edge - COLUMN_GAP * (columns - 1)) / columns
    left, right = _gutters(every, measure)
    plot_width = cell - left - right
    _check_width(rows, size, plot_width, measure)

    stacked = must_stack(every, cell, measure)
    headers = [[_header(panel, plot_width, size.title_size, measure) for panel in row] for row in rows]
    legends = [[break_lines(panel, cell, measure, stacked=stacked) for panel in row] for row in rows]
    above = [max(header.height for header in row) for row in headers]
    lines = [shared_lines(row) for row in legends]
    below = [_TO_LEGEND + legend_height(row) for row in lines]
    plot_height = _plot_height(rows, size, cell, sum(above) + sum(below))

    panels, top = [], 0.0
    for r, row in enumerate(rows):
        for c, panel in enumerate(row):
            x = edge + c * (cell + COLUMN_GAP)
            frame = _Frame(
                x=x,
                top=top,
                width=cell,
                plot_left=x + left,
                plot_top=top + above[r],
                plot_width=plot_width,
                plot_height=plot_height,
            )
            placed = _panel(panel, headers[r][c], legends[r][c], lines[r], frame, size, measure)
            panels.append(_scaled(placed, size.scale))
        top += above[r] + plot_height + below[r] + ROW_GAP
    height = (top - ROW_GAP) * size.scale
    return FigureLayout(width=width_of(rows, size), height=height, panels=tuple(panels), scale=size.scale)


def _gutters(panels: Sequence[Panel], measure: Measure) -> tuple[float, float]:
    """Return the room left and right of the plots: for the vertical axis, and for half of the outermost labels."""
    widest = max(measure(str(tick), TEXT_SIZE) for panel in panels for tick in panel.y_ticks)
    y_axis = _Y_LABEL_WIDTH + widest + PAD + TICK_LENGTH + AXIS_OFFSET
    rows = [row for panel in panels for row in (*risk_cells(panel), panel.tick_labels)]
    return (
        max(y_axis, *(measure(row[0], TEXT_SIZE) / 2 for row in rows)),
        max(measure(row[-1], TEXT_SIZE) / 2 for row in rows),
    )


def _check_width(rows: Rows, size: FigureSize, plot_width: float, measure: Measure) -> None:
    """Refuse a width that leaves no room for a curve, or for the test above it."""
    tests = (measure(panel.test_text, TEXT_SIZE) for row in rows for panel in row if panel.p_text)
    if plot_width < max(LEAST_PLOT_WIDTH, *tests, 0.0):
        raise NoRoomError(
            f"does not fit into the journal's {width_of(rows, size):g} mm with text of "
            f"{TEXT_SIZE * size.scale:g} points.\n"
            "Make a figure of each endpoint, or fewer ticks of the time axis."
        )


def _plot_height(rows: Rows, size: FigureSize, cell: float, text_height: float) -> float:
    """Return the height of each plot: the usual one for the width of a panel, or what the figure's limits leave."""

    def share(height: float) -> float:
        return (height / size.scale - text_height - ROW_GAP * (len(rows) - 1)) / len(rows)

    usual = max(USUAL_PLOT_HEIGHT * max(1.0, cell / USUAL_PANEL), share(size.least_height))
    height = min(usual, share(size.most_height))
    if height < max(LEAST_LABELLED_HEIGHT, LEAST_PLOT_HEIGHT / max(1.0, size.scale)):
        curves = [len(panel.groups) for row in rows for panel in row]
        raise NoRoomError(
            f"does not fit on a page: {counted(len(curves), 'panel')} of up to {max(curves)} curves would be higher "
            f"than {size.most_height:g} mm.\n"
            "Make two figures of it with fewer endpoints each, or shorten the labels of the levels."
        )
    return height


def _scaled(layout: PanelLayout, scale: float) -> PanelLayout:
    """Return a panel enlarged as a whole."""
    if scale == 1:
        return layout
    return replace(
        layout,
        left=layout.left * scale,
        top=layout.top * scale,
        width=layout.width * scale,
        height=layout.height * scale,
        texts=tuple(text.enlarged(scale) for text in layout.texts),
        samples=tuple(
            replace(sample, x=sample.x * scale, y=sample.y * scale, length=sample.length * scale)
            for sample in layout.samples
        ),
    )


def _panel(
    panel: Panel,
    header: _Header,
    legend: Legend,
    lines: Sequence[int],
    frame: _Frame,
    size: FigureSize,
    measure: Measure,
) -> PanelLayout:
    ticks = [frame.plot_left + frame.plot_width * tick / panel.axis.ticks[-1] for tick in panel.axis.ticks]
    samples, legend_texts = place_legend(
        panel,
        legend,
        lines,
        left=frame.x,
        right=frame.x + frame.width,
        top=frame.plot_bottom + _TO_LEGEND,
        ticks=ticks,
        measure=measure,
    )
    above = _header_texts(panel, header, frame, size, measure)
    texts = (*above, *_axis_texts(panel, ticks, frame, measure), *legend_texts)
    return PanelLayout(
        panel=panel,
        left=frame.plot_left,
        top=frame.plot_top,
        width=frame.plot_width,
        height=frame.plot_height,
        texts=texts,
        samples=tuple(samples),
    )


def _header(panel: Panel, width: float, title_size: float, measure: Measure) -> _Header:
    """Break the lines of a header; the last leaves room for the P value, or the P value is the last."""
    beside_p = width - measure(panel.test_text, TEXT_SIZE) - 4 * PAD if panel.p_text else width
    last = measure(panel.subtitle, TEXT_SIZE) if panel.subtitle else measure(panel.title, title_size, "bold")
    p_below = beside_p < min(LEAST_ROOM, last)
    beside_p = width if p_below else beside_p
    return _Header(
        wrapped_text(panel.title, width if panel.subtitle else beside_p, measure, title_size, "bold"),
        wrapped_text(panel.subtitle, beside_p, measure) if panel.subtitle else (),
        p_below,
    )


def _header_texts(panel: Panel, header: _Header, frame: _Frame, size: FigureSize, measure: Measure) -> list[Text]:
    y = frame.top + _ASCENT
    texts = [Text(frame.x, y, panel.letter, size.letter_size, "bold")] if panel.letter else []
    texts += [Text(frame.plot_left, y + TITLE_LINE * i, s, size.title_size, "bold") for i, s in enumerate(header.title)]
    y += TITLE_LINE * (len(header.title) - 1) + LINE
    texts += [Text(frame.plot_left, y + LINE * i, line) for i, line in enumerate(header.subtitle)]
    if panel.p_text:
        # "Log-rank P < 0.001" from right to left: the letter is in italics where it is in the prose.
        y, letter, rest = frame.plot_top - _HEADER_GAP, panel.p_text[0], panel.p_text[1:]
        p_right = frame.plot_right - measure(rest, TEXT_SIZE)
        name_right = p_right - measure(letter, TEXT_SIZE, panel.p_face) - measure(" ", TEXT_SIZE)
        texts += [
            Text(frame.plot_right, y, rest, align="right"),
            Text(p_right, y, letter, face=panel.p_face, align="right"),
            Text(name_right, y, panel.test, align="right"),
        ]
    return texts


def _axis_texts(panel: Panel, ticks: Sequence[float], frame: _Frame, measure: Measure) -> list[Text]:
    candidates = (panel.y_label, panel.y_label_short)
    y_label = next((label for label in candidates if measure(label, TEXT_SIZE) <= frame.plot_height), "%")
    y_label_at = (frame.x + _Y_LABEL_WIDTH / 2 - PAD / 2, frame.plot_top + frame.plot_height / 2)
    texts = [Text(*y_label_at, y_label, align="center", upright=True)]
    for tick in panel.y_ticks:
        y = frame.plot_bottom - frame.plot_height * tick / panel.y_ticks[-1] + DIGIT_HEIGHT / 2
        texts.append(Text(frame.plot_left - AXIS_OFFSET - TICK_LENGTH - PAD, y, str(tick), align="right"))
    names, y = panel.tick_labels, frame.plot_bottom + _TO_TICK_LABEL
    for i in labelled(ticks, max(measure(name, TEXT_SIZE) for name in names)):
        texts.append(Text(ticks[i], y, names[i], align="center"))
    middle = frame.plot_left + frame.plot_width / 2
    named = measure(panel.time_label, TEXT_SIZE) <= frame.plot_width
    time_label = panel.time_label if named else panel.time_label_short
    return [*texts, Text(middle, frame.plot_bottom + _TO_AXIS_LABEL, time_label, align="center")]
