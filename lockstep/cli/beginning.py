"""The verb that begins a study; it reads patient rows, and makes no document."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from ..base.errors import counted
from ..base.invocation import called
from ..base.terminal import wrapped
from ..base.wording import printable
from ..scaffold.folder import NewStudy, new_study
from ..scaffold.outcome import OutcomeGuess
from ..scaffold.plan import APART
from ..scaffold.unseen import only_seen
from ..scaffold.wishes import Wishes


def new(
    *,
    folder: Path,
    data: Path,
    dictionary: Path | None,
    time: str,
    event: str,
    by: str,
    id: str,  # noqa: A002 (the option is called so)
    unit: str | None,
    title: str,
    header_row: int | None,
    sheet: str,
    link: bool,
) -> int:
    """Write a new study, and say what was found, what was not, and what to do next."""
    wishes = Wishes(
        time=time, event=event, by=by, id=id, unit=unit or "", title=title, header_row=header_row, sheet=sheet
    )
    made = new_study(folder, data, wishes, dictionary=dictionary, link=link)
    for text in _lines(made, folder):
        sys.stdout.write("\n".join(wrapped(text, indent=4)) + "\n")
    return 0


def _lines(made: NewStudy, folder: Path) -> Iterator[str]:
    plan = made.plan
    used = [column for column in plan.columns if column.used]
    left = [column for column in plan.columns if not column.used]
    yield f"{folder}: written, a study of {counted(plan.n_patients, 'patient')} with {counted(len(used), 'column')}"
    if plan.data.header_row > 1:
        yield f"The names of the columns: row {plan.data.header_row}. What is above them is not read."
    if left:
        names = ", ".join(only_seen(printable(column.header)) or f"column {column.place}" for column in left[:12])
        more = f" and {len(left) - 12} more" if len(left) > 12 else ""
        yield f"Left out ({len(left)}): {names}{more}. study.toml says why."
    if plan.outcome:
        yield from _endpoint(plan.outcome)
    if plan.second:
        second = plan.second
        yield f"Another endpoint, as a comment in study.toml: {second.label} ({second.time}; {second.event})"
    apart = [name for name, reason in plan.not_characteristics.items() if reason not in APART]
    if apart:
        yield f"Not in the table of characteristics, as what is known later: {', '.join(apart)}. study.toml says why."
    if plan.groups:
        yield f"Groups: {plan.groups.name}"
    notes = [f"{column.name}: {note}" for column in used for note in column.guess.notes if note.startswith("guess")]
    if notes:
        count = counted(len(notes), "guess", "guesses")
        yield f"{count} on columns; each is a comment in study.toml that begins with `guess`."
    for question in plan.questions:
        yield f"Not found: {question}."
    if plan.questions:
        yield "To say it: remove the folder and run this again with what is missing, or write it in study.toml."
    if made.faults:
        yield "The data have faults, so that the report cannot be built yet:"
        yield from made.faults.splitlines()
        yield "Mend the data file or study.toml, as the messages say; then:"
    yield f"Next: {called('report', study=shlex.quote(str(folder)))}"


def _endpoint(outcome: OutcomeGuess) -> Iterator[str]:
    begin = outcome.time or f"{outcome.start} to {' or '.join(outcome.end)}"
    yield (
        f"{outcome.label}: {begin}, in {outcome.unit}; event where {outcome.event}, "
        f"{counted(outcome.n_events, 'event')}"
    )
    for label, count in outcome.competing:
        yield f"{label} ({count}) counts as censored: say in the Methods how it was treated."
