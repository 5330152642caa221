"""Checks of a draft's files: alternative texts, properties, validity, fonts, tags, anonymity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ..base.clock import epoch
from ..base.errors import counted
from ..pdf.reading import PdfFacts
from ..word.facts import WordFacts
from .checks import DraftFacts, Measure, Measurement, faulty

_LOCAL: Final = re.compile(
    r"(?<![\w./-])(?:file:/{2,3}|/(?:home|Users|root|tmp|var|opt|usr|private|mnt|work|srv)/|[A-Za-z]:\\)[^\s\"'<>]*"
)
_ARCHIVE_TIME: Final = frozenset({(1980, 1, 1, 0, 0, 0)})  # of zip entries that have none


def _word_files(draft: DraftFacts) -> Iterator[WordFacts]:
    """Yield the Word files of a draft, the manuscript first."""
    yield draft.word
    if draft.blinded_word is not None:
        yield draft.blinded_word
    yield from draft.others


def _pdfs(draft: DraftFacts) -> Iterator[tuple[Path, PdfFacts]]:
    """Yield the PDFs of a draft that are documents, not figures, each with its path."""
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
    for word in _word_files(draft):
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
    number = len(list(_word_files(draft))) + len(list(_pdfs(draft))) + len(draft.figures)
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
    faults = [f"{word.name}: {wrong}" for word in _word_files(draft) for wrong in word.wrong]
    return faulty(faults, counted(len(list(_word_files(draft))), "Word file"))


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
    "blinded": _blinded,
    "anonymised_copy": _anonymised_copy,
    "alt_text": _alt_text,
    "metadata": _metadata,
    "word_valid": _word_valid,
    "pdf_fonts": _pdf_fonts,
    "pdf_tagged": _pdf_tagged,
}
"""The checks of this module, by rule."""
