"""Cells as other programs write them: dates in a format, decimal marks, whole numbers as 2.0, files without ids."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from lockstep.base.errors import DataError, StudyError
from lockstep.data.cohort import build_cohort
from lockstep.data.date_formats import fitting, parsed
from lockstep.data.findings import FaultyDataError
from lockstep.data.reading import Data, examine_data, read_data
from lockstep.study.definition import read_study

ID = 'id = "id"'
GRADE = '[columns.grade]\ntype = "category"\nlevels = ["1", "2", "3"]\n'
SIZE = '[columns.size]\ntype = "number"\n'
SEEN = '[columns.seen]\ntype = "date"\n'


def read(folder: Path, content: str | bytes, columns: str, data: str = ID) -> Data:
    """Read a data file of this content, with these sections of columns and these keys under [data]."""
    text = f'schema = 1\n[data]\nfile = "cohort.csv"\n{data}\n{columns}'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    (folder / "cohort.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_data(read_study(folder))


def refusal(folder: Path, content: str | bytes, columns: str, data: str = ID) -> str:
    """Return the message with which a data file is refused."""
    with pytest.raises(DataError) as error:
        read(folder, content, columns, data)
    return str(error.value)


def dates(data: Data) -> list[str | None]:
    """Return the dates of the column `seen`."""
    return [None if pd.isna(day) else str(day.date()) for day in data.frame["seen"]]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["0", "0,5", "1"], ["0", "0.5", "1"]),
        (["0.0", "0.50", "1.0"], ["0", "0.5", "1"]),
        ([".5", "+1", "0,00"], ["0.5", "1", "0"]),
        (["1,000", "0.5", "1"], ["1", "0.5", "1"]),
        (["00", "0.5", "1"], None),
        (["0.05", "0.5", "1"], None),
    ],
)
def test_levels_that_are_all_numbers_may_have_other_decimals(
    tmp_path: Path, cells: list[str], expected: list[str] | None
) -> None:
    """A code of one half is itself with a comma, or with a zero behind it; a leading zero makes it another text."""
    levels = '[columns.edema]\ntype = "category"\nlevels = { "0" = "None", "0.5" = "Treated", "1" = "Resistant" }\n'
    content = "id;edema\n" + "".join(f"{row};{cell}\n" for row, cell in enumerate(cells))
    if expected is None:
        assert "column 'edema' has" in refusal(tmp_path, content, levels)
    else:
        assert read(tmp_path, content, levels).frame["edema"].tolist() == expected


def test_a_code_with_its_thousands_set_apart_is_not_guessed(tmp_path: Path) -> None:
    """Beside the levels 1 and 1000, a cell 1,000 may be either, and is refused."""
    levels = '[columns.dose]\ntype = "category"\nlevels = ["1", "1000"]\n'
    assert "expected '1' or '1000'" in refusal(tmp_path, "id;dose\n1;1,000\n2;1\n", levels)


STATUS = '[columns.status]\ntype = "category"\nlevels = { 0 = "Alive", 1 = " Lost to follow-up", 2 = "Dead" }\n'


def test_the_label_of_a_level_means_the_level(tmp_path: Path) -> None:
    """An export with labels for codes gives what the codes give, whichever of them a row has."""
    found = read(tmp_path, "id,status\n1,Alive\n2,Dead\n3, Lost to follow-up \n4,2\n5,\n", STATUS).frame["status"]
    assert found.astype(object).where(found.notna(), "").tolist() == ["0", "2", "1", "2", ""]


def test_a_label_in_other_letters_is_refused_with_its_level(tmp_path: Path) -> None:
    """Labels count exactly as written; the error says which level has the one that differs in case."""
    said = refusal(tmp_path, "id,status\n1,dead\n2,Alive\n", STATUS)
    assert "has 'dead' in row 2; expected '0', '1' or '2'; did you mean '2' (Dead)?" in said


@pytest.mark.parametrize(
    "keys", ['levels = { 1 = "0", 2 = "1" }', 'levels = { 1 = "0", 2 = "a" }\nrecode = { a = "1" }']
)
def test_labels_do_not_count_where_one_means_another_level(tmp_path: Path, keys: str) -> None:
    """A file of 0 and 1 is not taken for one of labels where study.toml has the codes 1 and 2 with these labels."""
    levels = f'[columns.sex]\ntype = "category"\n{keys}\n'
    assert "expected '1' or '2'" in refusal(tmp_path, "id,sex\n1,0\n2,1\n3,0\n", levels)


@pytest.mark.parametrize(
    ("form", "cells"),
    [
        ("%d/%m/%Y", ["3/9/1935", "28/02/2010"]),
        ("%m/%d/%Y", ["9/3/1935", "02/28/2010"]),
        ("%d.%m.%Y", ["03.09.1935", "28.2.2010"]),
        ("%d-%b-%Y", ["03-Sep-1935", "28-feb-2010"]),
        ("%Y%m%d", ["19350903", "20100228"]),
        ("%Y-%m-%d %H:%M", ["1935-09-03 00:00", "2010-02-28 09:30"]),
        ("%d/%m/%y", ["3/9/35", "28/02/10"]),
    ],
)
def test_dates_are_read_in_the_declared_format(tmp_path: Path, form: str, cells: list[str]) -> None:
    """One cohort, written as different programs do, has the same dates."""
    content = "id;seen\n" + "".join(f"{i};{cell}\n" for i, cell in enumerate([*cells, ""]))
    data = read(tmp_path, content, f'{SEEN}format = "{form}"\n', f"{ID}\ncutoff = 2014-12-31")
    assert dates(data) == ["1935-09-03", "2010-02-28", None]


@pytest.mark.parametrize(
    ("cells", "forms"),
    [
        (["13/04/2010", "1/2/2011"], ["%d/%m/%Y"]),
        (["04/13/2010", "1/2/2011"], ["%m/%d/%Y"]),
        (["3/4/2010"], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["4/4/2010"], ["%d/%m/%Y"]),
        (["1.2.2010", "30.12.1999"], ["%d.%m.%Y"]),
        (["20100228"], ["%Y%m%d"]),
        (["2010123"], []),
        (["2010-02-28T10:00:00"], ["%Y-%m-%dT%H:%M:%S"]),
        (["13/04/2010", "2011-02-01"], []),
        ([], []),
    ],
)
def test_the_formats_that_fit_all_cells_are_found(cells: list[str], forms: list[str]) -> None:
    """A format is offered only where every cell is a date in it; two, where they would be different dates."""
    assert fitting(cells) == forms


def test_an_error_says_which_format_fits_all_rows(tmp_path: Path) -> None:
    """The line to write is in the message."""
    assert refusal(tmp_path, "id,seen\n1,13/04/2010\n2,01/02/2011\n", SEEN).endswith(
        'The format "%d/%m/%Y" fits all rows: write format = "%d/%m/%Y" under [columns.seen] in study.toml.'
    )
    assert "The formats '%d/%m/%Y' and '%m/%d/%Y' all fit: write the one that is meant" in refusal(
        tmp_path, "id,seen\n1,03/04/2010\n", SEEN
    )


def test_a_cell_in_another_format_is_refused(tmp_path: Path) -> None:
    """A declared format holds for every row; of a faulty date only its kind is shown."""
    message = refusal(tmp_path, "id,seen\n1,03/04/2010\n2,2010-04-03\n3,soon\n", f'{SEEN}format = "%d/%m/%Y"\n')
    assert message == (
        "cohort.csv: column 'seen' has a date in another form in row 3; expected a date in the format '%d/%m/%Y'.\n"
        "Mend the file, or the format under [columns.seen] in study.toml; a date that is not known is left blank.\n"
        "cohort.csv: column 'seen' has text in row 4; expected a date in the format '%d/%m/%Y'.\n"
        "Mend the file, or the format under [columns.seen] in study.toml; a date that is not known is left blank."
    )


def test_a_year_of_two_digits_is_not_after_the_cutoff(tmp_path: Path) -> None:
    """A birth in 35 is in 1935, whatever a library's pivot is; without a cut-off nobody knows."""
    assert parsed("1/1/15", "%d/%m/%y", cutoff=date(2014, 12, 31)) == date(1915, 1, 1)
    assert parsed("1/1/14", "%d/%m/%y", cutoff=date(2014, 12, 31)) == date(2014, 1, 1)
    with pytest.raises(StudyError, match=r"\[columns.seen.format\] has a year of two digits .* needs `cutoff`"):
        read(tmp_path, "id,seen\n1,1/1/35\n", f'{SEEN}format = "%d/%m/%y"\n')


