"""Whether an output is current: by the content of all that it was made from, and its own, never by time.

What makes an output notes first what it is made from (`MadeFrom`), reads only then, and leaves a stamp with the output.
So a file that is saved meanwhile is not counted as read: it differs from the stamp, and the next run sees it. The stamp
holds the hashes of the outputs as well: one that is missing, cut short or edited is not current either.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from .files import sha256, write_whole

_VERSION: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFrom:
    """All that decides the bytes of an output.

    Attributes
    ----------
    files : their SHA-256.
    contents : SHA-256 by name of what is no single file ("code"), or of a file wherever it stands ("data").
    environment : versions of programs and packages, and the choices of a run.
    """

    files: Mapping[Path, str] = field(default_factory=dict)
    contents: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


def digests(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the SHA-256 of files; what is not there is left out."""
    return {path: sha256(path) for path in sorted(paths) if path.is_file()}


def hashes_in(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a folder, and in the folders in it, by its path in there."""
    return {path.relative_to(folder).as_posix(): digest for path, digest in digests(folder.rglob("*")).items()}


def changed(before: Mapping[Path, str], now: Mapping[Path, str]) -> list[Path]:
    """Return the files that have other contents now, or that only one of the two knows to be there."""
    paths = sorted(before.keys() | now.keys())
    return [path for path in paths if before.get(path, "") != now.get(path, "")]


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of installed packages; "none" for one that is not installed."""
    return {name: _version(name) for name in packages}


def python_version(parts: int = 3) -> str:
    """Return the version of Python in so many parts, "3.12.4" in three."""
    return ".".join(platform.python_version_tuple()[:parts])


def identity(program: Path | None, *, without: str) -> str:
    """Name a program so that another version of it is another name, without starting it; `without` where it is None."""
    if program is None:
        return without
    status = program.stat()
    return f"{program} {status.st_size} {status.st_mtime_ns}"


def stamp_of(output: Path) -> Path:
    """Return the path of an output's stamp: ``.report.json`` beside report.pdf and report.docx."""
    return output.with_name(f".{output.stem}.json")


def is_current(stamp: Path, now: MadeFrom, *, outputs: Iterable[Path]) -> bool:
    """Return whether outputs are as they were made, and would be made the same now.

    Parameters
    ----------
    stamp : the file that holds a `stamp_text`; files that it names besides those of `now` are checked as well.
    now : what they would be made from, as far as it is known beforehand.
    outputs : the files that were made.
    """
    known = _named(now.files, stamp)
    try:
        made = _read(stamp)
        return (
            made["version"] == _VERSION
            and made["environment"] == dict(now.environment)
            and made["contents"] == dict(now.contents)
            and known.keys() <= made["files"].keys()
            and all((known.get(name) or _digest(stamp.parent / name)) == was for name, was in made["files"].items())
            and made["outputs"] == {_name(path, stamp): _digest(path) for path in outputs}
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def stamp_text(stamp: Path, made_from: MadeFrom, *, outputs: Mapping[Path, str], notes: Sequence[str] = ()) -> str:
    """Return the content of a stamp, for `is_current`: what outputs were made from, and their own hashes.

    `notes` are what should be said again of outputs that are current. Files are named as seen from the stamp, so that a
    study may move as a whole.
    """
    content = {
        "version": _VERSION,
        "environment": dict(made_from.environment),
        "contents": dict(made_from.contents),
        "files": _named(made_from.files, stamp),
        "outputs": _named(outputs, stamp),
    } | ({"notes": list(notes)} if notes else {})
    return json.dumps(content, indent=1) + "\n"


def write_stamped(stamp: Path, made_from: MadeFrom, files: Mapping[Path, bytes], **options: int) -> None:
    """Write files, each all or nothing, then their stamp.

    A run that is stopped in between leaves files that do not fit the stamp there is, and are made again.

    Parameters
    ----------
    options : of `write_whole`, such as the most permissions that the files may have.

    Raises
    ------
    OSError
        If one cannot be written; names it.
    """
    for path, content in files.items():
        write_whole(path, content, **options)
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    write_whole(stamp, stamp_text(stamp, made_from, outputs=hashes).encode())


def stamped_files(stamp: Path) -> dict[Path, str]:
    """Return the files that outputs were made from, with the hashes of then; none where there is no stamp."""
    try:
        files: dict[str, str] = _read(stamp)["files"]
        return {Path(os.path.normpath(stamp.parent / name)): digest for name, digest in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def stamped_notes(stamp: Path) -> tuple[str, ...]:
    """Return what should be said of outputs again; nothing where there is no stamp."""
    try:
        return tuple(map(str, _read(stamp).get("notes", ())))
    except (OSError, ValueError, TypeError, AttributeError):
        return ()


def _read(stamp: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(stamp.read_bytes())
    return content


def _digest(path: Path) -> str | None:
    return sha256(path) if path.is_file() else None


def _named(files: Mapping[Path, str], stamp: Path) -> dict[str, str]:
    return {_name(path, stamp): digest for path, digest in files.items()}


def _name(path: Path, stamp: Path) -> str:
    """Return a file as seen from the stamp."""
    return Path(os.path.relpath(path, stamp.parent)).as_posix()


@cache
def _version(package: str) -> str:
    """Return the version of a package; looked up once, since that reads its files."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
