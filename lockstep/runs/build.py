"""`make report`: results, document, finishing; only where something has changed, and all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..base.boundaries import home_of
from ..base.clock import epoch
from ..base.errors import LockstepError, ReportError, ResultsError
from ..base.files import write_whole
from ..base.progress import Progress
from ..base.resources import FONTS, PACKAGE, TEMPLATES
from ..base.stamp import (
    MadeFrom,
    digests,
    identity,
    is_current,
    python_version,
    stamp_of,
    stamp_text,
    stamped_files,
    versions,
)
from ..notes.assumptions import current_notes
from ..qmd.front_matter import DOCUMENT
from ..qmd.project import Project, config_for, files_named, profiles_in_environment, read_project
from ..qmd.source import read_front_matter
from ..render.result import FORMATS, RenderResult
from ..results.json_file import read_results
from ..results.source import RESULTS_FILE, inputs_of, results_are_current
from ..results.verdicts import PUBLISHED_FILE
from ..study.definition import read_study
from ..study.model import Study
from ..syntax.sections import STUDY_FILE
from .commit import check_targets, complete, replace_together
from .renderers import Renderer, chosen_quarto
from .run_lock import one_at_a_time, workshop

_TYPST: Final = ".report.typ"  # what the PDF was made from
_PACKAGES: Final = ("jinja2", "lxml", "matplotlib", "pypandoc_binary", "pyyaml", "typst")  # that make the documents


@dataclass(frozen=True, slots=True)
class BuildResult:
    """The documents of a study: their paths, whether this run made them, what should be known of them.

    `warnings` are of the documents, `notes` of the analysis behind them.
    """

    outputs: tuple[Path, ...]
    made: bool
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def build(
    folder: Path,
    *,
    progress: Progress,
    renderer: Renderer = "auto",
    output: Path | None = None,
    profiles: tuple[str, ...] = (),
    force: bool = False,
    is_last: bool = False,
) -> BuildResult:
    """Bring a study's report.pdf and report.docx up to date.

    Parameters
    ----------
    folder : the study's, with study.toml and report.qmd.
    renderer : "quarto" or "builtin"; "auto" takes Quarto where it is installed.
    output : folder for the documents; without it the project's output-dir, in the study's folder.
    profiles : names of Quarto profiles, _quarto-<name>.yml.
    force : make the documents even where nothing has changed.
    is_last : whether the program was run for the documents alone: Ctrl-C that comes after them comes too late.

    Raises
    ------
    LockstepError
        For anything wrong in data, study or document; the last documents are untouched then.
    """
    folder = folder.resolve()
    study = read_study(folder)
    document = folder / DOCUMENT
    project = read_project(folder, profiles=profiles)
    quarto = chosen_quarto(renderer)
    target = (output or _target(folder, project)).resolve()
    with one_at_a_time(target):
        with progress.stage("results") as stage:
            stage.note = _bring_results_up_to_date(study, document, quarto)
        outputs = (target / f"{document.stem}.pdf", target / f"{document.stem}.docx")
        known = digests(_known_inputs(folder, document, project))
        choices = document_environment(
            renderer=identity(quarto, without="builtin"), profiles=",".join(project.profiles), epoch=str(epoch())
        )
        stamp = stamp_of(outputs[0])
        if not force and is_current(stamp, MadeFrom(files=known, environment=choices), outputs=outputs):
            return BuildResult(
                outputs, made=False, warnings=_broken_claims(document, study), notes=current_notes(study)
            )

        check_targets((*outputs, stamp))
        # Whatever is saved from here on is seen by the next run: hashes are taken first, then the files are read.
        found_last_time = digests(stamped_files(stamp))
        study, project = read_study(folder), read_project(folder, profiles=profiles)
        with workshop(target) as work:
            with progress.stage("document") as stage:
                draft = _render(document, project, work, quarto)
                stage.note = "by Quarto" if quarto else "by the built-in renderer"
            with progress.stage("finish"):
                from ..render.finish import finish  # loads typst and lxml

                pdf = work / outputs[0].name
                warnings = finish(
                    draft,
                    docx=draft.docx,
                    pdf=pdf,
                    root=folder,
                    fonts=FONTS,
                    released=lambda: _released(document, project),
                )
            warnings += _broken_claims(document, study)
            made = {outputs[0]: pdf, outputs[1]: draft.docx}
            found = _found_inputs(draft, folder, target) - known.keys()
            inputs = known | digests(found) | {path: found_last_time[path] for path in found & found_last_time.keys()}
            write_whole(work / stamp.name, _stamp_of(made, stamp, MadeFrom(files=inputs, environment=choices)))
            notes = current_notes(study)  # before the documents are there: an error from here on leaves the old ones
            replace_together(made | {stamp: work / stamp.name, target / _TYPST: draft.typst}, work, is_last=is_last)
        return BuildResult(outputs, made=True, warnings=warnings, notes=notes)


@contextmanager
def ready(
    folder: Path, *, renderer: Renderer, output: Path | None = None, profiles: tuple[str, ...] = ()
) -> Iterator[None]:
    """Load what `build` needs and set the last pages once more: in the ``with`` block it does its work at once.

    A study that is not there yet is one that will come with its figures, as a draft's workspace: no drawing is loaded.
    """
    from ..pdf.typst import prepared

    folder = folder.resolve()
    _load(folder if folder.is_dir() else None, chosen_quarto(renderer))
    with suppress(ResultsError):
        read_results(folder / RESULTS_FILE)  # makes ready what reads them
    with ExitStack() as stack:
        with suppress(LockstepError, OSError, UnicodeDecodeError):
            target = output or _target(folder, read_project(folder, profiles=profiles))
            last = (target / _TYPST).read_text("utf-8")
            stack.enter_context(prepared(last, root=folder, fonts=FONTS))
        yield


def watched_files(folder: Path, *, output: Path | None = None, profiles: tuple[str, ...] = ()) -> dict[Path, str]:
    """Return the files whose change asks for new documents, each with its hash when the last ones were made.

    The hash is empty for a file that they were not made from, or that has not been seen yet.

    Raises
    ------
    LockstepError
        If study, project or front matter are not valid, so that the files are not known.
    """
    folder = folder.resolve()
    project = read_project(folder, profiles=profiles)
    known = _known_inputs(folder, folder / DOCUMENT, project) | inputs_of(read_study(folder))
    made = stamped_files(stamp_of((output or _target(folder, project)).resolve() / DOCUMENT))
    results = folder / RESULTS_FILE  # made on the way
    return {path: made.get(path, "") for path in sorted((known | made.keys()) - {results})}


def finish_commit(folder: Path) -> None:
    """Complete the commit of a study's documents that a killed run has left; where there is none, do nothing.

    Raises
    ------
    CommitError
        If they cannot be moved to their targets.
    """
    folder = folder.resolve()
    try:
        target = _target(folder, read_project(folder))
    except (LockstepError, OSError):  # the verb itself will say what is wrong
        return
    complete(target)


def document_environment(**choices: str) -> dict[str, str]:
    """Return what decides the bytes of documents beside the files that they are made from."""
    return {"python": python_version()} | versions(_PACKAGES) | choices


def known_inputs(folder: Path, *, profiles: tuple[str, ...] = ()) -> set[Path]:
    """Return the files that documents of a study are made from, as far as they are known beforehand.

    Raises
    ------
    LockstepError
        If project or front matter are not valid.
    """
    return _known_inputs(folder, folder / DOCUMENT, read_project(folder, profiles=profiles))


def _stamp_of(made: Mapping[Path, Path], stamp: Path, made_from: MadeFrom) -> bytes:
    """Return the stamp of documents, by their targets, that are made and not yet there."""
    hashes = digests(made.values())
    return stamp_text(stamp, made_from, outputs={path: hashes[new] for path, new in made.items()}).encode()


def _target(folder: Path, project: Project) -> Path:
    """Return the folder that a project wants its documents in, which is one of the study's."""
    named = str(project.config.get("project", {}).get("output-dir") or "build")
    target = folder / named
    if not target.resolve().is_relative_to(home_of(folder)):
        raise ReportError(
            f"_quarto.yml: output-dir is '{named}', which leads out of the study's folder, where nothing is written. "
            "Name a folder in it; documents elsewhere are made with `lockstep report --output`."
        )
    return target


