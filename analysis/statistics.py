"""Statistics that only this paper prints: the crude proportions of patients who were followed beyond a landmark."""

from __future__ import annotations

from collections.abc import Iterator

from lockstep import Patients, Record, Statistic, statistic

LABEL = "{of}, patients followed beyond {at} without the event"
METHOD = "patients followed beyond this time without the event, of all patients; not a survival rate"
COUNT = Statistic("followed_beyond.{at}.count", "count", LABEL, METHOD)
PERCENT = Statistic("followed_beyond.{at}.percent", "percent", LABEL, METHOD, "%")


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
