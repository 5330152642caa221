"""Overall survival: days from diagnosis to death or last contact, deaths, and who had local treatment.

The times are laid out first, so that the counts and the median of follow-up hold from the start. A search then moves
deaths, arms and the longest times, until the Kaplan-Meier medians and the day totals hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .annealing import Schedule, anneal
from .chi_square import outside
from .risk_sets import Floats, Ints, risk_sets

N: Final = 142  # P010: analysed patients
N_TREATED: Final = 79  # P051: with local treatment

SHORTEST: Final = 89  # P048, P097: 2.97 months of 30 days
LONGEST: Final = 14285  # P049, P098: 476.17 months
MIDDLE: Final = (1477, 1486)  # P047, P099: the two middle times, alive both; their mean is 49.38 months
MEDIAN: Final = 2411  # P133
MEDIAN_UNTREATED: Final = 1638  # P152
MEDIAN_TREATED: Final = 6262  # P153
DAYS_ALIVE: Final = 161994  # P096: a mean of 71.05 months in the 76 survivors
DAYS_DEAD: Final = 140679  # P050: and in all 142

DEATHS_TO_MIDDLE: Final = (
    33  # P099: of the 71 shorter follow-ups, so that 38 of 76 survivors are below the middle as well
)
DEATHS_BEYOND: Final = 30  # P136, P137: with the three at the medians, 66 deaths

LOG_RANK: Final = (
    12.5,
    30,
)  # P154: P < 0.001 is a statistic above 10.83; higher, so that it holds adjusted for age (P162)
LAST_STRETCH: Final = 577  # P009, P100: days from late May 2013 to December 2014; a survivor with fewer was lost
N_LOST: Final = (1, 4)  # P097: at least one; assumed: few

SEARCH: Final = Schedule(moves=60000, start=0.03, cooling=0.9997, floor=2e-4)


@dataclass(frozen=True)
class Survival:
    """Overall survival by patient: follow-up in days, deaths, and local treatment of metastases."""

    days: Ints
    died: Floats
    treated: Floats


def overall_survival(rng: np.random.RandomState) -> Survival | None:
    """Draw overall survival that meets its constraints, in order of follow-up; None where the search fails."""
    found = _search(_start(_times(rng), rng), rng)
    return None if found is None else _with_exact_totals(found, rng)


def spread(rng: np.random.RandomState, low: int, high: int, n: int) -> Ints:
    """Draw `n` different days between two days, both included, in order."""
    return np.sort(rng.choice(np.arange(low, high + 1), n, replace=False))


def _times(rng: np.random.RandomState) -> Ints:
    """Draw follow-up times, sorted: 125, 87 and 63 of 142 are followed beyond 1, 3 and 5 years (P139-P141)."""
    first_year = [SHORTEST, *spread(rng, 96, 355, 16)]
    to_3_years = spread(rng, 372, 1085, 38)
    to_middle = [*spread(rng, 1102, 1470, 15), MIDDLE[0]]
    to_5_years = spread(rng, 1495, 1810, 7)
    to_median = [*spread(rng, 1840, 2405, 24), MEDIAN]
    tail = 2450 + np.floor(8500 * rng.beta(0.8, 2.4, 36)).astype(int)
    to_5_years[np.argmin(abs(to_5_years - MEDIAN_UNTREATED))] = MEDIAN_UNTREATED
    days = [*first_year, *to_3_years, *to_middle, MIDDLE[1], *to_5_years, *to_median, *tail, MEDIAN_TREATED, LONGEST]
    return np.sort(np.array(days, np.int64))


def _fixed(days: Ints) -> tuple[set[int], set[int]]:
    """Return the patients whose times are printed: those who are alive, and those whose deaths make the medians."""
    place = {day: int(np.flatnonzero(days == day)[0]) for day in (SHORTEST, *MIDDLE, LONGEST)}
    medians = {int(np.flatnonzero(days == day)[0]) for day in (MEDIAN, MEDIAN_UNTREATED, MEDIAN_TREATED)}
    return set(place.values()), medians


def _arms_of_printed_times(days: Ints) -> dict[int, int]:
    """Return the patients whose arm is settled: the arm's median is theirs; the longest was treated (assumed)."""
    arms = {MEDIAN_UNTREATED: 0, MEDIAN_TREATED: 1, LONGEST: 1}
    return {int(np.flatnonzero(days == day)[0]): arm for day, arm in arms.items()}


