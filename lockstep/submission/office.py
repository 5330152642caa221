"""LibreOffice, where it is installed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from ..base.stamp import identity

PROGRAMS: Final = ("soffice", "libreoffice")


def find_office() -> Path | None:
    """Return the program as it is found on PATH; None where there is none."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    return None if found is None else Path(found)


def identity_of_office() -> str:
    """Name what is installed so that another version of it is another name."""
    found = find_office()
    # The one on PATH is a link on most systems, and stays as it is.
    return identity(found and found.resolve(), without="none")
