"""Typst to PDF, by the typst package: bundled fonts only, a fixed time, accessible where Typst certifies it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, Literal

import typst

from analysis.errors import ReportError
from analysis.files import write_whole

from .clock import epoch

STANDARD: Final[Literal["ua-1"]] = "ua-1"  # PDF/UA-1: every page's content tagged, alt texts, a title, a language


def compile_pdf(source: str, pdf: Path, *, root: Path, fonts: Path, results: Path | None = None) -> list[str]:
    """Compile a Typst document and return its warnings, one line each.

    Parameters
    ----------
    source : the document's text; paths in it are relative to `root`, and none outside of it can be read.
    pdf : the file to write.
    fonts : folder of the fonts to be used besides those that Typst brings; the system's are never used.
    results : a file under `root` that travels inside the PDF, as an attachment.

    Raises
    ------
    ReportError
        If Typst cannot compile it; with what it said.

    Notes
    -----
    The result is a PDF/UA-1 file. Where the content does not allow it (an image without a description, say), it is a
    tagged PDF without the certificate, and a warning says why.
    """
    if results is not None:
        source += _attachment(results.relative_to(root))
    try:
        _compile(source, pdf, root=root, fonts=fonts, certified=True)
    except typst.TypstError as error:
        if "PDF/UA" not in _said(error):
            raise ReportError(f"Typst could not set the document: {_said(error)}") from None
        _compile(source, pdf, root=root, fonts=fonts, certified=False)
        return [f"{pdf.name} is tagged, but not certified as PDF/UA-1: {_said(error)}"]
    return []


def _compile(source: str, pdf: Path, *, root: Path, fonts: Path, certified: bool) -> None:
    document: Any = source.encode()  # bytes, which its type hints allow only where all paths are bytes too
    made = typst.compile(
        document,
        format="pdf",
        root=root,
        font_paths=[fonts],
        ignore_system_fonts=True,
        pdf_standards=[STANDARD] if certified else [],
        timestamp=epoch(),
    )
    write_whole(pdf, bytes(made))


def _attachment(path: Path) -> str:
    """Return the end of a Typst document that attaches a file; it prints nothing."""
    return (
        f'\n#pdf.attach("{path.name}", read("/{path.as_posix()}", encoding: none), relationship: "supplement", '
        f'mime-type: "application/json", description: "Every result of this document at full precision")\n'
    )


def _said(error: Exception) -> str:
    """Return Typst's message in one line, with its hints."""
    hints = getattr(error, "hints", None) or []
    return re.sub(r"\s+", " ", "; ".join([str(error), *map(str, hints)])).strip()
