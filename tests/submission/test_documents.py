"""The documents that accompany a draft: all there, valid, the same bytes, no names; tables, templates of a study."""

from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path

import docx
import pytest
from accompanying_documents import STUDIES, W, document, words, written
from conftest import ROOT
from draft_studies import DraftStudy

from lockstep.base.errors import ReportError
from lockstep.base.resources import TEMPLATES
from lockstep.submission.documents import AccompanyingDocuments
from lockstep.word.validity import problems

pytestmark = pytest.mark.slow  # documents of a draft


@pytest.mark.parametrize("study", STUDIES)
def test_every_document_is_there_and_valid(
    study: str, documents: dict[str, AccompanyingDocuments], drafts: dict[str, DraftStudy]
) -> None:
    """Five documents, a file for each table, and every Word file as its standard wants it."""
    names = [path.name for path in documents[study].files]
    assert names == [
        "title_page.docx", "cover_letter.docx", "statements.docx", "strobe_checklist.docx", "strobe_checklist.json",
    ]  # fmt: skip
    numbers = [table.number for table in drafts[study].text.of_kind("table")]
    assert [path.name for path in documents[study].tables] == [f"Table{number}.docx" for number in numbers]
    for path in (*documents[study].files, *documents[study].tables):
        assert path.suffix == ".json" or problems(path) == []


def test_the_same_manuscript_gives_the_same_bytes(
    documents: dict[str, AccompanyingDocuments], drafts: dict[str, DraftStudy], tmp_path: Path
) -> None:
    """Another run, in another folder, writes the same files."""
    again = written(drafts["implants"], tmp_path)
    pairs = zip(
        (*documents["implants"].files, *documents["implants"].tables), (*again.files, *again.tables), strict=True
    )
    for first, second in pairs:
        assert first.read_bytes() == second.read_bytes(), first.name


def test_properties_name_no_author(documents: dict[str, AccompanyingDocuments], drafts: dict[str, DraftStudy]) -> None:
    """Tables go to reviewers too: neither properties nor pages have a name, nor have properties of the others."""
    authors = [author["name"] for author in drafts["flagship"].front_matter["author"]]
    for path in (*documents["flagship"].files, *documents["flagship"].tables):
        if path.suffix != ".docx":
            continue
        with zipfile.ZipFile(path) as archive:
            told = {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}
        shown = (
            told
            if path in documents["flagship"].tables
            else {k: v for k, v in told.items() if k.startswith("docProps")}
        )
        assert not [(name, author) for name, text in shown.items() for author in authors if author in text]
        assert "docProps/core.xml" in told


@pytest.mark.parametrize("study", STUDIES)
def test_a_table_by_itself_is_the_table_of_the_manuscript(
    study: str, documents: dict[str, AccompanyingDocuments], drafts: dict[str, DraftStudy]
) -> None:
    """Caption, cells, widths and note are those of the manuscript; nothing else is in the file."""
    tables = docx.Document(str(drafts[study].docx)).element.body.findall(f"{W}tbl")
    for number, (item, path) in enumerate(
        zip(drafts[study].text.of_kind("table"), documents[study].tables, strict=True)
    ):
        document = docx.Document(str(path))
        (table,) = document.tables
        shown = words(path)
        assert shown.startswith(f"Table {item.number}")
        assert item.caption.replace("\N{NO-BREAK SPACE}", " ") in shown
        assert item.note.replace("\N{NO-BREAK SPACE}", " ") in shown.replace("\n", " ")
        cells = [[cell for cell in row.iter(f"{W}tc")] for row in table._tbl.iter(f"{W}tr")]  # noqa: C416
        assert [len(row) for row in cells] == [len(row) for row in item.rows]
        widths = [[cell.get(f"{W}w") for cell in one.iter(f"{W}gridCol")] for one in (table._tbl, tables[number])]
        assert widths[0] == widths[1]
        body = document.element.body
        assert not list(body.iter(f"{W}fldChar", f"{W}bookmarkStart", f"{W}hyperlink", f"{W}drawing", f"{W}lnNumType"))
        with zipfile.ZipFile(path) as archive:
            assert not [name for name in archive.namelist() if "media" in name]


def with_template(draft: DraftStudy, folder: Path, name: str, content: str) -> DraftStudy:
    """Return a study whose own templates have one of these."""
    (folder / "templates" / "submission").mkdir(parents=True)
    (folder / "templates" / "submission" / name).write_text(content, encoding="utf-8")
    return dataclasses.replace(draft, study=dataclasses.replace(draft.study, folder=folder))


def test_a_study_s_own_template_comes_first(drafts: dict[str, DraftStudy], tmp_path: Path) -> None:
    """Its letter is printed in place of the program's; what it prints is literal, whatever a title holds."""
    draft = with_template(drafts["implants"], tmp_path, "cover_letter.md.j2", "Dear Dr. *Own*,\n\n{{ title | md }}\n")
    draft = dataclasses.replace(draft, text=dataclasses.replace(draft.text, title="A *B* [C]{.d} <e> @f"))
    shown = words(document(written(draft, tmp_path / "documents"), "cover_letter.docx"))
    assert shown == "Dear Dr. Own,\nA *B* [C]{.d} <e> @f"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Dear\n{% if %}", r"templates/submission/cover_letter.md.j2:2: "),
        ("Dear\n\n{{ nobody }}", r"templates/submission/cover_letter.md.j2:3: 'nobody' is undefined"),
        ("{{ title | shout }}", r"templates/submission/cover_letter.md.j2:1: No filter named 'shout'"),
    ],
)
def test_an_error_names_the_template_s_line(
    content: str, message: str, drafts: dict[str, DraftStudy], tmp_path: Path
) -> None:
    """A faulty template is one clear error, and its document is not written."""
    draft = with_template(drafts["implants"], tmp_path, "cover_letter.md.j2", content)
    with pytest.raises(ReportError, match=message):
        written(draft, tmp_path / "documents")
    assert not (tmp_path / "documents" / "cover_letter.docx").exists()


def test_templates_stand_where_the_documentation_says() -> None:
    """docs/drafts.md names every template of the documents."""
    told = (ROOT / "docs" / "drafts.md").read_text(encoding="utf-8")
    for path in (TEMPLATES / "submission").iterdir():
        assert path.name in told
