"""Workbooks that would become far larger than they are: refused before the memory is asked for them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any

import openpyxl
import openpyxl.styles
import pytest
from made_up_workbooks import HEADER, book, cells, read, refusal, repacked

from lockstep.base.errors import DataError
from lockstep.readers.workbook_size import refuse_oversized


def test_a_cell_too_far_from_the_table_is_named() -> None:
    """It would make a table of all the blanks between: more memory than there is."""
    message = refusal(book(HEADER, ["a", 1], edit=lambda sheet: sheet.cell(1_048_576, 16_384, "x")))
    assert message == (
        "cohort.xlsx: cell XFD1048576 in xl/worksheets/sheet1.xml would make a table of 1,048,576 rows and 16,384 "
        "columns; expected at most 200,000,000 cells.\nDelete what is far from the patients in the sheet, or export it "
        "as CSV UTF-8."
    )


@pytest.mark.parametrize(
    ("place", "is_refused"),
    [
        ((1_048_576, 190), False),
        ((1_048_576, 191), True),
        ((284_900, 702), False),
        ((284_901, 702), True),
        ((142_247, 1_406), False),
        ((142_248, 1_406), True),
        ((12_207, 16_384), False),
        ((12_208, 16_384), True),
    ],
)
def test_how_far_a_cell_may_be(place: tuple[int, int], is_refused: bool) -> None:
    """At most 200 million cells, in whatever shape."""
    content = book(HEADER, edit=lambda sheet: sheet.cell(*place, "x"))
    if is_refused:
        with pytest.raises(DataError, match="would make a table of"):
            refuse_oversized(content, "cohort.xlsx", sign=bool)
    else:
        refuse_oversized(content, "cohort.xlsx", sign=bool)


def test_two_cells_that_span_too_large_a_table_are_named() -> None:
    """Neither is far from the first row or column alone."""

    def far(sheet: Any) -> None:
        sheet.cell(1_000_000, 1, "x")
        sheet.cell(1, 1_000, "x")

    assert "cohort.xlsx: cells A1000000 and ALL1 in xl" in refusal(book(HEADER, ["a", 1], edit=far))


@pytest.mark.parametrize("sign", ['r="', "r='", 'r = "', '\nr="'])
def test_a_far_cell_is_found_however_it_is_written(sign: str) -> None:
    """Programs write attributes in several ways."""
    content = book(HEADER, ["a", 1], edit=lambda sheet: sheet.cell(1_048_576, 16_384, "x"))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    end = sign[-1]
    written = sheet.replace('<c r="XFD1048576"', f"<c {sign}XFD1048576{end}").encode()
    assert "cell XFD1048576" in refusal(repacked(content, {"xl/worksheets/sheet1.xml": written}))


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_row_of_too_many_cells_without_a_place_is_found(prefix: str) -> None:
    """A cell need not say where it is: it follows the one before."""
    content = book(HEADER, ["a", 1])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    cell = f"<{prefix}c><{prefix}v>1</{prefix}v></{prefix}c>"
    rows = f'<{prefix}row r="1">{cell * 200_000}</{prefix}row><{prefix}row r="90000">{cell}</{prefix}row>'
    start, end = sheet.index("<row"), sheet.index("</sheetData>")
    wide = (sheet[:start] + rows + sheet[end:]).encode()
    assert "cohort.xlsx: cells A90000 and " in refusal(repacked(content, {"xl/worksheets/sheet1.xml": wide}))


@pytest.mark.parametrize(
    "rows",
    [
        f'<row r="1"><c r="ALL1"><v>1</v></c></row>{"<row/>" * 999_999}<row><c><v>1</v></c></row>',
        '<row r="1"><c t="n" r="ALL1"><v>1</v></c></row><row r="1000000"><c t="n" r="A1000000"><v>1</v></c></row>',
        '<row r="1"><c r="all1"><v>1</v></c></row><row r="1000000"><c r="a1000000"><v>1</v></c></row>',
    ],
    ids=["rows without a place", "a place that is not said first", "small letters"],
)
def test_places_are_counted_and_read_as_a_spreadsheet_program_does(rows: str) -> None:
    """What is 1,000 columns wide and 1,000,000 rows long is too large, whoever wrote it."""
    content = book(HEADER, ["a", 1])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    far = sheet[: sheet.index("<row")] + rows + sheet[sheet.index("</sheetData>") :]
    with pytest.raises(DataError, match=r"would make a table of 1,000,00\d rows and 1,000 columns"):
        refuse_oversized(repacked(content, {"xl/worksheets/sheet1.xml": far.encode()}), "cohort.xlsx", sign=bool)


def test_a_wide_sheet_without_places_is_read() -> None:
    """It is no larger than others."""
    content = book(["id", *(f"x{i}" for i in range(3_000))], ["a", *range(3_000)])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = re.sub(rb' r="[A-Z0-9]+"', b"", package.read("xl/worksheets/sheet1.xml"))
    assert cells(read(repacked(content, {"xl/worksheets/sheet1.xml": sheet}), "id", "x2999"), "x2999") == ["2999"]


def test_a_format_far_from_the_table_does_no_harm() -> None:
    """Programs keep formats of cells without a value."""
    bold = openpyxl.styles.Font(bold=True)
    content = book(HEADER, ["a", 1], edit=lambda sheet: setattr(sheet.cell(1_048_576, 16_384), "font", bold))
    assert cells(read(content)) == ["1"]


def test_a_package_that_unpacks_to_far_more_than_its_size_is_refused() -> None:
    """A part need not even be a sheet."""
    content = repacked(book(HEADER, ["a", 1]), {"xl/media/image1.png": bytes(220_000_000)})
    message = refusal(content)
    assert message.startswith("cohort.xlsx: unpacks to 0.2 GB, 1,0")
    assert message.endswith("Save the sheet of patients alone, or export it as CSV UTF-8.")


def test_a_part_that_is_larger_than_the_package_says_is_refused() -> None:
    """Its directory is not trusted: what a part unpacks to is counted."""
    content = repacked(book(HEADER, ["a", 1]), {"xl/media/image1.png": bytes(1_000_000)})
    for true, false in ((1_000_000, 1_000), (zlib.crc32(bytes(1_000_000)), zlib.crc32(bytes(1_001)))):
        assert content.count(true.to_bytes(4, "little")) == 2
        content = content.replace(true.to_bytes(4, "little"), false.to_bytes(4, "little"))
    assert "has a part that is larger than it says (xl/media/image1.png)" in refusal(content)
