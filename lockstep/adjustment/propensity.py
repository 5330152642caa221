"""The propensity score: each patient's probability of the exposure, given the covariates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..regression.generalised_linear import SEPARATED, UNBOUNDED, logistic_regression
from ..regression.regression import RegressionTerm
from ..statistics.arrays import Floats, checked_flags
from ..statistics.estimate import Estimate

NOBODY_EXPOSED: Final = "no patient was exposed"
EVERYBODY_EXPOSED: Final = "all patients were exposed"
NO_POSITIVITY: Final = "the covariates determine the exposure of some patients, who have nobody to be compared with"


@dataclass(frozen=True, slots=True, kw_only=True)
class PropensityScore:
    """The probability of the exposure, modelled by logistic regression.

    Attributes
    ----------
    n, n_exposed : patients, and those exposed.
    terms : odds ratios of the exposure, one per covariate.
    c_statistic : area under the ROC curve of the score; high is not good, it says how far apart the groups are.
    score : (n,) between 0 and 1, in the order of the data; None where `reason` says why there is none.
    """

    n: int
    n_exposed: int
    terms: tuple[RegressionTerm, ...]
    c_statistic: Estimate | None
    score: Floats | None = field(compare=False, repr=False)
    reason: str | None = None


def propensity_score(exposed: ArrayLike, covariates: pd.DataFrame, *, conf_level: float = 0.95) -> PropensityScore:
    """Estimate each patient's probability of having been exposed.

    Parameters
    ----------
    exposed : (n,) True or 1 where the patient was exposed (had the treatment).
    covariates : (n, p) numeric design columns, known before the exposure; a factor is given as its indicator columns.

    Raises
    ------
    DataError
        If there is no patient or a value is missing; names the rows.

    Notes
    -----
    ``fitted(glm(exposed ~ ..., family = binomial))`` in R. A column that the others determine is left out and has its
    reason, as there. Where covariates determine the exposure (a level in which all or none were exposed) there is no
    score: such patients have nobody to be compared with, and R's score of 1e-9 would hide it. Leave them out, or
    combine the level with another.

    References
    ----------
    Rosenbaum PR, Rubin DB. The central role of the propensity score in observational studies for causal effects.
    Biometrika 1983;70:41-55.

    Examples
    --------
    >>> exposed = [1, 1, 1, 0, 1, 0, 0, 0]
    >>> found = propensity_score(exposed, pd.DataFrame({"old": [1, 1, 1, 1, 0, 0, 0, 0]}))
    >>> found.score.round(3).tolist()
    [0.75, 0.75, 0.75, 0.75, 0.25, 0.25, 0.25, 0.25]
    """
    flags = checked_flags(exposed, "exposure")
    model = logistic_regression(flags, covariates, conf_level=conf_level)
    n_exposed, score = int(flags.sum()), model.fitted
    separated = [term.term for term in model.terms if term.reason == SEPARATED]
    reason = None
    if not n_exposed:
        reason = NOBODY_EXPOSED
    elif n_exposed == len(flags):
        reason = EVERYBODY_EXPOSED
    elif separated:
        reason = f"{NO_POSITIVITY} ({', '.join(separated)})"
    elif model.reason == UNBOUNDED or (score is not None and not ((score > 0) & (score < 1)).all()):
        reason = NO_POSITIVITY
    elif score is None:
        rarer = "exposed" if n_exposed <= len(flags) - n_exposed else "unexposed"
        fewest = min(n_exposed, len(flags) - n_exposed)
        reason = f"fewer {rarer} patients ({fewest}) than covariates"
    return PropensityScore(
        n=len(flags),
        n_exposed=n_exposed,
        terms=model.terms,
        c_statistic=model.auc if reason is None else Estimate(value=None, reason=reason),
        score=np.asarray(score) if reason is None else None,
        reason=reason,
    )
