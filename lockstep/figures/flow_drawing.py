"""The drawing of a flow diagram: boxes on a line down, at its right and at its end, with arrows between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ..base.errors import counted
from ..graphics.kind import NoRoomError
from ..graphics.shapes import Area, Drawing, Line, Point, Shape, enlarged
from ..text.figure_size import FigureSize
from ..text.figure_text import DIGIT_HEIGHT, LINE, TEXT_SIZE, Measure, Text, wrapped_text

# Millimetres, before scaling.
EDGE: Final = 0.5
PADDING: Final = 1.8  # from the outline of a box to its text
INDENT: Final = 2.4  # of reasons below "Excluded", and of their further lines
GAP: Final = 4.0  # between boxes side by side
DROP: Final = 6.0  # from a box to the next below it, or to the line across over the groups, and from there
ASIDE: Final = 7.0  # from the line down to a box at its right
AROUND: Final = 2.6  # above and below a box at the right, to the boxes of the line down
HEAD: Final[Point] = (1.7, 1.4)  # length and width of an arrow's head
LEAST_BOX: Final = 16.0
USUAL_BOX: Final = 34.0  # no box is narrower where it has room
WIDEST_BOX: Final = 62.0
HAIR: Final = 0.01  # more than a text's width, so that rounding breaks no line
OUTLINE: Final = 0.7  # points, as that of an arrow
MOST_IN_COLUMN: Final = 3  # groups in the width of one column


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTexts:
    """The texts of the boxes of a flow diagram.

    Attributes
    ----------
    down : on the line down, from top to bottom.
    aside : at its right, after each of these: a head and its parts; nothing where there is no box.
    groups : side by side at its end.
    """

    down: tuple[str, ...]
    aside: tuple[tuple[str, ...], ...]
    groups: tuple[str, ...]


def draw_flow(texts: FlowTexts, size: FigureSize, measure: Measure) -> Drawing:
    """Draw a flow diagram in a size: in the width of one column where few groups have room there, else of two.

    Raises
    ------
    NoRoomError
        If the boxes do not fit into its widths or height.
    """
    if len(texts.groups) <= MOST_IN_COLUMN:
        with suppress(NoRoomError):
            return _drawing(texts, size.one, size, measure)
    return _drawing(texts, size.two, size, measure)


@dataclass(frozen=True, slots=True)
class _Box:
    """A box of text: its width, and its lines with how far each is indented; text is at the left, or centred."""

    width: float
    lines: tuple[tuple[float, str], ...]
    centred: bool = True

    @property
    def height(self) -> float:
        return 2 * PADDING + DIGIT_HEIGHT + LINE * (len(self.lines) - 1)

    def at(self, left: float, top: float, height: float) -> Iterator[Shape]:
        """Yield its outline, of a height that is its own or a larger one, and its text in the middle."""
        right, bottom = left + self.width, top + height
        corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
        yield Line(points=corners, width=OUTLINE, projecting=True, mitred=True)
        first = top + (height - self.height) / 2 + PADDING + DIGIT_HEIGHT
        for i, (indent, line) in enumerate(self.lines):
            if self.centred:
                yield Text(left + self.width / 2, first + LINE * i, line, align="center")
            else:
                yield Text(left + PADDING + indent, first + LINE * i, line)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boxes:
    """All boxes of a diagram: on the line down, at the right of it (after each of these, if any), at its end."""

    down: tuple[_Box, ...]
    aside: tuple[_Box | None, ...]
    groups: tuple[_Box, ...]

    @property
    def left(self) -> float:
        """How far the diagram reaches to the left of the line down."""
        return max(self.down[0].width, _row(self.groups[0].width if self.groups else 0.0, len(self.groups))) / 2

    @property
    def right(self) -> float:
        """How far it reaches to the right of it."""
        return max([self.left, *(ASIDE + box.width for box in self.aside if box)])


def _boxes(texts: FlowTexts, room: float, measure: Measure) -> _Boxes:
    """Return the boxes, as wide as their text needs and `room` allows.

    Raises
    ------
    NoRoomError
        If one of them would be too narrow for text.
    """

    def wide(lines: Sequence[str], least: float, room: float, *, indent: float = 0.0) -> float:
        longest = max(measure(line, TEXT_SIZE) for line in lines) + indent + HAIR
        return min(max(least, longest + 2 * PADDING), WIDEST_BOX, room)

    aside, many = [text for beside in texts.aside for text in beside], len(texts.groups)
    group = wide(texts.groups, USUAL_BOX, (room - GAP * (many - 1)) / many) if many else 0.0
    down, beside = wide(texts.down, USUAL_BOX, room), 0.0
    if aside:
        # The line down runs over the middle of the groups; boxes at its right take what these and it leave.
        beside = wide(aside, LEAST_BOX, room - ASIDE - _row(group, many) / 2, indent=INDENT)
        down = max(min(down, 2 * (room - ASIDE - min(beside, USUAL_BOX))), min(USUAL_BOX, room / 2))
        beside = min(beside, room - ASIDE - down / 2)
    if (many and group < LEAST_BOX) or (aside and beside < LEAST_BOX):
        raise NoRoomError(
            f"does not fit into {room:.0f} mm with {counted(many, 'group')} side by side.\n"
            "Leave out `by`, or name a variable of fewer levels."
        )

    def box(text: str, width: float) -> _Box:
        return _Box(width, tuple((0.0, line) for line in wrapped_text(text, width - 2 * PADDING, measure)))

    return _Boxes(
        down=tuple(box(text, down) for text in texts.down),
        aside=tuple(_list(lines, beside, measure) for lines in texts.aside),
        groups=tuple(box(text, group) for text in texts.groups),
    )


def _row(width: float, count: int) -> float:
    """Return the width of so many boxes side by side."""
    return max(0.0, count * (width + GAP) - GAP)


def _list(texts: Sequence[str], width: float, measure: Measure) -> _Box | None:
    """Return a box of a text and its parts, one below the other; parts, and further lines of each, are moved in."""
    if not texts:
        return None
    lines: list[tuple[float, str]] = []
    for i, text in enumerate(texts):
        indent = INDENT if i else 0.0
        room = width - 2 * PADDING - indent
        hanging = 0.0 if measure(text, TEXT_SIZE) <= room else indent
        first, *more = wrapped_text(text, room - hanging, measure)
        lines += [(indent, first), *((indent + hanging, line) for line in more)]
    return _Box(width, tuple(lines), centred=False)


def _drawing(texts: FlowTexts, width: float, size: FigureSize, measure: Measure) -> Drawing:
    """Return the drawing in a width, in the middle of it.

    Raises
    ------
    NoRoomError
        If the boxes do not fit into the width, or the height of the size.
    """
    width /= size.scale
    boxes = _boxes(texts, width - 2 * EDGE, measure)
    spine = (width - boxes.left - boxes.right) / 2 + boxes.left
    drops = [max(DROP, box.height + 2 * AROUND) if box else DROP for box in boxes.aside]
    ends = max((box.height for box in boxes.groups), default=0.0)
    drops = drops if ends else drops[:-1]
    own = 2 * EDGE + sum(box.height for box in boxes.down) + sum(drops) + (DROP + ends if ends else 0.0)
    if own * size.scale > size.most_height:
        raise NoRoomError(
            f"does not fit on a page: it would be higher than {size.most_height:g} mm.\n"
            "Shorten the reasons under [eligibility] in study.toml, or make fewer rules of them."
        )
    height = max(own, size.least_height / size.scale)
    drops = [drop + (height - own) / len(drops) for drop in drops]  # a least height is reached by longer lines down

    shapes: list[Shape] = []
    y = EDGE
    for i, box in enumerate(boxes.down):
        shapes += box.at(spine - box.width / 2, y, box.height)
        y += box.height
        if i == len(drops):
            break
        if aside := boxes.aside[i]:
            middle = y + drops[i] / 2
            shapes += [*_arrow((spine, middle), (spine + ASIDE, middle))]
            shapes += aside.at(spine + ASIDE, middle - aside.height / 2, aside.height)
        to_a_box = i + 1 < len(boxes.down)
        shapes += _arrow((spine, y), (spine, y + drops[i])) if to_a_box else [_line((spine, y), (spine, y + drops[i]))]
        y += drops[i]
    if ends:
        shapes += _groups(boxes.groups, spine, y, ends)
    return enlarged(Drawing(width=width, height=height, shapes=tuple(shapes)), size.scale)


def _groups(boxes: Sequence[_Box], spine: float, bar: float, height: float) -> Iterator[Shape]:
    """Yield the line across at `bar`, and below it an arrow to each group; all their boxes have one height."""
    step = boxes[0].width + GAP
    centres = [spine + step * (i - (len(boxes) - 1) / 2) for i in range(len(boxes))]
    yield _line((centres[0], bar), (centres[-1], bar))
    for centre, box in zip(centres, boxes, strict=True):
        yield from _arrow((centre, bar), (centre, bar + DROP))
        yield from box.at(centre - box.width / 2, bar + DROP, height)


def _line(start: Point, end: Point) -> Line:
    return Line(points=(start, end), width=OUTLINE, projecting=True)


def _arrow(start: Point, end: Point) -> Iterator[Shape]:
    """Yield an arrow, to the right or downward."""
    (x, y), (length, width) = end, HEAD
    if start[1] == y:
        yield _line(start, (x - length, y))
        yield Area(corners=((x, y), (x - length, y - width / 2), (x - length, y + width / 2)))
    else:
        yield _line(start, (x, y - length))
        yield Area(corners=((x, y), (x - width / 2, y - length), (x + width / 2, y - length)))
