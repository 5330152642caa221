"""the documents of a draft: title page, letter, statements, checklist and tables as an editor gets them."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from conftest import ROOT
from draft_studies import DraftStudy

from lockstep.base.errors import ReportError
from lockstep.base.invocation import called
from lockstep.base.resources import TEMPLATES
from lockstep.journals.file import Journal
from lockstep.submission.author_pages import TO_CONFIRM, cover_letter, missing_details, statements, title_page
from lockstep.submission.declarations import conclusion, declarations
from lockstep.submission.documents import AccompanyingDocuments, write_documents
from lockstep.submission.word_lines import lines_in_word
from lockstep.text.phrases import UNSUPPORTED
from lockstep.text.style import Style
from lockstep.word.reading import Paragraph
from lockstep.word.validity import problems

pytestmark = pytest.mark.slow  # documents of a draft

JOURNAL = Journal("a-journal", "Journal of Examples", {})
STYLE = Style()
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STUDIES = ("flagship", "implants")


def written(draft: DraftStudy, folder: Path, **more: Any) -> AccompanyingDocuments:
    """Write the documents of a study; no program lays out the Word file unless lines are given."""
    fields = {field.name: getattr(draft, field.name) for field in dataclasses.fields(draft)}
    return write_documents(folder, **{"journal": JOURNAL, "word_lines": tuple, **fields, **more})


@pytest.fixture(scope="module")
def documents(
    drafts: dict[str, DraftStudy], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, AccompanyingDocuments]:
    """Return the documents of both studies."""
    return {name: written(drafts[name], tmp_path_factory.mktemp(name)) for name in STUDIES}


def words(path: Path) -> str:
    """Return the text of a Word file, tables included, a line for each paragraph."""
    paragraphs = docx.Document(str(path)).element.body.iter(f"{W}p")
    lines = ("".join(node.text or "" for node in paragraph.iter(f"{W}t")) for paragraph in paragraphs)
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def document(documents: AccompanyingDocuments, name: str) -> Path:
    """Return one of the documents by its name."""
    return next(path for path in (*documents.files, *documents.tables) if path.name == name)


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


# ---- title page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("study", STUDIES)
def test_the_title_page_has_what_the_manuscript_has(
    study: str, documents: dict[str, AccompanyingDocuments], drafts: dict[str, DraftStudy]
) -> None:
    """Title, counts and declarations are those of the finished Word file."""
    text, shown = drafts[study].text, words(document(documents[study], "title_page.docx"))
    assert text.title in shown
    for name, count in {
        "Words of the text": text.words,
        "Words of the abstract": text.abstract_words,
        "Tables": len(text.of_kind("table")),
        "Figures": len(text.of_kind("figure")),
        "References": len(text.references),
    }.items():
        assert f"{name}\n{count}\n" in shown
    for declared in declarations(text).values():
        assert declared.text in shown


def test_what_is_missing_is_red_and_told(documents: dict[str, AccompanyingDocuments]) -> None:
    """A study that declares nothing gets no declaration: each is to be added, and listed."""
    path = document(documents["implants"], "title_page.docx")
    shown = words(path)
    for name in ("Funding", "Conflicts of interest", "Ethics", "Registration of the study"):
        assert f"{name}. To be added by the authors" in shown
        assert any(
            warning.startswith(f"{name}: the manuscript does not say") for warning in documents["implants"].warnings
        )
    assert "Article type: To be added by the authors" in shown
    red = [
        "".join(node.text or "" for node in run.iter(f"{W}t"))
        for run in docx.Document(str(path)).element.body.iter(f"{W}r")
        if any(style.get(f"{W}val") == "ToComplete" for style in run.iter(f"{W}rStyle"))
    ]
    assert set(red) == {"To be added by the authors"}
    assert any("no `orcid` of Sole Author" in warning for warning in documents["implants"].warnings)


def test_a_placeholder_is_red_and_told(documents: dict[str, AccompanyingDocuments]) -> None:
    """What says itself that it is not complete does not pass for complete."""
    told = [warning for warning in documents["flagship"].warnings if "is to be completed" in warning]
    assert [warning.split(":")[0] for warning in told] == ["Funding", "Conflicts of interest", "Author contributions"]


def test_authors_are_told_in_full(drafts: dict[str, DraftStudy]) -> None:
    """Degrees, ORCID, e-mail, address and roles of the front matter are printed, and nothing is missed then."""
    front = {
        "title": "T", "short-title": "S", "article-type": "Original research", "keywords": ["a"],
        "author": [{
            "name": "Ada Example", "degrees": ["MD", "PhD"], "orcid": "0000-0002-1825-0097", "email": "ada@example.org",
            "corresponding": True, "affiliations": ["Example Clinic"], "roles": ["software", {"role": "writing"}],
        }],
    }  # fmt: skip
    draft = drafts["flagship"]
    page = title_page(draft.text, front, STYLE)
    assert page["authors"][0] == page["corresponding"][0]
    assert page["authors"][0]["degrees"] == "MD, PhD"
    assert page["authors"][0]["orcid"] == "0000-0002-1825-0097"
    assert page["authors"][0]["address"] == "Example Clinic"
    assert statements(draft.text, front, draft.results.source, STYLE)["roles"] == [("Ada Example", "software, writing")]
    assert not [told for told in missing_details(draft.text, front) if told.startswith("title page")]


@pytest.mark.parametrize(
    ("paragraphs", "kind", "words"),
    [
        ([("Competing interests. None.", ("Declarations",))], "conflicts", "None."),
        ([("Funding: The Fund (grant 7).", ("Other",))], "funding", "The Fund (grant 7)."),
        ([("We thank A.", ("Acknowledgements",)), ("And B.", ("Acknowledgements",))], "acknowledgments",
         "We thank A. And B."),
        ([("Approved by board 3.", ("Declarations", "Ethics approval and consent to participate"))], "ethics",
         "Approved by board 3."),
        ([("Data sharing. On request.", ("End",))], "availability", "On request."),
        ([("Trial registration: XY-1.", ())], "registration", "XY-1."),
        ([("Results. Funding was scarce.", ())], "funding", None),
    ],
)  # fmt: skip
def test_declarations_are_known_by_what_journals_call_them(
    paragraphs: list[tuple[str, tuple[str, ...]]], kind: str, words: str | None, drafts: dict[str, DraftStudy]
) -> None:
    """In a paragraph with a bold label or under a heading; words in passing declare nothing."""
    body = tuple(Paragraph(text, "BodyText", path) for text, path in paragraphs)
    text = dataclasses.replace(drafts["implants"].text, front=(), abstract=(), body=body)
    found = declarations(text)
    assert (found[kind].text if kind in found else None) == words


def test_an_abstract_s_declaration_counts_where_there_is_no_other(drafts: dict[str, DraftStudy]) -> None:
    """Funding that is stated in short in the abstract and in full below is printed once."""
    short = (Paragraph("Funding. None.", "Abstract"),)
    full = (Paragraph("Funding. No funding was received.", "BodyText", ("Declarations",)),)
    text = dataclasses.replace(drafts["implants"].text, front=(), abstract=short, body=())
    assert declarations(text)["funding"].text == "None."
    assert declarations(dataclasses.replace(text, body=full))["funding"].text == "No funding was received."


# ---- letter --------------------------------------------------------------------------------------------------------


def test_the_letter_quotes_the_manuscript(
    documents: dict[str, AccompanyingDocuments], drafts: dict[str, DraftStudy]
) -> None:
    """It names journal, title and counts, and says what was found in the manuscript's own words."""
    text, shown = drafts["flagship"].text, words(document(documents["flagship"], "cover_letter.docx"))
    assert JOURNAL.title in shown
    assert text.title in shown
    assert conclusion(text)
    assert conclusion(text).replace("\N{NO-BREAK SPACE}", " ") in shown
    assert f"The text has {text.words} words and the abstract {text.abstract_words}" in shown
    for statement in TO_CONFIRM:
        assert f"☐ {statement}" in shown or statement in shown
    assert "To be confirmed by the authors" in shown


