"""``python -m analysis``: compute build/results.json, or run a verb: ``audit``, ``fingerprint``."""

from __future__ import annotations

from .interrupts import run_program


def main(arguments: list[str] | None = None) -> int:
    """Run the analysis or a verb of the command line; return the exit code."""
    from .commands import run  # inside, so that Ctrl-C while it loads is one line as well

    return run(arguments)


if __name__ == "__main__":
    run_program(main, sees_patients=True)
