"""The finishing step, the same after either renderer: a Word file mended, a Typst document made a PDF."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from analysis.source import RESULTS_FILE

from .authors import byline
from .docx import finish_docx
from .draft import Draft
from .pdf import compile_pdf
from .typst_byline import with_byline


def finish(draft: Draft, *, docx: Path | None, pdf: Path | None, root: Path, fonts: Path) -> tuple[str, ...]:
    """Finish a draft's Word file in place and compile its Typst document to a PDF; return warnings.

    The PDF carries the study's results.json, where there is one under `root` and no ``attach-results: false``.

    Parameters
    ----------
    docx : the draft's Word file, or None to leave it.
    pdf : the PDF to write, or None for no PDF.
    root : the document's folder, which the paths of its images start from.
    fonts : folder of the fonts that the PDF may use.
    """
    with ThreadPoolExecutor(2) as pool:
        jobs = []
        if pdf is not None:
            source = with_byline(draft.typst.read_text(encoding="utf-8"), byline(draft.metadata))
            results = root / RESULTS_FILE
            wanted = draft.metadata.get("attach-results", True) and results.is_file()
            attached = results if wanted else None
            jobs.append(pool.submit(compile_pdf, source, pdf, root=root, fonts=fonts, results=attached))
        if docx is not None:
            finish_docx(docx, metadata=draft.metadata, alt_texts=draft.alt_texts)
        return (*draft.warnings, *(warning for job in jobs for warning in job.result()))
