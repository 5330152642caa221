"""`make draft`: the folder for a journal, made whole, held against its rules, and only then put in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..base.errors import LockstepError, ReportError
from ..base.files import write_whole
from ..base.invocation import option
from ..base.progress import Progress
from ..base.stamp import stamp_of
from ..base.wording import first_of
from ..journals.profiles import read_journal
from ..preflight.checks import Check
from ..preflight.preflight import lines
from ..qmd.front_matter import DOCUMENT
from ..qmd.source import read_qmd
from ..runs.commit import check_targets, replace_together
from ..runs.renderers import Renderer, renderer_of
from ..runs.run_lock import one_at_a_time, workshop
from ..study.definition import read_study
from ..word.package import package_bytes
from .assembly import Assembly, assemble
from .figure_files import numbered_figures
from .manifest import NAME as MANIFEST
from .manifest import draft_manifest_json, foreign_files, manifest
from .stamp import FOLDER, archive_of, draft_made_from, draft_stamp_text

PREFLIGHT: Final = "PREFLIGHT.txt"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that was put in place: folder, archive, the rules held against it, and what should be known of it."""

    folder: Path
    archive: Path
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The rules that it breaks; there are some only where it was forced."""
        return failures(self.checks)


class RefusedError(ReportError):
    """A draft that breaks rules and was not forced; `checks` are all lines of its preflight."""

    def __init__(self, message: str, checks: tuple[Check, ...]) -> None:
        """Keep the lines of the preflight."""
        super().__init__(message)
        self.checks = checks


def make_draft(
    folder: Path, name: str, *, progress: Progress, renderer: Renderer = "auto", force: bool = False
) -> Draft:
    """Make ``build/drafts/<journal>`` and its archive from a study, all or nothing.

    Parameters
    ----------
    folder : the study's.
    name : the journal's, that of its file.
    force : put the draft in place even where it breaks rules; its manifest says which.

    Raises
    ------
    RefusedError
        If the draft breaks a rule and is not forced; the last draft is untouched.
    LockstepError
        For anything wrong in data, study, document or the journal's file; the last draft is untouched.
    """
    folder = folder.resolve()
    read_study(folder)  # first: nothing is written where there is no study
    journal = read_journal(name, folder)
    drafts = folder / FOLDER
    _check_place(drafts / name)
    with one_at_a_time(drafts), workshop(drafts) as work, _without_paths(work):
        drawn = numbered_figures(read_qmd(folder / DOCUMENT), profile=name)
        pictures = [folder / one.image for one in drawn if one.image]
        made_from = draft_made_from(folder, name, renderer=renderer, pictures=pictures)
        made = assemble(folder, journal, work, progress=progress, renderer=renderer)
        broken = failures(made.checks)
        if broken and not force:
            many = f"{len(broken)} rules fail" if len(broken) > 1 else "1 rule fails"
            raise RefusedError(
                f"{many}, so that no draft for {journal.title} was made. Mend the manuscript, or make the draft all "
                f"the same with {option('force', True)}; its manifest then says so.",
                made.checks,
            )
        with progress.stage("archive"):
            _describe(made, folder, name, renderer)
            archive = work / f"{name}.zip"
            archive.write_bytes(_archive(made.files.folder, name))
            files = {drafts / name: made.files.folder, drafts / archive.name: archive}
            if not broken:
                workspaces = {work / "blinded": work / "made-blinded", work / "study": work / "made"}
                stamp = stamp_of(archive_of(folder, name))
                text = draft_stamp_text(
                    folder,
                    name,
                    made_from,
                    workspaces=workspaces,
                    draft=made.files.folder,
                    archive=archive,
                    warnings=made.warnings,
                )
                write_whole(work / stamp.name, text.encode())
                files[stamp] = work / stamp.name
            replace_together(files, work, is_last=True)
    return Draft(drafts / name, drafts / f"{name}.zip", made.checks, made.warnings)


def _check_place(draft: Path) -> None:
    """Refuse a place for a draft and its archive in which there is something that cannot be replaced."""
    check_targets([draft.with_name(f"{draft.name}.zip")])
    if draft.is_file():
        raise LockstepError(f"{draft}: is a file, where a folder is to be written. Move or remove it.")
    if foreign := foreign_files(draft):
        raise LockstepError(
            f"{draft}: holds what this program did not put there ({first_of(foreign, most=3)}), and the folder "
            "is to be replaced. Move it elsewhere, then run again."
        )


def _describe(made: Assembly, folder: Path, name: str, renderer: Renderer) -> None:
    """Write the preflight and the manifest of a draft beside its files."""
    draft = made.files.folder
    write_whole(draft / PREFLIGHT, ("\n".join(lines(made.checks)) + "\n").encode())
    content = manifest(
        folder,
        draft,
        made.results,
        journal=name,
        renderer=renderer_of(renderer),
        failures=[f"{check.rule}: {check.measured}; asked for: {check.limit}" for check in failures(made.checks)],
    )
    write_whole(draft / MANIFEST, draft_manifest_json(content))


def check_draft(
    folder: Path, name: str, *, progress: Progress, renderer: Renderer = "auto"
) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """Hold the rules against the draft as it would be now, and leave none; return the lines, and warnings.

    Raises
    ------
    LockstepError
        For anything wrong in data, study, document or the journal's file.
    """
    folder = folder.resolve()
    read_study(folder)  # first: nothing is written where there is no study
    journal = read_journal(name, folder)
    with one_at_a_time(folder / FOLDER), workshop(folder / FOLDER) as work, _without_paths(work):
        made = assemble(folder, journal, work, progress=progress, renderer=renderer)
    return made.checks, made.warnings


def failures(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Return the lines of a preflight that fail."""
    return tuple(check for check in checks if check.status == "fail")


@contextmanager
def _without_paths(work: Path) -> Iterator[None]:
    """Name files in errors as the study does: the workspaces, in which they were looked for, are gone by then."""
    try:
        yield
    except RefusedError:
        raise
    except LockstepError as error:
        said = str(error)
        for place in ("study", "blinded"):
            said = said.replace(f"{work / place}/", "")
        if said == str(error):
            raise
        raise LockstepError(said) from None
    except OSError as error:
        if Path(error.filename2 or error.filename or work).is_relative_to(work):
            raise OSError(error.errno, error.strerror, str(work.parent)) from None
        raise


def _archive(folder: Path, name: str) -> bytes:
    """Return a zip archive of a folder, whose name all its files have before theirs; the same bytes each time."""
    return package_bytes(
        {
            f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
    )
