"""``python -m manuscript``: ``report`` builds a study's report.pdf and report.docx, ``audit`` its build/audit.html."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from analysis.errors import LockstepError

from .build import build
from .progress import Progress

_UNTOUCHED: Final = "No document was written; the last report is untouched."


def main(arguments: list[str] | None = None) -> int:
    """Run a verb of the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    return _audit(options) if options.verb == "audit" else _report(options)


def _report(options: argparse.Namespace) -> int:
    progress = Progress(sys.stderr, shown=sys.stderr.isatty())
    try:
        report = build(
            options.study,
            progress=progress,
            renderer=options.renderer,
            output=options.output,
            profiles=tuple(options.profile),
            force=options.force,
        )
    except (LockstepError, OSError) as error:
        message = error if isinstance(error, LockstepError) else f"{error.filename}: {error.strerror}"
        sys.stderr.write(f"{message}\n{_UNTOUCHED}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"Interrupted. {_UNTOUCHED}\n")
        return 130
    for warning in report.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    names = " and ".join(_shown(path) for path in report.outputs)
    sys.stdout.write(f"{names} written in {progress.total():.1f} s\n" if report.made else f"{names} are up to date\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m manuscript", description="Documents from results.")
    verbs = parser.add_subparsers(required=True, dest="verb", metavar="verb")
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
    audit = verbs.add_parser("audit", help="turn build/audit.json, which `python -m analysis audit` makes, into a page")
    audit.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    return parser


def _audit(options: argparse.Namespace) -> int:
    from .audit_page import write_audit_page  # loads jinja2

    try:
        page = write_audit_page(options.study.resolve())
    except (LockstepError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{_shown(page)}: written\n")
    return 0


def _shown(path: Path) -> str:
    """Return a path as short as it can be said from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    raise SystemExit(main())
