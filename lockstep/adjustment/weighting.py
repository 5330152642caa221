"""Weights of the propensity score: whom they stand for, extreme ones, and how many patients they amount to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from ..base.errors import DataError, row_list
from ..statistics.arrays import Bools, Floats, checked_flags, checked_numbers, checked_weights, same_length
from ..study.confounding import Estimand


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightSummary:
    """The weights of a group of patients.

    Attributes
    ----------
    n : patients with a weight.
    total, mean, sd, minimum, maximum : of the weights; `sd` is None of one patient.
    effective_n : how many equally weighted patients would give a mean of the same variance (Kish).
    """

    n: int
    total: float
    mean: float
    sd: float | None
    minimum: float
    maximum: float
    effective_n: float


def propensity_weights(
    exposed: ArrayLike, score: ArrayLike, *, estimand: Estimand = "ATE", stabilised: bool = False
) -> Floats:
    """Return the weight of each patient under which the groups have the covariates of one population.

    Parameters
    ----------
    exposed : (n,) True or 1 where the patient was exposed.
    score : (n,) the probability of the exposure, above 0 and below 1.
    estimand : the population: all patients (ATE), the exposed (ATT), the unexposed (ATC), or the overlap of both, in
        which each counts by the probability of the other exposure.
    stabilised : whether weights are multiplied by the share of the patient's own group, so that their mean is near 1;
        of the ATE alone.

    Raises
    ------
    DataError
        If there is no patient, a value is missing, or a score is not between 0 and 1; names the rows.
    ValueError
        If stabilised weights are asked for of another population than all patients.

    Notes
    -----
    With e the score, exposed and unexposed have 1/e and 1/(1 - e) (ATE), 1 and e/(1 - e) (ATT), (1 - e)/e and 1 (ATC),
    1 - e and e (overlap), as ``WeightIt::get_w_from_ps``. Stabilising multiplies all weights of a group by one number:
    weighted means and curves stay, a hazard ratio moves a little.

    References
    ----------
    Robins JM, Hernan MA, Brumback B. Epidemiology 2000;11:550-560. Li F, Morgan KL, Zaslavsky AM. Balancing covariates
    via propensity score weighting. J Am Stat Assoc 2018;113:390-400.

    Examples
    --------
    >>> propensity_weights([1, 0, 1, 0], [0.75, 0.75, 0.25, 0.25], estimand="ATT").round(3).tolist()
    [1.0, 3.0, 1.0, 0.333]
    """
    flags, e = checked_scores(exposed, score)
    if estimand not in get_args(Estimand):
        raise ValueError(f"no estimand {estimand!r}; allowed are {', '.join(get_args(Estimand))}")
    if stabilised and estimand != "ATE":
        raise ValueError(f"no stabilised weights of the {estimand}; they are those of the ATE")
    of_exposed, of_unexposed = {
        "ATE": (1 / e, 1 / (1 - e)),
        "ATT": (np.ones_like(e), e / (1 - e)),
        "ATC": ((1 - e) / e, np.ones_like(e)),
        "overlap": (1 - e, e),
    }[estimand]
    weights = np.where(flags, of_exposed, of_unexposed)
    share = flags.mean()
    return np.asarray(weights * np.where(flags, share, 1 - share) if stabilised else weights)


def truncated_weights(weights: ArrayLike, *, lower: float = 0.01, upper: float = 0.99) -> Floats:
    """Return weights of which those beyond two of their quantiles are set to these; all patients stay.

    Raises
    ------
    DataError
        If there is no weight, or one is missing or not above 0.
    ValueError
        If the quantiles are not between 0 and 1, the lower one first.

    Notes
    -----
    Quantiles of type 7, R's default. The quantiles are those of the weights that are given: of the ATT, give the
    weights of the unexposed alone, since all others are 1.

    References
    ----------
    Cole SR, Hernan MA. Constructing inverse probability weights for marginal structural models. Am J Epidemiol
    2008;168:656-664.

    Examples
    --------
    >>> truncated_weights([1, 2, 3, 4, 50], lower=0, upper=0.75).tolist()
    [1.0, 2.0, 3.0, 4.0, 4.0]
    """
    if not 0 <= lower < upper <= 1:
        raise ValueError(f"no quantiles {lower} and {upper}; expected 0 <= lower < upper <= 1")
    given = checked_weights(weights, "weight")
    low, high = np.quantile(given, (lower, upper))
    return np.asarray(np.clip(given, low, high))


def within_range(score: ArrayLike, *, low: float = 0.1, high: float = 0.9) -> Bools:
    """Return which patients stay where those with an extreme score are left out (trimming by range).

    Raises
    ------
    DataError
        If there is no score, or one is missing.
    ValueError
        If the range is not one of probabilities.

    References
    ----------
    Crump RK, Hotz VJ, Imbens GW, Mitnik OA. Dealing with limited overlap in estimation of average treatment effects.
    Biometrika 2009;96:187-199.

    Examples
    --------
    >>> within_range([0.05, 0.1, 0.5, 0.95]).tolist()
    [False, True, True, False]
    """
    if not 0 <= low < high <= 1:
        raise ValueError(f"no range from {low} to {high}; expected 0 <= low < high <= 1")
    e = checked_numbers(score, "propensity score")
    return np.asarray((e >= low) & (e <= high))


def within_quantiles(exposed: ArrayLike, score: ArrayLike, *, quantile: float = 0.05) -> Bools:
    """Return which patients stay where those treated contrary to prediction are left out (trimming by quantile).

    Parameters
    ----------
    quantile : of the scores of the exposed, below which nobody stays; above its complement of the scores of the
        unexposed nobody stays either. 0 keeps the range that both groups have in common.

    Raises
    ------
    DataError
        As `propensity_weights`, and where a group is empty.
    ValueError
        If the quantile is not at least 0 and below one half.

    References
    ----------
    Sturmer T, Rothman KJ, Avorn J, Glynn RJ. Treatment effects in the presence of unmeasured confounding: dealing with
    observations in the tails of the propensity score distribution. Am J Epidemiol 2010;172:843-854.

    Examples
    --------
    >>> within_quantiles([1, 1, 0, 0, 0], [0.4, 0.9, 0.1, 0.5, 0.8], quantile=0).tolist()
    [True, False, False, True, True]
    """
    if not 0 <= quantile < 0.5:
        raise ValueError(f"no quantile {quantile}; expected 0 <= quantile < 0.5")
    flags, e = checked_scores(exposed, score)
    if flags.all() or not flags.any():
        raise DataError(
            f"{'no' if not flags.any() else 'every'} patient was exposed; expected patients of both groups."
        )
    low, high = np.quantile(e[flags], quantile), np.quantile(e[~flags], 1 - quantile)
    return np.asarray((e >= low) & (e <= high))


def weight_summary(weights: ArrayLike) -> WeightSummary:
    """Describe the weights of a group; the effective sample size is the squared sum over the sum of squares.

    Raises
    ------
    DataError
        If there is no weight, or one is missing or not above 0.

    Examples
    --------
    >>> found = weight_summary([1, 1, 1, 3])
    >>> found.total, found.maximum, found.effective_n
    (6.0, 3.0, 3.0)
    """
    given = np.sort(checked_weights(weights, "weight"))  # sorted, so that the order of the rows changes no bit
    unit = given / given[-1]  # no overflow of a square
    return WeightSummary(
        n=len(given),
        total=float(given.sum()),
        mean=float(given.mean()),
        sd=float(given.std(ddof=1)) if len(given) > 1 else None,
        minimum=float(given[0]),
        maximum=float(given[-1]),
        effective_n=float(unit.sum() ** 2 / (unit @ unit)),
    )


def checked_scores(exposed: ArrayLike, score: ArrayLike) -> tuple[Bools, Floats]:
    """Return exposure and score; raise DataError where one is missing or a score is not between 0 and 1."""
    flags, e = checked_flags(exposed, "exposure"), checked_numbers(score, "propensity score")
    same_length(flags, e, "exposure", "propensity score")
    wrong = (e <= 0) | (e >= 1)
    if wrong.any():
        rows = row_list(np.flatnonzero(wrong) + 1)
        raise DataError(f"propensity score is not between 0 and 1 in {rows}. Leave these patients out.")
    return flags, e
