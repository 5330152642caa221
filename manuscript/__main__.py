"""``python -m manuscript``: a study's documents built, checked, traced, audited, locked, and compared with a lock."""

from __future__ import annotations

from analysis.interrupts import run_program


def main(arguments: list[str] | None = None) -> int:
    """Run a verb of the command line; return the exit code."""
    from .commands import run  # inside, so that Ctrl-C while it loads is one line as well

    return run(arguments)


if __name__ == "__main__":
    run_program(main)
