"""A study as it would be with another data file, beside the study, which stays as it is (`DATA=file` of `make`)."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath
from typing import Final

from .errors import DataError, StudyError
from .source import RESULTS_FILE
from .study import read_study

FOLDER: Final = RESULTS_FILE.parent / "try"
"""Where a study is tried with another data file, relative to its folder; documents go to ``build`` in there."""


def trial_study(folder: Path, data: Path) -> Path:
    """Make a study folder that is the one given but for its data file; return where it stands.

    It holds copies of the study's files and links to its folders, as they are now, and a copy of the data file under
    the name that study.toml gives it. What an earlier trial has built is kept, for what is unchanged in it.

    Raises
    ------
    DataError
        If there is no such data file.
    StudyError
        If study.toml names a data file outside of its folder, which cannot be replaced beside it.

    Notes
    -----
    Files are copied because a document runs in the folder where its file really stands; folders can be large.
    """
    folder = folder.resolve()
    study = read_study(folder)
    if not data.is_file():
        raise DataError(f"{data}: there is no such file. DATA names the data file to try, as seen from here.")
    name = PurePosixPath(study.data_file)
    if name.is_absolute() or ".." in name.parts or RESULTS_FILE.parts[0] == name.parts[0]:
        raise StudyError(
            f"study.toml: [data] file is '{name}'; another file can be tried only in place of one in the study's "
            "folder, outside of build/. Put the data there."
        )
    trial = folder / FOLDER
    _clear(trial)
    _bring(folder, trial, name.parts)
    shutil.copyfile(data, trial / name)
    return trial


def _clear(trial: Path) -> None:
    """Take away what an earlier trial brought, all but what it built."""
    trial.mkdir(parents=True, exist_ok=True)
    for entry in trial.iterdir():
        if entry.name == RESULTS_FILE.parts[0]:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)  # takes links away, not what they lead to
        else:
            entry.unlink()


def _bring(folder: Path, trial: Path, data: tuple[str, ...]) -> None:
    """Copy the files of a folder and link its folders, but for the data file and the folders on the way to it."""
    trial.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        hidden_or_built = entry.name.startswith(".") or entry.name == RESULTS_FILE.parts[0]
        if entry.name == data[0]:
            if len(data) > 1:
                _bring(entry, trial / entry.name, data[1:])
        elif entry.is_dir() and not hidden_or_built:
            (trial / entry.name).symlink_to(entry, target_is_directory=True)
        elif not hidden_or_built:
            shutil.copyfile(entry, trial / entry.name)
    if len(data) > 1:
        (trial / data[0]).mkdir(exist_ok=True)
