"""Numbers at risk as a value that curves in results carry; without a library, since whatever prints reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTable:
    """Patients at risk, censored and with the event at chosen times; the three add up to those who have entered, to n.

    ``n_at_risk`` counts follow-up >= time (as R's ``summary(survfit(), times)``), with delayed entry entry < time as
    well; events and censorings before it.
    """

    time: tuple[float, ...]
    n_at_risk: tuple[int, ...]
    n_events: tuple[int, ...]
    n_censored: tuple[int, ...]
