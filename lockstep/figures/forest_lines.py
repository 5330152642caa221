"""The lines of a forest plot: what stands in each, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..results.model import Record
from ..results.released import released_number
from ..text import numbers
from ..text.figure_text import Face
from ..text.provenance import PrintedText
from ..text.style import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class PlottedEstimate:
    """An estimate with its interval: as text, and as the numbers of the text, which are what is drawn.

    `value` is None where there is no estimate, for the `reason`, or nothing to estimate, as in a reference. `kind`,
    `unit` and `no_effect` are those of the record.
    """

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    kind: str = ""
    unit: str | None = None
    no_effect: float | None = None


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


def plotted(record: Record, style: Style) -> PlottedEstimate:
    """Return an estimate as it is printed, with the numbers that its text has."""
    text = PrintedText(numbers.with_limits(record, style), (record.id,))
    found = PlottedEstimate(text=text, kind=record.kind, unit=record.unit, no_effect=record.no_effect)
    if record.value is None:
        return replace(found, reason=record.reason or "")

    def number(printed: str, exact: float | int | str | None) -> float | None:
        return None if exact is None else released_number(numbers.plain_digits(printed, style))

    low, high = numbers.limits_text(record, style)
    return replace(
        found,
        value=number(numbers.bare_text(record, style), record.value),
        low=number(low, record.conf_low),
        high=number(high, record.conf_high),
    )
