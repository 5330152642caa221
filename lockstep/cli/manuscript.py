"""The verbs of ``lockstep`` and their options."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from ..base.errors import LockstepError, ReportError, system_message
from ..base.interrupts import INTERRUPTED
from ..base.progress import Progress
from ..base.terminal import wrapped
from ..results.source import RESULTS_FILE
from ..runs.build import DOCUMENT, build, finish_pending, ready
from ..runs.commit import PendingError
from ..runs.worker import told_to_run

NEWLINE: Final = "\n"
_UNTOUCHED: Final = "No document was written; the last report is untouched.\n"


def run(arguments: list[str] | None = None) -> int:
    """Run a verb of the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        finish_pending(options.study)
        return int(options.run(options))
    except PendingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (LockstepError, OSError) as error:
        message = error if isinstance(error, LockstepError) else system_message(error)
        sys.stderr.write(f"{message}\n{options.after_error}")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"Interrupted. {options.after_error or NEWLINE}")
        return INTERRUPTED


def _report(options: argparse.Namespace) -> int:
    if not options.wait:
        return _build(options)
    profiles = tuple(options.profile)
    with ready(options.study, renderer=options.renderer, output=options.output, profiles=profiles):
        return _build(options) if told_to_run() else 0


def _build(options: argparse.Namespace) -> int:
    progress = _progress()
    study, output = options.study, options.output
    if options.data is not None:
        from ..results.trial import trial_study

        study = trial_study(study, options.data)
        output = output or study / RESULTS_FILE.parent  # never where _quarto.yml sends the study's own documents
        sys.stdout.write(f"Trying {options.data} in {_shown(study)}; the study and its documents stay as they are.\n")
        options.after_error = f"In this trial the data file is a copy of {options.data}.\n{options.after_error}"
    report = build(
        study,
        progress=progress,
        renderer=options.renderer,
        output=output,
        profiles=tuple(options.profile),
        force=options.force,
        is_last=True,
    )
    for warning in report.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    for note in report.notes:
        sys.stdout.write("\n".join(wrapped(f"note: {note}", indent=4)) + "\n")
    names = " and ".join(_shown(path) for path in report.outputs)
    sys.stdout.write(f"{names} written in {progress.total():.1f} s\n" if report.made else f"{names} are up to date\n")
    return 0


def _watch(options: argparse.Namespace) -> int:
    from ..runs.watch import watch  # loads watchfiles

    try:
        watch(options.study, renderer=options.renderer, output=options.output, profiles=tuple(options.profile))
    except KeyboardInterrupt:
        sys.stdout.write("Stopped watching.\n")
    return 0


def _draft(options: argparse.Namespace) -> int:
    from ..drafts.stamp import FOLDER, current_draft

    told = current_draft(options.study, options.journal, renderer=options.renderer)
    if told is not None:
        for warning in told:
            sys.stderr.write(f"warning: {warning}\n")
        place = options.study.resolve() / FOLDER / options.journal
        sys.stdout.write(f"{_shown(place)} and {_shown(place)}.zip are up to date\n")
        return 0
    from ..drafts.draft import RefusedError, make_draft  # loads lxml, pypdf and more
    from ..preflight.preflight import lines

    progress = _progress()
    try:
        made = make_draft(
            options.study, options.journal, progress=progress, renderer=options.renderer, force=options.force
        )
    except RefusedError as error:
        sys.stdout.write("\n".join(lines(error.checks, only_failures=True)) + "\n")
        raise
    for warning in made.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    for line in lines(made.checks, only_failures=True) if made.failures else ():
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(
        f"{_shown(made.folder)} and {_shown(made.archive)} written in {progress.total():.1f} s"
        f"{', although rules fail' if made.failures else ''}\n"
    )
    return 0


