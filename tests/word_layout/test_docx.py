"""Finishing a Word file: both renderers' shapes come out as one valid document, in Word's own terms."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from word_files import (
    CENTRED,
    WP,
    W,
    body,
    fields,
    link,
    outline,
    pandoc_float,
    para,
    part,
    picture,
    quarto_float,
    raw,
    run,
    style,
    table,
    text,
    values,
    word_file,
)

from lockstep.base.errors import ReportError
from lockstep.word.package import package_bytes, read_package
from lockstep.word.validity import problems
from lockstep.word_layout.finishing import finish_docx

ROWS = [["Group|left", "n|right", "P|center"], ["A &lt; B|left", "12|right", "&lt;\u00a00.001|center"]]
TITLE = para("A title", "Title")


def finished(tmp_path: Path, markup: str, **options: object) -> Path:
    """Return a finished Word file with this body."""
    path = word_file(tmp_path / "report.docx", markup)
    finish_docx(path, **({"metadata": {}} | options))  # type: ignore[arg-type]
    return path


def both_shapes(quarto: bool) -> str:
    """Return one small paper as either renderer writes it."""
    wrap = quarto_float if quarto else pandoc_float
    rows = table(ROWS, inherited=CENTRED if quarto else "")
    references = link("tbl-one", "Table\u00a01") + run(" and ") + link("fig-one", "Figure\u00a01")
    return (
        TITLE
        + para(references, "FirstParagraph")
        + wrap("tbl-one", "Table\u00a01: Of all", rows, number=1)
        + para("Between")
        + wrap("fig-one", "Figure\u00a01: Curves", picture(), number=2)
        + para("After")
    )


# ---- valid, and the same from both renderers -----------------------------------------------------------------------


@pytest.mark.parametrize("quarto", [True, False], ids=["quarto", "pandoc"])
def test_a_finished_file_is_valid(tmp_path: Path, quarto: bool) -> None:
    """Nothing that Word would refuse or repair is left in it."""
    assert problems(finished(tmp_path, both_shapes(quarto))) == []


def test_a_link_that_starts_from_the_package_leads_to_its_part(tmp_path: Path) -> None:
    """Other programs write "/word/styles.xml" into the reference document that an author makes with them."""
    path = finished(tmp_path, both_shapes(quarto=False))
    parts = read_package(path)
    rels = "word/_rels/document.xml.rels"
    assert b'Target="styles.xml"' in parts[rels]
    parts[rels] = parts[rels].replace(b'Target="styles.xml"', b'Target="/word/styles.xml"')
    path.write_bytes(package_bytes(parts))
    assert problems(path) == []


def test_the_check_of_validity_sees_the_defects_of_quarto(tmp_path: Path) -> None:
    """Nested tables, second properties, second alignments, repeated ids: each is found before the mending."""
    markup = both_shapes(quarto=True) + para(picture())
    found = "\n".join(problems(word_file(tmp_path / "raw.docx", markup)))
    assert "a table is nested in a table" in found
    assert "w:p has w:pPr at [0, 1]" in found
    assert "w:pPr holds pStyle jc jc" in found
    assert "ids of drawings repeat" in found
    assert "Word allows no bookmark named 'tbl-one'" in found


def test_both_renderers_give_the_same_body(tmp_path: Path) -> None:
    """What Quarto wraps in layout tables and what pandoc sets plainly are one document in the end."""
    (tmp_path / "q").mkdir()
    mended = finished(tmp_path / "q", both_shapes(quarto=True))
    plain = finished(tmp_path, both_shapes(quarto=False))
    assert outline(mended) == outline(plain)
    assert outline(plain) == [
        "Title: A title",
        "FirstParagraph: Table\u00a01 and Figure\u00a01",
        "TableCaption: Table\u00a01: Of all",
        "table",
        "BodyText: Between",
        "CaptionedFigure: ",
        "ImageCaption: Figure\u00a01: Curves",
        "BodyText: After",
    ]
    assert raw(mended) == raw(plain)


def test_cells_keep_their_own_alignment(tmp_path: Path) -> None:
    """The centring that Quarto lets each cell inherit is gone, a cell without alignment has none."""
    rows = [["Group|left", "n|right", "none"], ["A|left", "12|right", "x"]]
    path = finished(tmp_path, quarto_float("tbl-one", "Table\u00a01: T", table(rows, inherited=CENTRED)))
    alignments = [values(cell, "p/pPr/jc") for cell in body(path).iter(f"{W}tc")]
    assert alignments == [["left"], ["right"], [], ["left"], ["right"], []]


def test_a_centred_cell_stays_where_quarto_adds_nothing(tmp_path: Path) -> None:
    """A version that writes no second alignment does not lose the first one."""
    caption = para("Table\u00a01: T", "ImageCaption")
    plain = table([["n|center"], ["1|center"]])
    layout = quarto_float("tbl-one", "X", plain)
    markup = re.sub(r"<w:p><w:pPr><w:jc.*?</w:p>", caption, layout, count=1, flags=re.DOTALL)
    assert values(body(finished(tmp_path, markup)), "tc/p/pPr/jc") == ["center", "center"]


def test_finishing_twice_changes_nothing(tmp_path: Path) -> None:
    """The step may run as a hook of Quarto and again as a stage of the report."""
    metadata = {
        "title": "A title",
        "author": [{"name": "A", "affiliations": ["X"]}],
        "keywords": ["k"],
        "lang": "en-GB",
    }
    path = finished(tmp_path, both_shapes(quarto=True) + para("Text.", "Abstract"), metadata=metadata)
    once = path.read_bytes()
    finish_docx(path, metadata=metadata)
    assert path.read_bytes() == once


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Neither time, nor place, nor the order of the input's parts enters the file; nothing in it is compressed."""
    first = finished(tmp_path, both_shapes(quarto=True))
    (tmp_path / "elsewhere").mkdir()
    with zipfile.ZipFile(word_file(tmp_path / "shuffled.docx", both_shapes(quarto=True))) as archive:
        parts = {name: archive.read(name) for name in reversed(archive.namelist())}
    second = tmp_path / "elsewhere" / "other.docx"
    with zipfile.ZipFile(second, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    finish_docx(second, metadata={})
    assert second.read_bytes() == first.read_bytes()
    with zipfile.ZipFile(first) as archive:
        entries = archive.infolist()
    assert {(entry.date_time, entry.compress_type) for entry in entries} == {((1980, 1, 1, 0, 0, 0), 0)}
    assert entries[0].filename == "[Content_Types].xml"


# ---- captions and references ---------------------------------------------------------------------------------------


def test_a_caption_is_numbered_by_a_field_in_a_bookmark(tmp_path: Path) -> None:
    """Word counts and lists tables by it; the label alone is bold; the printed text is what the renderer wrote."""
    caption = "Table\u00a02: Of 2411 patients"
    path = finished(tmp_path, pandoc_float("tbl-one", caption, table(ROWS)))
    paragraph = body(path)[0]
    assert text(paragraph) == "Table\u00a02: Of 2411 patients"
    assert fields(paragraph) == ["SEQ Table \\* ARABIC"]
    labelled = [text(node) for node in paragraph.iter(f"{W}r") if values(node, "rPr/rStyle") == ["CaptionLabel"]]
    assert "".join(labelled) == "Table\u00a02:"
    names = [node.get(f"{W}name") for node in paragraph.iter(f"{W}bookmarkStart")]
    assert names == ["tbl_one", "tbl_one_number"]


def test_a_caption_in_pieces_keeps_its_formatting(tmp_path: Path) -> None:
    """A label spread over runs is replaced whole, italics after it stay."""
    pieces = (
        run("Figure") + run("\u00a0") + run("1", "<w:b/>") + run(": ") + run("P", "<w:i/><w:iCs/>") + run(" values")
    )
    path = finished(tmp_path, pandoc_float("fig-one", pieces, picture()))
    caption = body(path)[1]
    assert text(caption) == "Figure\u00a01: P values"
    assert [text(node) for node in caption.iter(f"{W}r") if node.find(f"{W}rPr/{W}i") is not None] == ["P"]


@pytest.mark.parametrize(
    ("caption", "codes"),
    [
        ("Table\u00a0S1: Extra", ["SEQ Table_S \\* ARABIC"]),
        ("Supplementary Table\u00a012. Extra", ["SEQ Supplementary_Table \\* ARABIC"]),
        ("1918: not a label", []),
        ("In 2005 there were none", []),
        ("", []),
    ],
)
def test_only_a_label_is_taken_for_one(tmp_path: Path, caption: str, codes: list[str]) -> None:
    """Other series count apart, and a caption that begins otherwise is left as it is."""
    path = finished(tmp_path, pandoc_float("tbl-one", caption, table(ROWS)))
    paragraph = next((block for block in body(path) if block.tag == f"{W}p"), body(path))
    assert text(paragraph).startswith(caption)
    assert fields(paragraph) == codes


def test_references_are_fields_where_word_would_say_the_same(tmp_path: Path) -> None:
    """They then follow a renumbering; a link in other words, which Word would overwrite, stays a link."""
    words = ["Table\u00a01", "1", "the table"]
    markup = para("".join(link("tbl-one", item) for item in words)) + pandoc_float(
        "tbl-one", "Table\u00a01: T", table(ROWS)
    )
    path = finished(tmp_path, markup)
    paragraph = body(path)[0]
    assert text(paragraph) == "Table\u00a011the table"
    assert fields(paragraph) == [
        "REF tbl_one \\h \\* MERGEFORMAT",
        "REF tbl_one_number \\h \\* MERGEFORMAT",
    ]
    assert [node.get(f"{W}anchor") for node in paragraph.iter(f"{W}hyperlink")] == ["tbl_one"]
    assert problems(path) == []


def test_bookmarks_get_names_that_word_allows_and_stay_apart(tmp_path: Path) -> None:
    """Two labels that differ only in what Word does not allow, and one beyond its length, keep their own targets."""
    labels = ["sec-a", "sec_a", "1-" + "x" * 60, "1-" + "x" * 61]
    sections = "".join(
        f'<w:bookmarkStart w:id="{number}" w:name="{label}"/>{para(f"Section {number}", "Heading1")}'
        f'{para("Text")}<w:bookmarkEnd w:id="{number}"/>'
        for number, label in enumerate(labels)
    )
    path = finished(tmp_path, para("".join(link(label, "there") for label in labels)) + sections)
    assert problems(path) == []
    anchors = [node.get(f"{W}anchor") for node in body(path).iter(f"{W}hyperlink")]
    owners = {node.get(f"{W}name"): text(node.getparent()) for node in body(path).iter(f"{W}bookmarkStart")}
    assert [owners[anchor] for anchor in anchors] == [f"Section {number}" for number in range(4)]


def test_a_caption_below_its_table_goes_above_it(tmp_path: Path) -> None:
    """A table's caption stands above it and a figure's below, wherever the renderer put them."""
    table_caption, figure_caption = para("Table\u00a01: T", "TableCaption"), para("Figure\u00a01: F", "ImageCaption")
    markup = (
        f'<w:bookmarkStart w:id="1" w:name="tbl-a"/>{table(ROWS)}{table_caption}<w:bookmarkEnd w:id="1"/>'
        f'<w:bookmarkStart w:id="2" w:name="fig-a"/>{figure_caption}{para(picture())}<w:bookmarkEnd w:id="2"/>'
    )
    assert outline(finished(tmp_path, markup)) == [
        "TableCaption: Table\u00a01: T",
        "table",
        "CaptionedFigure: ",
        "ImageCaption: Figure\u00a01: F",
    ]


# ---- pictures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "given", "expected"),
    [
        ("", {"fig-one": "by label"}, "by label"),
        ("", {"curve.png": "by file"}, "by file"),
        ("", {"curve": "by stem"}, "by stem"),
        ("its own", {}, "its own"),
        ("its own", {"curve": "given"}, "given"),
        ("", {"other": "x"}, "Curves"),
    ],
)
def test_a_picture_has_an_alternative_text(tmp_path: Path, own: str, given: dict[str, str], expected: str) -> None:
    """The caller's text first, then the file's own; the caption where there is neither."""
    markup = quarto_float("fig-one", "Figure\u00a01: Curves", picture(alt=own))
    path = finished(tmp_path, markup, alt_texts=given)
    assert [node.get("descr") for node in body(path).iter(f"{WP}docPr")] == [expected]


