"""Files that hold the name of an author, for the tests of the search for it."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, PngImagePlugin

from lockstep.anonymisation.scan import traces
from lockstep.base.resources import TEMPLATES

FONTS = TEMPLATES / "fonts"
NAME = "Zoë Quistgaard"
WORDS = (NAME, "Quistgaard")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def places(path: Path, words: tuple[str, ...] = WORDS) -> list[str]:
    """Return the places where words stand in a file."""
    return [trace.place for trace in traces(path, words)]


def picture(kind: str, **options: object) -> bytes:
    """Return a small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(buffer, kind, **options)
    return buffer.getvalue()


def png_with(text: str) -> bytes:
    """Return a PNG file that says something."""
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", text)
    return picture("PNG", pnginfo=told)
