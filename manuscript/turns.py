"""One run at a time in a folder: a second one waits for its turn; a run that was killed holds nobody up."""

from __future__ import annotations

import fcntl
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from analysis.errors import LockstepError

LOCK: Final = ".report.lock"
WORKSHOP: Final = ".report-"
"""How the names of the folders begin in which runs work."""


@contextmanager
def one_at_a_time(target: Path) -> Iterator[None]:
    """Hold the turn in a folder, made where there is none; remove what killed runs left there.

    Notes
    -----
    The system gives the lock back however a run ends, also by ``kill -9``, so what lies there at our turn is left over.
    """
    target.mkdir(parents=True, exist_ok=True)
    try:
        lock = (target / LOCK).open("ab")
    except OSError as error:
        raise LockstepError(f"{target}: cannot be written to ({error.strerror}). Choose another --output.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write(f"{target.name}: another run is at work there; waiting for it to end\n")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in (path for path in target.iterdir() if path.name.startswith(WORKSHOP)):
            shutil.rmtree(left, ignore_errors=True)
        yield