def test_pictures_have_ids_of_their_own_and_tell_no_path(tmp_path: Path) -> None:
    """Two pictures with one id are distinguished, and the folder they were made in is not in the file."""
    file = "/home/someone/study/build/curve.png"
    path = finished(tmp_path, para(picture(file)) + para(picture(file)))
    assert [node.get("id") for node in body(path).iter(f"{WP}docPr")] == ["1", "2"]
    assert b"someone" not in raw(path)


def test_a_picture_fits_the_text(tmp_path: Path) -> None:
    """One that is wider is scaled down with its height, one that is not stays."""
    path = finished(tmp_path, para(picture(width=9_000_000)) + para(picture(width=3_000_000)))
    sizes = [(int(node.get("cx")), int(node.get("cy"))) for node in body(path).iter(f"{WP}extent")]
    assert sizes == [(5_760_720, 2_880_360), (3_000_000, 1_500_000)]


# ---- paragraphs ----------------------------------------------------------------------------------------------------


def test_blank_paragraphs_go_but_tables_stay_apart(tmp_path: Path) -> None:
    """Space is a matter of styles; only Word's need of a paragraph between two tables is met."""
    blank = "<w:p/>" + para(" ") + '<w:p><w:pPr><w:jc w:val="center"/></w:pPr></w:p>'
    rows = table(ROWS)
    path = finished(tmp_path, blank + para("A") + blank + rows + "<w:p/>" + rows + blank + para("B") + blank)
    assert outline(path) == ["BodyText: A", "table", ": ", "table", "BodyText: B"]


