"""`make redline`: the manuscript with its changes since a lock tracked, for co-authors who work in Word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.errors import ReportError

from .build import DOCUMENT, Renderer, build
from .locks import find_lock
from .progress import Progress
from .render.authors import byline
from .render.clock import epoch
from .render.qmd import read_front_matter

REDLINE: Final = "redline.docx"
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
        If there is no such lock, or the report cannot be built; the last redline is untouched then.
    """
    folder = folder.resolve()
    lock = find_lock(folder, since or None).folder
    sources = [lock / DOCUMENT, folder / DOCUMENT]
    for path in (lock / "report.docx", sources[0]):
        if not path.is_file():
            raise ReportError(f"{path} does not exist, so nothing can be tracked against the lock '{lock.name}'.")
    report = build(folder, progress=progress, renderer=renderer, output=output)
    new = next(path for path in report.outputs if path.suffix == ".docx")
    authors = byline(read_front_matter(sources[1]).front_matter).authors
    with progress.stage("redline"):
        from .render.redline import redline  # loads lxml

        made = redline(
            lock / "report.docx",
            new,
            new.with_name(REDLINE),
            old_source=sources[0].read_text(encoding="utf-8-sig"),
            new_source=sources[1].read_text(encoding="utf-8-sig"),
            data_author=f"Data lock {lock.name}",
            prose_author=author or (authors[0].name if authors else _UNKNOWN),
            when=epoch(),
        )
    return WrittenRedline(new.with_name(REDLINE), lock.name, made.data, made.prose)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