@pytest.mark.parametrize("form", ["%d/%m", "%d/%m/%Y %p", "%d/%m/%b/%Y", "%j %Y", "dd/mm/yyyy", "%d/%d/%m/%Y"])
def test_a_format_without_day_month_and_year_is_refused(tmp_path: Path, form: str) -> None:
    """What would lose a part of the date, or read one twice, is no format."""
    with pytest.raises(StudyError, match=r"\[columns.seen.format\] is .*; expected the day"):
        read(tmp_path, "id,seen\n1,\n", f'{SEEN}format = "{form}"\n')


def test_dates_keep_their_declared_range(tmp_path: Path) -> None:
    """Both bounds are included; TOML's dates and texts are alike."""
    columns = f'{SEEN}range = [2000-01-01, "2014-12-31"]\n'
    assert dates(read(tmp_path, "id,seen\n1,2000-01-01\n2,2014-12-31\n", columns)) == ["2000-01-01", "2014-12-31"]
    assert refusal(tmp_path, "id,seen\n1,2015-01-01\n2,1999-12-31\n3,2000-01-01\n", columns) == (
        "cohort.csv: column 'seen' has a date out of range in rows 2 and 3; expected 2000-01-01 to 2014-12-31.\n"
        "Mend the file, or the range under [columns.seen] in study.toml."
    )
    with pytest.raises(StudyError, match="ends before it begins"):
        read(tmp_path, "id,seen\n1,\n", f"{SEEN}range = [2014-12-31, 2000-01-01]\n")


