"""``python -m lockstep``: the verbs of the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .base.interrupts import run_program

COMPUTING = frozenset({"results", "judge", "fingerprint"})
"""The verbs that read patient rows; each runs in a process of its own, in which no document is made."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a verb of the command line; return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in COMPUTING:
        from .cli import analysis  # inside, so that Ctrl-C while it loads is one line as well

        return analysis.run(words)
    from .cli import manuscript

    return manuscript.run(words)


if __name__ == "__main__":
    run_program(main, sees_patients=sys.argv[1:2] != [] and sys.argv[1] in COMPUTING)
