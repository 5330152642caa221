"""Which files have changed is decided by their content."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lockstep.base.stamp import changed
from lockstep.runs import watched_files
from lockstep.runs.watched_files import Contents, everything_in, folders_in


def test_content_counts_and_time_does_not(tmp_path: Path) -> None:
    """A file that is written again as it was has not changed; one of the same size and time may have."""
    path = tmp_path / "report.qmd"
    path.write_text("one")
    held = Contents()
    before = held.of([path])
    os.utime(path, (1, 1))
    assert changed(before, held.of([path])) == []
    new = tmp_path / "new"
    new.write_text("two")
    os.utime(new, (1, 1))
    new.replace(path)
    assert changed(before, held.of([path])) == [path]


def test_what_comes_and_goes_has_changed(tmp_path: Path) -> None:
    """A file that is not there yet, or no longer, counts; one that never was does not."""
    here, there, nowhere = (tmp_path / name for name in ("here", "there", "nowhere"))
    here.write_text("1")
    held = Contents()
    before = held.of([here, there, nowhere])
    here.unlink()
    there.write_text("2")
    assert changed(before, held.of([here, there, nowhere])) == [here, there]


def test_an_unchanged_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking every second costs no reading, however large the data are."""
    path = tmp_path / "cohort.csv"
    path.write_text("1")
    held = Contents()
    before = held.of([path])
    monkeypatch.setattr(watched_files, "sha256", lambda _: pytest.fail("read again"))
    assert held.of([path]) == before


def test_a_folder_is_looked_through_but_for_what_is_no_ones_own(tmp_path: Path) -> None:
    """Hidden files and folders, caches, and the folders that are named are left out."""
    for name in ("report.qmd", ".hidden", "notes/a.txt", ".git/b", "build/c", "__pycache__/d"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("1")
    found = everything_in(folders_in(tmp_path, but=[tmp_path / "build"]))
    assert sorted(path.relative_to(tmp_path).as_posix() for path in found) == ["notes/a.txt", "report.qmd"]
