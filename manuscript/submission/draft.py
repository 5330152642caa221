"""`make draft`: the folder for a journal, made whole, held against its rules, and only then put in place."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from analysis.errors import LockstepError, ReportError
from analysis.files import write_whole
from analysis.results import Results

from ..build import DOCUMENT, REPOSITORY, Renderer, build
from ..document import Report, open_study, style_of
from ..illustrations import load_drawing
from ..journal_file import Journal
from ..journals import read_journal
from ..locks import figures_of, renderer_of
from ..pending import check_places, replace_together
from ..places import places_in
from ..progress import Progress
from ..render.docx_package import package_bytes
from ..render.qmd import read_qmd
from ..turns import one_at_a_time, workshop
from .checks import Check
from .draft_files import DraftFiles
from .draft_stamp import FOLDER, begin
from .figure_facts import measure_figure
from .figure_files import numbered_figures, write_figure_files
from .manifest import NAME as MANIFEST
from .manifest import manifest, manifest_json
from .own_work import mentions
from .papers import write_papers
from .preflight import lines, preflight, read_draft
from .scan import traces
from .stage import REMOVED, stage, telling_words
from .telling_uploads import telling_uploads
from .text import read_text
from .word_lines import lines_in_word

PREFLIGHT: Final = "PREFLIGHT.txt"
_OF_THE_OTHER: Final = (
    "No document was written; the last report is untouched."  # true of the process that made the twin
)


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


@dataclass(frozen=True, slots=True)
class _Assembled:
    """A draft that is complete and not yet in place."""

    files: DraftFiles
    results: Results
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]


def make_draft(
    folder: Path, name: str, *, progress: Progress, renderer: Renderer = "auto", force: bool = False
) -> Draft:
    """Make ``build/drafts/<journal>`` and its archive from a study, whole or not at all.

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
    journal = read_journal(name, folder)
    drafts = folder / FOLDER
    check_places([drafts / f"{name}.zip"])
    if (drafts / name).is_file():
        raise LockstepError(f"{drafts / name}: is a file, where a folder is to be written. Move or remove it.")
    with one_at_a_time(drafts), workshop(drafts) as work, _without_paths(work):
        drawn = numbered_figures(read_qmd(folder / DOCUMENT))
        begun = begin(folder, name, renderer=renderer, pictures=[folder / one.image for one in drawn if one.image])
        made = _assembled(folder, journal, work, progress, renderer)
        broken = failures(made.checks)
        if broken and not force:
            many = f"{len(broken)} rules fail" if len(broken) > 1 else "1 rule fails"
            raise RefusedError(
                f"{many}, so that no draft for {journal.title} was made. Mend the manuscript, or make the draft all "
                "the same with FORCE=1; its manifest then says so.",
                made.checks,
            )
        with progress.stage("archive"):
            write_whole(made.files.folder / PREFLIGHT, ("\n".join(lines(made.checks)) + "\n").encode())
            content = manifest(
                folder,
                made.files.folder,
                made.results,
                journal=name,
                renderer=renderer_of(renderer),
                failures=[f"{check.rule}: {check.measured}; asked for: {check.limit}" for check in broken],
            )
            write_whole(made.files.folder / MANIFEST, manifest_json(content))
            archive = work / f"{name}.zip"
            archive.write_bytes(_archive(made.files.folder, name))
            files = {drafts / name: made.files.folder, drafts / archive.name: archive}
            if not broken:
                stages = {work / "blinded": work / "made-blinded", work / "study": work / "made"}
                stamp = begun.stamp_text(
                    stages=stages, draft=made.files.folder, archive=archive, warnings=made.warnings
                )
                write_whole(work / begun.stamp.name, stamp.encode())
                files[begun.stamp] = work / begun.stamp.name
            replace_together(files, work)
    return Draft(drafts / name, drafts / f"{name}.zip", made.checks, made.warnings)


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
    journal = read_journal(name, folder)
    with one_at_a_time(folder / FOLDER), workshop(folder / FOLDER) as work, _without_paths(work):
        made = _assembled(folder, journal, work, progress, renderer)
    return made.checks, made.warnings


