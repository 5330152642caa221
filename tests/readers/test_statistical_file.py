"""Files of SPSS, Stata and SAS: codes stay values, what is declared missing is missing, dates are dates."""

from __future__ import annotations

import struct
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from lockstep.base.errors import DataError
from lockstep.readers.formats import parse_table
from lockstep.readers.table import ColumnDescription, TextTable
from lockstep.variables.data_file import DataFile

MADE = Path(__file__).parent / "files"
"""Files that other programs wrote; README.md there says how."""


def read(content: bytes, *names: str, **declared: Any) -> TextTable:
    """Read a file, and of its columns those named."""
    return parse_table(content, DataFile(file="cohort.sav", id="id", missing=("",), **declared), expected=names)


def cells(table: TextTable, name: str) -> list[str]:
    """Return the texts of a column's cells."""
    found = table.columns[name]
    return [found.texts[code] for code in found.codes]


def sav(folder: Path, columns: dict[str, Any], **options: Any) -> bytes:
    """Return the bytes of a .sav file."""
    path = folder / "made.sav"
    pyreadstat.write_sav(pd.DataFrame(columns), str(path), **options)
    return path.read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        *("haven.sav", "haven.zsav", "haven.sas7bdat", "haven-5.xpt", "haven-8.xpt"),
        *("haven-8.dta", "haven-10.dta", "haven-13.dta", "haven-14.dta", "haven-15.dta"),
    ],
)
def test_a_data_frame_of_r_is_the_same_in_each_format(name: str) -> None:
    """Numbers are the shortest texts, dates YYYY-MM-DD, also before 1900, and midnight is no time of day."""
    table = read((MADE / name).read_bytes(), "id", "size", "seen", "at", "grade")
    unicode = name in ("haven.sav", "haven.zsav", "haven-14.dta", "haven-15.dta")
    assert cells(table, "id") == ["a", "b", "cé" if unicode else "c", "d"]
    assert cells(table, "size") == ["7.3", "0.1", "", "12"]
    assert cells(table, "seen") == ["2010-04-03", "", "1935-09-03", "1899-12-31"]
    assert cells(table, "at") == ["2010-04-03 14:05:00", "2010-04-03", "", ""]
    assert cells(table, "grade") == ["1", "2", "", ""]  # SPSS: 9 and 99 are user-missing; Stata: .a; SAS: blanks
    assert (table.typed, table.rows.tolist()) == (True, [2, 3, 4, 5])


def test_labels_of_spss_are_descriptions() -> None:
    """The code of a missing value is no level."""
    found = read((MADE / "haven.sav").read_bytes(), "id", "grade", "site", "arm", "size").descriptions
    assert found["grade"] == ColumnDescription(label="Grade", levels={"1": "low", "2": "high"}, type="category")
    assert found["site"] == ColumnDescription(levels={"u": "Upper", "l": "Lower"}, type="category")
    assert found["arm"] == ColumnDescription(levels={"1": "new", "2": "old"}, type="category")
    assert found["size"] == ColumnDescription(label="Tumor size", type="number")
    assert (found["seen"].type, found["id"].type) == ("date", "text")


def test_labels_of_stata_are_descriptions() -> None:
    """Also those that R's foreign writes."""
    found = read((MADE / "haven-15.dta").read_bytes(), "id", "grade").descriptions
    assert found["grade"] == ColumnDescription(label="Grade", levels={"1": "low", "2": "high"}, type="category")
    other = read((MADE / "foreign.dta").read_bytes(), "id", "size", "arm")
    assert other.descriptions["arm"] == ColumnDescription(label="arm", levels={"1": "new", "2": "old"}, type="category")
    assert (cells(other, "arm"), cells(other, "size")) == (["1", "2"], ["7.3", ""])


def test_a_number_with_a_label_for_some_values_is_a_number(tmp_path: Path) -> None:
    """An age of 99 may be labelled as "99 or more", and is an age."""
    content = sav(
        tmp_path,
        {"id": ["a", "b"], "age": [50.0, 99.0], "arm": [1.0, 2.0]},
        variable_value_labels={"age": {99: "99 or more"}, "arm": {1: "old", 2: "new"}},
        variable_measure={"age": "scale", "arm": "scale"},
    )
    found = read(content, "id", "age", "arm").descriptions
    assert (found["age"].type, found["age"].levels, found["arm"].type) == ("number", {"99": "99 or more"}, "category")


def test_missing_values_of_spss_are_missing(tmp_path: Path) -> None:
    """Single codes, ranges and texts."""
    content = sav(
        tmp_path,
        {"id": ["a", "b", "c", "d"], "x": [1.0, 9.0, -99.0, np.nan], "s": ["u", "zz", "", "v"]},
        missing_ranges={"x": [9, {"lo": -100, "hi": -90}], "s": ["zz"]},
        variable_value_labels={"x": {1: "one", 9: "unknown", -99: "refused"}},
    )
    table = read(content, "id", "x", "s")
    assert (cells(table, "x"), cells(table, "s")) == (["1", "", "", ""], ["u", "", "", "v"])
    assert table.descriptions["x"].levels == {"1": "one"}


