"""The columns of a forest plot: what stands in each line, and where columns of text leave room for the plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..graphics.kind import NoRoomError
from ..text.figure_text import TEXT_SIZE, Face, Measure, wrapped_text
from .forest_estimates import PlottedEstimate

# Millimetres, before scaling.
EDGE: Final = 0.5
GAP: Final = 3.5  # between columns
WIDER_GAP: Final = 8.0  # at most, where a figure has room
INDENT: Final = 2.4  # of levels below their variable
HEADING_WIDTH: Final = 16.0  # a heading that is wider is broken, unless its column is
PART_WIDTH: Final = 30.0
LEAST_LABEL: Final = 22.0
LEAST_PLOT: Final = 26.0
GOOD_PLOT: Final = 42.0  # for which labels that are longer than half of what is left are broken
MOST_PLOT: Final = 84.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestLine:
    """A line of a forest plot.

    Attributes
    ----------
    name : what it is of, in full: "Age: 65 or older, Adjusted".
    label, indent : the same under its heading; nothing in further lines of one level. Levels are moved in.
    part : which model, or which group, where a level has a line for each.
    counts : events and patients: "12/40", a text for each column.
    estimate : None in the heading of a variable.
    series : which of several models, for the look of its mark.
    is_overall : whether it is of all patients; it is then set apart.
    p_text : a P value without its letter, in the heading of a subgroup.
    """

    name: str
    label: str = ""
    indent: bool = False
    part: str = ""
    counts: tuple[str, ...] = ()
    estimate: PlottedEstimate | None = None
    series: int = 0
    is_overall: bool = False
    p_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestPlot:
    """All that a forest plot shows.

    Attributes
    ----------
    label_heading, part_heading, count_headings, ratio_heading, p_heading : over the columns; "" where there is none. Of
        counts, the group and what is counted, in lines of their own.
    lines : from top to bottom.
    no_effect : the value that means no effect: 1 for ratios, 0 for differences.
    axis_title : what the axis measures, in lines.
    favours : what lies left and right of no effect; None where study.toml does not say it.
    is_sized : whether the area of a mark is in proportion to the information of its estimate.
    marks : the decimal mark and the minus of the numbers at the ticks.
    p_face : the face of the letter P.
    """

    label_heading: str
    part_heading: str = ""
    count_headings: tuple[tuple[str, ...], ...] = ()
    ratio_heading: str
    p_heading: str = ""
    lines: tuple[ForestLine, ...]
    no_effect: float = 1.0
    axis_title: tuple[str, ...]
    marks: tuple[str, str] = (".", "-")
    favours: tuple[str, str] | None = None
    is_sized: bool = False
    p_face: Face = "italic"


@dataclass(frozen=True, slots=True)
class ForestColumn:
    """A column of texts: its heading, its cells, and where each begins from its left edge."""

    heading: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    starts: tuple[float, ...]
    width: float
    face: Face = "bold"


def _column_of(
    heading: Sequence[str], cells: Sequence[str], align_at: str, measure: Measure, most: float = math.inf
) -> ForestColumn:
    """Return a column whose cells are broken where they are wider than `most`.

    Numbers are aligned at a mark, as at the slash of "12/40" or the parenthesis of "0.34 (0.20–0.58)", or their end.
    """
    broken = [wrapped_text(cell, most, measure) if cell else () for cell in cells]
    before = [
        measure(cell.partition(align_at)[0], TEXT_SIZE)
        if align_at and (align_at in cell or cell[:1].isdigit())
        else None
        for cell in cells
    ]
    left = max((width for width in before if width is not None), default=0.0)
    starts = [0.0 if width is None else left - width for width in before]
    lines = [measure(line, TEXT_SIZE) + start for row, start in zip(broken, starts, strict=True) for line in row]
    room = max([*lines, min(HEADING_WIDTH, max(measure(part, TEXT_SIZE, "bold") for part in heading))])
    words = [measure(word, TEXT_SIZE, "bold") for part in heading for word in part.split(" ")]
    room = min(max(room, *words), max(room, PART_WIDTH))
    lines_of_heading = tuple(
        line for part in heading for line in wrapped_text(part, room + 0.01, measure, TEXT_SIZE, "bold")
    )
    return ForestColumn(heading=lines_of_heading, cells=tuple(broken), starts=tuple(starts), width=room)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestColumns:
    """Where the columns of a figure are: labels at the left edge, then texts, the plot, and texts again."""

    labels: tuple[tuple[str, ...], ...]
    label_width: float
    placed: tuple[tuple[float, ForestColumn], ...]
    plot_left: float
    plot_width: float


def forest_columns(plot: ForestPlot, width: float, measure: Measure, *, unbroken: bool) -> ForestColumns:
    """Return the columns of a width.

    Raises
    ------
    NoRoomError
        If they leave too little for labels or plot.
    """
    lines = plot.lines
    before = (
        [_column_of((plot.part_heading,), [line.part for line in lines], "", measure, PART_WIDTH)]
        if any(line.part for line in lines)
        else []
    )
    for i, heading in enumerate(plot.count_headings):
        cells = [line.counts[i] if line.counts else "" for line in lines]
        before.append(_column_of(heading, cells, "/", measure))
    after = [
        _column_of(
            (plot.ratio_heading,), [line.estimate.text if line.estimate else "" for line in lines], " (", measure
        )
    ]
    if plot.p_heading:
        after.append(_column_of((plot.p_heading,), [line.p_text for line in lines], "", measure))

    columns = len(before) + len(after) + 1  # gaps: as many as there are columns beside the labels
    left = width - 2 * EDGE - sum(column.width for column in (*before, *after)) - GAP * columns
    longest = max(measure(line.label, TEXT_SIZE, face_of(line)) + INDENT * line.indent for line in lines)
    longest = max(longest, measure(plot.label_heading, TEXT_SIZE, "bold"), LEAST_LABEL if not unbroken else 0.0) + 0.01
    broken = max(left / 2, left - GOOD_PLOT)
    label = longest if unbroken else min(longest, max(LEAST_LABEL, min(broken, left - LEAST_PLOT)))
    if left - label < LEAST_PLOT:
        raise NoRoomError(
            f"does not fit into {width:.0f} mm: its columns leave {max(0.0, left - label):.0f} mm for the intervals.\n"
            "Shorten the labels of the groups or models, or show fewer of them."
        )
    plot_width = min(left - label, MOST_PLOT)
    gap = min(WIDER_GAP, GAP + (left - label - plot_width) / columns)

    labels = tuple(
        wrapped_text(line.label, label - INDENT * line.indent, measure, TEXT_SIZE, face_of(line)) for line in lines
    )
    placed, x = [], EDGE + label + gap
    for column in before:
        placed.append((x, column))
        x += column.width + gap
    plot_left = x
    x += plot_width + gap
    for column in after:
        placed.append((x, column))
        x += column.width + gap
    return ForestColumns(
        labels=labels, label_width=label, placed=tuple(placed), plot_left=plot_left, plot_width=plot_width
    )


def face_of(line: ForestLine) -> Face:
    """Return the face of a line's label."""
    return "bold" if line.is_overall else "regular"
