"""Fisher's exact test of an r x c table (Fisher-Freeman-Halton): exact where it can be, else by simulation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from .arrays import Bools, Floats, Ints, checked_counts

DEGENERATE: Final = "fewer than two rows or columns with patients"
TOO_LARGE: Final = "too large for an exact test"

SIMULATIONS: Final = 100_000
SEED: Final = 1
MOST_TABLES: Final = 1_000_000  # partial tables held at one time: about a second, and 200 MB
MOST_WORK: Final = 20_000_000  # partial tables looked at, and terms of tails, in all: about ten seconds
AT_ONCE: Final = 2_000_000  # cells of simulated tables held at one time
TOLERANCE: Final = 3.45254e-7  # tables more likely than the observed one by less than this (relative) are as likely,
TOLERANCE_2X2: Final = 1e-7  # as in R's fisher.test
ROUND: Final = 9  # decimals of log-probabilities that are merged


@dataclass(frozen=True, slots=True, kw_only=True)
class FisherTest:
    """Fisher's exact test, two-sided; `p_value` is None where the table is degenerate, or too large for what is asked.

    `standard_error` is that of a simulated P value; None where it is exact.
    """

    p_value: float | None
    method: str
    standard_error: float | None = None
    reason: str | None = None


class _TooLargeError(Exception):
    """More partial tables than can be held, or looked at in bounded time."""


@dataclass(frozen=True, slots=True)
class _Partial:
    """Partial tables: what is left of the row totals (sorted), their log-probability, and their probability in all."""

    left: Ints
    log_probability: Floats
    probability: Floats

    def where(self, kept: Bools | Ints) -> _Partial:
        return _Partial(self.left[kept], self.log_probability[kept], self.probability[kept])


@dataclass(frozen=True, slots=True)
class _Columns:
    """Columns of counts: the partial table that each continues, its log-probability there, and what is settled.

    `settled` is the probability of all columns that are not among them since every table they lead to is counted.
    """

    index: Ints
    counts: Ints
    log_probability: Floats
    settled: float


def fisher_exact(table: ArrayLike, *, simulate: bool = True) -> FisherTest:
    """Test the association of the rows and columns of a table of counts, given its margins.

    Parameters
    ----------
    table : (r, c) counts.
    simulate : whether to simulate the P value of a table that is too large for the exact one.

    Raises
    ------
    DataError
        If the table is not a rectangle of counts.

    Notes
    -----
    The P value is the probability of all tables with the same margins that are no more likely than the one observed, up
    to a relative 3.5e-7 (1e-7 where the table is 2 x 2), as ``fisher.test`` in R. Tables are built column by column
    (after the network algorithm of Mehta & Patel). A partial table whose likeliest completion is already unlikely
    enough counts with all its completions; partial tables with the same row totals left (in any order) and the same
    probability continue alike and are merged; the last two columns are summed from sorted probabilities.

    Where even so there are more partial tables than bounded time and memory allow, the P value is simulated, as by R's
    ``simulate.p.value = TRUE``: of B random tables with the same margins (Patefield) h are no more likely than the
    observed one, and P = (h + 1) / (B + 1). The seed is fixed; `method` names seed and B.

    References
    ----------
    Freeman GH, Halton JH. Biometrika 1951;38:141-149. Mehta CR, Patel NR. J Am Stat Assoc 1983;78:427-434.
    Patefield WM. J R Stat Soc C 1981;30:91-97. Hope ACA. J R Stat Soc B 1968;30:582-598.

    Examples
    --------
    >>> round(fisher_exact([[3, 1], [1, 3]]).p_value, 4)  # Fisher's tea taster
    0.4857
    >>> round(fisher_exact([[4, 1, 0], [1, 3, 5]]).p_value, 4)
    0.026
    """
    counts = checked_counts(table)
    method = "Fisher's exact test" if max(counts.shape) <= 2 else "Fisher-Freeman-Halton exact test"
    if min(counts.shape) < 2:
        return FisherTest(p_value=None, method=method, reason=DEGENERATE)

    # Either way up gives the same P value: take the one with fewer row totals that can be left, small columns first.
    counts = min(counts, counts.T, key=_states)
    counts = counts[:, np.argsort(counts.sum(axis=0), kind="stable")]
    log_factorial = gammaln(np.arange(counts.sum() + 1) + 1.0)
    try:
        return FisherTest(p_value=min(1.0, _Network(log_factorial).p_value(counts)), method=method)
    except _TooLargeError:
        if not simulate:
            return FisherTest(p_value=None, method=method, reason=TOO_LARGE)
    p_value = _simulated(counts, log_factorial)
    return FisherTest(
        p_value=p_value,
        method=f"{method}, P value by Monte Carlo simulation ({SIMULATIONS:,} tables, seed {SEED})",
        standard_error=math.sqrt(p_value * (1 - p_value) / SIMULATIONS),
    )


def _states(counts: Ints) -> float:
    """Return about how many sets of row totals can be left after some columns (the largest follows from the others)."""
    return float(np.prod(np.sort(counts.sum(axis=1))[:-1] + 1.0))


def _tolerance(counts: Ints) -> float:
    return TOLERANCE_2X2 if counts.shape == (2, 2) else TOLERANCE


def _simulated(counts: Ints, log_factorial: Floats) -> float:
    from scipy.stats import random_table  # half a second, for a few tables only

    random, tables = np.random.default_rng(SEED), random_table(counts.sum(axis=1), counts.sum(axis=0))
    limit, hits = log_factorial[counts].sum() - _tolerance(counts), 0
    chunk = max(1, AT_ONCE // counts.size)
    for start in range(0, SIMULATIONS, chunk):
        drawn = tables.rvs(size=min(chunk, SIMULATIONS - start), random_state=random).astype(np.int64)
        hits += int(np.sum(log_factorial[drawn].sum(axis=(1, 2)) >= limit))
    return (hits + 1) / (SIMULATIONS + 1)


class _Network:
    """The sum over all tables that are no more likely than the observed one; counts the work as it goes."""

    def __init__(self, log_factorial: Floats) -> None:
        self._log_factorial = log_factorial
        self._work = 0

    def p_value(self, counts: Ints) -> float:
        rows, columns, lf = counts.sum(axis=1), counts.sum(axis=0), self._log_factorial
        margins = lf[rows].sum() + lf[columns].sum() - lf[counts.sum()]
        limit = float(margins - lf[counts].sum()) + _tolerance(counts)

        p_value = 0.0
        partial = _Partial(np.sort(rows)[np.newaxis], np.zeros(1), np.ones(1))
        for step, total in enumerate(columns[:-1].tolist(), start=1):
            settled = partial.log_probability + self._at_most(partial.left, columns[step - 1 :]) <= limit
            p_value += float(partial.probability[settled].sum())
            partial = partial.where(~settled)
            if not len(partial.left):
                break
            if step < len(columns) - 1:
                partial, more = self._extend(partial, total, limit)
            else:
                more = self._finish(partial, total, limit)
            p_value += more
        return p_value

    def _extend(self, partial: _Partial, total: int, limit: float) -> tuple[_Partial, float]:
        """Add a column in every way that leaves the outcome open, and merge what has become alike."""
        columns = self._columns(partial, total, limit)
        left = np.sort(partial.left[columns.index] - columns.counts, axis=1)
        log_probability = partial.log_probability[columns.index] + columns.log_probability
        probability = partial.probability[columns.index] * np.exp(columns.log_probability)
        if not len(left):
            return _Partial(left, log_probability, probability), columns.settled

        rounded = np.round(log_probability, ROUND)
        order = np.lexsort((rounded, *left.T))
        first = _run_starts(np.column_stack((left, rounded))[order])
        kept = order[first]
        merged = _Partial(left[kept], log_probability[kept], np.add.reduceat(probability[order], first))
        return merged, columns.settled

    def _finish(self, partial: _Partial, total: int, limit: float) -> float:
        """Sum the completions, by the last two columns, that leave the whole table no more likely than the limit."""
        order = np.lexsort((partial.log_probability, *partial.left.T))
        partial = partial.where(order)
        # Each run is one state, continued once for all of them: what the likeliest of it settles is settled for all.
        starts = _run_starts(partial.left)
        ends = np.append(starts[1:], len(partial.left))
        likeliest = _Partial(
            partial.left[starts], partial.log_probability[ends - 1], np.add.reduceat(partial.probability, starts)
        )
        found = 0.0
        per_state = max(1, int(np.prod(partial.left.max(axis=0)[:-1] + 1.0)))
        chunk = max(1, MOST_TABLES // per_state)
        for begin in range(0, len(starts), chunk):
            self._spend(10_000)  # that a round takes, whatever it finds
            part = np.arange(begin, min(begin + chunk, len(starts)))
            columns = self._columns(likeliest.where(part), total, limit)
            found += columns.settled
            order = np.lexsort((columns.log_probability, columns.index))
            index, sorted_steps = columns.index[order], columns.log_probability[order]
            bounds = np.searchsorted(index, np.arange(len(part) + 1))
            for state, (low, high) in zip(part.tolist(), pairwise(bounds.tolist()), strict=True):
                step, those = sorted_steps[low:high], slice(starts[state], ends[state])
                cumulative = np.concatenate(([0.0], np.cumsum(np.exp(step))))
                counted = np.searchsorted(step, limit - partial.log_probability[those], side="right")
                found += float(partial.probability[those] @ cumulative[counted])
            self._spend(50 * len(part))
        return found

    def _columns(self, partial: _Partial, total: int, limit: float) -> _Columns:
        """Return the columns with this total that fit into the row totals left and leave the outcome open.

        The log-probability of a column, given the row totals left, is multivariate hypergeometric: cell by cell it is
        hypergeometric, and unimodal. So the cells that leave the outcome open are an interval around the mode, and what
        lies on both sides of it are two tails.
        """
        from scipy.stats import hypergeom

        size = int(partial.left[0].sum())
        index, need, below = np.arange(len(partial.left)), np.full(len(partial.left), total), partial.left.sum(axis=1)
        counts, settled = np.empty((len(index), 0), dtype=np.int64), 0.0
        chosen = np.full(len(index), -self._choose(np.array(size), np.array(total)), dtype=np.float64)
        for row in range(partial.left.shape[1]):
            room = partial.left[index, row]
            whole = below
            below = below - room
            low, high = np.maximum(0, need - below), np.minimum(room, need)
            is_open = self._openness(room, below, need, limit - partial.log_probability[index] - chosen)
            mode = np.clip((need + 1) * (room + 1) // (whole + 2), low, high)
            any_open = is_open(mode)
            mass = partial.probability[index] * np.exp(chosen + self._choose(whole, need))
            settled += float(mass[~any_open].sum())
            first = np.where(any_open, _first_open(is_open, low, mode), 1)
            last = np.where(any_open, _last_open(is_open, mode, high), 0)
            ways = last - first + 1
            self._spend(int(ways.sum()), at_once=True)
            for tail, cut, outside in (
                (hypergeom.cdf, first - 1, any_open & (first > low)),
                (hypergeom.sf, last, any_open & (last < high)),
            ):
                if outside.any():
                    shape = [values[outside] for values in (cut, whole, room, need)]
                    settled += float(mass[outside] @ self._tails(tail, *shape))

            again = np.repeat(np.arange(len(index)), ways)
            value = first[again] + np.arange(len(again)) - np.repeat(np.cumsum(ways) - ways, ways)
            chosen = chosen[again] + self._choose(room[again], value)
            index, need, below = index[again], need[again] - value, below[again]
            counts = np.column_stack((counts[again], value))
        return _Columns(index, counts, chosen, settled)

    def _tails(self, tail: Callable[..., Any], cut: Ints, size: Ints, kind: Ints, drawn: Ints) -> Floats:
        """Return tails of hypergeometric distributions, each one computed once."""
        columns = np.column_stack((cut + 1, size, kind, drawn))  # a cut can be -1
        base = int(columns.max()) + 1
        first, place = np.arange(len(cut)), np.arange(len(cut))
        if base**4 <= np.iinfo(np.int64).max:
            key = columns @ np.array([base**3, base**2, base, 1])
            _, first, place = np.unique(key, return_index=True, return_inverse=True)
        cut, size, kind, drawn = (values[first] for values in (cut, size, kind, drawn))
        # A tail is summed over some standard deviations.
        spread = np.sqrt(drawn * (kind / size) * (1 - kind / size))
        self._spend(int(np.sum(1 + 3 * spread)))
        return np.asarray(tail(cut, size, kind, drawn)[place], dtype=np.float64)

    def _spend(self, tables: int, *, at_once: bool = False) -> None:
        """Count the work; raise where memory or time would not be bounded."""
        self._work += tables
        if self._work > MOST_WORK or (at_once and tables > MOST_TABLES):
            raise _TooLargeError

    def _openness(self, room: Ints, below: Ints, need: Ints, to: Floats) -> Callable[[Ints], Bools]:
        """Return, of a cell's value, whether it and all that may follow below it may still be too likely to count."""
        return lambda value: np.asarray(self._choose(room, value) + self._choose(below, need - value) > to)

    def _choose(self, of: Ints, count: Ints) -> Floats:
        lf = self._log_factorial
        return np.asarray(lf[of] - lf[count] - lf[of - count])

    def _at_most(self, left: Ints, columns: Ints) -> Floats:
        """Return a bound on the log-probability of any completion by these columns: close above the likeliest one.

        Given its margins a table of independent Poisson counts has this distribution: its probability is at most the
        product of the Poisson modes over the probability of the margins.
        """
        lf, size = self._log_factorial, int(columns.sum())
        rows = left.astype(float)
        margins = np.sum(rows * np.log(np.maximum(rows, 1.0)) - rows - lf[left], axis=1)
        margins = margins + lf[size] + np.sum(columns * np.log(columns / size) - lf[columns])
        best = np.zeros(len(left))
        for total in columns.tolist():
            mean = rows * (total / size)
            mode = np.floor(mean).astype(np.int64)
            best += np.sum(mode * np.log(np.where(mean > 0, mean, 1.0)) - mean - lf[mode], axis=1)
        return np.asarray(best - margins)


def _first_open(is_open: Callable[[Ints], Bools], low: Ints, high: Ints) -> Ints:
    """Return the first value from `low` to `high` that is open, by bisection; `high` where no other is."""
    while (low < high).any():
        middle = (low + high) // 2
        found = is_open(middle)
        low, high = np.where(found, low, np.minimum(middle + 1, high)), np.where(found, middle, high)
    return high


def _last_open(is_open: Callable[[Ints], Bools], low: Ints, high: Ints) -> Ints:
    """Return the last value from `low` to `high` that is open, by bisection; `low` where no other is."""
    while (low < high).any():
        middle = (low + high + 1) // 2
        found = is_open(middle)
        low, high = np.where(found, middle, low), np.where(found, high, np.maximum(middle - 1, low))
    return low


def _run_starts(rows: NDArray[Any]) -> Ints:
    """Return where each run of equal rows begins."""
    return np.flatnonzero(np.concatenate(([len(rows) > 0], (np.diff(rows, axis=0) != 0).any(axis=1))))
