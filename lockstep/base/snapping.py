"""Numbers without the noise of floating-point arithmetic, so that it never decides a count.

0.4 years of 12 months are 4.800000000000001 in floating point, half of 13.6 + 13.7 is 13.649999999999999, and a
spreadsheet exports 0.1 + 0.2 as 0.30000000000000004. Who is at risk at 4.8 months, above a cut-off or within
``x <= 0.3`` must not depend on that. Data are read as they are written; every number is snapped where it is compared
with another: in conditions, ranges and cuts, and follow-up times, ticks, landmarks and markers before they are counted.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

DIGITS: Final = 12
"""Significant digits kept of a number with a fraction: no measurement has more, and noise does not reach up to them."""


def snapped(value: float) -> float:
    """Return the number that is meant: 4.8 for 4.800000000000001. Whole numbers and what is not finite stay."""
    if not math.isfinite(value) or value == int(value):
        return value
    return float(f"{value:.{DIGITS}g}")


def snapped_all(values: ArrayLike) -> NDArray[np.float64]:
    """Return an array of any shape with each number snapped as by `snapped`; missing ones (NaN) stay missing."""
    import numpy as np

    numbers = np.asarray(values, dtype=np.float64)
    noisy = np.isfinite(numbers) & (numbers != np.rint(numbers))
    if not noisy.any():
        return numbers
    found = numbers.copy()
    distinct, places = np.unique(numbers[noisy], return_inverse=True)
    found[noisy] = np.array([snapped(value) for value in distinct.tolist()])[places]
    return found
