"""Late entry, split follow-up, restricted means, differences at a time: all as R (tests/reference/follow_up.R)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reference_cohorts import read
from reference_values import REFERENCE, Row, Rows, differences, read_rows

from lockstep.statistics.contrast import Contrast
from lockstep.statistics.estimate import Estimate
from lockstep.survival.kaplan_meier import KaplanMeierEstimate, kaplan_meier, reverse_kaplan_meier
from lockstep.survival.landmark import Episodes, landmark, split_at, split_at_exposure
from lockstep.survival.log_rank import LogRankTest, log_rank
from lockstep.survival.restricted_mean import restricted_mean, restricted_mean_difference, restricted_mean_ratio
from lockstep.survival.time_point import survival_difference

AGREES = 1e-6
VALUES = read_rows(REFERENCE / "values" / "follow_up.csv")
PATIENTS = read("follow_up", text=("set", "group"))
SETS = tuple(dict.fromkeys(PATIENTS["set"]))


def of(stem: str) -> Rows:
    """Return the values whose ids begin with this part."""
    return {name: row for name, row in VALUES.items() if name.startswith(f"{stem}.")}


def times(stem: str) -> list[float]:
    """Return the times at which R has a value of this kind, in order."""
    ends = (name.removeprefix(f"{stem}.").rsplit(".", 1)[0] for name in of(stem))
    return list(dict.fromkeys(float(end) for end in ends))


def interval(estimate: Estimate) -> Row:
    """Return an estimate as a row of values."""
    return estimate.value, estimate.conf_low, estimate.conf_high


def points(stem: str, curve: KaplanMeierEstimate) -> Iterator[tuple[str, Row]]:
    """Yield survival and patients at risk at the times of R."""
    at = times(f"{stem}.at")
    for time, level in zip(at, curve.at(at), strict=True):
        yield f"{stem}.at.{time:.12g}.survival", interval(level)
        yield f"{stem}.at.{time:.12g}.n_at_risk", (curve.n_at_risk[curve.time.index(time)],)


def given(frame: pd.DataFrame) -> dict[str, Any]:
    """Return follow-up as the functions take it, with late entry where there is any."""
    late = {"entry": frame["entry"]} if frame["entry"].any() else {}
    return {"time": frame["time"], "event": frame["event"], **late}


def entered(stem: str, frame: pd.DataFrame) -> Iterator[tuple[str, Row]]:
    """Yield the curve, its median and that of follow-up."""
    curve = kaplan_meier(**given(frame))
    yield from points(stem, curve)
    yield f"{stem}.median", interval(curve.median())
    yield f"{stem}.follow_up", interval(reverse_kaplan_meier(**given(frame)).median())
    yield f"{stem}.plain.median", interval(kaplan_meier(**given(frame), conf_type="plain").median())


def contrast(stem: str, found: Contrast) -> Iterator[tuple[str, Row]]:
    """Yield a comparison of two groups."""
    yield f"{stem}.estimate", interval(found.estimate)
    yield f"{stem}.p_value", (found.p_value,)


def score(stem: str, test: LogRankTest) -> Iterator[tuple[str, Row]]:
    """Yield a log-rank test with delayed entry."""
    yield f"{stem}.statistic", (test.statistic,)
    yield f"{stem}.p_value", (test.p_value,)


def groups(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, Row]]:
    """Yield restricted means of two groups, and all that compares them."""
    if f"{name}.log_rank.statistic" in VALUES:
        # Entry 0 of all is that of the ordinary test.
        test = log_rank(frame["time"], frame["event"], frame["group"], entry=frame["entry"])
        yield from score(f"{name}.log_rank", test)
    curves = {group: kaplan_meier(**given(part)) for group, part in frame.groupby("group")}
    for tau in times(f"{name}.difference"):
        means = {group: restricted_mean(curve, tau) for group, curve in curves.items()}
        for group, mean in means.items():
            yield f"{name}.{group}.restricted_mean.{tau:.12g}", interval(mean.estimate)
        yield from contrast(f"{name}.difference.{tau:.12g}", restricted_mean_difference(*means.values()))
        yield from contrast(f"{name}.ratio.{tau:.12g}", restricted_mean_ratio(*means.values()))
        yield from contrast(f"{name}.survival.{tau:.12g}", survival_difference(*curves.values(), tau))


def sums(stem: str, rows: Episodes) -> Iterator[tuple[str, Row]]:
    """Yield how many rows each episode has, their events and time."""
    for value in np.unique(rows.episode):
        here = rows.episode == value
        yield f"{stem}.{value}.rows", (int(here.sum()),)
        yield f"{stem}.{value}.events", (int(rows.event[here].sum()),)
        yield f"{stem}.{value}.time", (float((rows.stop - rows.start)[here].sum()),)
        yield f"{stem}.{value}.squares", (float((rows.start[here] ** 2).sum()),)


def exposures(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, Row]]:
    """Yield follow-up split at exposure and at fixed times, curves by exposure, and landmark data."""
    rows = split_at_exposure(**given(frame), exposure_time=frame["exposure"])
    yield from sums(f"{name}.exposure", rows)
    if rows.event.any():
        yield from score(f"{name}.mantel_byar", log_rank(rows.stop, rows.event, rows.episode, entry=rows.start))
    for value in (0, 1):
        state = rows.episode == value
        curve = kaplan_meier(rows.stop[state], rows.event[state], entry=rows.start[state])
        yield from points(f"{name}.exposed.{value}", curve)
    landmarks = times(f"{name}.landmark")
    yield from sums(f"{name}.pieces", split_at(**given(frame), cuts=landmarks[1:]))
    for at in landmarks:
        found = landmark(**given(frame), exposure_time=frame["exposure"], at=at)
        parts = {
            "at_risk": len(found.row),
            "events": int(found.event.sum()),
            "time": float(found.time.sum()),
            "exposed": int(found.exposed.sum()),
            "event_before": found.n_event_before,
            "censored_before": found.n_censored_before,
        }
        for part, value in parts.items():
            yield f"{name}.landmark.{at:.12g}.{part}", (value,)
        assert len(found.row) + found.n_event_before + found.n_censored_before + found.n_not_entered == len(frame)


def computed(name: str) -> Iterator[tuple[str, Row]]:
    """Yield everything that follow_up.R computes of a data set."""
    frame = PATIENTS[PATIENTS["set"] == name]
    yield from entered(name, frame)
    for group, part in frame.groupby("group"):
        yield from entered(f"{name}.group.{group}", part)
    yield from groups(name, frame)
    if frame["exposure"].notna().any():
        yield from exposures(name, frame)


@pytest.mark.parametrize("name", SETS)
def test_follow_up_is_that_of_r(name: str) -> None:
    """Curves and medians with late entry, by exposure, restricted means and differences, and splits agree with R."""
    assert differences(of(name), dict(computed(name)), relative=AGREES) == []


def test_restricted_means_are_those_that_survrm2_prints() -> None:
    """The example of the package survRM2, years up to 10: its means, their difference and ratio, and P."""
    frame = PATIENTS[PATIENTS["set"] == "pbc"]
    one, other = (restricted_mean(kaplan_meier(part["time"], part["event"]), 10) for _, part in frame.groupby("group"))
    rounded = [
        [round(number, 3) for number in interval(estimate)]  # type: ignore[arg-type]
        for estimate in (
            one.estimate,
            other.estimate,
            restricted_mean_difference(one, other).estimate,
            restricted_mean_ratio(one, other).estimate,
        )
    ]
    assert rounded == [[7.146, 6.592, 7.701], [7.283, 6.704, 7.863], [-0.137, -0.939, 0.665], [0.981, 0.878, 1.096]]
    assert round(one.se or 0, 3) == 0.283
    assert round(restricted_mean_difference(one, other).p_value or 0, 3) == 0.738
