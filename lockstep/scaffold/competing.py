"""Events that keep the event of an endpoint from happening: other values of its status, or the event of another one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.wording import in_series
from ..text.sentence_case import in_sentence
from . import words
from .events import level_condition
from .observed import PlannedColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLevel:
    """A value of a status that is neither the event nor the end of follow-up alone, in so many patients."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetingGuess:
    """What competes with an event: a condition, or the name of another endpoint; its label, and the reason."""

    event: str
    label: str
    note: str


def other_levels(
    columns: Sequence[PlannedColumn],
    values: Mapping[str, pd.Series[Any]],
    happened: npt.NDArray[np.bool_],
    complete: npt.NDArray[np.bool_],
) -> Iterator[OtherLevel]:
    """Yield each value of a status that is not the event, but says that something happened.

    Parameters
    ----------
    columns : those of the event's condition; a status is judged where it is the only category among them.
    values : of the columns, by name.
    happened : (n,) True where the event was observed.
    complete : (n,) True where time and event are known.
    """
    statuses = [column for column in columns if column.guess.kind == "category"]
    if len(statuses) != 1:
        return
    [status] = statuses
    value = values[status.name].to_numpy()
    labels = status.guess.levels
    others = [level for level in labels if (here := complete & (value == level)).any() and not happened[here].any()]
    if len(others) < 2:
        return  # one value that is not the event is the end of follow-up
    censored = {level for level in others if _is_censored(level, labels[level])} or set(others[:1])
    for level in others:
        if level not in censored:
            yield OtherLevel(value=level, label=labels[level], count=int((complete & (value == level)).sum()))


def _is_censored(value: str, label: str) -> bool:
    text = f"{value} {label}"
    if words.ALIVE_WORDS.search(text):
        return True
    return not words.DEATH_WORDS.search(text) and words.NO_WORDS.search(text) is not None


def competing_levels(
    status: str, others: Sequence[OtherLevel], *, of_death: bool, event_label: str
) -> CompetingGuess | None:
    """Return what values of a status compete with its event; None where that is not clear.

    A relapse does not keep a patient from dying, and a code without a label may mean anything.

    Parameters
    ----------
    of_death : whether the event is death.
    event_label : of the event.
    """
    rivals = [
        level
        for level in others
        if re.search(r"[^\W\d_]{2}", level.label) and not (of_death and words.BEFORE_DEATH.search(level.label))
    ]
    if not rivals or len(rivals) < len(others):
        return None
    label = in_series([in_sentence(level.label) for level in rivals])
    if not of_death and all(words.DEATH_WORDS.search(f"{level.value} {level.label}") for level in rivals):
        label = f"death without {event_label}" if len(rivals) == 1 else f"{label}, without {event_label}"
    patients = ", ".join(f"{level.label} ({level.count})" for level in rivals)
    return CompetingGuess(
        event=level_condition(status, [level.value for level in rivals]),
        label=label,
        note=f"guess: who had this can have no {event_label} later, so that it competes: {patients}",
    )
