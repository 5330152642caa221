"""Everything of a draft beside manuscript and figures: title page, letter, statements, checklist, tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..document.report import number_style
from ..journals.file import Journal
from ..pdf.lines import PrintedLine, printed_lines
from ..pdf.reading import read_pdf
from ..results.model import Results
from ..study.model import Study
from ..word.text import ManuscriptText
from .author_pages import cover_letter, missing_details, statements, title_page
from .checklist import write_checklist
from .strobe import FRONT_MATTER, Checklist, strobe
from .table_files import write_tables
from .word_files import write_word_file


@dataclass(frozen=True, slots=True)
class AccompanyingDocuments:
    """Their files, the files of tables, the checklist, and warnings for the authors."""

    files: tuple[Path, ...]
    tables: tuple[Path, ...]
    checklist: Checklist
    warnings: tuple[str, ...]


def write_documents(
    folder: Path,
    *,
    study: Study,
    results: Results,
    journal: Journal | None,
    front_matter: Mapping[str, Any],
    text: ManuscriptText,
    docx: Path,
    pdf: Path,
    word_lines: Callable[[], Sequence[PrintedLine]],
) -> AccompanyingDocuments:
    """Write the documents that accompany a manuscript into a folder.

    Parameters
    ----------
    folder : where they go.
    results : those that the manuscript prints; the checklist shows no others.
    journal : for which the draft is; None for none in particular.
    front_matter : of report.qmd, with authors, keywords, `short-title`, `article-type`, `papersize`, and `strobe`.
    text : of `docx`.
    docx, pdf : the finished manuscript of this draft.
    word_lines : gives the lines of `docx` as they are laid out, none where that is not known; asked last, since it may
        take a while.

    Raises
    ------
    ReportError
        If a template is faulty, a mark or a reason of the checklist is wrong, or a file cannot be read.
    """
    style = number_style(study, journal)
    look = {key: front_matter[key] for key in ("papersize", "lang") if front_matter.get(key)}
    contexts = {
        "title_page": ("Title page", title_page(text, front_matter, style)),
        "cover_letter": ("Cover letter", cover_letter(text, front_matter, journal, style)),
        "statements": ("Statements", statements(text, front_matter, results.source, style)),
    }
    written = [
        write_word_file(
            folder / f"{name}.docx",
            f"{name}.md.j2",
            context,
            study_folder=study.folder,
            metadata={**look, "title": title, "untitled": name == "cover_letter"},
            style=style,
        )
        for name, (title, context) in contexts.items()
    ]
    reasons = front_matter.get(FRONT_MATTER)
    tables = write_tables(docx, folder)
    pdf_lines, laid_out = printed_lines(read_pdf(pdf)), word_lines()
    checklist = strobe(text, results, study, style, pdf_lines=pdf_lines, word_lines=laid_out, reasons=reasons)
    written += write_checklist(checklist, folder, study_folder=study.folder, metadata=look, in_word=bool(laid_out))
    warnings = (*missing_details(text, front_matter), *_warnings(checklist, laid_out))
    return AccompanyingDocuments(tuple(written), tables, checklist, warnings)


def _warnings(checklist: Checklist, laid_out: Sequence[PrintedLine]) -> list[str]:
    """Return what the authors should know of the checklist."""
    warnings = []
    if checklist.uncovered:
        warnings.append(
            f"STROBE checklist: the manuscript does not cover {', '.join(checklist.uncovered)}. Mark the words that "
            f"do, [words]{{#strobe-{checklist.uncovered[0]}}}, or give a reason in the front matter, `{FRONT_MATTER}:`"
        )
    lost = [entry.item.number for entry in checklist.entries if any(spot.pdf is None for spot in entry.spots)]
    if lost:
        warnings.append(f"STROBE checklist: not found in the PDF, so without page and line: {', '.join(lost)}")
    if not laid_out:
        warnings.append(
            "STROBE checklist: LibreOffice is not installed or failed, so that places in the Word file are given by "
            "section and paragraph"
        )
    return warnings
