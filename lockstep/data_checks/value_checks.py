"""Built-in checks of the values of a column: always the same, a level of one patient, a number far from all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from ..data.findings import DataFinding
from .checked import Checked, Flags

_FEWEST: Final = 10  # patients with a value; of fewer it is no wonder that they have the same
_MANY: Final = 50  # patients with a value; of more, a level of one patient is rare
_FEWEST_NUMBERS: Final = 20  # whose quartiles say where numbers lie
_FENCE: Final = 3.0  # interquartile ranges beyond the quartiles (Tukey's outer fence)


def value_findings(checked: Checked) -> Iterator[DataFinding]:
    """Yield what is strange in the values of single columns."""
    mendable = {name for name, where in checked.faulty.items() if where.any()}  # its cells may come to any level
    for name, column in checked.study.columns.items():
        values = checked.frame[name]
        if name in mendable:
            continue
        if values.count() >= _FEWEST and values.nunique() == 1 and len(column.levels or "ab") > 1:
            yield checked.about("constant", None, "has the same value in all rows", "several values", column=name)
    for name in checked.columns("category"):
        codes = checked.frame[name].cat.codes.to_numpy()
        counts = np.bincount(codes[codes >= 0], minlength=1)
        if name not in mendable and counts.sum() > _MANY and (counts == 1).any():
            where = np.isin(codes, np.flatnonzero(counts == 1))
            yield checked.about(
                "rare_level",
                where,
                "has a level of one patient only",
                "the record to confirm it (a level of one patient may identify that patient in a table)",
                column=name,
            )
    for name in checked.columns("number"):
        far = outliers(checked.numbers(name))
        if far.any():
            yield checked.about(
                "outlier", far, "has a number far from all others", "numbers like those of others", column=name
            )


def outliers(values: npt.NDArray[np.float64]) -> Flags:
    """Return (n,) True for numbers that are far from all others on any scale.

    Notes
    -----
    They are more than three interquartile ranges outside of the quartiles (Tukey 1977, "far out"), for positive numbers
    on the logarithmic scale as well, so that skewed measurements are none; between them and all others there is a gap
    of more than one interquartile range; and they are few, at most a twentieth. NaN is none.

    References
    ----------
    Tukey JW. Exploratory Data Analysis. Addison-Wesley 1977.
    """
    none = np.zeros(len(values), dtype=bool)
    known = ~np.isnan(values)
    if known.sum() < _FEWEST_NUMBERS:
        return none
    far = _beyond(values, known)
    if far.any() and (values[known] > 0).all():
        logs = np.log(np.where(known, values, 1.0))
        far &= _beyond(logs, known)
    return far if far.sum() <= max(2, known.sum() // 20) else none


def _beyond(values: npt.NDArray[np.float64], known: Flags) -> Flags:
    """Return which numbers are beyond the outer fences, and beyond a gap."""
    low, high = np.quantile(values[known], [0.25, 0.75])
    spread = high - low
    if spread <= 0:
        return np.zeros(len(values), dtype=bool)  # most are equal: of numbers of events any other is far
    ordered = np.sort(values[known])
    middle = np.searchsorted(ordered, (low + high) / 2)
    gaps = np.diff(ordered) > spread
    above, below = np.flatnonzero(gaps[middle:]) + middle, np.flatnonzero(gaps[:middle])
    top = ordered[above[0]] if len(above) else ordered[-1]
    bottom = ordered[below[-1] + 1] if len(below) else ordered[0]
    fence = _FENCE * spread
    far: Flags = (values > max(high + fence, top)) | (values < min(low - fence, bottom))  # of NaN neither is true
    return far
