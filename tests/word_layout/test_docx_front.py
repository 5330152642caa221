"""The first page, the page itself and the properties of a finished Word file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from word_files import W, body, outline, para, part, raw, text, values, word_file

from lockstep.word.validity import problems
from lockstep.word_layout.finishing import finish_docx

TITLE = para("Survival of tête-à-tête &lt;cohorts&gt;", "Title")
NAMES = para("A One", "Author") + para("B Two", "Author")
AUTHORS = [
    {
        "name": "A One",
        "email": "a.one@example.org",
        "corresponding": True,
        "orcid": "0000-0002-1825-0097",
        "affiliations": [{"id": "x", "name": "Hospital X", "city": "Q"}, {"name": "Institute Y"}],
    },
    {"name": {"given": "B", "family": "Two"}, "degrees": ["MD", "PhD"], "affiliations": [{"ref": "x"}]},
]


def finished(tmp_path: Path, metadata: Mapping[str, Any], markup: str = TITLE + NAMES + para("Text")) -> Path:
    """Return a finished Word file with this front matter."""
    path = word_file(tmp_path / "report.docx", markup)
    finish_docx(path, metadata=metadata)
    assert problems(path) == []
    return path


def raised(paragraph: Any) -> list[str]:
    """Return the texts in superscript."""
    return [text(run) for run in paragraph.iter(f"{W}r") if values(run, "rPr/vertAlign") == ["superscript"]]


# ---- title block ---------------------------------------------------------------------------------------------------


def test_the_title_block_names_authors_with_their_affiliations(tmp_path: Path) -> None:
    """Authors stand in one line with raised marks, affiliations once each, then who answers letters."""
    path = finished(tmp_path, {"author": AUTHORS, "date": "2026-01-05"})
    assert outline(path) == [
        "Title: Survival of tête-à-tête <cohorts>",
        "Author: A One1,2,*; B Two, MD, PhD1",
        "Affiliation: 1 Hospital X, Q",
        "Affiliation: 2 Institute Y",
        "Correspondence: *Correspondence: A One, a.one@example.org",
        "Correspondence: ORCID: A One, 0000-0002-1825-0097",
        "Date: 2026-01-05",
        "BodyText: Text",
    ]
    assert raised(body(path)[1]) == ["1,2,*", "1"]


def test_one_affiliation_of_one_author_needs_no_marks(tmp_path: Path) -> None:
    """Numbers are for telling apart."""
    author = {"name": "A One", "corresponding": True, "email": "a@example.org", "affiliation": "Hospital X"}
    path = finished(tmp_path, {"author": author})
    assert outline(path)[1:4] == [
        "Author: A One",
        "Affiliation: Hospital X",
        "Correspondence: Correspondence: A One, a@example.org",
    ]
    assert raised(body(path)) == []


def test_names_are_text_whatever_they_hold(tmp_path: Path) -> None:
    """Markup in a name prints literally."""
    name = '<script>alert("x")</script> & *Co* {{< meta >}} #read("x")'
    path = finished(tmp_path, {"author": [{"name": {"literal": name}}]})
    assert outline(path)[1] == f"Author: {name}"


def test_what_the_front_matter_does_not_tell_stays(tmp_path: Path) -> None:
    """Without authors in the metadata, the renderer's lines are not lost."""
    path = finished(tmp_path, {}, TITLE + NAMES + para("5 January", "Date") + para("Text"))
    assert outline(path)[1:4] == ["Author: A One", "Author: B Two", "Date: 5 January"]


def test_a_title_from_metadata_stands_where_the_renderer_wrote_none(tmp_path: Path) -> None:
    """A document that begins with its text gets its title all the same."""
    assert outline(finished(tmp_path, {"title": "A & B"}, para("Text"))) == ["Title: A & B", "BodyText: Text"]


def test_the_abstract_is_headed_and_followed_by_keywords(tmp_path: Path) -> None:
    """A styled abstract gets its heading, once, and the keywords stand under its last paragraph."""
    abstract = para("Background. One.", "Abstract") + para("Results. Two.", "Abstract")
    path = finished(tmp_path, {"keywords": ["one", "two & three"]}, TITLE + abstract + para("Text"))
    assert outline(path)[1:] == [
        "AbstractTitle: Abstract",
        "Abstract: Background. One.",
        "Abstract: Results. Two.",
        "Keywords: Keywords: one; two & three",
        "BodyText: Text",
    ]


def test_an_abstract_with_a_heading_gets_no_second_one(tmp_path: Path) -> None:
    """The renderer heads an abstract of the front matter itself; an author may head it too."""
    for heading in ("AbstractTitle", "Heading1"):
        markup = TITLE + para("Summary", heading) + para("One.", "Abstract")
        blocks = outline(finished(tmp_path, {"keywords": "single"}, markup))
        assert blocks[1:] == [f"{heading}: Summary", "Abstract: One.", "Keywords: Keywords: single"]


# ---- page ----------------------------------------------------------------------------------------------------------


def section(path: Path) -> dict[str, dict[str, str]]:
    """Return the attributes of the page's properties, by name."""
    return {
        node.tag.removeprefix(W): {key.removeprefix(W): value for key, value in node.attrib.items()}
        for node in body(path).find(f"{W}sectPr")
    }


def test_the_page_is_a4_unless_letter_is_asked_for(tmp_path: Path) -> None:
    """Letter has a text width of 6.5 inches."""
    assert section(finished(tmp_path, {}))["pgSz"] == {"w": "11906", "h": "16838"}
    letter = section(finished(tmp_path, {"papersize": "letter"}))
    assert letter["pgSz"] == {"w": "12240", "h": "15840"}
    assert int(letter["pgSz"]["w"]) - int(letter["pgMar"]["left"]) - int(letter["pgMar"]["right"]) == 6.5 * 1440


