"""Who is older than 60, so that three log-rank tests of overall survival hold at once.

The P within the elderly is printed to four decimals, the P between the age groups to three; searched for together they
are rarely found. So the first search looks for the former, the latter only pulling. The second exchanges elderly
patients with neighbours in rank, of the same arm and fate: within the elderly only ranks count, so most such exchanges
leave the former where it is, while the latter moves a little.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .annealing import Schedule, anneal
from .chi_square import outside, window
from .overall_survival import N, Survival
from .risk_sets import Floats, risk_sets

N_ELDERLY: Final = 28  # P080
BY_AGE: Final = window(0.238, 0.00035)  # P127
BENEFIT_OF_ELDERLY: Final = window(0.7066, 0.00004)  # P160
BENEFIT_OF_YOUNGER: Final = 11.5  # P161

# Assumed: nobody lives 15 years after a diagnosis beyond 60, about half of the elderly are treated, and about half die
LONGEST_OF_ELDERLY: Final = 5500
TREATED_ELDERLY: Final = (13, 16)
DEATHS_OF_ELDERLY: Final = (12, 19)

FIRST: Final = Schedule(moves=30000, start=0.3, cooling=0.998, floor=0.03)
SECOND: Final = Schedule(moves=20000, start=0.02, cooling=1.0, floor=0.02)


def elderly(rng: np.random.RandomState, survival: Survival) -> Floats | None:
    """Draw who is elderly, for patients in order of follow-up; None where the search fails."""
    sets = risk_sets(survival.days, survival.died)
    treated, died = survival.treated, survival.died
    too_long = (survival.days > LONGEST_OF_ELDERLY).astype(float)

    def within_groups(group: Floats) -> float:
        return (
            6 * BENEFIT_OF_ELDERLY.misses(sets.log_rank(treated, group))
            + 0.05 * outside(sets.log_rank(treated, 1 - group), BENEFIT_OF_YOUNGER)
            + 0.5 * outside(float(group @ treated), *TREATED_ELDERLY)
            + 0.5 * float(group @ too_long)
            + 0.2 * outside(float(group @ died), *DEATHS_OF_ELDERLY)
        )

    def between_groups(group: Floats) -> float:
        return BY_AGE.misses(sets.log_rank(group))

    def exchange(group: Floats) -> Floats:
        inside, outside_ = np.flatnonzero(group == 1), np.flatnonzero(group == 0)
        return moved(group, inside[rng.randint(N_ELDERLY)], outside_[rng.randint(N - N_ELDERLY)])

    def exchange_with_neighbour(group: Floats) -> Floats | None:
        i = np.flatnonzero(group == 1)[rng.randint(N_ELDERLY)]
        near = np.arange(max(0, i - 10), min(N, i + 11))
        near = near[(group[near] == 0) & (treated[near] == treated[i]) & (died[near] == died[i])]
        if not len(near):
            return None
        new = moved(group, i, near[rng.randint(len(near))])
        return new if within_groups(new) == 0 else None

    start = np.zeros(N)
    start[rng.choice(np.flatnonzero(too_long == 0), N_ELDERLY, replace=False)] = 1
    found = anneal(start, exchange, within_groups, FIRST, rng, pull=between_groups)
    return None if found is None else anneal(found, exchange_with_neighbour, between_groups, SECOND, rng)


def moved(group: Floats, member: int, other: int) -> Floats:
    """Return a group in which one patient has taken another's place."""
    new = group.copy()
    new[member], new[other] = 0, 1
    return new