def failures(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Return the lines of a preflight that fail."""
    return tuple(check for check in checks if check.status == "fail")


def _assembled(folder: Path, journal: Journal, work: Path, progress: Progress, renderer: Renderer) -> _Assembled:
    """Make all files of a draft in a working folder, and hold the rules against them."""
    with progress.stage("results"), ThreadPoolExecutor(1) as pool:
        pool.submit(load_drawing, folder)  # while the results are computed
        opened = open_study(folder)
        report = Report(opened.results, style_of(opened.study, journal), opened.study)
    document = read_qmd(folder / DOCUMENT)
    draft = work / journal.name
    draft.mkdir()
    with progress.stage("figures"):
        for name in figures_of(places_in(document)):
            report.figure(name)  # in the study's folder, where the next draft finds it
    place = stage(folder, journal, work / "study")
    blinded = stage(folder, journal, work / "blinded", blinded=True)
    with ThreadPoolExecutor(1) as pool:
        with _built_beside(blinded, journal, renderer, work / "made-blinded") as twin:
            built = build(place, progress=progress, renderer=renderer, profiles=(journal.name,), output=work / "made")
            files = DraftFiles(
                folder=draft,
                docx=draft / "manuscript.docx",
                pdf=draft / "manuscript.pdf",
                blinded_docx=draft / "manuscript_blinded.docx",
                blinded_pdf=draft / "manuscript_blinded.pdf",
            )
            for source, target in zip(built.outputs, (files.pdf, files.docx), strict=True):
                source.replace(target)
            laid_out = pool.submit(lines_in_word, files.docx)  # LibreOffice takes as long as what is done meanwhile
            with progress.stage("upload"):
                figures = write_figure_files(document, report, journal, draft)
        with progress.stage("blinded"):
            for source, target in zip(twin, (files.blinded_pdf, files.blinded_docx), strict=True):
                source.replace(target)
            words = telling_words(folder, journal)
            found = [str(trace) for path in (files.blinded_docx, files.blinded_pdf) for trace in traces(path, words)]
        with progress.stage("papers"):
            text = read_text(files.docx)
            papers = write_papers(
                draft,
                study=report.study,
                results=report.results,
                journal=journal,
                front_matter=document.front_matter,
                text=text,
                docx=files.docx,
                pdf=files.pdf,
                word_lines=laid_out.result() or (),
            )
    files = replace(files, figures=figures, tables=papers.tables, others=papers.files)
    with progress.stage("checks"):
        read = read_draft(
            files,
            text=text,
            study=report.study,
            results=report.results,
            journal=journal,
            style=report.style,
            document=document,
            figures=[measure_figure(path) for path in figures],
            traces=found,
        )
        checks = preflight(read)
    removed = [f"blinded twin: removed from {line}" for line in (blinded / REMOVED).read_text("utf-8").splitlines()]
    guessed = [
        *(
            f"blinded twin: {mention} may tell who the authors are; write it in the third person"
            for mention in mentions(read_text(files.blinded_docx), document.front_matter)
        ),
        *telling_uploads(files, words),
    ]
    return _Assembled(files, report.results, checks, (*built.warnings, *papers.warnings, *removed, *guessed))


@contextmanager
def _without_paths(work: Path) -> Iterator[None]:
    """Name files in errors as the study does: the stages, in which they were looked for, are gone by then."""
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


@contextmanager
def _built_beside(place: Path, journal: Journal, renderer: Renderer, output: Path) -> Iterator[tuple[Path, ...]]:
    """Build the documents of a stage in a process of its own; they are there when the ``with`` block ends.

    Raises
    ------
    LockstepError
        If they could not be built, with what that process said.
    """
    run = subprocess.Popen(
        [
            *(sys.executable, "-m", "manuscript", "report", "--study", str(place), "--renderer", renderer),
            *("--profile", journal.name, "--output", str(output)),
        ],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    stem = Path(DOCUMENT).stem
    with run:  # which closes what it said
        try:
            yield (output / f"{stem}.pdf", output / f"{stem}.docx")
            said = run.communicate()[1]
        finally:
            run.kill()
    if run.returncode != 0:
        raise LockstepError(f"the blinded twin could not be made: {said.strip().removesuffix(_OF_THE_OTHER).strip()}")


def _archive(folder: Path, name: str) -> bytes:
    """Return a zip archive of a folder, whose name all its files have before theirs; the same bytes each time."""
    return package_bytes(
        {
            f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
    )
