"""`make watch`: documents brought up to date whenever a file that they are made from is saved, until Ctrl-C.

The process that watches renders nothing and computes nothing. It has two prewarmed workers (see `worker`), one with the
statistics loaded and one with what makes documents; each runs once, when it is needed, and is then replaced. So no
patient row comes into the process that writes the manuscript, no run sees what another left, and memory does not grow.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final, NoReturn

from ..base.errors import LockstepError, counted
from ..base.resources import HOME, PACKAGE
from ..base.wording import first_of
from ..results.source import results_are_current
from ..study.definition import read_study
from .renderers import Renderer
from .watched_files import WatchedFiles
from .worker import Worker

_LOADS: Final = "import lockstep.runs.watch, lockstep.cli.command, lockstep.cli.manuscript, lockstep.cli.analysis"
_GOES_ON: Final = "Mend it and save; watching goes on.\n"


def watch(folder: Path, *, renderer: Renderer, output: Path | None = None, profiles: tuple[str, ...] = ()) -> NoReturn:
    """Build a study's documents, then again after each change of a file that they are made from.

    Parameters
    ----------
    folder, renderer, output, profiles : as `lockstep.runs.build.build` takes them.

    Raises
    ------
    LockstepError
        If the study cannot be read at the start. Later errors are printed, and the next change is waited for.
    KeyboardInterrupt
        When it is ended; what was running has ended in order before.
    """
    folder = folder.resolve()
    read_study(folder)
    files = WatchedFiles(folder, output, profiles)
    workers = _Workers(folder, renderer, output, profiles)
    reason: list[Path] = []
    with closing(workers):
        while True:
            files.remember()
            if any(path.is_relative_to(PACKAGE) and path.suffix == ".py" for path in reason):
                _start_again(reason, folder, workers)
                built = False
            else:
                built = workers.build(_named(reason, folder))
            files.after(built=built)
            workers.refill()
            if not reason:
                _say(f"Watching the {counted(files.count(), 'file')} that the report is made from; Ctrl-C ends.")
            reason = files.wait()


class _Workers:
    """The two prewarmed workers."""

    def __init__(self, folder: Path, renderer: Renderer, output: Path | None, profiles: tuple[str, ...]) -> None:
        self._folder = folder
        place = ["--output", str(output)] if output is not None else []
        place += [f"--profile={name}" for name in profiles]
        self._commands = {
            "documents": ["lockstep", "report", "--study", str(folder), "--renderer", renderer, *place],
            "results": ["lockstep", "results", "--study", str(folder)],
        }
        self._workers: dict[str, Worker] = {}

    def build(self, reason: str) -> bool:
        """Bring results and documents up to date, and report it; return whether that could be done."""
        begun = time.perf_counter()
        wanted = ["results", "documents"] if self._results_are_stale() else ["documents"]
        for name in wanted:
            run = self._start(name).run_once()
            del self._workers[name]
            if run.returncode != 0:
                sys.stdout.write(f"{reason}\n" if reason else "")
                sys.stdout.flush()
                sys.stderr.write(f"{run.stderr}{_GOES_ON}")
                return False
            sys.stderr.write(run.stderr)
        if not reason:
            _say(run.stdout.rstrip())
        elif run.stdout.rstrip().endswith("up to date"):
            _say(f"{reason}: nothing to do")
        else:
            _say(f"{reason}: {' and '.join(wanted)} written in {time.perf_counter() - begun:.1f} s")
        return True

    def refill(self) -> None:
        """Start what is missing, for the next time."""
        for name in self._commands:
            self._start(name)

    def close(self) -> None:
        """End both."""
        while self._workers:
            self._workers.popitem()[1].close()

    def _start(self, name: str) -> Worker:
        if name not in self._workers:
            self._workers[name] = Worker(*self._commands[name])
        return self._workers[name]

    def _results_are_stale(self) -> bool:
        try:
            return not results_are_current(read_study(self._folder))
        except (LockstepError, OSError):  # reported by the run
            return False


def _start_again(reason: Iterable[Path], folder: Path, workers: _Workers) -> None:
    """Become a new process that has loaded the code as it is now; where that cannot be loaded, say why and go on."""
    named = _named(reason, folder)
    loads = subprocess.run([sys.executable, "-c", _LOADS], cwd=HOME, capture_output=True, text=True, check=False)
    workers.close()
    if loads.returncode == 0:
        _say(f"{named}: starting again with the new code")
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (itself)
    where = re.findall(r'File "(.*)", line (\d+)', loads.stderr)[-1:]
    place = "".join(f"{_shown(Path(path), folder)}:{line}: " for path, line in where)
    said = loads.stderr.strip() or f"the code cannot be loaded: Python ended with code {loads.returncode}"
    sys.stderr.write(f"{place}{said.splitlines()[-1]}\n{_GOES_ON}")


def _named(paths: Iterable[Path], folder: Path) -> str:
    """Name changed files in short, with the time of day."""
    names = [_shown(path, folder) for path in paths]
    if not names:
        return ""
    return f"{time.strftime('%H:%M:%S')} {first_of(names, most=2)}"


def _shown(path: Path, folder: Path) -> str:
    for place in (folder, HOME):
        if path.is_relative_to(place):
            return path.relative_to(place).as_posix()
    return str(path)


def _say(line: str) -> None:
    """Print a line; where nobody reads it any more (`| head`), end, as Ctrl-C does."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    error = getattr(sys.stdout, "error", None)
    if isinstance(error, BrokenPipeError):
        raise KeyboardInterrupt
