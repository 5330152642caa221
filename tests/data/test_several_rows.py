"""A patient with several rows: each column has the value in the row that its rule chooses, or an error says which."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import DataError, StudyError
from lockstep.data import fingerprint as digests
from lockstep.data.reading import Data, examine_data, read_data
from lockstep.data_checks.examination import examine
from lockstep.data_checks.query_list import list_csv
from lockstep.study.definition import read_study
from lockstep.syntax.conditions import OF_ROWS

VISITS = """\
id,visit,day,sex,weight,grade,pain,died
b,baseline,2010-01-01,f,61,1,no,
a,week 4,2010-02-01,,70,3,no,
a,baseline,2010-01-04,m,72.5,1,,
a,week 8,2010-03-01,m,,2,yes,2010-04-01
b,week 4,2010-01-29,f,60,,no,
c,baseline,2010-01-05,m,,,,
"""

STUDY = """
schema = 1
[data]
file = "visits.csv"
id = "id"
rows = "visits"
order = "day"
[columns.visit]
type = "category"
levels = ["baseline", "week 4", "week 8"]
take = "none"
[columns.day]
type = "date"
take = "none"
[columns.sex]
type = "category"
levels = ["f", "m"]
[columns.weight_first]
type = "number"
header = "weight"
take = "first"
[columns.weight_last]
type = "number"
header = "weight"
take = "last"
[columns.weight_least]
type = "number"
header = "weight"
take = "min"
[columns.weight_week_4]
type = "number"
header = "weight"
where = "visit == 'week 4'"
[columns.grade]
type = "category"
levels = ["1", "2", "3"]
take = "max"
[columns.pain]
type = "category"
levels = ["no", "yes"]
take = "any"
[columns.died]
type = "date"
optional = true
"""


def examined(folder: Path, visits: str = VISITS, study: str = STUDY) -> Data:
    """Read visits as a study says, with all that is wrong in them."""
    (folder / "study.toml").write_text(study, encoding="utf-8")
    (folder / "visits.csv").write_text(visits, encoding="utf-8")
    return examine_data(read_study(folder))


def values(data: Data, name: str) -> list[object]:
    """Return a column with None for what is missing."""
    return [None if value != value else value for value in data.frame[name].astype(object)]


def test_each_rule_chooses_its_row(tmp_path: Path) -> None:
    """Patients stand in the order of their first rows; blanks are passed over, and a patient may have none."""
    data = examined(tmp_path)
    assert not data.findings
    assert data.n_patients == 3
    assert list(data.rows) == [2, 3, 7]
    found = {name: values(data, name) for name in data.frame.columns if name != "died"}
    assert found == {
        "sex": ["f", "m", "m"],
        "weight_first": [61, 72.5, None],
        "weight_last": [60, 70, None],
        "weight_least": [60, 70, None],
        "weight_week_4": [60, 70, None],
        "grade": ["1", "3", None],
        "pain": ["no", "yes", None],
    }
    days = data.frame["died"].to_numpy(dtype="datetime64[D]")
    assert np.isnat(days).tolist() == [True, False, True]
    assert str(days[1]) == "2010-04-01"
    assert data.missing["weight_first"] == 1


def test_the_order_of_the_rows_in_the_file_is_no_matter(tmp_path: Path) -> None:
    """Where a column orders them, rows may stand anywhere."""
    header, *rows = VISITS.splitlines()
    frame = examined(tmp_path).frame
    turned = examined(tmp_path, "\n".join([header, *reversed(rows)])).frame
    assert frame.equals(turned.iloc[[1, 2, 0]].reset_index(drop=True))


def test_without_an_order_the_rows_are_in_that_of_the_file(tmp_path: Path) -> None:
    """The first weight of the second patient is that of week 4, which stands first."""
    data = examined(tmp_path, study=STUDY.replace('order = "day"\n', ""))
    assert values(data, "weight_first") == [61, 70, None]
    assert values(data, "weight_last") == [60, 72.5, None]


def test_values_that_differ_without_a_rule_are_an_error_with_its_rows(tmp_path: Path) -> None:
    """A sex that changes is named with the rows of the first such patient, and no value."""
    data = examined(tmp_path, VISITS.replace("a,week 8,2010-03-01,m", "a,week 8,2010-03-01,f"))
    [finding] = data.findings
    assert (finding.severity, finding.column, finding.rows) == ("error", "sex", (4, 5))
    assert finding.message == (
        "visits.csv: column 'sex' differs in rows 4 and 5, which are rows of one patient; expected the same value in "
        "all rows of a patient.\nMend the file, or say by `take` or `where` under [columns.sex] in study.toml which "
        "row counts."
    )
    with pytest.raises(DataError, match="column 'sex' differs in rows 4 and 5"):
        read_data(read_study(tmp_path))


def test_a_condition_that_leaves_several_values_is_an_error(tmp_path: Path) -> None:
    """Two visits in week 4 with two weights: the condition does not choose one."""
    data = examined(tmp_path, VISITS + "b,week 4,2010-01-30,f,59,,no,\n")
    [finding] = data.findings
    assert finding.rows == (6, 8)
    assert finding.message.endswith("say by `take` under [columns.weight_week_4] in study.toml which row counts.")
    both = STUDY.replace("""where = "visit == 'week 4'\"""", """where = "visit == 'week 4'"\ntake = "last\"""")
    assert values(examined(tmp_path, VISITS + "b,week 4,2010-01-30,f,59,,no,\n", both), "weight_week_4") == [
        59,
        70,
        None,
    ]


