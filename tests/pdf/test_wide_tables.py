"""Tables of many columns: upright, on their side, or refused, and never one word over another."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pypdf
import pytest
from PIL import ImageFont
from typst_pages import FONTS, print_pdf, prose
from word_files import W, body, para, text, word_file
from word_files import table as word_table

from lockstep.base.errors import ReportError
from lockstep.submission.table_files import write_tables
from lockstep.word.validity import problems
from lockstep.word_layout.finishing import finish_docx
from lockstep.word_layout.widths import line_width

NAMES = (
    "Chemotherapy",
    "Radiotherapy",
    "Immunotherapy",
    "Surgery alone",
    "Surgery and radiotherapy",
    "Best supportive care",
    "Targeted therapy",
    "Radiofrequency ablation",
    "Brachytherapy",
    "Observation",
)
RANGE = "51.03 (0.24–8929.41)"
COUNT = "104 (17.3%)"


def rows_of(groups: int, rows: int) -> list[list[str]]:
    """Return a table with a heading, a row of ranges and rows of counts; every second label is indented."""
    names = [(NAMES * 5)[i] for i in range(groups)]
    labels = [("\u2003" if i % 2 else "") + f"Undifferentiated pleomorphic {i}" for i in range(rows)]
    return [
        ["Characteristic", *names],
        ["Tumour volume, ml", *[RANGE] * groups],
        *[[label, *[COUNT] * groups] for label in labels],
    ]


# ---- PDF -----------------------------------------------------------------------------------------------------------


def typst_float(groups: int, rows: int = 6, *, columns: str = "") -> str:
    """Return a table float of a label column and so many groups."""
    head, *lines = rows_of(groups, rows)
    cells = "\n".join("  " + ", ".join(f"[{cell}]" for cell in line) + "," for line in lines)
    return f"""
