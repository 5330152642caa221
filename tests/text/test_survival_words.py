"""What the height of a survival curve is called, by the label of its endpoint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lockstep.study.definition import read_study
from lockstep.text.survival_words import measured_by_curve

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("label", "event", "measured", "short"),
    [
        ("Overall survival", "death", "Overall survival", "OS"),
        ("Freedom from reintervention", "reintervention", "Freedom from reintervention", "OS"),
        ("Implant\nretention", "revision", "Implant retention", "OS"),
        ("PFS after surgery", "death", "PFS after surgery", "OS"),
        ("MACE", "stroke or death", "Without stroke or death", "Event-free"),
        ("Time to progression", "progression", "Without progression", "Event-free"),
    ],
)
def test_an_endpoint_called_by_its_event_is_not_what_its_curve_measures(
    label: str, event: str, measured: str, short: str
) -> None:
    """A curve that begins at 100% is of those without the event, not of the event."""
    endpoint = read_study(ROOT).endpoints["os_from_treatment"]
    assert measured_by_curve(replace(endpoint, label=label, event_label=event)) == (measured, short)
