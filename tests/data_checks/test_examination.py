"""All faults of the data are found in one run, each once; what follows from another fault is left out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from lockstep.base.errors import DataError
from lockstep.data.findings import FaultyDataError
from lockstep.data_checks.examination import Examination, examine
from lockstep.data_checks.query_list import MOST_SHOWN, entries, harmless, list_csv, list_json
from lockstep.study.definition import read_study
from lockstep.variables.data_file import TRIED_FILE

STUDY = """
schema = 1
[data]
file = "c.csv"
id = "id"
[columns.arm]
type = "category"
levels = ["a", "b"]
[columns.age]
type = "number"
range = [0, 120]
[columns.begin]
type = "date"
[columns.relapse]
type = "date"
optional = true
[columns.last]
type = "date"
[checks.order]
must = "begin <= relapse"
reason = "a relapse comes later"
[eligibility.adult]
keep = "age >= 18"
reason = "under 18 years"
[derived.group]
levels = ["young", "old"]
when.young = "age < 40"
when.old = "age > 60"
[endpoints.rfs]
start = "begin"
end = ["relapse", "last"]
event = "relapse present"
"""

HEADER = "id,arm,age,begin,relapse,last"


def examined(folder: Path, *rows: str, header: str = HEADER, study: str = STUDY) -> Examination:
    """Examine a file of these rows."""
    (folder / "study.toml").write_text(study, encoding="utf-8")
    (folder / "c.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return examine(read_study(folder))


def errors(found: Examination) -> list[tuple[str, str | None, tuple[int, ...]]]:
    """Return kind, column and rows of the errors."""
    return [(item.kind, item.column, item.rows) for item in found.findings if item.severity == "error"]


def test_faults_of_cells_rules_definitions_and_endpoints_are_found_together(tmp_path: Path) -> None:
    """The error of a report names three and says how many more there are, and which verb lists them."""
    found = examined(
        tmp_path,
        "1,c,30,2010-01-01,,2011-01-01",
        "2,a,50,2010-01-01,,2011-01-01",
        "3,a,70,2010-01-01,2009-12-31,2011-01-01",
        "4,b,70,2010-01-01,,2009-01-01",
        "5,b,70,,,2009-01-01",
        "6,b,10,,,",
    )
    assert errors(found) == [
        ("an unknown level", "arm", (2,)),
        ("order", None, (4,)),
        ("no level", None, (3,)),
        ("no start", None, (6,)),
        ("an end before the start", None, (4, 5)),
    ]
    with pytest.raises(FaultyDataError) as error:
        _ = found.cohort
    assert str(error.value).endswith("\nThere are 2 more faults of the data; `lockstep data` lists them all.")


def test_what_follows_from_another_fault_is_not_found_again(tmp_path: Path) -> None:
    """A date that is none leaves no endpoint without an end, an age that is none excludes nobody from the search."""
    found = examined(
        tmp_path,
        "1,a,30,2010-01-01,,soon",
        "2,a,x,2010-01-01,,2009-01-01",
        "3,a,300,2010-01-01,,2012-01-01",
        "4,a,30,2010-01-01,,2012-01-01",
    )
    assert errors(found) == [
        ("text", "age", (3,)),
        ("a number out of range", "age", (4,)),
        ("text", "last", (2,)),
        ("an end before the start", None, (3,)),
    ]


def test_a_faulty_last_contact_is_one_error(tmp_path: Path) -> None:
    """The patient's relapse after it is no query besides; that of another patient is."""
    study = STUDY.replace('end = ["relapse", "last"]', 'end = "last"')
    found = examined(
        tmp_path, "1,a,30,2010-01-01,2010-05-01,2001-01-01", "2,a,70,2010-01-01,2010-05-01,2010-04-01", study=study
    )
    assert [(finding.kind, finding.rows) for finding in found.findings] == [
        ("an end before the start", (2,)),
        ("event_after_follow_up", (3,)),
    ]


