"""The data file: the ways in which a CSV can be written, and the one error for each way in which it can be wrong."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from lockstep.base.errors import DataError
from lockstep.data.reading import Data, read_data
from lockstep.study.definition import read_study
from lockstep.study.model import Study

STUDY = """
schema = 1
[data]
file = "cohort.csv"
id = "id"
missing = ["NA", "-99"]
[columns.sex]
type = "category"
levels = ["f", "m"]
[columns.age]
type = "number"
range = [0, 120]
[columns.seen]
type = "date"
"""

HEADER = "id,sex,age,seen\n"


def read(folder: Path, content: str | bytes, study: str = STUDY) -> Data:
    """Read a data file of this content as a study says."""
    (folder / "study.toml").write_text(study, encoding="utf-8")
    (folder / "cohort.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_data(read_study(folder))


def refusal(folder: Path, content: str | bytes, study: str = STUDY) -> str:
    """Return the message with which a data file is refused."""
    with pytest.raises(DataError) as error:
        read(folder, content, study)
    return str(error.value)


def test_the_flagship_cohort_is_read_whole(study: Study) -> None:
    """The data that ship with the project have 154 patients, 19 columns and their blanks where they belong."""
    data = read_data(study)
    assert (data.n_patients, data.n_columns, list(data.rows[:2]), int(data.rows[-1])) == (154, 19, [2, 3], 155)
    assert list(data.frame.columns) == list(study.columns)
    assert data.sha256 == hashlib.sha256((study.folder / study.data_file).read_bytes()).hexdigest()
    assert data.frame["sex"].value_counts(sort=False).sum() == 154
    assert (data.missing["date_progression"], data.missing["depth"], data.missing["sex"]) == (5, 2, 0)


def test_columns_have_their_declared_types(tmp_path: Path) -> None:
    """Categories keep the declared order, also of levels that never occur; blanks and declared codes are missing."""
    data = read(tmp_path, HEADER + "1,m, 5.50 ,2010-02-28\n2, m ,NA,\n3,,-99,NA\n")
    expected = pd.DataFrame(
        {
            "sex": pd.Categorical(["m", "m", None], categories=["f", "m"]),
            "age": [5.5, np.nan, np.nan],
            "seen": pd.to_datetime(pd.Series(["2010-02-28", None, None])).astype("datetime64[ns]"),
        }
    )
    pd.testing.assert_frame_equal(data.frame, expected)
    assert data.missing == {"sex": 1, "age": 2, "seen": 2}


ROWS = [["id", "sex", "age", "seen"], ["1", "f", "5.5", "2010-02-28"], ["2", "m", "", ""]]


def written(separator: str = ",", end: str = "\n", *, comma: bool = False) -> str:
    """Write the same small cohort in another dialect."""
    lines = [separator.join(row) for row in ROWS]
    text = end.join(lines) + end
    return text.replace("5.5", "5,5") if comma else text


@pytest.mark.parametrize(
    "content",
    [
        written().encode(),
        written().encode("utf-8-sig"),
        written().encode("utf-16"),
        b"\xfe\xff" + written().encode("utf-16-be"),
        written(end="\r\n").encode(),
        written(end="\r").encode(),
        written().rstrip("\n").encode(),
        written(";").encode(),
        written(";", "\r\n", comma=True).encode("utf-8-sig"),
        written("\t").encode(),
        b'"id","sex","age","seen"\n"1","f","5.5","2010-02-28"\n"2","m","",""\n',
        b"id , sex, age ,seen\n 1,f , 5.5,2010-02-28\n2,m,  ,\n",
        b"id,sex,age,seen\n1,f,5.5,2010-02-28\n\n2,m,,\n,,,\n\n",
        b"id,note,sex,,age,seen,\n1,\"a, \"\"b\"\"\nc\",f,,5.5,2010-02-28,\n2,,m,,,,\n",
        b"seen,age,sex,id,sexe,sexe\n2010-02-28,5.50,f,1,x,x\n,,m,2,,\n",
    ],
)  # fmt: skip
def test_dialects_make_no_difference(tmp_path: Path, content: bytes) -> None:
    """BOM, UTF-16, CRLF, semicolons with decimal comma, tabs, quotes, blank rows, other columns: the same cohort."""
    data = read(tmp_path, content)
    plain = read(tmp_path, written())
    pd.testing.assert_frame_equal(data.frame, plain.frame)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_second_byte_order_mark_is_no_letter(tmp_path: Path, encoding: str) -> None:
    """A file that was given its mark twice has the columns that it names."""
    marked = ("\N{ZERO WIDTH NO-BREAK SPACE}" * 2 + HEADER + "1,f,5,\n").encode(encoding)
    assert read(tmp_path, marked).frame["age"].tolist() == [5]


def test_rows_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    """Blank rows count, and a cell with a line break is still one row."""
    data = read(tmp_path, 'id,sex,age,seen,note\n1,f,5,,"two\nlines"\n\n,,,,\n2,m,6,,\n')
    assert data.rows.tolist() == [2, 5]
    message = refusal(tmp_path, 'id,sex,age,seen,note\n1,f,5,,"two\nlines"\n\n,,,,\n2,F,6,,\n')
    assert message.startswith("cohort.csv: column 'sex' has 'F' in row 5;")


def test_hostile_levels_are_only_text(tmp_path: Path) -> None:
    """Levels that look like templates, code, markup, formulas or other levels come through literally."""
    levels = ["{{ 7*7 }}", '#read("x")', "| a |", "<script>", "@fig-1", "=cmd()", "1", "1.0", "true", "nan", "None"]
    listed = ", ".join(f"'{level}'" for level in levels)
    study = STUDY.replace('levels = ["f", "m"]', f"levels = [{listed}]")
    lines = io.StringIO()
    csv.writer(lines).writerows([["id", "sex", "age", "seen"], *([str(i), x, "", ""] for i, x in enumerate(levels))])
    data = read(tmp_path, lines.getvalue(), study)
    assert data.frame["sex"].tolist() == levels
    assert refusal(tmp_path, HEADER + "1,01,,\n", study).startswith("cohort.csv: column 'sex' has '01' in row 2;")


def test_recode_and_header_adapt_a_file_that_cannot_be_changed(tmp_path: Path) -> None:
    """A locked file keeps its column names and its ways of writing a level; the study says what they mean."""
    study = STUDY + '[columns.gender]\ntype = "category"\nlevels = ["f", "m"]\n'
    study += 'header = "Sex (F/M)"\nrecode = { F = "f", "+" = "m" }\n'
    data = read(tmp_path, "id,Sex (F/M),sex,age,seen\n1,F,m,,\n2,f,m,,\n3,+,m,,\n", study)
    assert data.frame["gender"].tolist() == ["f", "f", "m"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0.0),
        ("+7", 7.0),
        ("5.", 5.0),
        (".5", 0.5),
        ("1e2", 100.0),
        ("0.1", 0.1),
        ("9.999999999999998", 10 - 2**-49),
    ],
)
def test_numbers_are_read_exactly(tmp_path: Path, text: str, number: float) -> None:
    """A number is the float nearest to what is written, bit for bit."""
    assert read(tmp_path, HEADER + f"1,f,{text},\n").frame["age"].tolist() == [number]


NUMBER = (
    "expected a number such as 12.5.\n"
    "Mend the file, or list the text as `missing` under [columns.age] in study.toml if it means a missing value."
)
DATE = "expected YYYY-MM-DD, such as 2010-02-28.\nMend the file; a date that is not known is left blank."
RANGE = "expected 0 to 120.\nMend the file, or the range under [columns.age] in study.toml."
QUOTES = 'A text in quotes ends with a quote before the separator; a quote inside it is written twice: "".'
SAVE = "Save the file as UTF-8; in a spreadsheet program, save it as CSV UTF-8."
ENCODING = (
    f"{SAVE} If another program wrote it, name its encoding under [data], such as "
    'encoding = "cp1252" (Windows in Western Europe and America).'
)
DATE_FORMAT = (
    "expected YYYY-MM-DD, such as 2010-02-28.\n"
    'The format "%Y-%m-%dT%H:%M" fits all rows: write format = "%Y-%m-%dT%H:%M" under [columns.seen] in study.toml.'
)
LEVELS = "Declare the level, or recode it, under [columns.sex] in study.toml, or mend the file."
ONE = "A value that is like no level is not shown: it may identify a patient."
MANY = "Values that are like no level are not shown: they may identify patients."
NAMES = (
    "not shown since it may be a patient's row: columns are separated by commas, semicolons or tabs, and the names "
    "of the columns are its first line.\nAdd the line with the names to the file, or mend [data.id] in study.toml."
)
EMPTY = "is empty; expected a line with the names of the columns and a row for each patient."

REFUSED = [
    # the file
    ("", EMPTY),
    (" \r\n\n", EMPTY),
    (HEADER, "has a header but no rows; expected a row for each patient."),
    (HEADER + ",,,\n\n", "has a header but no rows; expected a row for each patient."),
    ("\n" + HEADER + "1,f,5,\n",
     "the first line is blank; expected the names of the columns.\nRemove the lines before them."),
    (HEADER.encode() + b"1,f,5,\n\xfc,f,5,\n", f"byte 0xfc in line 3 is not UTF-8; expected UTF-8.\n{ENCODING}"),
    (b"\xef\xbb\xbf" + HEADER.encode() + b"1,f,5,\n\xfc,f,5,\n",
     f"byte 0xfc in line 3 is not UTF-8; expected UTF-8.\n{ENCODING}"),
    ((HEADER + "1,f,5,\n").encode("utf-16-le"), f"line 1 holds a NUL character; expected text in UTF-8.\n{SAVE}"),
    (b"\xff\xfe\x00", f"byte 0x00 in line 1 is not UTF-16; expected UTF-8.\n{ENCODING}"),
    (b"PK\x03\x04...",
     "is a workbook or zip archive that is damaged or incomplete; expected a workbook, CSV, Parquet, or a file of "
     "SPSS, Stata or SAS.\nSave it again, or copy it again from where it is."),
    (HEADER + '1,f,5,\n2,"f,5,\n3,f,5,\n', f"the quotes do not match in the row that begins in line 3.\n{QUOTES}"),
    (HEADER + '1,"f"x,5,\n', f"the quotes do not match in the row that begins in line 2.\n{QUOTES}"),
    # the columns
    (HEADER + "1,f,50\n2,f,50,\n3,f,50,,\n",
     "the number of cells differs from the header's in rows 2 and 4; expected 4.\n"
     "A cell that holds the separator ',' must be in quotes."),
    ("id,sexe,age,seen\n1,f,5,\n", "there is no column 'sex'; the file has 'id', 'sexe', 'age' and 'seen'; "
     "did you mean 'sexe'?\nMend [columns.sex] in study.toml, or add the column to the file."),
    ("ID,sex,age,seen\n1,f,5,\n", "there is no column 'id'; the file has 'ID', 'sex', 'age' and 'seen'; "
     "did you mean 'ID'?\nMend [data.id] in study.toml, or add the column to the file."),
    ("id|sex\n1|f\n", f"there is no column 'id'. The first line has 1 cell, {NAMES}"),
    ("P1,f,5,2010-01-01\nP2,f,6,2010-01-01\n", f"there is no column 'id'. The first line has 4 cells, {NAMES}"),
    ("Smith,sex,age,2010-01-01\nP2,f,6,2010-01-01\n", f"there is no column 'id'. The first line has 4 cells, {NAMES}"),
    ('"P1,f\nsex",age,seen,x\nP2,f,6,2010-01-01\n', f"there is no column 'id'. The first line has 4 cells, {NAMES}"),
    ("id,sex,age,sex,seen\n1,f,5,f,\n",
     "columns 2 and 4 are both named 'sex'; expected one column of each name.\nRename or remove one of them."),
    (HEADER + "1,f,5,\n2,f,5,\n 1 ,f,5,\n2,f,6,\n", "column 'id' has the same id in rows 2 and 4 "
     "(1 other id repeats); expected one row for each patient.\nMend the file; "
     'or where patients have several rows, write rows = "visits" under [data] in study.toml, and under its columns '
     "which of them counts (`take`, `where`)."),
    (HEADER + "1,f,5,\n,f,5,\nNA,f,5,\n",
     "column 'id' has no value in rows 3 and 4; expected an id for each patient.\nMend the file."),
    # categories
    (HEADER + "1,F,5,\n2,Mann,3,\n3,m,3,\n4,F,3,\n",
     "column 'sex' has 'F' in rows 2 and 5, a text of 4 characters in row 3; "
     f"expected 'f' or 'm'; did you mean 'f'?\n{LEVELS}\n{ONE}"),
    (HEADER + "1,F,5,\n2,Mann,3,\n3,Mann,3,\n4,P17,3,\n5,P18,3,\n",
     "column 'sex' has 'F' in row 2, "
     f"3 other unknown values in rows 3, 4, 5 and 6; expected 'f' or 'm'; did you mean 'f'?\n{LEVELS}\n{MANY}"),
    (HEADER + "1,a,,\n2,b,,\n3,c,,\n4,d,,\n5,e,,\n", "column 'sex' has 5 unknown values in rows 2, 3, 4, 5 and 6; "
     f"expected 'f' or 'm'.\n{LEVELS}\n{MANY}"),
    (HEADER + "".join(f"{i},a{i % 6},,\n" for i in range(60)),
     f"column 'sex' has 6 unknown values in rows 2, 3, 4, 5, 6 and 55 more; expected 'f' or 'm'.\n{LEVELS}\n{MANY}"),
    (HEADER + '1,"a\nb\x1b[31m",5,\n2,"a\nb\x1b[31m",5,\n',
     f"column 'sex' has a text of 8 characters in rows 2 and 3; expected 'f' or 'm'.\n{LEVELS}\n{ONE}"),
    (HEADER + "1,2010-01-02,,\n2,2010-01-02,,\n3,f,,\n",
     f"column 'sex' has a date in rows 2 and 3; expected 'f' or 'm'.\n{LEVELS}\n{ONE}"),
    (HEADER + "1,45,,\n2,f,,\n", f"column 'sex' has a number in row 2; expected 'f' or 'm'.\n{LEVELS}\n{ONE}"),
    # numbers
    (HEADER + "1,f,5,\n2,f,Smith,\n3,f,n/a,\n", f"column 'age' has text in rows 3 and 4; {NUMBER}"),
    (HEADER + "1,f,5 years,\n2,f,<5,\n", f"column 'age' has a number with other characters in rows 2 and 3; {NUMBER}"),
    (HEADER + '1,f,"1,234.5",\n', f"column 'age' has a number with a comma in row 2; {NUMBER}"),
    (HEADER + '1,f,"1,234",\n', "column 'age' has commas that may separate decimals or thousands, in row 2; every "
     'number has three digits behind them.\nSay which is the decimal mark of the file: decimal = "," or "." under '
     "[data] in study.toml."),
    ("id;sex;age;seen\n1;f;1.234,5;\n", f"column 'age' has a number with a comma in row 2; {NUMBER}"),
    ("id;sex;age;seen\n1;f;1,5;\n2;f;1.5;\n", "column 'age' has a decimal comma in row 2; "
     "expected points, which other rows have.\nMend the file: use one decimal mark in a column."),
    ("id;sex;age;seen\n1;f;1,5;\n2;f;1,5;\n3;f;1.5;\n", "column 'age' has a decimal point in row 4; "
     "expected commas, which other rows have.\nMend the file: use one decimal mark in a column."),
    ("sep=;\nid;sex;age;seen\n1;f;1;\n", "line 1 is a spreadsheet program's mark of the separator; expected the "
     "names of the columns.\nRemove this line: the separator is recognised without it."),
    (HEADER + "1,f,inf,\n2,f,-Infinity,\n", f"column 'age' has infinity in rows 2 and 3; {NUMBER}"),
    (HEADER + "1,f,NaN,\n", f"column 'age' has 'NaN' in row 2; {NUMBER}"),
    (HEADER + "1,f,1e400,\n2,f,1e75,\n3,f,-1e308,\n",
     f"column 'age' has a number too large to compute with in rows 2 and 4; {NUMBER}\n"
     f"cohort.csv: column 'age' has a number out of range in row 3; {RANGE}"),
    (HEADER + "1,f,2010-01-01,\n", f"column 'age' has a date in row 2; {NUMBER}"),
    (HEADER + "1,f,٥,\n", f"column 'age' has text in row 2; {NUMBER}"),
    (HEADER + "1,f,120.5,\n2,f,120,\n3,f,-1,\n", f"column 'age' has a number out of range in rows 2 and 4; {RANGE}"),
    # dates
    (HEADER + "1,f,5,2010-02-30\n2,f,5,2011-02-29\n", f"column 'seen' has an impossible date in rows 2 and 3; {DATE}"),
    (HEADER + "1,f,5,03/04/2010\n2,f,5,3.4.10\n", "column 'seen' has an ambiguous date "
     f"(as 03/04/2010, which may be in March or April) in rows 2 and 3; {DATE}"),
    (HEADER + "1,f,5,2010\n2,f,5,2010-02\n", f"column 'seen' has an incomplete date in rows 2 and 3; {DATE}"),
    (HEADER + "1,f,5,2010/02/03\n2,f,5,20100203\n",
     f"column 'seen' has a date in another form in rows 2 and 3; {DATE}"),
    (HEADER + "1,f,5,2010-02-03T00:00\n", f"column 'seen' has a date with a time of day in row 2; {DATE_FORMAT}"),
    (HEADER + "1,f,5,40211\n", f"column 'seen' has a number (a spreadsheet's count of days?) in row 2; {DATE}"),
    (HEADER + "1,f,5,0201-02-03\n", f"column 'seen' has a year outside 1800 to 2200 in row 2; {DATE}"),
    (HEADER + "1,f,5,yesterday\n", f"column 'seen' has text in row 2; {DATE}"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), REFUSED, ids=[str(content)[:60] for content, _ in REFUSED])
def test_a_faulty_file_is_refused(tmp_path: Path, content: str | bytes, message: str) -> None:
    """One error: what was found, in which rows, what is allowed, what to do; only values of categories are shown."""
    assert refusal(tmp_path, content) == f"cohort.csv: {message}"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "1,{cell},5,",
            f"column 'sex' has a text of 1,000,000 characters in row 2; expected 'f' or 'm'.\n{LEVELS}\n{ONE}",
        ),
        ("1,f,{cell},", f"column 'age' has a text of 1,000,000 characters in row 2; {NUMBER}"),
        ("1,f,5,{cell}", f"column 'seen' has a text of 1,000,000 characters in row 2; {DATE}"),
    ],
)
def test_a_cell_of_a_million_characters_costs_no_time(tmp_path: Path, row: str, message: str) -> None:
    """Neither the message nor the time grows with a cell, and the csv module's own limit is as before."""
    limit = csv.field_size_limit()
    content = HEADER + row.format(cell="x" * 1_000_000) + "\n"
    start = time.process_time()
    assert refusal(tmp_path, content) == f"cohort.csv: {message}"
    assert time.process_time() - start < 2
    assert csv.field_size_limit() == limit


