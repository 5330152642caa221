"""A run may be killed at any point, or meet another run: whole files stay, and the next run is correct."""

from __future__ import annotations

import fcntl
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from lockstep.__main__ import main
from lockstep.results.json_file import read_results

pytestmark = pytest.mark.slow  # runs that are killed at many points

NAMES = ("report.pdf", "report.docx", "results.json")
KILLS = 10
WAITED = "build: another run is at work there; waiting for it to end\n"


@pytest.fixture
def folder(built_implants: Path, tmp_path: Path) -> Path:
    """Return a copy of the second study with its documents."""
    return Path(shutil.copytree(built_implants, tmp_path / "study"))


def start(folder: Path) -> subprocess.Popen[str]:
    """Start a run in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "lockstep", "report", "--study", str(folder), "--renderer", "builtin"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(folder: Path) -> None:
    """Run to the end."""
    run = start(folder)
    assert run.communicate()[1] == ""
    assert run.returncode == 0


def built(folder: Path) -> dict[str, bytes]:
    """Return the outputs that are there."""
    return {name: path.read_bytes() for name in NAMES if (path := folder / "build" / name).is_file()}


def change(folder: Path, number: int) -> None:
    """Change the prose, and every second time the data."""
    with (folder / "report.qmd").open("a", encoding="utf-8") as document:
        document.write(f"\nEdit {'x' * (number + 1)}.\n")
    if number % 2:
        data = folder / "data" / "implants.csv"
        data.write_text("".join(data.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


def clean_build(folder: Path, place: Path) -> dict[str, bytes]:
    """Return what a study gives where nothing was built before."""
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("build"))
    assert main(["report", "--study", str(place), "--renderer", "builtin"]) == 0
    return built(place)


def test_a_run_killed_at_any_point_leaves_whole_files_and_the_next_run_is_correct(folder: Path, tmp_path: Path) -> None:
    """After each of ten kills at random moments every output can be read; then one run gives what a clean one gives."""
    moments = random.Random(20261123)  # noqa: S311 (no secret)
    finish(folder)
    change(folder, 0)
    begun = time.monotonic()
    finish(folder)
    whole = time.monotonic() - begun  # of a run that draws no figure
    killed = 0
    for number in range(KILLS):
        change(folder, number)
        run = start(folder)
        time.sleep(moments.uniform(0.05, 0.9) * whole)
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        killed += run.returncode == -signal.SIGKILL
        files = built(folder)
        assert set(files) == set(NAMES)
        assert files["report.pdf"].startswith(b"%PDF")
        assert files["report.pdf"].rstrip().endswith(b"%%EOF")
        assert zipfile.ZipFile(io.BytesIO(files["report.docx"])).testzip() is None
        assert len(read_results(folder / "build" / "results.json").records) > 10
    assert killed >= KILLS / 2
    finish(folder)
    assert built(folder) == clean_build(folder, tmp_path / "clean")
    left = [path.name for path in (folder / "build").rglob(".*")]
    assert not [name for name in left if name.startswith(".report-") or name.endswith((".lockstep-part", ".pending"))]


def wait_for_its_turn(run: subprocess.Popen[str], folder: Path) -> None:
    """Wait until a run has loaded and is at work."""
    with (folder / "build" / ".report.lock").open("ab") as lock:
        while run.poll() is None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            fcntl.flock(lock, fcntl.LOCK_UN)
            time.sleep(0.005)


def test_a_run_interrupted_at_any_point_says_so_in_one_line(folder: Path, tmp_path: Path) -> None:
    """Ctrl-C, pressed twice by the impatient, ends all processes of a run: one line, code 130, nothing left behind."""
    moments = random.Random(20261125)  # noqa: S311 (no secret)
    finish(folder)
    change(folder, 0)
    begun = time.monotonic()
    finish(folder)
    whole = time.monotonic() - begun
    interrupted = 0
    for number in range(KILLS):
        before = built(folder)
        change(folder, number)
        run = start(folder)
        wait_for_its_turn(run, folder)
        time.sleep(moments.uniform(0, 0.7) * whole)
        os.killpg(run.pid, signal.SIGINT)
        os.killpg(run.pid, signal.SIGINT)
        said = run.communicate()[1].replace(WAITED, "")  # for the test's own look at the lock
        after = built(folder)
        if run.returncode == 130:
            assert said == "Interrupted. No document was written; any earlier report is untouched.\n"
            assert [after[name] for name in NAMES[:2]] == [before[name] for name in NAMES[:2]]
            interrupted += 1
        else:
            assert (run.returncode, said) == (0, "")
        left = [path.name for path in (folder / "build").rglob(".*")]
        assert not [
            name for name in left if name.startswith(".report-") or name.endswith((".lockstep-part", ".pending"))
        ]
    assert interrupted >= KILLS / 2
    finish(folder)
    assert built(folder) == clean_build(folder, tmp_path / "clean")


def test_an_interrupt_while_a_program_loads_is_one_line_too(tmp_path: Path) -> None:
    """Where no verb has begun there is nothing more to say; the code is 130 also inside of exec(), as modules load."""
    for interrupt in ("signal.raise_signal(2)", "exec('signal.raise_signal(2)')"):
        code = f"import signal\nfrom lockstep.base.interrupts import run_main\nrun_main(lambda: {interrupt})\n"
        (tmp_path / "program.py").write_text(code)
        command, environment = [sys.executable, "-m", "program"], os.environ | {"PYTHONPATH": str(ROOT)}
        run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (run.returncode, run.stderr) == (130, "Interrupted.\n")


def test_two_runs_at_once_take_turns(folder: Path, tmp_path: Path) -> None:
    """Both succeed, the outputs are those of a run alone, and the second finds its work done."""
    shutil.rmtree(folder / "build")
    runs = [start(folder), start(folder)]
    said = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert sum("written in" in text for text in said) == 1
    assert sum("are up to date" in text for text in said) == 1
    assert built(folder) == clean_build(folder, tmp_path / "clean")
