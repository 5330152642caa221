"""Results to text, tables, figures and documents; computes no statistic and sees no patient row."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .render.reads import NOTED, note_reads

if TYPE_CHECKING:
    from .document import Report, open_study

__all__ = ["Report", "open_study"]

if noted := os.environ.get(NOTED):  # a kernel of Quarto's: what its cells read decides when the report is made again
    note_reads(Path(noted))


def __getattr__(name: str) -> Any:
    # Loaded when first used: `python -m manuscript` must start fast when there is nothing to do.
    if name in __all__:
        from . import document

        return getattr(document, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
