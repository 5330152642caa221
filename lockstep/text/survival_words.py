"""What the height of a Kaplan-Meier curve is called: survival, or being without the event."""

from __future__ import annotations

import re
from typing import Final

from ..endpoints.endpoints import Endpoint
from .level_names import one_line

_NAMES_SURVIVAL: Final = re.compile(
    r"(?i:surviv|free|without|retention|patency|remission|persistence|überleben|survie|supervivencia)|\bOS\b|FS\b"
)


def names_survival(endpoint: Endpoint) -> bool:
    """Return whether the label of an endpoint is a name for its Kaplan-Meier estimate.

    "Overall survival" and "Freedom from reintervention" are; of "MACE" or "Death" 94% are those who had none.
    """
    return _NAMES_SURVIVAL.search(endpoint.label) is not None


def measured_by_curve(endpoint: Endpoint) -> tuple[str, str]:
    """Return what a Kaplan-Meier curve measures, and the same in short: "Overall survival" and "OS".

    Of an endpoint that is called by its event: "Without stroke or death" and "Event-free".
    """
    if names_survival(endpoint):
        return one_line(endpoint.label), one_line(endpoint.abbreviation)
    return f"Without {one_line(endpoint.event_label)}", "Event-free"
