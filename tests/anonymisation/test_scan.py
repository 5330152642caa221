"""A name planted anywhere in a file of a draft is found, and the place where it is, is reported."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
import word_files
from files_with_names import NAME, WORDS, W, picture, places, png_with

from lockstep.anonymisation.scan import traces
from lockstep.base.errors import ReportError


def xml(name: str, content: str = "", **attributes: str) -> bytes:
    """Return an XML part with one element in it."""
    told = "".join(f' w:{key}="{value}"' for key, value in attributes.items())
    return f'<w:{name} xmlns:w="{W}"{told}>{content}</w:{name}>'.encode()


SPLIT = "<w:p><w:r><w:t>by Zo</w:t></w:r><w:r><w:t>e\u00a0Quist</w:t></w:r><w:r><w:t>gaard</w:t></w:r></w:p>"
PARTS: Mapping[str, tuple[dict[str, bytes], str]] = {
    "paragraph split over runs": ({"word/document.xml": xml("document", SPLIT)}, "word/document.xml, paragraph 1"),
    "header": ({"word/header9.xml": xml("hdr", SPLIT)}, "word/header9.xml, paragraph 1"),
    "footnote": ({"word/footnotes.xml": xml("footnotes", SPLIT)}, "word/footnotes.xml, paragraph 1"),
    "comment": ({"word/comments.xml": xml("comments", SPLIT)}, "word/comments.xml, paragraph 1"),
    "author of a comment": (
        {"word/comments.xml": xml("comments", f'<w:comment w:author="{NAME}"/>')},
        "word/comments.xml, attribute author of comment",
    ),
    "initials and people": (
        {"word/people.xml": xml("people", f'<w:person w:author="{NAME}"/>')},
        "word/people.xml, attribute author of person",
    ),
    "tracked change": (
        {"word/document.xml": xml("document", f'<w:p><w:ins w:author="{NAME}"/></w:p>')},
        "word/document.xml, attribute author of ins",
    ),
    "deleted text": (
        {"word/document.xml": xml("document", "<w:p><w:delText>Quistgaard</w:delText></w:p>")},
        "word/document.xml, paragraph 1",
    ),
    "alternative text": (
        {"word/document.xml": xml("document", f'<w:docPr descr="Map by {NAME}"/>')},
        "word/document.xml, attribute descr of docPr",
    ),
    "bookmark": (
        {"word/document.xml": xml("document", '<w:bookmarkStart w:name="ref_quistgaard2020"/>')},
        "word/document.xml, attribute name of bookmarkStart",
    ),
    "field": (
        {"word/document.xml": xml("document", "<w:p><w:instrText>AUTHOR Quistgaard</w:instrText></w:p>")},
        "word/document.xml, paragraph 1",
    ),
    "comment in XML": ({"word/document.xml": xml("document", f"<!-- {NAME} -->")}, "word/document.xml, comment"),
    "style": (
        {"word/styles.xml": xml("styles", '<w:name w:val="Quistgaard"/>')},
        "word/styles.xml, attribute val of name",
    ),
    "settings": (
        {"word/settings.xml": xml("settings", '<w:docVar w:val="Quistgaard"/>')},
        "word/settings.xml, attribute val of docVar",
    ),
    "core properties": (
        {"docProps/core.xml": f"<c><creator>{NAME}</creator></c>".encode()},
        "docProps/core.xml, element creator",
    ),
    "last writer": (
        {"docProps/core.xml": b"<c><lastModifiedBy>zquistgaard Quistgaard</lastModifiedBy></c>"},
        "docProps/core.xml, element lastModifiedBy",
    ),
    "application properties": (
        {"docProps/app.xml": f"<c><Company>{NAME}</Company></c>".encode()},
        "docProps/app.xml, element Company",
    ),
    "custom properties": (
        {"docProps/custom.xml": f"<c><lpwstr>/home/{NAME}/refs.bib</lpwstr></c>".encode()},
        "docProps/custom.xml, element lpwstr",
    ),
    "custom XML": ({"customXml/item1.xml": f"<c><b>{NAME}</b></c>".encode()}, "customXml/item1.xml, element b"),
    "relationship": (
        {"word/_rels/document.xml.rels": b'<r><R Target="file:///C:/Users/quistgaard/a.png"/></r>'},
        "word/_rels/document.xml.rels, attribute Target of R",
    ),
    "address with %": (
        {"word/_rels/document.xml.rels": b'<r><R Target="https://example.org/Zo%C3%AB%20Quistgaard"/></r>'},
        "word/_rels/document.xml.rels, attribute Target of R",
    ),
    "picture": ({"word/media/image1.png": png_with(NAME)}, "word/media/image1.png, chunk tEXt"),
    "embedded archive": (
        {"word/embeddings/book.xlsx": b""},  # filled below
        "word/embeddings/book.xlsx, docProps/core.xml, element creator",
    ),
    "unknown part": ({"word/x.bin": b"\0\1" + "Quistgaard".encode("utf-16-le") + b"\xff\0"}, "word/x.bin, bytes"),
    "name of a part": ({"word/media/quistgaard.png": picture("PNG")}, "word/media/quistgaard.png, name"),
}


def docx_with(path: Path, parts: Mapping[str, bytes]) -> Path:
    """Write a Word file of these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({"word/document.xml": xml("document")} | dict(parts)).items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("what", PARTS)