def _figures(options: argparse.Namespace) -> int:
    from ..document.report import open_study
    from ..drafts.figure_files import figure_sources
    from ..figures.illustrations import load_drawing
    from ..journals.profiles import read_journal
    from ..qmd.source import read_qmd

    folder = options.study.resolve()
    load_drawing(folder)
    if not told_to_run():
        return 0
    journal = read_journal(options.journal, folder)
    for _ in figure_sources(read_qmd(folder / DOCUMENT), open_study(folder, journal=journal), journal):
        pass
    return 0


def _check(options: argparse.Namespace) -> int:
    if options.journal and options.no_run:
        raise ReportError(
            "The rules of a journal are held against a draft, which is made by running the document. Leave out one of "
            "JOURNAL= and RUN=0."
        )
    if options.journal:
        from ..drafts.draft import check_draft, failures
        from ..preflight.preflight import lines

        checks, warnings = check_draft(options.study, options.journal, progress=_progress(), renderer=options.renderer)
        for warning in warnings:
            sys.stderr.write(f"warning: {warning}\n")
        sys.stdout.write("\n".join(lines(checks)) + "\n")
        return 1 if failures(checks) else 0
    from ..document.check import check  # loads jinja2 and more

    findings = check(options.study, run=not options.no_run)
    sys.stdout.write("\n".join(findings.lines()) + "\n")
    return 0 if findings.passed else 1


def _trace(options: argparse.Namespace) -> int:
    from ..document.trace import write_trace  # loads jinja2 and more

    found = write_trace(options.study)
    if options.json:
        sys.stdout.write(found.to_json())
    else:
        lines = [*found.unprinted, found.unprinted_line()] if options.unprinted else found.lines()
        sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _html(options: argparse.Namespace) -> int:
    from ..document.check import broken_claims  # loads jinja2 and more
    from ..document.report import open_study
    from ..runs.web_page import write_web_page

    study = open_study(options.study).study
    warnings = broken_claims(study.folder / DOCUMENT, study)  # before the page, which an error is to leave untouched
    page = write_web_page(options.study)
    for warning in warnings:
        sys.stderr.write(f"warning: {warning}\n")
    sys.stdout.write(f"{_shown(page)}: written\n")
    return 0


def _lock(options: argparse.Namespace) -> int:
    from ..revisions.locks import lock  # loads jinja2 and more

    made, warnings = lock(options.study, options.name, progress=_progress(), renderer=options.renderer)
    for warning in warnings:
        sys.stderr.write(f"warning: {warning}\n")
    sys.stdout.write(f"{_shown(made.folder)}: locked\n")
    return 0


