"""What a draft for a journal consists of: its files, by what they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FIGURE_SUFFIXES: Final = {
    **dict.fromkeys((".tif", ".tiff", ".png", ".jpg", ".jpeg"), "pixels"),
    ".pdf": "PDF",
    ".eps": "EPS",
}
"""Kinds of files of figures that can be measured, by how their names end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFiles:
    """The files of a draft, all in `folder`.

    Attributes
    ----------
    docx, pdf : the manuscript.
    blinded_docx, blinded_pdf : the same without a trace of its authors.
    figures : files of figures, named Fig1, Fig2 ..., each figure in one or more formats.
    tables : Word files of tables, named Table1, Table2 ...
    others : title page, letter, checklist, statements.
    """

    folder: Path
    docx: Path
    pdf: Path
    blinded_docx: Path
    blinded_pdf: Path
    figures: tuple[Path, ...] = ()
    tables: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()

    def __iter__(self) -> Iterator[Path]:
        """Yield every file, the manuscript first."""
        yield from (self.docx, self.pdf, self.blinded_docx, self.blinded_pdf)
        yield from (*self.figures, *self.tables, *self.others)
