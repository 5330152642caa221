"""A prewarmed worker: it runs once, ends in order, and never outlives whoever started it."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT

from lockstep.runs.worker import Worker

PATIENCE = 60  # seconds, on a machine that has other things to do
PROGRAM = """
import fcntl, sys, time
from pathlib import Path
from lockstep.runs.worker import wait_for_start
held = open("held", "w")
fcntl.flock(held, fcntl.LOCK_EX)
Path("loaded").touch()
try:
    if wait_for_start():
        Path("begun").touch()
        print("said", flush=True)
        time.sleep(float(sys.argv[1]))
        Path("done").touch()
except KeyboardInterrupt:
    Path("in order").touch()
"""
STARTER = """
import sys, time
from lockstep.runs.worker import Worker
worker = Worker("program", "600")
if sys.argv[1] == "begun":
    worker.start()
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the program, which finds ours; processes start in it."""
    (tmp_path / "program.py").write_text(PROGRAM)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def until(path: Path) -> None:
    """Wait for a file."""
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < end, path
        time.sleep(0.01)


def until_ended(folder: Path) -> None:
    """Wait for the end of the program, which holds a file as long as it lives."""
    end = time.monotonic() + PATIENCE
    with (folder / "held").open() as held:
        while True:
            try:
                return fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                assert time.monotonic() < end, "still runs"
                time.sleep(0.01)


def test_it_runs_when_it_is_told_and_says_what_it_said(folder: Path) -> None:
    """Not before; and closing it afterwards changes nothing."""
    with closing(Worker("program", "0")) as worker:
        until(folder / "loaded")
        time.sleep(0.2)
        assert not (folder / "begun").exists()
        run = worker.run_once()
    assert (run.returncode, run.stdout, run.stderr) == (0, "said\n", "")
    assert (folder / "done").exists()


@pytest.mark.parametrize("told", [False, True])
def test_closing_ends_it_in_order(folder: Path, told: bool) -> None:
    """Whether it waits or runs, it can tidy up."""
    worker = Worker("program", "600")
    until(folder / "loaded")
    if told:
        worker.start()
        until(folder / "begun")
    time.sleep(0.1)
    worker.close()
    assert (folder / "in order").exists()
    assert not (folder / "done").exists()


def test_one_that_does_not_hear_ctrl_c_ends_all_the_same_where_it_waits(folder: Path) -> None:
    """A shell starts what runs in the background deaf to it, and a program that still loads hears nothing else."""
    (folder / "program.py").write_text(f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{PROGRAM}")
    worker = Worker("program", "600")
    until(folder / "loaded")
    worker.close()
    assert not (folder / "begun").exists()


def test_one_that_has_ended_before_it_is_told_says_why(folder: Path) -> None:
    """What it said is there, and nothing fails in whoever starts it."""
    (folder / "program.py").write_text("raise SystemExit('no such thing')")
    worker = Worker("program")
    time.sleep(0.5)
    run = worker.run_once()
    assert (run.returncode, run.stderr) == (1, "no such thing\n")


@pytest.mark.parametrize("moment", ["loaded", "begun"])
def test_it_does_not_outlive_a_process_that_is_killed(folder: Path, moment: str) -> None:
    """Else it would write into folders that the next run tidies up."""
    starter = subprocess.Popen([sys.executable, "-c", STARTER, moment])
    until(folder / moment)
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    until_ended(folder)
    assert not (folder / "done").exists()