def test_a_page_break_leaves_no_empty_line(tmp_path: Path) -> None:
    """The paragraph after it begins the page, and a bookmark between them is not lost."""
    mark = '<w:bookmarkStart w:id="3" w:name="sec-b"/>' + para("B", "Heading1") + '<w:bookmarkEnd w:id="3"/>'
    path = finished(tmp_path, para("A") + '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' + mark)
    assert outline(path) == ["BodyText: A", "Heading1: B"]
    assert [node.get(f"{W}name") for node in body(path)[1].iter(f"{W}bookmarkStart")] == ["sec_b"]
    assert [text(node.getparent().getparent()) for node in body(path).iter(f"{W}pageBreakBefore")] == ["B"]


def test_text_is_in_few_runs(tmp_path: Path) -> None:
    """Runs of equal formatting are one, so that a reader can search and mark them; a tab is a tab."""
    words = run("The") + run(" ") + run("end") + run(" ", "<w:i/>") + run("1.") + run(" ") + run("\tSmith")
    paragraph = body(finished(tmp_path, para(words)))[0]
    assert [text(node) for node in paragraph.iter(f"{W}r")] == ["The end", " ", "1.Smith"]
    assert len(list(paragraph.iter(f"{W}tab"))) == 1


# ---- whole or nothing ----------------------------------------------------------------------------------------------


