"""Text of a figure: lines at their places in millimetres, breaking of lines, and which tick labels have room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal, Protocol

# The typeface: Liberation Sans.
Face = Literal["regular", "bold", "italic"]

TEXT_SIZE: Final = 7.0  # points, as the next two
TITLE_SIZE: Final = 8.0
LETTER_SIZE: Final = 9.0

# Millimetres. A LINE lies between two baselines; PAD is the least distance of two texts side by side.
LINE: Final = 3.1
TITLE_LINE: Final = 3.6
DIGIT_HEIGHT: Final = 1.8
PAD: Final = 0.8
LEAST_ROOM: Final = 15.0  # for a text beside another: with less, and broken there, it is on lines of its own


class Measure(Protocol):
    """Gives the width in millimetres of a text set in a size in points."""

    def __call__(self, text: str, size: float, face: Face = "regular", /) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text: `align`: the part of its baseline that is at (x, y); upright text is centred there."""

    x: float
    y: float
    text: str
    size: float = TEXT_SIZE
    face: Face = "regular"
    align: Literal["left", "center", "right"] = "left"
    upright: bool = False

    def enlarged(self, scale: float) -> Text:
        """Return the line at its place in a figure that is enlarged as a whole."""
        return replace(self, x=self.x * scale, y=self.y * scale, size=round(self.size * scale, 6))


def wrapped_text(
    text: str, width: float, measure: Measure, size: float = TEXT_SIZE, face: Face = "regular"
) -> tuple[str, ...]:
    """Break a text into lines of at most `width`: at spaces, and inside a word only if it alone is wider."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if measure(longer, size, face) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while measure(line, size, face) > width and len(line) > 1:
            fits = next((n for n in range(len(line) - 1, 1, -1) if measure(line[:n], size, face) <= width), 1)
            lines.append(line[:fits])
            line = line[fits:]
    return (*lines, line)


def labelled(positions: Sequence[float], width: float) -> list[int]:
    """Return which ticks get a label of up to `width`: all, or every second, third ... so that labels keep apart."""
    for step in range(1, len(positions)):
        if all(right - left >= width + PAD for left, right in pairwise(positions[::step])):
            return list(range(0, len(positions), step))
    return [0]
