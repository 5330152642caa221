"""Tables of a finished Word file: widths, headings, rules, and what stays together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from word_files import W, body, outline, pandoc_float, para, picture, run, style, table, text, values, word_file

from lockstep.word.validity import problems
from lockstep.word_layout.finishing import finish_docx
from lockstep.word_layout.widths import TableCell, column_widths, line_width

A4_TEXT = 11906 - 2 * 1417
SIZE = 190  # 9.5 pt, in twentieths of a point
MARGINS = 170

MODELS = [
    ["Variable|left", "Overall survival|center|2", "Progression|center|2"],
    ["", "HR (95% CI)|center", "P|right", "HR (95% CI)|center", "P|right"],
    ["Age|left", "0.68 (0.43–1.07)|center", "&lt; 0.001|right", "12.34 (10.43–110.07)|center", "0.012|right"],
    ["\u2003Older|left", "0.5 (0.1–2.1)|center", "0.4|right", "not estimable|center", "–|right"],
]


def finished(tmp_path: Path, markup: str) -> Any:
    """Return the body of a finished, valid Word file."""
    path = word_file(tmp_path / "report.docx", markup)
    finish_docx(path, metadata={})
    assert problems(path) == []
    return body(path)


def rows_of(root: Any) -> list[Any]:
    """Return the rows of all tables."""
    return list(root.iter(f"{W}tr"))


def kept_with_next(row: Any) -> bool:
    """Tell whether every paragraph of a row is kept with what follows."""
    marks = [paragraph.find(f"{W}pPr/{W}keepNext") is not None for paragraph in row.iter(f"{W}p")]
    assert len(set(marks)) == 1
    return marks[0]


# ---- rows and cells ------------------------------------------------------------------------------------------------


def test_headings_repeat_and_rows_do_not_break(tmp_path: Path) -> None:
    """All heading rows stand on every page of a long table, and no row is cut by a page's end."""
    rows = rows_of(finished(tmp_path, table(MODELS, headings=2)))
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True, True, False, False]
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
    assert {style(paragraph) for row in rows[:2] for paragraph in row.iter(f"{W}p")} == {"TableHeading"}
    assert {style(paragraph) for row in rows[2:] for paragraph in row.iter(f"{W}p")} == {"TableText"}


def test_rules_stand_under_the_last_heading_and_under_spanning_ones(tmp_path: Path) -> None:
    """Three rules and a short one under each group of columns; no line is upright."""
    root = finished(tmp_path, table(MODELS, headings=2))
    rules = [values(cell, "tcPr/tcBorders/bottom") for cell in root.iter(f"{W}tc")]
    assert rules[:8] == [["nil"], ["single"], ["single"], *[["single"]] * 5]
    assert all(rule == [] for rule in rules[8:])
    assert {node.tag for borders in root.iter(f"{W}tcBorders") for node in borders} == {f"{W}bottom"}


def test_one_heading_row_is_left_to_the_table_style(tmp_path: Path) -> None:
    """Where the style can rule it, no cell carries a rule of its own."""
    assert list(finished(tmp_path, table([["A", "B"], ["1", "2"]])).iter(f"{W}tcBorders")) == []


def test_em_spaces_become_an_indent(tmp_path: Path) -> None:
    """A level that runs over two lines stays indented on both, and Word's users find its text."""
    root = finished(tmp_path, table([["Group", "n"], ["\u2003\u2003Deep\u2003er", "1"]]))
    cell = next(paragraph for paragraph in root.iter(f"{W}p") if text(paragraph).startswith("Deep"))
    assert text(cell) == "Deep\u2003er"
    assert cell.find(f"{W}pPr/{W}ind").get(f"{W}left") == "400"


def test_a_short_table_stays_on_one_page_with_its_caption_and_note(tmp_path: Path) -> None:
    """Caption, rows and note are a chain that no page end breaks; after it the text may go anywhere."""
    note = para("HR, hazard ratio.", "TableNote")
    markup = pandoc_float("tbl-models", "Table\u00a01: Models", table(MODELS, headings=2) + note) + para("Text")
    root = finished(tmp_path, markup)
    assert [kept_with_next(row) for row in rows_of(root)] == [True] * 4
    without = finished(tmp_path, table(MODELS, headings=2) + para("Text"))
    assert [kept_with_next(row) for row in rows_of(without)] == [True] * 3 + [False]


