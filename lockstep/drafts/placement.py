"""report.qmd rearranged as a journal wants it: tables and figures at its end, all else line for line as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ..journals.file import Journal
from ..qmd.fences import SourceBlock, end_of_div, heading_level, pieces
from ..qmd.front_matter import split_front_matter
from ..render.result import FORMATS

PAGE_BREAK: Final = ("", "{{< pagebreak >}}", "")
HEADINGS: Final = {"tables": "Tables", "figures": "Figures", "legends": "Figure legends"}

_LABELLED: Final = re.compile(r"#(fig|tbl)-[\w-]+")
_ID: Final = re.compile(r"\s*#[\w-]+")
_IMAGE: Final = re.compile(r"!\[.*\{[^{}]*#fig-[\w-]+[^{}]*\}", re.DOTALL)
_TABLE_CAPTION: Final = re.compile(r"(^|\n)\s*(Table)?:\s.*\{#tbl-[\w-]+[^{}]*\}\s*$", re.DOTALL)
_CELL_LABEL: Final = re.compile(r"^#\|\s*label:\s*[\"']?(fig|tbl)-")
_SHOWN: Final = re.compile(r"\.content-(visible|hidden)\b")
_CONDITION: Final = re.compile(r"""\b(?P<when>when|unless)-(?P<of>format|profile)=["']?(?P<name>[\w.-]+)""")
_REFERENCES: Final = re.compile(r"\{[^{}]*#refs\b")

