"""The program, run in a process of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from conftest import IMPLANTS

from lockstep.base.resources import run_lockstep

KILLED = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"


def test_a_run_that_the_system_ends_says_so(tmp_path: Path) -> None:
    """A library that breaks on a damaged file cannot raise an error; the process that called it says what to do."""
    study = Path(shutil.copytree(IMPLANTS, tmp_path / "study", ignore=shutil.ignore_patterns("build")))
    own = study / "analysis" / "statistics.py"
    own.write_text(own.read_text(encoding="utf-8").replace("import numpy", f"{KILLED}import numpy"), encoding="utf-8")
    run = run_lockstep("results", "--study", str(study))
    assert run.returncode < 0
    assert run.stderr.endswith(
        "The system ended `lockstep results` (Segmentation fault). A damaged data file may be the cause: open it in "
        "the program that wrote it and save it again, or save it as CSV.\n"
    )
    assert not (study / "build" / "results.json").exists()
