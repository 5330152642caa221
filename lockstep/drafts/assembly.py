"""All files of a draft, made in a working folder and held against the journal's rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..anonymisation.scan import traces
from ..anonymisation.self_citation import self_citations
from ..base.errors import LockstepError
from ..base.progress import Progress
from ..base.resources import HOME
from ..document.computed import run_document
from ..document.printed_places import figures_of, places_in
from ..document.reference_list import reference_findings
from ..document.release import release
from ..document.report import Report, open_study
from ..figures.illustrations import load_drawing, stand_in
from ..figures.kinds import figure_content
from ..journals.file import Journal
from ..preflight.checks import Check
from ..preflight.draft_files import DraftFiles
from ..preflight.figure_facts import measure_figure
from ..preflight.preflight import preflight, read_draft
from ..qmd.front_matter import DOCUMENT
from ..qmd.project import read_project
from ..qmd.source import Document, read_qmd
from ..results.model import Results
from ..runs.build import build
from ..runs.renderers import Renderer
from ..runs.worker import Worker
from ..submission.documents import write_documents
from ..submission.word_lines import lines_in_word
from ..word.text import ManuscriptText, read_text
from .figure_files import figures_in_legends_alone, numbered_figures, write_figure_files
from .identifying_uploads import identifying_uploads
from .placement import placement_of
from .workspace import REMOVED, make_workspace, study_identifying_words

# Said of its own documents by the process that makes the anonymised copy, and not true of the draft.
_OF_THE_OTHER: Final = "No document was written; any earlier report is untouched."


@dataclass(frozen=True, slots=True)
class Assembly:
    """A draft that is complete and not yet in place: its files, the rules held against it, what should be known."""

    files: DraftFiles
    results: Results
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """The files of a draft, and what those who made them know.

    `words` identify the authors, `traces` are those left in the anonymised copy.
    """

    files: DraftFiles
    text: ManuscriptText
    words: tuple[str, ...]
    traces: tuple[str, ...]
    warnings: tuple[str, ...]


def assemble(folder: Path, journal: Journal, work: Path, *, progress: Progress, renderer: Renderer) -> Assembly:
    """Make all files of a draft, and hold the rules against them.

    Parameters
    ----------
    folder : the study's.
    work : an empty folder; the draft is made in a folder there that has the journal's name.

    Raises
    ------
    LockstepError
        For anything wrong in data, study or document.
    """
    with closing(_anonymising(work, journal, renderer)) as anonymising, closing(_drawing(folder, journal)) as drawing:
        document = read_qmd(folder / DOCUMENT)
        figures = figures_of(places_in(document))
        apart = () if placement_of(journal).pictures else figures_in_legends_alone(document)
        shown = [name for name in figures if name not in apart]
        with progress.stage("results"), ThreadPoolExecutor(1) as pool:
            if shown:
                pool.submit(load_drawing, folder)  # while the results are computed
            report = open_study(folder, journal=journal)
        drawing.start()
        with progress.stage("figures"):
            for name in shown:
                report.figure(name)  # in the study's folder, where the next draft finds it
        _put_stand_ins(apart, report, make_workspace(folder, journal, work / "blinded", anonymised=True))
        anonymising.start()
        _put_stand_ins(apart, report, make_workspace(folder, journal, work / "study"))
        made = _make_files(
            document,
            report,
            journal,
            work,
            anonymising=anonymising,
            drawing=drawing,
            progress=progress,
            renderer=renderer,
        )
    with progress.stage("checks"):
        checks = _held_against_rules(made, document, report, journal, work)
        warnings = (
            *made.warnings,
            *_notes_on_copy(made, document, work),
            *_notes_on_uploads(made, document, report, journal),
        )
    return Assembly(made.files, report.results, checks, warnings)


def _held_against_rules(
    made: _Made, document: Document, report: Report, journal: Journal, work: Path
) -> tuple[Check, ...]:
    """Return the lines of the preflight of a draft."""
    read = read_draft(
        made.files,
        text=made.text,
        study=report.study,
        results=report.results,
        journal=journal,
        style=report.style,
        document=document,
        figures=[measure_figure(path) for path in made.files.figures],
        traces=made.traces,
        incomplete=_incomplete_references(work / "study", journal),
        outputs=run_document(replace(document, path=work / "study" / DOCUMENT), profiles=(journal.name,)),
    )
    return preflight(read)


def _notes_on_copy(made: _Made, document: Document, work: Path) -> Iterator[str]:
    """Yield what was removed from the anonymised copy word by word, and where it speaks of its authors' own work."""
    for line in (work / "blinded" / REMOVED).read_text("utf-8").splitlines():
        yield f"anonymised copy: removed from {line}"
    for mention in self_citations(read_text(made.files.blinded_docx), document.front_matter):
        yield f"anonymised copy: {mention} may identify the authors; write it in the third person"


