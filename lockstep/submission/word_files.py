"""A Word file of a draft beside the manuscript: made from a template, finished as the manuscript is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from lxml.etree import _Element as Element

from ..base.files import write_whole
from ..render import pandoc
from ..render.tree import Node
from ..tables.templates import render_template
from ..text.style import Style
from ..word.package import DOCUMENT, STYLES, package_bytes, parse_part, read_package, serialise
from ..word.wordml import attribute, find_all, has_style, properties, put, remove
from ..word_layout.finishing import finish_docx
from ..word_layout.styles import style_properties

TEMPLATES: Final = "submission"
"""The folder of these templates, in a study's `templates` or in the program's."""

_TEXT_SIZE: Final = 21  # half points: a letter is smaller than a manuscript
_TEXT_STYLES: Final = ("BodyText", "Compact", "FirstParagraph")
_ALARM: Final = "C00000"  # red, dark enough to be read in print
_QUIET: Final = "595959"
# Character styles of the templates: [words]{custom-style="To Complete"}
_CHARACTERS: Final[Mapping[str, Mapping[str, str]]] = {
    "ToComplete": {"color": _ALARM, "b": ""},
    "Quiet": {"color": _QUIET},
}
_SHADE: Final = "EDEFF2"
_PART: Final = "TablePart"


def write_word_file(
    path: Path,
    template: str,
    context: Mapping[str, Any],
    *,
    study_folder: Path,
    metadata: Mapping[str, Any],
    style: Style | None = None,
) -> Path:
    """Render a template and write it as a Word file; return its path.

    Parameters
    ----------
    template : a file in `templates/submission`, the study's own or the program's; Markdown (.md.j2) or HTML (.html.j2).
    context : what the template may print; texts, or objects with texts.
    metadata : title, lang, papersize, landscape of the file, as of a document's front matter; `untitled` leaves the
        title to its properties.

    Raises
    ------
    ReportError
        If the template is faulty; names its line.
    """
    source = render_template(f"{TEMPLATES}/{template}", study_folder, context, style)
    path.parent.mkdir(parents=True, exist_ok=True)
    language = {"lang": metadata["lang"]} if metadata.get("lang") else {}
    is_html = template.endswith(".html.j2")
    document = pandoc.read_markdown("" if is_html else source, language, folder=path.parent)
    if is_html:
        document = document | {"blocks": pandoc.read_html(source, folder=path.parent)}
    _write(document, path, metadata)
    return path


def _write(document: Node, path: Path, metadata: Mapping[str, Any]) -> None:
    """Write a document tree as a finished Word file, atomically."""
    unfinished = path.with_name(f".{path.name}")
    try:
        pandoc.write_word(document, unfinished)
        finish_docx(unfinished, metadata={"linestretch": 1.15, **metadata})
        parts = read_package(unfinished)
        styles, text = parse_part(parts, STYLES), parse_part(parts, DOCUMENT)
        _set_styles(styles)
        _shade_parts(text)
        if metadata.get("untitled"):
            for block in [block for block in find_all(text, "w:body/w:p") if has_style(block, "Title")]:
                remove(block)
        changed = {STYLES: serialise(styles), DOCUMENT: serialise(text)}
        write_whole(path, package_bytes(parts | changed))
    finally:
        unfinished.unlink(missing_ok=True)


def _set_styles(styles: Element) -> None:
    """Set the text smaller than a manuscript's, and give the character styles of the templates their looks."""
    for style in find_all(styles, "w:style"):
        name = attribute(style, "w:styleId")
        if name in _TEXT_STYLES:
            for size in ("w:sz", "w:szCs"):
                put(style_properties(style, "w:rPr"), size, val=_TEXT_SIZE)
        for key, value in _CHARACTERS.get(name, {}).items():
            put(style_properties(style, "w:rPr"), f"w:{key}", **({"val": value} if value else {}))


def _shade_parts(text: Element) -> None:
    """Shade the rows of a table that name a part of it: those whose words have the style for it."""
    for row in find_all(text, "w:body/w:tbl/w:tr"):
        names = {attribute(style) for style in find_all(row, "w:tc/w:p/w:r/w:rPr/w:rStyle")}
        if _PART in names:
            for cell in find_all(row, "w:tc"):
                put(properties(cell, "w:tcPr"), "w:shd", val="clear", color="auto", fill=_SHADE)
            for paragraph in find_all(row, "w:tc/w:p"):
                put(properties(paragraph, "w:pPr"), "w:keepNext")
                for run in find_all(paragraph, "w:r"):
                    put(properties(run, "w:rPr"), "w:b")