def test_values_without_a_place_or_with_that_of_another_are_queries(tmp_path: Path) -> None:
    """A weight of an unknown day is passed over; of two on one day the file's order decides."""
    data = examined(
        tmp_path, VISITS + "c,week 4,,m,80,,,\nb,week 4,2010-01-29,f,59,,,\n".replace("week 4,2010", "week 8,2010")
    )
    assert values(data, "weight_first") == [61, 72.5, None]
    assert values(data, "weight_last") == [59, 70, None]
    found = [(item.kind, item.severity, item.column, item.rows) for item in data.findings]
    assert found == [
        ("a row without its place", "query", "weight", (8,)),
        ("two values at one place", "query", "weight", (6,)),
    ]


def test_a_row_of_a_patient_that_is_there_twice_is_a_query(tmp_path: Path) -> None:
    """The same day and the same values; the row of another patient is no repetition."""
    twice = "b,week 4,2010-01-29,f,60,,no,\n"
    data = examined(tmp_path, VISITS + twice + twice.replace("b,", "c,").replace(",f,", ",m,"))
    assert [(item.kind, item.severity, item.rows) for item in data.findings] == [
        ("a repeated row of a patient", "query", (6, 8))
    ]
    assert data.findings[0].message.startswith(
        "visits.csv: rows of one patient with the same 'day' and the same values in all declared columns in rows 6 and "
        "8; expected each once."
    )


def test_without_rows_a_repeated_id_is_an_error_that_says_how_to_declare_them(tmp_path: Path) -> None:
    """It names the key; an export of REDCap has events."""
    single = 'schema = 1\n[data]\nfile = "visits.csv"\nid = "id"\n[columns.weight]\ntype = "number"\n'
    message = examined(tmp_path, study=single).findings[0].message
    assert message == (
        "visits.csv: column 'id' has the same id in rows 2 and 6 (1 other id repeats); expected one row for each "
        'patient.\nMend the file; or where patients have several rows, write rows = "visits" under [data] in '
        "study.toml, and under its columns which of them counts (`take`, `where`)."
    )
    events = VISITS.replace("visit,", "redcap_event_name,")
    assert 'write rows = "events" under [data]' in examined(tmp_path, events, single).findings[0].message


def test_a_faulty_cell_in_any_row_is_found(tmp_path: Path) -> None:
    """Also in a row that no rule chooses."""
    data = examined(tmp_path, VISITS.replace("f,60,,no", "f,heavy,,no"))
    assert {(item.column, item.rows) for item in data.findings} == {("weight", (6,))}


def test_rows_and_patients_are_counted_in_the_flow(tmp_path: Path) -> None:
    """Six visits of three patients; the records say what was counted."""
    examined(tmp_path, study=STUDY)
    results = compute(read_study(tmp_path))
    assert (results["flow.rows"].value, results["flow.rows"].label) == (6, "Rows read: visits")
    assert (results["flow.reviewed"].value, results["flow.reviewed"].method) == (3, "patients of the data file")
    assert results["pain.yes.count"].value == 1
    assert results.source.data_rows == 6


