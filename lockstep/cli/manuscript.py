"""The verbs that make documents from results; none of them reads a patient row."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from json import loads
from pathlib import Path
from typing import Any

from ..base.errors import LockstepError, ReportError
from ..base.invocation import option
from ..base.progress import Progress
from ..base.resources import run_lockstep
from ..base.terminal import wrapped
from ..qmd.front_matter import DOCUMENT
from ..results.json_file import read_results
from ..results.source import RESULTS_FILE
from ..runs.build import build, finish_commit, ready
from ..runs.commit import CommitError
from ..runs.renderers import Renderer
from ..runs.worker import wait_for_start
from ..text.open_queries import queries_line


def _verb(code: Callable[..., int]) -> Callable[..., int]:
    """Make a verb begin by finishing the commit of a killed run."""

    @wraps(code)
    def begun(*, study: Path, **options: Any) -> int:
        try:
            finish_commit(study)
        except CommitError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        return code(study=study, **options)

    return begun


@_verb
def report(
    *,
    study: Path,
    data: Path | None,
    renderer: Renderer,
    output: Path | None,
    profile: tuple[str, ...],
    force: bool,
    wait: bool,
) -> int:
    """Bring the documents up to date; with `wait`, load what that needs and wait for the start signal."""
    if wait:
        with ready(study, renderer=renderer, output=output, profiles=profile):
            if not wait_for_start():
                return 0
            return _build(study, renderer=renderer, output=output, profiles=profile, force=force)
    if data is None:
        return _build(study, renderer=renderer, output=output, profiles=profile, force=force)
    from ..results.trial import trial_study

    trial = trial_study(study, data)
    output = output or trial / RESULTS_FILE.parent  # never where _quarto.yml sends the study's own documents
    sys.stdout.write(f"Trying {data} in {_shown(trial)}; the study and its documents stay as they are.\n")
    try:
        return _build(trial, renderer=renderer, output=output, profiles=profile, force=force, tried=str(data))
    except (LockstepError, OSError, KeyboardInterrupt) as error:
        error.add_note(f"In this trial the data file is a copy of {data}.")
        raise


def _build(
    study: Path,
    *,
    renderer: Renderer,
    output: Path | None,
    profiles: tuple[str, ...],
    force: bool,
    tried: str = "",
) -> int:
    progress = _progress()
    report = build(
        study,
        progress=progress,
        renderer=renderer,
        output=output,
        profiles=profiles,
        force=force,
        is_last=True,
    )
    _warn(report.warnings)
    for note in report.notes:
        sys.stdout.write("\n".join(wrapped(f"note: {note}", indent=4)) + "\n")
    if queries := queries_line(read_results(study.resolve() / RESULTS_FILE), tried=tried):
        sys.stdout.write(f"{queries}\n")
    names = " and ".join(_shown(path) for path in report.outputs)
    sys.stdout.write(f"{names} written in {progress.total():.1f} s\n" if report.made else f"{names} are up to date\n")
    return 0


@_verb
def watch(*, study: Path, renderer: Renderer, output: Path | None, profile: tuple[str, ...]) -> int:
    """Build whenever a file is saved, until Ctrl-C."""
    from ..runs.watch import watch  # loads watchfiles

    try:
        watch(study, renderer=renderer, output=output, profiles=profile)
    except KeyboardInterrupt:
        sys.stdout.write("Stopped watching.\n")
    return 0


@_verb
def draft(*, journal: str, study: Path, renderer: Renderer, force: bool) -> int:
    """Make the folder for a journal, where it is not up to date."""
    from ..drafts.stamp import FOLDER, current_draft

    notes = current_draft(study, journal, renderer=renderer)
    if notes is not None:
        _warn(notes)
        place = study.resolve() / FOLDER / journal
        sys.stdout.write(f"{_shown(place)} and {_shown(place)}.zip are up to date\n")
        return 0
    from ..drafts.draft import RefusedError, make_draft  # loads lxml, pypdf and more
    from ..preflight.preflight import lines

    progress = _progress()
    try:
        made = make_draft(study, journal, progress=progress, renderer=renderer, force=force)
    except RefusedError as error:
        sys.stdout.write("\n".join(lines(error.checks, only_failures=True)) + "\n")
        raise
    _warn(made.warnings)
    for line in lines(made.checks, only_failures=True) if made.failures else ():
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(
        f"{_shown(made.folder)} and {_shown(made.archive)} written in {progress.total():.1f} s"
        f"{', although rules fail' if made.failures else ''}\n"
    )
    return 0


@_verb
def profile(*, journal: str, study: Path) -> int:
    """Write the file by which Quarto renders for a journal."""
    from ..qmd.journal_profile import write_profile
    from ..study.definition import read_study

    read_study(study.resolve())  # nothing is written where there is no study
    sys.stdout.write(f"{_shown(write_profile(journal, study.resolve()))}: written\n")
    return 0


@_verb
def figures(*, journal: str, study: Path, wait: bool) -> int:
    """Draw the figures of a draft, once the word comes: its other files are made meanwhile."""
    from ..document.report import open_study
    from ..drafts.figure_files import figure_sources
    from ..figures.illustrations import load_drawing
    from ..journals.profiles import read_journal
    from ..qmd.source import read_qmd

    folder = study.resolve()
    load_drawing(folder)
    if wait and not wait_for_start():
        return 0
    wanted = read_journal(journal, folder)
    for _ in figure_sources(read_qmd(folder / DOCUMENT), open_study(folder, journal=wanted), wanted):
        pass
    return 0


@_verb
def check(*, study: Path, journal: str, no_run: bool, renderer: Renderer) -> int:
    """Say what of the text does not hold; with a journal, which of its rules a draft keeps."""
    if journal and no_run:
        raise ReportError(
            "The rules of a journal are held against a draft, which is made by running the document. Leave out one of "
            f"{option('journal', journal)} and {option('run', False)}."
        )
    if journal:
        from ..drafts.draft import check_draft, failures
        from ..preflight.preflight import lines

        checks, warnings = check_draft(study, journal, progress=_progress(), renderer=renderer)
        _warn(warnings)
        sys.stdout.write("\n".join(lines(checks)) + "\n")
        return 1 if failures(checks) else 0
    from ..document.check import check  # loads jinja2 and more

    findings = check(study, run=not no_run)
    sys.stdout.write("\n".join(findings.lines()) + "\n")
    return 0 if findings.passed else 1


@_verb
def trace(*, study: Path, unprinted: bool, json: bool) -> int:
    """List each printed number with its result."""
    if unprinted and json:
        raise ReportError("`--json` has the results that are nowhere, too. Leave out one of --json and --unprinted.")
    from ..document.trace import write_trace  # loads jinja2 and more

    found = write_trace(study)
    if json:
        sys.stdout.write(found.to_json())
    else:
        lines = [*found.unprinted, found.unprinted_line()] if unprinted else found.lines()
        sys.stdout.write("\n".join(lines) + "\n")
    return 0


@_verb
def html(*, study: Path) -> int:
    """Write the page on which each printed result shows its source."""
    from ..document.check import broken_claims  # loads jinja2 and more
    from ..document.report import open_study
    from ..runs.web_page import write_web_page

    definition = open_study(study).study
    # Before the page, which an error is to leave untouched.
    warnings = broken_claims(definition.folder / DOCUMENT, definition)
    page = write_web_page(study)
    _warn(warnings)
    sys.stdout.write(f"{_shown(page)}: written\n")
    return 0


@_verb
def lock(*, name: str, study: Path, renderer: Renderer) -> int:
    """Freeze the state of the study under a name."""
    from ..revisions.locks import lock  # loads jinja2 and more

    made, warnings = lock(study, name, progress=_progress(), renderer=renderer)
    _warn(warnings)
    sys.stdout.write(f"{_shown(made.folder)}: locked\n")
    return 0


@_verb
def changes(*, study: Path, since: str, ids: bool) -> int:
    """Say what changed since a lock."""
    from ..revisions.changes_page import write_changes  # loads jinja2 and more
    from ..revisions.differences import changes_since_lock

    found = changes_since_lock(study, since or None, list_ids=ids)
    *others, last = (_shown(path) for path in write_changes(found, study.resolve()))
    lines = [*wrapped(found.summary(), indent=4), *found.headlines(), f"{', '.join(others)} and {last}: written"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


@_verb
def data(*, study: Path, data: Path | None, values: bool) -> int:
    """Have the data put to all checks, in a process of its own, and make the page; 1 where there is an error."""
    folder = study.resolve()
    if data is not None:
        from ..results.trial import trial_study

        folder = trial_study(folder, data)
        sys.stdout.write(f"Trying {data} in {_shown(folder)}; the study stays as it is.\n")
    examined = run_lockstep("examine", "--study", str(folder), *(["--values"] if values else []))
    sys.stderr.write(examined.stderr)
    if examined.returncode:
        return max(examined.returncode, 1)  # where the system ended it, the code is below 0
    from ..tables.data_page import n_entries, summary_lines, write_data_page  # loads jinja2

    found = loads(examined.stdout)
    page = write_data_page(found, folder)
    listed = page.with_name("data-queries.csv")
    sys.stdout.write("\n".join([*summary_lines(found), f"{_shown(page)} and {_shown(listed)}: written"]) + "\n")
    return 1 if n_entries(found, "error") else 0


@_verb
def audit(*, file: Path | None, study: Path) -> int:
    """Have published statements judged, in a process of its own, and make the page of that."""
    named = [] if file is None else [str(file.resolve())]
    judged = run_lockstep("judge", "--study", str(study.resolve()), "--", *named)
    sys.stdout.write(judged.stdout)
    sys.stderr.write(judged.stderr)
    if judged.returncode not in (0, 1):  # there is no audit
        return max(judged.returncode, 2)
    from ..tables.audit_page import write_audit_page  # loads jinja2

    sys.stdout.write(f"{_shown(write_audit_page(study.resolve()))}: written\n")
    return judged.returncode


@_verb
def redline(*, study: Path, since: str, author: str, renderer: Renderer) -> int:
    """Write the report with its changes since a lock tracked."""
    from ..revisions.redline_command import write_redline

    made = write_redline(study, progress=_progress(), since=since, author=author, renderer=renderer)
    sys.stdout.write("\n".join(made.lines()) + "\n")
    return 0


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        sys.stderr.write(f"warning: {warning}\n")


def _progress() -> Progress:
    return Progress(sys.stderr, shown=sys.stderr.isatty())


def _shown(path: Path) -> str:
    """Return a path as short as it can be said from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
