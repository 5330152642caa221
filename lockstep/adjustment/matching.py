"""Matching on the propensity score: each exposed patient with the nearest unexposed ones, none used twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike

from ..base.errors import DataError
from ..statistics.arrays import Bools, Floats, Ints, checked_labels, same_length
from .weighting import checked_scores

MatchingOrder: TypeAlias = Literal["largest", "smallest", "data"]
"""Which exposed patient chooses first: that with the largest score, the smallest, or the first row."""

RESOLUTION = 1e9
"""Logits are compared as whole multiples of 1e-9: patients alike are then equally near, whatever rounding left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedSets:
    """The matched patients.

    Attributes
    ----------
    n_exposed : exposed patients, of whom `n_matched_exposed` have at least one match.
    n_matched_unexposed : their matches.
    ratio : the most matches that an exposed patient could have.
    caliper : the largest difference of the logits allowed; None without one.
    set_of : (n,) which set a patient is in, from 0 in the order of the exposed; -1 of one who is in none. The
        `cluster` of robust variances.
    weights : (n,) 1 of a matched exposed patient; of an unexposed one 1 over the matches in the set, scaled so that
        they sum to the number of matched unexposed; 0 of one who is in no set.
    """

    n_exposed: int
    n_matched_exposed: int
    n_matched_unexposed: int
    ratio: int
    caliper: float | None
    set_of: Ints = field(compare=False, repr=False)
    weights: Floats = field(compare=False, repr=False)


def nearest_neighbour_matching(
    exposed: ArrayLike,
    score: ArrayLike,
    *,
    ratio: int = 1,
    caliper: float | None = 0.2,
    order: MatchingOrder = "largest",
    patient: ArrayLike | None = None,
) -> MatchedSets:
    """Match each exposed patient with the nearest unexposed ones, without replacement.

    Parameters
    ----------
    exposed, score : (n,) as of `propensity_weights`.
    ratio : how many matches each exposed patient may have.
    caliper : how far a match may be, in standard deviations of the logit of the score in all patients; None: anywhere.
    order : who chooses first; "data" with labels means in their order.
    patient : (n,) a different label of each patient. Of several who are equally near, or who would choose at the same
        time, the one whose label comes first is taken, so that the order of the rows does not matter; without labels
        the first row.

    Raises
    ------
    DataError
        If there is no patient, a value is missing, a score is not between 0 and 1, or two patients have one label.
    ValueError
        If the ratio is not a whole number above 0, or the caliper is not above 0.

    Notes
    -----
    As ``MatchIt::matchit(method = "nearest", ratio = ratio, caliper = caliper, m.order = order)`` with differences of
    logits as `distance`: greedy; with a ratio of k there are k rounds, in each of which every exposed patient in turn
    takes the nearest who is left. Nothing is random. The estimand is that of the exposed who could be matched. The
    nearest who is left is found in nearly constant time: O(n log n).

    References
    ----------
    Austin PC. An introduction to propensity score methods for reducing the effects of confounding in observational
    studies. Multivariate Behav Res 2011;46:399-424. Ho DE, Imai K, King G, Stuart EA. MatchIt. J Stat Softw
    2011;42(8):1-28.

    Examples
    --------
    >>> found = nearest_neighbour_matching([1, 1, 0, 0, 0], [0.6, 0.4, 0.58, 0.1, 0.41], caliper=0.5)
    >>> found.set_of.tolist(), found.weights.tolist()
    ([0, 1, 0, -1, 1], [1.0, 1.0, 1.0, 0.0, 1.0])
    """
    flags, e = checked_scores(exposed, score)
    if ratio < 1 or ratio != int(ratio):
        raise ValueError(f"no ratio of {ratio}; expected a whole number of matches above 0")
    if caliper is not None and not caliper > 0:
        raise ValueError(f"no caliper of {caliper}; expected a number of standard deviations above 0")
    if order not in get_args(MatchingOrder):
        raise ValueError(f"no matching order {order!r}; allowed are {', '.join(get_args(MatchingOrder))}")
    rank = np.arange(len(e)) if patient is None else checked_labels(patient, "patient")
    same_length(flags, rank, "exposure", "patient")
    if len(np.unique(rank)) < len(rank):
        raise DataError("two rows have one patient; expected each patient once. Give each row a label of its own.")

    logit = np.log(e) - np.log1p(-e)
    widest = None
    if caliper is not None:
        widest = caliper * float(np.sort(logit).std(ddof=1)) if len(e) > 1 else 0.0
    place = np.rint(logit * RESOLUTION).astype(np.int64)
    choosing = np.flatnonzero(flags)
    keys = {"largest": -place[choosing], "smallest": place[choosing], "data": np.zeros(len(choosing), dtype=np.int64)}
    choosing = choosing[np.lexsort((rank[choosing], keys[order]))]
    # One multiple of grace: a match that is just as far as the caliper is within it, whatever rounding left.
    limit = np.inf if widest is None else widest * RESOLUTION + 1
    chosen = _choices(place, np.flatnonzero(~flags), choosing, rank, ratio, limit)

    set_of, weights = _sets(chosen, flags, rank)
    return MatchedSets(
        n_exposed=int(flags.sum()),
        n_matched_exposed=int(np.sum(flags & (set_of >= 0))),
        n_matched_unexposed=int(np.sum(~flags & (set_of >= 0))),
        ratio=int(ratio),
        caliper=widest,
        set_of=set_of,
        weights=weights,
    )


