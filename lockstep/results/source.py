"""Where results come from, and whether they still do: content hashes of data, study, code and package versions."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from ..base.errors import DataError
from ..base.files import sha256, sha256_of_all
from ..base.resources import PACKAGE
from ..base.stamp import MadeFrom, is_current, python_version, stamp_of, versions, write_stamped
from ..base.wording import dotted
from ..study.model import Study
from ..syntax.sections import STUDY_FILE
from ..variables.data_file import without_path
from .json_file import PRIVATE, to_json
from .model import Results, Source

PACKAGES: Final = ("lifelines", "numpy", "pandas", "scipy", "statsmodels", "tableone")
"""The packages whose versions could move a number."""

COMPUTES: Final = (
    "base",
    "syntax",
    "variables",
    "endpoints",
    "study",
    "readers",
    "data",
    "data_checks",
    "statistics",
    "survival",
    "regression",
    "adjustment",
    "catalogue",
    "results",
    "adjusted_analyses",
    "model_fits",
    "outcome_analyses",
    "analyses",
)
"""The folders of the program whose code could move a number."""

OWN_STATISTICS: Final = Path("analysis/statistics.py")
"""Where a study defines statistics of its own, relative to its folder."""

RESULTS_FILE: Final = Path("build/results.json")
"""The path of a study's results, relative to its folder."""

DATA: Final = "data"
"""What stamps call the data file; other files of the data go by their keys in study.toml, as ``data.dictionary``."""


def results_made_from(study: Study) -> MadeFrom:
    """Return what results computed now from a study would be made from.

    Files go by names, not paths: results may be brought to a copy of the study elsewhere.

    Raises
    ------
    DataError
        If the data file cannot be read.
    """
    return MadeFrom(
        contents={
            **_data_hashes(study),
            STUDY_FILE: sha256(study.folder / STUDY_FILE),
            "code": code_hash(study.folder),
        },
        environment={"python": python_version(2)} | versions(PACKAGES),
    )


def source_of(study: Study, made_from: MadeFrom, *, rows: int, columns: int) -> Source:
    """Describe where results come from, for whoever reads them."""
    return Source(
        data_file=without_path(study.data.file),
        data_sha256=made_from.contents[DATA],
        data_rows=rows,
        data_columns=columns,
        study_file=STUDY_FILE,
        study_sha256=made_from.contents[STUDY_FILE],
        code_sha256=made_from.contents["code"],
        versions=made_from.environment,
        further_files={key: digest for key, digest in made_from.contents.items() if key.startswith(f"{DATA}.")},
    )


def write_results(results: Results, path: Path, made_from: MadeFrom) -> None:
    """Write results.json with its stamp, for the eyes of its owner: its curves have every day of follow-up."""
    write_stamped(stamp_of(path), made_from, {path: to_json(results).encode()}, mode=PRIVATE)


def results_are_current(study: Study) -> bool:
    """Return whether a study's results.json comes from this very data file, study.toml, code and package versions.

    Raises
    ------
    DataError
        If the data file cannot be read.
    """
    path = study.folder / RESULTS_FILE
    return is_current(stamp_of(path), results_made_from(study), outputs=[path])


def code_hash(folder: Path | None = None, *, more: tuple[str, ...] = ()) -> str:
    """Return one hash over what computes results: the program's code and schema, and a study's own statistics.

    `more` are folders of the program whose code counts as well.
    """
    folders = [PACKAGE / name for name in (*COMPUTES, *more)]
    program = sha256_of_all(
        [path for home in folders for path in (*home.glob("*.py"), *home.glob("*.json"))], base=PACKAGE
    )
    own = own_code(folder) if folder is not None else ()
    if folder is None or not own:
        return program
    return hashlib.sha256(f"{program} {sha256_of_all(own, base=folder)}".encode()).hexdigest()


def own_code(folder: Path) -> tuple[Path, ...]:
    """Return the code of a study's own statistics: all modules beside theirs; none where it has no such statistics."""
    file = folder / OWN_STATISTICS
    return tuple(sorted(file.parent.glob("*.py"))) if file.is_file() else ()


def inputs_of(study: Study) -> set[Path]:
    """Return the files beside study.toml that results come from; that of own statistics also where it is not there."""
    data = (study.folder / file for file in study.data_files.values())
    return {*data, study.folder / OWN_STATISTICS, *own_code(study.folder)}


def _data_hashes(study: Study) -> dict[str, str]:
    """Return the hash of each file of the data: of the data file as "data", of others by the key that names them."""
    hashes = {}
    for key, file in study.data_files.items():
        try:
            hashes[DATA if key == "data.file" else key] = sha256(study.folder / file)
        except OSError as error:
            raise DataError(
                f"{file}: cannot be read ({error.strerror}). {dotted(key)} in study.toml names it; "
                "put the file there, or correct the name."
            ) from None
    return hashes
