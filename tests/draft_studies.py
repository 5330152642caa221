"""A copy of a study with its manuscript as a journal wants it: double-spaced, lines numbered."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockstep.base.progress import Progress
from lockstep.qmd.source import read_front_matter
from lockstep.results.json_file import read_results
from lockstep.results.model import Results
from lockstep.runs.build import build
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.word.text import ManuscriptText, read_text

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class DraftStudy:
    """A study with a manuscript: everything that the papers of a draft are made from."""

    study: Study
    results: Results
    front_matter: Mapping[str, Any]
    text: ManuscriptText
    docx: Path
    pdf: Path


def draft_study(home: Path, folder: Path, *, report: str | None = None) -> DraftStudy:
    """Copy a study from `home` to `folder`, with another `report` where one is given, and build its manuscript."""
    build_draft(home, folder, report=report)
    return draft_of(folder)


def build_draft(home: Path, folder: Path, *, report: str | None = None) -> None:
    """Build the manuscript of a copy; results and figures that `home` has are copied as well."""
    folder.mkdir()
    for name in ("study.toml", "report.qmd"):
        shutil.copy(home / name, folder / name)
    for name in ("references.bib", "_quarto.yml"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(home / "data", folder / "data", ignore=shutil.ignore_patterns("generator"))
    shutil.copytree(home / "analysis", folder / "analysis", ignore=shutil.ignore_patterns("simulation"))
    shutil.copytree(ROOT / "templates", folder / "templates", ignore=shutil.ignore_patterns("submission"))
    if report is not None:
        (folder / "report.qmd").write_text(report, encoding="utf-8")
    (folder / "_quarto-draft.yml").write_text("line-numbers: true\nlinestretch: 2\n")
    for name in ("results.json", ".results.json", "audit.json", ".audit.json", "figures"):
        made = home / "build" / name
        if made.is_dir():
            shutil.copytree(made, folder / "build" / name)
        elif made.is_file():
            (folder / "build").mkdir(exist_ok=True)
            shutil.copy(made, folder / "build" / name)
    build(folder, progress=Progress(sys.stderr, shown=False), renderer="builtin", profiles=("draft",))


def draft_of(folder: Path) -> DraftStudy:
    """Read the manuscript that `build_draft` has built."""
    pdf, docx = folder / "build" / "report.pdf", folder / "build" / "report.docx"
    study = read_study(folder)
    return DraftStudy(
        study=study,
        results=read_results(folder / "build" / "results.json"),
        front_matter=read_front_matter(folder / "report.qmd").front_matter,
        text=read_text(docx),
        docx=docx,
        pdf=pdf,
    )
