"""Results to text, tables, figures and documents; computes no statistic and sees no patient row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .document import Report, open_study

__all__ = ["Report", "open_study"]


def __getattr__(name: str) -> Any:
    # Loaded when first used: `python -m manuscript` must start fast when there is nothing to do.
    if name in __all__:
        from . import document

        return getattr(document, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