def test_a_long_table_breaks_before_a_row_that_is_not_indented(tmp_path: Path) -> None:
    """A variable stays with its levels, the heading with the first row, the last rows with each other."""
    rows = [["Group", "n"], *([f"{'' if number % 4 == 0 else chr(0x2003)}Row {number}", "1"] for number in range(40))]
    kept = [kept_with_next(row) for row in rows_of(finished(tmp_path, table(rows)))]
    breaks = [number for number, keeps in enumerate(kept) if not keeps]
    assert breaks == [4, 8, 12, 16, 20, 24, 28, 32, 36, 40]


def test_text_after_a_table_is_set_off(tmp_path: Path) -> None:
    """A table has no space below it in Word; a note and a caption bring their own."""
    rows = table([["A", "B"], ["1", "2"]])
    root = finished(tmp_path, rows + para("Text") + rows + para("Note", "TableNote") + rows + para("Next", "Heading1"))
    spacing = {text(node): node.find(f"{W}pPr/{W}spacing") for node in root.iterchildren(f"{W}p")}
    assert spacing["Text"].get(f"{W}before") == "280"
    assert spacing["Note"] is None
    assert spacing["Next"] is None


def test_a_captioned_table_says_what_it_is(tmp_path: Path) -> None:
    """Readers who hear the document hear the caption when they enter the table."""
    root = finished(tmp_path, pandoc_float("tbl-a", "Table\u00a01: Ages &amp; sexes", table([["A", "B"], ["1", "2"]])))
    assert values(root, "tblPr/tblCaption") == ["Table\u00a01: Ages & sexes"]


def test_pictures_side_by_side_are_no_table_of_data(tmp_path: Path) -> None:
    """Quarto sets the parts of a figure in a table: its columns stay as wide as they are, and no rule crosses it."""
    pictures = "".join(f"<w:tc><w:tcPr/>{para(picture())}{para('(a) Part', 'ImageCaption')}</w:tc>" for _ in "ab")
    markup = (
        '<w:tbl><w:tblPr><w:tblStyle w:val="Table"/><w:tblW w:type="pct" w:w="5000"/></w:tblPr><w:tblGrid>'
        f'<w:gridCol w:w="3960"/><w:gridCol w:w="3960"/></w:tblGrid><w:tr>{pictures}</w:tr></w:tbl>'
    )
    root = finished(tmp_path, pandoc_float("tbl-a", "Figure\u00a01: Parts", markup).replace("tbl-a", "fig-a"))
    assert [column.get(f"{W}w") for column in root.iter(f"{W}gridCol")] == ["3960", "3960"]
    assert values(root, "tblPr/tblStyle") == []


def test_tables_without_rows_or_headings_do_no_harm(tmp_path: Path) -> None:
    """An odd table is left in peace, its neighbours are finished."""
    empty = '<w:tbl><w:tblPr><w:tblStyle w:val="Table"/></w:tblPr><w:tblGrid/></w:tbl>'
    path = word_file(tmp_path / "report.docx", empty + para("Text") + table([["A", "B"], ["1", "2"]], headings=0))
    finish_docx(path, metadata={})
    assert outline(path) == ["table", "BodyText: Text", "table", ": "]  # Word wants a paragraph at the end


# ---- widths --------------------------------------------------------------------------------------------------------


def test_widths_are_written_to_grid_and_cells_alike(tmp_path: Path) -> None:
    """Every program lays the table out in the same way, within the page."""
    root = finished(tmp_path, table(MODELS, headings=2))
    grid = [int(column.get(f"{W}w")) for column in root.iter(f"{W}gridCol")]
    assert sum(grid) == A4_TEXT
    for row in rows_of(root):
        cells = [int(cell.find(f"{W}tcPr/{W}tcW").get(f"{W}w")) for cell in row.iterfind(f"{W}tc")]
        assert sum(cells) == sum(grid)
    assert next(root.iter(f"{W}tblLayout")).get(f"{W}type") == "fixed"


def test_no_number_breaks_over_two_lines(tmp_path: Path) -> None:
    """Each P value and each interval has a line to itself, however long the labels are."""
    label = "A label that runs on for many words and would take all of the width of the page if it were let do so"
    root = finished(tmp_path, table([*MODELS, [label, "0.68 (0.43–1.07)", "&lt; 0.001", "1", "0.012"]], headings=2))
    grid = [int(column.get(f"{W}w")) for column in root.iter(f"{W}gridCol")]
    assert sum(grid) == A4_TEXT
    numbers = ("0.68 (0.43–1.07)", "< 0.001", "12.34 (10.43–110.07)", "0.012")
    for width, number in zip(grid[1:], numbers, strict=True):
        assert width >= MARGINS + line_width(number, SIZE)


