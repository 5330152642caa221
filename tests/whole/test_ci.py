"""What `.ci/run` says last: what failed, by name, or how many tests passed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

VERBS = "lint types reference-check report audit draft"
MADE = ("report.pdf", "report.docx", "results.json", "audit.html", "drafts/plos-one.zip")
PASSED = "test:\n\t@echo 3 passed, 2 skipped in 5s\n"
FAILED = "test:\n\t@echo FAILED tests/test_x.py::test_y - words; echo; echo 1 failed, 3 passed in 5s; exit 1\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a folder with the script, all files that it looks for, and a Python that has what it needs."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    for name in MADE:
        (tmp_path / "build" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "build" / name).write_text("made")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "python3").chmod(0o755)
    return tmp_path


def ran(repository: Path, makefile: str) -> tuple[int, list[str]]:
    """Run the script with such a Makefile; return its exit code and what it said on standard output."""
    (repository / "Makefile").write_text(makefile)
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "MAKEFLAGS", "MAKELEVEL")}
    environment["PATH"] = f"{repository / 'bin'}{os.pathsep}{environment['PATH']}"
    run = subprocess.run([repository / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout.splitlines()


def test_where_all_passes_it_says_how_many_tests_did(repository: Path) -> None:
    """No test failed and none was an error: these numbers are nought, and the run has succeeded."""
    code, said = ran(repository, f"{PASSED}{VERBS}:\n\t@true\n")
    assert (code, said[-1]) == (0, "3 passed, 0 failed, 2 skipped, 0 errors")


def test_a_failed_test_is_named_last(repository: Path) -> None:
    """However much was printed before."""
    code, said = ran(repository, f"{FAILED}{VERBS}:\n\t@true\n")
    assert code != 0
    assert said[-2:] == [
        "FAILED tests/test_x.py::test_y - words",
        "CI failed: make test ALL=1: 3 passed, 1 failed, 0 skipped, 0 errors",
    ]


@pytest.mark.parametrize("verb", VERBS.split())
def test_a_step_that_fails_is_named_last(repository: Path, verb: str) -> None:
    """Each of them ends the run."""
    others = " ".join(name for name in VERBS.split() if name != verb)
    code, said = ran(repository, f"{PASSED}{others}:\n\t@true\n{verb}:\n\t@exit 3\n")
    assert code != 0
    assert said[-1].startswith(f"CI failed: make {verb}")


@pytest.mark.parametrize("name", MADE)
def test_a_file_that_is_not_made_is_named(repository: Path, name: str) -> None:
    """Though every step says that all is well."""
    (repository / "build" / name).unlink()
    code, said = ran(repository, f"{PASSED}{VERBS}:\n\t@true\n")
    assert code != 0
    assert f"missing: build/{name}" in said
