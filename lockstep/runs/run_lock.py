"""The run lock of a folder: a second run waits until it is released; the system releases that of a killed run."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ..base.errors import LockstepError, is_full, system_message
from ..base.files import new_workspace, remove_leftovers, remove_marked, remove_workspaces
from ..base.interrupts import uninterrupted
from .commit import WORKSHOP, complete

LOCK: Final = ".report.lock"


@contextmanager
def one_at_a_time(target: Path) -> Iterator[None]:
    """Hold the run lock of a folder, which is made where missing; complete or remove what killed runs left there.

    Notes
    -----
    The system releases the lock however a run ends, also by ``kill -9``, so what is there once we hold it is left over.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        lock = os.fdopen(os.open(target / LOCK, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666), "ab")
    except (FileExistsError, NotADirectoryError):  # something else is there, which the error names
        raise
    except OSError as error:
        raise _cannot_write(target, error) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write(f"{target.name}: another run is at work there; waiting for it to end\n")
            fcntl.flock(lock, fcntl.LOCK_EX)
        remove_workspaces(target, prefix=WORKSHOP)
        remove_leftovers(target)
        complete(target)
        yield


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """Make a temporary folder beside the outputs, on the same disk, so that they can be moved there in one step.

    Notes
    -----
    An interrupt that comes while the folder is removed comes too late: the work is done, or has failed.
    """
    work: Path | None = None
    try:
        with uninterrupted():
            work = _new_folder(target)
        yield work
    finally:
        if work is not None:
            with suppress(KeyboardInterrupt), uninterrupted():
                remove_marked(work)


def _new_folder(target: Path) -> Path:
    try:
        return new_workspace(target, prefix=WORKSHOP)
    except OSError as error:
        raise _cannot_write(target, error) from None


def _cannot_write(target: Path, error: OSError) -> LockstepError:
    """Return the error that a folder for outputs cannot be written to, and what to do."""
    if is_full(error):
        return LockstepError(system_message(error))
    return LockstepError(
        f"{target}: cannot be written to ({error.strerror}). Make it writable, or work on a copy of the study."
    )
