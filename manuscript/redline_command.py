"""`make redline`: the manuscript with its changes since a lock tracked, for co-authors who work in Word."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from analysis.errors import ReportError
from analysis.results import Results, read_results
from analysis.source import RESULTS_FILE
from analysis.study import Study, read_study

from .build import DOCUMENT, Renderer, build
from .locks import WORD_FILE, Lock, find_lock
from .places import answer
from .progress import Progress
from .render.authors import byline
from .render.clock import told_epoch
from .render.qmd import Document, Inline, read_qmd
from .render.redline_source import Source

REDLINE: Final = "redline.docx"
_NO_TEXT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold, or only lines
_UNKNOWN: Final = "Author"


@dataclass(frozen=True, slots=True)
class WrittenRedline:
    """The file, the lock that it is tracked against, and how many changes stand under either author."""

    path: Path
    since: str
    data: int
    prose: int

    def lines(self) -> list[str]:
        """Return what the command says."""
        if not self.data + self.prose:
            return [f"{self.path}: nothing has changed since {self.since}"]
        counts = f"{_plural(self.data, 'change')} by the data, {self.prose} by edits"
        return [f"{self.path}: {counts}, since {self.since}"]


def write_redline(
    folder: Path,
    *,
    progress: Progress,
    since: str = "",
    author: str = "",
    renderer: Renderer = "auto",
    output: Path | None = None,
) -> WrittenRedline:
    """Bring the report up to date, and write it with its changes since a lock tracked.

    Parameters
    ----------
    folder : the study's.
    since : name of the lock; without it the last one.
    author : stands at edits of the prose; without it the first author of the front matter.
    renderer, output : as `manuscript.build.build` takes them.

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
    then = _state_then(lock, folder)
    report = build(folder, progress=progress, renderer=renderer, output=output)
    new = next(path for path in report.outputs if path.suffix == ".docx")
    document = read_qmd(folder / DOCUMENT)
    authors = byline(document.front_matter).authors
    with progress.stage("redline"):
        from .render.redline import redline  # loads lxml

        made = redline(
            lock.folder / WORD_FILE,
            new,
            new.with_name(REDLINE),
            old_source=then,
            new_source=_answered(document, read_study(folder), read_results(folder / RESULTS_FILE)),
            data_author=f"Data lock {name}",
            prose_author=author or (authors[0].name if authors else _UNKNOWN),
            when=told_epoch(),
        )
    return WrittenRedline(new.with_name(REDLINE), name, made.data, made.prose)


def _state_then(lock: Lock, folder: Path) -> Source:
    """Return the text of a lock with what its expressions printed."""
    # Templates are taken from the study's folder of now; a phrase needs none
    return _answered(lock.document(), replace(lock.study(), folder=folder), lock.results())


def _answered(document: Document, study: Study, results: Results) -> Source:
    expressions = (part.expression for part in document.parts if isinstance(part, Inline))
    return Source(document, tuple(answer(expression, study, results) for expression in expressions))


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