def test_a_huge_cell_in_another_column_does_no_harm(tmp_path: Path) -> None:
    """A column that is not declared may hold anything, its header too."""
    data = read(tmp_path, f"id,sex,age,seen,{'h' * 1_000_000}\n1,f,5,,{'x' * 1_000_000}\n")
    assert data.frame["age"].tolist() == [5.0]


def test_a_huge_file_of_errors_gives_a_short_message(tmp_path: Path) -> None:
    """Ten thousand wrong cells are counted, not listed."""
    content = HEADER + "".join(f"{i},f,unknown {i},\n" for i in range(10_000))
    assert refusal(tmp_path, content) == (
        f"cohort.csv: column 'age' has a number with other characters in rows 2, 3, 4, 5, 6 and 9995 more; {NUMBER}"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.csv", "No such file or directory"),
        ("book.xlsx", "No such file or directory"),
        (".", "Is a directory"),
    ],
)
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str, message: str) -> None:
    """The message says where the name stands and what it is relative to."""
    (tmp_path / "study.toml").write_text(STUDY.replace("cohort.csv", name), encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_data(read_study(tmp_path))
    assert str(error.value) == (
        f"{name}: {message}.\n[data] file in study.toml names the data file, relative to the folder of study.toml."
    )


def test_a_format_is_told_by_its_bytes(tmp_path: Path) -> None:
    """A text file that is called .XLSX is a text file."""
    (tmp_path / "study.toml").write_text(STUDY.replace("cohort.csv", "book.XLSX"), encoding="utf-8")
    (tmp_path / "book.XLSX").write_text(HEADER + "1,f,5,\n", encoding="utf-8")
    assert read_data(read_study(tmp_path)).n_patients == 1


def test_a_hundred_thousand_patients_are_read_in_seconds(tmp_path: Path) -> None:
    """Reading is linear in the rows; nothing is computed per cell that could be computed per distinct text."""
    rows = (
        f"{i},{'fm'[i % 2]},{i % 1200 / 10},{1900 + i % 100}-{1 + i % 12:02d}-{1 + i % 28:02d}\n"
        for i in range(100_000)
    )
    content = HEADER + "".join(rows)
    start = time.process_time()
    data = read(tmp_path, content)
    assert time.process_time() - start < 10  # about 0.5 s on an idle machine
    assert data.frame["age"].max() == 119.9


def test_a_text_file_loads_no_library_of_other_formats(tmp_path: Path) -> None:
    """The reading of a CSV file takes no longer for what it does not need."""
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "cohort.csv").write_text(HEADER + "1,f,5,\n", encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from lockstep.data.reading import read_data; "
        f"from lockstep.study.definition import read_study; read_data(read_study(Path({str(tmp_path)!r}))); "
        "print({'lxml', 'python_calamine', 'pyreadstat', 'duckdb', 'olefile', 'narwhals'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
