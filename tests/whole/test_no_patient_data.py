"""No message shows a cell of a patient, however a data file is broken."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

from lockstep.__main__ import main as manuscript
from lockstep.cli.command import run_verb as analyse

pytestmark = pytest.mark.slow  # a run for each fault of a file

STUDY = """schema = 1
[data]
file = "cohort.csv"
id = "patient_id"
[time]
unit = "days"
[columns.sex]
type = "category"
levels = ["f", "m"]
[columns.arm]
type = "category"
levels = ["one", "two"]
[columns.age]
type = "number"
range = [0, 120]
[columns.born]
type = "date"
[columns.seen]
type = "date"
[columns.dead]
type = "category"
levels = ["0", "1"]
[endpoints.survival]
label = "Survival"
start = "born"
end = ["seen"]
event = "dead == '1'"
event_label = "death"
[analysis]
exposure = "arm"
[tables.characteristics]
template = "characteristics.html.j2"
rows = [{ variable = "age", summary = "mean_sd" }]
"""
REPORT = '---\ntitle: "A"\n---\n\nThere were `{python} r.n("flow.analysed")`.\n'
HEADER = ["patient_id", "sex", "arm", "age", "born", "seen", "dead", "family_name"]
LEVELS = {"f", "m", "one", "two", "0", "1"}

Table = list[list[str]]


def table() -> Table:
    """Return a data file of 24 patients in which every cell but a level is a value of that patient alone."""
    return [HEADER] + [
        [
            f"ZQID{row:04}",
            "fm"[row % 2],
            ("one", "two")[row // 2 % 2],
            f"{41 + row}.{7013 + row}",
            f"{1907 + row}-03-{row + 1:02}",
            f"{1951 + row}-11-{row + 1:02}",
            str(row % 3 and 1),
            f"Quirrberg-{chr(65 + row)}",
        ]
        for row in range(24)
    ]


def text_of(cells: Table, separator: str = ",") -> str:
    """Return the text of a file."""
    return "".join(separator.join(row) + "\n" for row in cells)


def column(cells: Table, name: str, values: Callable[[list[str]], str], rows: slice = slice(1, None)) -> str:
    """Return the file with other cells in a column, each made from its patient's row."""
    place = HEADER.index(name)
    for row in cells[rows]:
        row[place] = values(row)
    return text_of(cells)


def renamed(cells: Table, names: list[str]) -> str:
    """Return the file with another first line."""
    return text_of([names, *cells[1:]])


BROKEN: dict[str, Callable[[Table], str | bytes]] = {
    "no header": lambda t: text_of(t[1:]),
    "no header, one name by chance": lambda t: text_of([["sex", *t[1][1:]], *t[2:]]),
    "header and first row in one line": lambda t: text_of([HEADER + t[1], *t[2:]]),
    "one row as header, half the names": lambda t: renamed(t, HEADER[:3] + t[1][3:]),
    "header twice": lambda t: text_of([HEADER, *t]),
    "a line before the header": lambda t: text_of([["Quirrberg-A ZQID0001"], *t]),
    "a blank line before the header": lambda t: "\n" + text_of(t),
    "shifted by one": lambda t: renamed(t, HEADER[1:] + HEADER[:1]),
    "other separator": lambda t: text_of(t, "|"),
    "sep=": lambda t: "sep=,\n" + text_of(t),
    "ragged": lambda t: text_of([*t[:3], t[3] + t[4], *t[5:]]),
    "cut off": lambda t: text_of(t)[:-20],
    "quote in the header": lambda t: '"' + text_of(t),
    "quotes around header and a row": lambda t: '"' + text_of(t[:2]).strip().replace('"', "") + '"\n' + text_of(t[2:]),
    "quote in a cell": lambda t: text_of(t).replace("Quirrberg-D", '"Quirrberg-D'),
    "latin-1": lambda t: text_of(t).replace("Quirrberg-D", "Qüirrberg-D").encode("latin-1"),
    "utf-16 without mark": lambda t: text_of(t).encode("utf-16-le"),
    "NUL": lambda t: text_of(t).replace("Quirrberg-D", "Quirrberg\0D"),
    "spreadsheet": lambda t: b"PK\x03\x04" + text_of(t).encode(),
    "empty": lambda _: "",
    "header alone": lambda t: text_of(t[:1]),
    "ids blank": lambda t: column(t, "patient_id", lambda _: "", slice(3, 5)),
    "ids twice": lambda t: text_of([*t, *t[4:9]]),
    "end before start": lambda t: column(t, "seen", lambda _: "1906-02-11", slice(5, 9)),
    "no end": lambda t: column(t, "seen", lambda _: "", slice(5, 9)),
    "no event": lambda t: column(t, "dead", lambda _: "", slice(5, 9)),
    "out of range": lambda t: column(t, "age", lambda row: row[3].replace(".", ""), slice(5, 9)),
    **{f"{name} missing": lambda t, name=name: renamed(t, [x if x != name else "" for x in HEADER]) for name in HEADER},
    **{
        f"{name} misspelt": lambda t, name=name: renamed(t, [f"{x}e" if x == name else x for x in HEADER])
        for name in HEADER
    },
    **{f"{name} twice": lambda t, name=name: renamed(t, [*HEADER[:-1], name]) for name in HEADER[:-1]},
    **{
        f"{name} holds {other}": lambda t, name=name, other=other: column(t, name, lambda row: row[HEADER.index(other)])
        for name in HEADER[1:-1]
        for other in HEADER
    },
    **{
        f"one {name} holds {other}": lambda t, name=name, other=other: column(
            t, name, lambda row: row[HEADER.index(other)], slice(4, 5)
        )
        for name in HEADER[1:-1]
        for other in HEADER
    },
}  # fmt: skip
FAIR = {  # files that are still as study.toml describes them
    "family_name missing", "family_name misspelt", "age holds dead", "born holds seen", "seen holds born",
    *(f"{name} holds {name}" for name in HEADER),
}  # fmt: skip


