"""Table 1 as a journal wants it: groups compared, summaries chosen a row, missing values where they are wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
from table_cells import cells

from lockstep.analyses.pipeline import compute
from lockstep.notes.few_patients import few_patients_notes
from lockstep.notes.single_patients import single_patients_notes
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.tables.tables import render_table
from lockstep.text.style import NBSP, Style

STYLE = Style()

# Two arms and a patient without one; three sites, of which one has a single patient; a level that nobody has.
ROWS = [
    ("a", "x", "yes", "T1", "50", "1.0"), ("a", "x", "no", "T2", "61", "0.8"), ("a", "y", "no", "T2", "55", "1.2"),
    ("a", "y", "no", "T1", "47", ""), ("a", "x", "yes", "T1", "52", "2.5"), ("a", "y", "", "T2", "71", "1.1"),
    ("b", "x", "no", "T1", "66", "3.0"), ("b", "y", "yes", "T2", "63", "4.75"), ("b", "x", "yes", "T2", "59", "3.5"),
    ("b", "z", "yes", "T2", "68", "2.0"), ("b", "y", "yes", "T1", "72", "9.5"), ("", "y", "no", "T1", "60", "1.5"),
]  # fmt: skip
STUDY = """
schema = 1
[data]
file = "cohort.csv"
id = "id"
[columns.arm]
type = "category"
label = "Arm"
levels = { a = "Control", b = "Treated" }
[columns.site]
type = "category"
levels = { x = "North", y = "South", z = "$x_1$ <b>& *West*" }
[columns.diabetes]
type = "category"
levels = { no = "No", yes = "Yes" }
[columns.stage]
type = "category"
levels = ["T1", "T2", "T3"]
[columns.age]
type = "number"
unit = "years"
[columns.marker]
type = "number"
"""


def study_of(folder: Path, table: str) -> tuple[Study, Results]:
    """Return the study with a table of these keys, and its results."""
    lines = ["id,arm,site,diabetes,stage,age,marker", *(f"{n},{','.join(row)}" for n, row in enumerate(ROWS, start=1))]
    (folder / "cohort.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = f'{STUDY}\n[tables.one]\nkind = "characteristics"\n{table}\n'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    study = read_study(folder)
    return study, compute(study)


def shown(folder: Path, table: str, style: Style = STYLE) -> tuple[list[list[str]], str]:
    """Return the cells of a table of these keys, and its note."""
    study, results = study_of(folder, table)
    source = render_table("one", study, results, style).markdown
    return cells(source), source.split(":::")[1].replace(NBSP, " ")


def test_each_row_has_the_p_value_of_its_test_and_a_difference(tmp_path: Path) -> None:
    """They stand in the variable's own row; a mark on each P value leads to the name of its test."""
    table = """
by = "arm"
p_values = true
smd = true
rows = [
  { variable = "age", summary = "mean_sd" },
  { variable = "marker", summary = "median_iqr" },
  { variable = "stage", summary = "n_percent" },
  { variable = "site", summary = "n", test = "none" },
]"""
    found, note = shown(tmp_path, table)
    assert found[1][-2:] == ["P", "SMD"]
    rows = {row[0].strip("\N{EM SPACE}"): row[1:] for row in found[3:]}
    assert rows["Age, years†"] == ["60.3 (8.2)", "56.0 (8.8)", "65.6 (4.9)", "0.051‡", "1.35"]
    assert rows["Marker§"][-2:] == ["0.016¶", "1.51"]
    assert rows["Stage"][-2:] == ["> 0.999††", "0.20"]
    assert rows["T1"] == ["6", "50.0%", "3", "50.0%", "2", "40.0%", "", ""]
    assert rows["Site, n"][-2:] == ["", "0.71"]
    assert rows["North"] == ["5", "3", "2", "", ""]
    notes = [
        "† Mean (standard deviation).",
        "‡ Welch's t test.",
        "§ Median (interquartile range).",
        "¶ Mann-Whitney U test.",
        "†† Fisher's exact test.",
    ]
    assert "\n".join(notes) in note.replace("\\", "")
    assert "SMD, standardized mean difference." in note


def test_one_test_for_all_rows_is_named_without_a_mark(tmp_path: Path) -> None:
    """Where there is nothing to distinguish, no mark does."""
    rows = '[{ variable = "age", summary = "mean_sd" }, { variable = "marker", summary = "mean_sd" }]'
    found, note = shown(tmp_path, f'by = "arm"\np_values = true\noverall = false\nrows = {rows}')
    assert [row[-1] for row in found[1:]] == ["P", "", "0.051", "0.069", ""]
    assert r"*P* values: Welch\'s t test." in note or "*P* values: Welch's t test." in note


def test_a_category_that_is_no_exposure_makes_the_columns(tmp_path: Path) -> None:
    """A study without an exposure has its table by site; a group of one patient leaves no test and no difference."""
    rows = '[{ variable = "age", summary = "mean_sd" }, { variable = "diabetes", summary = "n_percent" }]'
    found, note = shown(tmp_path, f'by = "site"\np_values = true\nsmd = true\nrows = {rows}')
    assert found[1][2:5] == ["North(n = 5)", "South(n = 6)", "$x_1$ <b>& *West*(n = 1)"]
    assert found[3][-2:] == ["not estimable", "not estimable"]
    assert "*P* values: Fisher's exact test." in note.replace("\\", "")
    assert "the largest of all pairs of groups" in note


