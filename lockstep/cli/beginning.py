"""The verb that begins a study; it reads patient rows, and makes no document."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..base.errors import LockstepError, counted
from ..base.invocation import called, option
from ..base.terminal import wrapped
from ..base.wording import printable
from ..scaffold.folder import NewStudy, new_study
from ..scaffold.outcome import OutcomeGuess
from ..scaffold.plan import APART
from ..scaffold.unseen import only_seen
from ..scaffold.wishes import Wishes

_MOST_ENDPOINTS: Final = 2


def new(
    *,
    folder: Path,
    data: Path,
    dictionary: Path | None,
    time: tuple[str, ...],
    event: tuple[str, ...],
    by: str,
    id: str,  # noqa: A002 (the option is called so)
    unit: str | None,
    title: str,
    header_row: int | None,
    sheet: str,
    link: bool,
) -> int:
    """Write a new study, and say what was found, what was not, and what to do next."""
    given = max(len(time), len(event))
    if given > _MOST_ENDPOINTS or (given > 1 and len(time) != len(event)):
        raise LockstepError(
            f"{option('time', 'COLUMN')} is given {counted(len(time), 'time')} and {option('event', 'CONDITION')} "
            f"{counted(len(event), 'time')}; expected one of each, or two of each for two endpoints, in the same order."
        )
    wishes = Wishes(
        time=time[0] if time else "",
        event=event[0] if event else "",
        second=(time[1], event[1]) if time[1:] else None,
        by=by,
        id=id,
        unit=unit or "",
        title=title,
        header_row=header_row,
        sheet=sheet,
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
    for outcome in plan.endpoints:
        yield from _endpoint(outcome)
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
    if outcome.competing:
        yield f"Competing event: {outcome.competing.label}. study.toml says why; cumulative incidence is estimated."
        return
    for level in outcome.others:
        yield f"{level.label} ({level.count}) counts as censored: say in the Methods how it was treated."
