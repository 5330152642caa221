"""Which files some code reads: what a document was made from, besides what is known to belong to it."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

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
        paths = (_source(Path(text)) for text in opened)
        found.update(path for path in paths if path.is_relative_to(home) and path.is_file() and _counts(path, home))


@cache
def _listeners() -> list[set[str]]:
    """Return those who listen. An audit hook cannot be taken away again: it is set once, when first needed."""
    listeners: list[set[str]] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and listeners:
            path, _, flags = arguments
            if isinstance(path, (str, os.PathLike)) and not flags & _WRITING:
                text = os.path.abspath(os.fspath(path))  # noqa: PTH100 (as told, links unresolved: cheap)
                for listener in listeners:
                    listener.add(text)

    sys.addaudithook(hook)
    return listeners


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
