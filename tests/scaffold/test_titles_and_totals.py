"""What stands above and below the rows of patients: titles, merged group names, lines of totals."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import python_calamine

from lockstep.base.errors import DataError
from lockstep.cli.command import run_verb
from lockstep.scaffold.folder import new_study
from lockstep.scaffold.wishes import Wishes
from lockstep.study.definition import read_study

HEADER = ["ID", "Age", "Sex", "Stage"]
PATIENTS = [[f"P{row:02}", str(30 + row * 7 % 37), "mf"[row % 2], ["I", "II", "III"][row % 3]] for row in range(30)]


def text_file(folder: Path, *lines: list[str]) -> Path:
    """Write a CSV file."""
    path = folder / "cohort.csv"
    path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    return path


def workbook(folder: Path, *lines: list[str], merged: str = "", sheets: tuple[str, ...] = ("Patients",)) -> Path:
    """Write a workbook with these rows in each sheet."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name in sheets:
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append([cell or None for cell in line])
        if merged:
            sheet.merge_cells(merged)
    path = folder / "cohort.xlsx"
    made.save(path)
    return path


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ([], 1),
        ([["Registry of the clinic"]], 2),
        ([["Registry of the clinic", "", "", ""], ["", "", "", ""], ["as of 2020-01-01", "", "", ""]], 4),
        ([["", "Demographics", "", "Tumor"]], 1),
    ],
)
def test_the_row_of_the_header_is_recognised(above: list[list[str]], row: int, tmp_path: Path) -> None:
    """Below titles; where the first row may be the header, it is."""
    if row == 1 and above:
        above = [HEADER]
        lines = [*above, *PATIENTS]
    else:
        lines = [*above, HEADER, *PATIENTS]
    blank = [line if line != ["Registry of the clinic"] else [*line, "", "", ""] for line in lines]
    made = new_study(tmp_path / "study", text_file(tmp_path, *blank), Wishes())
    study = read_study(made.folder)
    assert made.faults == ""
    assert (study.data.header_row, list(study.columns)) == (row, ["Age", "Sex", "Stage"])


def test_a_very_long_cell_is_no_fault(tmp_path: Path) -> None:
    """Where rows may not be lines, or a line is very long, the first row is the header."""
    lines = [[*line, "x" * 200_000 if line is PATIENTS[3] else "y"] for line in PATIENTS]
    made = new_study(tmp_path / "study", text_file(tmp_path, [*HEADER, "text"], *lines), Wishes())
    assert read_study(made.folder).data.header_row == 1


def test_merged_titles_of_a_workbook_are_no_error(tmp_path: Path) -> None:
    """They are above the header, and study.toml says in which row that is, with the reason."""
    lines = [["Cohort", "", "", ""], ["", "Person", "", "Tumor"], HEADER, *PATIENTS]
    made = new_study(tmp_path / "study", workbook(tmp_path, *lines, merged="A1:D1"), Wishes())
    text = (made.folder / "study.toml").read_text(encoding="utf-8")
    assert made.faults == ""
    assert "header_row = 3  # guess: the first row that has a name for most columns" in text
    assert read_study(made.folder).id_column == "ID"


def test_header_row_and_sheet_can_be_said(tmp_path: Path) -> None:
    """Both are written to study.toml; several sheets without a word are refused with the option to add."""
    path = workbook(tmp_path, ["a", "b", "c", "d"], HEADER, *PATIENTS, sheets=("Patients", "Old patients"))
    with pytest.raises(DataError, match=r"has the sheets 'Patients' and 'Old patients'.*\n.*--sheet NAME"):
        new_study(tmp_path / "study", path, Wishes())
    said = ["--header-row", "2", "--sheet", "Old patients"]
    assert run_verb(["new", str(tmp_path / "study"), "--data", str(path), *said]) == 0
    study = read_study(tmp_path / "study")
    assert (study.data.header_row, study.data.sheet, study.id_column) == (2, "Old patients", "ID")
    assert "guess: the first row" not in (tmp_path / "study" / "study.toml").read_text(encoding="utf-8")


def test_a_line_of_totals_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its row, and that it is to be removed; as an error of the data it stops the report."""
    path = text_file(tmp_path, HEADER, *PATIENTS, ["Mean", "48.5", "", ""])
    assert run_verb(["new", str(tmp_path / "study"), "--data", str(path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "a patient in row 32, by its name a line of totals: remove it from the data file" in said
    assert "an id that is called as a line of totals is in row 32" in said
    assert "Mean" not in said


def test_a_workbook_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the row of its header, its columns and the words of the text: large ones take seconds each time."""
    opened, load = [], python_calamine.load_workbook
    monkeypatch.setattr(python_calamine, "load_workbook", lambda content: opened.append(1) or load(content))
    new_study(tmp_path / "study", workbook(tmp_path, ["Our patients"], HEADER, *PATIENTS), Wishes())
    assert opened == [1]
