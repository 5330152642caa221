"""Files: content hashes; writing that leaves either the whole new file or the old one; folders to work in.

Modes follow the umask. What a killed run may leave is marked as this program's: a part file by its name, a folder by a
file in it. Only what is so marked is ever removed: an output folder may hold files of others.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Final

from .errors import ReportError

_PART: Final = ".lockstep-part"
_MARK: Final = ".made-by-lockstep-"
_MARK_TEXT: Final = b"Made by Lockstep to work in; its next run removes it.\n"
_FOLDER_END: Final = ".lockstep"
BY_UMASK: Final = 0o666
"""The permissions of a file that nothing restricts but the umask."""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal; OSError as `read_file`."""
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    OSError
        If it cannot be read, or is a pipe or a device, whose reading might never end; names it.
    """
    with _opened(path) as file:
        return file.read()


def utf8_text(path: Path, *, needed: str) -> str:
    """Return the text of a file; `needed` says what the file is for, should it be missing.

    Raises
    ------
    ReportError
        If it is missing, or not UTF-8; names the line.
    """
    try:
        return read_file(path).decode("utf-8-sig")
    except FileNotFoundError:
        raise ReportError(f"{path} does not exist; {needed}.") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ReportError(f"{path.name}:{line}: not UTF-8 text. Save the file as UTF-8.") from None


def sha256_of_all(paths: Iterable[Path], *, base: Path) -> str:
    """Return one SHA-256 over the names (relative to `base`) and bytes of several files, whatever their order."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(base).as_posix()}\0{sha256(path)}\n".encode())
    return digest.hexdigest()


def write_whole(path: Path, content: bytes, *, mode: int = BY_UMASK) -> None:
    """Write a file so that at any moment, and after any crash, it is wholly the old one or wholly the new one.

    Parameters
    ----------
    mode : the permissions that the file may have at most; the umask takes more of them away, as for any new file.

    Raises
    ------
    OSError
        If it cannot be written; names this file, which is untouched then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = _new_part(path, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
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


def new_workspace(parent: Path, *, prefix: str) -> Path:
    """Make an empty working folder beside its target; it is marked as this program's.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    folder = parent / f"{prefix}{secrets.token_hex(4)}{_FOLDER_END}"
    folder.mkdir()
    try:
        mark(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def mark(folder: Path) -> None:
    """Put this program's mark into a folder."""
    (folder / f"{_MARK}{secrets.token_hex(4)}").write_bytes(_MARK_TEXT)


def is_mark(path: Path) -> bool:
    """Return whether a file is this program's mark of the folder that it is in."""
    return path.name.startswith(_MARK)


def is_marked(folder: Path) -> bool:
    """Return whether a folder is marked as this program's."""
    return folder.is_dir() and not folder.is_symlink() and any(folder.glob(f"{_MARK}*"))


def remove_marked(folder: Path) -> None:
    """Remove a folder with its content if it is marked as this program's; else leave it as it is.

    Notes
    -----
    The mark goes last, so that a run that is killed meanwhile leaves a marked folder. A folder of our name that
    is empty was left before it could be marked.
    """
    if is_marked(folder):
        for entry in sorted(folder.iterdir(), key=is_mark):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
    elif not folder.name.endswith(_FOLDER_END):
        return
    with suppress(OSError):  # it is not empty, and so not ours
        folder.rmdir()


def remove_workspaces(parent: Path, *, prefix: str) -> None:
    """Remove the folders that `new_workspace` made in a folder, and killed runs have left there."""
    for left in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            remove_marked(left)


def _opened(path: Path) -> BufferedReader:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe is not waited for
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "is a pipe or a device, where a file is expected", str(path))
    return os.fdopen(handle, "rb")


def _new_part(path: Path, mode: int) -> tuple[int, Path]:
    """Make an unfinished file beside the one to be, locked; return its handle and name."""
    while True:
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_PART}")
        try:
            handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        except FileExistsError:
            continue
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from None
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:  # else it was taken for a leftover before it was locked
            return handle, part
        os.close(handle)