def test_columns_that_are_not_there_hide_nothing_else(tmp_path: Path) -> None:
    """Each absent or doubled column is an error of its own; what needs none of them is looked for as ever."""
    found = examined(
        tmp_path,
        "1,c,30,30,2010-01-01,2009-01-01",
        "2,a,30,30,2010-01-01,2012-01-01",
        header="id,arm,age,age,begin,last",
    )
    assert errors(found) == [
        ("a column twice", "age", ()),
        ("no such column", "relapse", ()),
        ("an unknown level", "arm", (2,)),
    ]
    without_id = examined(tmp_path, "a,30,2010-01-01,,2012-01-01", header=HEADER.removeprefix("id,"))
    assert errors(without_id) == [("no such column", "id", ())]
    with pytest.raises(DataError, match=r"there is no column 'id'\. The first line has 2 cells, not shown"):
        examined(tmp_path, "1,2", header="x,y")


def test_nobody_to_analyse_is_one_of_the_faults(tmp_path: Path) -> None:
    """Faults of cells are found beside it."""
    found = examined(tmp_path, "1,c,10,2010-01-01,,2011-01-01", "2,a,11,2010-01-01,,2011-01-01")
    assert errors(found) == [("an unknown level", "arm", (2,)), ("nobody to analyse", None, ())]


def test_good_data_give_their_cohort(tmp_path: Path) -> None:
    """Without a fault there is no finding, and the cohort is that of the study."""
    found = examined(tmp_path, "1,a,30,2010-01-01,,2011-01-01", "2,b,70,2010-01-01,2010-02-01,2011-01-01")
    assert found.findings == ()
    assert found.cohort.endpoints["rfs"].time.tolist() == [365.0, 31.0]


def listed(found: Examination, *, values: bool) -> list[list[str]]:
    """Return the cells of the list."""
    return list(csv.reader(io.StringIO(list_csv(found, values=values), newline="")))


def test_the_page_has_values_of_the_first_rows_and_the_list_of_all(tmp_path: Path) -> None:
    """A page of a million rows opens in no browser: what is not on it is counted."""
    rows = [f"{row},a,999,2010-01-01,,2011-01-01" for row in range(MOST_SHOWN + 7)]
    found = examined(tmp_path, *rows)
    page = json.loads(list_json(found, values=True))
    out_of_range = [item for item in page["values"] if item["rule"] == "a number out of range"]
    assert [item["row"] for item in out_of_range] == list(range(2, MOST_SHOWN + 2))
    lines = [line for line in listed(found, values=True)[1:] if line[0]]
    assert page["values_left_out"] == len(lines) - len(page["values"]) > 0
    assert sum(line[3] == "a number out of range" for line in lines) == MOST_SHOWN + 7
    assert json.loads(list_json(found, values=False))["values_left_out"] == 0


@pytest.mark.parametrize("is_tried", [True, False])
def test_the_page_and_the_list_have_no_path_of_a_file_that_is_elsewhere(tmp_path: Path, is_tried: bool) -> None:
    """Both may be sent to another site, which need not know who keeps the data where; messages here have the path."""
    elsewhere = tmp_path / "anna" / "c.csv"
    elsewhere.parent.mkdir()
    study = STUDY
    if is_tried:
        (tmp_path / TRIED_FILE).write_text(str(elsewhere), encoding="utf-8")
    else:
        elsewhere.write_text(f"{HEADER}\n1,c,999,2010-01-01,2009-01-01,2011-01-01\n", encoding="utf-8")
        study = study.replace('"c.csv"', f"'{elsewhere}'")
    found = examined(tmp_path, "1,c,999,2010-01-01,2009-01-01,2011-01-01", study=study)
    assert all(finding.message.startswith(f"{elsewhere}: ") for finding in found.findings)
    shown = list_csv(found, values=True) + list_json(found, values=True)
    assert "anna" not in shown
    assert json.loads(list_json(found, values=True))["file"] == "c.csv"
    assert all(
        not item["message"].startswith("c.csv") for item in json.loads(list_json(found, values=True))["findings"]
    )