def _bring_results_up_to_date(study: Study, document: Path, quarto: Path | None) -> str:
    if results_are_current(study):
        return "up to date"
    from ..document.report import ensure_results  # loads jinja2 and more

    with ThreadPoolExecutor(1) as pool:
        pool.submit(_load, study.folder if study.figures else None, quarto)  # while the results are computed
        ensure_results(study, audit=document.is_file() and b".audit_" in document.read_bytes())
    return "computed"


def _load(folder: Path | None, quarto: Path | None) -> None:
    """Import what a build will need; where figures are drawn, in the folder of their study, that as well."""
    from ..document import release  # noqa: F401
    from ..render import finish  # noqa: F401

    if quarto is None:
        from ..render import builtin  # noqa: F401

        if folder is not None:
            from ..figures.illustrations import load_drawing

            load_drawing(folder)


def _broken_claims(document: Path, study: Study) -> tuple[str, ...]:
    """Report each claim that the results do not support, with its line; the documents mark them."""
    if b".claim(" not in document.read_bytes():
        return ()
    from ..document.check import broken_claims  # loads jinja2 and more

    return broken_claims(document, study)


def _released(document: Path, project: Project) -> tuple[str | None, tuple[str, ...]]:
    """Return what the PDF carries of the results, in the style of the project's profiles."""
    from ..document.release import attachment  # loads jinja2 and more

    with profiles_in_environment(project):
        return attachment(document)


def _known_inputs(folder: Path, document: Path, project: Project) -> set[Path]:
    """Return the files that every document of this study is made from."""
    front = read_front_matter(document)
    named = {path for name in FORMATS for path in files_named(config_for(name, project, front))}
    code = {*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.schema.json")}
    templates = {path for home in (TEMPLATES, folder / "templates") for path in home.rglob("*") if path.is_file()}
    own = {folder / name for name in (STUDY_FILE, PUBLISHED_FILE, RESULTS_FILE)}
    return {document, *own, *project.files, *named, *code, *templates}


def _found_inputs(draft: RenderResult, folder: Path, target: Path) -> set[Path]:
    """Return the files that this document turned out to be made from; what is made on the way is not one of them."""
    made = (target, folder / RESULTS_FILE.parent)
    return {path for path in draft.inputs if not any(path.is_relative_to(place) for place in made)}


def _render(document: Path, project: Project, work: Path, quarto: Path | None) -> RenderResult:
    if quarto is None:
        from ..render import builtin

        return builtin.render(document, project, work)
    from ..render.quarto import render

    return render(document, project, work, quarto=quarto)
