"""Checks of the manuscript's files: page, line numbers, positions of floats, properties, validity, fonts, anonymity."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from ..base.clock import epoch
from ..base.errors import counted
from ..pdf.reading import PdfFacts, PdfLine, PdfPage
from ..word.facts import WordFacts
from ..word.text import ManuscriptText, PrintedFloat
from .checks import DraftFacts, Measure, Measurement, faulty
from .checks_text import float_mentions, is_supplementary

_LOCAL: Final = re.compile(
    r"(?<![\w./-])(?:file:/{2,3}|/(?:home|Users|root|tmp|var|opt|usr|private|mnt|work|srv)/|[A-Za-z]:\\)[^\s\"'<>]*"
)
_EDGE: Final = 72.0  # points: text closer to the edge of a page is its header or footer
_SAME: Final = 0.02  # line spacing that is measured differs so much from what was asked for
_ARCHIVE_TIME: Final = frozenset({(1980, 1, 1, 0, 0, 0)})  # of zip entries that have none


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


def _places(draft: DraftFacts, kind: Any) -> list[tuple[str, str]]:
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


# ---- what files are


def _words(draft: DraftFacts) -> Iterator[WordFacts]:
    yield draft.word
    if draft.blinded_word is not None:
        yield draft.blinded_word
    yield from draft.others


def _pdfs(draft: DraftFacts) -> Iterator[tuple[Path, PdfFacts]]:
    yield draft.files.pdf, draft.pdf
    if draft.blinded_pdf is not None:
        yield draft.files.blinded_pdf, draft.blinded_pdf


def _alt_text(draft: DraftFacts, _: Any) -> Measurement:
    found = {draft.word.name: draft.word.pictures, draft.files.pdf.name: draft.pdf.figures}
    faults = [
        f"{name}: picture {place} has no alternative text"
        for name, texts in found.items()
        for place, text in enumerate(texts, start=1)
        if not text.strip()
    ]
    return faulty(faults, ", ".join(f"{counted(len(texts), 'picture')} in {name}" for name, texts in found.items()))


def _metadata(draft: DraftFacts, _: Any) -> Measurement:
    faults: list[str] = []
    time = datetime.fromtimestamp(epoch(), UTC)
    for word in _words(draft):
        stated = {name: date for name in ("created", "modified") if (date := word.properties.get(name))}
        faults += _property_faults(word.name, word.properties, dates=stated, right=f"{time:%Y-%m-%dT%H:%M:%SZ}")
        faults += [
            f"{word.name}: part {part} holds {path}" for part, text in word.parts.items() for path in _paths(text)
        ]
        if word.times != _ARCHIVE_TIME:
            faults.append(f"{word.name}: the archive holds the time at which it was written")
    for path, pdf in _pdfs(draft):
        info = {name.lower(): text for name, text in pdf.info.items()}
        stated = {name: pdf.info[name] for name in ("CreationDate", "ModDate") if name in pdf.info}
        faults += _property_faults(path.name, info, dates=stated, right=f"D:{time:%Y%m%d%H%M%S}")
        faults += [f"{path.name}: its properties hold {local}" for local in _paths(pdf.xmp)]
    for figure in draft.figures:
        faults += [
            f"{figure.path.name}: {name} holds {path}"
            for name, text in figure.metadata.items()
            for path in _paths(str(text))
        ]
    number = len(list(_words(draft))) + len(list(_pdfs(draft))) + len(draft.figures)
    return faulty(faults, counted(number, "file"))


def _property_faults(
    file: str, properties: Mapping[str, str], *, dates: Mapping[str, str], right: str
) -> Iterator[str]:
    if not properties.get("title", "").strip():
        yield f"{file}: no title among its properties"
    for name, date in dates.items():
        if not date.startswith(right):
            yield f"{file}: {name} is {date}, which differs from run to run"
    for name, text in properties.items():
        yield from (f"{file}: {name} holds {path}" for path in _paths(text))


def _paths(text: str) -> list[str]:
    """Return the paths of somebody's machine in a text."""
    return list(dict.fromkeys(found[0] for found in _LOCAL.finditer(text)))


def _word_valid(draft: DraftFacts, _: Any) -> Measurement:
    faults = [f"{word.name}: {wrong}" for word in _words(draft) for wrong in word.wrong]
    return faulty(faults, counted(len(list(_words(draft))), "Word file"))


def _pdf_fonts(draft: DraftFacts, _: Any) -> Measurement:
    faults = []
    for path, pdf in _pdfs(draft):
        for font in pdf.fonts:
            if font.subtype == "Type3":
                faults.append(f"{path.name}: {font.name or 'a font'} is of Type 3")
            elif not font.embedded:
                faults.append(f"{path.name}: {font.name} is not embedded")
    drawn = [(figure.path.name, font) for figure in draft.figures for font in figure.fonts]
    for name, used in drawn:
        if used.kind == "Type 3":
            faults.append(f"{name}: {used.name} is of Type 3")
        elif not used.embedded:
            faults.append(f"{name}: {used.name} is not embedded")
    return faulty(faults, counted(len(draft.pdf.fonts) + len(drawn), "font"))


def _pdf_tagged(draft: DraftFacts, _: Any) -> Measurement:
    faults = [f"{path.name} is not tagged" for path, pdf in _pdfs(draft) if not pdf.tagged]
    return faulty(faults, "not tagged" if faults else "tagged")


# ---- anonymity


def _blinded(draft: DraftFacts, limit: Any) -> Measurement:
    """Where reviewers see no author there is an anonymised copy; where they do, the manuscript names its authors."""
    if limit:
        there = draft.blinded_word is not None and draft.blinded_pdf is not None
        return Measurement(there, "an anonymised copy" if there else "no anonymised copy")
    named = any(paragraph.style == "Author" for paragraph in draft.text.front)
    return Measurement(named, "authors named" if named else "no author named")


def _anonymised_copy(draft: DraftFacts, _: Any) -> Measurement:
    if draft.traces is None:
        return Measurement(None, "no anonymised copy")
    return faulty(draft.traces, counted(len(draft.traces), "trace of the authors", "traces of the authors"))


CHECKS: Final[dict[str, Measure]] = {
    "text_formats": _text_formats,
    "line_spacing": _line_spacing,
    "line_numbers": _line_numbers,
    "page_numbers": _page_numbers,
    "tables_stand": _table_positions,
    "figures_stand": _figure_positions,
    "legends_stand": _legend_positions,
    "blinded": _blinded,
    "anonymised_copy": _anonymised_copy,
    "alt_text": _alt_text,
    "metadata": _metadata,
    "word_valid": _word_valid,
    "pdf_fonts": _pdf_fonts,
    "pdf_tagged": _pdf_tagged,
}
"""The checks of this module, by rule."""
