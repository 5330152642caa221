"""Progress: one line per stage with its time, and how far a long one is; at a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TextIO

_SHORT: Final = 2.0  # seconds that need no word
_BETWEEN: Final = 0.5  # from one line to the next


@dataclass(slots=True)
class Stage:
    """A stage under way; `note` is printed behind its time."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Prints stages to a stream while `shown`; a stage that fails prints nothing, since its error does."""

    stream: TextIO
    shown: bool
    started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Time what is done inside of the ``with`` block."""
        stage = Stage()
        start = time.perf_counter()
        yield stage
        self.line(name, time.perf_counter() - start, stage.note)

    def line(self, name: str, seconds: float, note: str = "") -> None:
        """Print one stage, for work that was timed elsewhere."""
        if self.shown:
            print(f"{name:<10}{seconds:6.1f} s  {note}".rstrip(), file=self.stream, flush=True)

    def total(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self.started


class Countdown:
    """Says at a terminal how many parts of something long are done, once it is clear that it takes seconds."""

    def __init__(self, name: str, parts: int, stream: TextIO | None = None) -> None:
        """Count `parts` of what is called `name`, on standard error."""
        self._name, self._parts, self._done, self._shown = name, parts, 0, 0.0
        self._stream = sys.stderr if stream is None else stream
        self._start = time.perf_counter()

    def __enter__(self) -> Countdown:
        """Begin."""
        return self

    def one(self) -> None:
        """Count one more part."""
        self._done += 1
        now = time.perf_counter()
        if self._stream.isatty() and now - self._start > _SHORT and now - self._shown > _BETWEEN:
            self._shown = now
            print(f"\r{self._name}: {self._done} of {self._parts}", end="", file=self._stream, flush=True)

    def __exit__(self, *_: object) -> None:
        """Wipe the line."""
        if self._shown:
            print(f"\r{' ' * (len(self._name) + 20)}\r", end="", file=self._stream, flush=True)
