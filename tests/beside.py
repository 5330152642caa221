"""Stands for a worker, a process beside: what it would do is done in this process, where all is loaded."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from subprocess import CompletedProcess


class Beside:
    """Work that is done when its end is waited for; what it says is caught, as that of a process is."""

    def __init__(self, work: Callable[[], int]) -> None:
        """Keep what is to be done; it returns an exit code."""
        self._work = work

    def start(self) -> None:
        """Do nothing yet."""

    def ended(self) -> CompletedProcess[str]:
        """Do it."""
        said, errors = io.StringIO(), io.StringIO()
        with redirect_stdout(said), redirect_stderr(errors):
            code = self._work()
        return CompletedProcess([], code, said.getvalue(), errors.getvalue())

    def close(self) -> None:
        """End nothing."""
