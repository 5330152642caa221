"""Statistics that only this paper prints: proportions followed beyond a landmark, and follow-up from treatment on."""

from __future__ import annotations

from collections.abc import Iterator

from lockstep import Patients, Record, Statistic, statistic
from lockstep.survival.kaplan_meier import reverse_kaplan_meier

LABEL = "{of}, patients followed beyond {at} without the event"
METHOD = "patients followed beyond this time without the event, of all patients; not a survival rate"
COUNT = Statistic("followed_beyond.{at}.count", "count", LABEL, METHOD)
PERCENT = Statistic("followed_beyond.{at}.percent", "percent", LABEL, METHOD, "%")

PRIMARY = "os_from_treatment"
FOLLOW_UP = Statistic(
    "reverse_km.median",
    "time",
    "{of}: median follow-up by reverse Kaplan-Meier",
    "reverse Kaplan-Meier median (Schemper & Smith 1996), log-log confidence interval",
)


@statistic
def follow_up(patients: Patients) -> Iterator[Record]:
    """Yield the median follow-up of the primary endpoint, in which deaths end observation as losses else do."""
    observed, level = patients.endpoints[PRIMARY], patients.study.analysis.conf_level
    median = reverse_kaplan_meier(observed.time, observed.event, conf_level=level).median()
    yield patients.record(
        FOLLOW_UP, median.value, endpoint=PRIMARY, conf_low=median.conf_low, conf_high=median.conf_high
    )


@statistic
def followed_beyond(patients: Patients) -> Iterator[Record]:
    """Yield how many patients were followed beyond each landmark without the event, and their share of all.

    Who is censored before it counts as if they had the event: the source report printed such proportions as rates.
    """
    for endpoint, observed in patients.endpoints.items():
        for years, time in patients.landmarks.items():
            beyond = int((observed.time > time).sum())
            share = 100 * beyond / patients.n
            yield patients.record(COUNT, beyond, endpoint=endpoint, at=years, denominator=patients.n)
            yield patients.record(PERCENT, share, endpoint=endpoint, at=years, denominator=patients.n)
