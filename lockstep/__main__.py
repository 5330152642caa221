"""``lockstep``, or ``python -m lockstep``: the program and its verbs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from .base.interrupts import run_main

COMPUTING = frozenset({"new", "results", "examine", "judge", "fingerprint"})
"""The verbs that read patient rows; each runs in a process of its own, in which no document is made."""

_CYCLES_EVERY = 100_000
"""New objects after which Python looks for cycles of them. Its own 700 fit a program that runs on; one that loads large
libraries, makes few cycles and ends would spend a tenth of its time on looking."""

_COMPLETE = "_LOCKSTEP_COMPLETE"
"""What a shell sets that asks how a command goes on."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line says, or these arguments; return the exit code."""
    from .cli import command  # inside, so that Ctrl-C while it loads is one line as well

    return command.answer_shell() if os.environ.get(_COMPLETE) else command.run_verb(arguments)


def program() -> NoReturn:
    """Run the program and exit with its code."""
    gc.set_threshold(_CYCLES_EVERY)
    run_main(main, sees_patients=sys.argv[1:2] != [] and sys.argv[1] in COMPUTING)


if __name__ == "__main__":
    program()