def test_a_whole_number_with_a_zero_is_its_level(tmp_path: Path) -> None:
    """A program that knows no blank whole number writes 2.0; levels that are not all whole numbers stay exact."""
    assert read(tmp_path, "id,grade\n1,2.0\n2,\n3,3,0\n".replace("3,3,0", '3,"3,0"'), GRADE).frame[
        "grade"
    ].tolist() == ["2", pytest.approx(float("nan"), nan_ok=True), "3"]
    assert "has a number in row 2; expected '1', '2' or '3'" in refusal(tmp_path, "id,grade\n1,2.5\n", GRADE)
    other = GRADE.replace('"3"', '"high"')
    assert "has '2.0' in row 2; expected '1', '2' or 'high'" in refusal(tmp_path, "id,grade\n1,2.0\n", other)


def test_codes_of_missing_values_belong_to_a_column(tmp_path: Path) -> None:
    """999 is a missing size, and a patient's number."""
    data = read(tmp_path, "id,size,grade\n999,999,2\n1,5,3\n", f'{SIZE}missing = ["999"]\n{GRADE}')
    assert data.missing == {"size": 1, "grade": 0}
    assert read(tmp_path, "id,size\n999,5\n1,999\n", SIZE, f'{ID}\nmissing = ["999"]').missing == {"size": 1}
    assert "has no value in row 2; expected an id" in refusal(tmp_path, "id,size\nNA,5\n1,6\n", SIZE)


@pytest.mark.parametrize(
    "content", ['id,size\n1,"5,25"\n2,"12,5"\n', "id;size\n1;5,25\n2;12,5\n", "id\tsize\n1\t5,25\n2\t12,5\n"]
)
def test_a_decimal_comma_is_read_with_any_separator(tmp_path: Path, content: str) -> None:
    """A number is quoted where commas separate columns."""
    assert read(tmp_path, content, SIZE).frame["size"].tolist() == [5.25, 12.5]


def test_a_mark_that_may_separate_thousands_is_asked_for(tmp_path: Path) -> None:
    """Where every number has three digits behind the unusual mark, nobody can know; the study says which it is."""
    english, german = 'id,size\n1,"1,234"\n2,"12,500"\n', "id;size\n1;1.234\n2;12.500\n"
    assert "commas that may separate decimals or thousands, in rows 2 and 3" in refusal(tmp_path, english, SIZE)
    assert read(tmp_path, english, SIZE, f'{ID}\ndecimal = ","').frame["size"].tolist() == [1.234, 12.5]
    assert "a mark that is not the decimal one" in refusal(tmp_path, english, SIZE, f'{ID}\ndecimal = "."')
    found = read(tmp_path, german, SIZE)
    assert [(finding.kind, finding.severity, finding.rows) for finding in found.findings] == [
        ("ambiguous_decimal", "query", (2, 3))
    ]
    assert read(tmp_path, german, SIZE, f'{ID}\ndecimal = "."').findings == ()
    assert read(tmp_path, "id;size\n1;0.234\n2;12.500\n", SIZE).findings == ()


