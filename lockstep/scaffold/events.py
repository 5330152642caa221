"""The event of a new study: said by its user, or recognised by the names of columns and the words of their values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..base.errors import DataError
from ..base.wording import shown
from ..syntax.conditions import ExpressionError, VariableType
from ..syntax.expressions import parse_expression
from ..text.sentence_case import in_sentence
from . import words
from .later import is_an_event
from .observed import PlannedColumn

_DEATH_NAMES: Final = frozenset(
    ["death", "dead", "died", "deceased", "exitus", "vital", "fatal", "alive", "surv", "survival", "survtime", "dtime"]
)
_KINDS: Final = {
    "ttr": re.compile(r"recur(?:s|red|rences?)?|relapse[sd]?|rezidiv\w*|recidiv\w*|rechute|recaida"),
    "ttp": re.compile(r"progress(?:ed|ions?)?|progredien\w*|progresion"),
}
_R_CODES: Final = "guess: 1 is censored and 2 the event, as packages of R code it"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGuess:
    """An event: its condition, its kind (a key of `words.ENDPOINTS`), its column, and the reason for the guess.

    `label` is the event's own name, where the file has one. `before_death` is True of one with which death competes.
    """

    condition: str
    kind: str
    column: str = ""
    note: str = ""
    label: str = ""
    before_death: bool = False
    optional: tuple[str, ...] = ()


def said_event(text: str, columns: Sequence[PlannedColumn]) -> EventGuess:
    """Return the event that the user says as a condition over the columns.

    Raises
    ------
    DataError
        If it is no condition, or names none of them.
    """
    types = {
        c.name: VariableType(c.guess.kind or "category", tuple(c.guess.levels), tuple(c.guess.levels.values()))
        for c in columns
    }
    try:
        expression = parse_expression(text)
        expression.check(types)
    except ExpressionError as error:
        renamed = [f"{c.name} for {shown(c.header)}" for c in columns if c.name != c.header]
        more = f"\nColumns whose names are others here: {', '.join(renamed[:20])}." if renamed else ""
        raise DataError(f"--event: {error}{more}") from None
    used = [column for column in columns if column.name in expression.names]
    values = re.findall(r"'([^']*)'", text)
    died = any(map(words.DEATH_WORDS.search, values))
    labels = [label for c in used for value, label in c.guess.levels.items() if f"'{value}'" in text]
    died = died or any(words.DEATH_WORDS.search(label) for label in labels)
    died = died or any(words.DEATH_WORDS.search(column.guess.label) for column in used)
    died = died or any(_DEATH_NAMES & set(words.plain(column.header).split("_")) for column in used)
    died = died and not words.OTHER_EVENTS.search(" ".join([*values, *labels]))
    optional = tuple(column.name for column in used if column.guess.kind == "date")
    return EventGuess(
        condition=text, kind="os" if died else "event", column=used[0].name if used else "", optional=optional
    )


def events_of(columns: Sequence[PlannedColumn]) -> Iterator[EventGuess]:
    """Yield the events that columns have by their names and values."""
    for column in columns:
        if is_an_event(column):
            yield from _before_death(column)
            found = _event_levels(column)
            if found is not None:
                values, note = found
                condition = level_condition(column.name, values)
                yield EventGuess(condition=condition, kind=_event_kind(column, values), column=column.name, note=note)
        elif column.guess.kind == "date" and words.names_a_date_of_death(column.header):
            note = "guess: who has a date of death has died"
            yield EventGuess(
                condition=f"{column.name} present", kind="os", column=column.name, note=note, optional=(column.name,)
            )


def level_condition(variable: str, values: Sequence[str]) -> str:
    """Return the condition that a category has one of some values.

    >>> level_condition("status", ["dead"]), level_condition("status", ["DOD", "DOC"])
    ("status == 'dead'", "status in ['DOD', 'DOC']")
    """
    quoted = ["'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for value in values]
    return f"{variable} == {quoted[0]}" if len(quoted) == 1 else f"{variable} in [{', '.join(quoted)}]"


def _before_death(column: PlannedColumn) -> Iterator[EventGuess]:
    """Yield the event of a status that has an event of the disease as one of its values, and death as another."""
    texts = {value: f"{value} {label}" for value, label in column.guess.levels.items()}
    met = [value for value, text in texts.items() if words.BEFORE_DEATH.search(text) and not _is_denied(text)]
    died = [value for value, text in texts.items() if words.DEATH_WORDS.search(text) and not _is_denied(text)]
    if len(met) == 1 and died and not set(met) & set(died):
        label = column.guess.levels[met[0]]
        kind = "ttp" if re.search("progre", label, re.IGNORECASE) else "ttr"
        note = "guess: by the words of its values, of which death is another"
        yield EventGuess(
            condition=level_condition(column.name, met),
            kind=kind,
            column=column.name,
            note=note,
            label=in_sentence(label),
            before_death=True,
        )


def _is_denied(text: str) -> bool:
    return bool(words.NO_WORDS.search(text) or words.ALIVE_WORDS.search(text))


def _event_levels(column: PlannedColumn) -> tuple[list[str], str] | None:
    """Return the values of a status that are the event, and why; None where that is not clear."""
    levels = column.guess.levels
    texts = {value: f"{value} {label}" for value, label in levels.items()}
    header = set(words.plain(column.header).split("_"))
    reversed_names = header & {"alive", "censored", "censoring", "censor", "cens"}
    died = [
        value
        for value, text in texts.items()
        if words.DEATH_WORDS.search(text) and not words.NO_WORDS.search(levels[value])
    ]
    if died and len(died) < len(levels):
        return died, "guess: by the words of its values"
    if reversed_names:
        if set(levels) == {"0", "1"} and header & {"alive"}:
            return ["0"], "guess: 0 is not alive"
        return None
    if set(levels) == {"0", "1"}:
        return ["1"], "guess: 1 is the event and 0 censored"
    if set(levels) == {"1", "2"} and set(levels.values()) == {"1", "2"}:
        return ["2"], _R_CODES
    if len(levels) == 2:
        found = [
            value for value, text in texts.items() if words.EVENT_WORDS.search(text) and not words.NO_WORDS.search(text)
        ]
        others = [value for value in levels if value not in found]
        clear = all(words.NO_WORDS.search(texts[value]) or words.ALIVE_WORDS.search(texts[value]) for value in others)
        if len(found) == 1 and clear:
            return found, "guess: by the words of its values"
    return None


def _event_kind(column: PlannedColumn, values: Sequence[str]) -> str:
    header = set(words.plain(column.header).split("_"))
    labels = " ".join(column.guess.levels[value] for value in values)
    if not words.DEATH_WORDS.search(labels):
        for kind, named in _KINDS.items():
            if any(map(named.fullmatch, header)):
                return kind
    for word in header:
        if word in words.ENDPOINTS and word != "event":
            return word
    if words.OTHER_EVENTS.search(labels):
        return "event"
    died = words.DEATH_WORDS.search(labels) or header & _DEATH_NAMES
    label = column.guess.label
    return "os" if died or (words.DEATH_WORDS.search(label) and not words.OTHER_EVENTS.search(label)) else "event"
