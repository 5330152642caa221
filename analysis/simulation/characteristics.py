"""Response, age, size and status at last follow-up: counts and order statistics that the report prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from .overall_survival import N, Survival
from .progression import Progression
from .risk_sets import Floats, Ints

RESPONSES: Final = ("CR", "PR", "SD", "PD")
CR, PR, SD, PD = range(4)
TREATED: Final = {CR: 54, PR: 13, SD: 1, PD: 11}  # P057, P061, P065, P069
UNTREATED: Final = {CR: 27, PR: 16, SD: 5, PD: 15}  # P059, P063, P067, P071

YOUNGEST, OLDEST = 5, 71  # P020, P021
MIDDLE_AGES: Final = (47, 48)  # P019: the median is 47.5
CUT_AGE: Final = 60  # P012
SUM_OF_AGES: Final = 6297  # P076: a mean of 44.35
OLDEST_OF_LATE_DEATHS: Final = 66  # assumed: elderly followed longer than 3000 days were not much older than 60
AGE_OF_LONGEST: Final = 17  # assumed: who was followed for 39 years was young

# Sizes in steps of 0.5 cm, as they are read off a scan (assumed)
SMALLEST, CUT_SIZE, MIDDLE_SIZE, LARGEST = 1, 10, 11, 40  # P027; assumed; P026: the 71st and 72nd are 5.5 cm; P028
SUM_OF_SIZES: Final = round(6.68 * N / 0.5)  # P101

N_WITHOUT_DISEASE: Final = 40  # P134: 28.2% of 142
ALIVE_WITHOUT, ALIVE_WITH = "alive without disease", "alive with disease"
DIED_OF_DISEASE, DIED_OF_OTHER = "died of disease", "died of other cause"


def responses(rng: np.random.RandomState, survival: Survival, progression: Progression) -> Ints:
    """Draw the best response: progressive disease where progression came soonest, complete where it came late."""
    response = np.full(N, CR)
    log_days = np.log(progression.days)
    for arm, counts in ((1, TREATED), (0, UNTREATED)):
        rows = np.flatnonzero(survival.treated == arm)
        soonest = rows[np.argsort(log_days[rows] + rng.normal(0, 0.35, len(rows)))]
        response[soonest[: counts[PD]]] = PD
        rest = soonest[counts[PD] :]
        partial = rest[np.argsort(log_days[rest] + rng.normal(0, 0.8, len(rest)))][: counts[PR] + counts[SD]]
        response[partial] = PR
        response[rng.choice(partial, counts[SD], replace=False)] = SD
    for i in np.flatnonzero((progression.seen == 0) & (response == PD)):  # who never progressed did not have PD
        j = np.flatnonzero((survival.treated == survival.treated[i]) & (response == CR))[0]
        response[i], response[j] = CR, PD
    return response


def ages(rng: np.random.RandomState, survival: Survival, elderly: Floats) -> Ints:
    """Draw completed years at diagnosis; the younger half holds those who lived very long."""
    days = survival.days
    low, high = np.zeros(N, np.int64), np.zeros(N, np.int64)
    old, rest = np.flatnonzero(elderly == 1), rng.permutation(np.flatnonzero(elderly == 0))
    low[old], high[old] = CUT_AGE + 1, np.where(days[old] > 3000, OLDEST_OF_LATE_DEATHS, OLDEST)
    rest = np.concatenate([rest[days[rest] > 7500], rest[days[rest] <= 7500]])
    younger, middle = rest[: N // 2], rest[N // 2 :]
    low[younger], high[younger] = YOUNGEST, MIDDLE_AGES[0]
    low[middle], high[middle] = MIDDLE_AGES[1], CUT_AGE

    longest, shortest_of_old = N - 1, old[np.argmin(days[old])]
    first, second = [i for i in younger if i != longest][:2]
    fixed = {shortest_of_old: OLDEST, middle[0]: MIDDLE_AGES[1], first: MIDDLE_AGES[0], second: YOUNGEST}
    fixed[longest] = AGE_OF_LONGEST
    drawn = np.array([rng.randint(a, b + 1) for a, b in zip(low, high, strict=True)])
    return with_sum(rng, drawn, low, high, SUM_OF_AGES, fixed)


def sizes(rng: np.random.RandomState, larger: Ints) -> Ints:
    """Draw the largest diameter in units of 0.5 cm, small ones more often; `larger` is 1 above 5 cm."""
    small, large = rng.permutation(np.flatnonzero(larger == 0)), rng.permutation(np.flatnonzero(larger == 1))
    low, high = np.zeros(N, np.int64), np.zeros(N, np.int64)
    low[small], high[small] = SMALLEST, CUT_SIZE
    at_median = N // 2 - len(small) + 3  # up to the 72nd, and two more
    low[large], high[large] = MIDDLE_SIZE + 1, LARGEST
    low[large[:at_median]] = high[large[:at_median]] = MIDDLE_SIZE
    drawn = np.array([a + int((b - a) * rng.beta(1, 3.5)) for a, b in zip(low, high, strict=True)])
    return with_sum(rng, drawn, low, high, SUM_OF_SIZES, {small[0]: SMALLEST, large[-1]: LARGEST})


def with_sum(
    rng: np.random.RandomState, drawn: Ints, low: Ints, high: Ints, total: int, fixed: Mapping[int, int]
) -> Ints:
    """Return integers with a given sum, near those drawn and within their bounds; some of them are fixed."""
    numbers = drawn.copy()
    for i, number in fixed.items():
        numbers[i] = number
    while (lacking := total - numbers.sum()) != 0:
        i = rng.randint(N)
        if i not in fixed and low[i] <= numbers[i] + np.sign(lacking) <= high[i]:
            numbers[i] += np.sign(lacking)
    return numbers


def statuses(
    rng: np.random.RandomState, survival: Survival, progression: Progression, response: Ints, age: Ints
) -> list[str]:
    """Draw the status at last follow-up; free of disease are those with complete response and late progression."""
    status = [DIED_OF_DISEASE if died else ALIVE_WITH for died in survival.died]
    of_other_cause = np.flatnonzero((survival.died == 1) & (age >= 50) & (survival.days > 700))
    status[of_other_cause[rng.randint(len(of_other_cause))]] = DIED_OF_OTHER  # P137: one
    alive = np.flatnonzero(survival.died == 0)
    score = np.log(progression.days[alive]) + 2 * (response[alive] == CR) + 20 * (progression.seen[alive] == 0)
    score += rng.normal(0, 0.7, len(alive))
    for i in alive[np.argsort(-score)[:N_WITHOUT_DISEASE]]:
        status[i] = ALIVE_WITHOUT
    return status