def test_a_file_without_ids_counts_its_rows(tmp_path: Path) -> None:
    """`row` is the number of the row, but where the file has a column of that name."""
    assert read(tmp_path, "size\n5\n6\n", SIZE, 'id = "row"').frame["size"].tolist() == [5, 6]
    assert "the same id in rows 2 and 3" in refusal(tmp_path, "row,size\n7,5\n7,6\n", SIZE, 'id = "row"')


def test_a_column_without_a_name_goes_by_its_place(tmp_path: Path) -> None:
    """R's names of rows stand in a first column that has no name."""
    rows = '"","size"\n"P1",5\n"P2",6\n'
    assert read(tmp_path, rows, SIZE, 'id = "column 1"').frame["size"].tolist() == [5, 6]
    assert "and without a name 'column 1'" in refusal(tmp_path, rows, SIZE)
    assert "there is no column 'column 2'" in refusal(tmp_path, rows, SIZE, 'id = "column 2"')


def test_comments_before_the_header_are_skipped(tmp_path: Path) -> None:
    """Rows are still those that a spreadsheet shows; a first column named #id is no comment."""
    assert read(tmp_path, "# exported\n#, by us\nid,size\n1,5\n", SIZE).rows.tolist() == [4]
    assert read(tmp_path, "#id,size\n1,5\n", SIZE, 'id = "#id"').rows.tolist() == [2]
    assert read(tmp_path, "# the id; the size\n# size\nid,size\n1,5\n", SIZE).rows.tolist() == [4]


def test_a_title_above_the_header_is_named(tmp_path: Path) -> None:
    """The message says in which row the names are, and what to write."""
    content = "Cohort of 2014,\n,\nid,size\n1,5\n"
    assert refusal(tmp_path, content, SIZE) == (
        "cohort.csv: the names of the columns are in row 3; expected them in row 1.\n"
        "Remove what is above them, or write header_row = 3 under [data] in study.toml."
    )
    data = read(tmp_path, content, SIZE, f"{ID}\nheader_row = 3")
    assert (data.rows.tolist(), data.frame["size"].tolist()) == ([4], [5])


def test_another_encoding_is_declared(tmp_path: Path) -> None:
    """A file of Windows is refused with the line to write, and read with it."""
    content, columns = "id,größe\n1,5\n".encode("cp1252"), f'{SIZE}header = "größe"\n'
    assert 'encoding = "cp1252" (Windows in Western Europe and America)' in refusal(tmp_path, content, columns)
    assert read(tmp_path, content, columns, f'{ID}\nencoding = "cp1252"').frame["size"].tolist() == [5]


def test_all_faults_are_found_in_one_run(tmp_path: Path) -> None:
    """Ids, cells of every column and ranges: the error names three and counts the others; all can be listed."""
    columns = f"{GRADE}{SIZE}range = [0, 10]\n{SEEN}"
    content = "id,grade,size,seen\n1,4,x,2010-01-01\n1,4,11,soon\n,2,5,2010-13-01\n"
    with pytest.raises(FaultyDataError) as error:
        read(tmp_path, content, columns)
    kinds = [
        "no id",
        "a repeated id",
        "an unknown level",
        "text",
        "a number out of range",
        "text",
        "an impossible date",
    ]
    assert [finding.kind for finding in error.value.findings] == kinds
    assert str(error.value).endswith("\nThere are 4 more faults of the data; `lockstep data` lists them all.")
    data = examine_data(read_study(tmp_path))
    assert data.frame["size"].isna().tolist() == [True, False, False]
    assert [finding.rows for finding in data.findings] == [(4,), (2, 3), (2, 3), (2,), (3,), (3,), (4,)]


def test_rules_of_the_study_stop_what_breaks_them(tmp_path: Path) -> None:
    """A rule is false, not unknown: where a value is missing there is nothing to find."""
    rule = '[checks.order]\nmust = "seen <= died"\nreason = "nobody is seen after death"\n'
    columns = f"{SEEN}{SEEN.replace('seen', 'died')}{rule}"
    rows = "id,seen,died\n1,2010-01-02,2010-01-01\n2,2010-01-02,\n3,2010-01-02,2010-01-02\n"
    read(tmp_path, rows, columns)
    study = read_study(tmp_path)
    with pytest.raises(DataError) as error:
        build_cohort(study, read_data(study))
    assert str(error.value) == (
        'cohort.csv: "seen <= died" is false in row 2; expected it of every row, since nobody is seen after death.\n'
        "Mend the file, or the rule under [checks.order] in study.toml."
    )