def test_an_interval_behind_the_name_of_its_ratio_does_not_break() -> None:
    """A line may break before the parentheses of "HR 0.73 (0.55–0.97)", and nowhere else."""
    cells = [TableCell("HR\N{NO-BREAK SPACE}0.73 (0.55–0.97)", column) for column in range(1, 4)]
    part = MARGINS + line_width("(0.55–0.97)", SIZE)
    widths = column_widths([TableCell("a long label " * 8, 0), *cells], 4, room=5100, size=SIZE, margins=MARGINS)
    assert min(widths[1:]) >= part


def test_given_widths_are_kept(tmp_path: Path) -> None:
    """Widths that the author chose come back in the page's measure; equal ones are the writer's, not the author's."""
    rows = [["A", "B"], ["1", "2"]]
    grid = [column.get(f"{W}w") for column in finished(tmp_path, table(rows, widths=[5940, 1980])).iter(f"{W}gridCol")]
    assert grid == [str(A4_TEXT * 3 // 4), str(A4_TEXT // 4)]
    narrow = [int(column.get(f"{W}w")) for column in finished(tmp_path, table(rows)).iter(f"{W}gridCol")]
    assert sum(narrow) < A4_TEXT / 4


def test_a_given_width_gives_way_to_a_number() -> None:
    """A column too narrow for its longest number takes what it needs from those that can spare it."""
    cells = [TableCell("Words that may break", 0), TableCell("< 0.001", 1), TableCell("n", 2)]
    widths = column_widths(cells, 3, room=6000, size=SIZE, margins=MARGINS, given=[5000, 500, 500])
    assert sum(widths) == 6000
    assert widths[1] >= MARGINS + line_width("< 0.001", SIZE)
    assert widths[0] > 4500
    assert widths[2] > 450


WORDS = st.text(alphabet="aMW 0.1<–\u2003\n", max_size=60)


@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=6), st.integers(1500, 12000))
def test_widths_always_fit(rows: list[list[str]], room: int) -> None:
    """Whatever the cells hold, columns have a width, together no wider than the page, and keep it when set again."""
    cells = [TableCell(words, column) for row in rows for column, words in enumerate(row)]
    widths = column_widths(cells, 3, room=room, size=SIZE, margins=MARGINS)
    assert all(width > 0 for width in widths)
    assert sum(widths) <= room
    given = column_widths(cells, 3, room=room, size=SIZE, margins=MARGINS, given=widths)
    assert given == widths


def test_one_endless_word_leaves_room_for_the_other_columns() -> None:
    """A million characters in a cell break over lines; the rest of the table can still be read."""
    cells = [TableCell("x" * 1_000_000, 0), TableCell("12", 1), TableCell("< 0.001", 2)]
    widths = column_widths(cells, 3, room=A4_TEXT, size=SIZE, margins=MARGINS)
    assert sum(widths) == A4_TEXT
    assert widths[2] >= MARGINS + line_width("< 0.001", SIZE)


def test_a_heading_over_two_columns_widens_both() -> None:
    """A long heading does not break where its columns can share its width."""
    heading = "Without any treatment"
    cells = [TableCell(heading, 0, 2, bold=True), TableCell("12", 0), TableCell("5%", 1)]
    widths = column_widths(cells, 2, room=A4_TEXT, size=SIZE, margins=MARGINS)
    assert sum(widths) >= MARGINS + line_width(heading, SIZE, bold=True) - 1
    assert abs(widths[0] - widths[1]) < 250


def test_a_bold_line_within_a_table_has_the_room_of_bold_letters(tmp_path: Path) -> None:
    """A word such as "Multivariable" above its rows does not break where its letters are wider."""
    rows = [["Variable", "HR (95% CI)"], ["Multivariable", ""], ["Age", "0.68 (0.43–1.07)"]]
    plain = finished(tmp_path, table(rows))
    bold = finished(tmp_path, table(rows).replace(run("Multivariable"), run("Multivariable", "<w:b/>")))
    first = [int(next(root.iter(f"{W}gridCol")).get(f"{W}w")) for root in (plain, bold)]
    needs = MARGINS + line_width("Multivariable", SIZE, bold=True)
    assert first[0] < needs <= first[1]
