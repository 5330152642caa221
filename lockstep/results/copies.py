"""A study as it is, brought to another folder: its files copied, its folders linked, what is to differ left out."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Collection
from pathlib import Path, PurePath

from ..base.errors import LockstepError
from ..base.files import is_mark, is_marked, mark
from .source import RESULTS_FILE

_BUILT = RESULTS_FILE.parts[0]


def bring(folder: Path, place: Path, *, but: Collection[PurePath] = ()) -> None:
    """Make a folder that holds what another holds, apart from hidden files, what was built, and `but`.

    Parameters
    ----------
    but : paths relative to `folder` that the caller will write at `place`; the folders on the way to them are made.

    Raises
    ------
    LockstepError
        If there is something at `place` that this program did not make.

    Notes
    -----
    Files are copied because a document runs in the folder of its real file; folders can be large. What
    was built at `place` before is kept, for what is unchanged in it.
    """
    _clear(place)
    _bring(folder, place, {path.parts for path in but}, away_from=place.resolve())


def copy_files(folder: Path, place: Path) -> None:
    """Copy the files of a folder, and none of the folders in it, to another, beside what is there.

    Raises
    ------
    OSError
        At the first file that cannot be read or written, which it names; `shutil.copytree` tries them all, and its
        error is a list of them.
    """
    place.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.is_file():
            _copy(path, place / path.name)


def _copy(path: Path, new: Path) -> None:
    """Copy a file, for the eyes of those who can see it: data that are private stay so."""
    new.touch(mode=stat.S_IMODE(path.stat().st_mode))
    shutil.copyfile(path, new)


def _clear(place: Path) -> None:
    """Take away what was brought before, all but what was built; refuse a folder of somebody else."""
    place.mkdir(parents=True, exist_ok=True)
    if not is_marked(place):
        if any(place.iterdir()):
            raise LockstepError(f"{place}: was not made by this program, which needs that name. Move or rename it.")
        mark(place)
    for entry in place.iterdir():
        if entry.name == _BUILT or is_mark(entry):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)  # takes links away, not what they lead to
        else:
            entry.unlink()


def _bring(folder: Path, place: Path, but: Collection[tuple[str, ...]], away_from: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        below = {parts[1:] for parts in but if parts[0] == entry.name}
        if () in below or entry.name.startswith(".") or entry.name == _BUILT:
            continue
        if below and entry.is_dir():
            _bring(entry, place / entry.name, below, away_from)
        elif entry.is_dir():
            if not away_from.is_relative_to(entry.resolve()):
                (place / entry.name).symlink_to(entry, target_is_directory=True)
        else:
            _copy(entry, place / entry.name)
    for parts in but:
        (place / PurePath(*parts)).parent.mkdir(parents=True, exist_ok=True)
