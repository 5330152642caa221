"""Text rendered by the built-in renderer, and how tests read what it gives."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from lockstep.base.errors import ReportError
from lockstep.base.resources import TEMPLATES
from lockstep.qmd.project import merged, read_project
from lockstep.render import builtin, pandoc
from lockstep.render.result import RenderResult

ROOT = Path(__file__).parents[1]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#036"/></svg>'
TEMPLATE = TEMPLATES / "manuscript.typ"
FONTS = TEMPLATES / "fonts"
FENCE = "```"


def render(text: str, folder: Path, *, profiles: tuple[str, ...] = (), template: Path | None = None) -> RenderResult:
    """Render text as report.qmd of a folder that has two images, with the repository's own _quarto.yml.

    Without a template the Typst document is its body alone.
    """
    (folder / "body.typ").write_text("$body$\n")
    (folder / "build").mkdir(exist_ok=True)
    (folder / "one.png").write_bytes(PNG)
    (folder / "one.svg").write_text(SVG)
    (folder / "report.qmd").write_text(text, encoding="utf-8")
    project = read_project(folder)
    own = {"format": {"typst": {"template": str(template or folder / "body.typ")}}}
    project = replace(project, config=merged(project.config, own), profiles=profiles)
    return builtin.render(folder / "report.qmd", project, folder / "build")


def word(draft: RenderResult) -> str:
    """Return the text of a Word file, one paragraph a line."""
    text, _ = pandoc.pandoc(["--to", "plain", "--wrap=none", str(draft.docx)], "", folder=ROOT)
    return text


def typst(draft: RenderResult) -> str:
    """Return the Typst document."""
    return draft.typst.read_text(encoding="utf-8")


def refusal(text: str, folder: Path) -> str:
    """Return the message with which text is refused."""
    with pytest.raises(ReportError) as error:
        render(text, folder)
    return str(error.value)
