"""`make redline`: a lock found, the report brought up to date, the changes written under two names."""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import IMPLANTS
from revisions import accept_all, blocks, reject_all
from word_files import W, body

from lockstep.__main__ import main
from lockstep.base.progress import Progress
from lockstep.revisions.redline_command import write_redline
from lockstep.word.validity import problems


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


@pytest.mark.parametrize("edit", ["", "\n<!-- a remark that nobody prints -->\n"])
def test_new_data_without_an_edit_of_the_text_are_the_datas_alone(study: Path, tmp_path: Path, edit: str) -> None:
    """No change stands under a person's name, also where report.qmd differs in what is not printed."""
    folder = tmp_path / "study"
    shutil.copytree(study, folder)
    shutil.copy(folder / "locks" / "first-look" / "report.qmd", folder / "report.qmd")
    with (folder / "report.qmd").open("a") as report:
        report.write(edit)
    made = write_redline(folder, progress=Progress(sys.stderr, shown=False), renderer="builtin")
    assert made.data > 10
    assert made.prose == 0


def test_edits_beside_new_data_are_the_persons_alone(study: Path) -> None:
    """Of all changes, those under the person's name are the words that were typed."""
    made = write_redline(study, progress=Progress(sys.stderr, shown=False), author="A. Writer", renderer="builtin")
    edits = [
        "".join(text.text or "" for text in change.iter(f"{W}t", f"{W}delText"))
        for change in body(made.path).iter(f"{W}ins", f"{W}del")
        if change.get(f"{W}author") == "A. Writer"
    ]
    assert edits == ["We", "Here we"]
    assert made.prose == 2


def test_an_unknown_lock_is_named_with_those_there_are(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message says which locks could be meant, and that nothing was written."""
    assert main(["redline", "--study", str(study), "--since", "frist-look"]) == 1
    said = capsys.readouterr().err
    assert "no lock 'frist-look'" in said
    assert "did you mean 'first-look'" in said
    assert said.endswith(
        "The locks are: second-look, first-look.\nNo redline was written; any earlier one is untouched.\n"
    )


def test_a_study_without_locks_is_told_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to compare with before the first lock."""
    assert main(["redline", "--study", str(tmp_path)]) == 1
    assert "lockstep lock 2026-11" in capsys.readouterr().err


def test_an_author_that_no_file_can_hold_is_refused(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name with control characters gets a message, not a broken file."""
    assert main(["redline", "--study", str(study), "--author", "A.\x01Writer"]) == 1
    assert capsys.readouterr().err.startswith("AUTHOR holds control characters")


def test_an_author_may_have_a_space_that_does_not_break(study: Path) -> None:
    """A name as word processors copy it is a name."""
    name = "A.\N{NO-BREAK SPACE}Writer"
    assert main(["redline", "--study", str(study), "--renderer", "builtin", "--author", name]) == 0
    assert name in zipfile.ZipFile(study / "build" / "redline.docx").read("word/document.xml").decode()


@pytest.mark.parametrize(
    ("name", "damage", "expected"),
    [
        ("report.docx", None, "locks/first-look/report.docx does not exist"),
        ("report.docx", lambda content: content[: len(content) // 2], "report.docx is not as it was locked"),
        ("report.qmd", None, "locks/first-look/report.qmd does not exist"),
        ("report.qmd", lambda content: content + b"\xff", "report.qmd is not as it was locked"),
        ("released.json", lambda _: b"{}", "released.json is not as it was locked"),
        ("study.toml", lambda _: b"schema = ", "study.toml is not as it was locked"),
        ("manifest.json", lambda _: b"", "locks/first-look/manifest.json is damaged"),
    ],
)
def test_a_damaged_lock_is_said_so_and_nothing_is_written(
    study: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    damage: Callable[[bytes], bytes] | None,
    expected: str,
) -> None:
    """Whatever is missing or damaged, one message names it and the lock, and the last redline stays."""
    folder = tmp_path / "study"
    shutil.copytree(study, folder)
    (folder / "build" / "redline.docx").write_bytes(b"the last one")
    damaged = folder / "locks" / "first-look" / name
    content = damaged.read_bytes()
    damaged.unlink()
    if damage is not None:
        damaged.write_bytes(damage(content))
    assert main(["redline", "--study", str(folder), "--renderer", "builtin"]) == 1
    said = capsys.readouterr().err
    assert expected in said
    assert "first-look" in said
    assert "Traceback" not in said
    assert said.endswith("No redline was written; any earlier one is untouched.\n")
    assert (folder / "build" / "redline.docx").read_bytes() == b"the last one"
