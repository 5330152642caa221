"""What other times a file has: of a second endpoint, and of when patients came under observation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ..base.errors import counted
from ..base.wording import shown
from ..endpoints.time_units import DAYS_PER
from .competing import CompetingGuess
from .events import EventGuess, events_of, said_event
from .observed import PlannedColumn, days_of, values_of
from .outcome import OutcomeGuess, fit, outcome_of, ready_times, said_time
from .words import BEFORE_DEATH, plain

_GO_TOGETHER: Final = 3  # how well the names of a second time and event fit, at least
_ENTRY: Final = re.compile(
    r"(?:.*_)?(?:entry|entered|enter|tstart|left_?trunc\w*|truncation|delay|delayed|enrol\w*|registration|registered"
    r"|inclusion|included|referral|referred|einschluss)(?:_.*)?"
)
_MOSTLY: Final = 0.95  # of the patients come under observation before their follow-up ends
_MANY: Final = 0.1  # of the patients come later than at time 0


def second_outcome(
    columns: Sequence[PlannedColumn], first: OutcomeGuess, said: tuple[str, str] | None
) -> tuple[OutcomeGuess | None, tuple[str, ...]]:
    """Return another endpoint: as the user says, or recognised; and what to ask of it.

    A second endpoint is recognised by a ready time and an event whose names go together, or by the date of an event of
    the disease beside dates of follow-up.

    Raises
    ------
    DataError
        If what the user has said names no such column, or is no condition.
    """
    used = [column for column in columns if column.used]
    if said is not None:
        time = said_time(said[0], columns)
        event = said_event(said[1], used)
        return (
            (None, ()) if time is None else outcome_of(time, event, columns, unit=first.unit, said=True, but=first.name)
        )
    others = [column for column in used if column.name not in first.columns]
    choices = [
        (found, -n, time, event)
        for n, time in enumerate(ready_times(others))
        for event in events_of(others)
        if (found := fit(time, event)) >= _GO_TOGETHER
    ]
    if choices:
        _, _, time, event = max(choices, key=lambda item: item[:2])
        return outcome_of(time, event, columns, unit=first.unit, but=first.name)[0], ()
    for column in others:
        if first.start and column.guess.kind == "date" and BEFORE_DEATH.search(f"{column.header} {column.guess.label}"):
            by_name = {item.name: item for item in used}
            kind = "ttp" if re.search("progre", f"{column.header} {column.guess.label}", re.IGNORECASE) else "ttr"
            note = "guess: who has this date has had the event"
            event = EventGuess(
                condition=f"{column.name} present", kind=kind, column=column.name, note=note, optional=(column.name,)
            )
            ends = (column, *(by_name[name] for name in first.end))
            return outcome_of(((by_name[first.start],), ends), event, columns, unit=first.unit, but=first.name)[0], ()
    return None, ()


def with_competing_death(first: OutcomeGuess, second: OutcomeGuess) -> tuple[OutcomeGuess, OutcomeGuess]:
    """Return two endpoints of which, where one is death and the other an event of the disease, death competes."""
    if {first.kind, second.kind} & {"ttr", "ttp"} and "os" in {first.kind, second.kind}:
        death, other = (first, second) if first.kind == "os" else (second, first)
        if death.competing is None and other.competing is None and bool(death.start) == bool(other.start):
            other = _beside(death, other)
            return (death, other) if first.kind == "os" else (other, death)
    return first, second


def _beside(death: OutcomeGuess, other: OutcomeGuess) -> OutcomeGuess:
    late = death.observed & other.observed & (other.lengths > death.lengths)
    if late.any():
        note = (
            f"guess: death competes, but in {counted(int(late.sum()), 'patient')} this event comes after it: mend the"
        )
        return replace(other, notes=(*other.notes, f'{note} data, then write competing = "{death.name}"'))
    both = int((death.observed & ~other.observed).sum())
    return other.with_competing(
        CompetingGuess(
            event=death.name,
            label=f"death without {other.event_label}",
            note=f"guess: who dies can have no {other.event_label} later, so that death competes: "
            f"{counted(both, 'patient')} died without one",
        )
    )


def entry_questions(columns: Sequence[PlannedColumn], outcome: OutcomeGuess | None) -> Iterator[str]:
    """Yield what to ask of columns that may say when patients came under observation (delayed entry)."""
    if outcome is None:
        return
    start = next((column for column in columns if column.name == outcome.start), None)
    for column in columns:
        if not column.used or column.observed is None or column.name in outcome.columns:
            continue
        if _ENTRY.fullmatch(plain(column.header)) is None:
            continue
        if column.guess.kind == "number" and not outcome.start:
            entry = values_of(column.observed, column.guess.missing)
        elif column.guess.kind == "date" and start is not None and start.observed is not None:
            begin = days_of(start.observed, start.guess.format, start.guess.missing)
            since = days_of(column.observed, column.guess.format, column.guess.missing) - begin
            entry = since / np.timedelta64(1, "D") / DAYS_PER[outcome.unit]
        else:
            continue
        known = ~np.isnan(entry) & ~np.isnan(outcome.lengths)
        within = (entry >= 0) & (entry < outcome.lengths)
        if known.any() and (entry[known] > 0).mean() >= _MANY and within[known].mean() >= _MOSTLY:
            alone = " and take `competing` out, which does not go with it" if outcome.competing else ""
            yield (
                f"whether patients came under observation only at {shown(column.name)} (delayed entry): if so, write "
                f'entry = "{column.name}" under [endpoints.{outcome.name}] in study.toml{alone}'
            )
