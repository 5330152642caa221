"""Columns of a design that others determine, found in its information as R's ``coxph`` and ``lm`` find them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np

from ..statistics.arrays import Floats

# The share of a column's information that the columns before it must leave: R's toler.chol. Covariates correlated at
# 0.99999999999 are estimated, and what is a sum of others but for rounding (1e-15) is not.
COLLINEAR: Final = float(np.finfo(np.float64).eps) ** 0.75


def dependent_columns(information: Floats, *, apart: Collection[int] = ()) -> list[int]:
    """Return the columns that those before them determine, by the Cholesky decomposition of their information.

    Parameters
    ----------
    information : (p, p) of the columns, or their cross products.
    apart : columns that are set aside already: they determine no other, and are not returned.
    """
    left, found = information.copy(), list[int]()
    for position, total in enumerate(np.diag(information)):
        if position in apart:
            continue
        if left[position, position] <= COLLINEAR * total:
            found.append(position)
        else:
            left -= np.outer(left[position], left[position]) / left[position, position]
    return found
