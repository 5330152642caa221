"""A clinical manuscript that moves in lockstep with the data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .qmd.reads import NOTED, note_reads

if TYPE_CHECKING:
    from .document.report import Report, open_study

__all__ = ["Report", "open_study"]
__version__ = "0.1.0"

if noted := os.environ.get(NOTED):  # a kernel of Quarto's: what its cells read decides when the report is made again
    note_reads(Path(noted))


def __getattr__(name: str) -> Any:
    # Loaded when first used: `lockstep` must start fast when there is nothing to do.
    if name in __all__:
        from .document import report as document

        return getattr(document, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
