"""Fisher's exact test of an r x c table (Fisher-Freeman-Halton): exact, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from .checks import Floats, Ints, checked_counts

DEGENERATE: Final = "fewer than two rows or columns with patients"
TOO_LARGE: Final = "too large for an exact test"

MOST_TABLES: Final = 1_000_000  # partial tables held at one time: about a second, and 100 MB
TOLERANCE: Final = 1e-7  # tables more likely than the observed one by less than this (relative) are as likely, as in R
ROUND: Final = 9  # decimals of log-probabilities that are merged


@dataclass(frozen=True, slots=True, kw_only=True)
class FisherTest:
    """Fisher's exact test, two-sided; `p_value` is None where the table is degenerate or too large."""

    p_value: float | None
    method: str
    reason: str | None = None


class _TooLargeError(Exception):
    """More partial tables than can be held."""


@dataclass(frozen=True, slots=True)
class _Partial:
    """Partial tables: what is left of the row totals (sorted), their log-probability, and their probability in all."""

    left: Ints
    log_probability: Floats
    probability: Floats


@dataclass(frozen=True, slots=True)
class _Columns:
    """Columns of counts: the state (set of row totals left) that each fits into, and its log-probability there."""

    state: Ints
    counts: Ints
    log_probability: Floats


def fisher_exact(table: ArrayLike) -> FisherTest:
    """Test the association of the rows and columns of a table of counts, given its margins.

    Parameters
    ----------
    table : (r, c) counts.

    Raises
    ------
    DataError
        If the table is not a rectangle of counts.

    Notes
    -----
    The P value is the probability of all tables with the same margins that are no more likely than the one observed, up
    to a relative 1e-7, as ``fisher.test`` in R. Tables are built column by column. Partial tables with the same row
    totals left (in any order) and the same probability continue alike and are merged; the last two columns are summed
    from sorted probabilities (after the network algorithm of Mehta & Patel). Where even so more than a million partial
    tables would be needed there is no P value: never a simulated one.

    References
    ----------
    Freeman GH, Halton JH. Biometrika 1951;38:141-149. Mehta CR, Patel NR. J Am Stat Assoc 1983;78:427-434.
    """
    counts = checked_counts(table)
    method = "Fisher's exact test" if max(counts.shape) <= 2 else "Fisher-Freeman-Halton exact test"
    if min(counts.shape) < 2:
        return FisherTest(p_value=None, method=method, reason=DEGENERATE)

    # Either way up gives the same P value: take the one with fewer row totals that can be left, small columns first.
    counts = min(counts, counts.T, key=_states)
    counts = counts[:, np.argsort(counts.sum(axis=0), kind="stable")]
    try:
        p_value = _p_value(counts, gammaln(np.arange(counts.sum() + 1) + 1.0))
    except _TooLargeError:
        return FisherTest(p_value=None, method=method, reason=TOO_LARGE)
    return FisherTest(p_value=min(1.0, p_value), method=method)


def _states(counts: Ints) -> float:
    """Return about how many sets of row totals can be left after some columns (the largest follows from the others)."""
    return float(np.prod(np.sort(counts.sum(axis=1))[:-1] + 1.0))


def _p_value(counts: Ints, log_factorial: Floats) -> float:
    """Sum the tables that are no more likely than the observed one."""
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    margins = log_factorial[rows].sum() + log_factorial[columns].sum() - log_factorial[counts.sum()]
    limit = float(margins - log_factorial[counts].sum()) + TOLERANCE

    p_value = 0.0
    partial = _Partial(np.sort(rows)[np.newaxis], np.zeros(1), np.ones(1))
    for step, total in enumerate(columns[:-1].tolist(), start=2):
        # A partial table counts with all its completions where even the most likely one is unlikely enough.
        settled = partial.log_probability + _at_most(partial.left, total, log_factorial) <= limit
        p_value += float(partial.probability[settled].sum())
        if settled.all():
            break
        partial = _Partial(partial.left[~settled], partial.log_probability[~settled], partial.probability[~settled])
        if step < len(columns):
            partial = _extend(partial, total, log_factorial)
        else:
            p_value += _finish(partial, total, log_factorial, limit)
    return p_value


