"""All files of a draft, made in a working folder and held against the journal's rules."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from analysis.errors import LockstepError
from analysis.results import Results

from ..build import DOCUMENT, REPOSITORY, Renderer, build
from ..document import Report, open_study, style_of
from ..illustrations import load_drawing
from ..journal_file import Journal
from ..locks import figures_of
from ..places import places_in
from ..progress import Progress
from ..render.qmd import Document, read_qmd
from .checks import Check
from .draft_files import DraftFiles
from .figure_facts import measure_figure
from .figure_files import write_figure_files
from .own_work import mentions
from .papers import write_papers
from .preflight import preflight, read_draft
from .scan import traces
from .stage import REMOVED, stage, telling_words
from .telling_uploads import telling_uploads
from .text import ManuscriptText, read_text
from .word_lines import lines_in_word

_OF_THE_OTHER: Final = (
    "No document was written; the last report is untouched."  # true of the process that made the twin
)


@dataclass(frozen=True, slots=True)
class Assembly:
    """A draft that is complete and not yet in place: its files, the rules held against it, what should be known."""

    files: DraftFiles
    results: Results
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """The files of a draft, and what those who made them know."""

    files: DraftFiles
    text: ManuscriptText
    warnings: tuple[str, ...]


def assemble(folder: Path, journal: Journal, work: Path, *, progress: Progress, renderer: Renderer) -> Assembly:
    """Make all files of a draft, and hold the rules against them.

    Parameters
    ----------
    folder : the study's.
    work : an empty folder; the draft comes to stand in a folder there that has the journal's name.

    Raises
    ------
    LockstepError
        For anything wrong in data, study or document.
    """
    with progress.stage("results"), ThreadPoolExecutor(1) as pool:
        pool.submit(load_drawing, folder)  # while the results are computed
        opened = open_study(folder)
    report = Report(opened.results, style_of(opened.study, journal), opened.study)
    document = read_qmd(folder / DOCUMENT)
    with progress.stage("figures"):
        for name in figures_of(places_in(document)):
            report.figure(name)  # in the study's folder, where the next draft finds it
    stage(folder, journal, work / "study")
    stage(folder, journal, work / "blinded", blinded=True)
    made = _files(document, report, journal, work, progress=progress, renderer=renderer)
    with progress.stage("checks"):
        words = telling_words(folder, journal)
        twin = (made.files.blinded_docx, made.files.blinded_pdf)
        read = read_draft(
            made.files,
            text=made.text,
            study=report.study,
            results=report.results,
            journal=journal,
            style=report.style,
            document=document,
            figures=[measure_figure(path) for path in made.files.figures],
            traces=[str(trace) for path in twin for trace in traces(path, words)],
        )
        checks = preflight(read)
        removed = (work / "blinded" / REMOVED).read_text("utf-8").splitlines()
        told = [
            *(f"removed from {line}" for line in removed),
            *(
                f"{mention} may tell who the authors are; write it in the third person"
                for mention in mentions(read_text(made.files.blinded_docx), document.front_matter)
            ),
        ]
        of_twin = [f"blinded twin: {line}" for line in told]
        warnings = (*made.warnings, *of_twin, *telling_uploads(made.files, words))
    return Assembly(made.files, report.results, checks, warnings)


def _files(
    document: Document, report: Report, journal: Journal, work: Path, *, progress: Progress, renderer: Renderer
) -> _Made:
    """Make the files of a draft from its two stages."""
    draft = work / journal.name
    draft.mkdir()
    files = DraftFiles(
        folder=draft,
        docx=draft / "manuscript.docx",
        pdf=draft / "manuscript.pdf",
        blinded_docx=draft / "manuscript_blinded.docx",
        blinded_pdf=draft / "manuscript_blinded.pdf",
    )
    with ThreadPoolExecutor(1) as pool:
        with _built_beside(work / "blinded", journal, renderer, work / "made-blinded") as twin:
            built = build(
                work / "study", progress=progress, renderer=renderer, profiles=(journal.name,), output=work / "made"
            )
            for source, target in zip(built.outputs, (files.pdf, files.docx), strict=True):
                source.replace(target)
            laid_out = pool.submit(lines_in_word, files.docx)  # LibreOffice takes as long as what is done meanwhile
            with progress.stage("upload"):
                figures = write_figure_files(document, report, journal, draft)
        for source, target in zip(twin, (files.blinded_pdf, files.blinded_docx), strict=True):
            source.replace(target)
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
    return _Made(files, text, (*built.warnings, *papers.warnings))


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
