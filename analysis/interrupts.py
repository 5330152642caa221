"""Ctrl-C: one line and exit code 130, however often it is pressed, and never between two steps that belong together."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final, NoReturn

INTERRUPTED: Final = 130
"""The exit code of a program that was interrupted, as shells have it."""


def run_program(main: Callable[[], int]) -> NoReturn:
    """Run a program's main function and exit with its code.

    Notes
    -----
    The first Ctrl-C counts; those after it would only disturb the tidying up.
    """
    signal.signal(signal.SIGINT, _once)
    try:
        code = main()
    except KeyboardInterrupt:  # while the program loads; later its main function says more
        sys.stderr.write("Interrupted.\n")
        code = INTERRUPTED
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # whoever reads it may have gone
            stream.flush()
    # Nothing is left to tidy up, and taking so many libraries apart would take a tenth of a second. After a Ctrl-C
    # inside of exec(), Python would even end by the signal, whatever the code.
    os._exit(code)


def _once(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


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
