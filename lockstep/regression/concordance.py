"""Harrell's concordance of a Cox model: how often the patient with the higher predicted hazard has the event first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..statistics.arrays import Floats, Ints
from ..statistics.estimate import Estimate, normal_quantile
from .cox_fit import CoxFit
from .partial_likelihood import PartialLikelihood

NO_PAIRS: Final = "no two patients can be compared"
NO_MODEL: Final = "no term of the model can be estimated"
NO_WIDTH: Final = "its variance is 0"
SAME: Final = 1e-9  # log hazards that are apart by rounding only are the same
NOTHING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Weighted counts over the pairs that each row belongs to."""

    concordant: Floats
    discordant: Floats
    tied: Floats


def concordance(fit: CoxFit, *, conf_level: float = 0.95) -> Estimate:
    """Return Harrell's concordance of a fitted Cox model, in the patients that it was fitted to.

    Notes
    -----
    Of all pairs in which one has an event while the other is at risk and has none then, the share in which the former
    has the higher predicted hazard; equal predictions count half. Only pairs within a stratum are compared; weights
    multiply. The variance is the infinitesimal jackknife's, over the clusters of the model (its patients, where they
    have several rows), the interval normal and cut at 0 and 1. As R's ``concordance(fit)`` with its variance. The
    patients are those of the fit: in others the model predicts worse ("apparent" concordance, TRIPOD).

    The pairs are counted by a wavelet matrix, in O(n log n).

    References
    ----------
    Harrell FE, Lee KL, Mark DB. Multivariable prognostic models. Stat Med 1996;15:361-387.
    Therneau TM, Watson DA. The concordance statistic and the Cox model. Mayo Clinic Technical Report 85, 2015.
    Claude F, Navarro G, Ordonez A. The wavelet matrix. Inf Syst 2015;47:15-32.

    Examples
    --------
    >>> import pandas as pd
    >>> from lockstep.regression.cox_fit import fit_cox
    >>> time, event = [4, 6, 7, 9, 11, 13, 15, 20], [1, 1, 0, 1, 1, 1, 0, 1]
    >>> fit = fit_cox(time, event, pd.DataFrame({"age": [61, 55, 48, 70, 52, 66, 58, 49]}))
    >>> found = concordance(fit)
    >>> round(found.value, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (0.682, 0.483, 0.88)
    """
    if fit.maximum is None:
        return Estimate(value=None, reason=fit.reason)
    if not fit.kept:
        return Estimate(value=None, reason=NO_MODEL)
    likelihood = fit.likelihood
    pairs = _pairs(likelihood, _ranks(likelihood.covariates @ fit.maximum.coefficients))
    weight = likelihood.weight
    # Each pair is counted with both of its rows.
    n_pairs = float(weight @ (pairs.concordant + pairs.discordant + pairs.tied)) / 2
    if n_pairs <= 0:
        return Estimate(value=None, reason=NO_PAIRS)
    value = float(weight @ (pairs.concordant + pairs.tied / 2)) / 2 / n_pairs

    change = (1 - value) * pairs.concordant - value * pairs.discordant + (0.5 - value) * pairs.tied
    change = weight * change / n_pairs
    if fit.cluster is not None:
        change = np.bincount(fit.cluster[likelihood.order], weights=change).astype(np.float64)
    se = float(np.sqrt(change @ change))
    if se <= NOTHING:
        return Estimate(value=value, reason=NO_WIDTH)
    z = normal_quantile(conf_level)
    return Estimate(value=value, conf_low=max(0.0, value - z * se), conf_high=min(1.0, value + z * se))


def _ranks(predictor: Floats) -> Ints:
    """Return the predictions as whole numbers from 0, the same where they differ by rounding only."""
    distinct, at = np.unique(predictor, return_inverse=True)
    return np.asarray(np.concatenate(([0], np.cumsum(np.diff(distinct) > SAME)))[at], dtype=np.int64)


def _pairs(likelihood: PartialLikelihood, rank: Ints) -> _Pairs:
    """Count, for each row, the pairs in which it has the event and those in which another has."""
    weight, event, begin, place = likelihood.weight, likelihood.event, likelihood.begin, likelihood.place
    # At a time of events, whoever is censored then is still at risk, and whoever has the event is not compared.
    end = 2 * place + ~event
    events = np.flatnonzero(event)
    at = place[events]

    # The rows at risk at each event: those that end later, less those of the stratum that enter then or later.
    lower, same, total = np.zeros(len(events)), np.zeros(len(events)), np.zeros(len(events))
    for sign, bound, value in ((1.0, end, 2 * at + 1), (-1.0, 2 * begin + 1, 2 * at)):
        order = np.argsort(bound, kind="stable")
        # A row after the stratum's end enters after it, too: it is added and taken away again.
        first = np.searchsorted(bound[order], value)
        counts = _below(rank[order], weight[order], first, np.full(len(at), len(rank)), rank[events])
        for found, part in zip((lower, same, total), counts, strict=True):
            found += sign * part
    # The events that each row is at risk of, and not part of.
    first = np.searchsorted(at, begin, side="right")
    after = np.maximum(first, np.searchsorted(2 * at, end))
    lower_events, same_events, all_events = _below(rank[events], weight[events], first, after, rank)

    pairs = _Pairs(all_events - lower_events - same_events, lower_events, same_events)
    pairs.concordant[events] += lower
    pairs.discordant[events] += total - lower - same
    pairs.tied[events] += same
    return pairs


def _below(rank: Ints, weight: Floats, first: Ints, after: Ints, bound: Ints) -> tuple[Floats, Floats, Floats]:
    """Return the weight of the points first, ..., after - 1 of a rank below a bound, at it, and of any rank.

    A wavelet matrix: bit by bit of the ranks, from the highest, the points are parted in those with 0 and those with 1;
    a query follows its bound's bits, and adds up the points with 0 where the bound has 1.
    """
    below = np.zeros(len(bound))
    running = np.concatenate(([0.0], np.cumsum(weight)))
    total = running[after] - running[first]
    for bit in range(int(max(rank.max(initial=0), bound.max(initial=0))).bit_length() - 1, -1, -1):
        zero, one = (rank >> bit & 1) == 0, (bound >> bit & 1) == 1
        zeros = np.concatenate(([0], np.cumsum(zero)))
        order = np.concatenate((np.flatnonzero(zero), np.flatnonzero(~zero)))
        rank, weight = rank[order], weight[order]
        running = np.concatenate(([0.0], np.cumsum(weight)))
        below += np.where(one, running[zeros[after]] - running[zeros[first]], 0.0)
        first, after = (np.where(one, zeros[-1] + at - zeros[at], zeros[at]) for at in (first, after))
    return below, running[after] - running[first], total
