"""Images of a document: the file for each format, its description, and errors that name the line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from ..base.boundaries import belongs
from ..base.errors import ReportError
from ..base.escape import typst_string
from ..qmd.source import Document
from .tree import Node, attributes, plain_text, raw, rewrite, string, walk, with_attributes

_TYPST_UNITS: Final = ("mm", "cm", "in", "pt", "em", "%")


def resolve_pictures(tree: Node, *, target: str, extension: str, document: Document) -> Node:
    """Return the tree with each image's file and description as the writer of a format needs them.

    Parameters
    ----------
    tree : the document.
    target : "docx", "html" or "typst".
    extension : of image files that are named without one ("png" for Word, "svg" for Typst).

    Raises
    ------
    ReportError
        If a file is missing, lies outside of the document's folder, or a size is in a unit that Typst does not know.

    Notes
    -----
    The description is ``fig-alt``, else the text in brackets. pandoc 3.9 writes none for Typst, so the image is written
    here, as Quarto does.
    """

    def resolve(node: Node) -> Node:
        if node["t"] != "Image":
            return node
        path = _file(node["c"][2][0], extension, document)
        identifier, classes, pairs = attributes(node)
        description = pairs.pop("fig-alt", None) or plain_text(node["c"][1])
        if target == "typst":
            return raw("RawInline", "typst", _typst_image(path, description, pairs, document))
        node = with_attributes(node, (identifier, classes, pairs))
        return {"t": "Image", "c": [node["c"][0], [string(description)], [path, node["c"][2][1]]]}

    new: Node = rewrite(tree, resolve)
    return new


def picture_files(tree: Node, *, extension: str, document: Document) -> set[Path]:
    """Return the image files of a document."""
    folder = document.path.parent
    images = (node for node in walk(tree["blocks"]) if node["t"] == "Image")
    return {folder / _file(image["c"][2][0], extension, document) for image in images}


def _file(source: str, extension: str, document: Document) -> str:
    """Return an image's path, relative to the document's folder."""
    where = document.at(source)
    if "://" in source or source.startswith("data:"):
        raise ReportError(f"{where}: the image {source} is not a file. Save it in the study's folder and name that.")
    path = os.path.normpath(unquote(source))
    path = path if Path(path).suffix else f"{path}.{extension}"
    if path.startswith((os.pardir, "/")) or Path(path).is_absolute():
        raise ReportError(f"{where}: the image {source} lies outside of the document's folder. Put it inside.")
    if not (document.path.parent / path).is_file():
        raise ReportError(f"{where}: the image {path} does not exist. Mend the path, or make the image first.")
    if not belongs(document.path.parent / path, document.path.parent):
        raise ReportError(
            f"{where}: the image {path} is a link that leads out of the study's folder. Put the image there."
        )
    return Path(path).as_posix()


def _typst_image(path: str, description: str, pairs: dict[str, str], document: Document) -> str:
    arguments = [typst_string(path)]
    if description:
        in_one_line = description.replace("\n", " ")
        arguments.append(f"alt: {typst_string(in_one_line)}")
    for key in ("height", "width"):
        if key in pairs:
            arguments.append(f"{key}: {_length(pairs[key], document.at(f'{key}={pairs[key]}'))}")
    return f"#box(image({', '.join(arguments)}))"


def _length(text: str, where: str) -> str:
    """Return a size for Typst; a bare number and px are pixels of 1/96 inch, as pandoc takes them."""
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz% ")
    unit = text[len(number) :].strip()
    try:
        value = float(number)
    except ValueError:
        raise ReportError(f"{where}: '{text}' is not a size. Write a number with {', '.join(_TYPST_UNITS)}.") from None
    if unit in ("", "px"):
        return f"{value / 96:.4f}in"
    if unit not in _TYPST_UNITS:
        raise ReportError(f"{where}: unknown unit '{unit}' in '{text}'. Use one of {', '.join(_TYPST_UNITS)}.")
    return f"{number}{unit}"