@pytest.mark.parametrize("form", ["DATE11", "ADATE10", "EDATE10", "SDATE10", "JDATE7", "QYR8", "MOYR8", "WKYR10"])
def test_a_date_of_spss_is_what_is_stored(tmp_path: Path, form: str) -> None:
    """Not what its format shows of it: of some, a month or a quarter."""
    content = sav(tmp_path, {"id": ["a"], "seen": [date(1935, 9, 3)]}, variable_format={"seen": form})
    assert cells(read(content, "id", "seen"), "seen") == ["1935-09-03"]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (datetime(2010, 4, 3, 14, 5), "DATETIME20", "2010-04-03 14:05:00"),
        (datetime(2010, 4, 3), "YMDHMS20", "2010-04-03"),
        (time(3, 4), "TIME8", "03:04:00"),
        (20100403.0, "F8.0", "20100403"),
        (0.1 + 0.2, "F8.2", "0.30000000000000004"),
        (1e300, "DATE11", "1e+300"),
    ],
)
def test_times_and_numbers_of_spss(tmp_path: Path, value: Any, form: str, text: str) -> None:
    """A number that is no date of the calendar stays a number, which whoever reads dates refuses."""
    content = sav(tmp_path, {"id": ["a"], "x": [value]}, variable_format={"x": form})
    assert cells(read(content, "id", "x"), "x") == [text]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%td", "2010-04-03"),
        ("%d", "2010-04-03"),
        ("%-tdD_m_Y", "2010-04-03"),
        ("%tm", "3489-08"),
        ("%tq", "6548-Q4"),
        ("%th", "11137-H2"),
        ("%tw", "2312-W52"),
        ("%ty", "18355"),
        ("%9.0g", "18355"),
    ],
)
def test_dates_of_stata_are_of_days(tmp_path: Path, form: str, text: str) -> None:
    """Months, quarters, half-years and weeks have no day, and no text that a date has."""
    path = tmp_path / "made.dta"
    pyreadstat.write_dta(pd.DataFrame({"id": ["a"], "x": [18355.0]}), str(path), variable_format={"x": form})
    assert cells(read(path.read_bytes(), "id", "x"), "x") == [text]


def test_floats_of_stata_have_the_digits_that_were_typed(tmp_path: Path) -> None:
    """Stata's default type is of single precision: 7.3 is 7.300000190734863 there."""
    path = tmp_path / "made.dta"
    pd.DataFrame({"id": ["a", "b"], "x": np.array([7.3, 0.1], dtype="float32")}).to_stata(path, write_index=False)
    assert cells(read(path.read_bytes(), "id", "x"), "x") == ["7.3", "0.1"]


@pytest.mark.parametrize("form", ["DATE9", "DDMMYYP10", "MMDDYY10", "YYMMDDN8", "MONYY7", "WORDDATE18", "E8601DA10"])
def test_dates_of_sas_are_dates_in_each_format(tmp_path: Path, form: str) -> None:
    """What is stored is a day; the format says how it is shown."""
    path = tmp_path / "made.xpt"
    pyreadstat.write_xport(pd.DataFrame({"id": ["a"], "x": [18355.0]}), str(path), variable_format={"x": form})
    assert cells(read(path.read_bytes(), "id", "x"), "x") == ["2010-04-03"]


def old_sav(folder: Path) -> bytes:
    """Return a .sav file as SPSS wrote it before Unicode: a text in Windows-1252, and no word on the encoding."""
    content = sav(folder, {"id": ["Mxller"], "x": [1.0]}).replace(b"Mxller", b"M\xfcller")
    encoding = struct.pack("<4i", 7, 20, 1, 5) + b"UTF-8"
    assert encoding in content
    content = content.replace(encoding, struct.pack("<4i", 7, 200, 1, 5) + b"other")
    return content.replace(struct.pack("<i", 65001), struct.pack("<i", 2), 1)  # the code page: "7-bit ASCII"


def test_an_old_file_is_read_in_the_encoding_of_windows(tmp_path: Path) -> None:
    """Which was usual then; where it is another, it can be declared."""
    content = old_sav(tmp_path)
    assert cells(read(content, "id", "x"), "id") == ["Müller"]
    assert cells(read(content, "id", "x", encoding="mac-roman"), "id") == ["M\N{CEDILLA}ller"]


def test_a_text_that_is_not_of_the_encoding_of_the_file_is_refused(tmp_path: Path) -> None:
    """The message says where the encoding is declared."""
    content = sav(tmp_path, {"id": ["Mxller"], "x": [1.0]}).replace(b"Mxller", b"M\xfcller")
    with pytest.raises(DataError) as error:
        read(content, "id", "x")
    assert str(error.value) == (
        "cohort.sav: its texts are not in the encoding that is expected.\n"
        'Name the right one under [data] in study.toml, such as encoding = "cp1252" (Windows in Western Europe and '
        "America)."
    )
    assert cells(read(content, "id", "x", encoding="cp1252"), "id") == ["Müller"]


def test_blank_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    """Only those in which every column is blank, also the columns that the study does not use."""
    content = sav(tmp_path, {"id": ["a", "", "", "d"], "x": [1.0, np.nan, np.nan, 4.0], "y": ["", "", "z", ""]})
    assert read(content, "id", "x").rows.tolist() == [2, 4, 5]


@pytest.mark.parametrize("name", ["haven.sav", "haven.zsav", "haven-15.dta", "haven.sas7bdat"])
@pytest.mark.parametrize("part", [0.3, 0.6])
def test_half_a_file_is_refused(name: str, part: float) -> None:
    """One message; the library's own says nothing to who made the file."""
    content = (MADE / name).read_bytes()
    with pytest.raises(DataError, match=r"^cohort\.sav: is a file of \w+ that is damaged or incomplete; "):
        read(content[: int(len(content) * part)], "id", "size")


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    """As an empty CSV file is."""
    with pytest.raises(DataError, match=r"^cohort\.sav: has columns but no rows; expected a row for each patient\.$"):
        read(sav(tmp_path, {"id": [""], "x": [np.nan]}), "id", "x")
