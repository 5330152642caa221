"""What a PDF holds: lines with places, fonts, properties, attachments, links."""

from pathlib import Path

import pytest
from pypdf import PdfWriter

from lockstep.base.errors import ReportError
from lockstep.base.resources import TEMPLATES
from lockstep.pdf.reading import PdfFacts, read_pdf
from lockstep.pdf.typst import compile_pdf

FONTS = TEMPLATES / "fonts"
SOURCE = """#set document(title: "A title", author: "A. Writer", keywords: ("one", "two"))
#set page(width: 300pt, height: 200pt, margin: 20pt)
#set text(lang: "en")
= A heading
First line with a #super[raised] mark. \\
Second line: #link("https://example.org/there")[there].
#pdf.attach("notes.txt", bytes("attached words"), description: "what it is")
#pagebreak()
On page two: fi #sym.minus 5.
#figure(alt: "described in words", line(length: 10pt))
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> PdfFacts:
    """Read a PDF of two pages."""
    folder = tmp_path_factory.mktemp("pdf")
    compile_pdf(SOURCE, folder / "sample.pdf", root=folder, fonts=FONTS)
    return read_pdf(folder / "sample.pdf")


def test_lines_come_with_page_and_place(facts: PdfFacts) -> None:
    """Each printed line is a line, raised marks in it, whose places run down the page."""
    assert [page.number for page in facts.pages] == [1, 2]
    assert (facts.pages[0].width, facts.pages[0].height) == (300, 200)
    first = facts.pages[0].lines
    assert [line.text.strip() for line in first] == [
        "A heading",
        "First line with a raised mark.",
        "Second line: there.",
    ]
    assert [line.x for line in first] == [20, 20, 20]
    assert first[0].y > first[1].y > first[2].y
    assert facts.pages[1].text.strip() == "On page two: fi − 5."


def test_fonts_say_whether_the_file_holds_them(facts: PdfFacts) -> None:
    """Typst embeds every font."""
    assert facts.fonts
    assert all(font.embedded and font.subtype == "Type0" for font in facts.fonts)


def test_a_font_that_is_only_named_is_not_embedded(tmp_path: Path) -> None:
    """A standard font without a file of its own is distinguished."""
    source = tmp_path / "a.pdf"
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Font<</F 4 0 R>>>>>>endobj\n"
        b"4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    )
    places = [body.index(b"%d 0 obj" % number) for number in range(1, 5)]
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    source.write_bytes(body + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body))
    (font,) = read_pdf(source).fonts
    assert (font.name, font.subtype, font.embedded) == ("Helvetica", "Type1", False)


def test_properties_attachments_links_and_bookmarks_are_read(facts: PdfFacts) -> None:
    """What a reader does not see on a page is there as well."""
    assert facts.info["Title"] == "A title"
    assert facts.info["Author"] == "A. Writer"
    assert "A. Writer" in facts.xmp
    assert facts.attachments == {"notes.txt": b"attached words"}
    assert facts.links == ("https://example.org/there",)
    assert facts.outline == ("A heading",)
    assert "what it is" in facts.strings
    assert "described in words" in facts.strings


def test_what_is_not_a_pdf_is_refused(tmp_path: Path) -> None:
    """A missing, broken or encrypted file gets a sentence, not a traceback."""
    with pytest.raises(ReportError, match=r"none\.pdf cannot be read as a PDF"):
        read_pdf(tmp_path / "none.pdf")
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"not a PDF at all")
    with pytest.raises(ReportError, match=r"broken\.pdf cannot be read as a PDF"):
        read_pdf(broken)
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    with pytest.raises(ReportError, match=r"locked\.pdf is encrypted"):
        read_pdf(tmp_path / "locked.pdf")
