"""Lines for a terminal, none wider than it can show; ids stay whole, so that they can be searched and copied."""

from __future__ import annotations

import textwrap
from typing import Final

WIDTH: Final = 120


def wrapped(line: str, *, indent: int) -> list[str]:
    """Break a line between words, where it is too wide; what follows is indented."""
    broken = textwrap.wrap(
        line, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )  # fmt: skip
    return broken or [line]
