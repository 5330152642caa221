"""Progress of what takes long: nothing of what is short, and nothing where nobody looks."""

from __future__ import annotations

import io

import pytest

from lockstep.base import progress
from lockstep.base.progress import Countdown


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        """Return that it is a terminal."""
        return True


@pytest.mark.parametrize(
    ("stream", "seconds", "shown"), [(Terminal, 3, True), (Terminal, 0, False), (io.StringIO, 3, False)]
)
def test_how_much_is_done_is_shown_at_a_terminal_after_a_while(
    stream: type[io.StringIO], seconds: float, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line says how many of how many, and is gone at the end."""
    clock = iter([0.0, *[seconds + i for i in range(1, 4)]])
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock) if seconds else 0.0)
    written = stream()
    with Countdown("imputed data sets", 3, written) as countdown:
        for _ in range(3):
            countdown.one()
    assert ("imputed data sets: 2 of 3" in written.getvalue()) == shown
    assert written.getvalue().endswith("\r") == shown
