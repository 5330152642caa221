"""Workbooks: what a spreadsheet program shows is what is read, and a cell without a value is never a silent blank."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import openpyxl.styles
import pytest
import xlwt
from made_up_workbooks import HEADER, book, cells, read, refusal
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from lockstep.base.errors import DataError
from lockstep.readers import workbook_size

MADE = Path(__file__).parent / "files"
"""Files that other programs wrote; README.md there says how."""


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1, "1"),
        (7.3, "7.3"),
        (2.0, "2"),
        (-0.0, "0"),
        (123456789012345, "123456789012345"),
        ("007", "007"),
        ("  a b ", "a b"),
        ("'x", "'x"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        (date(1935, 9, 3), "1935-09-03"),
        (datetime(2010, 4, 3), "2010-04-03"),
        (datetime(2010, 4, 3, 14, 5), "2010-04-03 14:05:00"),
        (time(14, 5), "14:05:00"),
        (timedelta(hours=30), "30:00:00"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("1/3/2010", "1/3/2010"),
        (None, ""),
    ],
)
def test_a_cell_becomes_text_in_one_form(cell: Any, text: str) -> None:
    """Dates are YYYY-MM-DD, whole numbers have no decimals, and texts stay as they are but for outer spaces."""
    assert cells(read(book(HEADER, ["a", cell]))) == [text]


def test_equal_values_of_two_kinds_stay_apart() -> None:
    """TRUE is not the number 1, though Python takes them for equal."""
    assert cells(read(book(HEADER, ["a", 1], ["b", True], ["c", "1"], ["d", 0], ["e", False]))) == [
        *("1", "TRUE", "1", "0", "FALSE")
    ]


def test_dates_of_the_other_calendar_are_right() -> None:
    """Workbooks of old Macintoshes count days from 1904."""
    made = openpyxl.Workbook()
    made.epoch = CALENDAR_MAC_1904
    made.active.append(HEADER)
    made.active.append(["a", date(2010, 4, 3)])
    stream = io.BytesIO()
    made.save(stream)
    assert cells(read(stream.getvalue())) == ["2010-04-03"]


def test_rows_are_those_that_a_spreadsheet_shows() -> None:
    """Blank rows are left out and counted, hidden ones are patients; what was formatted at the ends is no table."""

    def edit(sheet: Any) -> None:
        sheet["A6"] = "c"
        sheet["D9"].number_format = sheet["A200"].number_format = "0.00"
        sheet.row_dimensions[2].hidden = True
        sheet["A4"] = "  "

    table = read(book(HEADER, ["a", 1], ["b", 2], edit=edit))
    assert (table.header, table.rows.tolist(), cells(table)) == (("id", "x"), [2, 3, 6], ["1", "2", ""])


def test_a_table_that_does_not_begin_in_the_first_cell_keeps_its_rows_and_columns() -> None:
    """Blank columns before it are columns without a name; the row of its header is said in the error."""
    content = book([], [], [None, *HEADER], [None, "a", 5])
    assert refusal(content) == (
        "cohort.xlsx: the names of the columns are in row 3; expected them in row 1.\n"
        "Remove what is above them, or write header_row = 3 under [data] in study.toml."
    )
    table = read(content, header_row=3)
    assert (table.header, table.rows.tolist(), cells(table)) == (("", "id", "x"), [4], ["5"])


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods"])
def test_an_error_in_a_cell_is_its_text(form: str) -> None:
    """In each format, as LibreOffice writes it: never a blank, which would be missing data."""
    table = read((MADE / f"errors.{form}").read_bytes(), "id", "error", "text")
    last = "Err:502" if form == "ods" else "#VALUE!"  # what LibreOffice shows
    assert cells(table, "error") == ["#N/A", "#DIV/0!", "#NAME?", last]
    assert cells(table, "text") == ["1.5", "1.5", "", "xy"]  # formulas; the third gives an empty text


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods"])
def test_merged_cells_are_refused(form: str) -> None:
    """Only the first cell of a merged range has a value: the patients below would have none."""
    message = refusal((MADE / f"merged.{form}").read_bytes())
    assert message.startswith("cohort.xlsx: merged cells: B2:B3; only the first of them has the value.\n")


def test_a_merged_title_above_the_header_is_no_matter() -> None:
    """Where the header's row is declared."""
    content = book(["The cohort"], HEADER, ["a", 1], edit=lambda sheet: sheet.merge_cells("A1:B1"))
    assert cells(read(content, header_row=2)) == ["1"]


