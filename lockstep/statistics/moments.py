"""What describes a number: the name, words, method and computation of each such statistic, and nowhere else.

A statistic that is added here is in every summary of a number (`lockstep.statistics.baseline`), in the catalogue of
results and so in results.json: `r.value("age.p10")` prints it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .arrays import Floats

_QUARTILE: Final = "linear interpolation (Hyndman & Fan type 7)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A statistic of the known values of a number.

    Attributes
    ----------
    name : of the statistic in summaries, and in ids of results: ``age.q1``.
    words : what labels of results call it.
    method : estimator and its conventions, of a quantile its type.
    compute : gives it of (n,) values in ascending order; None where tableone does.
    tableone : what tableone calls it.
    fewest : of so many values it is known; of fewer it is None.
    is_average : whether it is given in the decimals of a mean, which may be one more than those of a value.
    """

    name: str
    words: str
    method: str
    compute: Callable[[Floats], float] | None = None
    tableone: str = ""
    fewest: int = 1
    is_average: bool = False


MOMENTS: Final = (
    Moment(name="mean", words="mean", method="arithmetic mean", tableone="mean", is_average=True),
    Moment(
        name="sd",
        words="standard deviation",
        method="standard deviation, n - 1 in the denominator",
        tableone="std",
        fewest=2,  # of one value tableone says 0, as if one patient showed how much patients differ
        is_average=True,
    ),
    Moment(
        name="median",
        words="median",
        method="median: the middle value, or the mean of the middle two",
        tableone="median",
    ),
    Moment(name="q1", words="lower quartile", method=f"lower quartile, {_QUARTILE}", tableone="q25"),
    Moment(name="q3", words="upper quartile", method=f"upper quartile, {_QUARTILE}", tableone="q75"),
    Moment(name="min", words="smallest value", method="smallest value", tableone="min"),
    Moment(name="max", words="largest value", method="largest value", tableone="max"),
)
"""In the order of their records."""
