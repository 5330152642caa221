"""A prewarmed worker: a process that has loaded its libraries, waits for a start signal, and runs once.

Nothing can leak from one run to the next, since no process runs twice; what is slow about a fresh process, loading
libraries, is done before anybody waits for it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, cast

GO: Final = "go\n"

_end: Final = os._exit  # as it is here: a document that is run cannot put another in its place


def wait_for_start() -> bool:
    """Wait, in the worker, for the start signal; return False where the parent process has gone without it.

    Once it runs, it exits as soon as its parent does, be it by kill -9: nobody is left to take its output.
    """
    started = sys.stdin.readline() == GO
    if started:
        threading.Thread(target=_exit_with_parent, args=(sys.stdin.fileno(),), daemon=True).start()
    return started


def _exit_with_parent(pipe: int) -> None:
    os.read(pipe, 1)  # nothing more is written: this waits for the end of the pipe
    _end(1)


class Worker:
    """A program of ours, started with ``--wait``; the arguments are what follows ``python -m``."""

    def __init__(self, *arguments: str, cwd: Path | None = None) -> None:
        """Start it."""
        # A group of its own: Ctrl-C at the terminal reaches whoever watches, who ends this process in order.
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments, "--wait"],
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        # Not for communicate() to close: by the end of this pipe the worker knows that this process has gone.
        self._input, self._process.stdin = cast(IO[str], self._process.stdin), None
        self._started = False

    def start(self) -> None:
        """Let the program run."""
        self._started = True
        with suppress(BrokenPipeError):  # it has ended already; its output says why
            self._input.write(GO)
            self._input.flush()

    def ended(self) -> subprocess.CompletedProcess[str]:
        """Wait for its end; return what it said."""
        said, errors = self._process.communicate()
        with suppress(BrokenPipeError):
            self._input.close()
        return subprocess.CompletedProcess(self._process.args, self._process.returncode, said, errors)

    def run_once(self) -> subprocess.CompletedProcess[str]:
        """Let the program run to its end; return what it said."""
        self.start()
        return self.ended()

    def close(self) -> None:
        """End the program, where it has not ended: at once if it waits, in order, and with all that it has started."""
        if self._process.returncode is not None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGINT)
        # It may still be loading, and ignore the signal as what a shell starts in the background does.
        if not self._started:
            with suppress(BrokenPipeError):
                self._input.close()
        self.ended()
