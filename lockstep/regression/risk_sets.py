"""Risk sets: who is at risk when an event occurs, and sums over them, for all events at once.

Both classes answer the same two questions: `sums` adds up values of the rows that are at risk at each event, `spread`,
its transpose, what the events hold for each row that is at risk then. No sum is a difference of two others: what is
left of a hazard after many have left is as exact as the hazards themselves, also where coefficients grow without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..statistics.arrays import Bools, Floats, Ints


class RiskSets(Protocol):
    """The risk sets of d events among n rows."""

    def sums(self, values: Floats) -> Floats:
        """Return (d, ...), for each event the sum of `values`, (n, ...), over its risk set."""

    def spread(self, increments: Floats) -> Floats:
        """Return (n, ...), for each row the sum of `increments`, (d, ...), over the events that it is at risk of."""

    def varies(self, values: Floats) -> Bools:
        """Return which columns of `values`, (n, p), are not the same throughout any risk set."""


@dataclass(frozen=True, slots=True)
class NestedRiskSets:
    """Risk sets of follow-up that begins together: each holds all rows from one on, ordered by time.

    Attributes
    ----------
    first : (d,) the first row at risk of each event, in order.
    n : how many rows there are.
    """

    first: Ints
    n: int

    @classmethod
    def of(cls, event: Bools, begin: Ints, place: Ints) -> NestedRiskSets:  # noqa: ARG003
        """Return the risk sets of the events among ordered rows, all of which begin before any event."""
        return cls(np.searchsorted(place, place[event]), len(place))

    def sums(self, values: Floats) -> Floats:
        """Return the sum over each risk set: a cumulative sum from the last row backwards."""
        return np.asarray(np.cumsum(values[::-1], axis=0)[::-1][self.first])

    def spread(self, increments: Floats) -> Floats:
        """Return the sum over the events of each row: those up to its own time."""
        total = np.concatenate((np.zeros((1, *increments.shape[1:])), np.cumsum(increments, axis=0)))
        return np.asarray(total[np.searchsorted(self.first, np.arange(self.n), side="right")])

    def varies(self, values: Floats) -> Bools:
        """Return which columns vary in the first risk set, which holds all others."""
        earliest = values[self.first[0] :]
        return np.asarray((earliest != earliest[0]).any(axis=0))


@dataclass(frozen=True, slots=True)
class StratifiedRiskSets:
    """Risk sets of strata that follow one another, each with its own among its own rows.

    Attributes
    ----------
    parts : those of each stratum.
    rows, events : where the rows and the events of each stratum but the first begin.
    """

    parts: tuple[RiskSets, ...]
    rows: Ints
    events: Ints

    def sums(self, values: Floats) -> Floats:
        """Return the sum over each risk set."""
        split = zip(self.parts, np.split(values, self.rows), strict=True)
        return np.concatenate([part.sums(own) for part, own in split])

    def spread(self, increments: Floats) -> Floats:
        """Return the sum over the events of each row."""
        split = zip(self.parts, np.split(increments, self.events), strict=True)
        return np.concatenate([part.spread(own) for part, own in split])

    def varies(self, values: Floats) -> Bools:
        """Return which columns vary in a risk set of any stratum."""
        split = zip(self.parts, np.split(values, self.rows), strict=True)
        return np.asarray(np.any([part.varies(own) for part, own in split], axis=0))


@dataclass(frozen=True, slots=True)
class RangedRiskSets:
    """Risk sets of any follow-up: each row is at risk of a range of the events.

    Attributes
    ----------
    nodes : (2 size, n) sparse, 1 where a row is at risk of all events of a node, and not of all of its parent's.
    size : the number of leaves, a power of 2; node 1 is the root, the children of node k are 2k and 2k + 1.
    events : d; the leaf of event e is node size + e.

    Notes
    -----
    A segment tree: a range of events is a union of at most 2 log2(d) nodes. `sums` adds up the rows in each node, then
    each leaf's path from the root: O(n log d), whatever the entries and strata, and no addition has a negative term.

    References
    ----------
    de Berg M, Cheong O, van Kreveld M, Overmars M. Computational Geometry. 3rd ed. Springer 2008, sec. 10.3.
    """

    nodes: Any
    size: int
    events: int

    @classmethod
    def of(cls, event: Bools, begin: Ints, place: Ints) -> RangedRiskSets:
        """Return the risk sets of the events among ordered rows, see `places`."""
        from scipy.sparse import csr_array

        first, after = (np.searchsorted(place[event], bound, side="right") for bound in (begin, place))
        events = int(event.sum())
        size = 1 << max(events - 1, 0).bit_length()
        left, right = first + size, np.maximum(first, after) + size
        found: list[tuple[Ints, Ints]] = []
        while (left < right).any():
            for whole, node in (((left & 1) == 1, left), ((right & 1) == 1, right - 1)):
                rows = np.flatnonzero(whole & (left < right))
                found.append((node[rows], rows))
            left, right = (left + 1) >> 1, right >> 1
        node, row = (np.concatenate([pair[part] for pair in found]) if found else np.empty(0, int) for part in (0, 1))
        return cls(csr_array((np.ones(len(node)), (node, row)), shape=(2 * size, len(first))), size, events)

    def sums(self, values: Floats) -> Floats:
        """Return the sum over each risk set."""
        return self._downwards(self.nodes @ values, np.add)

    def spread(self, increments: Floats) -> Floats:
        """Return the sum over the events of each row: each node's, from the leaves upwards."""
        level = np.zeros((self.size, *increments.shape[1:]))
        level[: self.events] = increments
        levels = [level]
        while len(level) > 1:
            level = level[::2] + level[1::2]
            levels.append(level)
        return np.asarray(self.nodes.T @ np.concatenate((np.zeros_like(level), *levels[::-1])))

    def varies(self, values: Floats) -> Bools:
        """Return which columns have different extremes in any risk set."""
        highest, lowest = self._extremes(values, np.maximum, -np.inf), self._extremes(values, np.minimum, np.inf)
        return np.asarray((highest > lowest).any(axis=0))

    def _extremes(self, values: Floats, extreme: np.ufunc, none: float) -> Floats:
        begins = self.nodes.indptr
        tree, filled = np.full((2 * self.size, values.shape[1]), none), np.diff(begins) > 0
        tree[filled] = extreme.reduceat(values[self.nodes.indices], begins[:-1][filled], axis=0)
        return self._downwards(tree, extreme)

    def _downwards(self, tree: Floats, combine: np.ufunc) -> Floats:
        """Return, for each event, what the nodes hold that it is in."""
        level = tree[1:2]
        while len(level) < self.size:
            level = combine(np.repeat(level, 2, axis=0), tree[2 * len(level) : 4 * len(level)])
        return np.asarray(level[: self.events])


def places(time: Floats, entry: Floats | None, stratum: Ints | None) -> tuple[Ints, Ints]:
    """Return the entry and the time of rows as whole numbers on one axis, on which strata follow one another.

    A row is at risk of the events after its entry, up to and including its time; without entry, from its stratum's
    first on. Rows of one stratum and time have one place.
    """
    distinct, code = np.unique(time if entry is None else np.concatenate((time, entry)), return_inverse=True)
    begin = np.zeros(len(time), dtype=np.int64) if stratum is None else stratum * (len(distinct) + 1)
    place = begin + 1 + code[: len(time)]
    return begin if entry is None else begin + 1 + code[len(time) :], place
