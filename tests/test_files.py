"""Files are written whole or not at all, and hashed by content."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.files import sha256, sha256_of_all, write_whole


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
