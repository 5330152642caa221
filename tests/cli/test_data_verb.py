"""`lockstep data`: the list of all faults and queries as page, as CSV and at the terminal; and what other verbs say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import IMPLANTS

from lockstep.cli.command import run_verb
from lockstep.document.report import open_study
from lockstep.results.json_file import read_results
from lockstep.results.source import RESULTS_FILE

Captured = pytest.CaptureFixture[str]
FAULTY = "I061;cemented;999;left;5,0;0\ni062;cemented;25,1;left;3,0;0\nI062;cemented;27,7;right;3,0;0\n"
DOUBTFUL = FAULTY.split("\n", 1)[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the small study."""
    made = tmp_path / "study"
    shutil.copytree(IMPLANTS, made, ignore=shutil.ignore_patterns("build"))
    return made


def add(folder: Path, rows: str) -> None:
    """Add rows to the data file of a study."""
    with (folder / "data" / "implants.csv").open("a", encoding="utf-8") as file:
        file.write(rows)


def data(folder: Path, *more: str) -> int:
    """Run the verb; return its exit code."""
    return run_verb(["data", "--study", str(folder), *more])


def test_good_data_have_an_empty_list(folder: Path, capsys: Captured) -> None:
    """The page and the list are written even so."""
    assert data(folder) == 0
    assert capsys.readouterr().out.startswith("data/implants.csv, 60 rows, 6 columns: no error, no query\n")
    assert "no error, no query" in (folder / "build" / "data.html").read_text(encoding="utf-8")
    assert (folder / "build" / "data-queries.csv").read_text("utf-8-sig") == '"row","column","kind","rule","message"\n'


def test_errors_and_queries_are_listed_together(folder: Path, capsys: Captured) -> None:
    """The exit code is 1; terminal, page and list name rows and show neither ids nor values."""
    add(folder, FAULTY)
    assert data(folder) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[:3] == [
        "data/implants.csv, 63 rows, 6 columns: 1 error, 2 queries",
        "  error: Column 'bmi' has a number out of range in row 62; expected 10 to 80.",
        "  query: Ids that are the same but for case, leading zeros, blanks, signs or decimals in rows 63 and 64; "
        "expected each",
    ]
    page = (folder / "build" / "data.html").read_text(encoding="utf-8")
    assert [re.sub(r"<.*?>", "", line) for line in page.splitlines() if line.startswith("<h2>")] == [
        "Errors (1)",
        "Queries (2)",
    ]
    assert "<td>63, 64</td>" in page
    for text in (out, page, (folder / "build" / "data-queries.csv").read_text("utf-8-sig")):
        assert not re.search("999|I061|i062", text)


def test_values_are_for_the_owner_s_eyes(folder: Path) -> None:
    """Ids and values come when they are asked for, in files that nobody else may read; the next list has none again."""
    add(folder, FAULTY)
    files = [folder / "build" / name for name in ("data.html", "data-queries.csv")]
    assert data(folder, "--values") == 1
    for file in files:
        assert file.stat().st_mode & 0o077 == 0
        assert "bmi: 999" in file.read_text("utf-8-sig")
        assert "i062" in file.read_text("utf-8-sig")
    assert data(folder) == 1
    assert not any("999" in file.read_text("utf-8-sig") for file in files)


def test_another_file_is_listed_beside_the_study(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    """With --data the list is that of the trial; the study's own stays."""
    other = tmp_path / "new.csv"
    other.write_text((folder / "data" / "implants.csv").read_text(encoding="utf-8") + DOUBTFUL, encoding="utf-8")
    assert data(folder, "--data", str(other)) == 0
    assert "62 rows, 6 columns: no error, 2 queries" in capsys.readouterr().out
    assert (folder / "build" / "try" / "build" / "data.html").is_file()
    assert not (folder / "build" / "data.html").exists()


def test_a_file_that_cannot_be_read_is_one_error(folder: Path, capsys: Captured) -> None:
    """There is nothing to list then."""
    (folder / "data" / "implants.csv").write_bytes(b"")
    assert data(folder) == 1
    assert capsys.readouterr().err.startswith("data/implants.csv: is empty;")
    assert not (folder / "build" / "data.html").exists()


def test_queries_are_counted_in_results_and_said_in_a_line(folder: Path, capsys: Captured) -> None:
    """`results` says it whether it computes or not; the number is a result that a sentence can print."""
    add(folder, DOUBTFUL)
    for state in ("written", "up to date"):
        assert run_verb(["results", "--study", str(folder)]) == 0
        assert capsys.readouterr().out == (
            f"data/implants.csv: 2 queries; `lockstep data` lists them\nbuild/results.json: {state}\n"
        )
    found = read_results(folder / RESULTS_FILE)
    assert {record.id: record.value for record in found if record.id.startswith("data.") and record.value} == {
        "data.queries": 2,
        "data.queries.similar_id": 2,
    }
    assert str(open_study(folder).n("data.queries")) == "2"
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write('\n[checks.similar_id]\nseverity = "off"\nreason = "two cohorts, one in small letters"\n')
    assert run_verb(["results", "--study", str(folder)]) == 0
    assert capsys.readouterr().out == "build/results.json: written\n"
    assert "data.queries.similar_id" not in read_results(folder / RESULTS_FILE)