def test_a_name_in_any_part_of_a_word_file_is_found(what: str, tmp_path: Path) -> None:
    """Text, attributes, properties, comments, pictures, paths: each place is reported as it is."""
    parts, place = PARTS[what]
    if what == "embedded archive":
        inner = docx_with(tmp_path / "inner.docx", PARTS["core properties"][0])
        parts = {next(iter(parts)): inner.read_bytes()}
    assert place in places(docx_with(tmp_path / "a.docx", parts))


def test_a_name_in_the_archive_itself_is_found(tmp_path: Path) -> None:
    """Comments of archive and entry, extra fields and the file's own name are no parts, and are read as well."""
    path = tmp_path / "quistgaard_draft.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = b"made by Quistgaard"
        entry = zipfile.ZipInfo("word/document.xml")
        entry.comment = b"Quistgaard"
        archive.writestr(entry, xml("document"))
        other = zipfile.ZipInfo("word/b.xml")
        other.extra = b"\x99\x99\x0a\x00Quistgaard"
        archive.writestr(other, xml("document"))
    assert sorted(places(path)) == [
        "comment of the archive",
        "file name",
        "word/b.xml, extra field",
        "word/document.xml, comment",
    ]


def test_a_word_file_without_the_name_is_clean(tmp_path: Path) -> None:
    """A real Word file by somebody else has no trace, nor has one with longer words that hold the name."""
    body = word_files.para("Quistgaards are another family, and zoequistgaardia a plant.")
    assert places(word_files.word_file(tmp_path / "a.docx", body)) == []


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.svg", f"<svg><metadata>{NAME}</metadata></svg>", "element metadata"),
        ("a.svg", f"<svg><!-- {NAME} --></svg>", "comment"),
        ("a.svg", f'<svg inkscape="{NAME}"/>', "attribute inkscape of svg"),
        ("a.svg", f'<!DOCTYPE svg [<!ENTITY who "{NAME}">]><svg/>', "declaration"),
        ("a.eps", f"%!PS-Adobe-3.0 EPSF-3.0\n%%Creator: {NAME}\n", "line 2"),
        ("a.txt", "first\nby ZOE_QUISTGAARD\n", "line 2"),
        ("a.txt", "by Zoe\nQuistgaard's group", "line 2"),
        ("a.csv", "id;clinic\n1;Quistgaard", "line 2"),
        ("a.json", '{"path": "/home/quistgaard/study"}', "line 1"),
    ],
)
def test_a_name_in_text_of_any_kind_is_found(name: str, content: str, place: str, tmp_path: Path) -> None:
    """Drawings, PostScript, tables and plain text are read line by line."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert place in places(tmp_path / name)


def test_how_a_name_is_written_does_not_matter(tmp_path: Path) -> None:
    """Case, accents, ligatures, umlauts written out, hyphens, invisible marks and kinds of space are all one."""
    spellings = (
        "ANNE-MARIE FISCHER-MUELLER",
        "Anne Marie Fischer Müller",
        "anne.marie.fischer-muller",
        "Anne\u2011Marie\u00a0\ufb01scher\u2010Mu\u0308ller".replace("\ufb01", "Fi"),
        "Anne-Marie Fi\u00adscher-Mü\u200bller",
    )
    for spelling in spellings:
        (tmp_path / "a.txt").write_text(f"x {spelling} y", encoding="utf-8")
        assert places(tmp_path / "a.txt", ("Anne-Marie Fischer-Müller",)) == ["line 1"], spelling


def test_a_name_that_the_front_matter_spells_out_is_found_with_its_umlaut(tmp_path: Path) -> None:
    """Authors write Mueller in one place and Müller in another; "back" is no trace of Baeck."""
    (tmp_path / "a.txt").write_text("As Müller says in Tromsø", encoding="utf-8")
    assert places(tmp_path / "a.txt", ("J Mueller", "Mueller")) == ["line 1"]
    (tmp_path / "b.txt").write_text("Not one step back for Bauer", encoding="utf-8")
    assert places(tmp_path / "b.txt", ("Baeck",)) == []


def test_a_trace_says_what_was_found_where_and_among_what(tmp_path: Path) -> None:
    """One line names file, place, word and context."""
    (tmp_path / "letter.txt").write_text("We thank Dr. Quistgaard for her help.", encoding="utf-8")
    (trace,) = traces(tmp_path / "letter.txt", WORDS)
    assert str(trace) == ("letter.txt: line 1: 'Quistgaard' in \"We thank Dr. Quistgaard for her help.\"")


def png_of(width: int, height: int) -> bytes:
    """Return the head of a PNG of this size, without pixels."""
    parts = (b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT", b"IEND")
    chunks = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_what_cannot_be_read_is_not_called_clean(tmp_path: Path) -> None:
    """A missing file, a broken archive, picture or PDF are errors, and so is a picture of more pixels than are read."""
    for name, content in {
        "a.docx": b"PK\x03\x04broken",
        "a.png": b"\x89PNG\r\n\x1a\nbroken",
        "huge.png": png_of(50_000, 50_000),
        "a.pdf": b"%PDF-1.7 no",
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ReportError, match=name):
            traces(tmp_path / name, WORDS)
    with pytest.raises(ReportError, match="cannot be searched for names"):
        traces(tmp_path / "none.txt", WORDS)
