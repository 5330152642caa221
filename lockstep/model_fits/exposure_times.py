"""Exposures that begin after time 0: how many patients have one, landmark analyses, follow-up split where it begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..base.errors import counted
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..data.follow_up import since_start
from ..endpoints.exposure_times import Landmark
from ..results.model import Record
from ..results.records import Words, count
from ..statistics.arrays import Floats
from ..survival.landmark import landmark as still_at_risk
from ..survival.landmark import split_at_exposure
from .observations import Observations


def exposure_times(observed: Observations, variable: str) -> Floats | None:
    """Return (n,) when each patient's level of a category, other than the first, became known, from time 0.

    It is NaN of patients with the first level, which is that of all before anything is known. None where study.toml
    does not say when levels are known (`known_at`), or in another way than the endpoint has its times.
    """
    study = observed.study
    known_at = study.known_at.get(variable)
    if known_at is None or (study.variable(known_at).type == "date") != observed.endpoint.between_dates:
        return None
    at = since_start(observed.endpoint, observed.frame, observed.frame[known_at], study)
    return np.where(_has_other_level(observed, variable), at, np.nan)


def known_later(observed: Observations, variable: str) -> int | None:
    """Return of how many patients the exposure was known only after they came under observation; None as above."""
    times = exposure_times(observed, variable)
    if times is None or observed.exposures_timed:
        return None
    return int(np.sum(times > (0.0 if observed.entry is None else observed.entry)))


def known_later_records(
    statistic: Statistic, key: Key, observed: Observations, variable: str, words: Words
) -> Iterator[Record]:
    """Yield of how many patients an exposure that is taken as known at time 0 was known only later."""
    later = known_later(observed, variable)
    if later is not None:
        exposed = int(_has_other_level(observed, variable).sum())
        warning = immortal_time(observed, [variable])
        yield count(statistic, key, later, observed.population, words, of=exposed, warning=warning)


def immortal_time(observed: Observations, variables: Sequence[str]) -> str | None:
    """Return the warning of results that take exposures as known at time 0; None where all were."""
    found = []
    for variable in variables:
        if later := known_later(observed, variable):
            label = observed.study.unique_label(variable)
            found.append(f"{label} was known only after the start of follow-up in {counted(later, 'patient')}")
    return f"immortal time bias: {' and '.join(found)}, who had to be free of the event until then" if found else None


def from_landmark(observed: Observations, variables: Sequence[str], landmark: Landmark) -> Observations:
    """Return those still at risk at a landmark, followed from then on, with exposures as they were known then.

    An exposure that began later counts as the first level.
    """
    words, risk_set = f"at risk at {landmark.words}", f", landmark at {landmark.words}"
    if not observed.population.n:
        population = observed.population.within(0, words)
        return replace(observed, population=population, risk_set=risk_set, exposures_timed=True)
    never = np.full(len(observed.time), np.nan)
    found = still_at_risk(observed.time, observed.event, never, at=landmark.at, entry=observed.entry)
    competing = observed.competing
    competing_before = 0 if competing is None else int(np.sum(competing & (observed.time <= landmark.at)))
    before = [
        f"{n} {what}"
        for n, what in (
            (found.n_event_before, "with the event before"),
            (competing_before, "with a competing event before"),
            (found.n_censored_before - competing_before, "censored before"),
            (found.n_not_entered, "at risk only later"),
        )
        if n
    ]
    frame = observed.frame.iloc[found.row].copy()
    for variable in variables:
        times = exposure_times(observed, variable)
        if times is not None:
            later = times[found.row] > landmark.at
            frame[variable] = frame[variable].mask(later, _first_level(observed, variable))
    left_out = [f"without {', '.join(before)}"] if before else []
    return replace(
        observed,
        frame=frame,
        time=found.time,
        event=found.event,
        entry=None,
        competing=None if competing is None else competing[found.row],
        population=observed.population.within(len(found.row), words, *left_out),
        risk_set=risk_set,
        exposures_timed=True,
    )


def split_by_exposure(observed: Observations, variables: Sequence[str]) -> Observations:
    """Return the follow-up of each patient in rows: until an exposure is known with the first level, then with its own.

    Whose follow-up has no length has no row, and is left out. A competing event ends the last row as censoring does:
    hazards are cause-specific.
    """
    if not observed.population.n:
        return observed
    found = replace(observed, patient=np.arange(len(observed.time)), exposures_timed=True)
    for variable in variables:
        times = exposure_times(found, variable)
        if times is None or found.patient is None:
            continue
        rows = split_at_exposure(found.time, found.event, times, entry=found.entry)
        frame = found.frame.iloc[rows.row].reset_index(drop=True)
        frame[variable] = frame[variable].mask(rows.episode == 0, _first_level(found, variable))
        found = replace(
            found,
            frame=frame,
            time=rows.stop,
            event=rows.event,
            entry=rows.start,
            competing=None,
            patient=(patient := found.patient[rows.row]),
            goes_on=np.append(patient[1:] == patient[:-1], False),
            risk_set=f"{found.risk_set}, time-dependent {observed.study.unique_label(variable)}",
        )
    n = found.patients(np.ones(len(found.time), dtype=bool))
    if n < observed.population.n:
        left_out = f"without {counted(observed.population.n - n, 'patient')} whose follow-up has no length"
        found = replace(found, population=observed.population.within(n, left_out))
    return found


def _first_level(observed: Observations, variable: str) -> str:
    return next(iter(observed.study.levels(variable)))


def _has_other_level(observed: Observations, variable: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    values = observed.frame[variable]
    return (values.notna() & (values != _first_level(observed, variable))).to_numpy(dtype=bool)
