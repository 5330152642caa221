"""Printed text that knows its results, so that a number on paper can be followed back to its record."""

from __future__ import annotations

from collections.abc import Iterable

from ..base import escape


class PrintedText(str):
    """A text with the ids of the results that it prints, and its place in a table or figure.

    `decimals` are those in which it prints them, where a row of a table asks for others than theirs.
    """

    __slots__ = ("decimals", "ids", "place")

    ids: tuple[str, ...]
    place: str
    decimals: int | None

    def __new__(
        cls, text: str, ids: Iterable[str] = (), place: str = "", *, decimals: int | None = None
    ) -> PrintedText:
        """Return `text`, which prints the results with these ids."""
        new = super().__new__(cls, text)
        new.ids, new.place, new.decimals = tuple(dict.fromkeys(ids)), place, decimals
        return new

    def at(self, place: str) -> PrintedText:
        """Return the same text at a place."""
        return PrintedText(self, self.ids, place, decimals=self.decimals)


def joined(text: str, *parts: str) -> PrintedText:
    """Return a text that was put together from these parts, with all their ids, in the decimals of the first."""
    printed = [part for part in parts if isinstance(part, PrintedText)]
    ids = (record_id for part in printed for record_id in part.ids)
    return PrintedText(text, ids, decimals=printed[0].decimals if printed else None)


def marked_markdown(markdown: str, ids: Iterable[str]) -> str:
    """Return inline Markdown as a span that names its results; unchanged where there are none."""
    names = " ".join(ids)
    return f'[{markdown}]{{.result data-ids="{names}"}}' if names else markdown


def marked_html(text: str, ids: Iterable[str]) -> str:
    """Return literal text as an HTML span that names its results; without a span where there are none."""
    names = " ".join(ids)
    literal = escape.html_text(text)
    return f'<span class="result" data-ids="{names}">{literal}</span>' if names else literal
