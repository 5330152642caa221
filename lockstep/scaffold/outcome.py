"""The outcome of a new study and its groups: which columns are the time, the event and the groups, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import DataError
from ..base.wording import in_series, listing, shown
from ..endpoints.time_units import DAYS_PER
from ..syntax.expressions import parse_expression
from ..syntax.names import slug
from . import words
from .competing import CompetingGuess, OtherLevel, competing_levels, other_levels
from .events import EventGuess, events_of, said_event
from .later import is_an_event, names_follow_up
from .names import new_name
from .observed import Guess, PlannedColumn, days_of, values_of
from .time_axis import UNITS, TimeAxis, axis_for, unit_of
from .wishes import Wishes, named_column

_FEW_UNKNOWN: Final = 0.1  # of the patients may lack the outcome before it is asked why


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeGuess:
    """An endpoint: time and event, with the reasons for what was guessed.

    Attributes
    ----------
    time, start, end : a ready column, or dates.
    keep : the condition of eligibility by which patients without it are left out; "" where all have it.
    columns : the names of all columns that it is made of.
    optional : those whose blanks mean that nothing has happened.
    n_events : of the patients who have a time and an event.
    n_unknown : patients who have not, and are left out.
    others : values of its status that count as censored although something has happened.
    competing : what keeps the event from happening; None where nothing is known to.
    lengths, observed : (n,) follow-up of each patient, and True where the event was observed.
    """

    kind: str

    name: str
    label: str
    abbreviation: str
    event: str
    event_label: str
    time: str = ""
    start: str = ""
    end: tuple[str, ...] = ()
    unit: str = "days"
    axis: TimeAxis
    keep: str = ""
    columns: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    n_events: int = 0
    n_unknown: int = 0
    others: tuple[OtherLevel, ...] = ()
    competing: CompetingGuess | None = None
    notes: tuple[str, ...] = ()
    lengths: npt.NDArray[np.float64] = field(repr=False, compare=False)
    observed: npt.NDArray[np.bool_] = field(repr=False, compare=False)

    def with_competing(self, competing: CompetingGuess) -> OutcomeGuess:
        """Return the endpoint with a competing event: it is called by its event, since there is no survival of it."""
        label = self.event_label[:1].upper() + self.event_label[1:]
        return replace(self, label=label, abbreviation=label, competing=competing)


def choose_outcome(columns: Sequence[PlannedColumn], wishes: Wishes) -> tuple[OutcomeGuess | None, tuple[str, ...]]:
    """Return the outcome that was said or is recognised, and what to ask where there is none.

    Raises
    ------
    DataError
        If what the user has said names no such column, or is no condition.
    """
    used = [column for column in columns if column.used]
    said = said_event(wishes.event, used) if wishes.event else None
    recognised = list(ready_times(used)) or list(_dated(used))
    pairs = [said_time(wishes.time, columns)] if wishes.time else recognised
    times = [pair for pair in pairs if pair is not None]
    if not times:
        add = '--time COLUMN (or --time "START to END" of two dates)' + (
            "" if said else " --event \"STATUS == 'dead'\""
        )
        return None, (f"a time to an event: add {add}",)
    events = [said] if said else list(events_of(used))
    choices = [(fit(time, event), -n, time, event) for n, time in enumerate(times) for event in events]
    if not choices:
        return None, (_which_event(" to ".join(_names(times[0])), used),)
    _, _, time, event = max(choices, key=lambda item: item[:2])
    return outcome_of(time, event, columns, unit=wishes.unit, said=bool(wishes.time))


Times = tuple[tuple[PlannedColumn, ...], tuple[PlannedColumn, ...]]
"""A ready time; or a start, with the ends."""


def _names(time: Times) -> tuple[str, ...]:
    return tuple(column.name for part in time for column in part)


def _which_event(time: str, columns: Sequence[PlannedColumn]) -> str:
    """Return the question which event ends a time, with a status whose values leave it open as the example."""
    doubtful = [c for c in columns if is_an_event(c)]
    if not doubtful:
        return f"the event at the end of {shown(time)}: add --time {_quoted(time)} --event \"STATUS == 'dead'\""
    values = listing(doubtful[0].guess.levels, word="or")
    condition = f"{doubtful[0].name} == '{list(doubtful[0].guess.levels)[-1]}'"
    return (
        f"which value of {shown(doubtful[0].name)} is the event ({values}): add --time {_quoted(time)} "
        f'--event "{condition}", or what is right'
    )


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def said_time(text: str, columns: Sequence[PlannedColumn]) -> Times | None:
    """Return the time that the user says: a number, or dates as "START to END".

    Raises
    ------
    DataError
        If it names no such columns.
    """
    start, _, ends = text.partition(" to ")
    if not ends:
        column = named_column(text, columns, "--time")
        if column.guess.kind != "number":
            what = "a date: say from which one to which one" if column.guess.kind == "date" else "not a number"
            raise DataError(
                f'--time: {shown(text)} is {what}, such as --time months or --time "operated to last_seen".'
            )
        return (column,), ()
    found = [
        named_column(start, columns, "--time"),
        *(named_column(end, columns, "--time") for end in re.split(r",| or ", ends)),
    ]
    for column in found:
        if column.guess.kind != "date":
            why = column.guess.why_left_out or "it is not a date"
            raise DataError(f"--time: the column {shown(column.header)} cannot be used: {why}.")
    return (found[0],), tuple(found[1:])


def ready_times(columns: Sequence[PlannedColumn]) -> Iterator[Times]:
    """Yield the numbers that are called as times to an event are."""
    for column in columns:
        if column.guess.kind == "number" and names_follow_up(column.header):
            yield (column,), ()


def _dated(columns: Sequence[PlannedColumn]) -> Iterator[Times]:
    """Yield the begin and end of follow-up among the dates, where their names leave no doubt."""
    dates = [column for column in columns if column.guess.kind == "date"]
    ends = [column for column in dates if words.names_an_end(column.header)]
    starts = [
        column for column in dates if words.names_a_start(column.header, column.guess.label) and column not in ends
    ]
    last = [column for column in ends if not words.names_a_date_of_death(column.header)]
    died = [column for column in ends if words.names_a_date_of_death(column.header)]
    if len(starts) == 1 and len(last) == 1 and len(died) <= 1:
        yield (starts[0],), (*died, *last)


def _time_kind(time: Times) -> str:
    columns = [column for part in time for column in part]
    return words.endpoint_kind(" ".join(c.header for c in columns), " ".join(c.guess.label for c in columns))


def fit(time: Times, event: EventGuess) -> int:
    """Return how well a time and an event go together, by their names."""
    of_time = _time_kind(time)
    prefix = words.plain(time[0][0].header).split("_")[0]
    same = 4 if of_time and of_time == event.kind else 0
    shared = 2 if prefix == words.plain(event.column).split("_")[0] else 0
    letter = re.fullmatch(r"([a-z])time", prefix)  # rtime and recur, dtime and death
    shared = 3 if letter and words.plain(event.column).startswith(letter[1]) else shared
    neutral = ("event",) if of_time == "os" else ("event", "ttr", "ttp")
    other = -3 if of_time and event.kind not in (of_time, *neutral) else 0
    return same + shared + other + (2 if event.before_death else 1 if event.kind == "os" else 0)


def _level(text: str, guess: Guess) -> str | None:
    whole = re.sub(r"[.,]0+$", "", text)
    found = guess.recode.get(text, text)
    return found if found in guess.levels else whole if whole in guess.levels else None


def _frame(columns: Sequence[PlannedColumn]) -> dict[str, pd.Series[Any]]:
    """Return the values of columns, as conditions take them."""
    found: dict[str, pd.Series[Any]] = {}
    for column in columns:
        guess, observed = column.guess, column.observed
        if observed is None:
            continue
        if guess.kind == "number":
            found[column.name] = pd.Series(values_of(observed, guess.missing))
        elif guess.kind == "date":
            found[column.name] = pd.Series(days_of(observed, guess.format, guess.missing))
        else:
            texts = [_level(text, guess) for text in observed.texts_by_row(guess.missing)]
            found[column.name] = pd.Series(texts, dtype=object)
    return found


def outcome_of(
    time: Times,
    event: EventGuess,
    columns: Sequence[PlannedColumn],
    *,
    unit: str = "",
    said: bool = False,
    but: str = "",
) -> tuple[OutcomeGuess | None, tuple[str, ...]]:
    """Return the endpoint of a time and an event, and what to ask of it.

    Parameters
    ----------
    unit : of the time, where it is known.
    said : whether the time is what the user has said.
    but : the name of another endpoint.
    """
    ready, used = not time[1], [column for column in columns if column.used]
    expression = parse_expression(event.condition)
    values = _frame([column for column in used if column.name in {*expression.names, *_names(time)}])
    if ready:
        lengths = values[time[0][0].name].to_numpy(dtype=float)
        unit, unit_note = unit_of(time[0][0], lengths, unit)
    else:
        unit, unit_note = unit or "days", ""
        lengths = _between(values, time) / DAYS_PER[unit]
    if unit not in UNITS:
        return None, (f"the unit of {shown(time[0][0].header)}, which is in {unit}: make it days, months or years",)
    happened = expression.mask(values)
    unknown = np.asarray(happened.isna())
    complete = ~np.isnan(lengths) & ~unknown
    parts = [f"{name} present" for name in _names(time)] if ready else _dates_present(time)
    lacking = parts if np.isnan(lengths).any() else []
    lacking += [f"{name} present" for name in expression.names if unknown.any() and name not in event.optional]
    taken = {*(slug(column.name) for column in columns), slug(but)}
    kind = _time_kind(time) or event.kind
    label, abbreviation, event_label = words.ENDPOINTS[kind]
    notes = [f"time: {'as asked for' if said else 'guess, by its name'}"]
    notes += [f"event: {event.note}"] if event.note else []
    observed = np.asarray(happened.fillna(False), dtype=bool)
    judged = [column for column in used if column.name in expression.names]
    others = tuple(other_levels(judged, values, observed, complete))
    event_label = event.label or event_label
    competing = None
    if others:
        status = next(column.name for column in judged if column.guess.kind == "category")
        competing = competing_levels(status, others, of_death=kind == "os", event_label=event_label)
    if kind == "event":
        notes.append("guess: what the event is is not said; of deaths, write Overall survival, OS and death below")
    if others and not competing:
        counts = in_series([f"{level.label} ({level.count})" for level in others])
        verb = "counts" if len(others) == 1 else "count"
        notes += [f"guess: {counts} {verb} as censored; the Methods say how a competing event was treated"]
    optional = dict.fromkeys([*event.optional, *(c.name for c in time[1][:-1])])
    found = OutcomeGuess(
        name=new_name(abbreviation.lower(), taken, fallback="endpoint"),
        label=label,
        abbreviation=abbreviation,
        event=event.condition,
        event_label=event_label,
        time=time[0][0].name if ready else "",
        start="" if ready else time[0][0].name,
        end=tuple(column.name for column in time[1]),
        unit=unit,
        axis=axis_for(lengths[complete], unit),
        keep=" and ".join(dict.fromkeys(lacking)),
        columns=tuple(dict.fromkeys([*_names(time), *expression.names])),
        optional=tuple(optional),
        n_events=int(observed[complete].sum()),
        n_unknown=int((~complete).sum()),
        others=others,
        notes=(*notes, *((f"unit: {unit_note}",) if unit_note else ())),
        kind=kind,
        lengths=lengths,
        observed=observed & complete,
    )
    if competing:
        found = found.with_competing(competing)
    return found, tuple(_unknown(found, len(complete)))


def _unknown(outcome: OutcomeGuess, n: int) -> Iterator[str]:
    """Yield what to ask where many patients have no follow-up or outcome."""
    if outcome.n_unknown > _FEW_UNKNOWN * n:
        count = f"{outcome.n_unknown} of {n} patients"
        yield f"follow-up or outcome of {count}, whom [eligibility.followed] in study.toml excludes: see why"


def _dates_present(time: Times) -> list[str]:
    ends = " or ".join(f"{column.name} present" for column in time[1])
    return [f"{time[0][0].name} present", f"({ends})" if len(time[1]) > 1 else ends]


def _between(values: Mapping[str, pd.Series[Any]], time: Times) -> npt.NDArray[np.float64]:
    end = values[time[1][0].name]
    for column in time[1][1:]:
        end = end.where(end.notna(), values[column.name])
    return np.asarray((end - values[time[0][0].name]).dt.days, dtype=float)
