"""The result of a renderer, before the finishing that both share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FORMATS: Final = ("docx", "typst")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderResult:
    """A Word file and a Typst document as a renderer made them, and what is known of them.

    `metadata` is the front matter as plain text, authors normalised; `alt_texts` are descriptions of images, by the
    stem of their file, that the Word file lacks; `inputs` are files that the document was made from besides those that
    every document is made from; `warnings` are for whoever runs it.
    """

    docx: Path
    typst: Path
    metadata: Mapping[str, Any]
    alt_texts: Mapping[str, str]
    inputs: frozenset[Path]
    warnings: tuple[str, ...]
