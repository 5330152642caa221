"""How the program was called: by its own name, or by make; messages name verbs and options in that form.

A Makefile says so by LOCKSTEP_CALLED_BY=make, and leaves what its user said in the environment, under the names that
options have there: `--journal bmj` is JOURNAL=bmj. They are read once, by the program that make calls; what that
starts of its own is given arguments, and only words its messages in the same way.
"""

from __future__ import annotations

import os
from typing import Final

CALLED_BY: Final = "LOCKSTEP_CALLED_BY"
_MAKE: Final = "make"
_OPTIONS_READ: Final = "make, whose options are read"

POSITIONAL: Final = {"new": "folder", "draft": "journal", "profile": "journal", "lock": "name", "audit": "file"}
"""What a verb takes without the name of an option."""


def by_make() -> bool:
    """Return whether the user called make."""
    return os.environ.get(CALLED_BY, "") in (_MAKE, _OPTIONS_READ)


def take_options_of_make() -> bool:
    """Return whether the options are still to be read from the environment, which is so once."""
    if os.environ.get(CALLED_BY) != _MAKE:
        return False
    os.environ[CALLED_BY] = _OPTIONS_READ
    return True


def option(name: str, value: str | bool) -> str:
    """Return an option as the user writes it: ``--journal bmj`` or ``JOURNAL=bmj``; ``--no-run`` or ``RUN=0``."""
    if by_make():
        return f"{name.upper()}={value if isinstance(value, str) else int(value)}"
    words = name.replace("_", "-")
    if isinstance(value, str):
        return f"--{words} {value}"
    return f"--{'' if value else 'no-'}{words}"


def called(verb: str, **options: str | bool) -> str:
    """Return the call of a verb as the user types it, quoted: `lockstep lock 2026-11`, or `make lock NAME=2026-11`.

    >>> called("trace", unprinted=True), called("draft", journal="bmj", force=True)
    ('`lockstep trace --unprinted`', '`lockstep draft bmj --force`')
    """
    words = [
        str(value) if name == POSITIONAL.get(verb) and not by_make() else option(name, value)
        for name, value in options.items()
    ]
    return f"`{' '.join(['make' if by_make() else 'lockstep', verb, *words])}`"
