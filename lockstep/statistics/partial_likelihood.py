"""Cox's partial likelihood with Efron's ties: its value, score and information, at all event times at once.

The sums over risk sets are cumulative sums from the last patient backwards: one evaluation costs O(n p^2), whatever the
number of distinct times. (lifelines goes from time to time in Python: seconds per model where there are many.)
Events may carry weights: the proportional-hazards test weighs them with functions of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Floats, Ints
from .likelihood import Likelihood

MAX_STEPS = 60
HALVINGS = 30
CONVERGED = 1e-20  # twice the gain in log-likelihood of the next Newton step: the step is 1e-10 standard errors
SETTLED = 1e-12  # a gain this small, relative to the log-likelihood, is none; what still moves then diverges
MOVES = 1e-4  # a diverging coefficient moves by about one of its units at each step; others have come to rest,
UNKNOWN = 1e6  # or the limit does not determine them: a variance without bound


@dataclass(frozen=True, slots=True)
class PartialLikelihood:
    """The partial likelihood of one data set: patients ordered by time, and the risk set of each event.

    Attributes
    ----------
    covariates : (n, p) design, ordered by time.
    event : (n,) True where the event was observed.
    first_at_risk : (d,) index of the first patient with follow-up >= the time of each event, in order of time.
    first_tied, tied : (d,) position of the first event at the same time, and how many there are.
    """

    covariates: Floats
    event: Bools
    first_at_risk: Ints
    first_tied: Ints
    tied: Ints

    @classmethod
    def of(cls, time: Floats, event: Bools, covariates: Floats) -> PartialLikelihood:
        """Order the patients; ties are broken by the covariates, so that the order of the rows changes no bit."""
        order = np.lexsort((*covariates.T[::-1], event, time))
        time, event, covariates = time[order], event[order], covariates[order]
        event_time = time[event]
        first_tied = np.searchsorted(event_time, event_time)
        return cls(
            covariates=covariates,
            event=event,
            first_at_risk=np.searchsorted(time, event_time),
            first_tied=first_tied,
            tied=np.searchsorted(event_time, event_time, side="right") - first_tied,
        )

    def at(self, coefficients: Floats) -> Derivatives:
        """Evaluate at these coefficients."""
        predictor = self.covariates @ coefficients
        predictor -= predictor.max()  # exp() must not overflow
        hazard = np.exp(predictor)

        # Efron: of d tied events, the l-th (l = 0 ... d-1) sees the risk set less l/d of the tied patients.
        fraction = (np.arange(len(self.tied)) - self.first_tied) / self.tied
        at_risk = self._risk_sums(hazard, fraction)
        weighted = self._risk_sums(hazard[:, np.newaxis] * self.covariates, fraction)
        return Derivatives(
            likelihood=self,
            log_likelihood=float(np.sum(predictor[self.event] - np.log(at_risk))),
            hazard=hazard,
            fraction=fraction,
            at_risk=at_risk,
            mean=weighted / at_risk[:, np.newaxis],
        )

    def _risk_sums(self, values: Floats, fraction: Floats) -> Floats:
        """Return, for each event, the sum over its risk set less Efron's fraction of the sum over the tied events."""
        backwards = np.cumsum(values[::-1], axis=0)[::-1]
        starts = np.unique(self.first_tied)
        tied = np.repeat(np.add.reduceat(values[self.event], starts, axis=0), self.tied[starts], axis=0)
        return np.asarray(backwards[self.first_at_risk] - (fraction * tied.T).T)


@dataclass(frozen=True, slots=True)
class Derivatives:
    """The partial likelihood at one point, with the hazard sum and the covariate means of each event's risk set."""

    likelihood: PartialLikelihood
    log_likelihood: float
    hazard: Floats
    fraction: Floats
    at_risk: Floats
    mean: Floats

    def score(self, weight: Floats | None = None) -> Floats:
        """Return the first derivative: over the events, covariate less its mean in the risk set, weighted."""
        observed = self.likelihood.covariates[self.likelihood.event]
        weight = np.ones(len(observed)) if weight is None else weight
        return np.asarray(weight @ (observed - self.mean))

    def information(self, weight: Floats | None = None) -> Floats:
        """Return minus the second derivative: the covariance of the covariates in each risk set, weighted and summed.

        Notes
        -----
        The second moments are summed patient by patient, each with the increments of all risk sets that hold the
        patient, which needs one matrix product and no (d, p, p) array.
        """
        likelihood = self.likelihood
        weight = np.ones(len(self.at_risk)) if weight is None else weight
        increment = np.concatenate(([0.0], np.cumsum(weight / self.at_risk)))
        exposure = increment[np.searchsorted(likelihood.first_at_risk, np.arange(len(self.hazard)), side="right")]
        # A tied event counts only in part in the risk sets of its own time.
        starts = np.unique(likelihood.first_tied)
        in_part = np.add.reduceat(self.fraction * weight / self.at_risk, starts)
        exposure[likelihood.event] -= np.repeat(in_part, likelihood.tied[starts])
        x = likelihood.covariates
        second = x.T @ ((self.hazard * exposure)[:, np.newaxis] * x)
        return np.asarray(second - self.mean.T @ (weight[:, np.newaxis] * self.mean))


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
    for _ in range(MAX_STEPS):
        try:
            covariance = np.asarray(np.linalg.inv(here.information()), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        variance, step = np.diag(covariance), covariance @ here.score()
        if (variance > 0).all() and abs(step @ here.score()) <= CONVERGED:
            return Maximum(coefficients, covariance, here.log_likelihood, diverging=none)

        rounding = SETTLED * max(1.0, -here.log_likelihood)
        there = likelihood.at(coefficients + step)
        for _ in range(HALVINGS):
            if there.log_likelihood >= here.log_likelihood - rounding:
                break
            step = step / 2
            there = likelihood.at(coefficients + step)
        size = float(np.abs(step).max())
        if there.log_likelihood - here.log_likelihood <= rounding and size > previous / 2:
            known = (np.abs(step) <= MOVES) & (variance > 0) & (variance < UNKNOWN)
            return Maximum(coefficients, covariance, here.log_likelihood, diverging=~known)
        coefficients, here, previous = coefficients + step, there, size
    return None
