"""LibreOffice, where it is installed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

PROGRAMS: Final = ("soffice", "libreoffice")


def find_office() -> Path | None:
    """Return the program as it is found on PATH; None where there is none."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    return None if found is None else Path(found)


def identity_of_office() -> str:
    """Name what is installed so that another version of it is another name, without starting it."""
    found = find_office()
    if found is None:
        return "none"
    program = found.resolve()  # the one on PATH is a link on most systems, and stays as it is
    status = program.stat()
    return f"{program} {status.st_size} {status.st_mtime_ns}"
