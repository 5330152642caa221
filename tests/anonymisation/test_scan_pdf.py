"""Names of authors in a PDF and in pictures are found, wherever they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from files_with_names import FONTS, NAME, picture, places
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from lockstep.pdf.typst import compile_pdf


def pdf(folder: Path, source: str = "A page without names.", **files: bytes) -> Path:
    """Write a PDF with Typst; `files` stand beside it."""
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    compile_pdf(
        '#set document(title: "T")\n#set text(lang: "en")\n' + source, folder / "a.pdf", root=folder, fonts=FONTS
    )
    return folder / "a.pdf"


def changed_pdf(folder: Path, change: object) -> Path:
    """Write a PDF, and change it with pypdf."""
    writer = PdfWriter(clone_from=PdfReader(pdf(folder)))
    change(writer)  # type: ignore[operator]
    writer.write(folder / "b.pdf")
    return folder / "b.pdf"


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (f"By {NAME}.", "page 1"),
        ("#set page(width: 90pt, margin: 20pt)\nby Zoë\nQuistgaard", "page 1"),
        ("#set page(width: 80pt, margin: 12pt)\n#set text(hyphenate: true)\nNobody is Quist\\-\\ gaard here", "page 1"),
        ('#link("https://example.org/zoe-quistgaard")[here]', "link"),
        (f"= {NAME}", "bookmark"),
        (f'#set document(author: "{NAME}")\nText', "property Author"),
        (f'#set document(keywords: "{NAME}")\nText', "XMP"),
        (f'#figure(alt: "{NAME}", rect())', "object"),
        (
            f'#pdf.attach("a.json", bytes("{{\\"by\\": \\"{NAME}\\"}}"), description: "d")\nText',
            "attachment a.json, line 1",
        ),
        ('#pdf.attach("quistgaard.txt", bytes("x"), description: "d")\nText', "attachment quistgaard.txt, name"),
    ],
)
def test_a_name_in_a_pdf_is_found(source: str, place: str, tmp_path: Path) -> None:
    """Pages, links, bookmarks, properties, alternative texts and attachments of a PDF are read."""
    assert place in places(pdf(tmp_path, source))


def test_a_name_in_notes_and_objects_of_a_pdf_is_found(tmp_path: Path) -> None:
    """A note laid over a page, its writer, and a text that no reader shows are found."""
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Text"),
            NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4),
            NameObject("/T"): TextStringObject("Quistgaard"),
        }
    )
    path = changed_pdf(tmp_path, lambda writer: writer.add_annotation(0, note))
    assert "annotation" in places(path)
    hidden = DictionaryObject({NameObject("/PieceInfo"): TextStringObject(NAME)})
    assert "object" in places(changed_pdf(tmp_path, lambda writer: writer._add_object(hidden)))


def test_a_name_in_a_picture_inside_a_pdf_is_found(tmp_path: Path) -> None:
    """Typst keeps the EXIF tags of a JPEG."""
    exif = Image.Exif()
    exif[0x013B] = "Quistgaard"
    path = pdf(tmp_path, '#image("p.jpg", alt: "x")', p_jpg=picture("JPEG", exif=exif))
    assert "picture 1, tag Artist" in places(path)


@pytest.mark.parametrize(
    "written",
    [
        b"(\\376\\377" + b"".join(b"\\000%c" % letter for letter in b"Quistgaard") + b")",
        b"(Quist\\147aard \\(sole author\\))",
        b"<51756973746761617264 2>",
    ],
)
def test_words_that_stand_for_a_part_of_a_page_are_read_however_they_are_written(
    written: bytes, tmp_path: Path
) -> None:
    """Other programs write alternative texts with escapes, in 16 bits, or in an odd number of hexadecimal digits."""

    def say(writer: PdfWriter) -> None:
        content = StreamObject()
        content.set_data(b"/Span <</ActualText " + written + b">> BDC EMC")
        writer.pages[0][NameObject("/Contents")] = writer._add_object(content.flate_encode())

    assert "object" in places(changed_pdf(tmp_path, say))


def test_a_name_after_the_end_of_a_pdf_is_found(tmp_path: Path) -> None:
    """What no program reads is in the file all the same."""
    path = pdf(tmp_path)
    path.write_bytes(path.read_bytes() + b"\n% Quistgaard\n")
    assert places(path) == ["bytes"]


def test_a_clean_pdf_is_clean(tmp_path: Path) -> None:
    """A PDF by somebody else has no trace."""
    assert places(pdf(tmp_path)) == []


@pytest.mark.parametrize("tag", [0x013B, 0x010E, 0x8298, 0x0131, 0x010D, 0x013C])
def test_a_name_in_any_tag_of_a_tiff_is_found(tag: int, tmp_path: Path) -> None:
    """Artist, description, copyright, program, document and computer are read."""
    path = tmp_path / "Fig1.tif"
    path.write_bytes(picture("TIFF", compression="tiff_lzw", tiffinfo={tag: "Zoe Quistgaard"}))
    assert any(place.startswith("tag ") for place in places(path))


def test_a_name_in_the_tags_of_windows_is_found(tmp_path: Path) -> None:
    """XPAuthor holds 16-bit text."""
    exif = Image.Exif()
    exif[0x9C9D] = "Quistgaard".encode("utf-16-le")
    for kind in ("TIFF", "JPEG", "PNG"):
        path = tmp_path / f"a.{kind.lower()}"
        path.write_bytes(picture(kind, exif=exif))
        assert "tag XPAuthor" in places(path)


@pytest.mark.parametrize("how", ["tEXt", "zTXt", "iTXt"])
def test_a_name_in_a_text_chunk_of_a_png_is_found(how: str, tmp_path: Path) -> None:
    """Plain, deflated and international text are read."""
    told = PngImagePlugin.PngInfo()
    if how == "iTXt":
        told.add_itxt("Author", NAME, zip=True)
    else:
        told.add_text("Author", "Quistgaard " * 20, zip=how == "zTXt")
    (tmp_path / "a.png").write_bytes(picture("PNG", pnginfo=told))
    assert f"chunk {how}" in places(tmp_path / "a.png")


def test_a_name_in_the_comment_of_a_jpeg_is_found(tmp_path: Path) -> None:
    """JPEG files have comments."""
    (tmp_path / "a.jpg").write_bytes(picture("JPEG", comment=b"Quistgaard"))
    assert "tag comment" in places(tmp_path / "a.jpg")
