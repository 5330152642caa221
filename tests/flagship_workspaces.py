"""Copies of the flagship, and workspaces of them for a journal with any rules, built."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

from conftest import ROOT

from lockstep.base.progress import Progress
from lockstep.drafts.workspace import make_workspace
from lockstep.journals.file import Journal, JournalRule
from lockstep.runs.build import BuildResult, build

STUDY_FILES = ("study.toml", "report.qmd", "references.bib", "_quarto.yml")


def journal(name: str = "generic", **values: object) -> Journal:
    """Return a journal with these rules."""
    rules = {
        rule: JournalRule(rule, value, "q", "https://example.org", date(2026, 1, 1)) for rule, value in values.items()
    }
    return Journal(name, "Generic", rules)


def make(folder: Path, place: Path, *, anonymised: bool = False, **rules: object) -> BuildResult:
    """Make the workspace of a study and build in it."""
    staged = make_workspace(folder, journal(**rules), place, anonymised=anonymised)
    with Path(os.devnull).open("w") as nowhere:
        return build(
            staged,
            progress=Progress(nowhere, shown=False),
            renderer="builtin",
            profiles=("generic",),
            output=place / "out",
        )


def copy(folder: Path) -> Path:
    """Return a copy of the flagship study, in a folder whose build folder has the stages: their links lead there."""
    folder.mkdir()
    (folder.parent / "study.toml").touch()
    for name in STUDY_FILES:
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "data", folder / "data")
    shutil.copytree(ROOT / "analysis", folder / "analysis", ignore=shutil.ignore_patterns("simulation"))
    shutil.copytree(ROOT / "templates", folder / "templates")
    journals = folder / "templates" / "journals"
    journals.mkdir(exist_ok=True)
    (journals / "generic.toml").write_text('schema = 1\ntitle = "Generic"\n', encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[Path, bytes]:
    """Return every file under a folder."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def copy_with_results(built_flagship: Path, folder: Path) -> Path:
    """Return a copy of the flagship study with its results and figures."""
    copy(folder)
    shutil.copytree(built_flagship / "build", folder / "build")
    return folder
