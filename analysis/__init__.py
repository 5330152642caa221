"""What is particular to this study and written in Python: `r` for report.qmd, and the simulation of its cohort."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "r":  # opened where the document runs, whichever copy of the study that is
        from lockstep import open_study

        return open_study()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
