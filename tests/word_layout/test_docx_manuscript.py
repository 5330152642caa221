"""The plain look of a Word file, whichever renderer wrote it; a test of whole drafts is in test_workspace."""

from __future__ import annotations

from pathlib import Path

import pytest
from word_files import (
    body,
    link,
    outline,
    pandoc_float,
    para,
    part,
    picture,
    quarto_float,
    raw,
    table,
    text,
    word_file,
)

from lockstep.base.errors import ReportError
from lockstep.word.validity import W, problems
from lockstep.word_layout.finishing import finish_docx

TITLE = para("A title", "Title")
MANUSCRIPT = {"look": "manuscript", "linestretch": 2, "line-numbers": True}
ROWS = [["Group|left", "n|right"], ["A|left", "12|right"]]


def finished(tmp_path: Path, markup: str, **metadata: object) -> Path:
    """Return a finished Word file with this body."""
    path = word_file(tmp_path / "report.docx", markup)
    finish_docx(path, metadata=MANUSCRIPT | metadata)
    return path


@pytest.mark.parametrize("wrap", [pandoc_float, quarto_float], ids=["builtin", "quarto"])
def test_a_legend_stays_where_its_picture_goes(wrap: object, tmp_path: Path) -> None:
    """The caption keeps its number and what leads to it; the picture's file is out of the archive; tables stay."""
    markup = (
        TITLE
        + para(link("fig-one", "Figure\u00a01"))
        + wrap("fig-one", "Figure\u00a01: Curves", picture(), number=1)  # type: ignore[operator]
        + wrap("tbl-one", "Table\u00a01: Rows", table(ROWS), number=2)  # type: ignore[operator]
        + para("After")
    )
    path = finished(tmp_path, markup, figures="legends")
    assert [text(block) for block in body(path).iter("{*}p") if "Curves" in text(block)] == ["Figure\u00a01: Curves"]
    assert "fig_one" in [start.get(f"{W}name") for start in body(path).iter("{*}bookmarkStart")]
    assert "REF fig_one" in raw(path).decode()
    assert not list(body(path).iter("{*}drawing"))
    assert len(list(body(path).iter("{*}tbl"))) == 1
    assert b"media/" not in path.read_bytes()
    assert problems(path) == []
    once = path.read_bytes()
    finish_docx(path, metadata=MANUSCRIPT | {"figures": "legends"})
    assert path.read_bytes() == once


def test_a_picture_that_is_shown_elsewhere_stays(tmp_path: Path) -> None:
    """A picture that is no figure is text."""
    markup = TITLE + para(picture()) + pandoc_float("fig-one", "Figure\u00a01: Curves", picture(), number=1)
    path = finished(tmp_path, markup, figures="legends")
    assert len(list(body(path).iter("{*}drawing"))) == 1
    assert b"word/media/rId90.png" in path.read_bytes()
    assert problems(path) == []


def test_abstract_and_text_begin_pages(tmp_path: Path) -> None:
    """Title, abstract and text each begin a page; headings further on do not."""
    markup = TITLE + para("Short.", "Abstract") + para("One", "Heading1") + para("Text") + para("Two", "Heading1")
    path = finished(tmp_path, markup)
    breaks = [text(block) for block in body(path).iter("{*}p") if list(block.iter("{*}pageBreakBefore"))]
    assert breaks == ["Abstract", "One"]
    path = finished(tmp_path, TITLE + para("One", "Heading1") + para("Two", "Heading1"))
    assert not list(body(path).iter("{*}pageBreakBefore"))


def test_the_title_of_a_box_stays_with_its_text(tmp_path: Path) -> None:
    """A paragraph of bold words alone is never the last of its page; one that only begins in bold may be."""
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>{}</w:t></w:r>"
    box = para(bold.format("What is known"), "Notice") + para(
        bold.format("So far.") + "<w:r><w:t>All.</w:t></w:r>", "Notice"
    )
    path = finished(tmp_path, TITLE + box + para("One", "Heading1"))
    assert [text(block) for block in body(path).iter("{*}p") if list(block.iter("{*}keepNext"))] == ["What is known"]
    assert problems(path) == []


def test_a_box_is_set_as_the_text_around_it(tmp_path: Path) -> None:
    """It has neither a typeface nor an indent of its own."""
    path = finished(tmp_path, TITLE + para("Text") + para("In a box", "Notice"))
    (style,) = part(path, "word/styles.xml").iterfind(f"{W}style[@{W}styleId='Notice']")
    assert not list(style.iter("{*}rFonts"))
    assert not list(style.iter("{*}ind"))
    assert problems(path) == []


def test_links_are_printed_as_text(tmp_path: Path) -> None:
    """In a manuscript they have neither a colour nor a line; in a report they keep theirs."""
    plain = finished(tmp_path, TITLE + para("Text"))
    coloured = word_file(tmp_path / "coloured.docx", TITLE + para("Text"))
    finish_docx(coloured, metadata={})
    for path, colours in ((plain, 0), (coloured, 1)):
        (style,) = part(path, "word/styles.xml").iterfind(f"{W}style[@{W}styleId='Hyperlink']")
        assert len(list(style.iter("{*}color"))) == colours


def test_what_must_follow_a_table_takes_no_page(tmp_path: Path) -> None:
    """The empty paragraph at the very end is one point high and has no line number."""
    path = finished(tmp_path, TITLE + pandoc_float("tbl-one", "Table\u00a01: Rows", table(ROWS), number=1))
    last = list(body(path))[-2]
    assert last.tag == f"{W}p"
    assert [spacing.get(f"{W}line") for spacing in last.iter("{*}spacing")] == ["20"]
    assert list(last.iter("{*}suppressLineNumbers"))
    assert problems(path) == []


def test_every_style_is_valid_after_the_change(tmp_path: Path) -> None:
    """Properties that a style did not have stand where the schema wants them."""
    path = finished(tmp_path, TITLE + para("Text") + para("A definition", "Definition"))
    assert problems(path) == []
    assert "Text" in " ".join(outline(path))
    numbers = [style for style in part(path, "word/styles.xml").iter("{*}style") if list(style.iter("{*}pBdr"))]
    assert numbers == []


@pytest.mark.parametrize(("key", "value"), [("look", "newspaper"), ("figures", "none")])
def test_an_unknown_look_is_refused(key: str, value: str, tmp_path: Path) -> None:
    """With what may be written instead; the file is untouched."""
    path = word_file(tmp_path / "report.docx", TITLE)
    before = path.read_bytes()
    with pytest.raises(ReportError, match=f"front matter: {key} is '{value}'; write `{key}: "):
        finish_docx(path, metadata={key: value})
    assert path.read_bytes() == before
