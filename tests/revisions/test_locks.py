"""A lock is whole, made once, the same bytes each time, and holds nothing of a patient."""

from __future__ import annotations

import errno
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from locked_study import NOTE, edit, freeze, make_study
from pypdf import PdfReader

from lockstep.__main__ import main
from lockstep.base.clock import EPOCH_VARIABLE
from lockstep.base.errors import LockstepError, ReportError
from lockstep.revisions.locks import find_lock, locks
from lockstep.runs.build import BuildResult, build

HELD = {
    "manifest.json", "released.json", "report.docx", "report.qmd", "study.toml", "rows.json", "figures/retention.png",
}  # fmt: skip


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study with the lock `2026-11`."""
    folder = make_study(tmp_path_factory.mktemp("locked") / "study")
    freeze(folder, "2026-11")
    return folder


@pytest.fixture
def study(locked: Path, tmp_path: Path) -> Path:
    """Return a copy of the study with its lock."""
    return Path(shutil.copytree(locked, tmp_path / "study"))


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files below a folder, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_lock_holds_the_state_of_the_study(study: Path) -> None:
    """Text, definition and Word file are those of now, as is what is printed; the manifest says what it comes from."""
    found = find_lock(study)
    files = contents(found.folder)
    assert set(files) == HELD
    assert files["report.docx"] == (study / "build" / "report.docx").read_bytes()
    assert [files["released.json"]] == PdfReader(study / "build" / "report.pdf").attachments["released.json"]
    assert files["report.qmd"] == (study / "report.qmd").read_bytes()
    assert (found.manifest.name, found.manifest.number, found.manifest.renderer) == ("2026-11", 1, "builtin")
    assert (found.manifest.source.data_rows, found.manifest.source.data_columns) == (60, 7)
    assert found.manifest.source == found.released().source
    assert found.manifest.epoch is None


def test_no_cell_of_the_data_is_in_the_lock(study: Path) -> None:
    """No id, undeclared value or measured value of a patient is found in it, nor the key of the digests."""
    folder = find_lock(study).folder
    texts = contents(folder)
    with zipfile.ZipFile(folder / "report.docx") as archive:
        texts |= {f"report.docx/{name}": archive.read(name) for name in archive.namelist()}
    key = (study / ".lockstep-key").read_bytes().strip()
    for name, content in texts.items():
        for private in (NOTE.encode(), key, *(f"I{number:03}".encode() for number in range(1, 61))):
            if not name.endswith(".png") and name != "report.docx":  # the latter is looked at by its parts
                assert private not in content, name
    digests = texts["rows.json"].decode().split('"rows"')[1]
    assert set(re.findall(r"\w+", digests)) <= set(re.findall(r"\b[0-9a-f]{12}\b|\b[0-9a-f]{16}\b", digests))


def test_a_lock_made_twice_is_the_same_bytes(study: Path) -> None:
    """The same state gives the same lock, whenever it is made."""
    first = contents(study / "locks" / "2026-11")
    shutil.rmtree(study / "locks" / "2026-11")
    assert contents(freeze(study, "2026-11")) == first


def test_a_time_is_in_the_manifest_only_where_it_was_given(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SOURCE_DATE_EPOCH is the only clock of a lock."""
    monkeypatch.setenv(EPOCH_VARIABLE, "1700000000")
    freeze(study, "dated")
    assert find_lock(study, "dated").manifest.epoch == 1_700_000_000


