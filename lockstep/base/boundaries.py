"""What of a machine belongs to a study: nothing outside is written, and read only what the study names by its path.

A study may come from somebody else, and a link in its folder looks like one of its files. So what a link leads to must
lie in the study's folder, or be the program's own. The data file alone may be elsewhere: study.toml names it.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .errors import StudyError
from .resources import PACKAGE

_BUILT: Final = "build"
_STUDY_FILE: Final = "study.toml"
_OUTPUTS: Final = (_BUILT, "build/figures", "build/drafts", "build/drafts/*", "build/try", "locks")
_UNPRINTED: Final = ("results.json", "audit.json", "try", "drafts")
"""What is in a build folder and says more than a document prints, or belongs to another document."""
_OWN: Final = (_STUDY_FILE, "*.qmd", "_quarto*.yml", "data/published.csv", "templates", "analysis/*.py")


def home_of(folder: Path) -> Path:
    """Return the folder of the study that a folder belongs to: itself, or the one in whose build folder it was made.

    A trial folder and the workspace of a draft link to the study that they are made from.
    """
    folder = folder.resolve()
    homes = (
        place for place in folder.parents if folder.is_relative_to(place / _BUILT) and (place / _STUDY_FILE).is_file()
    )
    return min(homes, default=folder, key=lambda place: len(place.parts))


def belongs(path: Path, folder: Path) -> bool:
    """Return whether what a path leads to, all links followed, lies in the study of a folder, or in the program."""
    real = path.resolve()
    return real.is_relative_to(home_of(folder)) or real.is_relative_to(PACKAGE)


def is_hidden_way_out(path: Path, folder: Path) -> bool:
    """Return whether a path is in a folder as written, but leads out of its study by a link."""
    written = Path(os.path.normpath(folder / path))
    return written.is_relative_to(os.path.normpath(folder)) and not belongs(written, folder)


def refuse_ways_out(folder: Path) -> None:
    """Refuse a study of which an output folder, or a file that is read by its fixed name, is a link that leads out.

    Raises
    ------
    StudyError
        Names the link.
    """
    for path in _output_folders(folder):
        if not belongs(path, folder):
            raise StudyError(
                f"{path}: is a link that leads out of the study's folder, where nothing is written. Make it a "
                "folder; documents elsewhere are made with `lockstep report --output`."
            )
    for path in _own_files(folder):
        if not belongs(path, folder):
            raise StudyError(
                f"{path}: is a link that leads out of the study's folder. Put the file itself there: what a study "
                "reads from elsewhere it names by its path."
            )


def show(folder: Path, place: Path, *, keep: str = "") -> None:
    """Make a folder show by links what a study's document may read: neither patients, nor results as a whole.

    Not shown are hidden files, the data file, under whatever name, files that hold more than the document
    prints, and targets of links outside of the study.

    Parameters
    ----------
    place : the folder of links; what it showed before is brought up to date.
    keep : the name of a file at `place` that is none of the study's.
    """
    view = _View(folder)
    for there in list(os.scandir(place)):
        if there.is_symlink():
            Path(there.path).unlink()
        elif there.name != keep:
            shutil.rmtree(there.path)
    _show(folder, place, view, partly=_partly_in_view(folder, view), around=())


class _View:
    """What of the files below a folder is in view."""

    def __init__(self, folder: Path) -> None:
        self._home = home_of(folder)
        self._private = set(_private_files({folder, self._home}))
        self._inodes = {inode for inode, _ in self._private}

    def holds(self, entry: os.DirEntry[str]) -> bool:
        """Return whether an entry is in view: it stays in the study, and is nothing private, by whatever link."""
        if entry.is_symlink() and not belongs(Path(entry.path), self._home):
            return False
        suspect = entry.is_symlink() or entry.inode() in self._inodes  # what the folder itself says costs nothing
        return not suspect or _identity(entry.path) not in self._private


def _private_files(folders: set[Path]) -> Iterator[tuple[int, int]]:
    """Yield which files and folders of a study are not for its documents to read."""
    for folder in folders:
        paths = [folder / _BUILT / name for name in _UNPRINTED]
        try:
            study = tomllib.loads((folder / _STUDY_FILE).read_text(encoding="utf-8"))
            paths.append(folder / study["data"]["file"])
        except (OSError, ValueError, KeyError, TypeError):  # its readers say what is wrong with it
            pass
        yield from filter(None, map(_identity, paths))


def _identity(path: Path | str) -> tuple[int, int] | None:
    """Return what a file is known by, whatever its names; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 (for each file of a study)
    except OSError:
        return None
    return found.st_ino, found.st_dev


def _show(folder: Path, place: Path, view: _View, *, partly: set[str], around: tuple[str, ...]) -> None:
    real = os.path.realpath(folder)
    if real in around:  # a link back to a folder above it
        return
    for entry in _in_view(folder, view, top=not around):
        if os.path.realpath(entry.path) in partly:
            (place / entry.name).mkdir()
            _show(Path(entry.path), place / entry.name, view, partly=partly, around=(*around, real))
        else:
            (place / entry.name).symlink_to(entry.path)


def _in_view(folder: Path | str, view: _View, *, top: bool = False) -> Iterator[os.DirEntry[str]]:
    """Yield what is in view; at the top, only what is not hidden."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not (top and entry.name.startswith(".")) and view.holds(entry):
                yield entry


def _partly_in_view(folder: Path, view: _View) -> set[str]:
    """Return the folders, by their real paths, from which some way leads to what is not in view, however far."""
    found: set[str] = set()
    holders: dict[str, set[str]] = {}  # of each folder, those in which it is or to which it is linked
    waiting, top = [os.path.realpath(folder)], True
    seen = set(waiting)
    while waiting:
        here = waiting.pop()
        with os.scandir(here) as entries:
            for entry in entries:
                if top and entry.name.startswith("."):
                    continue
                if not view.holds(entry):
                    found.add(here)
                elif entry.is_dir():
                    real = os.path.realpath(entry.path)
                    holders.setdefault(real, set()).add(here)
                    if real not in seen:
                        seen.add(real)
                        waiting.append(real)
        top = False
    new = set(found)
    while new:
        new = {holder for one in new for holder in holders.get(one, ())} - found
        found |= new
    return found


def _output_folders(folder: Path) -> Iterator[Path]:
    for pattern in _OUTPUTS:
        yield from (path for path in folder.glob(pattern) if path.is_dir())
    yield from (path for path in (folder / "build" / "figures").rglob("*") if path.is_dir())


def _own_files(folder: Path) -> Iterator[Path]:
    for pattern in _OWN:
        for path in folder.glob(pattern):
            yield path
            if path.is_dir() and belongs(path, folder):
                yield from path.rglob("*")
