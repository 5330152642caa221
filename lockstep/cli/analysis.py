"""The verbs of ``python -m lockstep`` and their options."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..base.errors import LockstepError, system_message
from ..base.files import write_whole
from ..base.interrupts import INTERRUPTED
from ..results.source import RESULTS_FILE, is_current
from ..results.trial import FOLDER as TRIAL
from ..results.trial import trial_study
from ..results.verdicts import AUDIT_FILE, PUBLISHED_FILE
from ..study.definition import read_study


def run(arguments: list[str] | None = None) -> int:
    """Run the analysis or a verb of the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except OSError as error:
        sys.stderr.write(f"{system_message(error)}\n")
        return 2 if options.run is _judge else 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lockstep", description="Results from data.")
    verbs = parser.add_subparsers(required=True, metavar="verb")
    results = verbs.add_parser("results", help="compute build/results.json")
    results.add_argument("--study", type=Path, default=Path(), help="folder with study.toml (default: this one)")
    results.add_argument("--data", type=Path, help="try this data file: results go to build/try/build in the study")
    results.add_argument("--wait", action="store_true", help=argparse.SUPPRESS)  # load, then wait for "go" on stdin
    results.add_argument("--force", action="store_true", help="compute again even where nothing has changed")
    results.set_defaults(run=_results)
    audit = verbs.add_parser(
        "judge",
        help="compare published statements with the results; write build/audit.json",
        epilog="Exit code: 0 nothing is unexplained, 1 something is or a row is wrong, 2 there is no audit.",
    )
    audit.add_argument("published", type=Path, nargs="?", help="file of statements (default: data/published.csv)")
    audit.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    audit.set_defaults(run=_judge)
    rows = verbs.add_parser(
        "fingerprint", help="digest the data file under the study's key, or compare it with digests"
    )
    rows.add_argument("--study", type=Path, default=Path(), help="folder of the study (default: this one)")
    rows.add_argument("--output", type=Path, help="write the digests to this file; the key is made if need be")
    rows.add_argument("--since", type=Path, help="print as JSON what changed since these digests")
    rows.add_argument("--ids", action="store_true", help="with --since: list the ids of new and changed patients")
    rows.set_defaults(run=_fingerprint)
    return parser


def _results(options: argparse.Namespace) -> int:
    try:
        folder, name = options.study.resolve(), RESULTS_FILE.as_posix()
        if options.data is not None:
            folder, name = trial_study(folder, options.data), (TRIAL / RESULTS_FILE).as_posix()
            sys.stdout.write(f"Trying {options.data} in {TRIAL}; the study and its results stay as they are.\n")
        if options.wait:
            from ..analyses import pipeline  # noqa: F401
            from ..audit import command  # noqa: F401
            from ..statistics import survival

            survival.load()
            if sys.stdin.readline() != "go\n":  # whoever started this process has gone
                return 0
        study = read_study(folder)
        if is_current(study, study.folder / RESULTS_FILE) and not options.force:
            sys.stdout.write(f"{name}: up to date\n")
            return 0
        from ..analyses.pipeline import run  # imports pandas and lifelines: only where there is something to compute

        run(study)
        if options.wait and (study.folder / AUDIT_FILE).is_file() and (study.folder / PUBLISHED_FILE).is_file():
            from ..audit.command import run_audit

            run_audit(study.folder, None)  # the document will ask for it, and here all is loaded
    except LockstepError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{name}: written\n")
    return 0


def _judge(options: argparse.Namespace) -> int:
    from ..audit.command import run_audit  # imports numpy and scipy: not needed to say that results are up to date

    try:
        found = run_audit(options.study.resolve(), options.published)
    except LockstepError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0 if found.passed else 1


def _fingerprint(options: argparse.Namespace) -> int:
    from ..data import fingerprint as digests  # imports numpy

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
