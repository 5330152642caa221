"""What the authors of a document have still to write: the places that say so, as a new study has them."""

from __future__ import annotations

import re
from typing import Final

from ..qmd.source import Document

TO_BE_WRITTEN: Final = re.compile(r"\[to be\s+written(?:\.|:\s*(?P<what>[^\]]+?)\.?)?\]", re.IGNORECASE)
"""The mark of such a place: ``[To be written: setting and dates.]``."""
_NAME: Final = re.compile(r"(?P<what>\w+(?: \w+)?) \(to be written\)", re.IGNORECASE)


def unwritten(document: Document) -> tuple[str, ...]:
    """Return the places of a document that are to be written, each with its line and what belongs there."""
    text = "\n".join(document.lines)
    found = sorted((*TO_BE_WRITTEN.finditer(text), *_NAME.finditer(text)), key=lambda match: match.start())
    return tuple(_described(document, text[: match.start()].count("\n") + 1, match["what"] or "") for match in found)


def _described(document: Document, line: int, what: str) -> str:
    said = f": {' '.join(what.split())}" if what else ""
    return f"{document.name}:{line}: to be written{said}"
