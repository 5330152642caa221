"""Confidence limits of a curve of probabilities, on the scales of R's ``survfit``."""

from __future__ import annotations

import numpy as np

from ..statistics.arrays import Floats
from ..study.analysis import ConfType


def curve_limits(level: Floats, se_of_log: Floats, *, z: float, conf_type: ConfType) -> Floats:
    """Return the lower and upper limits at each point, as (k, 2); NaN where the scale has none.

    Parameters
    ----------
    level : (k,) probabilities, such as survival or a cumulative incidence.
    se_of_log : (k,) standard errors of their logarithms.
    conf_type : the scale on which the interval is symmetric: log(-log p), log p or p itself ("plain").

    Notes
    -----
    As R's ``survfit(conf.type = conf_type)``: log and plain limits are cut at 1, plain ones at 0. There are none at 0,
    nor on the log-log scale at 1.
    """
    with np.errstate(all="ignore"):  # logarithms of 0 and 1 at the ends of the curve; their limits become NaN
        if conf_type == "plain":
            bounds = (level * (1 - z * se_of_log), level * (1 + z * se_of_log))
        elif conf_type == "log":
            bounds = (level * np.exp(-z * se_of_log), level * np.exp(z * se_of_log))
        else:
            width = np.exp(-z * se_of_log / np.log(level))
            bounds = (level**width, level ** (1 / width))
        limits = np.clip(np.column_stack(bounds), 0.0, 1.0)
    limits[(level <= 0) | ((level >= 1) & (conf_type == "log-log"))] = np.nan
    return np.asarray(limits)