def _extend(partial: _Partial, total: int, log_factorial: Floats) -> _Partial:
    """Add a column in every possible way, and merge what has become alike."""
    columns = _columns(partial.left, total, log_factorial)
    left = np.sort(partial.left[columns.state] - columns.counts, axis=1)
    log_probability = partial.log_probability[columns.state] + columns.log_probability
    probability = partial.probability[columns.state] * np.exp(columns.log_probability)

    rounded = np.round(log_probability, ROUND)
    order = np.lexsort((rounded, *left.T))
    first = _run_starts(np.column_stack((left, rounded))[order])
    kept = order[first]
    return _Partial(left[kept], log_probability[kept], np.add.reduceat(probability[order], first))


def _finish(partial: _Partial, total: int, log_factorial: Floats, limit: float) -> float:
    """Sum the completions, by the last two columns, that leave the whole table no more likely than the limit."""
    # Partial tables come sorted by what is left: each run is one state, continued once for all of them.
    starts = _run_starts(partial.left)
    columns = _columns(partial.left[starts], total, log_factorial)
    order = np.lexsort((columns.log_probability, columns.state))
    steps = np.split(columns.log_probability[order], _run_starts(columns.state[:, np.newaxis])[1:])

    found = 0.0
    bounds = [*starts.tolist(), len(partial.left)]
    for step, (start, stop) in zip(steps, pairwise(bounds), strict=True):
        cumulative = np.concatenate(([0.0], np.cumsum(np.exp(step))))
        counted = np.searchsorted(step, limit - partial.log_probability[start:stop], side="right")
        found += float(partial.probability[start:stop] @ cumulative[counted])
    return found


def _columns(left: Ints, total: int, log_factorial: Floats) -> _Columns:
    """Return all columns with this total that fit into the row totals left.

    Their log-probability, given the row totals left, is multivariate hypergeometric.
    """
    size = int(left[:1].sum())
    all_ways = log_factorial[size] - log_factorial[total] - log_factorial[size - total]
    state, need, below = np.arange(len(left)), np.full(len(left), total), np.full(len(left), size)
    counts, log_probability = np.empty((len(left), 0), dtype=np.int64), np.full(len(left), -all_ways)
    for row in range(left.shape[1]):
        room = left[state, row]
        below = below - room
        low, high = np.maximum(0, need - below), np.minimum(room, need)
        ways = high - low + 1
        if ways.sum() > MOST_TABLES:
            raise _TooLargeError
        again = np.repeat(np.arange(len(state)), ways)
        value = low[again] + np.arange(len(again)) - np.repeat(np.cumsum(ways) - ways, ways)
        state, need, below, room = state[again], need[again] - value, below[again], room[again]
        counts = np.column_stack((counts[again], value))
        chosen = log_factorial[room] - log_factorial[value] - log_factorial[room - value]
        log_probability = log_probability[again] + chosen
    return _Columns(state, counts, log_probability)


def _at_most(left: Ints, total: int, log_factorial: Floats) -> Floats:
    """Return a bound on the log-probability of any column with this total: close above the most likely one.

    Multivariate hypergeometric counts are independent binomial counts given their sum, so that their probability is at
    most the product of the binomial modes over the probability of the sum.
    """
    size = int(left[0].sum())
    share = total / size

    def binomial(count: Ints, of: Ints) -> Floats:
        ways = log_factorial[of] - log_factorial[count] - log_factorial[of - count]
        return np.asarray(ways + count * np.log(share) + (of - count) * np.log1p(-share))

    mode = np.minimum(np.floor((left + 1) * share).astype(np.int64), left)
    return np.asarray(binomial(mode, left).sum(axis=1) - binomial(np.array(total), np.array(size)))


def _run_starts(rows: NDArray[Any]) -> Ints:
    """Return where each run of equal rows begins."""
    return np.flatnonzero(np.concatenate(([len(rows) > 0], (np.diff(rows, axis=0) != 0).any(axis=1))))
