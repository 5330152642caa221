"""What renders the documents of a study: Quarto where it is installed, or the built-in renderer."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ..base.errors import ReportError
from ..base.invocation import option
from ..base.stamp import identity

Renderer = Literal["auto", "builtin", "quarto"]
"""What a user can ask for; "auto" takes Quarto where it is installed."""


def chosen_quarto(renderer: Renderer) -> Path | None:
    """Return the Quarto program where it is to be used, None for the built-in renderer.

    Raises
    ------
    ReportError
        If Quarto is asked for and is not installed, or QUARTO_PATH leads to nothing.
    """
    if renderer == "builtin":
        return None
    from ..render.quarto import find_quarto  # loads pandoc's module and more

    found = find_quarto()
    if found is None and renderer == "quarto":
        raise ReportError(
            f"{option('renderer', 'quarto')}, but there is no Quarto: QUARTO_PATH is not set and no `quarto` is on "
            f"PATH. Install it (quarto.org, or `pip install quarto-cli` where this program is), or use "
            f"{option('renderer', 'builtin')}."
        )
    return found


def renderer_of(renderer: Renderer) -> str:
    """Return what renders the documents for a choice: "quarto" or "builtin"."""
    if renderer == "auto":
        return "builtin" if chosen_quarto(renderer) is None else "quarto"
    return renderer


def identity_of_renderer(renderer: Renderer) -> str:
    """Name what renders the documents for a choice, so that another version of it is another name."""
    return identity(chosen_quarto(renderer), without="builtin")
