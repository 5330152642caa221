"""Survival free of progression, relapse or another event: whether death is an event of it, as its name says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..base.wording import shown
from ..catalogue import catalogue
from ..catalogue.keys import Key
from ..data.cohort import Cohort
from ..data.follow_up import last_dates
from ..endpoints.endpoints import Endpoint
from ..results.model import Record
from ..results.records import Population, count
from ..statistics.arrays import Bools
from ..study.model import Study

_EVENT_FREE: Final = re.compile(r"\b(\w+)[\s\u2010-\u2014-]free survival\b", re.I)
_ABBREVIATION: Final = re.compile(r"[A-Z]{1,3}FS")
_OTHER_ENDPOINT: Final = re.compile(r"\b(?:interval|time to|freedom from|specific|related)\b", re.I)
_OVERALL: Final = re.compile(r"\boverall survival\b", re.I)
_DEATH: Final = re.compile(r"(?:all-cause )?(?:death|deaths|mortality)(?: (?:from|of|by) any cause)?", re.I)
_COURSES: Final = ("progress", "recur", "relaps")
_STEM: Final = 5  # letters that "relapse" and "relapsed", "recurrence" and "recurred" share


def deaths_without_event(study: Study, cohort: Cohort, endpoint: Endpoint, analysed: Population) -> Iterator[Record]:
    """Yield how many patients die without the event of an endpoint, where its name says that death is an event.

    Notes
    -----
    Death is the event of the first endpoint that is called overall survival, or whose `event_label` is "death".
    Patients whose follow-up for this endpoint ends before their death are not counted: they may rightly be censored.
    There is no record of an endpoint that death competes with. The record has a warning where there are such patients;
    and where there are none so far, but the event is made of the disease's course alone: of columns that are called
    after it, none of which the event of death uses, and never on the day of death.
    """
    death = death_endpoint(study)
    if death is None or endpoint.competing is not None or not is_event_free_survival(endpoint):
        return
    observed, died = cohort.endpoints[endpoint.name], cohort.endpoints[death.name].event
    event = observed.event | ~observed.at_risk  # who was never at risk is not censored
    at_end = _ends_together(cohort, endpoint, death)
    missed = int((died & ~event & at_end).sum())
    alone = _of_disease_alone(study, endpoint, death) and not (died & event & at_end).any()
    yield count(
        catalogue.DEATHS_WITHOUT_EVENT,
        Key(endpoint=endpoint.name),
        missed,
        analysed,
        {"of": study.unique_endpoint_label(endpoint.name)},
        of=analysed.n,
        warning=_warning(endpoint, death, missed) if missed or alone else None,
    )


def is_event_free_survival(endpoint: Endpoint) -> bool:
    """Return whether an endpoint is named as one of which death from any cause is an event."""
    if _EVENT_FREE.search(endpoint.label):
        return True
    return bool(_ABBREVIATION.fullmatch(endpoint.abbreviation)) and not _OTHER_ENDPOINT.search(endpoint.label)


def death_endpoint(study: Study) -> Endpoint | None:
    """Return the endpoint whose event is death from any cause, where a study has one."""
    for endpoint in study.endpoints.values():
        overall = _OVERALL.search(endpoint.label) or endpoint.abbreviation.upper() == "OS"
        named = _DEATH.fullmatch(endpoint.event_label.strip()) and not _OTHER_ENDPOINT.search(endpoint.label)
        if (overall or named) and not is_event_free_survival(endpoint):
            return endpoint
    return None


def _of_disease_alone(study: Study, endpoint: Endpoint, death: Endpoint) -> bool:
    free_of = _EVENT_FREE.search(endpoint.label)
    words = (*_COURSES, *([free_of[1][:_STEM].lower()] if free_of else []))
    names = set(endpoint.event.names)
    if endpoint.first_of:
        labels = [event.label.lower() for event in endpoint.first_of]
    else:
        labels = [f"{name} {study.label(name)}".lower() for name in names]
    return all(any(word in label for word in words) for label in labels) and not names & set(death.event.names)


def _ends_together(cohort: Cohort, endpoint: Endpoint, death: Endpoint) -> Bools:
    """Return which patients are followed for the endpoint as long as for death."""
    if not (endpoint.between_dates and death.between_dates):
        # Of times that are numbers only the length is known: where they do not begin on one day, nobody is counted.
        return cohort.endpoints[endpoint.name].time >= cohort.endpoints[death.name].time
    ends = (last_dates(endpoint, cohort.analysed), last_dates(death, cohort.analysed))
    return (ends[0] >= ends[1]).to_numpy(dtype=bool)


def _warning(endpoint: Endpoint, death: Endpoint, missed: int) -> str:
    found = f"{missed} {'patient' if missed == 1 else 'patients'} died without it and count as censored"
    if endpoint.first_of:
        remedy = 'add death to `first_of`, with its time or date and label = "death"'
    else:
        remedy = f"write `({endpoint.event.text}) or ({death.event.text})`"
    return (
        f"leaves out death{f': {found}' if missed else ', though nobody died without it so far'}. "
        f"{endpoint.label} counts death from any cause as an event: {remedy}; or name the endpoint for what it is "
        f"(time to progression, relapse) and say that death competes with it: `competing = {shown(death.name)}`"
    )