def test_the_list_for_the_site_has_the_cells_of_the_rows_that_it_names(tmp_path: Path) -> None:
    """A row of the file, not the patient at that place: row 5 is the second patient's third."""
    examined(tmp_path, VISITS.replace("a,week 8,2010-03-01,m,,2", "a,week 8,2010-03-01,m,,9"))
    lines = list(csv.reader(io.StringIO(list_csv(examine(read_study(tmp_path)), values=True).lstrip("\ufeff"))))
    assert lines[0] == ["row", "column", "kind", "rule", "message", "id", "values"]
    [grade] = [line for line in lines if line[2] == "error"]
    assert (grade[:2], grade[-2:]) == (["5", "grade"], ["a", "grade: 9"])


def test_a_further_visit_changes_only_the_columns_that_it_fills(tmp_path: Path) -> None:
    """A fingerprint compares all rows of a patient: the same sex once more is no change, another weight is one."""
    key = bytes(range(32))
    examined(tmp_path)
    before, _ = digests.fingerprint(read_study(tmp_path), key)
    examined(tmp_path, VISITS + "b,week 8,2010-02-28,f,59,,,\n")
    after, _ = digests.fingerprint(read_study(tmp_path), key)
    changes = digests.compare(before, after)
    assert (changes.added, changes.removed, changes.changed) == (0, 0, 1)
    assert dict(changes.cells) == {"visit": 1, "day": 1, "weight": 1}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('rows = "visits"\norder = "day"\n', "",
         '[columns.visit.take] chooses among a patient\'s rows, of which visits.csv has one; write `rows` under [data] '
         '(rows = "visits"), where a patient has several'),
        ('rows = "visits"\n', "", '[data.order] belongs to `rows`, which says what a row is: rows = "visits"'),
        ('order = "day"', 'order = "days"',
         "[data.order] names 'days', which is no date or number of visits.csv that is declared; expected one of 'day', "
         "'weight_first', 'weight_last', 'weight_least', 'weight_week_4' or 'died'; did you mean 'day'?"),
        ('take = "max"', 'take = "any"',
         "[columns.grade.take] is 'any'; expected a category of two levels, of which a patient has the second where "
         "any of the rows has it; there is 'max' for others"),
        ('take = "max"', 'take = "mean"',
         "[columns.grade.take] is 'mean'; expected 'same', 'first', 'last', 'min', 'max', 'any' or 'none'"),
        ("visit == 'week 4'", "visit == 'week 9'",
         "[columns.weight_week_4.where] \"visit == 'week 9'\": 'visit' has no level 'week 9'; it has 'baseline', "
         "'week 4' and 'week 8'; did you mean 'week 8' or 'week 4'?"),
        ('type = "date"\ntake = "none"', "type = \"date\"\ntake = \"none\"\nwhere = \"sex == 'f'\"",
         "[columns.day.where] chooses a value of the patient, and with take = 'none' there is none"),
        ('id = "id"', 'id = "row"',
         "[data.id] counts rows; expected the column that says which rows are of one patient"),
    ],
)  # fmt: skip
def test_a_faulty_rule_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    """With its key, and what is allowed."""
    assert old in STUDY
    with pytest.raises(StudyError) as error:
        examined(tmp_path, study=STUDY.replace(old, new, 1))
    assert str(error.value) == f"study.toml: {message}"


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("[eligibility.x]\nkeep = \"visit == 'baseline'\"\nreason = 'r'\n",
         "[eligibility.x.keep] \"visit == 'baseline'\": 'visit' " + OF_ROWS),
        ("[analysis]\nexposure = 'visit'\n",
         f"[analysis.exposure] names 'visit', which {OF_ROWS}; "
         "choose another variable, or say in its section which of the rows counts (`take`)"),
        ("[derived.x]\nlevels = ['a', 'b']\ncut = 'day'\nat = [1]\n",
         f"[derived.x.cut] names 'day', which {OF_ROWS}; "
         "choose another variable, or say in its section which of the rows counts (`take`)"),
    ],
)  # fmt: skip
def test_a_column_of_rows_is_no_variable(tmp_path: Path, section: str, message: str) -> None:
    """Neither conditions on patients nor analyses can name it; the error says why, and what to do."""
    with pytest.raises(StudyError) as error:
        examined(tmp_path, study=STUDY + section)
    assert str(error.value) == f"study.toml: {message}"
