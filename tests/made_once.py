"""What is slow to make and many tests need, made once in a run of the tests, whichever of its processes comes first."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
IMPLANTS = ROOT / "tests" / "studies" / "implants"
FLAGSHIP = ("study.toml", "report.qmd", "references.bib", "_quarto.yml", "analysis", "data", "templates")


def made_once(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that `make` fills; the processes of a run share it, so that tests change copies of it only."""
    base = temporary.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-once" / name
    place.parent.mkdir(exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait
        complete = place.with_suffix(".complete")
        if not complete.exists():
            shutil.rmtree(place, ignore_errors=True)  # of one that has failed
            make(place)
            complete.touch()
    return place


def built_copy(study: Path, folder: Path) -> None:
    """Copy a study of the tests into a folder, and build its report there."""
    shutil.copytree(study, folder, ignore=shutil.ignore_patterns("build", ".quarto", "locks"))
    _report(folder)


built_implants = partial(built_copy, IMPLANTS)
"""Copy the second study into a folder, and build its report there."""


def built_flagship(folder: Path) -> None:
    """Copy the files that the flagship's report is made from, and build it."""
    folder.mkdir()
    copy_flagship(folder)
    _report(folder)


def copy_with_results(built: Path, folder: Path) -> Path:
    """Copy the second study with its results alone: what else was built is made where a test asks for it."""
    shutil.copytree(built, folder, ignore=shutil.ignore_patterns("build"))
    (folder / "build").mkdir()
    for name in ("results.json", ".results.json"):
        shutil.copy(built / "build" / name, folder / "build" / name)
    return folder


def copy_flagship(folder: Path) -> None:
    """Copy the files that the flagship's report is made from into a folder."""
    for name in FLAGSHIP:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)


def _report(folder: Path) -> None:
    """Run what `make report` runs; nothing is wrong with these studies, so it has no warning either."""
    command = [sys.executable, "-m", "lockstep", "report", "--renderer", "builtin", "--study", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