def _changes(options: argparse.Namespace) -> int:
    from ..revisions.changes_page import write_changes  # loads jinja2 and more
    from ..revisions.differences import changes_since

    found = changes_since(options.study, options.since or None, list_ids=options.ids)
    *others, last = (_shown(path) for path in write_changes(found, options.study.resolve()))
    lines = [*wrapped(found.summary(), indent=4), *found.headlines(), f"{', '.join(others)} and {last}: written"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _audit(options: argparse.Namespace) -> int:
    from ..tables.audit_page import write_audit_page  # loads jinja2

    sys.stdout.write(f"{_shown(write_audit_page(options.study.resolve()))}: written\n")
    return 0


def _redline(options: argparse.Namespace) -> int:
    from ..revisions.redline_command import write_redline

    made = write_redline(
        options.study, progress=_progress(), since=options.since, author=options.author, renderer=options.renderer
    )
    sys.stdout.write("\n".join(made.lines()) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lockstep", description="Documents from results.")
    verbs = parser.add_subparsers(required=True, metavar="verb")
    report = verbs.add_parser("report", help="build report.pdf and report.docx where something has changed")
    _add_place(report)
    report.add_argument("--data", type=Path, help="try this data file: documents go to build/try/build in the study")
    report.add_argument("--force", action="store_true", help="build even where nothing has changed")
    _add_wait(report)
    report.set_defaults(run=_report, after_error=_UNTOUCHED)
    watch = verbs.add_parser("watch", help="bring the documents up to date whenever a file is saved, until Ctrl-C")
    _add_place(watch)
    watch.set_defaults(run=_watch, after_error="")
    check = verbs.add_parser("check", help="check that the claims hold and each number comes from a result")
    check.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    check.add_argument("--journal", default="", help="hold the rules of this journal against a draft")
    check.add_argument("--no-run", action="store_true", help="run no code of the document, and say what is not checked")
    _add_renderer(check)
    check.set_defaults(run=_check, after_error="")
    draft = verbs.add_parser("draft", help="make build/drafts/JOURNAL, the folder to upload, and its archive")
    draft.add_argument("journal", help="the name of its file in templates/journals, such as plos-one")
    draft.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    _add_renderer(draft)
    draft.add_argument("--force", action="store_true", help="also where rules fail; the manifest says which")
    draft.set_defaults(run=_draft, after_error="No draft was written; the last one is untouched.\n")
    figures = verbs.add_parser("figures")  # for `make draft`, which lets it work beside; so it is not listed
    figures.add_argument("journal")
    figures.add_argument("--study", type=Path, default=Path())
    _add_wait(figures)
    figures.set_defaults(run=_figures, after_error="")
    trace = verbs.add_parser("trace", help="list each printed number with its result; write build/trace.json")
    trace.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    what = trace.add_mutually_exclusive_group()
    what.add_argument("--json", action="store_true", help="print the trace as JSON")
    what.add_argument("--unprinted", action="store_true", help="list the results that are nowhere in the document")
    trace.set_defaults(run=_trace, after_error="")
    page = verbs.add_parser("html", help="write build/report.html, where each printed result shows its source")
    page.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    page.set_defaults(run=_html, after_error="The last page is untouched.\n")
    audit = verbs.add_parser("audit", help="turn build/audit.json, which `lockstep judge` makes, into a page")
    audit.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    audit.set_defaults(run=_audit, after_error="")
    lock = verbs.add_parser("lock", help="freeze text, documents and the results that they print as locks/NAME")
    lock.add_argument("name", help="such as 2026-11; letters, digits, '.', '_' and '-'")
    lock.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    _add_renderer(lock)
    lock.set_defaults(run=_lock, after_error="Nothing was locked.\n")
    changes = verbs.add_parser("changes", help="compare with a lock; write build/changes.html, .json and .docx")
    changes.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    changes.add_argument("--since", help="name of the lock (default: the newest, that with the highest number)")
    changes.add_argument("--ids", action="store_true", help="list the ids of new and changed patients")
    changes.set_defaults(run=_changes, after_error="")
    redline = verbs.add_parser("redline", help="write redline.docx: the report, with its changes since a lock tracked")
    redline.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    redline.add_argument("--since", default="", metavar="LOCK", help="name of the lock (default: the last one)")
    redline.add_argument("--author", default="", help="whose edits of the prose are (default: the first author's)")
    _add_renderer(redline)
    redline.set_defaults(run=_redline, after_error="The last redline is untouched.\n")
    return parser


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    _add_renderer(parser)
    parser.add_argument("--output", type=Path, help="folder for the documents (default: build in the study's folder)")
    parser.add_argument("--profile", action="append", default=[], help="of Quarto: _quarto-PROFILE.yml; repeatable")


def _add_wait(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wait", action="store_true", help=argparse.SUPPRESS)  # for `make watch`: see `spare`


def _add_renderer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--renderer",
        choices=("auto", "builtin", "quarto"),
        default=os.environ.get("RENDERER") or "auto",
        help="what renders the document; auto takes Quarto where it is installed (default: RENDERER, else auto)",
    )


def _progress() -> Progress:
    return Progress(sys.stderr, shown=sys.stderr.isatty())


def _shown(path: Path) -> str:
    """Return a path as short as it can be said from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
