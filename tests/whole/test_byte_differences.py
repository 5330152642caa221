"""A failed comparison of files says which part of which file differs, at which byte, and prints no pages of bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from byte_differences import explained
from conftest import ROOT

from lockstep.word.package import package_bytes

LONG = b"x" * 5000


def document(text: bytes) -> bytes:
    """Return a zip archive of two parts."""
    return package_bytes({"word/document.xml": LONG + text + LONG, "word/styles.xml": LONG})


@pytest.mark.parametrize(
    ("left", "right", "where"),
    [
        (LONG + b"a", LONG + b"b", ": 5001 bytes"),
        ({"a.docx": document(b"one")}, {"a.docx": document(b"two")}, "['a.docx']['word/document.xml']: 10003 bytes"),
        ([LONG, document(b"one")], [LONG, document(b"three")], "[1]['word/document.xml']: 10003 bytes"),
        ({"a": LONG, "b": LONG}, {"a": LONG}, "['b']: only on the left"),
        ((LONG, None), (LONG, LONG), "[1]: None == 5000 bytes"),
    ],
)
def test_the_file_part_and_byte_that_differ_are_named(left: object, right: object, where: str) -> None:
    """One short line for what differs, none for what is the same."""
    assert left != right
    first, *lines = explained("==", left, right) or [""]
    assert " == " in first
    assert len(lines) == 1
    assert lines[0].startswith(where)
    assert max(len(line) for line in (first, *lines)) < 400


def test_what_is_looked_for_among_others_is_named_by_its_digest() -> None:
    """`in` compares with each."""
    lines = explained("in", (LONG, LONG), [(LONG, LONG + b"a"), (LONG + b"b", LONG)])
    assert lines is not None
    assert [line.count("5001 bytes") for line in lines] == [0, 1, 1]


@pytest.mark.parametrize(("left", "right"), [("a", "b"), ([1], [2]), (b"short", b"other")])
def test_other_comparisons_are_left_to_pytest(left: object, right: object) -> None:
    """Words, numbers and a few bytes are best shown as they are."""
    assert explained("==", left, right) is None


def test_a_failed_comparison_prints_little(tmp_path: Path) -> None:
    """Also where CI is set, by which pytest leaves out nothing, and in the line that names the failed test."""
    (tmp_path / "conftest.py").write_text(
        "from byte_differences import explained\n"
        "def pytest_assertrepr_compare(op, left, right):\n    return explained(op, left, right)\n"
    )
    (tmp_path / "one.docx").write_bytes(document(b"one"))
    (tmp_path / "two.docx").write_bytes(document(b"two"))
    (tmp_path / "test_it.py").write_text(
        "from pathlib import Path\n"
        "def test_it():\n"
        "    assert [b'', Path('one.docx').read_bytes()] == [b'', Path('two.docx').read_bytes()]\n"
    )
    environment = os.environ | {"CI": "true", "PYTHONPATH": str(ROOT / "tests")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "[1]['word/document.xml']: 10003 bytes" in run.stdout
    assert len(run.stdout) < 3000
