"""The verbs of ``python -m analysis`` and their options."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .errors import LockstepError, system_message
from .files import write_whole
from .interrupts import INTERRUPTED
from .source import RESULTS_FILE, is_current
from .study import read_study
from .trial import FOLDER as TRIAL
from .trial import trial_study
from .verdicts import AUDIT_FILE, PUBLISHED_FILE


def run(arguments: list[str] | None = None) -> int:
    """Run the analysis or a verb of the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int({"audit": _audit, "fingerprint": _fingerprint, None: _results}[options.verb](options))
    except OSError as error:
        sys.stderr.write(f"{system_message(error)}\n")
        return 2 if options.verb == "audit" else 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description="Compute build/results.json of a study.")
    parser.add_argument("--study", type=Path, default=Path(), help="folder with study.toml (default: this one)")
    parser.add_argument("--data", type=Path, help="try this data file: results go to build/try/build in the study")
    parser.add_argument("--wait", action="store_true", help=argparse.SUPPRESS)  # load, then wait for "go" on stdin
    parser.add_argument("--force", action="store_true", help="compute again even where nothing has changed")
    verbs = parser.add_subparsers(dest="verb", metavar="verb", title="verbs, where not the results are wanted")
    audit = verbs.add_parser(
        "audit",
        help="compare published statements with the results; write build/audit.json",
        epilog="Exit code: 0 nothing is unexplained, 1 something is or a row is wrong, 2 there is no audit.",
    )
    audit.add_argument("published", type=Path, nargs="?", help="file of statements (default: data/published.csv)")
    audit.add_argument("--study", type=Path, default=argparse.SUPPRESS, help="folder of the study (default: this one)")
    rows = verbs.add_parser(
        "fingerprint", help="digest the data file under the study's key, or compare it with digests"
    )
    rows.add_argument("--study", type=Path, default=argparse.SUPPRESS, help="folder of the study (default: this one)")
    rows.add_argument("--output", type=Path, help="write the digests to this file; the key is made if need be")
    rows.add_argument("--since", type=Path, help="print as JSON what changed since these digests")
    rows.add_argument("--ids", action="store_true", help="with --since: list the ids of new and changed patients")
    return parser


def _results(options: argparse.Namespace) -> int:
    try:
        folder, name = options.study.resolve(), RESULTS_FILE.as_posix()
        if options.data is not None:
            folder, name = trial_study(folder, options.data), (TRIAL / RESULTS_FILE).as_posix()
            sys.stdout.write(f"Trying {options.data} in {TRIAL}; the study and its results stay as they are.\n")
        if options.wait:
            from . import audit_command, pipeline, survival  # noqa: F401

            survival.load()
            if sys.stdin.readline() != "go\n":  # whoever started this process has gone
                return 0
        study = read_study(folder)
        if is_current(study, study.folder / RESULTS_FILE) and not options.force:
            sys.stdout.write(f"{name}: up to date\n")
            return 0
        from .pipeline import run  # imports pandas and lifelines: only where there is something to compute

        run(study)
        if options.wait and (study.folder / AUDIT_FILE).is_file() and (study.folder / PUBLISHED_FILE).is_file():
            from .audit_command import run_audit

            run_audit(study.folder, None)  # the document will ask for it, and here all is loaded
    except LockstepError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{name}: written\n")
    return 0


def _audit(options: argparse.Namespace) -> int:
    from .audit_command import run_audit  # imports numpy and scipy: not needed to say that results are up to date

    try:
        found = run_audit(options.study.resolve(), options.published)
    except LockstepError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0 if found.passed else 1


def _fingerprint(options: argparse.Namespace) -> int:
    from . import fingerprint as digests  # imports numpy

    try:
        study = read_study(options.study.resolve())
        if options.output is not None:
            found, _ = digests.fingerprint(study, digests.ensure_key(study.folder))
            write_whole(options.output, digests.fingerprint_json(found).encode())
        if options.since is not None:
            sys.stdout.write(digests.changes_json(digests.changes_since(study, options.since, list_ids=options.ids)))
    except LockstepError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
