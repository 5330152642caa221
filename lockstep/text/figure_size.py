"""How large a figure may be, and the text in it: the study's own size, or what a journal asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from .figure_text import LETTER_SIZE, TEXT_SIZE, TITLE_SIZE

ONE_COLUMN: Final = 85.0  # mm: the width of one column of a journal, and of two
TWO_COLUMNS: Final = 174.0
MAX_HEIGHT: Final = 220.0  # leaves room for the caption on a page


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSize:
    """The room that figures have.

    Attributes
    ----------
    one, two : width in millimetres of a figure of one column, and of two.
    least_height, most_height : in millimetres.
    scale : by which the drawing is enlarged as a whole (text, lines, distances), so that its text is large enough.
    largest : points of the largest text, after scaling.
    otherwise : the sizes that a figure takes which does not fit into this one, in their order.
    """

    one: float = ONE_COLUMN
    two: float = TWO_COLUMNS
    least_height: float = 0.0
    most_height: float = MAX_HEIGHT
    scale: float = 1.0
    largest: float = LETTER_SIZE
    otherwise: tuple[FigureSize, ...] = ()

    def width(self, columns: int) -> float:
        """Return the width of a figure of so many columns, such as panels side by side."""
        return self.one if columns == 1 else self.two

    @property
    def title_size(self) -> float:
        """Points of a panel's title, before scaling."""
        return min(TITLE_SIZE, self.largest / self.scale)

    @property
    def letter_size(self) -> float:
        """Points of a panel's letter, before scaling."""
        return min(LETTER_SIZE, self.largest / self.scale)


def figure_size(
    *,
    columns: Mapping[str, float] | None = None,
    width: Mapping[str, float] | None = None,
    height: Mapping[str, float] | None = None,
    points: Mapping[str, float] | None = None,
) -> FigureSize:
    """Return the size of figures by the rules of a journal; None for a rule that it is not known to have.

    Parameters
    ----------
    columns : widths of `one` and `two` columns in millimetres (rule `figure_column_mm`).
    width, height : their `min` and `max` in millimetres (`figure_width_mm`, `figure_height_mm`).
    points : `min` and `max` of the size of text (`figure_points`).

    Notes
    -----
    The smallest text has 7 points where the journal allows it, else the allowed size nearest to that. Where the journal
    names no columns, figures with larger text are wider in proportion, as far as `width` allows. No height is over
    220 mm, which leaves room for the caption.

    Where a figure cannot keep all rules it breaks one of them, in this order the first without which it fits: points,
    width, columns, height; else all. So it is drawn all the same, and the preflight says what it breaks.
    """
    rules = {"points": points, "width": width, "columns": columns, "height": height}
    asked = {name: rule for name, rule in rules.items() if rule}
    fewer = [{name: rule for name, rule in asked.items() if name != broken} for broken in asked]
    first, *others = dict.fromkeys(_size(**kept) for kept in (asked, *fewer, {}))
    return replace(first, otherwise=tuple(others))


def _size(
    *,
    columns: Mapping[str, float] | None = None,
    width: Mapping[str, float] | None = None,
    height: Mapping[str, float] | None = None,
    points: Mapping[str, float] | None = None,
) -> FigureSize:
    """Return the size that keeps these rules."""
    width, height, points = width or {}, height or {}, points or {}
    text = _within(TEXT_SIZE, points)
    scale = text / TEXT_SIZE
    usual = columns or {"one": ONE_COLUMN * scale, "two": TWO_COLUMNS * scale}
    return FigureSize(
        one=_within(usual["one"], width),
        two=_within(usual["two"], width),
        least_height=min(height.get("min", 0.0), MAX_HEIGHT),
        most_height=min(height.get("max", MAX_HEIGHT), MAX_HEIGHT),
        scale=scale,
        largest=min(LETTER_SIZE * scale, points.get("max", LETTER_SIZE * scale)),
    )


def _within(value: float, limits: Mapping[str, float]) -> float:
    return float(max(limits.get("min", 0.0), min(value, limits.get("max", value))))
