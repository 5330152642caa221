"""Checks of a manuscript's layout: formats, line spacing, line and page numbers, positions of tables and figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, Literal

from ..base.errors import counted
from ..pdf.reading import PdfFacts, PdfLine, PdfPage
from ..word.text import ManuscriptText, PrintedFloat
from .checks import DraftFacts, Measure, Measurement, faulty
from .checks_text import float_mentions, is_supplementary

_EDGE: Final = 72.0  # points: text closer to the edge of a page is its header or footer
_SAME: Final = 0.02  # line spacing that is measured differs so much from what was asked for


def _text_formats(draft: DraftFacts, limit: Any) -> Measurement:
    allowed = {name.strip().lstrip(".").lower() for name in limit}
    ours = [path.suffix.lstrip(".") for path in (draft.files.docx, draft.files.pdf)]
    return Measurement(bool(allowed & set(ours)), ", ".join(name.upper() for name in ours))


# ---- the page


def text_lines(page: PdfPage) -> tuple[PdfLine, ...]:
    """Return the lines of a page without header, footer and the numbers of lines."""
    numbers = set(line_numbers(page))
    return tuple(
        line
        for line in page.lines
        if line not in numbers and _EDGE < line.y < page.height - _EDGE and line.text.strip()
    )


def line_numbers(page: PdfPage) -> tuple[PdfLine, ...]:
    """Return the numbers in the left margin of a page, from its top."""
    worded = [
        line.x for line in page.lines if re.search(r"[^\W\d]{2}", line.text) and _EDGE < line.y < page.height - _EDGE
    ]
    left = Counter(round(x) for x in worded).most_common(1)
    numbers = [line for line in page.lines if left and line.x < left[0][0] - 3 and line.text.strip().isdecimal()]
    return tuple(sorted((line for line in numbers if line.y > _EDGE / 2), key=lambda line: -line.y))


def numbered_lines(page: PdfPage) -> tuple[PdfLine, ...]:
    """Return the lines of a page that have a number beside them."""
    heights = [number.y for number in line_numbers(page)]
    return tuple(line for line in text_lines(page) if any(abs(line.y - y) < line.size / 2 for y in heights))


def pdf_line_spacing(pdf: PdfFacts) -> float | None:
    """Return the distance of baselines that is most frequent in the text, in multiples of the text's size.

    Where lines are numbered, only those count, as tables have no numbers and may be set closer.
    """
    lines_of = numbered_lines if any(map(line_numbers, pdf.pages)) else text_lines
    sizes = Counter(line.size for page in pdf.pages for line in lines_of(page) for _ in line.text)
    if not sizes:
        return None
    size = sizes.most_common(1)[0][0]
    gaps: Counter[float] = Counter()
    for page in pdf.pages:
        lines = sorted((line for line in lines_of(page) if line.size == size), key=lambda line: -line.y)
        gaps.update(round(upper.y - lower.y, 1) for upper, lower in pairwise(lines) if upper.y - lower.y > size / 2)
    return gaps.most_common(1)[0][0] / size if gaps and size else None


def _line_spacing(draft: DraftFacts, limit: Any) -> Measurement:
    found = {"Word": draft.word.line_spacing, "PDF": pdf_line_spacing(draft.pdf)}
    faults = [
        f"{name}: {spacing:.2f}"
        for name, spacing in found.items()
        if spacing is not None and spacing < limit * (1 - _SAME)
    ]
    measured = ", ".join(f"{spacing:.2f} in {name}" for name, spacing in found.items() if spacing is not None)
    return faulty(faults, measured) if measured else Measurement(None, "no text")


def _pdf_line_numbers(pdf: PdfFacts) -> str:
    numbers = [int(line.text) for page in pdf.pages for line in line_numbers(page)]
    if not numbers:
        return "none"
    return "continuous" if numbers == list(range(1, len(numbers) + 1)) else "not continuous"


def _line_numbers(draft: DraftFacts, limit: Any) -> Measurement:
    found = {"Word": draft.word.line_numbers, "PDF": _pdf_line_numbers(draft.pdf)}
    faults = [f"{name}: {kind}" for name, kind in found.items() if kind != limit]
    return faulty(faults, ", ".join(f"{kind} in {name}" for name, kind in found.items()))


def _has_number(page: PdfPage) -> bool:
    edges = " ".join(line.text for line in page.lines if not _EDGE < line.y < page.height - _EDGE)
    return bool(re.search(rf"(?<!\d){page.number}(?!\d)", edges))


def _page_numbers(draft: DraftFacts, limit: Any) -> Measurement:
    numbered = sum(_has_number(page) for page in draft.pdf.pages)
    pages = len(draft.pdf.pages)
    found = {"Word": draft.word.page_numbers, "PDF": numbered == pages}
    measured = f"{'yes' if draft.word.page_numbers else 'no'} in Word, {numbered} of {counted(pages, 'page')} in PDF"
    if not limit:
        found["PDF"] = numbered > 0
    return faulty([f"{name}: {'yes' if has else 'no'}" for name, has in found.items() if has != limit], measured)


# ---- positions of tables and figures


def end_of_text(text: ManuscriptText) -> int:
    """Return the number of paragraphs before the end of the text proper."""
    main = set(map(id, text.main))
    last = max((place for place, paragraph in enumerate(text.body) if id(paragraph) in main), default=-1)
    return len(text.front) + len(text.abstract) + last + 1


def is_in_text(item: PrintedFloat, text: ManuscriptText) -> bool:
    """Return whether a table or figure is in the text proper rather than after it.

    What follows its last paragraph, under no heading of its own, closes the last section: that is its place in the text
    unless an earlier section cites it first.
    """
    end = end_of_text(text)
    if item.place != end or not text.main:
        return item.place < end
    last = text.main[-1]
    citing = (one for one in text.main if any(f"{kind} {n}" == item.name for kind, n in float_mentions(one.text)))
    return next(citing, last).path[:1] == last.path[:1]


def _places(draft: DraftFacts, kind: Literal["table", "figure"]) -> list[tuple[str, str]]:
    """Return where each table or figure is that is no supplementary one."""
    return [
        (item.name, "in the text" if is_in_text(item, draft.text) else "at the end")
        for item in draft.text.of_kind(kind)
        if not is_supplementary(item)
    ]


def _stand(found: Sequence[tuple[str, str]], limit: str) -> Measurement:
    measured = ", ".join(dict.fromkeys(place for _, place in found))
    return faulty([f"{name} is {place}" for name, place in found if place != limit], measured)


def _table_positions(draft: DraftFacts, limit: Any) -> Measurement:
    found = _places(draft, "table")
    return _stand(found, limit) if found else Measurement(None, "no tables")


def _pictured(draft: DraftFacts) -> set[str]:
    """Return the figures whose picture is in the manuscript."""
    return {item.name for item in draft.text.of_kind("figure") if item.alt_texts}


def _figure_positions(draft: DraftFacts, limit: Any) -> Measurement:
    pictured = _pictured(draft)
    found = [
        (name, place if name in pictured else "in files of their own" if draft.files.figures else "nowhere")
        for name, place in _places(draft, "figure")
    ]
    return _stand(found, limit) if found else Measurement(None, "no figures")


def _legend_positions(draft: DraftFacts, limit: Any) -> Measurement:
    """The position of figures has a rule of its own; a legend is with its figure."""
    found = _places(draft, "figure")
    if not found:
        return Measurement(None, "no figures")
    beside = _pictured(draft) if draft.states("figures_stand") else set()
    apart = [(name, place) for name, place in found if name not in beside]
    return _stand(apart, limit) if apart else Measurement(True, "beside the figures")


CHECKS: Final[dict[str, Measure]] = {
    "text_formats": _text_formats,
    "line_spacing": _line_spacing,
    "line_numbers": _line_numbers,
    "page_numbers": _page_numbers,
    "tables_stand": _table_positions,
    "figures_stand": _figure_positions,
    "legends_stand": _legend_positions,
}
"""The checks of this module, by rule."""
