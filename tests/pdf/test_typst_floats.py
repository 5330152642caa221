"""Tables and figures in the PDF: widths, columns, where they break and where they stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
from typst_pages import (
    FLOATS,
    METADATA,
    MM,
    figure,
    print_pdf,
    prose,
    read,
    table,
)

MANUSCRIPT: Final = {"title": "Survival after it", "look": "manuscript"}


def test_wide_figures_take_174_mm_and_narrow_ones_keep_their_width(tmp_path: Path) -> None:
    """A figure of 174 mm reaches over both columns, one of 85 mm stands in one of them, neither scaled."""
    images = [image for page in read(print_pdf(tmp_path, FLOATS, **METADATA)) for image in page.images]
    (left, wide), (in_column, narrow) = images
    assert (left, wide, narrow) == pytest.approx((18 * MM, 174 * MM, 85 * MM), abs=0.1)
    assert any(in_column == pytest.approx(start * MM, abs=0.1) for start in (18, 18 + 89))


@pytest.mark.parametrize("metadata", [METADATA, MANUSCRIPT], ids=["published", "manuscript"])
def test_a_short_table_is_never_split(tmp_path: Path, metadata: dict[str, Any]) -> None:
    """A table that fits on a page stands whole on one, under its caption and above its note, wherever it is met."""
    for paragraphs in (4, 5, 6):
        pages = read(print_pdf(tmp_path, prose(paragraphs) + table("a", 18) + prose(8), **metadata))
        (page,) = [page for page in pages if "row a" in page.text]
        words = page.words()
        order = ["Table 1: Caption of a.", "Head of a", "row a 0", "row a 17", "CI, confidence interval."]
        assert sorted(map(words.index, order)) == list(map(words.index, order))


@pytest.mark.parametrize("metadata", [METADATA, MANUSCRIPT], ids=["published", "manuscript"])
def test_a_long_table_breaks_with_its_header_repeated(tmp_path: Path, metadata: dict[str, Any]) -> None:
    """Each column of a long table has its header, each page says that it goes on; a row is printed once, in order."""
    pages = read(print_pdf(tmp_path, prose(3) + table("a", 300) + prose(2), **metadata))
    pages = [page for page in pages if "row a" in page.text]
    assert len(pages) >= 3
    columns = 1 if metadata is MANUSCRIPT else 2
    assert [page.text.count("Head of a") for page in pages[1:-1]] == [columns] * (len(pages) - 2)
    assert ["Table 1 (continued)" in page.words() for page in pages] == [False] + [True] * (len(pages) - 1)
    rows = re.findall(r"row a (\d+)", " ".join(page.words() for page in pages))
    assert rows == [str(number) for number in range(300)]


def test_a_long_table_leaves_no_page_half_empty(tmp_path: Path) -> None:
    """A long table begins under the text that stands before it."""
    first = read(print_pdf(tmp_path, prose(3) + table("a", 120), **METADATA))[0]
    assert "row a 0" in first.text


def test_a_long_table_over_both_columns_has_pages_of_its_own(tmp_path: Path) -> None:
    """What is too wide for a column and too long for a page begins a page, and the text goes on after it."""
    body = prose(3) + table("a", 120, columns="(70%, 10%, 20%)") + "\n\nThe first words after it.\n"
    first, *others = read(print_pdf(tmp_path, body, **METADATA))
    assert "row a" not in first.text
    rows = re.findall(r"row a (\d+)", " ".join(page.words() for page in others))
    assert rows == [str(number) for number in range(120)]
    for page in others:
        assert "row a" not in page.text or page.left_of("row a") == pytest.approx(18 * MM, abs=0.5)
    assert "The first words after it." in others[-1].words()


def test_text_flows_on_around_a_float(tmp_path: Path) -> None:
    """A table that finds no room on its page goes to the next, and the text after it fills the gap."""
    body = prose(8) + table("a", 40, columns="(70%, 10%, 20%)") + "\n\nThe first words after it. " + prose(8)
    first, second, *_ = read(print_pdf(tmp_path, body, **METADATA))
    assert "row a" not in first.text
    assert "The first words after it." in first.words()
    assert "row a 39" in second.text
    assert "Prose runs" in second.text


def test_the_title_stands_above_every_float(tmp_path: Path) -> None:
    """A float on page 1 stands at its foot, below title, abstract and text."""
    (page,) = read(print_pdf(tmp_path, table("a", 2) + figure("a", "narrow.png", "20mm") + prose(1), **METADATA))
    lowest_text = min(y for text, _, y in page.pieces if "column again" in text)
    assert all(y < lowest_text for text, _, y in page.pieces if "Caption of" in text)
    assert page.text.count("Caption of") == 2


def test_the_title_stands_above_floats_that_end_page_1(tmp_path: Path) -> None:
    """Floats with which page 1 ends, the text going on upon page 2, stand below the title all the same."""
    body = prose(6) + table("a", 6) + figure("a", "narrow.png", "30mm") + "\n\n= Discussion\n" + prose(12)
    first, second, *_ = read(print_pdf(tmp_path, body, **METADATA))
    assert "Prose runs on" in second.text
    assert first.text.count("Caption of") == 2
    title = min(y for text, _, y in first.pieces if "Survival after" in text)
    assert all(y < title for text, _, y in first.pieces if "Caption of" in text or "row a" in text)


def test_a_long_note_does_not_widen_its_table(tmp_path: Path) -> None:
    """A table that fits into a column stands there, however long the note below it; the note wraps."""
    note = "A note that is longer than the table is wide. " * 5
    (page,) = read(print_pdf(tmp_path, table("a", 3, note=note), **METADATA))
    assert page.left_of("row a 0") == pytest.approx(18 * MM, abs=0.5)
    assert page.left_of("A note") == pytest.approx(18 * MM, abs=0.5)
    assert max(x for text, x, _ in page.pieces if "wide" in text or "note" in text) < (18 + 85) * MM
    assert page.words().count("A note that is longer than the table is wide.") == 5


@pytest.mark.parametrize("columns", ["3", "(33.33%, 33.33%, 33.33%)"])
def test_equal_widths_are_no_widths(tmp_path: Path, columns: str) -> None:
    """Equal column widths, which pandoc invents, leave a small table in one column, spread over it."""
    (page,) = read(print_pdf(tmp_path, table("a", 3, columns=columns), **METADATA))
    assert page.left_of("row a 0") == pytest.approx(18 * MM, abs=0.5)
    assert (18 + 55) * MM < page.left_of("0.5 (") < (18 + 85) * MM


def test_unequal_widths_are_kept(tmp_path: Path) -> None:
    """Column widths that someone chose are shares of the full width."""
    (page,) = read(print_pdf(tmp_path, table("a", 3, columns="(70%, 10%, 20%)"), **METADATA))
    assert page.left_of("row a 0") == pytest.approx(18 * MM, abs=0.5)
    assert page.left_of("0.5 (") == pytest.approx((18 + 174 * 0.8) * MM, abs=6)


def test_a_midline_decimal_point_does_not_break(tmp_path: Path) -> None:
    """A line ends before 12·34 or after it, never inside."""
    body = "= Results\n" + " ".join(f"{i}·{i + 10}–{i + 1}·{i + 20}" for i in range(10, 200)) + "\n"
    text = "\n".join(page.text for page in read(print_pdf(tmp_path, body, **METADATA)))
    assert "·" in text
    assert not re.search(r"·-?$|^·", text, re.MULTILINE)


def test_what_belongs_to_a_number_does_not_break_from_it(tmp_path: Path) -> None:
    """The sign before a number with a midline point, and the sign of percent behind it, stand on its line."""
    body = " ".join(f"{i} (57·{i}%), #emph[p]=0·{i} in" for i in range(10, 200))
    pages = read(print_pdf(tmp_path, body, title="T", look="manuscript", fontsize="12pt"))
    text = "\n".join(page.text for page in pages)
    assert "57·199%" in text
    assert not re.search(r"^%|[=(]$", text, re.MULTILINE)


def test_a_table_that_needs_more_than_the_page_gives_most_to_its_longest_text(tmp_path: Path) -> None:
    """Each column breaks its lines, none of a number; what is long gets the most."""
    cells = f"[What the report says on it at length (Methods)], [16.4%], [0.33 (0.19--0.54)], [{'long words ' * 40}],"
    source = table("a", 3, columns="4")
    head, rows = source.index("table.header("), source.index("table.hline()")
    names = "table.header([Statement], [Printed], [HR (95% CI)], [Verdict],),\n  "
    source = (
        source[:head] + names + source[rows : source.index("  [row a 0]")] + cells + source[source.index(")\n#block") :]
    )
    (page,) = read(print_pdf(tmp_path, source, title="T", look="manuscript"))
    assert "0.33 (0.19–0.54)" in page.text
    verdict, statement = page.left_of("Verdict"), page.left_of("Statement")
    assert verdict - statement < 0.5 * 160 * MM


def test_columns_under_one_heading_share_it_alike(tmp_path: Path) -> None:
    """A wide heading over two narrow columns gives room to both."""
    source = table("a", 3).replace("[Both columns]", "[A heading over two columns]").replace("0.5 (0.4--0.6)", "7")
    source = source.replace("HR (95% CI)", "%")
    (page,) = read(print_pdf(tmp_path, source, title="T", look="manuscript"))
    assert "A heading over two columns" in page.text
    assert page.left_of("A heading") + 20 < page.left_of("n") < page.left_of("%") - 20


def test_panels_of_a_quarto_figure_are_lettered(tmp_path: Path) -> None:
    """Sub-figures, as Quarto writes them, are panels (a) and (b) of one figure; the next figure has the next number."""
    panels = "".join(
        f"[\n#block[\n{figure(label, 'narrow.png', '80mm').replace('<fig-', '<fig-two-')}\n]\n],\n" for label in "ab"
    )
    body = f"""