def test_a_failure_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """Bad metadata are reported in one sentence, and nothing is written."""
    path = word_file(tmp_path / "report.docx", para("Text"))
    before = path.read_bytes()
    for metadata, message in [
        ({"linestretch": "two"}, r"linestretch is 'two'; write a number from 0.5 to 5"),
        ({"papersize": "b5"}, r"papersize is 'b5'; expected a4 or letter"),
        ({"author": [{"email": "x@example.org"}]}, r"an author has no name"),
    ]:
        with pytest.raises(ReportError, match=message):
            finish_docx(path, metadata=metadata)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["report.docx"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"report.docx does not exist"),
        (b"", r"report.docx is not a Word file \("),
        (b"PK\x03\x04 damaged", r"report.docx is not a Word file \("),
    ],
)
def test_what_is_no_word_file_is_told_so(tmp_path: Path, content: bytes | None, message: str) -> None:
    """A missing or damaged file gives one sentence that says what to do."""
    path = tmp_path / "report.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReportError, match=message + r".*Render the document again\."):
        finish_docx(path, metadata={})


def test_a_zip_archive_without_a_document_is_told_so(tmp_path: Path) -> None:
    """A file of another kind in the same wrapping is not taken for a Word file."""
    path = tmp_path / "report.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
    with pytest.raises(ReportError, match=r"it has no word/document\.xml"):
        finish_docx(path, metadata={})


def test_damaged_markup_is_told_so(tmp_path: Path) -> None:
    """A part that is not XML is named, without a traceback."""
    path = word_file(tmp_path / "report.docx", para("Text"), {"word/document.xml": b"<w:document>"})
    with pytest.raises(ReportError, match=r"part word/document\.xml of the Word file is not XML"):
        finish_docx(path, metadata={})


def test_a_reference_to_a_style_of_another_template_is_defined(tmp_path: Path) -> None:
    """With a reference document that lacks our styles the file is valid all the same."""
    path = finished(tmp_path, para("Text", "SomeOtherStyle"))
    names = {node.get(f"{W}styleId"): values(node, "name") for node in part(path, "word/styles.xml").iter(f"{W}style")}
    assert style(body(path)[0]) == "SomeOtherStyle"
    assert "SomeOtherStyle" in names
    assert problems(path) == []
