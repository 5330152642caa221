"""A draft is put in place all or nothing: where it is refused, fails or is killed, the last one stays as it was."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import IMPLANTS
from drafted_study import (
    JOURNAL,
    RULES,
    contents,
    copy_study,
    copy_with_draft,
    made,
    manifest_of,
    quiet,
    with_many_keywords,
)

from lockstep.base.errors import LockstepError
from lockstep.base.files import new_workspace
from lockstep.cli.command import run_verb
from lockstep.drafts import draft as drafting
from lockstep.drafts.draft import RefusedError, check_draft
from lockstep.runs import commit as pending
from lockstep.runs.commit import complete

pytestmark = pytest.mark.slow  # drafts


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study whose draft keeps all rules, locked once, with that draft."""
    return copy_with_draft(tmp_path_factory)


@pytest.fixture(scope="module")
def draft(study: Path) -> Path:
    """Return the folder of that draft."""
    return study / "build" / "drafts" / JOURNAL


@pytest.fixture
def broken(study: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of the study, with its draft, whose keywords are too many."""
    folder = with_many_keywords(study, tmp_path / "broken")
    yield folder
    assert not list((folder / "build" / "drafts").glob(".report-*"))


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
def test_a_refused_draft_leaves_the_last_one(broken: Path) -> None:
    """Folder and archive are as before, the error says how to go on, and has every line of the preflight."""
    before = contents(broken / "build" / "drafts")
    with pytest.raises(RefusedError, match="1 rule fails, so that no draft for Small Journal was made") as refused:
        made(broken)
    assert [check.rule for check in refused.value.checks if check.status == "fail"] == ["keywords"]
    assert len(refused.value.checks) > len(RULES)
    assert contents(broken / "build" / "drafts") == before


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
def test_a_forced_draft_says_what_it_breaks(broken: Path) -> None:
    """The manifest has it in words, PREFLIGHT.txt its line."""
    draft = made(broken, force=True)
    assert [check.rule for check in draft.failures] == ["keywords"]
    manifest = manifest_of(draft.folder)
    assert (manifest["forced"], manifest["failures"]) == (True, ["keywords: 4 keywords; asked for: min 1, max 3"])
    assert (manifest["lock"], manifest["text"]) == ("2026-11", "edited since")
    assert (draft.folder / "PREFLIGHT.txt").read_text(encoding="utf-8").startswith("FAILS")


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
def test_what_fails_on_the_way_leaves_the_last_draft(study: Path, draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error after all files are made, such as a full disk, puts nothing in place."""
    before = contents(draft.parent)

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(drafting, "_archive", full)
    with pytest.raises(OSError, match="No space left"):
        made(study)
    assert contents(draft.parent) == before


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
def test_a_full_disk_is_one_error_that_names_no_file_of_the_author(
    study: Path, draft: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What could not be written is the draft: neither what was to be copied, nor a place that is gone by then."""
    before = contents(draft.parent)

    def full(source: Path, place: Path) -> None:
        raise OSError(28, "No space left on device", str(source), None, str(place))

    (draft.parent / f".{JOURNAL}.json").unlink()  # else there is nothing to do
    monkeypatch.setattr(shutil, "copyfile", full)
    assert run_verb(["draft", JOURNAL, "--renderer", "builtin", "--study", str(study)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{draft.parent}: could not be written, there is no room left (No space left")
    assert said.endswith("No draft was written; any earlier one is untouched.\n")
    assert contents(draft.parent) == before


def test_a_folder_that_cannot_be_made_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk that can only be read, or a file in the way: what is wrong with which folder, and no draft."""
    folder = copy_study(tmp_path / "study")
    place = folder / "build" / "drafts"
    command = ["draft", JOURNAL, "--renderer", "builtin", "--study", str(folder)]

    def read_only(path: Path, *_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", read_only)
        assert run_verb(command) == 1
    assert capsys.readouterr().err == (
        f"{place}: cannot be written to (Read-only file system). Make it writable, or work on a copy of the study.\n"
        "No draft was written; any earlier one is untouched.\n"
    )
    (folder / "build").write_text("mine", encoding="utf-8")
    assert run_verb(command) == 1
    assert capsys.readouterr().err.startswith(f"{place}: Not a directory\n")


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
def test_a_check_makes_no_draft(built_implants: Path, tmp_path: Path) -> None:
    """It has the lines that the draft would have, and leaves nothing behind."""
    folder = copy_study(tmp_path / "study", built_implants)
    checks, _ = check_draft(folder, JOURNAL, progress=quiet(), renderer="builtin")
    assert {check.rule for check in checks} > set(RULES)
    assert contents(folder / "build" / "drafts") == {}


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
def test_the_verbs_say_what_happened_and_exit_accordingly(
    study: Path, broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 where all rules hold; 1 where one fails, with its line; 0 where it is forced, and that is said."""
    place = ["--renderer", "builtin", "--study"]
    assert run_verb(["check", "--journal", JOURNAL, *place, str(study)]) == 0
    assert capsys.readouterr().out.startswith("holds")
    assert run_verb(["check", "--journal", JOURNAL, *place, str(broken)]) == 1
    assert capsys.readouterr().out.split()[:2] == ["FAILS", "keywords"]
    assert run_verb(["draft", JOURNAL, *place, str(broken)]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("FAILS  keywords")
    assert said.err.endswith("No draft was written; any earlier one is untouched.\n")
    assert run_verb(["draft", JOURNAL, "--force", *place, str(broken)]) == 0
    assert capsys.readouterr().out.endswith(" s, although rules fail\n")


def test_a_run_that_is_killed_leaves_the_last_draft_whole(study: Path, draft: Path, tmp_path: Path) -> None:
    """The next run removes what it left, and makes the draft."""
    folder = tmp_path / "killed"
    shutil.copytree(study, folder)
    before = contents(folder / "build" / "drafts")
    command = [sys.executable, "-m", "lockstep", "draft", JOURNAL, "--renderer", "builtin", "--study", str(folder)]
    process = subprocess.Popen(command, cwd=IMPLANTS.parents[2], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None and not list((folder / "build" / "drafts").glob(".report-*/*/build")):
            pass
    finally:
        process.kill()
        process.wait()
    assert contents(folder / "build" / "drafts") == before
    again = made(folder)
    assert contents(again.folder) == contents(draft)
    assert not list((folder / "build" / "drafts").glob(".report-*"))


@pytest.mark.usefixtures("without_libreoffice", "workers_here")
def test_a_run_that_is_killed_while_it_puts_a_draft_in_place_is_completed(
    broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folder and archive change together: once decided on, the next run puts them there, whatever was moved before."""
    drafts = broken / "build" / "drafts"

    def killed(target: Path) -> None:
        if target != drafts:
            return complete(target)
        (drafts / JOURNAL).rename(new_workspace(drafts, prefix=".report-") / JOURNAL)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pending, "complete", killed)
        made(broken, force=True)
    assert not (drafts / JOURNAL).exists()
    check_draft(broken, JOURNAL, progress=quiet(), renderer="builtin")
    assert json.loads((drafts / JOURNAL / "MANIFEST.json").read_text(encoding="utf-8"))["forced"]
    with zipfile.ZipFile(drafts / f"{JOURNAL}.zip") as archive:
        assert archive.read(f"{JOURNAL}/MANIFEST.json") == (drafts / JOURNAL / "MANIFEST.json").read_bytes()


@pytest.mark.parametrize("name", [JOURNAL, f"{JOURNAL}.zip"])
def test_what_stands_in_the_way_is_named(name: str, tmp_path: Path) -> None:
    """Nothing of an author's is replaced by a draft, and nothing is made before that is known."""
    folder = copy_study(tmp_path / "study")
    place = folder / "build" / "drafts" / name
    place.parent.mkdir(parents=True)
    if name.endswith("zip"):
        place.mkdir()
    else:
        place.write_text("mine", encoding="utf-8")
    with pytest.raises(LockstepError, match="Move or remove it"):
        made(folder)
    assert place.exists()


def test_a_file_that_an_author_put_into_a_draft_is_not_lost(tmp_path: Path) -> None:
    """A draft does not replace a folder that holds other files than its own; the error names them."""
    folder = copy_study(tmp_path / "study")
    draft = folder / "build" / "drafts" / JOURNAL
    draft.mkdir(parents=True)
    (draft / "MANIFEST.json").write_text('{"files": {"manuscript.docx": ""}}', encoding="utf-8")
    for name in ("manuscript.docx", "notes of mine.txt", ".DS_Store"):
        (draft / name).write_text("", encoding="utf-8")
    with pytest.raises(LockstepError, match=r"did not put there \(notes of mine\.txt\)"):
        made(folder)
    assert (draft / "notes of mine.txt").exists()
