"""Sheets of .ods files that would become far larger than they are: refused before the memory is asked for them."""

from __future__ import annotations

import io
import zipfile

import pytest
from made_up_workbooks import cells, read, refusal

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)

MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def cell(value: object = "", times: object = 1) -> str:
    """Return a cell with a text, or a blank one, that many times."""
    repeated = f' table:number-columns-repeated="{times}"' if times != 1 else ""
    if value == "":
        return f"<table:table-cell{repeated}/>"
    return f'<table:table-cell office:value-type="string"{repeated}><text:p>{value}</text:p></table:table-cell>'


def row(*made: str, times: int = 1) -> str:
    """Return a row of cells, that many times."""
    repeated = f' table:number-rows-repeated="{times}"' if times != 1 else ""
    return f"<table:table-row{repeated}>{''.join(made)}</table:table-row>"


def ods(*rows: str) -> bytes:
    """Return an .ods file with one sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{MANIFEST}"/>')
        package.writestr(
            "content.xml",
            f"<office:document-content {NAMESPACES}><office:body><office:spreadsheet>"
            f'<table:table table:name="Cohort">{"".join(rows)}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return stream.getvalue()


HEADER = row(cell("id"), cell("x"))
BLANK_END = row(cell("", 16_384), times=1_048_574)


@pytest.mark.parametrize(
    ("rows", "extent"),
    [
        ([row(cell("a", 16_384), times=1_000_000)], "1,000,001 rows and 16,384 columns"),
        ([row(cell("", 16_000), cell("a")), row(cell("a"), times=20_000)], "20,002 rows and 16,001 columns"),
        ([row(cell("", 16_384), times=1_000_000), row(cell("", 999), cell("a"))], "1,000,002 rows and 1,000 columns"),
        ([row(*[cell("a", 500)] * 40), row(cell("a"), times=100_000)], "100,002 rows and 20,000 columns"),
        ([row(cell("a", "&#49;6000"), times=20_000), BLANK_END], "20,001 rows and 16,000 columns"),
    ],
    ids=["a value", "blanks before a value", "blank rows before a value", "many values", "digits in disguise"],
)
def test_repeated_cells_that_make_too_large_a_table_are_refused(rows: list[str], extent: str) -> None:
    """A few hundred bytes would take more memory than there is."""
    assert refusal(ods(HEADER, *rows)) == (
        f"cohort.xlsx: the repeated cells of a sheet would make a table of {extent}; expected at most 200,000,000 "
        "cells.\nDelete what is far from the patients in the sheet, or export it as CSV UTF-8."
    )


def test_blanks_to_the_end_of_the_sheet_do_no_harm() -> None:
    """Spreadsheet programs write them, behind each row and below the last, and repeat equal neighbours."""
    content = ods(
        row(cell("id"), cell("x"), cell("", 16_382)),
        row(cell("a", 2), cell("", 16_382), times=3),
        row(cell("", 16_384), times=2),
        row(cell("b"), cell("1"), cell("", 16_382)),
        BLANK_END,
    )
    assert cells(read(content)) == ["a", "a", "a", "1"]
