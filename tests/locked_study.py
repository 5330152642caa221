"""The small study with a claim and a lock, for the tests of locks and change reports."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from made_once import IMPLANTS

from lockstep.base.progress import Progress
from lockstep.revisions.locks import lock

CLAIM = (
    '\nRetention `{python} r.claim("did not differ", "retention.by_fixation.log_rank.p_value >= alpha")` between '
    'fixations; `{python} r.n_of("fixation.hybrid")` were hybrid.\n'
)
NOTE = "PRIVATE-7Q"
PATIENT = ("I001;uncemented;30,8;left;3,0;1", "I001;uncemented;30,8;left;99,0;0")
"""A patient of the lock, and as the patient is corrected since."""


def make_study(folder: Path) -> Path:
    """Copy the small study, with a claim in its text and an undeclared column in its data."""
    shutil.copytree(IMPLANTS, folder, ignore=shutil.ignore_patterns("build", "locks"))
    with (folder / "report.qmd").open("a", encoding="utf-8") as document:
        document.write(CLAIM)
    data = folder / "data" / "implants.csv"
    header, *rows = data.read_text(encoding="utf-8").splitlines()
    data.write_text("\n".join([f"{header};note", *(f"{row};{NOTE}" for row in rows)]) + "\n", encoding="utf-8")
    return folder


def freeze(folder: Path, name: str) -> Path:
    """Lock a study under a name; return the lock's folder."""
    made, warnings = lock(folder, name, progress=Progress(sys.stderr, shown=False), renderer="builtin")
    assert warnings == ()
    return made.folder


def make_locked(folder: Path) -> None:
    """Copy the small study with its claim, and lock it as `first`."""
    freeze(make_study(folder), "first")


def edit(path: Path, old: str, new: str) -> None:
    """Replace some text in a file, once."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