See #ref(<fig-two-b>, supplement: [Figure]).

{prose(20)}
#quarto_super(
kind: "quarto-float-fig", caption: [Both.], label: <fig-two>, position: bottom, supplement: "Figure",
subcapnumbering: "(a)",
[
#grid(columns: 2, gutter: 2em, {panels})
]
)
{figure("last", "narrow.png", "85mm")}
"""
    words = " ".join(page.words() for page in read(print_pdf(tmp_path, body, **METADATA)))
    assert "See Figure 1b." in words
    captions = ("(a) Caption of a.", "(b) Caption of b.", "Figure 1: Both.", "Figure 2: Caption of last.")
    places = [words.index(text) for text in captions]
    assert places == sorted(places)


def test_floats_inside_of_other_blocks(tmp_path: Path) -> None:
    """A float inside of a div or a list, where Typst could not let it float, is printed all the same."""
    body = (
        f"Before.\n\n#block[\n{table('a', 3)}\n]\n\n- Item.\n\n  {figure('a', 'wide.png', '174mm').strip()}\n\nAfter."
    )
    words = " ".join(page.words() for page in read(print_pdf(tmp_path, body, **METADATA)))
    for text in ("row a 2", "Table 1: Caption of a.", "Figure 1: Caption of a.", "After."):
        assert text in words
