"""The Cochran-Armitage test: whether a proportion rises or falls over ordered groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ..base.errors import DataError
from .arrays import checked_numbers
from .proportions import EventCount
from .roc import ONE_OUTCOME

NO_ORDER: Final = "fewer than two groups with patients and scores of their own"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendTest:
    """The Cochran-Armitage test: chi-square with one degree of freedom, and the sign of the trend."""

    statistic: float | None
    p_value: float | None
    rises: bool | None = None
    reason: str | None = None


def proportion_trend(counts: Sequence[EventCount], *, scores: ArrayLike | None = None) -> TrendTest:
    """Test whether the proportion of patients with the event has a linear trend over ordered groups.

    Parameters
    ----------
    counts : events and patients of each group, in order.
    scores : where each group stands; 1, 2, 3 and so on by default.

    Raises
    ------
    DataError
        If there is not one finite score for each group.

    Notes
    -----
    As ``prop.trend.test(events, n, scores)`` in R, without continuity correction.

    References
    ----------
    Cochran WG. Biometrics 1954;10:417-451. Armitage P. Biometrics 1955;11:375-386.

    Examples
    --------
    >>> smokers = [EventCount(83, 86), EventCount(90, 93), EventCount(129, 136), EventCount(70, 82)]
    >>> test = proportion_trend(smokers)
    >>> round(test.statistic, 4), round(test.p_value, 6), test.rises
    (8.2249, 0.004132, False)
    """
    score = checked_numbers(np.arange(1, len(counts) + 1) if scores is None else scores, "score")
    if len(score) != len(counts):
        raise DataError(f"{len(score)} scores for {len(counts)} groups; expected one each.")
    events, n = (np.array(column, dtype=np.float64) for column in zip(*((c.events, c.n) for c in counts), strict=True))
    if len(set(score[n > 0].tolist())) < 2:
        return TrendTest(statistic=None, p_value=None, reason=NO_ORDER)
    risk = events.sum() / n.sum()
    if risk in (0, 1):
        return TrendTest(statistic=None, p_value=None, reason=ONE_OUTCOME)
    distance = score - n @ score / n.sum()
    trend = float(distance @ (events - n * risk))
    statistic = trend**2 / float(risk * (1 - risk) * (n @ distance**2))
    return TrendTest(statistic=statistic, p_value=float(chdtrc(1, statistic)), rises=trend > 0 if trend else None)