def study(folder: Path, content: str | bytes) -> Path:
    """Make a study with this data file."""
    folder.mkdir(exist_ok=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "report.qmd").write_text(REPORT, encoding="utf-8")
    (folder / "cohort.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def cells_in(said: str) -> list[str]:
    """Return the cells of patients that a text shows."""
    values = {cell for row in table()[1:] for cell in row} - LEVELS
    values |= {value.replace(".", "") for value in values} | {"Qüirrberg", "1906-02-11", "Quirrberg"}
    return sorted(value for value in values if value in said)


@pytest.mark.parametrize("kind", BROKEN)
def test_no_cell_of_a_broken_file_is_shown(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever is wrong with the file, the message has rows and kinds of values, never a value."""
    folder = study(tmp_path, BROKEN[kind](table()))
    code = analyse(["results", "--study", str(folder)])
    said = "".join(capfd.readouterr())
    assert cells_in(said) == []
    assert (code == 0) == (kind.removeprefix("one ") in FAIR), said
    if code:
        assert said.startswith("cohort.csv: ")
        assert "Traceback" not in said


@pytest.mark.parametrize("column_of_ids", ["sex", "arm", "dead"])
def test_a_category_that_is_read_from_the_ids_shows_none(
    column_of_ids: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A wrong ``header`` in study.toml gives the number of unknown values and their rows."""
    folder = study(tmp_path, text_of(table()))
    text = STUDY.replace(f"[columns.{column_of_ids}]", f'[columns.{column_of_ids}]\nheader = "patient_id"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    assert analyse(["results", "--study", str(folder)]) == 1
    said = capfd.readouterr().err
    assert "column 'patient_id' has 24 unknown values in rows 2, 3, 4, 5, 6 and 19 more; expected" in said
    assert cells_in(said) == []


@pytest.mark.parametrize("cell", ["19500312", "12 Mar 1950", "March 12 1950", "030 9012345", "ZQ-00017"])
def test_a_date_or_number_of_a_patient_in_several_rows_is_not_shown(
    cell: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Twins have a day of birth in common; what has more digits than any level is none."""
    folder = study(tmp_path, column(table(), "sex", lambda _: cell, slice(4, 7)))
    assert analyse(["results", "--study", str(folder)]) == 1
    said = capfd.readouterr().err
    assert "column 'sex' has a " in said
    assert cell not in said


def test_a_level_of_many_digits_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A period of years that is written in another way is what its author has to see."""
    folder = study(tmp_path, column(table(), "sex", lambda _: "2010/2014", slice(4, 7)))
    text = (folder / "study.toml").read_text(encoding="utf-8").replace('"f", "m"', '"2010-2014", "f", "m"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    assert analyse(["results", "--study", str(folder)]) == 1
    assert "'2010/2014' in rows 5, 6 and 7" in capfd.readouterr().err


@pytest.mark.parametrize("kind", ["no header", "sex holds patient_id"])
@pytest.mark.parametrize("verb", ["report", "check", "trace", "html"])
def test_no_verb_shows_a_cell(kind: str, verb: str, tmp_path: Path) -> None:
    """The verbs that pass on what the analysis says are as discreet, as a program of its own."""
    folder = study(tmp_path / "study", BROKEN[kind](table()))
    command = [sys.executable, "-m", "lockstep", verb, "--study", str(folder)]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"RENDERER": "builtin"}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "cohort.csv: " in run.stderr
    assert cells_in(run.stdout + run.stderr) == []
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("content", [text_of(table()), text_of(table()[1:])], ids=["with header", "without"])
@pytest.mark.parametrize("name", ["study.toml", "report.qmd", "data/published.csv", "references.bib", "_quarto.yml"])
def test_a_data_file_in_the_place_of_another_is_not_shown(
    name: str, content: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A copy that went to the wrong name is refused, or passed over, without its cells."""
    folder = study(tmp_path, text_of(table()))
    (folder / "report.qmd").write_text(REPORT.replace("---\n\n", "bibliography: references.bib\n---\n\nAs [@a].\n\n"))
    (folder / "references.bib").write_text("@book{a, title = {A}, author = {B, C}, year = 2000}\n")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(content, encoding="utf-8")
    verbs = [["audit", "--study", str(folder)]] if "published" in name else []
    for verb in verbs:
        analyse(verb)
    if not verbs:
        manuscript(["report", "--study", str(folder), "--renderer", "builtin"])
    said = "".join(capfd.readouterr())
    assert said
    assert cells_in(said) == []


@pytest.mark.parametrize("debug", ["", "1"])
def test_an_error_that_nobody_foresaw_tells_its_place_alone(debug: str, tmp_path: Path) -> None:
    """The words of a library may hold a cell: they are for a developer who asks for them."""
    folder = str(study(tmp_path / "study", text_of(table())))
    code = (
        "import lockstep.analyses.pipeline\nfrom lockstep.base.interrupts import run_main\n"
        "from lockstep.cli.command import run_verb\n"
        "def fail(_study):\n    raise ValueError('could not convert ZQID0001')\n"
        "lockstep.analyses.pipeline.run = fail\n"
        f"run_main(lambda: run_verb(['results', '--study', {folder!r}]), sees_patients=True)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LOCKSTEP_DEBUG": debug}
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert ("ZQID0001" in run.stderr) == bool(debug)
    assert bool(debug) or run.stderr.startswith("The program has failed: ValueError at analysis.py:")
