"""Ctrl-C: one line and exit code 130, however often it is pressed, and never between two steps that belong together."""

from __future__ import annotations

import os
import resource
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from .errors import NO_MEMORY, is_out_of_memory
from .resources import PACKAGE
from .streams import exit_code, guard_streams

INTERRUPTED: Final = 130
"""The exit code of a program that was interrupted, as shells have it."""

DEBUG: Final = "LOCKSTEP_DEBUG"
"""The environment variable by which a developer sees the whole of an error."""

_LEAST_MEMORY: Final = 256 * 2**20  # bytes

_is_done = False  # what the program was run for; a global, since a signal finds its handler and nothing else


def run_main(main: Callable[[], int], *, sees_patients: bool = False) -> NoReturn:
    """Run a program's main function and exit with its code.

    Parameters
    ----------
    sees_patients : whether the words of an error that nobody foresaw may hold values of patients, so that only its kind
        and place are printed; with LOCKSTEP_DEBUG in the environment all of it is.

    Notes
    -----
    The first Ctrl-C counts; those after it would only disturb the tidying up. A lack of memory can show anywhere, as a
    library that cannot be loaded too: it is one line.
    """
    output, errors = guard_streams()
    signal.signal(signal.SIGINT, _once)
    try:
        _heed_memory_limit()
        code = main()
    except KeyboardInterrupt:  # while the program loads; later its main function says more
        errors.write("Interrupted.\n")
        code = INTERRUPTED
    except SystemExit as error:  # of the command line
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except Exception as error:
        if is_out_of_memory(error):
            errors.write(f"{NO_MEMORY}\n")
        elif not sees_patients or os.environ.get(DEBUG):
            raise
        else:
            errors.write(f"{_discreet(error)}\n")
        code = 1
    code = exit_code(code, output, errors)
    # Nothing is left to tidy up, and taking so many libraries apart would take a tenth of a second. After a Ctrl-C
    # inside of exec(), Python would even end by the signal, whatever the code.
    os._exit(code)


def _discreet(error: Exception) -> str:
    """Return the kind and place of an error, and none of its words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = next((frame for frame in reversed(frames) if Path(frame.filename).is_relative_to(PACKAGE)), frames[-1])
    where = f"{Path(place.filename).name}:{place.lineno}"
    return (
        f"The program has failed: {type(error).__name__} at {where}. This is a fault of the program; please report it. "
        f"More of the error could show values of patients; {DEBUG}=1 shows it to you."
    )


def _heed_memory_limit() -> None:
    """Raise MemoryError where a limit leaves too little to load numpy, which would hang or be killed."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each takes memory, and one that cannot be had is fatal
    if limit < _LEAST_MEMORY:
        raise MemoryError


def _once(_number: int, _frame: FrameType | None) -> None:
    if _is_done:
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def forget_interrupts() -> None:
    """Let Ctrl-C come too late from now on: what the program was run for is done, and only has to be reported.

    Notes
    -----
    Called inside `uninterrupted`, with the last change of a file: between the two, Ctrl-C would end a program that says
    that nothing was written. It holds for programs that `run_main` runs.
    """
    global _is_done
    _is_done = True


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the ``with`` block; KeyboardInterrupt is raised there."""
    if threading.current_thread() is not threading.main_thread():  # others are never interrupted
        yield
        return
    waiting: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: waiting.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
    if waiting:
        raise KeyboardInterrupt
