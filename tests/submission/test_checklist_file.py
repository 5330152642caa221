"""The STROBE checklist as a Word file: what is not covered, pages and lines of both files."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import docx
import pytest
from accompanying_documents import document, words, written
from draft_studies import DraftStudy

from lockstep.submission.documents import AccompanyingDocuments
from lockstep.submission.word_lines import lines_in_word

pytestmark = pytest.mark.slow  # documents of a draft


def test_an_item_that_is_not_covered_is_red_and_says_so(documents: dict[str, AccompanyingDocuments]) -> None:
    """In words and in colour, in its own row; covered items have neither."""
    path = document(documents["implants"], "strobe_checklist.docx")
    rows = {}
    for row in docx.Document(str(path)).tables[0].rows:
        first = row.cells[0].text.split()
        rows[first[0].rstrip("*") if first else ""] = row
    for number, entry in {entry.item.number: entry for entry in documents["implants"].checklist.entries}.items():
        cell = rows[number].cells[2]
        styles = {run.style.name for paragraph in cell.paragraphs for run in paragraph.runs}
        assert ("NOT COVERED" in cell.text) == ("To Complete" in styles) == (entry.status == "not covered")
    with zipfile.ZipFile(path) as archive:
        styles_xml = archive.read("word/styles.xml").decode()
    assert re.search(r'w:styleId="ToComplete".*?<w:color w:val="C00000"/>', styles_xml)
    numbers = ", ".join(documents["implants"].checklist.uncovered)
    assert numbers
    assert any(f"does not cover {numbers}" in warning for warning in documents["implants"].warnings)
    assert not any("does not cover" in warning for warning in documents["flagship"].warnings)


def test_the_checklist_gives_page_and_line_of_both_files(drafts: dict[str, DraftStudy], tmp_path: Path) -> None:
    """Places in the Word file are those that a program has laid out, and it is named; else its paragraph is given."""
    from lockstep.pdf.lines import printed_lines
    from lockstep.pdf.reading import read_pdf

    draft = drafts["flagship"]
    lines = printed_lines(read_pdf(draft.pdf))
    with_lines = words(document(written(draft, tmp_path / "with", word_lines=lambda: lines), "strobe_checklist.docx"))
    without = words(document(written(draft, tmp_path / "without"), "strobe_checklist.docx"))
    spot = strobe_line(with_lines, "Introduction")
    assert re.fullmatch(r"Introduction \(PDF (p\. \d+, lines? [\d–]+); Word \1\).*", spot)
    assert "LibreOffice’s layout" in with_lines
    assert re.match(
        r"Introduction \(PDF p\. \d+, lines? [\d–]+; Word paragraph 1\)", strobe_line(without, "Introduction")
    )
    assert "LibreOffice" not in without


def strobe_line(text: str, section: str) -> str:
    """Return the first place of a checklist in a section."""
    return next(line for line in text.splitlines() if line.startswith(f"{section} ("))


def test_without_libreoffice_there_are_no_lines(
    drafts: dict[str, DraftStudy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked of a machine that has no such program, and the authors are informed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lines_in_word(drafts["implants"].docx) is None
    told = written(drafts["implants"], tmp_path / "documents").warnings
    assert any("LibreOffice is not installed or failed" in warning for warning in told)
