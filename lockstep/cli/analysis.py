"""The verbs that read patient rows; each runs in a process of its own, in which no document is made."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from ..base.errors import LockstepError
from ..base.files import BY_UMASK, write_whole
from ..results.json_file import PRIVATE, read_results
from ..results.source import RESULTS_FILE, results_are_current
from ..results.trial import FOLDER as TRIAL
from ..results.trial import trial_study
from ..results.verdicts import AUDIT_FILE, PUBLISHED_FILE
from ..runs.worker import wait_for_start
from ..study.definition import read_study
from ..text.open_queries import queries_line


def results(*, study: Path, data: Path | None, force: bool, wait: bool, audit: bool) -> int:
    """Compute results.json where it is not current."""
    folder, name = study.resolve(), RESULTS_FILE.as_posix()
    if data is not None:
        folder, name = trial_study(folder, data), (TRIAL / RESULTS_FILE).as_posix()
        sys.stdout.write(f"Trying {data} in {TRIAL}; the study and its results stay as they are.\n")
    if wait:
        from ..analyses import pipeline  # noqa: F401
        from ..audit import command  # noqa: F401
        from ..survival import log_rank

        log_rank.load()
        if not wait_for_start():
            return 0
    definition = read_study(folder)
    tried = "" if data is None else str(data)
    if results_are_current(definition) and not force:
        return _report_results(folder, f"{name}: up to date", tried=tried)
    from ..analyses.pipeline import run  # imports pandas and lifelines: only where there is something to compute

    run(definition)
    audit |= wait and (folder / AUDIT_FILE).is_file()
    if audit and (folder / PUBLISHED_FILE).is_file():
        from ..audit.command import run_audit

        with suppress(LockstepError):  # the document will ask for it, and say what is wrong
            run_audit(folder, None)
    return _report_results(folder, f"{name}: written", tried=tried)


def _report_results(folder: Path, state: str, *, tried: str) -> int:
    queries = queries_line(read_results(folder / RESULTS_FILE), tried=tried)
    sys.stdout.write("\n".join(filter(None, (queries, state))) + "\n")
    return 0


def examine(*, study: Path, values: bool) -> int:
    """Put the data to all checks: write the list of what is found, and print it as JSON."""
    from ..data_checks.examination import examine  # imports pandas
    from ..data_checks.query_list import LIST_FILE, list_csv, list_json

    definition = read_study(study.resolve())
    examined = examine(definition)
    content = list_csv(examined, values=values).encode("utf-8-sig")  # by the mark spreadsheet programs know UTF-8
    write_whole(definition.folder / LIST_FILE, content, mode=PRIVATE if values else BY_UMASK)
    sys.stdout.write(list_json(examined, values=values))
    return 0


def judge(*, study: Path, file: Path | None) -> int:
    """Hold published statements against the results; the exit code is 0 where all is explained."""
    from ..audit.command import run_audit  # imports numpy and scipy

    return 0 if run_audit(study.resolve(), file).passed else 1


def fingerprint(*, study: Path, output: Path | None, since: Path | None, ids: bool) -> int:
    """Digest the data under the study's key; compare them with the digests of another day."""
    from ..data import fingerprint as digests  # imports numpy

    definition = read_study(study.resolve())
    if output is not None:
        found, _ = digests.fingerprint(definition, digests.ensure_key(definition.folder))
        write_whole(output, digests.fingerprint_json(found).encode())
    if since is not None:
        sys.stdout.write(digests.changes_json(digests.changes_since(definition, since, list_ids=ids)))
    return 0
