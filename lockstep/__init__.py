"""A clinical manuscript that moves in lockstep with the data."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .qmd.reads import NOTED, note_reads

if TYPE_CHECKING:
    from .analyses.own_statistics import Patients, statistic
    from .catalogue.catalogue import Statistic
    from .document.report import Report, open_study
    from .results.model import Record

__all__ = ["Patients", "Record", "Report", "Statistic", "open_study", "statistic"]
__version__ = "0.1.0"

_HOMES: Final = {
    "Patients": ".analyses.own_statistics",
    "Record": ".results.model",
    "Report": ".document.report",
    "Statistic": ".catalogue.catalogue",
    "open_study": ".document.report",
    "statistic": ".analyses.own_statistics",
}

if noted := os.environ.get(NOTED):  # a kernel of Quarto's: what its cells read decides when the report is made again
    note_reads(Path(noted))


def __getattr__(name: str) -> Any:
    # Loaded when first used: `lockstep` must start fast when there is nothing to do, and the process that writes the
    # manuscript never loads what computes.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
