"""The kinds of figures: which module shows which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..base.errors import ReportError, nearest
from ..graphics.kind import FigureContent
from ..results.model import Results
from ..study.model import Study
from ..text.style import Style
from .flow import flow_figure
from .forest import forest_figure
from .love_plot import love_plot
from .survival import survival_figure

FIGURE_KINDS: Final[Mapping[str, Callable[[Any, Study, Results, Style], FigureContent]]] = {
    "survival": survival_figure,
    "cumulative_incidence": survival_figure,
    "flow": flow_figure,
    "forest": forest_figure,
    "balance": love_plot,
}
"""By the word that study.toml has for each kind; `lockstep.study.figures` reads what it asks of a figure."""


def figure_content(name: str, study: Study, results: Results, style: Style) -> FigureContent:
    """Return what a figure of study.toml shows.

    Raises
    ------
    ReportError
        If study.toml has no such figure, or it asks for what the analysis does not give.
    ResultsError
        If the results lack a curve or record of it, or contradict each other.
    """
    if name not in study.figures:
        known = ", ".join(study.figures) or "none"
        hint = nearest(name, study.figures) or "."
        raise ReportError(f"no figure '{name}' in study.toml{hint} Its figures: {known}.")
    figure = study.figures[name]
    return FIGURE_KINDS[figure.kind](figure, study, results, style)
