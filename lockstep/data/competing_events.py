"""Competing events: in whom an event came that keeps an endpoint's event from happening, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.wording import shown
from ..endpoints.endpoints import Endpoint
from ..study.model import Study
from ..syntax.expressions import Expression
from .findings import DataFinding
from .follow_up import FollowUpCheck
from .time_to_event import TimeToEvent


def with_competing_event(
    endpoint: Endpoint,
    observed: Mapping[str, TimeToEvent],
    frame: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    study: Study,
    *,
    known_faulty: npt.NDArray[np.bool_],
) -> tuple[TimeToEvent, list[DataFinding]]:
    """Return an endpoint with its competing event, and what is wrong with that.

    Parameters
    ----------
    observed : all endpoints, without their competing events, by name.
    frame, rows, known_faulty : as of `time_to_event`.

    Notes
    -----
    Who had the endpoint's event had no competing event: it came later, or at the same time, where the endpoint's own
    counts. Of a condition, the competing event is at the end of follow-up. Of another endpoint, it is at that one's
    time, also where the follow-up for this endpoint ended before: a patient who died is at risk until then.
    """
    own, competing = observed[endpoint.name], endpoint.competing
    if competing is None:
        return own, []
    check = FollowUpCheck.of(endpoint, study, rows, known_faulty)
    if competing.event is not None:
        return replace(own, competing=_came(competing.event, own, frame, check)), check.findings
    other = observed[str(competing.endpoint)]
    check.none(
        "an event after the competing event",
        own.event & other.event & (own.time > other.time),
        f"has its event after the competing event of {shown(str(competing.endpoint))}",
        "none after it",
    )
    came = other.event & ~own.event
    return replace(own, time=np.where(came, other.time, own.time), competing=came), check.findings


def _came(event: Expression, own: TimeToEvent, frame: pd.DataFrame, check: FollowUpCheck) -> npt.NDArray[np.bool_]:
    """Return in whom the condition of a competing event is true, but for patients with the endpoint's event."""
    mask = event.mask(frame)
    check.none(
        "an unknown competing event",
        mask.isna() & ~own.event,
        f'has an unknown competing event ("{event.text}")',
        "true or false for each analysed patient without the event",
    )
    return np.asarray(mask.to_numpy(dtype=bool, na_value=False) & ~own.event)
