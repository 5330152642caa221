"""Progression-free survival: the times of each arm are laid out, then dealt to patients whose follow-up has room.

Everyone progresses but the two patients beyond 5 years. The printed rates leave no other choice if they are to hold as
proportions and as Kaplan-Meier estimates: a censoring in the first year would print 12.8%, not 12.7% (P149).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .annealing import Schedule, anneal
from .chi_square import outside, window
from .overall_survival import N, Survival, spread
from .risk_sets import Floats, Ints, RiskSets, risk_sets

FIVE_YEARS: Final = 1825
AFTER: Final = 30  # assumed: days between progression and death or last contact, at least

BY_AGE: Final = window(0.801, 0.00035)  # P142
BENEFIT_OF_ELDERLY: Final = (4.6, 9.0)  # P158: P < 0.05; assumed: weaker than in the younger
BENEFIT_OF_YOUNGER: Final = 8  # P159

SEARCH: Final = Schedule(moves=60000, start=0.3, cooling=0.999, floor=0.015)


@dataclass(frozen=True)
class Progression:
    """Progression-free survival by patient: days from the treatment of metastases, and whether progression was seen."""

    days: Ints
    seen: Floats

    def risk_sets(self) -> RiskSets:
        """Return the risk sets of progression-free survival."""
        return risk_sets(self.days, self.seen)


def progression(rng: np.random.RandomState, survival: Survival) -> Progression | None:
    """Draw progression-free survival and deal it out into the follow-up; None where a time fits nowhere."""
    return _deal(rng, survival, *_times_by_arm(rng))


def _times_by_arm(rng: np.random.RandomState) -> tuple[Ints, Ints]:
    """Draw the times of the treated and of the others, sorted.

    18, 6 and 2 of 142 are beyond 1, 3 and 5 years (P149-P151). The medians are 147 days, with two patients so that the
    estimate does not rest on one half exactly (P148), 195 days treated (P156) and 74 days untreated (P155).
    """
    treated = [
        *spread(rng, 21, 73, 10),
        *spread(rng, 75, 146, 18),
        *(147, 147),
        *spread(rng, 149, 194, 9),
        195,
        *spread(rng, 196, 352, 25),
        *spread(rng, 375, 1050, 9),
        *spread(rng, 1120, 1760, 3),
        *spread(rng, 1950, 3100, 2),
    ]
    untreated = [
        *spread(rng, 18, 73, 31),
        74,
        *spread(rng, 75, 146, 10),
        *spread(rng, 150, 345, 17),
        *spread(rng, 385, 1000, 3),
        *spread(rng, 1150, 1600, 1),
    ]
    return np.array(treated, np.int64), np.array(untreated, np.int64)


def _deal(rng: np.random.RandomState, survival: Survival, treated: Ints, untreated: Ints) -> Progression | None:
    """Give each patient, the shortest follow-up first, a time of the arm that fits; who never progressed is alive."""
    days, seen = np.zeros(N, np.int64), np.zeros(N)
    for arm, times in ((1, treated), (0, untreated)):
        left = list(times)
        for i in np.flatnonzero(survival.treated == arm):
            fitting = [time for time in left if time + AFTER <= survival.days[i]]
            if not fitting:
                return None
            time = fitting[min(len(fitting) - 1, int(len(fitting) * rng.beta(1, 1.2)))]
            if time > FIVE_YEARS:  # kept for later, as long as there is another
                progressing = [other for other in fitting if other <= FIVE_YEARS]
                time = progressing[rng.randint(len(progressing))] if progressing else time
            days[i], seen[i] = time, time <= FIVE_YEARS
            left.remove(time)
    for i in np.flatnonzero(seen == 0):
        if survival.died[i]:
            fits = (survival.days > days[i] + 2 * AFTER) & (days + AFTER <= survival.days[i])
            same_arm = survival.treated == survival.treated[i]
            partners = np.flatnonzero(same_arm & (survival.died == 0) & fits & (seen == 1))
            if not len(partners):
                return None
            j = partners[rng.randint(len(partners))]
            days[[i, j]], seen[[i, j]] = days[[j, i]], seen[[j, i]]
    return Progression(days, seen)


def dealt_by_age(
    rng: np.random.RandomState, survival: Survival, start: Progression, elderly: Floats
) -> Progression | None:
    """Exchange times within arms, which leaves the arms' curves as they are, until the age groups' statistics hold."""
    treated = survival.treated

    def cost(state: Progression) -> float:
        sets = state.risk_sets()
        return (
            BY_AGE.misses(sets.log_rank(elderly))
            + 0.1 * outside(sets.log_rank(treated, elderly), *BENEFIT_OF_ELDERLY)
            + 0.05 * outside(sets.log_rank(treated, 1 - elderly), BENEFIT_OF_YOUNGER)
        )

    def propose(state: Progression) -> Progression | None:
        i, j = rng.randint(N), rng.randint(N)
        days, seen = state.days, state.seen
        if i == j or treated[i] != treated[j]:
            return None
        if days[i] + AFTER > survival.days[j] or days[j] + AFTER > survival.days[i]:
            return None
        if (not seen[i] and survival.died[j]) or (not seen[j] and survival.died[i]):
            return None
        exchanged = np.arange(N)
        exchanged[[i, j]] = j, i
        return Progression(days[exchanged], seen[exchanged])

    return anneal(start, propose, cost, SEARCH, rng)
