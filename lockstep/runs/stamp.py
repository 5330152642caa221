"""Whether outputs are up to date: by content of everything they were made from, and their own."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any, Final

from ..base.files import sha256
from ..results.source import package_version

_VERSION: Final = 1
_PACKAGES: Final = ("jinja2", "lxml", "matplotlib", "pypandoc_binary", "pyyaml", "typst")


def environment(**choices: str) -> dict[str, str]:
    """Return what else decides the bytes of a document: versions of programs, and the choices of this run."""
    return {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES} | choices


def digests(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the hashes of files; what is not there is left out."""
    return {path: sha256(path) for path in sorted(paths) if path.is_file()}


def is_current(
    stamp: Path, *, known: Mapping[Path, str], outputs: Iterable[Path], environment: Mapping[str, str]
) -> bool:
    """Tell whether the outputs are as they were made, and would be made the same now.

    Parameters
    ----------
    stamp : the file that holds a `stamp_text`; inputs that it names besides `known` are checked as well.
    known : the files that are known to enter, with their hashes of now.
    outputs : the files that were made.
    """
    folder = stamp.parent
    now = {_name(path, folder): digest for path, digest in known.items()}
    try:
        made: dict[str, Any] = json.loads(stamp.read_bytes())
        return (
            made["version"] == _VERSION
            and made["environment"] == dict(environment)
            and now.keys() <= made["inputs"].keys()
            and all((now.get(name) or _digest(folder / name)) == was for name, was in made["inputs"].items())
            and made["outputs"] == {_name(path, folder): _digest(path) for path in outputs}
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def stamp_text(
    stamp: Path,
    *,
    inputs: Mapping[Path, str],
    outputs: Mapping[Path, str],
    environment: Mapping[str, str],
    notes: Sequence[str] = (),
) -> str:
    """Return what the stamp says: what outputs were made from, for `is_current`; files with the hashes of then.

    `notes` are what should be said again of outputs that are up to date.
    """
    content = {
        "version": _VERSION,
        "environment": dict(environment),
        "inputs": {_name(path, stamp.parent): digest for path, digest in inputs.items()},
        "outputs": {_name(path, stamp.parent): digest for path, digest in outputs.items()},
    } | ({"notes": list(notes)} if notes else {})
    return json.dumps(content, indent=1) + "\n"


def stamped_inputs(stamp: Path) -> dict[Path, str]:
    """Return the files that outputs were made from, with the hashes of then; none where there is no stamp."""
    try:
        made: dict[str, str] = json.loads(stamp.read_bytes())["inputs"]
        return {Path(os.path.normpath(stamp.parent / name)): digest for name, digest in made.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def identity(program: Path | None, *, without: str) -> str:
    """Name a program so that another version of it is another name, without starting it; `without` where it is None."""
    if program is None:
        return without
    status = program.stat()
    return f"{program} {status.st_size} {status.st_mtime_ns}"


def stamped_notes(stamp: Path) -> tuple[str, ...]:
    """Return what should be said of outputs again; nothing where there is no stamp."""
    try:
        return tuple(map(str, json.loads(stamp.read_bytes()).get("notes", ())))
    except (OSError, ValueError, TypeError, AttributeError):
        return ()


def _digest(path: Path) -> str | None:
    return sha256(path) if path.is_file() else None


def _name(path: Path, folder: Path) -> str:
    """Return a path as seen from the stamp, so that a project may move as a whole."""
    return Path(os.path.relpath(path, folder)).as_posix()


def _version(package: str) -> str:
    try:
        return package_version(package)
    except PackageNotFoundError:
        return "none"
