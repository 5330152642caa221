"""Harrell's concordance: counted pair by pair, what may not change it, and where there is none.

That the numbers are R's is held by test_cox_reference.
"""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lockstep.regression.concordance import concordance
from lockstep.regression.cox_fit import fit_cox

Rows = list[tuple[int, int, bool, int, str, float]]
rows = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.integers(1, 5),
        st.booleans(),
        st.integers(0, 4),
        st.sampled_from(["a", "b"]),
        st.sampled_from([0.5, 1.0, 3.0]),
    ),
    min_size=4,
    max_size=30,
)
"""Entry, length, event, marker, stratum and weight of each row; few values make many ties."""


def columns(drawn: Rows) -> pd.DataFrame:
    """Return drawn rows as a frame."""
    frame = pd.DataFrame(drawn, columns=["entry", "time", "event", "marker", "stratum", "weight"])
    return frame.assign(time=frame["entry"] + frame["time"])


def pair_by_pair(frame: pd.DataFrame, sign: float) -> float | None:
    """Count every pair of a frame's rows; `sign` is that of the marker's coefficient."""
    concordant = all_pairs = 0.0
    for case in frame[frame["event"]].itertuples():
        for other in frame[frame["stratum"] == case.stratum].itertuples():
            at_risk = other.entry < case.time and (
                other.time > case.time or (other.time == case.time and not other.event)
            )
            if at_risk:
                weight = case.weight * other.weight
                all_pairs += weight
                concordant += weight * (1 + np.sign(sign * (case.marker - other.marker))) / 2
    return concordant / all_pairs if all_pairs else None


@settings(deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_concordance_is_that_of_all_pairs_in_any_order(drawn: Rows, shuffler: random.Random) -> None:
    """With ties, late entries, strata and weights, pairs are counted as one by one; the order changes no bit."""
    found = []
    for each in (drawn, shuffler.sample(drawn, len(drawn))):
        frame = columns(each)
        fit = fit_cox(
            frame["time"],
            frame["event"],
            frame[["marker"]],
            entry=frame["entry"],
            strata=frame["stratum"],
            weights=frame["weight"],
        )
        found.append(concordance(fit))
    assert found[0] == found[1]
    assume(fit.maximum is not None and fit.kept)
    assert fit.maximum is not None
    assume(abs(fit.maximum.coefficients[0]) > 1e-6)
    assert found[0].value == pytest.approx(pair_by_pair(columns(drawn), fit.maximum.coefficients[0]), rel=1e-9)


def test_weights_are_patients_and_clusters_are_one() -> None:
    """Weight 2 is two patients of one cluster, for the concordance and for its interval."""
    frame = columns([(0, 1 + i % 7, i % 3 > 0, 3 * i % 5, "a", 1.0 + i % 2) for i in range(30)])
    frame["patient"] = range(30)
    twice = frame.loc[frame.index.repeat(frame["weight"].astype(int))]
    fit = fit_cox(frame["time"], frame["event"], frame[["marker"]], weights=frame["weight"])
    copies = fit_cox(twice["time"], twice["event"], twice[["marker"]], cluster=twice["patient"])
    weighted, counted = concordance(fit), concordance(copies)
    assert (counted.value, counted.conf_low) == (pytest.approx(weighted.value), pytest.approx(weighted.conf_low))


def test_what_cannot_be_compared_has_a_reason() -> None:
    """No event, no term, no pair: a reason; a perfect order: 1 without an interval; equal predictions: one half."""
    marker = pd.DataFrame({"marker": [4.0, 3, 2, 1]})
    assert concordance(fit_cox([1, 2, 3, 4], [0] * 4, marker)).reason == "no events"
    constant = concordance(fit_cox([1, 2, 3, 4], [1] * 4, marker * 0))
    assert (constant.value, constant.reason) == (None, "no term of the model can be estimated")
    perfect = concordance(fit_cox([1, 2, 3, 4], [1] * 4, marker))
    assert (perfect.value, perfect.conf_low, perfect.reason) == (1, None, "its variance is 0")
    alone = concordance(fit_cox([1, 1, 3, 3], [1] * 4, marker))
    assert alone.value == 1
    tied = fit_cox([2, 2, 2, 2], [1] * 4, marker)
    assert concordance(tied).reason == "no two patients can be compared"
