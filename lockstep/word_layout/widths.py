"""Widths of table columns, so that no number breaks over two lines and no column is wider than it needs to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise
from typing import Final

# Advance widths of Times Roman in thousandths of its size, in classes; a bold letter is up to 10% wider. Word and its
# like have no other face ready here, and a class is near enough to distinguish narrow columns from wide ones.
_CLASSES: Final = {
    250: " \xa0,.",
    278: "/:;ijltI'|",
    333: "()[]-‑!frJs“”",
    444: "ceaz?",
    500: "0123456789bdghknopquvxy$–*†‡#_",
    564: "+<=>±−×≤≥~",
    611: "FPSELTZ",
    667: "BCR",
    722: "ADGHKNOQUVXYw&",
    778: "m",
    889: "M%—",
    944: "W@",
    1000: "\u2003",
}
_ADVANCE: Final = {character: width for width, characters in _CLASSES.items() for character in characters}
_OTHER: Final = 600
_BOLD: Final = 1.1
_SAFETY: Final = 1.04  # room for a face that runs a little wider than Times

_NUMBER: Final = re.compile(r"[\s<>≤≥=≈~±+−–(-]*\d")
_NAMED_NUMBER: Final = re.compile(r"[A-Z]{2,4}\xa0" + _NUMBER.pattern)  # "HR 0.68 (0.43–1.07)"
_LONGEST_NUMBER: Final = 24  # characters: "0.68 (0.43–1.07)" never breaks, a sentence that begins with a number may
# Word breaks a name such as os.by_sex.median where a line is full; that it may, leaves room to the other columns.
_MAY_BREAK: Final = re.compile(r"[ \n\t]|(?<=\w[-–—])(?=\w)|(?<=[^\W\d][._])(?=[^\W\d])")

_SIZE_OF_GROUP: Final = re.compile(r"\(n = [^)]*\)")

_LABEL_ROOM: Final = 8  # em that the labels of rows can count on
_WIDEST_WORD: Final = 0.4  # of the room: what is longer than that breaks, so that it leaves some to the other columns
_ROUNDING: Final = 2  # twentieths of a point that a column gets beyond its need: widths are rounded at the end
_FULL_FROM: Final = 0.55  # a table whose content takes this much of the text's width is set to all of it


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell's text, and the columns that it covers."""

    text: str
    column: int
    span: int = 1
    bold: bool = False


def line_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line of text, in the unit of `size`."""
    advance = sum(_ADVANCE.get(character, _OTHER) for character in text)
    return advance / 1000 * size * _SAFETY * (_BOLD if bold else 1)


def least_width(
    cells: Sequence[TableCell], columns: int, *, room: int, size: float, margins: int, parted: bool = False
) -> float:
    """Return the width that a table needs so that no word or number breaks and its labels have some room.

    Parameters and units are those of `column_widths`. A word that takes a large part of the room counts as breakable.
    """
    return sum(_least(cells, columns, room, size, margins, parted=parted))


def column_widths(
    cells: Sequence[TableCell],
    columns: int,
    *,
    room: int,
    size: float,
    margins: int,
    given: Sequence[int] = (),
    parted: bool = False,
) -> list[int]:
    """Return the width of each column.

    Parameters
    ----------
    cells : all cells, headings among them.
    room : width of the text, in twentieths of a point (as all lengths here).
    size : size of the table's text.
    margins : space at both sides of a cell's text, together.
    given : widths that the author asked for; kept, but for columns too narrow for their longest number or word.
    parted : whether a line may break between a number and the parentheses behind it.

    Notes
    -----
    Without given widths, a column gets what its longest line needs. A table that needs most of the room gets all of it,
    the rest shared alike; one that needs more than there is takes it from the columns whose text can break.
    """
    least = _least(cells, columns, room, size, margins, parted=parted)
    if sum(least) >= room:
        return _scaled(least, room)
    if given:
        return _raised(_scaled(list(given), min(sum(given), room)), least)
    natural = _needed(cells, columns, size, margins, lambda text: text.split("\n"), most=room)
    if sum(natural) > room:
        part = (room - sum(least)) / (sum(natural) - sum(least))
        return _scaled([low + part * (high - low) for low, high in zip(least, natural, strict=True)], room)
    spare = room - sum(natural) if sum(natural) > _FULL_FROM * room else 0
    return _scaled([width + spare / columns for width in natural], round(sum(natural) + spare))


def _least(
    cells: Sequence[TableCell], columns: int, room: int, size: float, margins: int, *, parted: bool
) -> list[float]:
    """Return the least width of each column: what must stay on one line, and some room for the labels of the rows."""
    parts = partial(_unbreakable, parted=parted)
    least = _needed(cells, columns, size, margins, parts, most=_WIDEST_WORD * room)
    labels = [cell for cell in cells if cell.column == 0 and cell.span == 1]
    roomy = _needed(labels, 1, size, margins, lambda text: text.split("\n"), most=_LABEL_ROOM * size)
    return [max(least[0], *roomy), *least[1:]] if least else least


def _unbreakable(text: str, *, parted: bool) -> list[str]:
    """Return the parts of a cell's text that must stay on one line: numbers with what belongs to them, and words."""
    parts: list[str] = []
    for line in text.split("\n"):
        if _SIZE_OF_GROUP.fullmatch(line):
            parts.append(line)
        elif _NUMBER.match(line) and len(line) <= _LONGEST_NUMBER:
            parts += re.split(r" (?=\()", line) if parted else [line]
        elif _NAMED_NUMBER.match(line) and len(line) <= _LONGEST_NUMBER:
            parts += re.split(r" (?=\()", line)
        else:
            parts += _MAY_BREAK.split(line)
    return parts


def _needed(
    cells: Sequence[TableCell],
    columns: int,
    size: float,
    margins: int,
    parts: Callable[[str], list[str]],
    *,
    most: float,
) -> list[float]:
    """Return the width that each column needs for the widest part of its cells; a wide cell asks its columns alike."""
    widths = [float(margins)] * columns
    for cell in sorted(cells, key=lambda cell: cell.span):
        covered = range(cell.column, min(cell.column + cell.span, columns))
        widest = min(max(line_width(part, size, bold=cell.bold) for part in parts(cell.text)), most)
        missing = margins + widest + _ROUNDING - sum(widths[column] for column in covered)
        for column in covered:
            widths[column] += max(missing, 0) / len(covered)
    return widths


def _raised(widths: Sequence[int], least: Sequence[float]) -> list[int]:
    """Return widths none of which is under its least; what some gain, the others give from what they can spare.

    Widths that only rounding has taken under their least still hold their text and stay as they are, so that a table
    set twice is the same as one set once.
    """
    if all(width >= low - _ROUNDING for width, low in zip(widths, least, strict=True)):
        return list(widths)
    enough = [max(width, low) for width, low in zip(widths, least, strict=True)]
    excess = sum(enough) - max(sum(widths), sum(least))
    spare = [width - low for width, low in zip(enough, least, strict=True)]
    given = excess / sum(spare) if excess > 0 else 0.0
    return _scaled([width - given * own for width, own in zip(enough, spare, strict=True)], round(sum(enough) - excess))


def _scaled(widths: Sequence[float], total: int) -> list[int]:
    """Return whole numbers in the proportion of `widths` that add up to `total`."""
    factor = total / sum(widths)
    ends = [round(end * factor) for end in accumulate(widths)]
    return [end - start for start, end in pairwise([0, *ends])]
