"""Sex, depth, size group, histologic subtype and grade: labels whose log-rank tests give the printed P values.

Each is searched for on its own, for both endpoints at once: no printed number ties two covariates together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from .annealing import Schedule, anneal
from .chi_square import outside, window
from .errors import CohortError
from .risk_sets import Floats, Ints, RiskSets

HALF_WIDTH: Final = 0.0004
"""How far a log-rank P may be from the printed one: inside the rounding of the third decimal."""

ATTEMPTS: Final = 500
SEARCH: Final = Schedule(moves=8000, start=0.3, cooling=0.999, floor=0.01)
NEAR: Final = 6
"""In half of the moves a patient changes labels with one at most this many ranks away."""


@dataclass(frozen=True)
class Covariate:
    """A covariate as the report prints it: how many patients have each level, and the P of both log-rank tests."""

    name: str
    counts: tuple[int, ...]
    os_p: float
    pfs_p: float


SUBTYPE: Final = Covariate("histologic subtype", (22, 22, 2, 96), 0.861, 0.796)  # P033, P037, P039, P035; P131, P146
GRADE: Final = Covariate("grade", (9, 13, 120), 0.965, 0.900)  # P041, P043, P045; P132, P147
SEX: Final = Covariate("sex", (60, 82), 0.783, 0.309)  # P022, P024; P128, P143
DEPTH: Final = Covariate("depth", (44, 98), 0.484, 0.404)  # P029, P031; P130, P145
SIZE: Final = Covariate("primary size", (66, 76), 0.425, 0.427)  # P129, P144; assumed: 66 are not above the cut of 5 cm

SUBTYPES: Final = (
    "so-called fibrohistiocytic tumor",
    "smooth muscle tumor",
    "fibroblastic/myofibroblastic tumor",
    "undifferentiated sarcoma",
)
UNDIFFERENTIATED: Final = 3
RESPONSE_BY_SUBTYPE: Final = 10.0  # P126: of a 4 by 4 table P > 0.05 is a statistic below 16.9; assumed: well below


def labels(
    rng: np.random.RandomState,
    covariate: Covariate,
    overall: RiskSets,
    progression: RiskSets,
    ranks: tuple[Ints, Ints],
    *,
    among: Ints | None = None,
    further_cost: Callable[[Ints], float] | None = None,
) -> Ints:
    """Draw the level of each patient, 0 for the first, so that both log-rank tests give the printed P.

    Parameters
    ----------
    rng : the source of all draws.
    covariate : levels and P values.
    overall, progression : the risk sets of both endpoints.
    ranks : the patients in order of overall and of progression-free survival.
    among : the patients who may have another than the last level; all where it is not given.
    further_cost : what else must vanish.

    Raises
    ------
    CohortError
        If no attempt succeeds; another seed may.
    """
    n, k = overall.members.shape[1], len(covariate.counts)
    os_window = window(covariate.os_p, HALF_WIDTH, df=k - 1)
    pfs_window = window(covariate.pfs_p, HALF_WIDTH, df=k - 1)
    rows = np.arange(n) if among is None else among
    ranked = [order[np.isin(order, rows)] for order in ranks]
    indicator = np.eye(k)

    def log_rank(sets: RiskSets, levels: Ints) -> float:
        return sets.log_rank((levels == 0).astype(float)) if k == 2 else sets.log_rank_of_groups(indicator[levels])

    def cost(levels: Ints) -> float:
        misses = os_window.misses(log_rank(overall, levels)) + pfs_window.misses(log_rank(progression, levels))
        return misses + (further_cost(levels) if further_cost else 0.0)

    def propose(levels: Ints) -> Ints | None:
        kind = rng.randint(4)
        if kind < 2:
            i, j = rows[rng.randint(len(rows))], rows[rng.randint(len(rows))]
        else:
            order, place = ranked[kind - 2], rng.randint(len(rows))
            near = min(max(place + rng.randint(-NEAR, NEAR + 1), 0), len(rows) - 1)
            i, j = order[place], order[near]
        if levels[i] == levels[j]:
            return None
        new = levels.copy()
        new[i], new[j] = levels[j], levels[i]
        return new

    rare = covariate.counts[:-1]
    deck = np.repeat(np.arange(k), [*rare, len(rows) - sum(rare)])
    for _ in range(ATTEMPTS):
        start = np.full(n, k - 1)
        start[rows] = deck[rng.permutation(len(deck))]
        found = anneal(start, propose, cost, SEARCH, rng)
        if found is not None:
            return found
    raise CohortError(
        f"No labels of {covariate.name} were found in {ATTEMPTS} attempts that give P = {covariate.os_p} and "
        f"{covariate.pfs_p}. Choose another --seed. Nothing was written."
    )


def pearson(rows: Ints, columns: Ints) -> float:
    """Return Pearson's chi-square statistic of two classifications, without correction."""
    observed: Floats = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(observed, (rows, columns), 1)
    expected = observed.sum(1)[:, None] * observed.sum(0) / observed.sum()
    return float(((observed - expected) ** 2 / expected).sum())


def subtype_depends_on_response(response: Ints) -> Callable[[Ints], float]:
    """Return a cost of labels of the subtype that differ too much in their response."""
    return lambda levels: 0.05 * outside(pearson(levels, response), 0, RESPONSE_BY_SUBTYPE)
