"""Title page, cover letter and statements, as an editor gets them."""

from __future__ import annotations

import dataclasses
import hashlib
import re

import docx
import pytest
from accompanying_documents import JOURNAL, STUDIES, W, document, words
from draft_studies import DraftStudy

from lockstep.base.invocation import called
from lockstep.journals.file import Journal
from lockstep.submission.author_pages import TO_CONFIRM, cover_letter, missing_details, statements, title_page
from lockstep.submission.declarations import conclusion, declarations
from lockstep.submission.documents import AccompanyingDocuments
from lockstep.text.phrases import UNSUPPORTED
from lockstep.text.style import Style
from lockstep.word.reading import Paragraph

pytestmark = pytest.mark.slow  # documents of a draft


STYLE = Style()


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
    unfinished = ["Funding", "Conflicts of interest", "Author contributions", "Registration of the study"]
    assert [warning.split(":")[0] for warning in told] == unfinished


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
        ([("Registration of the study. None.", ())], "registration", "None."),  # as the page of statements calls it
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
