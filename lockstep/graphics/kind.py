"""The one interface of all kinds of figures: what a figure shows, what it prints of the results, its drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Protocol

from ..base.errors import ReportError
from ..results.curves import PrintedCurve
from ..text.figure_size import FigureSize
from ..text.figure_text import Measure
from ..text.provenance import PrintedText
from .shapes import Drawing


class NoRoomError(ReportError):
    """A figure that does not fit into the size that it should have; the message goes on after its name."""


class FigureContent(Protocol):
    """What a figure of some kind shows, before anything is drawn.

    A frozen value of texts and printed curves, never of numbers at full precision: two that are equal look alike, and
    its `repr` decides whether the figure is drawn anew.
    """

    @property
    def name(self) -> str:
        """Its name in study.toml."""

    @property
    def size(self) -> FigureSize:
        """The room that it has by the style or a journal."""

    def alt_text(self) -> str:
        """Say in words what it shows, with its numbers."""

    def printed(self) -> Iterator[PrintedText]:
        """Yield each text of the picture that prints results, with its place: for the trace."""

    def described(self) -> Iterator[PrintedText]:
        """Yield each text that prints results in the alternative text only."""

    def curves(self) -> Mapping[str, PrintedCurve]:
        """Return the curves that it draws, by the ids of their results: they leave with the document."""

    def draw(self, size: FigureSize, measure: Measure) -> Drawing:
        """Draw it in a size.

        Raises
        ------
        NoRoomError
            If it does not fit into the size.
        """


def drawn_to_fit(content: FigureContent, measure: Measure) -> Drawing:
    """Draw a figure in its size, or in the first of the others that is large enough.

    Raises
    ------
    NoRoomError
        If it fits into none.
    """
    *sizes, last = (content.size, *content.size.otherwise)
    for size in sizes:
        with suppress(NoRoomError):
            return content.draw(size, measure)
    try:
        return content.draw(last, measure)
    except NoRoomError as error:
        raise NoRoomError(f"study.toml: [figures.{content.name}] {error}") from None
