"""An attack on what leaves: curves are joined on time, and patients put together again from them.

The criterion. A patient is *rebuilt* where what leaves gives a day of follow-up, whether the event happened then, and
the levels of every variable that curves are drawn by, and there is one such day. How far a file is from that is
`fewest_days`: among how many days the best join leaves a patient (a k-anonymity of the day; with k = 1 the patient is
rebuilt). It says nothing of what the document prints in words: a median is a day on which somebody had the event.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from lockstep.data.cohort import build_cohort
from lockstep.data.reading import read_data
from lockstep.study.model import Study
from lockstep.syntax.names import slug

Days = tuple[int, ...]
Patient = tuple[int, bool, frozenset[tuple[str, str]]]
"""A day of follow-up, whether the event was observed then, and the level of each variable."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody who has the event (or is censored) on one of these days, in a curve of patients of these levels."""

    days: Days
    event: bool
    levels: frozenset[tuple[str, str]]


def patients_of(study: Study, endpoint: str, variables: Iterable[str]) -> set[Patient]:
    """Return the true patients of a study's cohort."""
    cohort = build_cohort(study, read_data(study))
    follow_up = cohort.endpoints[endpoint]
    names = list(variables)
    columns = {name: cohort.analysed[_column(study, name)].astype(str).tolist() for name in names}
    return {
        (round(float(time)), bool(event), frozenset((name, slug(columns[name][i])) for name in names))
        for i, (time, event) in enumerate(zip(follow_up.time, follow_up.event, strict=True))
    }


def _column(study: Study, name: str) -> str:
    return next(column for column in (*study.columns, *study.derived) if slug(column) == name)


def rebuilt(curves: Sequence[Mapping[str, Any]], endpoint: str) -> set[Patient]:
    """Return the patients that curves give back when they are joined on time.

    Parameters
    ----------
    curves : as JSON holds them, exact ones of results.json, or printed ones of released.json.
    endpoint : the name of one.
    """
    sightings = [sighting for curve in curves for sighting in _sightings(curve, endpoint)]
    variables = {name for sighting in sightings for name, _ in sighting.levels}
    found: dict[tuple[int, bool], list[set[tuple[str, str]]]] = {}
    for sighting in sightings:
        if len(sighting.days) == 1 and sighting.levels:
            found.setdefault((sighting.days[0], sighting.event), []).append(set(sighting.levels))
    together = {key: frozenset().union(*levels) for key, levels in found.items()}
    return {
        (day, event, levels)
        for (day, event), levels in together.items()
        if sorted(name for name, _ in levels) == sorted(variables)  # one level of each: more are several patients
    }


def fewest_days(curves: Sequence[Mapping[str, Any]], endpoint: str) -> int:
    """Return among how many days the best sighting leaves a patient."""
    return min(len(sighting.days) for curve in curves for sighting in _sightings(curve, endpoint))


def _sightings(curve: Mapping[str, Any], endpoint: str) -> Iterator[Sighting]:
    levels = _levels(curve["id"], endpoint)
    if levels is None:
        return
    if "n_events" in curve:
        for time, events, censored in zip(curve["time"], curve["n_events"], curve["n_censored"], strict=True):
            yield from [Sighting((round(time),), event=True, levels=levels)] * events
            yield from [Sighting((round(time),), event=False, levels=levels)] * censored
        return
    for before, (time, survival) in pairwise(zip(curve["time"], curve["survival"], strict=True)):
        if survival < before[1]:
            yield Sighting(_days(time, curve["resolution"]), event=True, levels=levels)
    for time in curve["censored"]:
        yield Sighting(_days(time, curve["resolution"]), event=False, levels=levels)


def _days(time: float, resolution: float) -> Days:
    """Return the days that are drawn at one place."""
    return tuple(day for day in range(int(time + resolution) + 1) if abs(day - time) <= resolution / 2)


def _levels(curve_id: str, endpoint: str) -> frozenset[tuple[str, str]] | None:
    """Return the levels that a curve's name shows, as its attacker reads it; None of another endpoint."""
    found = re.fullmatch(rf"{endpoint}(?:\.by_(\w+?)(?:\.in_(\w+?)\.(\w+))?\.(\w+))?", curve_id)
    if found is None:
        return None
    variable, within, level_within, level = found.groups()
    pairs = [(variable, level), (within, level_within)]
    return frozenset((name, value) for name, value in pairs if name and value)


# ---- drawings ------------------------------------------------------------------------------------------------------


def lines_in(name: str, content: bytes) -> list[list[tuple[float, float]]]:
    """Return the lines of a drawing as corners, in points: of an SVG, an EPS, or a PDF, whose streams are unpacked."""
    if name == "svg":
        paths = re.findall(rb'\sd="([^"]*)"', content)
        return [_corners(re.findall(rb"([ML]) ([-\d.]+) ([-\d.]+)", path)) for path in paths]
    if name == "pdf":
        content = b"\n".join(map(_unpacked, re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)))
    steps = re.findall(rb"([-\d.]+) ([-\d.]+) ([ml])\b", content)
    lines: list[list[tuple[float, float]]] = []
    for x, y, step in steps:
        if step == b"m":
            lines.append([])
        if lines:
            lines[-1].append((float(x), float(y)))
    return lines


def _corners(found: Sequence[tuple[bytes, bytes, bytes]]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for _, x, y in found]


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def days_drawn(lines: Iterable[Sequence[tuple[float, float]]], *, left: float, width: float, end: float) -> list[float]:
    """Return the times at which lines have corners, in days.

    Parameters
    ----------
    left, width : of the plot, in points.
    end : the day at which its axis ends.
    """
    corners = (x for line in lines if len(line) > 2 for x, _ in line)
    return sorted({(x - left) / width * end for x in corners if left - 0.01 <= x <= left + width + 0.01})