#figure([
#table(
  columns: {columns or groups + 1},
  align: (left, {"center," * groups}),
  table.header({", ".join(f"[{cell}]" for cell in head)},),
  table.hline(),
{cells}
)
], caption: figure.caption(position: top, [Characteristics of patients.]), kind: "quarto-float-tbl",
supplement: "Table")
<tbl-wide>
"""


class Piece(NamedTuple):
    """A piece of text on a page: whether it is turned, its line, where it begins and ends along it, in points."""

    text: str
    is_turned: bool
    line: float
    start: float
    end: float


def pieces(page: pypdf.PageObject) -> list[Piece]:
    """Return the pieces of a page's text in the sans-serif face of tables."""
    found = []

    def visit(words: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        name = str((font or {}).get("/BaseFont", ""))
        words = words.strip()
        if not words or "Liberation" not in name:
            return
        matrix = _product(tm, cm)
        is_turned = abs(matrix[0]) < 1e-6
        scale = abs(matrix[1] if is_turned else matrix[0])
        face = ImageFont.truetype(FONTS / f"LiberationSans-{'Bold' if 'Bold' in name else 'Regular'}.ttf", 1000)
        width = face.getlength(words) / 1000 * size * scale
        start, line = (matrix[5], matrix[4]) if is_turned else (matrix[4], matrix[5])
        found.append(Piece(words, is_turned, round(line, 1), start, start + width))

    page.extract_text(visitor_text=visit)
    return found


def _product(m: list[float], n: list[float]) -> list[float]:
    """Return the product of two matrices of a PDF."""
    return [
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    ]


def overprinted(page: pypdf.PageObject) -> list[tuple[str, str]]:
    """Return the pieces of text that run into the next one on their line."""
    found = []
    lines: dict[tuple[bool, float], list[Piece]] = {}
    for piece in pieces(page):
        lines.setdefault((piece.is_turned, piece.line), []).append(piece)
    for line in lines.values():
        in_order = sorted(line, key=lambda piece: piece.start)
        found += [(one.text, two.text) for one, two in pairwise(in_order) if one.end > two.start + 0.3]
    return found


def pages_of(folder: Path, source: str, **metadata: Any) -> list[pypdf.PageObject]:
    """Return the pages of a PDF with prose, a table float and prose."""
    pdf = print_pdf(folder, prose(3) + source + prose(3), title="Wide tables", lang="en", **metadata)
    return list(pypdf.PdfReader(pdf).pages)


@pytest.mark.parametrize("look", ["", "manuscript"])
@pytest.mark.parametrize(("groups", "is_turned"), [(2, False), (4, False), (7, True), (10, True)])
def test_no_word_of_a_table_is_printed_over_another(tmp_path: Path, groups: int, is_turned: bool, look: str) -> None:
    """However many groups a table has, its cells stand beside each other: on its side where upright is no room."""
    pages = pages_of(tmp_path, typst_float(groups), **({"look": look} if look else {}))
    assert [overprinted(page) for page in pages] == [[] for _ in pages]
    [page] = [page for page in pages if "Chemotherapy" in page.extract_text()]
    on_side = {piece.is_turned for piece in pieces(page) if piece.text == "Chemotherapy"} == {True}
    assert (on_side or page.mediabox.width > page.mediabox.height) == is_turned
    whole = {piece.text for piece in pieces(page)}
    assert {"Chemotherapy", "Radiotherapy", "104 (17.3%)"} <= whole


@pytest.mark.parametrize("look", ["", "manuscript"])
def test_a_wide_and_long_table_goes_over_landscape_pages(tmp_path: Path, look: str) -> None:
    """Each of its pages lies on its side and repeats the heading; the text around it stands upright."""
    pages = pages_of(tmp_path, typst_float(7, 80), **({"look": look} if look else {}))
    shapes = [page.mediabox.width > page.mediabox.height for page in pages]
    assert shapes[0] is False
    assert shapes[-1] is False
    landscape = [page for page, shape in zip(pages, shapes, strict=True) if shape]
    assert len(landscape) >= 2
    assert all("Characteristic" in page.extract_text() for page in landscape)
    assert [overprinted(page) for page in pages] == [[] for _ in pages]
    assert "Table 1 (continued)" in landscape[1].extract_text().replace("\xa0", " ")


def test_a_table_that_no_page_can_hold_is_refused(tmp_path: Path) -> None:
    """The message names the table, says how many columns it has and what to do."""
    with pytest.raises(
        ReportError, match=r"a table of 31 columns is too wide .*Characteristics of patients.*fewer groups"
    ):
        pages_of(tmp_path, typst_float(30))


def test_given_widths_give_way_to_words(tmp_path: Path) -> None:
    """Widths that an author gave hold, unless a word or number would run into the next column."""
    for widths in ("(60%, 15%, 25%)", "(90%, 5%, 5%)"):
        pages = pages_of(tmp_path, typst_float(2, columns=widths))
        assert [overprinted(page) for page in pages] == [[] for _ in pages]


def test_cells_over_several_rows_count(tmp_path: Path) -> None:
    """A table with a cell that stands in two rows is measured like any other."""
    source = typst_float(7).replace("[\u2003Undifferentiated pleomorphic 1],", "", 1)
    source = source.replace("[Undifferentiated pleomorphic 0],", "table.cell(rowspan: 2)[Undifferentiated 0],", 1)
    pages = pages_of(tmp_path, source)
    assert [overprinted(page) for page in pages] == [[] for _ in pages]


def test_an_indented_label_is_indented_in_each_line(tmp_path: Path) -> None:
    """The second line of a level begins where its first one does."""
    pages = pages_of(tmp_path, typst_float(10))
    [page] = [page for page in pages if "Chemotherapy" in page.extract_text()]
    starts = {piece.text: piece.start for piece in pieces(page) if re.match(r"Undiff|pleomorphic", piece.text)}
    first, second = starts["Undifferentiated"], starts["pleomorphic 1"]
    assert first == pytest.approx(second, abs=0.1) or starts["pleomorphic 0"] < second


# ---- Word ----------------------------------------------------------------------------------------------------------


def word_float(groups: int, rows: int = 6, *, note: bool = True) -> str:
    """Return caption, table and note as pandoc writes them."""
    cells = rows_of(groups, rows)
    return (
        para("Table 1: Characteristics of patients.", "TableCaption")
        + word_table(cells)
        + (para("Values are numbers.", "TableNote") if note else "")
    )


def finished(folder: Path, markup: str) -> Path:
    """Return a finished, valid Word file, the same when it is finished twice."""
    path = word_file(folder / "report.docx", markup)
    finish_docx(path, metadata={})
    assert problems(path) == []
    once = path.read_bytes()
    finish_docx(path, metadata={})
    assert path.read_bytes() == once
    return path


def sections(path: Path) -> list[str]:
    """Return the orientation of each section, in order."""
    return [size.get(f"{W}orient") or "portrait" for size in body(path).iter(f"{W}pgSz")]


def narrow_cells(path: Path) -> list[str]:
    """Return the words and numbers of a file's table that are wider than their cells."""
    found = []
    for cell in body(path).iter(f"{W}tc"):
        [width] = [int(node.get(f"{W}w")) for node in cell.iter(f"{W}tcW")]
        sizes = [int(node.get(f"{W}val")) * 10 for node in cell.iter(f"{W}sz")]
        margin = 100 if sizes else 170
        size = max(sizes, default=190)
        found += [word for word in text(cell).split() if line_width(word, size) / 1.04 + margin > width + 2]
    return found


@pytest.mark.parametrize(("groups", "expected"), [(3, ["portrait"]), (7, ["portrait", "landscape", "portrait"])])
def test_a_wide_table_has_a_landscape_page_in_word(tmp_path: Path, groups: int, expected: list[str]) -> None:
    """Its caption and note come along, the text before and after stays upright, and no word breaks in its cell."""
    path = finished(tmp_path, para("Before.") + word_float(groups) + para("After."))
    assert sections(path) == expected
    assert narrow_cells(path) == []
    ends = [text(p) for p in body(path).iter(f"{W}p") if p.find(f"{W}pPr/{W}sectPr") is not None]
    assert ends == (["Before.", "Values are numbers."] if len(expected) > 1 else [])


def test_a_wide_table_at_the_end_leaves_no_empty_page(tmp_path: Path) -> None:
    """The last section of the file is the landscape one."""
    path = finished(tmp_path, para("Before.") + word_float(7))
    assert sections(path) == ["portrait", "landscape"]


def test_two_wide_tables_share_what_stands_between(tmp_path: Path) -> None:
    """Between two wide tables there is no empty upright page."""
    path = finished(tmp_path, para("Before.") + word_float(7) + word_float(7, note=False) + para("After."))
    assert sections(path) == ["portrait", "landscape", "landscape", "portrait"]


def test_a_table_that_no_page_of_word_can_hold_is_refused(tmp_path: Path) -> None:
    """The message names the table and says what to do; the file is untouched."""
    path = word_file(tmp_path / "report.docx", word_float(30))
    before = path.read_bytes()
    with pytest.raises(ReportError, match=r'"Table 1: Characteristics of patients\.": its 31 columns are too wide'):
        finish_docx(path, metadata={})
    assert path.read_bytes() == before


def test_a_wide_table_is_wide_in_its_own_file(tmp_path: Path) -> None:
    """A table cut from the manuscript for upload has one page, and that lies on its side."""
    path = finished(tmp_path, para("Before.") + word_float(7) + para("After."))
    [file] = write_tables(path, tmp_path)
    assert sections(file) == ["landscape"]
    assert problems(file) == []
