"""`make lock`: the state of a study under a name, written atomically, with nothing of its results but what is printed.

A lock holds what is needed to say later what has changed: released.json, study.toml, report.qmd, report.docx, the
figures as they were printed, rows.json (keyed digests of the data, see `lockstep.data.fingerprint`) and a manifest.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ..base.clock import source_date_epoch
from ..base.errors import LockstepError, ReportError, nearest, system_message
from ..base.files import new_workspace, remove_marked, remove_workspaces, sha256, sha256_of_all
from ..base.interrupts import forget_interrupts, uninterrupted
from ..base.invocation import called
from ..base.progress import Progress
from ..base.resources import DOCUMENTATION, PACKAGE
from ..base.stamp import changed, digests, hashes_in, stamp_of, stamped_files
from ..document.printed_places import figures_of, places_in
from ..document.release import current_release
from ..document.report import run_analysis
from ..figures.illustrations import FOLDER as FIGURES
from ..qmd.front_matter import DOCUMENT
from ..qmd.source import Document, read_qmd
from ..results.json_file import read_results, without_defaults
from ..results.model import Source
from ..results.released import RELEASED, Released, read_released, released_json
from ..results.source import RESULTS_FILE, results_are_current
from ..runs.build import build, document_environment
from ..runs.commit import WORKSHOP
from ..runs.renderers import Renderer, renderer_of
from ..runs.run_lock import one_at_a_time
from ..study.definition import read_study
from ..study.model import Study
from ..syntax.sections import STUDY_FILE

LOCKS: Final = Path("locks")
"""The folder of a study's locks, relative to the study's."""

WORD_FILE: Final = "report.docx"
ROWS_FILE: Final = "rows.json"
MANIFEST_FILE: Final = "manifest.json"
SCHEMA_VERSION: Final = 3
_IN_FULL: Final = 2  # of the last version whose locks held results.json

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a lock is of.

    Attributes
    ----------
    name : of the lock.
    number : 1 for the first lock of a study; the newest has the highest.
    source : data, study definition, analysis code and package versions that the results come from.
    manuscript_sha256 : of the code and templates that make the documents.
    document_sha256 : of report.qmd.
    files : the SHA-256 of each other file of the lock by its path in there, so that a damaged one is noticed.
    renderer : "quarto" or "builtin".
    versions : of the packages that make the documents.
    epoch : SOURCE_DATE_EPOCH where it was set; a lock has no other time.
    """

    name: str
    number: int
    source: Source
    manuscript_sha256: str
    document_sha256: str
    renderer: str
    versions: Mapping[str, str]
    epoch: int | None = None
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock on disk; what it holds is read when it is asked for."""

    folder: Path
    manifest: Manifest

    def released(self) -> Released:
        """Return what the text of then printed of the results of then."""
        with self._own_errors():
            return read_released(self.folder / RELEASED)

    def study(self) -> Study:
        """Return the study definition of then; it names a data file that is not here."""
        with self._own_errors():
            return read_study(self.folder)

    def document(self) -> Document:
        """Return the manuscript's text of then."""
        with self._own_errors():
            return read_qmd(self.folder / DOCUMENT)

    @contextmanager
    def _own_errors(self) -> Iterator[None]:
        """Say of an error in a file of the lock, which is as it was locked, that it is the lock's, not the study's."""
        try:
            yield
        except LockstepError as error:
            raise _of_another_version(self.folder.name, str(error)) from None


def lock(folder: Path, name: str, *, progress: Progress, renderer: Renderer = "auto") -> tuple[Lock, tuple[str, ...]]:
    """Bring a study's report up to date and freeze it as ``locks/<name>``; return the lock and the report's warnings.

    Raises
    ------
    LockstepError
        If the name is not allowed or taken, the report cannot be built, or a file that it is made from was saved
        meanwhile; nothing is left behind then.
    """
    folder = folder.resolve()
    target = folder / LOCKS / _checked(name)
    _refuse_taken(target)
    built = build(folder, progress=progress, renderer=renderer)
    word_file = next(path for path in built.outputs if path.name == WORD_FILE)
    with one_at_a_time(folder / RESULTS_FILE.parent):
        remove_unfinished(folder)
        _refuse_taken(target)  # another run may have made it while this one waited
        manifest = state_of(folder, name=name, renderer=renderer)
        target.parent.mkdir(exist_ok=True)
        place = new_workspace(target.parent, prefix=WORKSHOP)
        work = place / name
        try:
            work.mkdir()
            with progress.stage("lock"):
                for path in (folder / STUDY_FILE, folder / DOCUMENT, word_file):
                    shutil.copyfile(path, work / path.name)
                document = read_qmd(work / DOCUMENT)
                (work / RELEASED).write_text(released_json(current_release(document, folder)), encoding="utf-8")
                for figure in figures_of(places_in(document)):
                    (work / FIGURES.name).mkdir(exist_ok=True)
                    shutil.copyfile(folder / FIGURES / f"{figure}.png", work / FIGURES.name / f"{figure}.png")
                run_analysis(folder, "fingerprint", "--output", str(work / ROWS_FILE))
                _refuse_changed(folder, stamp_of(word_file))
                manifest = replace(manifest, files=hashes_in(work))
                (work / MANIFEST_FILE).write_text(lock_manifest_json(manifest), encoding="utf-8")
                with suppress(KeyboardInterrupt), uninterrupted():
                    work.rename(target)
                    forget_interrupts()
        except OSError as error:
            raise ReportError(system_message(error, file=f"{LOCKS}/{name}")) from None
        finally:
            remove_marked(place)
    return Lock(target, manifest), built.warnings


