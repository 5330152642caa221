"""Simulated annealing: random moves towards a cost of zero, of which some lead uphill as long as it is warm."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

State = TypeVar("State")

TIE: Final = 1e-9
"""Costs as near as this are equal. Machines differ in the last bits of a sum; no decision may hang on them."""


@dataclass(frozen=True)
class Schedule:
    """How many moves are tried, and the temperature: where it starts, by what it shrinks, where it stays."""

    moves: int
    start: float
    cooling: float
    floor: float


def anneal(
    state: State,
    propose: Callable[[State], State | None],
    cost: Callable[[State], float],
    schedule: Schedule,
    rng: np.random.RandomState,
    *,
    pull: Callable[[State], float] | None = None,
) -> State | None:
    """Search for a state whose cost is zero.

    Parameters
    ----------
    state : where to start.
    propose : a random neighbour of a state, or None where the draw gives none that is admissible; changes no state.
    cost : what must vanish.
    schedule : number of moves and temperatures.
    rng : the source of all draws.
    pull : a further cost that guides the search, but need not vanish.

    Returns
    -------
    A state without cost, or None where the moves did not lead to one.
    """

    def total(candidate: State, required: float) -> float:
        return required + (pull(candidate) if pull else 0.0)

    required = cost(state)
    current, temperature = total(state, required), schedule.start
    for _ in range(schedule.moves):
        if required == 0:
            break
        neighbour = propose(state)
        if neighbour is None:
            continue
        new_required = cost(neighbour)
        new = total(neighbour, new_required)
        if new <= current + TIE or rng.random_sample() < math.exp(-(new - current) / temperature):
            state, required, current = neighbour, new_required, new
        temperature = max(schedule.floor, temperature * schedule.cooling)
    return state if required == 0 else None
