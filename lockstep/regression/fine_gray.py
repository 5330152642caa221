"""Fine-Gray regression: subdistribution hazard ratios of one of several competing events, as R's ``finegray``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..statistics.arrays import (
    Bools,
    Floats,
    Ints,
    checked_causes,
    checked_follow_up,
    checked_labels,
    checked_weights,
    same_length,
)
from ..survival.cumulative_incidence import cumulative_incidence
from .cox import CoxModel, cox_model
from .cox_fit import CoxFit, fit_design
from .partial_likelihood import PartialLikelihood
from .proportional_hazards import ProportionalHazardsTest, proportional_hazards_of
from .risk_sets import NestedRiskSets, RiskSets, StratifiedRiskSets


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    covariates: pd.DataFrame,
    *,
    of: int = 1,
    strata: ArrayLike | pd.DataFrame | None = None,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> CoxModel:
    """Fit a Fine-Gray model: hazard ratios of the subdistribution, which go with cumulative incidence.

    Parameters
    ----------
    time : (n,) time of the first event of any kind or of censoring, >= 0, in any unit.
    cause : (n,) which event it was: 0 none (censored), 1, 2, ...
    covariates : (n, p) numeric design columns; a factor is given as its indicator columns.
    of : the cause whose incidence is modelled.
    strata : (n,) of any type, or a frame of several columns: baseline hazard and censoring are those of each stratum.
    weights : (n,) case weights > 0.
    cluster : (n,) of any type: patients of one cluster may depend on each other.

    Returns
    -------
    The model, with the events of this cause and a robust variance; what cannot be estimated as for `cox_regression`.
    Several terms together are tested by `wald_test`; there is no likelihood-ratio test.

    Raises
    ------
    DataError
        If there is no patient, or a value is missing or impossible; names the rows.
    ValueError
        If `of` is the code of no event.

    Notes
    -----
    Patients with a competing event stay at risk, with the weight G(t-) / G(x-) at time t after their event at x, where
    G is the probability of not being censored yet (Kaplan-Meier; events precede censorings at tied times). Ties of the
    event by Efron's approximation, the robust variance of Lin and Wei over patients or clusters: all as R's
    ``coxph(Surv(fgstart, fgstop, fgstatus) ~ ..., weights = fgwt, cluster = id)`` of the rows of ``finegray``.
    ``cmprsk::crr`` has Breslow's ties, and a variance that takes G for estimated too. Without competing events this is
    a Cox model with robust variance. With strata G is estimated in each of them (Zhou et al. 2011, for strata that are
    large), as of the rows of ``finegray(Surv(time, cause) ~ . + strata(s))``, with ``strata(s)`` in the model.
    (`finegray` writes a row for each patient with a competing event and each time at which G changes; here such a
    patient's weight is a factor of the sum over them: O(n p^2) for one step.)

    References
    ----------
    Fine JP, Gray RJ. A proportional hazards model for the subdistribution of a competing risk. J Am Stat Assoc
    1999;94:496-509.
    Zhou B, Latouche A, Rocha V, Fine J. Competing risks regression for stratified data. Biometrics 2011;67:661-670.
    Geskus RB. Cause-specific cumulative incidence estimation and the Fine and Gray model under both left truncation and
    right censoring. Biometrics 2011;67:39-49.

    Examples
    --------
    >>> time = [2, 3, 3, 4, 5, 6, 7, 8, 9, 9, 10, 12]
    >>> cause = [1, 2, 0, 1, 0, 2, 1, 0, 1, 2, 1, 0]
    >>> treated = [0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1]
    >>> ratio = fine_gray(time, cause, pd.DataFrame({"treated": treated})).terms[0]
    >>> round(ratio.estimate, 3), round(ratio.conf_low, 3), round(ratio.conf_high, 3)
    (0.431, 0.086, 2.168)
    """
    fit = fit_fine_gray(time, cause, covariates, of=of, strata=strata, weights=weights, cluster=cluster)
    return cox_model(fit, conf_level=conf_level)


def fit_fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    covariates: pd.DataFrame,
    *,
    of: int = 1,
    strata: ArrayLike | pd.DataFrame | None = None,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
) -> CoxFit:
    """Check the input and maximise the likelihood; parameters and errors as of `fine_gray`."""
    causes = checked_causes(cause, of=of)
    times, _ = checked_follow_up(time, causes > 0)
    stratum = None if strata is None else checked_labels(strata, "stratum")
    weight = None if weights is None else checked_weights(weights, "weight")
    clusters = None if cluster is None else checked_labels(cluster, "cluster")
    for column, name in ((stratum, "stratum"), (weight, "weight"), (clusters, "cluster")):
        if column is not None:
            same_length(times, column, "follow-up time", name)

    # Rows tied in all that a Cox model knows are ordered by their causes, so that their order changes no bit.
    by_cause = np.argsort(causes, kind="stable")

    def likelihood_of(standardised: Floats) -> PartialLikelihood:
        likelihood = PartialLikelihood.of(
            times[by_cause],
            causes[by_cause] == of,
            standardised[by_cause],
            stratum=None if stratum is None else stratum[by_cause],
            weight=None if weight is None else weight[by_cause],
        )
        rows = by_cause[likelihood.order]
        likelihood = replace(likelihood, order=rows)
        of_rows = np.zeros(len(rows), dtype=int) if stratum is None else stratum[rows]
        return replace(likelihood, risk_sets=_risk_sets(likelihood, causes[rows], of, of_rows))

    return fit_design(
        covariates,
        likelihood_of,
        n_rows=len(times),
        clusters=clusters,
        robust=True,
        strata=1 if stratum is None else int(stratum.max()) + 1,
    )


def proportional_subdistribution_hazards(
    fit: CoxFit,
    time: ArrayLike,
    cause: ArrayLike,
    *,
    of: int = 1,
    terms: Mapping[str, Sequence[str]] | None = None,
) -> tuple[ProportionalHazardsTest, ...]:
    """Test whether the subdistribution hazards of a Fine-Gray model are proportional, term by term and as a whole.

    Parameters
    ----------
    fit : of `fit_fine_gray`, of these times and causes.
    time, cause, of : as of `fine_gray`.
    terms : term -> its columns, as of `proportional_hazards_test`.

    Notes
    -----
    The score test of adding x * g(t) for each column x of a term, g(t) being the cumulative incidence of the event just
    before t (Aalen-Johansen, of all patients together), with the model's information: the weights of patients with a
    competing event count as known. As R's ``cox.zph(fit, transform = g)`` of the model of the rows of ``finegray``.

    Examples
    --------
    >>> time = [2, 3, 3, 4, 5, 6, 7, 8, 9, 9, 10, 12]
    >>> cause = [1, 2, 0, 1, 0, 2, 1, 0, 1, 2, 1, 0]
    >>> treated = pd.DataFrame({"treated": [0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1]})
    >>> checks = proportional_subdistribution_hazards(fit_fine_gray(time, cause, treated), time, cause)
    >>> [(check.term, round(check.p_value, 3)) for check in checks]
    [('treated', 0.761), ('global', 0.761)]
    """
    if fit.maximum is None:
        return proportional_hazards_of(fit, terms=terms)
    curve = cumulative_incidence(time, cause, of=of)
    before = np.searchsorted(curve.time, fit.likelihood.time[fit.likelihood.event], side="left")
    incidence = np.concatenate(([0.0], curve.incidence))[before]
    return proportional_hazards_of(fit, terms=terms, of_time=incidence)


def _risk_sets(likelihood: PartialLikelihood, causes: Ints, of: int, stratum: Ints) -> RiskSets:
    """Return the risk sets of one cause, of each stratum by itself; the rows are ordered as a likelihood's."""
    parts, codes = [], np.unique(stratum)
    for own in (stratum == code for code in codes):
        time, event, place = likelihood.time[own], likelihood.event[own], likelihood.place[own]
        observed = NestedRiskSets.of(event, likelihood.begin[own], place)
        parts.append(SubdistributionRiskSets.of(time, causes[own], of, observed))
    if len(parts) == 1:
        return parts[0]
    return StratifiedRiskSets(
        parts=tuple(parts),
        rows=np.searchsorted(stratum, codes[1:]),
        events=np.searchsorted(stratum[likelihood.event], codes[1:]),
    )


@dataclass(frozen=True, slots=True)
class SubdistributionRiskSets:
    """Risk sets which those with a competing event do not leave, but fade from as others are censored.

    Attributes
    ----------
    observed : the risk sets of those without any event yet.
    first : (d,) the first row with follow-up to each event, in order: those with a competing event before it are added.
    uncensored : (d,) the probability G of not being censored before each event.
    competing : (n,) 1 / G just before the time of each row with a competing event, 0 for others.
    """

    observed: RiskSets
    first: Ints
    uncensored: Floats
    competing: Floats

    @classmethod
    def of(cls, time: Floats, causes: Ints, of: int, observed: RiskSets) -> SubdistributionRiskSets:
        """Return the risk sets of the events of one cause among rows ordered by time."""
        event_time = time[causes == of]
        uncensored = _uncensored(time, causes > 0)
        first = np.searchsorted(time, event_time)
        return cls(
            observed=observed,
            first=first,
            uncensored=uncensored[first],
            competing=np.where((causes > 0) & (causes != of), 1 / uncensored, 0.0),
        )

    def sums(self, values: Floats) -> Floats:
        """Return the sum over each risk set: those still observed, and those with a competing event before."""
        faded = np.cumsum((self.competing * values.T).T, axis=0)
        before = np.concatenate((np.zeros((1, *values.shape[1:])), faded))[self.first]
        return np.asarray(self.observed.sums(values) + (self.uncensored * before.T).T)

    def spread(self, increments: Floats) -> Floats:
        """Return the sum over the events of each row: while it is observed, and after a competing event."""
        later = np.cumsum((self.uncensored * increments.T).T[::-1], axis=0)[::-1]
        later = np.concatenate((later, np.zeros((1, *increments.shape[1:]))))
        after = later[np.searchsorted(self.first, np.arange(len(self.competing)), side="right")]
        return np.asarray(self.observed.spread(increments) + (self.competing * after.T).T)

    def varies(self, values: Floats) -> Bools:
        """Return which columns vary in the first risk set, which holds all others."""
        if not len(self.first):
            return np.zeros(values.shape[1], dtype=np.bool_)
        at_risk = (np.arange(len(values)) >= self.first[0]) | (self.competing > 0)
        earliest = values[at_risk]
        return np.asarray((earliest != earliest[0]).any(axis=0))


def _uncensored(time: Floats, event: Bools) -> Floats:
    """Return, for each row ordered by time, the Kaplan-Meier probability of not being censored before its time.

    Events precede censorings at tied times: who has an event then is no longer at risk of censoring.
    """
    at, place = np.unique(time, return_inverse=True)
    n_censored = np.bincount(place[~event], minlength=len(at))
    at_risk = len(time) - np.searchsorted(time, at) - np.bincount(place[event], minlength=len(at))
    hazard = np.where(n_censored > 0, n_censored / np.maximum(at_risk, 1), 0.0)
    after = np.cumprod(1 - hazard)
    return np.asarray(np.concatenate(([1.0], after[:-1]))[place])
