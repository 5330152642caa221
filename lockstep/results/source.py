"""Where results come from, and whether they still say so: content hashes of data, study, code and package versions."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Final

from ..base.errors import DataError
from ..base.files import sha256, sha256_of_all
from ..base.resources import PACKAGE
from ..study.model import Study
from .model import Source, read_source

PACKAGES: Final = ("lifelines", "numpy", "pandas", "scipy", "tableone")
"""The packages whose versions could move a number."""

COMPUTES: Final = ("base", "study", "data", "statistics", "results", "analyses")
"""The folders of the program whose code could move a number."""

OWN_STATISTICS: Final = Path("analysis/statistics.py")
"""Where a study defines statistics of its own, relative to its folder."""

RESULTS_FILE: Final = Path("build/results.json")
"""Where a study's results stand, relative to its folder."""


def source_of(study: Study, *, rows: int, columns: int) -> Source:
    """Describe what results computed now from this study would come from."""
    return Source(
        data_file=_without_path(study.data_file),
        data_sha256=_data_hash(study),
        data_rows=rows,
        data_columns=columns,
        study_file="study.toml",
        study_sha256=sha256(study.folder / "study.toml"),
        code_sha256=code_hash(study.folder),
        versions={"python": ".".join(platform.python_version_tuple()[:2])}
        | {name: package_version(name) for name in PACKAGES},
    )


def _without_path(data_file: str) -> str:
    """Return how results call a data file: as study.toml does; outside of the study's folder, by its name alone.

    Results travel in documents, and a path tells of the machine and of whoever's folder it leads to.
    """
    path = PurePosixPath(data_file)
    return path.name if path.is_absolute() or ".." in path.parts else data_file


def is_current(study: Study, path: Path) -> bool:
    """Tell whether the results at `path` come from this very data file, study.toml, code and package versions."""
    found = read_source(path)
    return found is not None and found == source_of(study, rows=found.data_rows, columns=found.data_columns)


def code_hash(folder: Path | None = None) -> str:
    """Return one hash over what computes results: the program's code and schema, and a study's own statistics."""
    folders = [PACKAGE / name for name in COMPUTES]
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
    return {study.folder / study.data_file, study.folder / OWN_STATISTICS, *own_code(study.folder)}


@cache
def package_version(name: str) -> str:
    """Return the version of an installed package; looked up once, since that reads its files."""
    return version(name)


def _data_hash(study: Study) -> str:
    try:
        return sha256(study.folder / study.data_file)
    except OSError as error:
        raise DataError(
            f"{study.data_file}: cannot be read ({error.strerror}). [data] file in study.toml names it; "
            "put the file there, or correct the name."
        ) from None
