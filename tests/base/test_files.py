"""Files are written whole or not at all, and hashed by content."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import IMPLANTS, ROOT

from lockstep.base.files import new_workspace, sha256, sha256_of_all, write_whole


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Set the umask of this process for a while."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Return the permissions of everything in a folder."""
    return {path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


@pytest.mark.parametrize(
    ("mask", "of_file", "of_folder"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700), (0o002, 0o664, 0o775)]
)
def test_modes_follow_the_umask(tmp_path: Path, mask: int, of_file: int, of_folder: int) -> None:
    """A new file has the permissions that the user's umask leaves, unless fewer are asked for; so has a folder."""
    with umask(mask):
        write_whole(tmp_path / "new" / "report.pdf", b"")
        write_whole(tmp_path / "new" / "results.json", b"", mode=0o600)
        work = new_workspace(tmp_path / "new", prefix=".report-")
    found = modes(tmp_path)
    assert found["new"] == found[f"new/{work.name}"] == of_folder
    assert found["new/report.pdf"] == of_file
    assert found["new/results.json"] == 0o600


def test_a_private_umask_keeps_all_outputs_private(tmp_path: Path) -> None:
    """Under ``umask 077`` documents, results, figures, page, lock and changes are readable by their owner alone."""
    folder = Path(shutil.copytree(IMPLANTS, tmp_path / "study", ignore=shutil.ignore_patterns("build", ".quarto")))
    before = set(modes(folder))
    with umask(0o077):
        for verb in (["report"], ["html"], ["trace"], ["lock", "one"], ["changes"]):
            command = [sys.executable, "-m", "lockstep", verb[0], "--study", str(folder), *verb[1:]]
            environment = os.environ | {"RENDERER": "builtin"}
            subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    made = {name: mode for name, mode in modes(folder).items() if name not in before}
    assert {"build", "build/figures", "locks", "locks/one", "locks/one/manifest.json"} <= set(made)
    assert {name: oct(mode) for name, mode in made.items() if mode & 0o077} == {}


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """An interrupted write is as if it had never begun."""
    target = tmp_path / "report.pdf"
    write_whole(target, b"old")
    with pytest.raises(TypeError):
        write_whole(target, "not bytes")  # type: ignore[arg-type]
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]


def test_writing_makes_its_folder_and_replaces(tmp_path: Path) -> None:
    """A new file's folder is made, an old file is replaced."""
    target = tmp_path / "build" / "a.json"
    write_whole(target, b"1")
    write_whole(target, b"2")
    assert target.read_bytes() == b"2"


def test_hashes_depend_on_names_and_content_but_not_on_order(tmp_path: Path) -> None:
    """A renamed or edited file changes the hash of a folder; the order of listing does not."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    two.write_text("b")
    before = sha256_of_all([one, two], base=tmp_path)
    assert sha256_of_all([two, one], base=tmp_path) == before
    assert sha256(one) == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    two.write_text("c")
    assert sha256_of_all([one, two], base=tmp_path) != before
