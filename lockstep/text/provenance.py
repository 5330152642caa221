"""Printed text that knows its results, so that a number on paper can be followed back to its record."""

from __future__ import annotations

from collections.abc import Iterable

from ..base import escape


class PrintedText(str):
    """A text with the ids of the results that it prints, and its place in a table or figure."""

    __slots__ = ("ids", "place")

    ids: tuple[str, ...]
    place: str

    def __new__(cls, text: str, ids: Iterable[str] = (), place: str = "") -> PrintedText:
        """Return `text`, which prints the results with these ids."""
        new = super().__new__(cls, text)
        new.ids, new.place = tuple(dict.fromkeys(ids)), place
        return new

    def at(self, place: str) -> PrintedText:
        """Return the same text at a place."""
        return PrintedText(self, self.ids, place)


def joined(text: str, *parts: str) -> PrintedText:
    """Return a text that was put together from these parts, with all their ids."""
    return PrintedText(text, (record_id for part in parts if isinstance(part, PrintedText) for record_id in part.ids))


def marked_markdown(markdown: str, ids: Iterable[str]) -> str:
    """Return inline Markdown as a span that names its results; unchanged where there are none."""
    names = " ".join(ids)
    return f'[{markdown}]{{.result data-ids="{names}"}}' if names else markdown


def marked_html(text: str, ids: Iterable[str]) -> str:
    """Return literal text as an HTML span that names its results; without a span where there are none."""
    names = " ".join(ids)
    literal = escape.html_text(text)
    return f'<span class="result" data-ids="{names}">{literal}</span>' if names else literal