def test_a_page_lies_on_its_side_where_that_is_asked_for(tmp_path: Path) -> None:
    """Width and height change places, once: a file that is finished again stays as it is."""
    path = finished(tmp_path, {"landscape": True})
    size = {"w": "16838", "h": "11906", "orient": "landscape"}
    assert section(path)["pgSz"] == size
    before = path.read_bytes()
    finish_docx(path, metadata={"landscape": True})
    assert path.read_bytes() == before


def test_line_numbers_and_spacing_follow_the_front_matter(tmp_path: Path) -> None:
    """Reviewers' copies number their lines and stand in double spacing; others do not."""
    assert "lnNumType" not in section(finished(tmp_path, {"line-numbers": False}))
    path = finished(tmp_path, {"line-numbers": True, "linestretch": "2"})
    assert section(path)["lnNumType"] == {"countBy": "1", "restart": "continuous"}
    spacing = {
        node.get(f"{W}styleId"): node.find(f"{W}pPr/{W}spacing")
        for node in part(path, "word/styles.xml").iter(f"{W}style")
    }
    assert spacing["BodyText"].get(f"{W}line") == "480"
    assert spacing["TableText"].get(f"{W}line") is None


def test_a_page_without_properties_gets_them(tmp_path: Path) -> None:
    """A reference document without a page of its own is no reason to fail."""
    document = f'<w:document xmlns:w="{W[1:-1]}"><w:body>{para("Text")}</w:body></w:document>'
    path = word_file(tmp_path / "report.docx", "", {"word/document.xml": document.encode()})
    finish_docx(path, metadata={})
    assert section(path)["pgMar"]["left"] == "1417"


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, "Survival of tête-à-tête <cohorts>"),
        ({"short-title": "Cohorts & co", "status": "Draft"}, "Cohorts & coDraft"),
    ],
)
def test_the_running_title_stands_above_later_pages(tmp_path: Path, metadata: dict[str, str], expected: str) -> None:
    """It is the short title where there is one; the first page shows its title instead."""
    path = finished(tmp_path, metadata)
    assert text(part(path, "word/header1.xml")) == expected
    assert text(part(path, "word/header2.xml")) == ""
    assert "titlePg" in section(path)


def test_a_long_title_is_cut_at_a_word_above_the_pages(tmp_path: Path) -> None:
    """The header stays one line."""
    path = finished(tmp_path, {}, para("Abcdefghi " * 12, "Title") + para("Text"))
    assert text(part(path, "word/header1.xml")) == "Abcdefghi " * 6 + "Abcdefghi …"


def test_the_footer_counts_pages_by_fields(tmp_path: Path) -> None:
    """Word works the numbers out as it lays out the pages."""
    footer = part(finished(tmp_path, {}), "word/footer1.xml")
    assert text(footer) == "Page 1 of 1"
    assert [node.get(f"{W}instr").strip() for node in footer.iter(f"{W}fldSimple")] == ["PAGE", "NUMPAGES"]


# ---- properties ----------------------------------------------------------------------------------------------------


def core(path: Path) -> dict[str, str]:
    """Return the core properties, by name."""
    return {node.tag.partition("}")[2]: node.text for node in part(path, "docProps/core.xml")}


def test_core_properties_come_from_the_front_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Title, authors, keywords and language are set, and the times are the same on every run."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    metadata = {"author": AUTHORS, "keywords": ["a", "b"], "lang": "en-GB", "description": "Synthetic"}
    path = finished(tmp_path, metadata)
    assert core(path) == {
        "title": "Survival of tête-à-tête <cohorts>",
        "creator": "A One; B Two",
        "keywords": "a, b",
        "description": "Synthetic",
        "language": "en-GB",
        "created": "2000-01-01T00:00:00Z",
        "modified": "2000-01-01T00:00:00Z",
    }
    language = part(path, "word/styles.xml").find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    assert language.get(f"{W}val") == "en-GB"


def test_source_date_epoch_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that fixes its time fixes the document's."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert core(finished(tmp_path, {}))["created"] == "2023-11-14T22:13:20Z"


def test_what_no_reader_sees_is_left_out(tmp_path: Path) -> None:
    """Statistics of the writing program, custom properties, editing marks and empty lists of comments are gone."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    settings = (
        f'<w:settings xmlns:w="{W[1:-1]}"><w:zoom w:percent="100"/><w:updateFields w:val="true"/>'
        '<w:rsids><w:rsidRoot w:val="00A1"/></w:rsids></w:settings>'
    )
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/custom-properties" Target="docProps/custom.xml"/>'
        f'<Relationship Id="rId3" Type="{office}/extended-properties" Target="docProps/app.xml"/></Relationships>'
    )
    extra = {
        "_rels/.rels": rels.encode(),
        "word/settings.xml": settings.encode(),
        "docProps/custom.xml": b"<Properties><path>/home/someone</path></Properties>",
        "docProps/app.xml": b"<Properties/>",
        "customXml/item1.xml": b"<x/>",
    }
    path = word_file(tmp_path / "report.docx", para("Text"), extra)
    finish_docx(path, metadata={})
    assert problems(path) == []
    assert b"updateFields" not in raw(path, "word/settings.xml")
    assert b"rsid" not in raw(path, "word/settings.xml")
    for name in ("docProps/custom.xml", "docProps/app.xml", "customXml/item1.xml"):
        with pytest.raises(KeyError):
            raw(path, name)
