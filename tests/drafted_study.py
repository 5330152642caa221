"""A copy of the second study with authors, an abstract and a journal of its own, whose draft keeps every rule."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import IMPLANTS
from made_once import made_once

from lockstep.base.progress import Progress
from lockstep.drafts.draft import Draft, make_draft
from lockstep.revisions.locks import lock

JOURNAL = "small-journal"
RULES = {"abstract_words": "40", "keywords": "{ min = 1, max = 3 }", "blinded": "true", "p_letter": '"P"'}
AUTHOR = "Wilhelmina Zorrberg"
FRONT = f"""---
title: "Retention of implants by fixation"
keywords: [implants, survival]
author:
  - name: {AUTHOR}
    email: zorrberg@quastadt.example
    affiliations:
      - name: Quastadt Clinic
literals:
  "two years": landmark of the protocol
---
"""
ABSTRACT = """::: {#abstract .abstract custom-style="Abstract"}
**Results.** Of `{python} r.n("flow.analysed")` implants, `{python} r.n("retention.events")` were revised.
:::

# Results
"""
DISCUSSION = """
# Discussion

Our previous study at the Quastadt Clinic found the same, as W.Z. said.

# Acknowledgments

Balthasar Quirkmann entered the data.
"""


def copy_study(folder: Path, home: Path = IMPLANTS, **rules: str) -> Path:
    """Return a copy of the second study, built or not, with authors, abstract, discussion and a journal of its own."""
    shutil.copytree(home, folder)
    report = (folder / "report.qmd").read_text(encoding="utf-8")
    body = report.partition("---\n\n")[2].replace("# Results\n", ABSTRACT, 1)
    (folder / "report.qmd").write_text(f"{FRONT}\n{body}{DISCUSSION}", encoding="utf-8")
    journals = folder / "templates" / "journals"
    journals.mkdir(parents=True)
    stated = "".join(
        f'[rules.{name}]\nvalue = {value}\nquote = "As said."\nsource = "https://journal.example"\nread = 2026-11-25\n'
        for name, value in (RULES | rules).items()
    )
    (journals / f"{JOURNAL}.toml").write_text(f'schema = 1\ntitle = "Small Journal"\n{stated}', encoding="utf-8")
    return folder


def made(folder: Path, *, force: bool = False) -> Draft:
    """Make the draft of a study."""
    return make_draft(folder, JOURNAL, progress=quiet(), renderer="builtin", force=force)


def quiet() -> Progress:
    """Return progress that nobody sees."""
    return Progress(sys.stderr, shown=False)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files under a folder that are no part of how runs take turns."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith(".")}


def copy_with_draft(temporary: pytest.TempPathFactory) -> Path:
    """Return a copy of that study with a lock and its draft, for the tests of a module."""

    def make(folder: Path) -> None:
        copy_study(folder)
        lock(folder, "2026-11", progress=quiet(), renderer="builtin")
        made(folder)

    return Path(shutil.copytree(made_once(temporary, "drafted", make), temporary.mktemp("drafted") / "study"))


def with_many_keywords(study: Path, folder: Path) -> Path:
    """Return a copy of a study whose keywords are too many for its journal."""
    shutil.copytree(study, folder)
    document = folder / "report.qmd"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("[implants, survival]", "[a, b, c, d]"), encoding="utf-8")
    return folder


def manifest_of(draft: Path) -> dict[str, Any]:
    """Return the manifest of a draft."""
    return dict(json.loads((draft / "MANIFEST.json").read_text(encoding="utf-8")))