def _notes_on_uploads(made: _Made, document: Document, report: Report, journal: Journal) -> tuple[str, ...]:
    """Report the files for upload that identify the authors."""
    described = {
        figure.number: figure_content(figure.name, report.study, report.results, report.style).alt_text()
        for figure in numbered_figures(document, profile=journal.name)
        if figure.name
    }
    return identifying_uploads(made.files, made.words, described=described)


def _put_stand_ins(figures: Iterable[str], report: Report, workspace: Path) -> None:
    """Spare a workspace the drawing of figures of which its documents show the legends alone."""
    for name in figures:
        stand_in(name, report.study, report.results, workspace, report.style)


def _incomplete_references(place: Path, journal: Journal) -> tuple[str, ...]:
    """Say of each cited reference what it lacks, in the style of the journal."""
    project = read_project(place, profiles=(journal.name,))
    return reference_findings(read_qmd(place / DOCUMENT), project).faults


def _make_files(
    document: Document,
    report: Report,
    journal: Journal,
    work: Path,
    *,
    anonymising: Worker,
    drawing: Worker,
    progress: Progress,
    renderer: Renderer,
) -> _Made:
    """Make the files of a draft from its two workspaces.

    `anonymising` makes the documents of the anonymised one, `drawing` draws the figures for upload.
    """
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
        built = build(
            work / "study", progress=progress, renderer=renderer, profiles=(journal.name,), output=work / "made"
        )
        for source, target in zip(built.outputs, (files.pdf, files.docx), strict=True):
            source.replace(target)
        laid_out = pool.submit(lines_in_word, files.docx)  # LibreOffice takes as long as what is done meanwhile
        with progress.stage("upload"):
            drawing.ended()  # where it failed, the same error comes now
            figures = write_figure_files(document, report, journal, draft)
        run = anonymising.ended()
        if run.returncode != 0:
            said = run.stderr.strip().removesuffix(_OF_THE_OTHER).strip()
            raise LockstepError(f"the anonymised copy could not be made: {said}")
        for source in built.outputs:
            (work / "made-blinded" / source.name).replace(draft / f"manuscript_blinded{source.suffix}")
        with progress.stage("blinded"):
            words = study_identifying_words(report.study.folder, journal)
            found = [str(trace) for path in (files.blinded_docx, files.blinded_pdf) for trace in traces(path, words)]
        with progress.stage("accompanying documents"):
            text = read_text(files.docx)
            accompanying = write_documents(
                draft,
                study=report.study,
                results=release(document, report.study, report.results, report.style),
                journal=journal,
                front_matter=document.front_matter,
                text=text,
                docx=files.docx,
                pdf=files.pdf,
                word_lines=lambda: laid_out.result() or (),
            )
    files = replace(files, figures=figures, tables=accompanying.tables, others=accompanying.files)
    return _Made(files, text, words, tuple(found), (*built.warnings, *accompanying.warnings))


def _drawing(folder: Path, journal: Journal) -> Worker:
    """Start the prewarmed worker that draws the figures for upload."""
    return Worker("lockstep", "figures", journal.name, "--study", str(folder), cwd=HOME)


def _anonymising(work: Path, journal: Journal, renderer: Renderer) -> Worker:
    """Start the prewarmed worker that makes the documents of the anonymised workspace."""
    return Worker(
        *("lockstep", "report", "--study", str(work / "blinded"), "--renderer", renderer),
        *("--profile", journal.name, "--output", str(work / "made-blinded")),
        cwd=HOME,
    )