def test_a_formula_that_was_never_computed_is_refused() -> None:
    """Programs write formulas without their values; a blank in their place would be missing data."""
    assert refusal(book(HEADER, ["a", "=1+1"], ["b", 2], ["c", "=B2"])) == (
        "cohort.xlsx: formulas without a stored value: B2, B4; another program wrote them and never computed them.\n"
        "Open the file in a spreadsheet program and save it, or replace them by values."
    )


def sheets(*names: str, hidden: Sequence[str] = (), empty: Sequence[str] = ()) -> bytes:
    """Return an .xlsx file with several sheets, in each a patient who goes by its name."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name in names:
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        if name not in empty:
            sheet.append(HEADER)
            sheet.append(["a", name])
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def test_the_sheet_is_the_only_one_that_is_seen_and_has_cells() -> None:
    """Empty sheets, and hidden ones with lists for others, leave no doubt."""
    assert cells(read(sheets("Sheet1", "Cohort", "Lists", hidden=["Lists"], empty=["Sheet1"]))) == ["Cohort"]
    assert cells(read(sheets("A", "B"), sheet="B")) == ["B"]
    assert cells(read(sheets("A", "B", hidden=["B"]), sheet="B")) == ["B"]


def test_which_of_several_sheets_is_asked_for() -> None:
    """The error lists them."""
    assert refusal(sheets("2024", "2025")) == (
        "cohort.xlsx: has the sheets '2024' and '2025'; expected one with patients.\n"
        'Name it under [data] in study.toml, such as sheet = "2024"; for a new study, add --sheet NAME.'
    )
    assert refusal(sheets("Cohort", "Codes"), sheet="cohort") == (
        "cohort.xlsx: there is no sheet 'cohort'; the file has 'Cohort' and 'Codes'; did you mean 'Cohort'?\n"
        "Mend `sheet` under [data] in study.toml."
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (book(), "is empty; expected the names of the columns and a row for each patient."),
        (book(HEADER), "has a header but no rows; expected a row for each patient."),
        (book([None], ["p", "q"], ["a", 1]), "row 1 is blank; expected the names of the columns.\n"),
        (book(HEADER, ["a", 1])[:-200], "is a workbook or zip archive that is damaged or incomplete; expected"),
    ],
)
def test_a_workbook_without_a_table_is_refused(content: bytes, message: str) -> None:
    """One message says what it has and what is expected."""
    assert refusal(content).startswith(f"cohort.xlsx: {message}")


def test_a_workbook_that_lacks_a_part_is_damaged() -> None:
    """The library's own words say nothing to who made the file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(HEADER, ["a", 1]))) as whole, zipfile.ZipFile(stream, "w") as part:
        for name in whole.namelist():
            if "sheet1" not in name:
                part.writestr(name, whole.read(name))
    assert refusal(stream.getvalue()) == (
        "cohort.xlsx: is a workbook that is damaged or incomplete; expected one that a spreadsheet program opens.\n"
        "Save it again, or export it as CSV UTF-8."
    )


def test_a_missing_column_is_named_with_those_that_there_are() -> None:
    """As of a text file, but without a word on separators."""
    with pytest.raises(DataError, match=r"there is no column 'age'; the file has 'id' and 'x'\."):
        read(book(HEADER, ["a", 1]), "id", "x", "age").column("age", key="columns.age")


