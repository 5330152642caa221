"""The pandoc program, which comes with pypandoc: reading Markdown and HTML, writing Word and Typst."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import pypandoc

from ..base.clock import EPOCH_VARIABLE, epoch
from ..base.errors import ReportError
from ..base.files import write_whole
from ..base.resources import REFERENCE_DOCX
from .tree import Node

# Quarto's Markdown: pandoc's own, without attributes on tables. Front matter is read before, in read_markdown only.
MARKDOWN: Final = "markdown-table_attributes"

_BACKTRACE: Final = re.compile(r"(?:CallStack \(from HasCallStack\)|HasCallStack backtrace|stack traceback):")
_FILTER: Final = re.compile(r"^Error running filter .*:$", re.MULTILINE)
_WARNING: Final = re.compile(r"^\[WARNING\] ", re.MULTILINE)


@cache
def _program() -> str:
    try:
        return str(pypandoc.get_pandoc_path())
    except (RuntimeError, OSError):  # it starts the program to ask for its version
        raise ReportError(
            "pandoc could not be started. Is there enough memory (ulimit -v), and is .venv as make set it up?"
        ) from None


def pandoc(arguments: Sequence[str], content: str, *, folder: Path) -> tuple[str, list[str]]:
    """Run pandoc in a folder on some content; return the text that it gives and its warnings.

    Raises
    ------
    ReportError
        If pandoc fails; with what it said.
    """
    text, warnings = _run(arguments, content, folder)
    return text.decode(), warnings


def _run(arguments: Sequence[str], content: str, folder: Path) -> tuple[bytes, list[str]]:
    environment = {**os.environ, EPOCH_VARIABLE: str(epoch()), "LC_ALL": "C.UTF-8"}
    run = subprocess.run(
        [_program(), *arguments], input=content.encode(), capture_output=True, cwd=folder, env=environment, check=False
    )
    said = run.stderr.decode(errors="replace").strip()
    if run.returncode != 0:
        raise ReportError(f"pandoc could not convert the document: {_in_short(said) or f'code {run.returncode}'}")
    return run.stdout, [warning.strip() for warning in _WARNING.split(said) if warning.strip()]


def _in_short(said: str) -> str:
    """Return what pandoc said in one line, without the places in its own code."""
    return re.sub(r"\s+", " ", _FILTER.sub("", _BACKTRACE.split(said, maxsplit=1)[0])).strip()


def read_markdown(markdown: str, metadata: dict[str, Any], *, folder: Path) -> Node:
    """Return the tree of a document; text in the metadata is Markdown too."""
    front_matter = f"---\n{json.dumps(metadata, ensure_ascii=False)}\n---\n\n"  # JSON is YAML
    tree, _ = pandoc(["--from", MARKDOWN, "--to", "json"], front_matter + markdown, folder=folder)
    document: Node = json.loads(tree)
    return document


def read_html(html: str, *, folder: Path) -> list[Node]:
    """Return the blocks of some HTML."""
    tree, _ = pandoc(["--from", "html", "--to", "json"], html, folder=folder)
    blocks: list[Node] = json.loads(tree)["blocks"]
    return blocks


def write_word(document: Node, output: Path) -> None:
    """Write a document tree as a Word file in the styles of reference.docx, all or nothing."""
    write(document, ["--to", "docx", "--standalone", f"--reference-doc={REFERENCE_DOCX}"], output, folder=output.parent)


def write(document: Node, arguments: Sequence[str], output: Path, *, folder: Path) -> list[str]:
    """Write a document tree as `arguments` say (``--to`` ...), all or nothing; return pandoc's warnings."""
    written, warnings = _run(["--from", "json", "--output=-", *arguments], json.dumps(document), folder)
    write_whole(output, written)
    return warnings
