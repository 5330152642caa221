"""Where each part of a figure stands, in millimetres from its top left corner; nothing overlaps, at any label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analysis.errors import ReportError

from .figure_legend import Legend, LineSample, break_lines, legend_height, place_legend, risk_cells, shared_lines
from .figure_text import (
    DIGIT_HEIGHT,
    LETTER_SIZE,
    LINE,
    PAD,
    TEXT_SIZE,
    TITLE_LINE,
    TITLE_SIZE,
    Measure,
    Text,
    labelled,
    wrapped,
)
from .panels import FigureContent, Panel

# By the number of panels side by side: the width of one column of a journal, and of two.
WIDTHS: Final = {1: 85.0, 2: 174.0}
MAX_HEIGHT: Final = 220.0  # leaves room for the caption on a page
Y_TICKS: Final = (0, 25, 50, 75, 100)  # per cent; 50 is the median

# Millimetres.
USUAL_PLOT_HEIGHT: Final = 46.0
LEAST_PLOT_HEIGHT: Final = 28.0
AXIS_OFFSET: Final = 1.0  # from the plot to its axis lines
TICK_LENGTH: Final = 0.9
EDGE: Final = 0.5  # at the left and at the right of a figure, so that a program that scales it shaves off no text
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
    """A figure's size and panels."""

    width: float
    height: float
    panels: tuple[PanelLayout, ...]


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

    @property
    def height(self) -> float:
        return _ASCENT + TITLE_LINE * (len(self.title) - 1) + LINE * len(self.subtitle) + _HEADER_GAP


def width_of(content: FigureContent) -> float:
    """Return the width of a figure in millimetres: one column where its panels stand one below the other, else two."""
    return WIDTHS[max(len(row) for row in content.rows)]


def lay_out(content: FigureContent, measure: Measure) -> FigureLayout:
    """Place the parts of a figure; all its plots have one size, and align.

    Raises
    ------
    ReportError
        If the panels do not fit on one page.
    """
    columns = max(len(row) for row in content.rows)
    cell = (width_of(content) - 2 * EDGE - COLUMN_GAP * (columns - 1)) / columns
    left, right = _gutters(content.panels, measure)
    plot_width = cell - left - right

    headers = [[_header(panel, plot_width, measure) for panel in row] for row in content.rows]
    legends = [[break_lines(panel, cell, measure) for panel in row] for row in content.rows]
    above = [max(header.height for header in row) for row in headers]
    lines = [shared_lines(row) for row in legends]
    below = [_TO_LEGEND + legend_height(row) for row in lines]
    plot_height = _plot_height(content, sum(above) + sum(below))

    panels, top = [], 0.0
    for r, row in enumerate(content.rows):
        for c, panel in enumerate(row):
            x = EDGE + c * (cell + COLUMN_GAP)
            frame = _Frame(
                x=x,
                top=top,
                width=cell,
                plot_left=x + left,
                plot_top=top + above[r],
                plot_width=plot_width,
                plot_height=plot_height,
            )
            panels.append(_panel(panel, headers[r][c], legends[r][c], lines[r], frame, measure))
        top += above[r] + plot_height + below[r] + ROW_GAP
    return FigureLayout(width=width_of(content), height=top - ROW_GAP, panels=tuple(panels))


def _gutters(panels: Sequence[Panel], measure: Measure) -> tuple[float, float]:
    """Return the room left and right of the plots: for the vertical axis, and for half of the outermost labels."""
    y_axis = _Y_LABEL_WIDTH + max(measure(str(tick), TEXT_SIZE) for tick in Y_TICKS) + PAD + TICK_LENGTH + AXIS_OFFSET
    rows = [row for panel in panels for row in (*risk_cells(panel), panel.tick_labels)]
    return (
        max(y_axis, *(measure(row[0], TEXT_SIZE) / 2 for row in rows)),
        max(measure(row[-1], TEXT_SIZE) / 2 for row in rows),
    )


def _plot_height(content: FigureContent, text_height: float) -> float:
    rows = len(content.rows)
    height = min(USUAL_PLOT_HEIGHT, (MAX_HEIGHT - text_height - ROW_GAP * (rows - 1)) / rows)
    if height < LEAST_PLOT_HEIGHT:
        raise ReportError(
            f"study.toml: [figures.{content.name}] does not fit on a page: {len(content.panels)} panels of up to "
            f"{max(len(panel.groups) for panel in content.panels)} curves would be higher than {MAX_HEIGHT:g} mm.\n"
            "Make two figures of it with fewer endpoints each, or shorten the labels of the levels."
        )
    return height


def _panel(
    panel: Panel, header: _Header, legend: Legend, lines: Sequence[int], frame: _Frame, measure: Measure
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
    texts = (*_header_texts(panel, header, frame, measure), *_axis_texts(panel, ticks, frame, measure), *legend_texts)
    return PanelLayout(
        panel=panel,
        left=frame.plot_left,
        top=frame.plot_top,
        width=frame.plot_width,
        height=frame.plot_height,
        texts=texts,
        samples=tuple(samples),
    )


def _header(panel: Panel, width: float, measure: Measure) -> _Header:
    """Break the lines of a header; the last leaves room for the P value."""
    beside_p = width - measure(f"Log-rank {panel.p_text}", TEXT_SIZE) - 4 * PAD if panel.p_text else width
    return _Header(
        wrapped(panel.title, width if panel.subtitle else beside_p, measure, TITLE_SIZE, "bold"),
        wrapped(panel.subtitle, beside_p, measure) if panel.subtitle else (),
    )


def _header_texts(panel: Panel, header: _Header, frame: _Frame, measure: Measure) -> list[Text]:
    y = frame.top + _ASCENT
    texts = [Text(frame.x, y, panel.letter, LETTER_SIZE, "bold")] if panel.letter else []
    texts += [Text(frame.plot_left, y + TITLE_LINE * i, s, TITLE_SIZE, "bold") for i, s in enumerate(header.title)]
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
            Text(name_right, y, "Log-rank", align="right"),
        ]
    return texts


def _axis_texts(panel: Panel, ticks: Sequence[float], frame: _Frame, measure: Measure) -> list[Text]:
    candidates = (panel.y_label, panel.y_label_short)
    y_label = next((label for label in candidates if measure(label, TEXT_SIZE) <= frame.plot_height), "%")
    y_label_at = (frame.x + _Y_LABEL_WIDTH / 2 - PAD / 2, frame.plot_top + frame.plot_height / 2)
    texts = [Text(*y_label_at, y_label, align="center", upright=True)]
    for tick in Y_TICKS:
        y = frame.plot_bottom - frame.plot_height * tick / 100 + DIGIT_HEIGHT / 2
        texts.append(Text(frame.plot_left - AXIS_OFFSET - TICK_LENGTH - PAD, y, str(tick), align="right"))
    names, y = panel.tick_labels, frame.plot_bottom + _TO_TICK_LABEL
    for i in labelled(ticks, max(measure(name, TEXT_SIZE) for name in names)):
        texts.append(Text(ticks[i], y, names[i], align="center"))
    middle = frame.plot_left + frame.plot_width / 2
    return [*texts, Text(middle, frame.plot_bottom + _TO_AXIS_LABEL, f"Time ({panel.axis.unit})", align="center")]
