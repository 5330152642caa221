"""Where the texts of a drawing are, as boxes: left, top, right, bottom, in millimetres."""

from __future__ import annotations

from lockstep.graphics.fonts import text_width
from lockstep.text.figure_text import Text

Box = tuple[float, float, float, float]


def text_box(text: Text) -> Box:
    """Return the box of a line of text, from the tops of its capitals to its descenders."""
    width, height = text_width(text.text, text.size, text.face), text.size / 72 * 25.4
    left = text.x - {"left": 0.0, "center": width / 2, "right": width}[text.align]
    return left, text.y - 0.74 * height, left + width, text.y + 0.22 * height


def overlap(one: Box, other: Box) -> bool:
    """Return whether two boxes share more than an edge."""
    return all(min(one[i + 2], other[i + 2]) - max(one[i], other[i]) >= 0.01 for i in (0, 1))
