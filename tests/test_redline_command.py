"""`make redline`: a lock found, the report brought up to date, the changes written under two names."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import IMPLANTS
from ooxml import problems
from revisions import accept_all, blocks, reject_all

from manuscript.__main__ import main


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small study with two locks of its report, whose data and prose were changed since."""
    folder = tmp_path_factory.mktemp("redline") / "study"
    shutil.copytree(IMPLANTS, folder, ignore=shutil.ignore_patterns("build", ".quarto"))
    assert main(["report", "--study", str(folder), "--renderer", "builtin"]) == 0
    for name in ("second-look", "first-look"):  # by name the first one would be the last
        assert main(["lock", name, "--study", str(folder), "--renderer", "builtin"]) == 0
    data = folder / "data" / "implants.csv"
    data.write_text(data.read_text().replace("I001;uncemented;", "I001;cemented;"))
    report = folder / "report.qmd"
    report.write_text(report.read_text().replace("We followed", "Here we followed"))
    return folder


def test_the_last_lock_is_compared_with_a_report_that_is_brought_up_to_date(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Data and prose changed, no command but this one was run, and either text comes out of the file."""
    assert main(["redline", "--study", str(study), "--renderer", "builtin", "--author", "A. Writer"]) == 0
    said = capsys.readouterr().out
    path = study / "build" / "redline.docx"
    assert said.startswith(f"{path}: ")
    assert said.endswith("by edits, since first-look\n")
    assert problems(path) == []
    assert accept_all(path) == blocks(study / "build" / "report.docx")
    assert reject_all(path) == blocks(study / "locks" / "first-look" / "report.docx")
    content = path.read_bytes()
    assert b'w:author="A. Writer"' in content
    assert b'w:author="Data lock first-look"' in content


def test_an_unknown_lock_is_named_with_those_there_are(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message says which locks could be meant, and that nothing was written."""
    assert main(["redline", "--study", str(study), "--since", "frist-look"]) == 1
    said = capsys.readouterr().err
    assert "no lock 'frist-look'" in said
    assert "did you mean 'first-look'" in said
    assert said.endswith("The locks are: second-look, first-look.\nThe last redline is untouched.\n")


def test_a_study_without_locks_is_told_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to compare with before the first lock."""
    assert main(["redline", "--study", str(tmp_path)]) == 1
    assert "make lock NAME=" in capsys.readouterr().err


def test_a_lock_without_a_document_is_said_so(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A lock that lacks its Word file cannot be compared with, and the file is named."""
    folder = tmp_path / "study"
    shutil.copytree(study, folder)
    (folder / "locks" / "first-look" / "report.docx").unlink()
    assert main(["redline", "--study", str(folder)]) == 1
    assert "report.docx does not exist" in capsys.readouterr().err
