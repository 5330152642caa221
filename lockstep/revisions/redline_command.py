"""`make redline`: the manuscript with its changes since a lock tracked, for co-authors who work in Word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..base.clock import source_date_epoch
from ..base.errors import ReportError, counted
from ..base.progress import Progress
from ..document.printed_places import call_in
from ..document.release import current_release
from ..qmd.front_matter import DOCUMENT
from ..qmd.source import Document, Inline, read_qmd
from ..references.authors import byline
from ..results.released import Released
from ..runs.build import build
from ..runs.renderers import Renderer
from .locks import WORD_FILE, find_lock
from .redline_source import PrintedSource

REDLINE: Final = "redline.docx"
_NO_TEXT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold, or only lines
_UNKNOWN: Final = "Author"


@dataclass(frozen=True, slots=True)
class WrittenRedline:
    """The file, the lock that it is tracked against, and the number of changes by either author."""

    path: Path
    since: str
    data: int
    prose: int

    def lines(self) -> list[str]:
        """Return what the command says."""
        if not self.data + self.prose:
            return [f"{self.path}: nothing has changed since {self.since}"]
        counts = f"{counted(self.data, 'change')} by the data, {self.prose} by edits"
        return [f"{self.path}: {counts}, since {self.since}"]


def write_redline(
    folder: Path,
    *,
    progress: Progress,
    since: str = "",
    author: str = "",
    renderer: Renderer = "auto",
) -> WrittenRedline:
    """Bring the report up to date, and write it with its changes since a lock tracked.

    Parameters
    ----------
    folder : the study's.
    since : name of the lock; without it the last one.
    author : of edits of the prose; without it the first author of the front matter.
    renderer : as `lockstep.runs.build.build` takes it.

    Raises
    ------
    LockstepError
        If there is no such lock, it is damaged, or the report cannot be built; the last redline is untouched then.
    """
    folder = folder.resolve()
    author = author.strip()
    if _NO_TEXT.search(author):
        raise ReportError("AUTHOR holds control characters, which no Word file can. Write the name as plain text.")
    lock = find_lock(folder, since or None)
    name = lock.folder.name
    then = _answered(lock.document(), lock.released())
    report = build(folder, progress=progress, renderer=renderer)
    new = next(path for path in report.outputs if path.suffix == ".docx")
    document = read_qmd(folder / DOCUMENT)
    authors = byline(document.front_matter).authors
    with progress.stage("redline"):
        from .redline import redline  # loads lxml

        made = redline(
            lock.folder / WORD_FILE,
            new,
            new.with_name(REDLINE),
            old_source=then,
            new_source=_answered(document, current_release(document, folder)),
            data_author=f"Data lock {name}",
            prose_author=author or (authors[0].name if authors else _UNKNOWN),
            when=source_date_epoch(),
        )
    return WrittenRedline(new.with_name(REDLINE), name, made.data, made.prose)


def _answered(document: Document, released: Released) -> PrintedSource:
    """Return a text with what its expressions print; None for what no call prints."""
    calls = (call_in(part.expression) for part in document.parts if isinstance(part, Inline))
    found = (released.calls.get(call.key) if call else None for call in calls)
    return PrintedSource(document, tuple(call.text if call else None for call in found))
