"""What a Word file is besides its text: page, spacing, line numbers, pictures, properties, what is wrong with it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml.etree import _Element as Element

from .package import CORE, DOCUMENT, STYLES, parse_part, read_package
from .validity import problems
from .wordml import attribute, find, find_all, paragraph_style, qualified

_TEXT_STYLES: Final = ("BodyText", "FirstParagraph", "Abstract", "Compact", "Normal", "")
_SINGLE: Final = 240  # of `w:line`, where its rule is "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFacts:
    """What a Word file is besides its text.

    Attributes
    ----------
    name : of the file.
    line_spacing : the narrowest of its text, in multiples of single spacing; None where there is no text.
    line_numbers : "continuous", "by page" or "by section", "none".
    page_numbers : whether a header or footer has the number of the page.
    pictures : the alternative text of each picture.
    properties : title, creator ..., by name without namespace.
    parts : name and text of every part that is XML.
    times : days and hours at which entries of the archive were written, as the archive has them.
    wrong : what makes it invalid, a sentence each.
    """

    name: str
    line_spacing: float | None
    line_numbers: str
    page_numbers: bool
    pictures: tuple[str, ...]
    properties: Mapping[str, str]
    parts: Mapping[str, str]
    times: frozenset[tuple[int, ...]]
    wrong: tuple[str, ...]


def read_word(path: Path) -> WordFacts:
    """Read what a Word file is.

    Raises
    ------
    ReportError
        If the file is missing or not a Word file.
    """
    parts = read_package(path)
    document = parse_part(parts, DOCUMENT)
    with zipfile.ZipFile(path) as archive:
        times = frozenset(item.date_time for item in archive.infolist())
    return WordFacts(
        name=path.name,
        line_spacing=min(_spacings(document, parse_part(parts, STYLES)), default=None),
        line_numbers=_line_numbers(document),
        page_numbers=any(
            _has_page(parse_part(parts, name)) for name in parts if re.match(r"word/(header|footer)\d", name)
        ),
        pictures=tuple(str(item.get("descr") or "") for item in document.iter(qualified("wp:docPr"))),
        properties=_properties(parts),
        parts={
            name: content.decode(errors="replace")
            for name, content in parts.items()
            if name.endswith((".xml", ".rels"))
        },
        times=times,
        wrong=tuple(problems(path)),
    )


def _spacings(document: Element, styles: Element) -> Iterator[float]:
    """Yield the line spacing of each paragraph of text, from the paragraph or the styles that it is based on."""
    known = {attribute(style, "w:styleId"): style for style in find_all(styles, "w:style")}
    default = find(styles, "w:docDefaults/w:pPrDefault/w:pPr/w:spacing")
    body = find(document, "w:body")
    for block in find_all(body, "w:p") if body is not None else ():
        style = paragraph_style(block)
        if style not in _TEXT_STYLES or not any(node.text for node in block.iter(qualified("w:t"))):
            continue
        spacing = find(block, "w:pPr/w:spacing")
        seen: set[str] = set()
        while (spacing is None or not attribute(spacing, "w:line")) and style in known and style not in seen:
            seen.add(style)
            spacing = find(known[style], "w:pPr/w:spacing")
            base = find(known[style], "w:basedOn")
            style = "" if base is None else attribute(base)
        if spacing is None or not attribute(spacing, "w:line"):
            spacing = default
        line = "" if spacing is None else attribute(spacing, "w:line")
        yield int(line) / _SINGLE if line else 1.0


def _line_numbers(document: Element) -> str:
    """Return how lines are numbered: in every section, or it counts as none."""
    found = set()
    for section in document.iter(qualified("w:sectPr")):
        numbers = find(section, "w:lnNumType")
        restart = "" if numbers is None else attribute(numbers, "w:restart") or "newPage"
        found.add({"": "none", "continuous": "continuous", "newPage": "by page", "newSection": "by section"}[restart])
    return next((kind for kind in ("none", "by page", "by section", "continuous") if kind in found), "none")


def _has_page(root: Element) -> bool:
    codes = [attribute(field, "w:instr") for field in root.iter(qualified("w:fldSimple"))]
    codes += [node.text or "" for node in root.iter(qualified("w:instrText"))]
    return any(code.split()[:1] == ["PAGE"] for code in codes)


def _properties(parts: Mapping[str, bytes]) -> dict[str, str]:
    if CORE not in parts:
        return {}
    return {str(item.tag).rsplit("}", 1)[-1]: item.text or "" for item in parse_part(parts, CORE)}