def test_a_letter_without_a_conclusion_makes_none_up(documents: dict[str, AccompanyingDocuments]) -> None:
    """Where the manuscript concludes nothing, the authors are asked to."""
    assert "What was found is to be added by the authors" in words(document(documents["implants"], "cover_letter.docx"))
    assert "cover letter: the manuscript has no conclusion to quote" in documents["implants"].warnings


def test_what_the_results_do_not_support_is_not_in_the_letter(drafts: dict[str, DraftStudy]) -> None:
    """A sentence with a broken claim is left out, and reported."""
    broken = Paragraph(f"Conclusions. It was {UNSUPPORTED}: longer. More data are needed.", "Abstract")
    text = dataclasses.replace(drafts["flagship"].text, abstract=(broken,))
    letter = cover_letter(text, drafts["flagship"].front_matter, JOURNAL, STYLE)
    assert letter["findings"] == "More data are needed."
    assert any(
        "the results do not support it" in told for told in missing_details(text, drafts["flagship"].front_matter)
    )


@pytest.mark.parametrize(
    ("words", "quoted", "told"),
    [
        ("[To be written: what follows. And for whom.]", "", "the conclusion is to be written, and is left out"),
        ("It was P\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.01. [To be written: what follows.]",
         "It was P\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.01.",
         "part of the conclusion is to be written, and is left out"),
    ],
)  # fmt: skip
def test_what_is_to_be_written_is_not_in_the_letter(
    words: str, quoted: str, told: str, drafts: dict[str, DraftStudy]
) -> None:
    """Editors read no note of the authors to themselves."""
    draft = drafts["flagship"]
    text = dataclasses.replace(draft.text, abstract=(Paragraph(f"Conclusions. {words}", "Abstract"),))
    assert cover_letter(text, draft.front_matter, JOURNAL, STYLE)["findings"] == quoted
    assert f"cover letter: {told}" in tuple(missing_details(text, draft.front_matter))