@pytest.mark.parametrize(
    ("levels", "cells", "values"),
    [
        ('["0", "1"]', ["TRUE", "False", "1", "0"], ["1", "0", "1", "0"]),
        ('["true", "false"]', ["TRUE", "False", "true", ""], ["true", "false", "true", None]),
        ('["TRUE", "FALSE"]', ["True", "FALSE"], ["TRUE", "FALSE"]),
        ('["false", "true", "1"]', ["TRUE", "1"], ["true", "1"]),
    ],
)
def test_booleans_are_levels(tmp_path: Path, levels: str, cells: list[str], values: list[str | None]) -> None:
    """A workbook has TRUE, pandas writes True, and a study declares 1, or true."""
    content = "id;x\n" + "".join(f"{i};{cell}\n" for i, cell in enumerate(cells))
    data = read(tmp_path, content, f'[columns.x]\ntype = "category"\nlevels = {levels}\n')
    assert [None if pd.isna(value) else value for value in data.frame["x"]] == values


def test_booleans_are_not_levels_of_other_numbers(tmp_path: Path) -> None:
    """TRUE is no stage of a tumor."""
    message = refusal(tmp_path, "id;grade\n1;TRUE\n2;TRUE\n", GRADE)
    assert message.startswith("cohort.csv: column 'grade' has TRUE or FALSE in rows 2 and 3; expected '1', '2' or '3'.")


@pytest.mark.parametrize(
    ("levels", "cell", "is_shown"),
    [
        ('["Male", "Female"]', "femal", True),
        ('["Male", "Female"]', "FEMALE", True),
        ('["Male", "Female"]', "F", True),
        ('{ 0 = "Alive", 1 = "Dead" }', "Alife", True),
        ('["0", "1"]', "2", True),
        ('{ a = "Grade 1", b = "Grade 2" }', "grade1", True),
        ('{ a = "Grade 1", b = "Grade 2" }', "grade  1", True),
        ('{ a = "Grade 1", b = "Grade 2" }', "Grade 9", False),
        ('["01", "1.5"]', "1", True),
        ('["Male", "Female"]', "Hale", False),
        ('["Dead", "Alive"]', "DOE", False),
        ('["0", "1"]', "87", False),
        ('["1960", "1970"]', "1961", False),
        ('["Male", "Female"]', "1", False),
        ('["10", "20"]', "87", False),
    ],
)
def test_a_cell_is_shown_only_where_it_is_like_a_level(tmp_path: Path, levels: str, cell: str, is_shown: bool) -> None:
    """However often it is in the file: a surname, a year or an age may be in several rows."""
    content = "id;x\n" + "".join(f"{row};{cell}\n" for row in range(4))
    message = refusal(tmp_path, content, f'[columns.x]\ntype = "category"\nlevels = {levels}\n')
    assert (f"has '{cell}' in rows 2, 3, 4 and 5" in message) == is_shown
    assert is_shown or f"'{cell}'" not in message


def test_errors_of_spreadsheets_and_times_of_day_are_named(tmp_path: Path) -> None:
    """A text file that a spreadsheet program saved has them too."""
    content = "id;grade;size;seen\n1;#N/A;#DIV/0!;#NV\n2;1;2;14:05:00\n3;1;2;2010-02-28\n"
    message = refusal(tmp_path, content, GRADE + SIZE + SEEN)
    for kind in (
        "column 'grade' has a spreadsheet's error (such as #N/A) in row 2; expected '1', '2' or '3'.",
        "column 'size' has a spreadsheet's error (such as #N/A) in row 2; expected a number such as 12.5.",
        "column 'seen' has a spreadsheet's error (such as #N/A) in row 2; expected YYYY-MM-DD, such as 2010-02-28.",
    ):
        assert f"cohort.csv: {kind}\n" in message
    assert "There is 1 more fault of the data; " in message
    data = f'{ID}\nmissing = ["#N/A", "#DIV/0!", "#NV"]'
    declared = read(tmp_path, content.replace("14:05:00", ""), GRADE + SIZE + SEEN, data)
    assert declared.missing == {"grade": 1, "size": 1, "seen": 2}
