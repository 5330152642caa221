"""Which files have other contents than they had: by content, never by time, and cheap to ask again and again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..base.files import sha256

_NEVER: Final = ("__pycache__", "node_modules", "site-packages")

Signature = tuple[int, int, int]


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


def changed(before: Mapping[Path, str], now: Mapping[Path, str]) -> list[Path]:
    """Return the files that have other contents now, or that only one of the two knows to be there."""
    paths = sorted(before.keys() | now.keys())
    return [path for path in paths if before.get(path, "") != now.get(path, "")]


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
