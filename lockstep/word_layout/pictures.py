"""Pictures of a Word file: alternative text, ids, and a size that fits the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Final

from lxml.etree import _Element as Element

from ..word.wordml import find, qualified
from .floats import WordFloat, caption_words

_EMU_PER_TWIP: Final = 635  # English metric units, in which drawings are measured


def describe_pictures(body: Element, floats: Iterable[WordFloat], alt_texts: Mapping[str, str]) -> None:
    """Give every picture an id of its own, no margins, and an alternative text.

    `alt_texts` go by the figure's label, or by the name or stem of the image file. They come before what the file has;
    where there is neither, the caption is used.
    """
    owners = {
        drawing: item for item in floats for block in item.blocks for drawing in block.iter(qualified("w:drawing"))
    }
    for number, drawing in enumerate(body.iter(qualified("w:drawing")), start=1):
        shown = find(drawing, ".//wp:docPr")
        picture = find(drawing, ".//pic:cNvPr")
        if shown is None:
            continue
        file = PurePosixPath("" if picture is None else str(picture.get("descr", "")))
        owner = owners.get(drawing)
        keys = (owner.label if owner else "", file.name, file.stem)
        given = next((alt_texts[key] for key in keys if key and key in alt_texts), "")
        shown.set("descr", given or str(shown.get("descr", "")) or (caption_words(owner.caption) if owner else ""))
        if shown.get("title") == "":
            del shown.attrib["title"]
        for properties in (shown, picture):
            if properties is not None:
                properties.set("id", str(number))
                properties.set("name", f"Picture {number}")
        if picture is not None and file.name:
            picture.set("descr", file.name)  # not its path, which names folders of the writer's machine
        for inline in drawing.iter(qualified("wp:inline")):
            for side in ("distT", "distB", "distL", "distR"):
                inline.set(side, "0")  # LibreOffice takes a margin that is not given for one of 3 mm


def fit_pictures(body: Element, text_width: int) -> None:
    """Scale pictures that are wider than the text down to its width (in twentieths of a point)."""
    limit = text_width * _EMU_PER_TWIP
    for drawing in body.iter(qualified("w:drawing")):
        extent = find(drawing, ".//wp:extent")
        width = 0 if extent is None else int(extent.get("cx", "0"))
        if extent is None or width <= limit:
            continue
        height = round(int(extent.get("cy", "0")) * limit / width)
        for size in (extent, find(drawing, ".//a:xfrm/a:ext")):
            if size is not None:
                size.set("cx", str(limit))
                size.set("cy", str(height))