def test_who_is_to_be_written_is_told_in_one_line(drafts: dict[str, DraftStudy]) -> None:
    """The placeholders of a new study: neither an e-mail address nor degrees of them are asked for besides."""
    author = {"name": "First Author (to be written)", "corresponding": True, "affiliations": ["Clinic (to be written)"]}
    told = [line for line in missing_details(drafts["flagship"].text, {"author": [author]}) if "to be written" in line]
    assert told == ["title page: to be written: “First Author (to be written)” and “Clinic (to be written)”"]


def test_a_letter_is_dated_only_by_source_date_epoch(
    drafts: dict[str, DraftStudy], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it there is no date, so that another day gives the same letter."""
    draft = drafts["flagship"]
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert cover_letter(draft.text, draft.front_matter, JOURNAL, STYLE)["date"] == ""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764000000")
    assert cover_letter(draft.text, draft.front_matter, JOURNAL, STYLE)["date"].split() == ["24", "November", "2025"]


@pytest.mark.parametrize("journal", [None, Journal("generic", "Any journal", {})])
def test_a_letter_to_no_journal_says_so(journal: Journal | None, drafts: dict[str, DraftStudy]) -> None:
    """The name is asked for rather than invented."""
    assert cover_letter(drafts["flagship"].text, drafts["flagship"].front_matter, journal, STYLE)["journal"] == ""


# ---- statements, tables --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("study", STUDIES)
def test_the_statements_name_the_data(
    study: str, documents: dict[str, AccompanyingDocuments], drafts: dict[str, DraftStudy]
) -> None:
    """File, hash, rows, columns and versions are those of results.json, and of the file itself."""
    draft, shown = drafts[study], words(document(documents[study], "statements.docx"))
    path = draft.study.folder / draft.study.data_file
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    columns = len(re.split("[,;]", rows[0]))
    assert hashlib.sha256(path.read_bytes()).hexdigest() in shown
    assert f"{path.name}: {len(rows) - 1} rows, {columns} columns" in shown
    for name, version in draft.results.source.versions.items():
        assert f"{'Python' if name == 'python' else name} {version}" in shown
    assert called("report").strip("`") in shown  # as who makes the draft calls it


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


# ---- checklist -----------------------------------------------------------------------------------------------------


def test_an_item_that_is_not_covered_is_red_and_says_so(documents: dict[str, AccompanyingDocuments]) -> None:
    """In words and in colour, in its own row; covered items have neither."""
    path = document(documents["flagship"], "strobe_checklist.docx")
    rows = {}
    for row in docx.Document(str(path)).tables[0].rows:
        first = row.cells[0].text.split()
        rows[first[0].rstrip("*") if first else ""] = row
    for number, entry in {entry.item.number: entry for entry in documents["flagship"].checklist.entries}.items():
        cell = rows[number].cells[2]
        styles = {run.style.name for paragraph in cell.paragraphs for run in paragraph.runs}
        assert ("NOT COVERED" in cell.text) == ("To Complete" in styles) == (entry.status == "not covered")
    with zipfile.ZipFile(path) as archive:
        styles_xml = archive.read("word/styles.xml").decode()
    assert re.search(r'w:styleId="ToComplete".*?<w:color w:val="C00000"/>', styles_xml)
    assert any("does not cover 12e, 16c" in warning for warning in documents["flagship"].warnings)


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


# ---- templates -----------------------------------------------------------------------------------------------------


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