def _sets(chosen: Mapping[int, Sequence[int]], exposed: Bools, rank: Ints) -> tuple[Ints, Floats]:
    """Return the set and the weight of each patient, of the patients whom each exposed one has chosen."""
    set_of = np.full(len(exposed), -1, dtype=np.int64)
    weights = np.zeros(len(exposed))
    # Sets are numbered in the order of the labels, not in that in which they were chosen.
    matched = sorted((one for one in chosen if chosen[one]), key=lambda one: rank[one])
    for number, one in enumerate(matched):
        others = list(chosen[one])
        set_of[[one, *others]] = number
        weights[one] = 1.0
        weights[others] = 1 / len(others)
    if matched:
        weights[~exposed] *= sum(len(chosen[one]) for one in matched) / len(matched)
    return set_of, weights


def _choices(
    place: Ints, unexposed: Ints, choosing: Ints, rank: Ints, ratio: int, widest: float
) -> dict[int, list[int]]:
    """Return whom each exposed patient chooses, round by round."""
    available = unexposed[np.lexsort((rank[unexposed], place[unexposed]))]
    places = place[available]
    left = _Available(len(available))
    chosen: dict[int, list[int]] = {int(one): [] for one in choosing}
    # Where a value's patients begin among the available ones: the first of equals is taken, on either side.
    first_of_value = np.searchsorted(places, places)
    start = np.searchsorted(places, place[choosing])
    for _ in range(ratio):
        for one, at in zip(choosing.tolist(), start.tolist(), strict=True):
            after, before = left.at_or_after(at), left.before(at)
            if before is not None:
                before = left.at_or_after(int(first_of_value[before]))
            near = [
                (abs(int(places[other]) - int(place[one])), int(rank[available[other]]), other)
                for other in (after, before)
                if other is not None
            ]
            if near and min(near)[0] <= widest:
                other = min(near)[2]
                left.take(other)
                chosen[one].append(int(available[other]))
    return chosen


class _Available:
    """Positions 0 to n - 1 of which some are taken; the nearest that is left on either side, by path compression."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._after = list(range(n + 1))
        self._before = list(range(-1, n))  # shifted by one: entry p + 1 is of position p

    def at_or_after(self, position: int) -> int | None:
        found = self._root(self._after, position)
        return found if found < self._n else None

    def before(self, position: int) -> int | None:
        """Return the last one left before a position."""
        found = self._root_before(position)
        return found if found >= 0 else None

    def take(self, position: int) -> None:
        self._after[position] = position + 1
        self._before[position + 1] = position - 1

    @staticmethod
    def _root(links: list[int], position: int) -> int:
        root = position
        while links[root] != root:
            root = links[root]
        while links[position] != root:
            links[position], position = root, links[position]
        return root

    def _root_before(self, position: int) -> int:
        # links[p + 1] is p where p is left, else a smaller one; -1 is the end.
        links, p = self._before, position - 1
        root = p
        while root >= 0 and links[root + 1] != root:
            root = links[root + 1]
        while p >= 0 and p != root:
            links[p + 1], p = root, links[p + 1]
        return root