def test_a_lock_is_never_overwritten(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second lock of the same name is one clear error, and the first one stays as it is."""
    before = contents(study / "locks")
    edit(study / "data" / "implants.csv", "30,8", "31,8")
    assert main(["lock", "2026-11", "--study", str(study)]) == 1
    said = capsys.readouterr().err
    assert "locks/2026-11: this lock exists, and a lock is never overwritten" in said
    assert "Traceback" not in said
    assert contents(study / "locks") == before


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "../a", "a b", "-x", "é", "a\n", "x" * 65])
def test_a_name_that_could_be_a_path_is_refused(study: Path, name: str) -> None:
    """Only letters, digits, dots, underscores and hyphens name a lock."""
    with pytest.raises(ReportError, match="a lock cannot be named"):
        freeze(study, name)
    assert [path.name for path in (study / "locks").iterdir()] == ["2026-11"]


def test_a_lock_that_fails_leaves_nothing(study: Path) -> None:
    """Where the data cannot be digested there is no lock and no half of one."""
    (study / ".lockstep-key").write_text("damaged")
    with pytest.raises(LockstepError, match="is not a key"):
        freeze(study, "next")
    assert [path.name for path in (study / "locks").iterdir()] == ["2026-11"]


@pytest.mark.parametrize("name", ["report.qmd", "data/implants.csv"])
def test_a_file_that_is_saved_meanwhile_is_an_error(study: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A lock never holds a text and a Word file, or results and digests, that are not of one state."""

    def build_then_save(folder: Path, **options: Any) -> BuildResult:
        made = build(folder, **options)
        edit(study / name, "30,8" if name.endswith("csv") else "fixations", "29,8")
        return made

    monkeypatch.setattr("lockstep.revisions.locks.build", build_then_save)
    with pytest.raises(ReportError, match=f"{name} was saved while the report was made from it"):
        freeze(study, "next")
    assert [path.name for path in (study / "locks").iterdir()] == ["2026-11"]


def test_a_full_disk_is_worded_as_in_every_other_verb(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is named, not the folder in which it was prepared; nothing of it stays."""

    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(source), None, str(target))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(ReportError) as error:
        freeze(study, "next")
    assert str(error.value) == (
        "locks/next: could not be written, there is no room left (No space left on device). "
        "Make room on the disk, then run again."
    )
    assert [path.name for path in (study / "locks").iterdir()] == ["2026-11"]


def test_a_lock_that_another_run_made_meanwhile_is_not_overwritten(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two runs at once that want one name, the second is refused with this reason."""

    def build_then_lose(folder: Path, **options: Any) -> BuildResult:
        made = build(folder, **options)
        (study / "locks" / "next").mkdir()
        return made

    monkeypatch.setattr("lockstep.revisions.locks.build", build_then_lose)
    with pytest.raises(ReportError, match="locks/next: this lock exists"):
        freeze(study, "next")


def test_what_a_killed_run_left_is_no_lock_and_is_removed_by_the_next(study: Path) -> None:
    """A run that is killed while it copies leaves a hidden folder; `make lock` and `make changes` take it away."""
    for verb in (["lock", "next"], ["changes"]):
        code = (
            "import os, shutil; from lockstep.revisions import locks; from lockstep.__main__ import main\n"
            "locks.run_analysis = lambda *_: os.kill(os.getpid(), 9)\n"
            f"main(['lock', 'killed', '--study', {str(study)!r}])"
        )
        run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
        assert run.returncode == -9
        (left,) = (path for path in (study / "locks").iterdir() if path.name.startswith("."))
        shutil.copy(study / "locks" / "2026-11" / "manifest.json", left)
        assert "killed" not in {lock.manifest.name for lock in locks(study)}
        assert left.name not in {lock.folder.name for lock in locks(study)}
        assert main([*verb, "--study", str(study)]) == 0
        assert not left.exists()
    assert sorted(path.name for path in (study / "locks").iterdir()) == ["2026-11", "next"]


def test_the_newest_lock_has_the_highest_number_whatever_its_name(study: Path) -> None:
    """Locks are ordered as they were made, not by the alphabet."""
    freeze(study, "2025-01")
    assert [lock.manifest.name for lock in locks(study)] == ["2026-11", "2025-01"]
    assert find_lock(study).manifest.name == "2025-01"
    assert find_lock(study, "2026-11").manifest.number == 1


def test_a_missing_lock_is_an_error_with_the_names_that_there_are(study: Path) -> None:
    """A misspelt name is answered with the nearest one."""
    with pytest.raises(ReportError, match=r"no lock '2026-12'; did you mean '2026-11'\? The locks are: 2026-11"):
        find_lock(study, "2026-12")
    shutil.rmtree(study / "locks")
    with pytest.raises(ReportError, match=r"there is no lock yet. Make one with `lockstep lock 2026-11"):
        find_lock(study)


def test_a_damaged_manifest_is_one_error(study: Path) -> None:
    """A lock that cannot be read is named, with what to do."""
    manifest = study / "locks" / "2026-11" / "manifest.json"
    manifest.write_text('{"schema": 3, "name": "2026-11"}')
    with pytest.raises(ReportError, match=r"locks/2026-11/manifest\.json is damaged.\nRestore the lock"):
        locks(study)
    manifest.unlink()
    with pytest.raises(ReportError, match=r"locks/2026-11/manifest\.json does not exist.\nRestore the lock"):
        find_lock(study)
    with pytest.raises(ReportError, match=r"locks/2026-11/manifest\.json does not exist.\nRestore the lock"):
        find_lock(study, "2026-11")


@pytest.mark.parametrize("name", sorted(HELD - {"manifest.json"}))
def test_a_file_that_is_not_as_it_was_locked_is_one_error(study: Path, name: str) -> None:
    """Cut, emptied, edited or gone: nothing is compared with half a lock, or with another."""
    path = study / "locks" / "2026-11" / name
    whole = path.read_bytes()
    for content in (whole[:40], b"", whole + b"\n"):
        path.write_bytes(content)
        with pytest.raises(ReportError, match=f"locks/2026-11/{name} is not as it was locked.\nRestore the lock"):
            find_lock(study)
    path.unlink()
    with pytest.raises(ReportError, match=f"locks/2026-11/{name} does not exist"):
        find_lock(study)


def test_a_lock_of_another_version_is_named_as_one(study: Path) -> None:
    """The advice is not to repair the study, whose own files are well."""
    manifest = study / "locks" / "2026-11" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"schema": 3', '"schema": 4', 1), encoding="utf-8")
    with pytest.raises(ReportError, match="locks/2026-11: was made by another version of this program"):
        find_lock(study)
    manifest.write_text(text, encoding="utf-8")
    found = find_lock(study)
    edit(found.folder / "study.toml", "schema = 1", "schema = 0")
    with pytest.raises(
        ReportError, match=r"(?s)locks/2026-11: was made by another version.*reads schema = 1.*Name another"
    ):
        found.study()


def test_a_lock_that_holds_results_in_full_is_refused_with_what_to_do(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Locks of earlier versions hold each day of follow-up: one message says so, whatever is asked of them."""
    manifest = study / "locks" / "2026-11" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"schema": 3', '"schema": 2', 1), encoding="utf-8")
    for verb in (["lock", "next"], ["changes"], ["redline"]):
        assert main([*verb, "--study", str(study)]) == 1
        said = capsys.readouterr().err
        assert "locks/2026-11: was made by an earlier version, and holds results.json" in said
        assert "Remove the folder" in said
        assert "Traceback" not in said
    assert [path.name for path in (study / "locks").iterdir()] == ["2026-11"]
