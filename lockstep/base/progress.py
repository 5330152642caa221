"""Progress: one line per stage with its time, at a terminal only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO


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