def _halves(days: Ints) -> tuple[list[int], list[int]]:
    """Return who may die or not, below and above the middle of the follow-up."""
    alive, medians = _fixed(days)
    below = [i for i in range(N // 2) if i not in alive]
    return below, [i for i in range(N // 2, N) if i not in alive | medians]


def _start(days: Ints, rng: np.random.RandomState) -> Survival:
    """Draw deaths, early ones mostly, and arms, of which the treated one lives longer."""
    below, above = _halves(days)
    died = np.zeros(N)
    died[list(_fixed(days)[1])] = 1
    early = np.argsort(np.arange(len(below)) + rng.normal(0, 14, len(below)))
    died[[below[i] for i in early[:DEATHS_TO_MIDDLE]]] = 1
    died[rng.choice(above, DEATHS_BEYOND, replace=False)] = 1
    treated = np.zeros(N)
    treated[np.argsort(days + rng.normal(0, 1500, N))[-N_TREATED:]] = 1
    settled = _arms_of_printed_times(days)
    for i, arm in settled.items():
        if treated[i] != arm:
            j = rng.choice([j for j in range(N) if treated[j] == arm and j not in settled])
            treated[i], treated[j] = arm, 1 - arm
    return Survival(days, died, treated)


def _cost(state: Survival) -> float:
    """Return how far medians, log-rank, early losses and day totals are from what is printed; 0 where they hold."""
    days, died, treated = state.days, state.died, state.treated
    sets = risk_sets(days, died)
    cost = 0.0
    for patients, median in ((None, MEDIAN), (treated, MEDIAN_TREATED), (1 - treated, MEDIAN_UNTREATED)):
        survival = sets.survival(patients)
        at = int(np.searchsorted(sets.event_time, median))
        cost += outside(survival[at - 1], 0.503) + outside(survival[at], -1, 0.497)  # clear of 0.5
    cost += 0.02 * outside(sets.log_rank(treated), *LOG_RANK)
    cost += 0.05 * outside(((days < LAST_STRETCH) & (died == 0)).sum(), *N_LOST)
    for flag, total in ((died, DAYS_DEAD), (1 - died, DAYS_ALIVE)):
        cost += outside((days * flag).sum(), total - 150, total + 150) / 4e4
    return float(cost)


def _search(start: Survival, rng: np.random.RandomState) -> Survival | None:
    """Move deaths within a half of the follow-up, arms, and times beyond 5 years, until the cost is zero."""
    halves = _halves(start.days)
    settled = _arms_of_printed_times(start.days)
    printed = set().union(*_fixed(start.days))
    stretchable = [i for i in range(N) if start.days[i] > 1825 and i not in printed]

    def propose(state: Survival) -> Survival | None:
        kind = rng.random_sample()
        if kind < 0.35:
            half = halves[rng.randint(2)]
            i, j = half[rng.randint(len(half))], half[rng.randint(len(half))]
            return None if state.died[i] == state.died[j] else replace(state, died=swapped(state.died, i, j))
        if kind < 0.7:
            i, j = rng.randint(N), rng.randint(N)
            if i in settled or j in settled or state.treated[i] == state.treated[j]:
                return None
            return replace(state, treated=swapped(state.treated, i, j))
        i = stretchable[rng.randint(len(stretchable))]
        day = int(state.days[i] * math.exp(rng.normal(0, 0.15)))
        if not 1840 <= day <= 11500 or day in state.days:
            return None
        days = state.days.copy()
        days[i] = day
        return replace(state, days=days)

    return anneal(start, propose, _cost, SEARCH, rng)


def swapped(values: Floats, i: int, j: int) -> Floats:
    """Return a copy in which two patients have changed values."""
    new = values.copy()
    new[i], new[j] = values[j], values[i]
    return new


def _with_exact_totals(state: Survival, rng: np.random.RandomState) -> Survival | None:
    """Shift times until the totals are exact, without changing their order, so that the means alone move."""
    order = np.argsort(state.days, kind="stable")
    days, died = state.days[order], state.died[order]
    for flag, total in ((1, DAYS_DEAD), (0, DAYS_ALIVE)):
        for _ in range(100000):
            lacking = total - int(days[died == flag].sum())
            if lacking == 0:
                break
            i = rng.randint(80, N - 1)
            if died[i] != flag or days[i] in (MEDIAN, MEDIAN_TREATED):
                continue
            shifted = days[i] + int(np.sign(lacking)) * min(abs(lacking), 1 + rng.randint(20))
            if days[i - 1] < shifted < days[i + 1] and shifted > 1835:
                days[i] = shifted
        else:
            return None
    return Survival(days, died, state.treated[order])
