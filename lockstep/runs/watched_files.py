"""The files that a study's documents are made from, watched: which of them have other contents than they had."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import watchfiles

from ..base.errors import LockstepError
from ..base.files import sha256
from ..base.stamp import changed
from ..qmd.front_matter import DOCUMENT
from ..results.source import RESULTS_FILE
from ..syntax.sections import STUDY_FILE
from .build import watched_files

_PAUSE: Final = 50  # milliseconds without a further change: whoever saves has done so
_LONGEST: Final = 500  # milliseconds of changes without a pause
_LOOK: Final = 1000  # milliseconds after which to look without a notice of the system
_GONE: Final = 0.2  # seconds for a file to come back: some editors remove it before they write it anew
_NEVER: Final = ("__pycache__", "node_modules", "site-packages")

Signature = tuple[int, int, int]


class WatchedFiles:
    """The files that a study's documents are made from, and what they held when the last run began."""

    def __init__(self, folder: Path, output: Path | None, profiles: tuple[str, ...]) -> None:
        """Know the text and the study definition, which every document is made from."""
        self._folder, self._output, self._profiles = folder, output, profiles
        self._contents = Contents()
        self._held: dict[Path, str] = {folder / name: "" for name in (DOCUMENT, STUDY_FILE)}
        self._others: dict[Path, str] | None = None  # after an error only: any other file may be what was missing

    def remember(self) -> None:
        """Take what the files hold now for what the next run is made from."""
        self._held = self._contents.of(self._known())

    def after(self, *, built: bool) -> None:
        """Add the files that a run has found, or, where it failed, all that might mend it."""
        known = self._known()
        now = self._contents.of(known)
        self._held = {path: self._held.get(path, known[path] or now[path]) for path in known}
        self._others = None if built else self._elsewhere()

    def wait(self) -> list[Path]:
        """Return the files that have changed since, as soon as there are any."""
        while not (found := self._look()):
            folders = self._folders()
            events = watchfiles.watch(
                *sorted(folders),
                watch_filter=None,
                debounce=_LONGEST,
                step=_PAUSE,
                rust_timeout=_LOOK,
                yield_on_timeout=True,
                recursive=False,
            )
            # A folder may go between being listed and being watched; then the list is made again.
            with suppress(FileNotFoundError), closing(events):
                for event in events:
                    if event and self._folders() != folders:
                        break
                    if event and (found := self._look()):
                        return found
                    if changed(self._held, self._contents.of(self._held)):
                        break
        return found

    def count(self) -> int:
        """Return how many files are watched."""
        return len(self._held)

    def _look(self) -> list[Path]:
        found = self._changed()
        if any(not path.exists() for path in found):
            time.sleep(_GONE)
            found = self._changed()
        return found

    def _changed(self) -> list[Path]:
        known = self._known()
        found = changed(self._held, self._contents.of(known | self._held))
        return found if self._others is None else found or changed(self._others, self._elsewhere())

    def _known(self) -> dict[Path, str]:
        """Return the files to watch, with the hashes that the stamp has of them."""
        try:
            return watched_files(self._folder, output=self._output, profiles=self._profiles)
        except (LockstepError, OSError):  # the run reports it; mending it is a change of a file known before
            return dict.fromkeys(self._held, "")

    def _elsewhere(self) -> dict[Path, str]:
        found = everything_in(self._own_folders())
        return {path: text for path, text in found.items() if path not in self._held}

    def _own_folders(self) -> Iterator[Path]:
        built = self._folder / RESULTS_FILE.parent
        return folders_in(self._folder, but=[built, *([self._output.resolve()] if self._output else [])])

    def _folders(self) -> set[Path]:
        own = () if self._others is None else self._own_folders()
        return {self._folder, *own, *(path.parent for path in (*self._known(), *self._held) if path.parent.is_dir())}


class Contents:
    """Hashes of files; a file is read again only when its size, its time or its place on the disk has changed."""

    def __init__(self) -> None:
        """Know no file yet."""
        self._known: dict[Path, tuple[Signature, str]] = {}

    def of(self, paths: Iterable[Path]) -> dict[Path, str]:
        """Return the hash of each file as it is now, an empty text for one that is not there; forget all others."""
        self._known = {path: found for path in paths if (found := self._look(path)) is not None}
        return {path: self._known[path][1] if path in self._known else "" for path in paths}

    def _look(self, path: Path) -> tuple[Signature, str] | None:
        try:
            signature = _signature(path)
            known = self._known.get(path)
            return known if known is not None and known[0] == signature else (signature, sha256(path))
        except OSError:
            return None


def everything_in(folders: Iterable[Path]) -> dict[Path, str]:
    """Return the files in some folders, each with a text that is another once it is saved; hidden ones are left out."""
    found = {}
    for folder in folders:
        for path in folder.glob("[!.]*"):
            with suppress(OSError):  # gone meanwhile
                if path.is_file():
                    found[path] = str(_signature(path))
    return found


def folders_in(folder: Path, *, but: Iterable[Path]) -> Iterator[Path]:
    """Yield a folder and all folders in it; hidden ones are left out, those that hold no one's own files, and `but`."""
    apart = {*but}
    for here, folders, _ in os.walk(folder):
        folders[:] = [
            name for name in folders if name[0] != "." and name not in _NEVER and Path(here, name) not in apart
        ]
        yield Path(here)


def _signature(path: Path) -> Signature:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino
