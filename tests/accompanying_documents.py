"""The documents that accompany the drafts of both studies, for the tests of each."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import docx
from draft_studies import DraftStudy

from lockstep.journals.file import Journal
from lockstep.submission.documents import AccompanyingDocuments, write_documents

JOURNAL = Journal("a-journal", "Journal of Examples", {})
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STUDIES = ("flagship", "implants")


def written(draft: DraftStudy, folder: Path, **more: Any) -> AccompanyingDocuments:
    """Write the documents of a study; no program lays out the Word file unless lines are given."""
    fields = {field.name: getattr(draft, field.name) for field in dataclasses.fields(draft)}
    return write_documents(folder, **{"journal": JOURNAL, "word_lines": tuple, **fields, **more})


def words(path: Path) -> str:
    """Return the text of a Word file, tables included, a line for each paragraph."""
    paragraphs = docx.Document(str(path)).element.body.iter(f"{W}p")
    lines = ("".join(node.text or "" for node in paragraph.iter(f"{W}t")) for paragraph in paragraphs)
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def document(documents: AccompanyingDocuments, name: str) -> Path:
    """Return one of the documents by its name."""
    return next(path for path in (*documents.files, *documents.tables) if path.name == name)
