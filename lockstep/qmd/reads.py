"""Which files some code reads: what a document was made from, besides what is known to belong to it."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

NOTED: Final = "LOCKSTEP_READS"
"""The variable that names a file: what cells in a kernel of Quarto's read is noted there, a path a line."""

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@contextmanager
def files_read(folder: Path) -> Iterator[set[Path]]:
    """Collect the files under a folder that are opened for reading inside of the ``with`` block.

    Imported modules count by their source; hidden folders and installed packages are left out. The set is filled when
    the block ends.
    """
    opened: set[str] = set()
    found: set[Path] = set()
    _listeners().append(opened)
    try:
        yield found
    finally:
        _listeners().remove(opened)
        home = folder.resolve()
        found.update(_inputs(opened, home))


def note_reads(file: Path) -> None:
    """From here on to the end of this process, add the files that are opened for reading to a file, each once."""
    target = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    class Noted(set[str]):
        def add(self, text: str, /) -> None:
            if text not in self:
                super().add(text)
                os.write(target, f"{text}\n".encode(errors="surrogateescape"))

    _listeners().append(Noted())


def noted_reads(file: Path, folder: Path) -> frozenset[Path]:
    """Return the files under a folder that `note_reads` found, chosen as by `files_read`; none without a file."""
    lines = file.read_bytes().decode(errors="surrogateescape").split("\n") if file.is_file() else []
    return frozenset(_inputs(filter(None, lines), folder.resolve()))


@cache
def _listeners() -> list[set[str]]:
    """Return those who listen. An audit hook cannot be taken away again: it is set once, when first needed."""
    listeners: list[set[str]] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and listeners:
            path, _, flags = arguments
            if isinstance(path, (str, os.PathLike)) and not flags & _WRITING:
                text = os.path.abspath(os.fspath(path))  # noqa: PTH100 (as given, links unresolved: cheap)
                for listener in listeners:
                    listener.add(text)

    sys.addaudithook(hook)
    return listeners


def _inputs(opened: Iterable[str], home: Path) -> Iterator[Path]:
    paths = (_source(Path(text)) for text in opened)
    return (path for path in paths if path.is_relative_to(home) and path.is_file() and _counts(path, home))


def _source(path: Path) -> Path:
    """Return the source of a compiled module, any other file as it is."""
    if path.suffix != ".pyc":
        return path
    try:
        return Path(importlib.util.source_from_cache(str(path)))
    except ValueError:
        return path


def _counts(path: Path, home: Path) -> bool:
    folders = path.relative_to(home).parts[:-1]
    return not any(name.startswith(".") or name in ("__pycache__", "site-packages") for name in folders)