def test_the_list_has_a_line_for_each_row_and_no_value_unless_asked(tmp_path: Path) -> None:
    """Errors first, by rows; with values come the ids, and the cells of all columns concerned."""
    found = examined(
        tmp_path,
        "P1,a,30,2010-01-01,,2011-01-01",
        "P2,a,4711,2010-01-01,2010-06-07,2010-05-01",
        "P3,a,70,2010-01-01,2009-12-31,2011-01-01",
    )
    head, *lines = listed(found, values=False)
    assert head == ["row", "column", "kind", "rule", "message"]
    assert [line[:4] for line in lines] == [
        ["3", "age", "error", "a number out of range"],
        ["4", "", "error", "order"],
        ["4", "", "error", "an end before the start"],
        ["3", "relapse", "query", "event_after_follow_up"],
    ]
    assert lines[0][4] == "column 'age' has a number out of range in row 3; expected 0 to 120."
    text = list_csv(found, values=False)
    assert not any(value in text for value in ("P1", "P2", "4711", "2010-06-07", "2009-12-31"))
    head, *lines = listed(found, values=True)
    assert head[5:] == ["id", "values"]
    assert [line[5:] for line in lines] == [
        ["P2", "age: 4711"],
        ["P3", "begin: 2010-01-01; relapse: 2009-12-31"],
        ["P3", "begin: 2010-01-01; relapse: 2009-12-31; last: 2011-01-01"],
        ["P2", "relapse: 2010-06-07; last: 2010-05-01"],
    ]
    assert [entry.row for entry in entries(found, values=True)] == [3, 4, 4, 3]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+49 30 1", "'+49 30 1"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("-5+cmd|' /C calc'!A0", "'-5+cmd|' /C calc'!A0"),
        (" =1", " '=1"),
        ("\t=1", "\t'=1"),
        ("a;=1", "a;'=1"),
        ('x";=1', "x\";'=1"),
        ("a\n=1", "a\n'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a = b", "a = b"),
        ("age: -5", "age: -5"),
    ],
)
def test_no_cell_of_the_list_is_a_formula(cell: str, safe: str) -> None:
    """An apostrophe goes before what a spreadsheet would compute, also where it separates cells by another sign."""
    assert harmless(cell) == safe


def test_a_value_that_is_a_formula_is_listed_as_text(tmp_path: Path) -> None:
    """What the data hold comes out as one cell, whatever is in it."""
    row = ['=HYPERLINK("http://x";"y")', "a", '=1;"=2"', "2010-01-01", "", "2011-01-01"]
    line = io.StringIO()
    csv.writer(line).writerow(row)
    found = examined(tmp_path, line.getvalue().strip(), "2,b,70,2010-01-01,,2011-01-01")
    assert [cells[5:] for cells in listed(found, values=True)[1:]] == [
        ['\'=HYPERLINK("http://x";"y")', 'age: =1;"\'=2"']
    ]


def test_the_list_shows_no_cell_though_the_message_does(tmp_path: Path) -> None:
    """A misspelt level is named to whoever keeps the study, and not sent on."""
    found = examined(tmp_path, "P1,A,30,2010-01-01,,2011-01-01", "P2,b,70,2010-01-01,,2011-01-01")
    assert "has 'A' in row 2" in found.findings[0].message
    assert listed(found, values=False)[1][4] == "column 'arm' has an unknown level in row 2; expected 'a' or 'b'."


def test_control_characters_of_a_value_are_escaped(tmp_path: Path) -> None:
    """What a terminal or a page would obey comes out as text."""
    found = examined(tmp_path, "P\x1b[2J,a\x07\u202e,30,2010-01-01,,2011-01-01")
    assert listed(found, values=True)[1][5:] == ["P\\x1b[2J", "arm: a\\x07\\u202e"]


VISITS = """
schema = 1
[data]
file = "c.csv"
id = "id"
rows = "visits"
[columns.begin]
type = "date"
[columns.size]
type = "number"
range = [0, 100]
take = "max"
[columns.score]
type = "number"
from = "labs"
range = [0, 10]
[data.join.labs]
file = "labs.csv"
id = "id"
"""


def test_values_are_those_of_the_row_that_a_finding_names(tmp_path: Path) -> None:
    """Where a patient has several rows too, and in a joined file, whose rows are others."""
    (tmp_path / "labs.csv").write_text("id,score\nP2,99\nP1,5\n", encoding="utf-8")
    rows = ("P1,2010-01-01,5", "P1,2010-01-01,7", "P2,2010-02-02,8", "P2,2010-02-02,4711")
    found = examined(tmp_path, *rows, header="id,begin,size", study=VISITS)
    lines = [line[:3] + line[6:] for line in listed(found, values=True)[1:] if line[3] == "error"]
    assert lines == [["labs.csv", "2", "score", "P2", "score: 99"], ["c.csv", "5", "size", "P2", "size: 4711"]]