def test_an_old_workbook_is_read() -> None:
    """Dates and numbers of .xls are as those of .xlsx."""
    made = xlwt.Workbook()
    sheet, day = made.add_sheet("x"), xlwt.easyxf(num_format_str="D.M.YY")
    for at, row in enumerate([HEADER, ["b", date(2010, 4, 3)], ["c", 7.25], ["d", True]]):
        for place, cell in enumerate(row):
            sheet.write(at, place, cell, *([day] if isinstance(cell, date) else []))
    stream = io.BytesIO()
    made.save(stream)
    assert cells(read(stream.getvalue())) == ["2010-04-03", "7.25", "TRUE"]


@pytest.mark.parametrize(
    ("cell", "flaw"),
    [
        ('<x:c r="B2" t="e"><x:f>NA()</x:f><x:v>#N/A</x:v></x:c>', None),
        ('<x:c r="B2"><x:f>1+1</x:f></x:c>', "B2"),
        ('<x:c r="B2"><x:f t="shared" si="0"/><x:v/></x:c>', "B2"),
        ('<x:c r="B2"><x:f>1+1</x:f><x:v>2</x:v></x:c>', None),
        ("<x:c r='B2' t='e'><x:v>#N/A</x:v></x:c>", None),
    ],
)
@pytest.mark.parametrize("prefix", ["x:", ""])
def test_flaws_are_found_however_the_file_is_written(cell: str, flaw: str | None, prefix: str) -> None:
    """Programs give elements a prefix, or other quotes."""
    stream = io.BytesIO()
    namespace = f'xmlns{":x" if prefix else ""}="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    text = '<x:c r="{}" t="inlineStr"><x:is><x:t>{}</x:t></x:is></x:c>'
    rows = (
        f'<x:row r="1">{text.format("A1", "id")}{text.format("B1", "x")}</x:row>'
        f'<x:row r="2">{text.format("A2", "a")}{cell}</x:row>'
    )
    sheet = f"<x:worksheet {namespace}><x:sheetData>{rows}</x:sheetData></x:worksheet>".replace("x:", prefix)
    sheet = sheet.replace("xmlns:=", "xmlns:x=")
    with zipfile.ZipFile(io.BytesIO(book(HEADER, ["a", 1]))) as whole, zipfile.ZipFile(stream, "w") as made:
        for name in whole.namelist():
            made.writestr(name, sheet if "sheet1.xml" in name else whole.read(name))
    if flaw is not None:
        assert refusal(stream.getvalue()).startswith(f"cohort.xlsx: formulas without a stored value: {flaw}; ")
    else:
        assert cells(read(stream.getvalue())) == ["2" if ">2<" in cell else "#N/A"]


@pytest.mark.parametrize("name", ["errors.xlsx", "errors.ods"])
def test_a_damaged_workbook_is_one_message(name: str) -> None:
    """Wherever bytes are wrong: it is read, or it is refused, and no other error comes out."""
    content, rng = (MADE / name).read_bytes(), np.random.default_rng(5)
    refused = 0
    for _ in range(40):
        damaged = bytearray(content[: rng.integers(len(content) // 2, len(content))])
        for place in rng.integers(0, len(damaged), size=5):
            damaged[place] ^= 0xFF
        try:
            read(bytes(damaged), "id", "text", "error")
        except DataError as error:
            assert str(error).startswith("cohort.xlsx: ")  # noqa: PT017 (not each is refused)
            refused += 1
    assert refused > 0


@pytest.mark.parametrize("size", [300, 301, 302, 303, 350, 1000])
def test_flaws_are_found_where_the_sheet_is_read_piece_by_piece(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a piece ends within a cell."""
    monkeypatch.setattr(workbook_size, "_CHUNK", size)
    rows = [["a", 1], ["b", "=1+1"], *([f"p{row}", row] for row in range(40)), ["c", "=B2"]]
    assert "formulas without a stored value: B3, B44; another" in refusal(book(HEADER, *rows))
    errors = (MADE / "errors.xlsx").read_bytes()
    assert cells(read(errors, "id", "error"), "error") == ["#N/A", "#DIV/0!", "#NAME?", "#VALUE!"]
