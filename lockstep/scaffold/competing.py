"""Values of a status that are neither the event nor the end of follow-up alone: events that may compete with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from . import words
from .observed import PlannedColumn


def competing_levels(
    columns: Sequence[PlannedColumn],
    values: Mapping[str, pd.Series[Any]],
    happened: npt.NDArray[np.bool_],
    complete: npt.NDArray[np.bool_],
) -> Iterator[tuple[str, int]]:
    """Yield the label and number of patients of each value that counts as censored, but says that something happened.

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
            yield labels[level], int((complete & (value == level)).sum())


def _is_censored(value: str, label: str) -> bool:
    text = f"{value} {label}"
    if words.ALIVE_WORDS.search(text):
        return True
    return not words.DEATH_WORDS.search(text) and words.NO_WORDS.search(text) is not None