Kind = Literal["tbl", "fig"]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a journal wants tables and figures; where it does not say, at the end, figures with their pictures.

    `pictures`: whether the manuscript shows the figures, or only their legends.
    """

    tables_at_end: bool = True
    figures_at_end: bool = True
    pictures: bool = True


@dataclass(frozen=True, slots=True)
class SourceFloat:
    """A table or figure in the source: its lines from `start` up to `end`, the fences around it that go with it."""

    kind: Kind
    start: int
    end: int
    around: tuple[str, ...] = ()


def placement_of(journal: Journal) -> Placement:
    """Return where a journal wants tables and figures."""
    figures = journal.value("figures_stand", "at the end")
    apart = figures == "in files of their own"
    legends = journal.value("legends_stand", "at the end")
    return Placement(
        tables_at_end=journal.value("tables_stand", "at the end") == "at the end",
        figures_at_end=(legends if apart else figures) == "at the end",
        pictures=not apart,
    )


def rearranged(text: str, placement: Placement, *, bibliography: bool = True, profile: str = "") -> str:
    """Return a document with its tables and figures where they are wanted.

    Parameters
    ----------
    text : of the document.
    bibliography : whether it cites literature, whose list then comes before what is moved.
    profile : in which it will be rendered: what this hides does not move, so that it leaves no empty page.

    Returns
    -------
    str
        What stays keeps its line; what is moved is replaced by empty lines.

    Notes
    -----
    A float is a div ``::: {#fig-x}`` or ``::: {#tbl-x}``, a paragraph that is an image with such a label, a table whose
    caption ends with one, or a cell labelled so. Those of one kind keep their order and all move or none, so that no
    number changes. A div around a float (conditional content, say) goes with it. A cell that moves runs later.
    """
    _, start, lines = split_front_matter(text)
    floats = [
        found
        for found in find_floats(lines, start)
        if _moves(found, placement) and not is_hidden(found, lines, profile)
    ]
    if not floats:
        return text
    new = list(lines)
    for found in floats:
        new[found.start : found.end] = [""] * (found.end - found.start)
    body = lines[start:]
    tail = [] if not bibliography or any(map(_REFERENCES.search, body)) else ["", "::: {#refs}", ":::"]
    level = min((level for piece in pieces(lines, start) if (level := heading_level(lines[piece.start]))), default=1)
    tables = [found for found in floats if found.kind == "tbl"]
    figures = [found for found in floats if found.kind == "fig"]
    if placement.pictures:
        tail += _part("tables", tables, lines, level, apart=True) + _part("figures", figures, lines, level, apart=True)
    else:
        tail += _part("legends", figures, lines, level, apart=False) + _part("tables", tables, lines, level, apart=True)
    return "\n".join([*new, *tail, ""])


def find_floats(lines: Sequence[str], start: int = 0) -> list[SourceFloat]:
    """Return the labelled tables and figures of a document's lines, those in divs of another kind as well."""
    found: list[SourceFloat] = []
    all_pieces = list(pieces(lines, start))
    number = 0
    while number < len(all_pieces):
        piece = all_pieces[number]
        first = lines[piece.start]
        text = "\n".join(lines[piece.start : piece.end])
        after = number + 1
        kind: Kind | None = None
        begin, end = piece.start, piece.end
        if piece.kind == "open" and (label := _LABELLED.search(first)):
            kind, after = _kind(label[1]), end_of_div(all_pieces, number)
            end = all_pieces[after - 1].end
        elif piece.kind == "code":
            labels = (_CELL_LABEL.match(line) for line in lines[piece.start + 1 : piece.end])
            kind = next((_kind(label[1]) for label in labels if label), None)
        elif piece.kind == "paragraph" and _IMAGE.fullmatch(text.strip()):
            kind = "fig"
        elif piece.kind == "paragraph" and _TABLE_CAPTION.search(text):
            kind = "tbl"
            begin, after = _with_table(all_pieces, number, lines)
            end = all_pieces[after - 1].end
        if kind:
            found.append(SourceFloat(kind, begin, end, tuple(lines[index] for index in piece.around)))
        number = after
    return found


def _kind(label: str) -> Kind:
    return "fig" if label == "fig" else "tbl"


def _with_table(all_pieces: Sequence[SourceBlock], number: int, lines: Sequence[str]) -> tuple[int, int]:
    """Return where the table of a caption starts, and the number of the piece after both."""
    piece = all_pieces[number]
    if not re.match(r"\s*(Table)?:\s", lines[piece.start]):
        return piece.start, number + 1  # the table is right above, in the same paragraph
    before = [other for other in all_pieces[:number] if other.kind != "blank"][-1:]
    if before and before[0].kind == "paragraph" and re.match(r"\s*([|+]|-{3})", lines[before[0].start]):
        return before[0].start, number + 1
    after = next((n for n in range(number + 1, len(all_pieces)) if all_pieces[n].kind != "blank"), number)
    return piece.start, after + 1


def _moves(found: SourceFloat, placement: Placement) -> bool:
    return placement.tables_at_end if found.kind == "tbl" else placement.figures_at_end


def is_hidden(found: SourceFloat, lines: Sequence[str], profile: str) -> bool:
    """Return whether no document that is made in a profile shows a float."""
    fences = (*found.around, lines[found.start])
    return not any(all(_shows(fence, profile, target) for fence in fences) for target in FORMATS)


def _shows(fence: str, profile: str, target: str) -> bool:
    """Return whether the content of a div is shown in a profile and a format; without a condition all are met."""
    shown = _SHOWN.search(fence)
    there = {"format": target, "profile": profile}
    met = all((one["when"] == "when") == (one["name"] == there[one["of"]]) for one in _CONDITION.finditer(fence))
    return shown is None or met == (shown[1] == "visible")


def _part(name: str, floats: Sequence[SourceFloat], lines: Sequence[str], level: int, *, apart: bool) -> list[str]:
    """Return a part of the end: its heading on a new page, then the floats, each on a page of its own if `apart`."""
    part: list[str] = []
    for number, found in enumerate(floats):
        if number == 0:
            part += [*PAGE_BREAK, f"{'#' * level} {HEADINGS[name]} {{.unnumbered}}", ""]
        opened = [_ID.sub("", fence) for fence in found.around]
        kept = [fence for fence in opened if re.search(r"\{\s*[^\s}]|:\s*\w", fence)]
        # Within the conditions of what it is for: with that hidden, two breaks would leave an empty page.
        before = PAGE_BREAK if apart and number > 0 else ()
        content = lines[found.start : found.end]
        part += ["", *kept, *before, *content, *(_closing(fence) for fence in reversed(kept)), ""]
    return part


def _closing(fence: str) -> str:
    return ":" * (len(fence.strip()) - len(fence.strip().lstrip(":")))