def remove_unfinished(folder: Path) -> None:
    """Remove what killed runs of `lock` left in a study's locks; only the holder of its run lock may."""
    remove_workspaces(folder / LOCKS, prefix=WORKSHOP)


def state_of(folder: Path, *, name: str, renderer: Renderer = "auto") -> Manifest:
    """Describe the state of a study now, its results being up to date, as a lock of this name would."""
    made = document_environment()
    return Manifest(
        name=name,
        number=max((lock.manifest.number for lock in locks(folder)), default=0) + 1,
        source=read_results(folder / RESULTS_FILE).source,
        manuscript_sha256=_manuscript_hash(),
        document_sha256=sha256(folder / DOCUMENT),
        renderer=renderer_of(renderer),
        versions={package: made[package] for package in sorted(made)},
        epoch=source_date_epoch(),
    )


def locks(folder: Path) -> tuple[Lock, ...]:
    """Return the locks of a study, the oldest first: by number, then by name.

    Raises
    ------
    ReportError
        If a lock's manifest is gone, damaged or of another version.
    """
    # A folder with rows is a lock even without its manifest: it must not be passed over for an older one in silence.
    files = [path for name in (MANIFEST_FILE, ROWS_FILE) for path in (folder / LOCKS).glob(f"[!.]*/{name}")]
    found = [_read(path) for path in {file.parent: None for file in files}]
    return tuple(sorted(found, key=lambda lock: (lock.manifest.number, lock.manifest.name)))


def find_lock(folder: Path, name: str | None = None) -> Lock:
    """Return the lock of this name, or the newest: that with the highest number; all its files are as they were locked.

    Raises
    ------
    ReportError
        If there is none (names those that there are), or a file of it is gone or damaged.
    """
    found = {lock.folder.name: lock for lock in locks(folder)}
    if name is not None and name not in found and _NAME.fullmatch(name) and (folder / LOCKS / name).is_dir():
        raise _damaged(name, MANIFEST_FILE, "does not exist")
    if not found:
        raise ReportError(f"{folder / LOCKS}: there is no lock yet. Make one with {called('lock', name='2026-11')}.")
    if name is not None and name not in found:
        hint = nearest(name, found) or "."
        raise ReportError(f"no lock '{name}'{hint} The locks are: {', '.join(found)}.")
    chosen = list(found.values())[-1] if name is None else found[name]
    _check_files(chosen)
    return chosen


def lock_manifest_json(manifest: Manifest) -> str:
    """Return the text of manifest.json."""
    content = {"schema": SCHEMA_VERSION} | asdict(manifest) | {"source": without_defaults(manifest.source)}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _read(folder: Path) -> Lock:
    path = folder / MANIFEST_FILE
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        schema = raw.pop("schema")
        if schema == SCHEMA_VERSION:
            return Lock(folder, Manifest(**raw | {"source": Source(**raw["source"])}))
    except FileNotFoundError:
        raise _damaged(folder.name, MANIFEST_FILE, "does not exist") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _damaged(folder.name, MANIFEST_FILE, "is damaged") from None
    if isinstance(schema, int) and schema <= _IN_FULL:
        raise ReportError(
            f"{LOCKS}/{folder.name}: was made by an earlier version, and holds results.json: every result in full, "
            "also those that are not printed, and curves with each day of follow-up, from which patients can be "
            "identified.\n"
            "Do not share it. Remove the folder, also where it was committed or sent, and make a new lock."
        )
    raise _of_another_version(folder.name, f"{MANIFEST_FILE} has schema {schema}, this program reads {SCHEMA_VERSION}")


def _check_files(lock: Lock) -> None:
    """Compare the files of a lock with the hashes of its manifest."""
    for name, expected in lock.manifest.files.items():
        path = lock.folder / name
        if not path.is_file():
            raise _damaged(lock.folder.name, name, "does not exist")
        if sha256(path) != expected:
            raise _damaged(lock.folder.name, name, "is not as it was locked")


def _damaged(lock: str, file: str, what: str) -> ReportError:
    return ReportError(
        f"{LOCKS}/{lock}/{file} {what}.\nRestore the lock from your backup or repository, or remove its folder."
    )


def _of_another_version(lock: str, reason: str) -> ReportError:
    return ReportError(
        f"{LOCKS}/{lock}: was made by another version of this program, and this one cannot read it: {reason}.\n"
        "Name another lock, or move its folder out of locks/ and make a new one."
    )


def _refuse_taken(target: Path) -> None:
    if target.exists():
        raise ReportError(
            f"{LOCKS}/{target.name}: this lock exists, and a lock is never overwritten.\n"
            "Take another name for the new one."
        )


def _refuse_changed(folder: Path, stamp: Path) -> None:
    """Raise ReportError where a file is no longer what the report was made from: text and Word file would not agree."""
    made = stamped_files(stamp)
    others = changed(made, digests(made))
    study = read_study(folder)
    if others:
        path = others[0]
        name = str(path.relative_to(folder) if path.is_relative_to(folder) else path)
    elif not results_are_current(study):
        files = list(study.data_files.values())
        name = files[0] if len(files) == 1 else f"one of {', '.join(files)}"
    else:
        name = ""
    if name:
        raise ReportError(f"{name} was saved while the report was made from it. Make the lock again.")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ReportError(
            f"a lock cannot be named '{name}'; expected letters, digits, '.', '_' and '-', a letter or digit first, "
            "64 at most, such as 2026-11"
        )
    return name


def _manuscript_hash() -> str:
    files = (
        path
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.is_relative_to(DOCUMENTATION)
    )
    return sha256_of_all(files, base=PACKAGE)