def test_the_column_of_all_patients_can_be_left_out(tmp_path: Path) -> None:
    """Every row has a cell less, and the group's heading spans what is left."""
    keys = 'by = "arm"\nrows = [{ variable = "stage", summary = "n_percent" }]'
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    whole, _ = shown(tmp_path / "with", keys)
    part, _ = shown(tmp_path / "without", f"overall = false\n{keys}")
    assert [row[3:] for row in whole[3:] if len(row) > 3] == [row[1:] for row in part[3:] if len(row) > 3]
    assert whole[0] == ["", "", "Arm"]
    assert part[0] == ["", "Arm"]


def test_several_summaries_of_a_number_have_a_row_each(tmp_path: Path) -> None:
    """They are indented under the variable, say what they are, and need no mark; a row has one number of decimals."""
    rows = '[{ variable = "marker", summary = ["mean_sd", "median_iqr"] }]'
    found, note = shown(tmp_path, f'by = "arm"\np_values = true\nrows = {rows}', Style(counts_with_percent=True))
    assert [(row[0].strip("\N{EM SPACE}"), row[1:]) for row in found[2:]] == [
        ("Marker", ["", "", "", "0.069"]),
        ("Mean (standard deviation)", ["2.80 (2.54)", "1.32 (0.68)", "4.55 (2.94)", ""]),
        ("Median (interquartile range)", ["2.00 (1.15–3.25)", "1.10 (1.00–1.20)", "3.50 (3.00–4.75)", ""]),
        ("Missing", ["1 (8.3%)", "1 (16.7%)", "0 (0.0%)", ""]),
    ]
    assert "†" not in note


def test_one_level_has_the_line_of_its_variable(tmp_path: Path) -> None:
    """A "Yes" needs no word beside the variable; another level is named."""
    rows = """[
  { variable = "diabetes", summary = "n_percent", level = "yes", decimals = 0 },
  { variable = "arm", summary = "n", level = "b" },
]"""
    found, _ = shown(tmp_path, f"missing = 'none'\nrows = {rows}", Style(counts_with_percent=True))
    assert found[1:] == [["Diabetes", "6 (55%)"], ["Arm: Treated, n", "5"]]


@pytest.mark.parametrize(
    ("missing", "labels", "said"),
    [
        ("rows", ["Diabetes", "No", "Yes", "Missing"], "; missing values as a percentage of all."),
        ("note", ["Diabetes", "No", "Yes"], "Patients without a value: Diabetes (1)."),
        ("none", ["Diabetes", "No", "Yes"], "numbers and percentages of patients with a known value."),
    ],
)
def test_missing_values_are_counted_where_they_are_wanted(
    tmp_path: Path, missing: str, labels: list[str], said: str
) -> None:
    """In rows, in the note, or nowhere; percentages say in each case that they are of known values."""
    found, note = shown(tmp_path, f"missing = '{missing}'\nrows = [{{ variable = 'diabetes', summary = 'n_percent' }}]")
    assert [row[0].strip("\N{EM SPACE}") for row in found if len(row[0]) > 1][-len(labels) :] == labels
    assert said in note.replace("\\", "")
    assert "with a known value" in note


def test_a_row_prints_in_its_decimals_and_knows_them(tmp_path: Path) -> None:
    """What leaves with a document is read back from the text that prints it, so the text says in which decimals."""
    study, results = study_of(tmp_path, 'rows = [{ variable = "marker", summary = "median_range", decimals = 1 }]')
    (text,) = [text for text in render_table("one", study, results, STYLE).printed if "marker.median" in text.ids]
    assert (text, text.decimals) == ("2.0 (0.8–9.5)", 1)


def test_percentages_of_few_patients_are_noted(tmp_path: Path) -> None:
    """The note names table and groups and what to do; counts alone raise none."""
    (tmp_path / "percent").mkdir()
    (tmp_path / "counts").mkdir()
    study, results = study_of(
        tmp_path / "percent", 'by = "arm"\nrows = [{ variable = "stage", summary = "n_percent" }]'
    )
    (line,) = few_patients_notes(study, results)
    assert "[tables.one] has percentages of fewer than 20 patients" in line
    assert "Arm: Control (6), Arm: Treated (5)" in line
    study, results = study_of(tmp_path / "counts", 'by = "arm"\nrows = [{ variable = "stage", summary = "n" }]')
    assert list(few_patients_notes(study, results)) == []


def test_what_describes_single_patients_is_noted(tmp_path: Path) -> None:
    """A group of one, and a table that differs from another by one, say what that patient has."""
    rows = 'rows = [{ variable = "marker", summary = "median_range" }]'
    for name in ("few", "difference", "ungrouped", "none"):
        (tmp_path / name).mkdir()
    study, results = study_of(tmp_path / "few", f'by = "site"\n{rows}')
    (line,) = single_patients_notes(study, results)
    assert line.startswith(
        "study.toml: [tables.one] describes fewer than 5 patients: Site: $x_1$ <b>& *West* (1). What"
    )
    population = '[populations.most]\nkeep = "age < 72"\n[tables.two]\nkind = "characteristics"\npopulation = "most"\n'
    study, results = study_of(tmp_path / "difference", f"{rows}\n{population}{rows}")
    (line,) = single_patients_notes(study, results)
    assert line.startswith("study.toml: [tables.two] leaves out 1 of the patients whom another table describes")
    study, results = study_of(tmp_path / "ungrouped", f'by = "arm"\n{rows}')
    (line,) = single_patients_notes(study, results)
    assert "all patients less those of the groups (1 without Arm)" in line
    study, results = study_of(tmp_path / "none", f'by = "arm"\noverall = false\n{rows}')
    assert list(single_patients_notes(study, results)) == []
