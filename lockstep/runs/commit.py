"""Atomic commits of several files: one rename commits them all, and the next run completes that of a killed one.

New files are gathered in a folder beside the old ones. While it has its own name they do not count; once it is renamed
to ``.report.pending`` they do, and are moved to their targets. The next run finds either no such folder, or moves
what is left in it: at any instant the old files are all there, or the new ones are all known.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ..base.errors import LockstepError, explained
from ..base.files import is_mark, is_marked, mark, new_workspace, remove_marked
from ..base.interrupts import forget_interrupts, uninterrupted

PENDING: Final = ".report.pending"
WORKSHOP: Final = ".report-"
"""How names of folders begin that a run leaves only where it is killed; the next one removes those it has marked."""


class CommitError(LockstepError):
    """Files are committed, but could not be moved to their targets yet."""


def check_targets(paths: Iterable[Path]) -> None:
    """Raise LockstepError where a target, or the folder of the commit, is something that cannot be replaced."""
    for path in paths:
        if path.is_dir():
            raise LockstepError(f"{path}: is a folder, where a file is to be written. Move or remove it.")
        _refuse_foreign(path.parent / PENDING)


def replace_together(files: Mapping[Path, Path], work: Path, *, is_last: bool = False) -> None:
    """Move files to their targets in one folder: all of them, or none.

    Parameters
    ----------
    files : the targets, each with the file, or whole folder, that replaces it.
    work : a folder to gather them in, on the same disk.
    is_last : whether the program was run for these files: Ctrl-C that comes after them comes too late as well.

    Raises
    ------
    CommitError
        If they are committed but cannot be moved to their targets; the next run tries again.
    OSError
        If they cannot be gathered; the old files are untouched.

    Notes
    -----
    An interrupt that comes while they are moved comes too late: the files are there, and it is forgotten.
    """
    (target,) = {place.parent for place in files}
    _refuse_foreign(target / PENDING)
    ready = work / "ready"
    ready.mkdir()
    mark(ready)
    for place, new in files.items():
        new.replace(ready / place.name)
        _sync(ready / place.name)
    _sync(ready)
    with suppress(KeyboardInterrupt), uninterrupted():
        ready.replace(target / PENDING)
        complete(target)
        if is_last:
            forget_interrupts()


def complete(target: Path) -> None:
    """Complete the commit that a killed run has left in a folder.

    Raises
    ------
    CommitError
        If a file cannot be moved to its target; the new files stay where they wait.

    Notes
    -----
    Needs no lock: two processes that do it at once move the same files to the same targets.
    """
    pending = target / PENDING
    try:
        found = sorted(pending.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    marks = [path for path in found if is_mark(path)]
    if found and not marks:  # a folder of somebody else
        return
    for new in found:
        if new in marks:
            continue
        try:
            with _out_of_the_way(target / new.name, is_needed=new.is_dir()):
                new.replace(target / new.name)
        except FileNotFoundError:  # moved by another run meanwhile
            continue
        except OSError as error:
            raise CommitError(
                f"{target / new.name}: {explained(error)}. The new files are complete and wait in {pending}; mend this "
                "and run again, and they are put in place."
            ) from None
    _sync(target)
    for path in marks:  # these alone: another run may have committed newer files, which have a mark of their own
        path.unlink(missing_ok=True)
    with suppress(OSError):  # another run was faster, or has already committed newer files
        pending.rmdir()


@contextmanager
def _out_of_the_way(old: Path, *, is_needed: bool) -> Iterator[None]:
    """Move an old folder aside, which no other can replace, and remove it when its place is taken."""
    if not is_needed or not old.is_dir():
        yield
        return
    aside = new_workspace(old.parent, prefix=WORKSHOP)
    old.replace(aside / old.name)
    yield
    remove_marked(aside)


def _refuse_foreign(pending: Path) -> None:
    """Refuse to work beside what has the name of our folder and not our mark."""
    if pending.is_symlink() or (pending.exists() and not is_marked(pending) and not _is_empty(pending)):
        raise LockstepError(f"{pending}: was not made by this program, which needs that name. Move or rename it.")


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _sync(path: Path) -> None:
    """Make a file or folder safe from a loss of power, where the system can."""
    handle = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
