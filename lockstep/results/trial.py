"""A study as it would be with another data file, beside the study, which stays as it is (`DATA=file` of `make`)."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from ..base.errors import DataError, StudyError
from ..base.files import read_file
from ..base.invocation import option
from ..base.wording import dotted
from ..study.definition import read_study
from ..variables.data_file import TRIED_FILE
from .copies import bring
from .json_file import PRIVATE
from .source import RESULTS_FILE

FOLDER: Final = RESULTS_FILE.parent / "try"
"""Where a study is tried with another data file, relative to its folder; documents go to ``build`` in there."""


def trial_study(folder: Path, data: Path) -> Path:
    """Make a study folder that is the one given but for its data file; return its path.

    It holds copies of the study's files and links to its folders, as they are now, and a copy of the data file under
    the name that study.toml gives it; messages call it by its own. What an earlier trial has built is kept, for what is
    unchanged in it.

    Raises
    ------
    DataError
        If there is no such data file.
    StudyError
        If study.toml names a data file outside of its folder, which cannot be replaced beside it.
    """
    folder = folder.resolve()
    study = read_study(folder)
    if not data.is_file():
        what = "is no file that ends (a folder, a pipe or a device)" if data.exists() else "there is no such file"
        named = option("data", "new.csv")
        raise DataError(f"{data}: {what}. Name the data file to try as it is seen from here, such as {named}.")
    name = PurePosixPath(study.data.file)
    if name.is_absolute() or ".." in name.parts or RESULTS_FILE.parts[0] == name.parts[0]:
        raise StudyError(
            f"study.toml: [data] file is '{name}'; another file can be tried only in place of one in the study's "
            "folder, outside of build/. Put the data there."
        )
    for key, file in study.data_files.items():
        if ".." in PurePosixPath(file).parts:
            raise StudyError(
                f"study.toml: {dotted(key)} is '{file}'; a study is tried with other data in another folder, where it "
                "is not found. Put it in the study's folder, or name its whole path."
            )
    trial = folder / FOLDER
    content = read_file(data)  # before an earlier trial is cleared away, whose copy it may be
    bring(folder, trial, but=[name])
    (trial / name).touch(mode=PRIVATE)
    (trial / name).write_bytes(content)
    (trial / TRIED_FILE).write_text(str(data), encoding="utf-8", errors="surrogateescape")
    return trial
