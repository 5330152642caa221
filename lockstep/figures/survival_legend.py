"""The legend of a panel: under the time axis, one with the table of patients at risk, so that it covers no curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from ..text.figure_text import DIGIT_HEIGHT, LEAST_ROOM, LINE, PAD, TEXT_SIZE, Measure, Text, labelled, wrapped_text
from .survival_panels import Group, Panel

SAMPLE: Final = 6.5  # mm: the length of a line sample

_AFTER_TITLE: Final = LINE + 0.4
_GROUP_GAP: Final = 0.9


@dataclass(frozen=True, slots=True)
class LineSample:
    """A sample of a curve's line, from (x, y) to the right; `group` counts the panel's curves from 0."""

    x: float
    y: float
    group: int
    length: float = SAMPLE


@dataclass(frozen=True, slots=True)
class Legend:
    """The lines of a legend's title, and of each group's label; `stacked`: estimates are under the labels."""

    title: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    stacked: bool = False


def must_stack(panels: Iterable[Panel], width: float, measure: Measure) -> bool:
    """Return whether a legend of `width` is too narrow for the estimates to the right of the labels.

    A label that would break for an estimate alone makes it so: else it had two lines in one panel, and one in the next.
    """
    for group in (group for panel in panels for group in panel.groups):
        room, label = _beside_estimate(group, width, measure), measure(group.label, TEXT_SIZE)
        if room < min(LEAST_ROOM, label) or room < label <= width - SAMPLE - PAD:
            return True
    return False


def break_lines(panel: Panel, width: float, measure: Measure, *, stacked: bool) -> Legend:
    """Break title and labels for a legend of `width`; they leave room for estimates at the right unless `stacked`."""
    at_risk = "o. at risk (censored)" + (", unweighted" if panel.is_weighted else "")
    title = f"{panel.legend_title}: n{at_risk}" if panel.legend_title else f"N{at_risk}"
    if stacked:
        texts = [(group.label, f"{panel.estimate_title} {group.estimate_text}") for group in panel.groups]
        return Legend(
            wrapped_text(title, width, measure, face="bold"),
            tuple(
                tuple(line for text in both for line in wrapped_text(text, width - SAMPLE - PAD, measure))
                for both in texts
            ),
            stacked=True,
        )
    return Legend(
        wrapped_text(title, width - measure(panel.estimate_title, TEXT_SIZE, "bold") - 2 * PAD, measure, face="bold"),
        tuple(wrapped_text(group.label, _beside_estimate(group, width, measure), measure) for group in panel.groups),
    )


def _beside_estimate(group: Group, width: float, measure: Measure) -> float:
    """Return the room between a group's line sample and its estimate at the right."""
    return width - SAMPLE - PAD - measure(group.estimate_text, TEXT_SIZE) - 2 * PAD


def shared_lines(legends: Sequence[Legend]) -> list[int]:
    """Return the most lines that the title, and each group's label, takes in panels in a row."""
    titles = max(len(legend.title) for legend in legends)
    labels = zip_longest(*(legend.labels for legend in legends), fillvalue=())
    return [titles, *(max(map(len, group)) for group in labels)]


def legend_height(lines: Sequence[int]) -> float:
    """Return the height from the first baseline of a legend of so many lines (of title, of each label) to its end."""
    title, *labels = lines
    groups = sum(LINE * (label + 1) for label in labels) + _GROUP_GAP * (len(labels) - 1)
    return LINE * (title - 1) + _AFTER_TITLE + groups - LINE + PAD


def place_legend(
    panel: Panel,
    legend: Legend,
    lines: Sequence[int],
    *,
    left: float,
    right: float,
    top: float,
    ticks: Sequence[float],
    measure: Measure,
) -> tuple[list[LineSample], list[Text]]:
    """Place each group's line sample, label and estimate, and under them its patients at risk.

    `lines` is of `shared_lines`, so that a group starts at the same height in all panels of a row; `top` is the first
    baseline; `ticks` are the places of the ticks of the time axis.
    """
    samples = []
    texts = [Text(left, top + LINE * i, line, face="bold") for i, line in enumerate(legend.title)]
    if not legend.stacked:
        texts.append(Text(right, top, panel.estimate_title, face="bold", align="right"))
    y = top + LINE * (lines[0] - 1) + _AFTER_TITLE

    rows = risk_cells(panel)
    # Only under ticks that have a label: a count under another would be of a time that nobody can read.
    named = labelled(ticks, max(measure(name, TEXT_SIZE) for name in panel.tick_labels))
    widest = max(measure(cell, TEXT_SIZE) for row in rows for cell in row)
    shown = [named[k] for k in labelled([ticks[k] for k in named], widest)]
    for i, (group, label, row) in enumerate(zip(panel.groups, legend.labels, rows, strict=True)):
        samples.append(LineSample(left, y - DIGIT_HEIGHT / 2, i))
        texts += [Text(left + SAMPLE + PAD, y + LINE * k, line) for k, line in enumerate(label)]
        if not legend.stacked:
            texts.append(Text(right, y, group.estimate_text, align="right"))
        # Where a neighbour's label takes more lines, the spare room is under the counts, not above them.
        texts += [Text(ticks[k], y + LINE * len(label), row[k], align="center") for k in shown]
        y += LINE * (lines[i + 1] + 1) + _GROUP_GAP
    return samples, texts


def risk_cells(panel: Panel) -> list[list[str]]:
    """Return the texts "at risk (censored)" at the ticks, a row for each group."""
    return [list(group.risk_texts) for group in panel.groups]
