"""The finishing step, the same after either renderer: a Word file mended, a Typst document made a PDF."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from ..pdf.byline import with_byline
from ..pdf.glyphs import refuse_characters, unset_characters
from ..pdf.typst import compile_pdf, missing_characters
from ..references.authors import byline
from ..text.eastern import eastern_fonts, with_eastern_font
from ..word_layout.finishing import finish_docx
from .result import RenderResult

# Typst takes a straight quote before a word for an opening one. Before these it is an apostrophe: 't Hoff, the '90s.
_ELIDED: Final = re.compile(r"(?<![^\s(\[~])'(?=(?:[tsnk]|em|tis|twas)\b|\d0s\b)")


def finish(
    draft: RenderResult,
    *,
    docx: Path | None,
    pdf: Path | None,
    root: Path,
    fonts: Path,
    released: Callable[[], tuple[str | None, tuple[str, ...]]] | None = None,
) -> tuple[str, ...]:
    """Finish a draft's Word file in place and compile its Typst document to a PDF; return warnings.

    Parameters
    ----------
    docx : the draft's Word file, or None to leave it.
    pdf : the PDF to write, or None for no PDF.
    root : the document's folder, which the paths of its images start from.
    fonts : folder of the fonts that the PDF may use.
    released : gives the text that the PDF carries as released.json, or None, and warnings; it is not asked where the
        front matter has ``attach-results: false``.

    Raises
    ------
    ReportError
        If the document has characters that no font has, or that cannot be set; names their places.
    """
    wanted = pdf is not None and draft.metadata.get("attach-results", True)
    attached, notes = released() if wanted and released else (None, ())
    with ThreadPoolExecutor(2) as pool:
        jobs = []
        if pdf is not None:
            source = _finished(draft, root=root, fonts=fonts)
            draft.typst.write_text(source, encoding="utf-8")
            jobs.append(pool.submit(compile_pdf, source, pdf, root=root, fonts=fonts, released=attached))
        if docx is not None:
            finish_docx(docx, metadata=draft.metadata, alt_texts=draft.alt_texts)
        return (*draft.warnings, *notes, *(warning for job in jobs for warning in job.result()))


def _finished(draft: RenderResult, *, root: Path, fonts: Path) -> str:
    """Return the Typst document with its authors and fonts; refuse characters that it cannot set."""
    source = with_byline(draft.typst.read_text(encoding="utf-8"), byline(draft.metadata))
    source = _ELIDED.sub("\N{RIGHT SINGLE QUOTATION MARK}", source)
    refuse_characters(
        unset_characters(source),
        source,
        root=root,
        why="These characters are not set: hidden ones, and letters that are written from right to left. "
        "Take them out, or write the words in other letters",
    )
    refuse_characters(
        missing_characters(source, fonts=fonts),
        source,
        root=root,
        why="No font of this program has these characters, which would print as boxes. "
        "Take them out, or write the words in other letters",
    )
    eastern = eastern_fonts(source, str(draft.metadata.get("lang") or ""))
    return with_eastern_font(source, eastern) if eastern else source
