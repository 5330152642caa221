"""Another data file can be tried while the one in place, its results and its documents stay as they are."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from cohort_files import save_xlsx
from conftest import IMPLANTS

from lockstep.__main__ import main
from lockstep.base.errors import DataError, LockstepError, StudyError
from lockstep.cli.command import run_verb as analyse
from lockstep.data.reading import read_data
from lockstep.results.trial import trial_study
from lockstep.study.definition import read_study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the second study, with a neighbour of its data file and a hidden folder."""
    place = tmp_path / "study"
    shutil.copytree(IMPLANTS, place, ignore=shutil.ignore_patterns("build", ".quarto"))
    (place / "data" / "README.md").write_text("codebook")
    (place / ".git").mkdir()
    return place


def fewer(folder: Path, to: Path) -> Path:
    """Write the study's data without their last row, in a file that it does not know."""
    rows = (folder / "data" / "implants.csv").read_text(encoding="utf-8").splitlines()
    to.write_text("\n".join(rows[:-1]) + "\n", encoding="utf-8")
    return to


def test_a_trial_builds_its_own_documents_and_leaves_the_study_alone(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One row less is one row less in the trial's results; not a byte of the study changes."""
    command = ["report", "--study", str(folder), "--renderer", "builtin"]
    assert main(command) == 0
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    data = fewer(folder, tmp_path / "new.csv")
    assert main([*command, "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert f"Trying {data} in {folder}/build/try" in said
    assert {path: path.read_bytes() for path in before} == before
    built = folder / "build" / "try" / "build"
    assert {"report.pdf", "report.docx", "results.json"} <= {path.name for path in built.iterdir()}
    rows = [
        json.loads(path.read_text(encoding="utf-8"))["source"]["data_rows"]
        for path in (folder / "build" / "results.json", built / "results.json")
    ]
    assert rows[1] == rows[0] - 1
    for path in (built / "results.json", built.parent / "data" / "implants.csv"):
        assert path.stat().st_mode & 0o077 == 0  # what names patients is for the eyes of its owner
    # the same trial again does nothing; the study's own report is still up to date
    assert main([*command, "--data", str(data)]) == 0
    assert main(command) == 0
    assert capsys.readouterr().out.count("are up to date") == 2


def test_a_trial_never_writes_where_the_project_sends_the_studys_documents(folder: Path, tmp_path: Path) -> None:
    """An output-dir outside of the study's folder keeps the documents of the study."""
    elsewhere = tmp_path / "paper"
    (folder / "_quarto.yml").write_text(f"project:\n  output-dir: {elsewhere}\n", encoding="utf-8")
    command = ["report", "--study", str(folder), "--renderer", "builtin"]
    assert main([*command, "--data", str(fewer(folder, tmp_path / "new.csv"))]) == 0
    assert not elsewhere.exists()
    assert (folder / "build" / "try" / "build" / "report.pdf").is_file()


def test_the_copy_of_an_earlier_trial_can_be_tried(folder: Path, tmp_path: Path) -> None:
    """Data that were mended in the trial's own folder are not cleared away unread."""
    copy = trial_study(folder, fewer(folder, tmp_path / "new.csv")) / "data" / "implants.csv"
    mended = copy.read_text(encoding="utf-8").replace("30,8", "31,8")
    copy.write_text(mended, encoding="utf-8")
    assert (trial_study(folder, copy) / "data" / "implants.csv").read_text(encoding="utf-8") == mended


def test_results_alone_can_be_tried(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`make results DATA=file` computes what the report would print, in the same place, and touches nothing else."""
    assert analyse(["results", "--study", str(folder)]) == 0
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    data = fewer(folder, tmp_path / "new.csv")
    capsys.readouterr()
    assert analyse(["results", "--study", str(folder), "--data", str(data)]) == 0
    assert capsys.readouterr().out == (
        f"Trying {data} in build/try; the study and its results stay as they are.\n"
        "build/try/build/results.json: written\n"
    )
    assert {path: path.read_bytes() for path in before} == before
    tried = (folder / "build" / "try" / "build" / "results.json").read_bytes()
    assert analyse(["results", "--study", str(folder), "--data", str(data)]) == 0
    assert capsys.readouterr().out.endswith("build/try/build/results.json: up to date\n")
    (folder / "data" / "implants.csv").write_bytes(data.read_bytes())
    assert analyse(["results", "--study", str(folder)]) == 0
    assert (folder / "build" / "results.json").read_bytes() == tried
    assert analyse(["results", "--study", str(folder), "--data", str(tmp_path / "none.csv")]) == 1
    assert "none.csv: there is no such file" in capsys.readouterr().err


def test_a_trial_sees_the_study_as_it_is_now(folder: Path, tmp_path: Path) -> None:
    """Files added, changed or removed since an earlier trial are so in the next one; hidden ones are left out."""
    data = fewer(folder, tmp_path / "new.csv")
    (folder / "old.txt").write_text("old")
    trial = trial_study(folder, data)
    assert (trial / "old.txt").read_text() == "old"
    (trial / "build").mkdir()
    (folder / "old.txt").unlink()
    (folder / "study.toml").write_text((folder / "study.toml").read_text(encoding="utf-8") + "\n# more\n")
    trial = trial_study(folder, data)
    assert sorted(path.name for path in trial.glob("[!.]*")) == [
        "analysis",
        "build",
        "data",
        "report.qmd",
        "study.toml",
    ]
    assert (trial / "study.toml").read_text(encoding="utf-8").endswith("# more\n")
    assert (trial / "data" / "README.md").read_text() == "codebook"
    assert (trial / "data" / "implants.csv").read_bytes() == data.read_bytes()
    assert not (trial / "data" / "implants.csv").is_symlink()


def test_what_cannot_be_tried_is_said(folder: Path, tmp_path: Path) -> None:
    """No such file, and a study whose data stand outside of its folder, are one message each."""
    with pytest.raises(DataError, match=r"none\.csv: there is no such file\. .*, such as --data new\.csv\.$"):
        trial_study(folder, tmp_path / "none.csv")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match=r"pipe: is no file that ends \(a folder, a pipe or a device\)"):
        trial_study(folder, tmp_path / "pipe")
    study = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(study.replace("data/implants.csv", "../implants.csv"), encoding="utf-8")
    with pytest.raises(StudyError, match="another file can be tried only in place of one in the study's folder"):
        trial_study(folder, folder / "data" / "implants.csv")
    assert not (folder / "build").exists()


def test_a_bad_file_leaves_everything_untouched(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that does not fit study.toml is refused with its columns and its own name, and nothing is built."""
    bad = tmp_path / "bad.csv"
    bad.write_text("a;b\n1;2\n")
    assert main(["report", "--study", str(folder), "--renderer", "builtin", "--data", str(bad)]) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert f"In this trial the data file is a copy of {bad}.\nNo document was written" in said
    assert not (folder / "build" / "results.json").exists()


def test_a_folder_of_somebody_else_is_not_cleared(folder: Path, tmp_path: Path) -> None:
    """What an author keeps under the name of a trial stays; the error says what to do."""
    data = fewer(folder, tmp_path / "new.csv")
    (folder / "build" / "try").mkdir(parents=True)
    (folder / "build" / "try" / "notes.txt").write_text("mine")
    with pytest.raises(LockstepError, match="was not made by this program, which needs that name"):
        trial_study(folder, data)
    assert (folder / "build" / "try" / "notes.txt").read_text() == "mine"


def test_messages_name_the_file_that_is_tried(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not the one in place, which is not at fault."""
    data = fewer(folder, tmp_path / "new.csv")
    data.write_text(data.read_text(encoding="utf-8").replace("implant", "imlant", 1), encoding="utf-8")
    assert main(["results", "--study", str(folder), "--data", str(data)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{data}: there is no column 'implant'; ")
    assert "implants.csv" not in said


def test_a_file_of_another_format_can_be_tried(folder: Path, tmp_path: Path) -> None:
    """What a file is its bytes say, whatever study.toml calls it."""
    with (folder / "data" / "implants.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    data = tmp_path / "new.xlsx"
    save_xlsx({name: [row[name] for row in rows] for name in rows[0]}, data)
    place, tried = read_data(read_study(folder)), read_data(read_study(trial_study(folder, data)))
    pd.testing.assert_frame_equal(place.frame, tried.frame)
    assert place.sha256 != tried.sha256
