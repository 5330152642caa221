"""Standard output and error that may be closed, full, or no longer read: never a traceback, and an honest exit code."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import Any, Final, TextIO

from .errors import explained

NOT_READ: Final = 141
"""The exit code of a program whose output nobody reads any more, as shells have it (128 + SIGPIPE)."""


class OutputStream:
    """A text stream that remembers that it could not be written, and is silent from then on.

    What else a program does is not stopped: documents that are made are put in place.
    """

    def __init__(self, stream: TextIO) -> None:
        """Wrap a stream; everything but writing is delegated to it."""
        self._stream = stream
        self.error: OSError | None = None
        self.was_used = False

    def write(self, text: str) -> int:
        """Write, as far as that is possible."""
        self.was_used = True
        self._try(self._stream.write, text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        self.write("".join(lines))

    def flush(self) -> None:
        """Hand on what was written."""
        self._try(self._stream.flush)

    def close(self) -> None:
        """Do nothing: a study's code that the program runs would take from it what it has still to say."""

    def __getattr__(self, name: str) -> Any:
        """Return what the stream has: `isatty`, `encoding`, `buffer`."""
        return getattr(self._stream, name)

    def _try(self, act: Any, *arguments: Any) -> None:
        if self.error is not None:
            return
        try:
            act(*arguments)
        except OSError as error:
            self.error = error


def guard_streams() -> tuple[OutputStream, OutputStream]:
    """Put guarded streams in the place of standard output and error; return them.

    Notes
    -----
    A descriptor that is closed would be given to the next file that is opened, and other programs would write into it.
    """
    closed = _open_closed_descriptors()
    streams = []
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            stream = os.fdopen(number, "w", encoding="utf-8", closefd=False)
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # a terminal of few characters
        guarded = OutputStream(stream)
        if number in closed:
            guarded.error = OSError(errno.EBADF, "it is closed")
        setattr(sys, name, guarded)
        streams.append(guarded)
    return streams[0], streams[1]


def exit_code(code: int, output: OutputStream, errors: OutputStream) -> int:
    """Return the exit code of a program that has ended with `code`, once all its output is written.

    Where standard output could not be written, one line says so; where its reader has gone, nothing is.
    """
    output.flush()
    if output.error is not None and code == 0:
        if output.error.errno == errno.EPIPE:
            code = NOT_READ
        elif output.was_used:
            code = 1
            errors.write(f"Standard output: {explained(output.error)}.\n")
    errors.flush()
    return code


def _open_closed_descriptors() -> set[int]:
    """Lead standard input, output and error to nowhere where they are closed; return which were."""
    closed = set()
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            closed.add(number)
            os.open(os.devnull, os.O_RDWR)  # the lowest that is free, which is this one
    return closed
