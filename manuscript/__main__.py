"""``python -m manuscript``: documents built, held against results, and compared with those of a lock."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from analysis.errors import LockstepError

from .build import build
from .progress import Progress

NEWLINE: Final = "\n"
_UNTOUCHED: Final = "No document was written; the last report is untouched.\n"


def main(arguments: list[str] | None = None) -> int:
    """Run a verb of the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (LockstepError, OSError) as error:
        message = error if isinstance(error, LockstepError) else f"{error.filename}: {error.strerror}"
        sys.stderr.write(f"{message}\n{options.after_error}")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"Interrupted. {options.after_error or NEWLINE}")
        return 130


def _report(options: argparse.Namespace) -> int:
    progress = Progress(sys.stderr, shown=sys.stderr.isatty())
    report = build(
        options.study,
        progress=progress,
        renderer=options.renderer,
        output=options.output,
        profiles=tuple(options.profile),
        force=options.force,
    )
    for warning in report.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    names = " and ".join(_shown(path) for path in report.outputs)
    sys.stdout.write(f"{names} written in {progress.total():.1f} s\n" if report.made else f"{names} are up to date\n")
    return 0


def _check(options: argparse.Namespace) -> int:
    from .check import check  # loads jinja2 and more

    findings = check(options.study)
    sys.stdout.write("\n".join(findings.lines()) + "\n")
    return 0 if findings.passed else 1


def _audit(options: argparse.Namespace) -> int:
    from .audit_page import write_audit_page  # loads jinja2

    sys.stdout.write(f"{_shown(write_audit_page(options.study.resolve()))}: written\n")
    return 0


def _redline(options: argparse.Namespace) -> int:
    from .redline_command import write_redline

    progress = Progress(sys.stderr, shown=sys.stderr.isatty())
    made = write_redline(
        options.study, progress=progress, since=options.since, author=options.author, renderer=options.renderer
    )
    sys.stdout.write("\n".join(made.lines()) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m manuscript", description="Documents from results.")
    verbs = parser.add_subparsers(required=True, metavar="verb")
    report = verbs.add_parser("report", help="build report.pdf and report.docx where something has changed")
    report.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    report.add_argument(
        "--renderer",
        choices=("auto", "builtin", "quarto"),
        default=os.environ.get("RENDERER") or "auto",
        help="what renders the document; auto takes Quarto where it is installed (default: RENDERER, else auto)",
    )
    report.add_argument("--output", type=Path, help="folder for the documents (default: build in the study's folder)")
    report.add_argument("--profile", action="append", default=[], help="of Quarto: _quarto-PROFILE.yml; repeatable")
    report.add_argument("--force", action="store_true", help="build even where nothing has changed")
    report.set_defaults(run=_report, after_error=_UNTOUCHED)
    check = verbs.add_parser("check", help="check that the claims hold and that no number is typed into the prose")
    check.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    check.set_defaults(run=_check, after_error="")
    audit = verbs.add_parser("audit", help="turn build/audit.json, which `python -m analysis audit` makes, into a page")
    audit.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    audit.set_defaults(run=_audit, after_error="")
    redline = verbs.add_parser("redline", help="write redline.docx: the report, with its changes since a lock tracked")
    redline.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    redline.add_argument("--since", default="", metavar="LOCK", help="name of the lock (default: the last one)")
    redline.add_argument("--author", default="", help="whose edits of the prose are (default: the first author's)")
    redline.add_argument(
        "--renderer",
        choices=("auto", "builtin", "quarto"),
        default=os.environ.get("RENDERER") or "auto",
        help="what renders the document (default: RENDERER, else auto)",
    )
    redline.set_defaults(run=_redline, after_error="The last redline is untouched.\n")
    return parser


def _shown(path: Path) -> str:
    """Return a path as short as it can be said from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    raise SystemExit(main())
