"""``lockstep judge``: judge a file of published statements, print the score, write build/audit.json."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Final

from ..results.json_file import read_results
from ..results.source import RESULTS_FILE, results_are_current
from ..results.verdicts import AUDIT_FILE, PUBLISHED_FILE, Audit, Judgement, audit_made_from, write_audit
from ..study.definition import read_study
from ..syntax.sections import STUDY_FILE
from .comparison import audit
from .published import Published, read_published

WIDTH: Final = 110


def run_audit(folder: Path, published_file: Path | None) -> Audit:
    """Audit a file of published statements, print the outcome and write it to build/audit.json of the study's folder.

    Results are brought up to date and compared with where the folder has a study.toml and a statement is tied to them;
    otherwise the printed numbers are judged by arithmetic alone.

    Raises
    ------
    LockstepError
        If the file of statements, the study or its data cannot be read.
    """
    path = folder / PUBLISHED_FILE if published_file is None else published_file
    needed = _needs_results(folder, read_published(path, name=_shown(path, folder)))
    if needed:
        _bring_results_up_to_date(folder)
    made_from = audit_made_from(path, folder / RESULTS_FILE)  # first; then the files are read
    published = read_published(path, name=_shown(path, folder))
    found = audit(
        published,
        read_results(folder / RESULTS_FILE) if needed else None,
        published_sha256=made_from.contents["published"],
        results_sha256=made_from.contents["results"] if needed else None,
    )
    write_audit(found, folder / AUDIT_FILE, made_from)
    if refusal := published.refusal():
        sys.stderr.write(f"{refusal}\n")
    sys.stdout.write(summary(found))
    return found


def summary(found: Audit) -> str:
    """Return the score, and each statement that is not as printed, in a few lines."""
    shown = [item for item in found.sorted_judgements() if item.verdict in ("impossible", "unexplained")]
    shown += [item for item in found.judgements if item.verdict == "matches under a stated reading"]
    return "\n".join([f"{found.published_file}: {found.score()}", *map(_lines, shown)]) + "\n"


def _lines(item: Judgement) -> str:
    place = f" ({item.where})" if item.where else ""
    head = f"{item.id} {item.verdict}: {item.quantity}, printed {item.printed}{'%' if item.unit == '%' else ''}{place}"
    return "\n".join(
        textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent="      ", break_long_words=False)
        for indent, text in (("  ", head), ("      ", item.reason))
    )


def _needs_results(folder: Path, published: Published) -> bool:
    return (folder / STUDY_FILE).is_file() and any(statement.tied for statement in published.statements)


def _bring_results_up_to_date(folder: Path) -> None:
    study = read_study(folder)
    if not results_are_current(study):
        from ..analyses.pipeline import run  # imports pandas and lifelines: only where there is something to compute

        run(study)


def _shown(path: Path, folder: Path) -> str:
    """Return a path as seen from the study's folder, so that the audit of a study is the same in whatever folder."""
    full = path.resolve()
    return full.relative_to(folder).as_posix() if full.is_relative_to(folder) else path.name
