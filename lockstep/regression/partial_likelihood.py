"""Cox's partial likelihood with Efron's ties: its value, score and information, at all event times at once.

The sums over risk sets are cumulative sums from the last patient backwards: one evaluation costs O(n p^2), whatever the
number of distinct times. (lifelines goes from time to time in Python: seconds per model where there are many.) With
delayed entry or strata they are sums over a segment tree, see `risk_sets`.
Events may carry weights: the proportional-hazards test weighs them with functions of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..statistics.arrays import Bools, Floats, Ints
from .likelihood import Likelihood
from .risk_sets import NestedRiskSets, RangedRiskSets, RiskSets, places

MAX_STEPS = 60
HALVINGS = 30
CONVERGED = 1e-20  # twice the gain in log-likelihood of the next Newton step: the step is 1e-10 standard errors
SETTLED = 1e-12  # a gain this small, relative to the log-likelihood, is none; what still moves then diverges
MOVES = 1e-4  # a diverging coefficient moves by about one of its units at each step; others have come to rest,
UNKNOWN = 1e6  # or the limit does not determine them: a variance without bound


@dataclass(frozen=True, slots=True)
class PartialLikelihood:
    """The partial likelihood of one data set: rows ordered by stratum and time, and the risk set of each event.

    Attributes
    ----------
    covariates : (n, p) design, ordered.
    entry, time : (n,) a row is at risk after its entry (None: from the beginning), up to and including its time.
    event : (n,) True where the event was observed; d of them.
    weight : (n,) case weights > 0.
    order : (n,) the position of each row in the data.
    begin, place : (n,) entry and time as whole numbers on an axis on which strata follow one another.
    risk_sets : of the events, in order.
    first_tied, tied : (d,) position of the first event of the same stratum and time, and how many there are.
    """

    covariates: Floats
    entry: Floats | None
    time: Floats
    event: Bools
    weight: Floats
    order: Ints
    begin: Ints
    place: Ints
    risk_sets: RiskSets
    first_tied: Ints
    tied: Ints

    @classmethod
    def of(
        cls,
        time: Floats,
        event: Bools,
        covariates: Floats,
        *,
        entry: Floats | None = None,
        stratum: Ints | None = None,
        weight: Floats | None = None,
    ) -> PartialLikelihood:
        """Order the rows; ties are broken by all that they hold, so that the order of the rows changes no bit.

        Parameters
        ----------
        time, event, covariates : (n,), (n,), (n, p), in any order.
        entry : (n,) a row is at risk after it, up to and including its time; from the beginning where not given.
        stratum : (n,) whole numbers >= 0: a row is at risk of the events of its stratum only.
        weight : (n,) case weights; 1 where not given.
        """
        ties = [key for key in (weight, entry) if key is not None]
        order = np.lexsort((*ties, *covariates.T[::-1], event, time, *([] if stratum is None else [stratum])))
        time, event, entry = time[order], event[order], None if entry is None else entry[order]
        begin, place = places(time, entry, None if stratum is None else stratum[order])
        nested = entry is None and stratum is None
        first_tied = np.searchsorted(place[event], place[event])
        return cls(
            covariates=covariates[order],
            entry=entry,
            time=time,
            event=event,
            weight=np.ones(len(order)) if weight is None else weight[order],
            order=order,
            begin=begin,
            place=place,
            risk_sets=(NestedRiskSets if nested else RangedRiskSets).of(event, begin, place),
            first_tied=first_tied,
            tied=np.searchsorted(place[event], place[event], side="right") - first_tied,
        )

    def at(self, coefficients: Floats) -> Derivatives:
        """Evaluate at these coefficients."""
        predictor = self.covariates @ coefficients
        predictor -= predictor.max()  # exp() must not overflow
        hazard = self.weight * np.exp(predictor)

        # Efron: of d tied events, the l-th (l = 0 ... d-1) sees the risk set less l/d of the tied patients, and each
        # has the mean of their weights.
        fraction = (np.arange(len(self.tied)) - self.first_tied) / self.tied
        observed = self.weight[self.event]
        shared = self.over_ties(observed) / self.tied
        at_risk = self._risk_sums(hazard, fraction)
        weighted = self._risk_sums(hazard[:, np.newaxis] * self.covariates, fraction)
        return Derivatives(
            likelihood=self,
            log_likelihood=float(np.sum(observed * predictor[self.event] - shared * np.log(at_risk))),
            hazard=hazard,
            fraction=fraction,
            shared=shared,
            at_risk=at_risk,
            mean=weighted / at_risk[:, np.newaxis],
        )

    def over_ties(self, values: Floats) -> Floats:
        """Return, for each event, the sum of `values`, (d, ...), over the events tied with it."""
        starts = np.flatnonzero(self.first_tied == np.arange(len(self.first_tied)))
        return np.asarray(np.repeat(np.add.reduceat(values, starts, axis=0), self.tied[starts], axis=0))

    def _risk_sums(self, values: Floats, fraction: Floats) -> Floats:
        """Return, for each event, the sum over its risk set less Efron's fraction of the sum over the tied events."""
        return np.asarray(self.risk_sets.sums(values) - (fraction * self.over_ties(values[self.event]).T).T)


