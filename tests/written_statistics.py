"""A copy of the second study, with statistics of its own that a test writes."""

from __future__ import annotations

import shutil
from pathlib import Path

from conftest import IMPLANTS

from lockstep.analyses.pipeline import compute
from lockstep.results.model import Results
from lockstep.results.source import OWN_STATISTICS
from lockstep.study.definition import read_study

HEAD = "from lockstep import Statistic, statistic\n\nMEAN = Statistic('own', 'number', '{of}: own', 'by hand')\n\n"


def copied(folder: Path) -> Path:
    """Return a copy of the second study in a folder."""
    return Path(shutil.copytree(IMPLANTS, folder / "study", ignore=shutil.ignore_patterns("build", "__pycache__")))


def write(folder: Path, body: str, *, head: str = HEAD) -> Path:
    """Write a study's own statistics: one function `own` with this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    file = folder / OWN_STATISTICS
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{head}@statistic\ndef own(patients):\n{lines}", encoding="utf-8")
    return file


def computed(folder: Path) -> Results:
    """Return the results of the study in a folder."""
    return compute(read_study(folder))
