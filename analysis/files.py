"""Files: content hashes, and writing that leaves either the whole new file or the old one."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_PART: Final = ".part"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_all(paths: Iterable[Path], *, base: Path) -> str:
    """Return one SHA-256 over the names (relative to `base`) and bytes of several files, whatever their order."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(base).as_posix()}\0{sha256(path)}\n".encode())
    return digest.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at any moment, and after any crash, it is wholly the old one or wholly the new one.

    Raises
    ------
    OSError
        If it cannot be written; names this file, which is untouched then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = _new_part(path)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)  # before it is closed, which gives up the lock
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def remove_leftovers(folder: Path) -> None:
    """Remove the unfinished files that killed runs left in a folder and in the folders in it.

    Notes
    -----
    Who writes a file holds a lock on it, which the system gives back however the writer ends.
    """
    for pattern in (f".*{_PART}", f"*/.*{_PART}"):
        for part in folder.glob(pattern):
            with suppress(OSError), part.open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                part.unlink()


def _new_part(path: Path) -> tuple[int, Path]:
    """Make an unfinished file beside the one to be, locked; return its handle and name."""
    while True:
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from None
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:  # else it was taken for a leftover before it was locked
            return handle, Path(name)
        os.close(handle)