@dataclass(frozen=True, slots=True)
class Derivatives:
    """The partial likelihood at one point, with the hazard sum and the covariate means of each event's risk set.

    Attributes
    ----------
    hazard : (n,) relative hazard of each row, times its weight.
    fraction, shared : (d,) Efron's fraction of the tied events, and the mean of their weights.
    at_risk, mean : (d,), (d, p).
    """

    likelihood: PartialLikelihood
    log_likelihood: float
    hazard: Floats
    fraction: Floats
    shared: Floats
    at_risk: Floats
    mean: Floats

    def score(self, weight: Floats | None = None) -> Floats:
        """Return the first derivative: over the events, covariate less its mean in the risk set, weighted."""
        likelihood = self.likelihood
        observed = likelihood.weight[likelihood.event][:, np.newaxis] * likelihood.covariates[likelihood.event]
        weight = np.ones(len(observed)) if weight is None else weight
        return np.asarray(weight @ (observed - self.shared[:, np.newaxis] * self.mean))

    def information(self, weight: Floats | None = None) -> Floats:
        """Return minus the second derivative: the covariance of the covariates in each risk set, weighted and summed.

        Notes
        -----
        The second moments are summed patient by patient, each with the increments of all risk sets that hold the
        patient, which needs one matrix product and no (d, p, p) array.
        """
        weight = self.shared if weight is None else weight * self.shared
        x = self.likelihood.covariates
        second = x.T @ ((self.hazard * self._exposure(weight))[:, np.newaxis] * x)
        return np.asarray(second - self.mean.T @ (weight[:, np.newaxis] * self.mean))

    def score_residuals(self) -> Floats:
        """Return (n, p), what each row adds to the score, with its weight; the rows are ordered as the likelihood's.

        Notes
        -----
        Observed less expected: of an event, covariate less its mean in the risk set; of each risk set that holds the
        row, the same, times the row's share of the hazard (Lin and Wei 1989), with Efron's fractions for tied events
        (Therneau and Grambsch 2000, sec. 4.6), as R's ``residuals(fit, type = "score")``.
        """
        likelihood = self.likelihood
        x, event = likelihood.covariates, likelihood.event
        along = self._exposure(self.shared)[:, np.newaxis] * x - self._exposure(self.shared[:, np.newaxis] * self.mean)
        residuals = -self.hazard[:, np.newaxis] * along
        tied_mean = likelihood.over_ties(self.mean) / likelihood.tied[:, np.newaxis]
        residuals[event] += likelihood.weight[event][:, np.newaxis] * (x[event] - tied_mean)
        return np.asarray(residuals)

    def _exposure(self, weight: Floats) -> Floats:
        """Return, for each row, the sum of `weight`, (d, ...), over the hazard sums of the risk sets that hold it."""
        likelihood = self.likelihood
        exposure = likelihood.risk_sets.spread((weight.T / self.at_risk).T)
        # A tied event counts only in part in the risk sets of its own time.
        exposure[likelihood.event] -= likelihood.over_ties((self.fraction * weight.T / self.at_risk).T)
        return exposure


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where a likelihood is largest.

    Attributes
    ----------
    coefficients, covariance : (p,), (p, p); the covariance is the inverse of the information.
    log_likelihood : there; its limit where coefficients diverge.
    diverging : (p,) True where the likelihood keeps rising as the coefficient grows without end, or where nothing is
        known of a coefficient once another has done so.
    """

    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    diverging: Bools


def maximise(likelihood: Likelihood) -> Maximum | None:
    """Find the maximum by Newton-Raphson from zero, halving steps that lower the likelihood; None where that fails.

    Notes
    -----
    Expects covariates of a standard deviation near 1, and an information of full rank at zero. The likelihood is
    concave: the steps shrink (in the end quadratically), or they do not though the likelihood has settled. Then there
    is no maximum, and the coefficients that still move are those R's coxph warns of ("coefficient may be infinite").
    """
    with np.errstate(all="ignore"):  # far out in a direction without end, sums overflow
        return _newton_raphson(likelihood)


def _newton_raphson(likelihood: Likelihood) -> Maximum | None:
    coefficients, previous = np.zeros(likelihood.covariates.shape[1]), np.inf
    here, none = likelihood.at(coefficients), np.zeros(len(coefficients), dtype=np.bool_)
    unit = float(likelihood.weight.mean())  # information grows with the weights, and what is negligible with it
    for _ in range(MAX_STEPS):
        try:
            covariance = np.asarray(np.linalg.inv(here.information()), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        variance, step = np.diag(covariance), covariance @ here.score()
        if (variance > 0).all() and abs(step @ here.score()) <= CONVERGED * unit:
            return Maximum(coefficients, covariance, here.log_likelihood, diverging=none)

        rounding = SETTLED * max(unit, -here.log_likelihood)
        there = likelihood.at(coefficients + step)
        for _ in range(HALVINGS):
            if there.log_likelihood >= here.log_likelihood - rounding:
                break
            step = step / 2
            there = likelihood.at(coefficients + step)
        size = float(np.abs(step).max())
        if there.log_likelihood - here.log_likelihood <= rounding and size > previous / 2:
            known = (np.abs(step) <= MOVES) & (variance > 0) & (variance < UNKNOWN / unit)
            return Maximum(coefficients, covariance, here.log_likelihood, diverging=~known)
        coefficients, here, previous = coefficients + step, there, size
    return None
