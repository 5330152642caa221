"""Which profiles of Quarto are active; a journal is one."""

from __future__ import annotations

import os
import re
from typing import Final

PROFILES: Final = "QUARTO_PROFILE"
"""The variable by which Quarto receives the active profiles, and passes them to the document's code."""


def active_profiles() -> list[str]:
    """Return the names in QUARTO_PROFILE."""
    return [name for name in re.split(r"[,\s]+", os.environ.get(PROFILES, "")) if name]
