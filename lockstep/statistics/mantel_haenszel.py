"""Two groups compared in the proportion with an event, within strata: the estimates of Mantel and Haenszel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from .arrays import Floats
from .estimate import Estimate, finite, normal_interval, normal_quantile
from .proportions import EventCount

NO_STRATUM: Final = "no stratum has patients of both groups"
NO_EVENTS: Final = "no stratum with both groups has an event and a patient without one"
NOT_INFORMATIVE: Final = "no stratum compares groups that differ in the event"

Stratum: TypeAlias = tuple[EventCount, EventCount]
"""The group and the reference in one stratum."""


@dataclass(frozen=True, slots=True)
class MantelHaenszelTest:
    """The test of all groups in all strata together; without a statistic, the reason."""

    statistic: float | None
    df: int
    p_value: float | None
    reason: str | None = None


def stratified_odds_ratio(strata: Sequence[Stratum], *, conf_level: float = 0.95) -> Estimate:
    """Estimate the odds ratio of a group against the reference, the same in all strata.

    Notes
    -----
    The interval has the variance of Robins, Breslow and Greenland, as R's ``mantelhaen.test``. Strata in which a group
    has nobody do not count.

    References
    ----------
    Robins J, Breslow N, Greenland S. Estimators of the Mantel-Haenszel variance consistent in both sparse data and
    large-strata limiting models. Biometrics 1986;42:311-323.

    Examples
    --------
    >>> strata = [(EventCount(12, 40), EventCount(6, 38)), (EventCount(20, 35), EventCount(14, 36))]
    >>> found = stratified_odds_ratio(strata)
    >>> round(found.value, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (2.175, 1.061, 4.462)
    """
    cells = _cells(strata)
    if cells is None:
        return Estimate(None, reason=NO_STRATUM)
    a, b, c, d, n = cells
    r, s = a * d / n, b * c / n
    if r.sum() == 0 or s.sum() == 0:
        return Estimate(None, reason=NO_EVENTS)
    p, q = (a + d) / n, (b + c) / n
    variance = (
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )
    return _ratio(r.sum() / s.sum(), variance, conf_level)


def stratified_risk_ratio(strata: Sequence[Stratum], *, conf_level: float = 0.95) -> Estimate:
    """Estimate the risk ratio of a group against the reference, the same in all strata.

    Notes
    -----
    The weights are those of Mantel and Haenszel, the variance that of Greenland and Robins (1985).

    References
    ----------
    Greenland S, Robins JM. Estimation of a common effect parameter from sparse follow-up data. Biometrics
    1985;41:55-68.

    Examples
    --------
    >>> strata = [(EventCount(12, 40), EventCount(6, 38)), (EventCount(20, 35), EventCount(14, 36))]
    >>> found = stratified_risk_ratio(strata)
    >>> round(found.value, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (1.602, 1.029, 2.494)
    """
    cells = _cells(strata)
    if cells is None:
        return Estimate(None, reason=NO_STRATUM)
    a, b, c, d, n = cells
    n1, n0 = a + b, c + d
    r, s = a * n0 / n, c * n1 / n
    if r.sum() == 0 or s.sum() == 0:
        return Estimate(None, reason=NO_EVENTS)
    variance = ((n1 * n0 * (a + c) - a * c * n) / n**2).sum() / (r.sum() * s.sum())
    return _ratio(r.sum() / s.sum(), variance, conf_level)


def stratified_risk_difference(strata: Sequence[Stratum], *, conf_level: float = 0.95) -> Estimate:
    """Estimate by how much the risk of a group exceeds that of the reference, by the same in all strata.

    Notes
    -----
    The weights are those of Mantel and Haenszel, the variance that of Sato, which holds in sparse data too.

    References
    ----------
    Sato T, Greenland S, Robins JM. On the variance estimator for the Mantel-Haenszel risk difference. Biometrics
    1989;45:1323-1324.

    Examples
    --------
    >>> strata = [(EventCount(12, 40), EventCount(6, 38)), (EventCount(20, 35), EventCount(14, 36))]
    >>> found = stratified_risk_difference(strata)
    >>> round(found.value, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (0.161, 0.016, 0.307)
    """
    cells = _cells(strata)
    if cells is None:
        return Estimate(None, reason=NO_STRATUM)
    a, b, c, d, n = cells
    n1, n0 = a + b, c + d
    weight = n1 * n0 / n
    difference = float(((a * n0 - c * n1) / n).sum() / weight.sum())
    p = (n1**2 * c - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2
    q = (a * (n0 - c) + c * (n1 - a)) / (2 * n)
    variance = float((difference * p.sum() + q.sum()) / weight.sum() ** 2)
    if variance <= 0:
        return Estimate(difference, reason=NO_EVENTS)
    return normal_interval(difference, float(np.sqrt(variance)), conf_level=conf_level)


def mantel_haenszel_test(tables: Sequence[ArrayLike]) -> MantelHaenszelTest:
    """Test whether the event is as frequent in all groups, within strata.

    Parameters
    ----------
    tables : of each stratum, (2, k): patients with the event and without it in each of k groups.

    Notes
    -----
    The generalised Cochran-Mantel-Haenszel test without continuity correction, as R's
    ``mantelhaen.test(correct = FALSE)`` of a table of two rows.

    Examples
    --------
    >>> test = mantel_haenszel_test([[[12, 6], [28, 32]], [[20, 14], [15, 22]]])
    >>> round(test.statistic, 3), test.df, round(test.p_value, 3)
    (4.515, 1, 0.034)
    """
    counts = [np.asarray(table, dtype=float) for table in tables]
    if not counts:
        return MantelHaenszelTest(None, 0, None, NOT_INFORMATIVE)
    k = counts[0].shape[1]
    seen, expected, covariance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for table in counts:
        n, groups, events = table.sum(), table.sum(axis=0), table[0].sum()
        if n < 2:
            continue
        seen += table[0]
        expected += events * groups / n
        spread = np.diag(groups * n) - np.outer(groups, groups)
        covariance += events * (n - events) / (n**2 * (n - 1)) * spread
    df = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if df == 0:
        return MantelHaenszelTest(None, 0, None, NOT_INFORMATIVE)
    apart = seen - expected
    statistic = float(apart @ np.linalg.pinv(covariance, hermitian=True) @ apart)
    return MantelHaenszelTest(statistic, df, float(chdtrc(df, statistic)))


def _cells(strata: Sequence[Stratum]) -> tuple[Floats, Floats, Floats, Floats, Floats] | None:
    """Return, of each stratum that has both groups, events and others of the group and of the reference, and all."""
    both = [(one, other) for one, other in strata if one.n and other.n]
    if not both:
        return None
    a, n1, c, n0 = (
        np.array(column, dtype=float)
        for column in zip(*((one.events, one.n, other.events, other.n) for one, other in both), strict=True)
    )
    return a, n1 - a, c, n0 - c, n1 + n0


def _ratio(value: float, variance: float, conf_level: float) -> Estimate:
    width = normal_quantile(conf_level) * np.sqrt(variance)
    return Estimate(finite(value), finite(value * np.exp(-width)), finite(value * np.exp(width)))
