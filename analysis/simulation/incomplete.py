"""The 12 reviewed patients whose records are incomplete: patients of their own, each lacking what such charts lack.

Printed are their number (P011) and that all metastases lie between July 1965 and May 2013 (P008, P009); the rest is
assumed. A whole patient is drawn, then what the record lacks is blanked. The date of first metastasis is given, so that
the numbers of the analysed patients do not hang on these draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from .calendar_dates import CUT_OFF, RFA_FROM, birth
from .characteristics import ALIVE_WITH, ALIVE_WITHOUT, DIED_OF_DISEASE, RESPONSES
from .covariates import SUBTYPE, SUBTYPES, UNDIFFERENTIATED
from .records import Patient, Row, row


@dataclass(frozen=True)
class IncompleteRecord:
    """An incomplete record: when metastases were first seen, why it is incomplete, and the columns it lacks."""

    metastasis: date
    why: str
    lacks: tuple[str, ...]


RECORDS: Final = (
    IncompleteRecord(
        date(1975, 9, 22), "primary removed before size and grade were reported", ("primary_size_cm", "grade")
    ),
    IncompleteRecord(
        date(1980, 6, 4),
        "metastases treated elsewhere, without a report",
        ("date_metastasis_treatment", "response", "date_progression"),
    ),
    IncompleteRecord(date(1993, 10, 18), "pathology report lost", ("histologic_subtype", "grade")),
    IncompleteRecord(
        date(1996, 1, 29),
        "referred with metastases, first diagnosis not dated in the letter",
        ("date_initial_diagnosis", "age_at_diagnosis"),
    ),
    IncompleteRecord(
        date(2001, 3, 7), "moved abroad after treatment, never heard of again", ("date_last_followup", "vital_status")
    ),
    IncompleteRecord(date(2006, 9, 28), "no imaging after treatment", ("response", "date_progression")),
    IncompleteRecord(date(2006, 11, 15), "primary biopsied, never measured", ("primary_size_cm", "depth")),
    IncompleteRecord(
        date(2007, 5, 9), "last visit known, but not in what state, and nothing after it", ("vital_status",)
    ),
    IncompleteRecord(date(2007, 11, 2), "treatment begun in another hospital", ("date_metastasis_treatment",)),
    IncompleteRecord(
        date(2008, 11, 12), "local treatment planned, not known whether given", ("surgery", "radiotherapy", "rfa")
    ),
    IncompleteRecord(
        date(2010, 7, 5),
        "transferred before treatment",
        (
            "date_metastasis_treatment",
            "surgery",
            "radiotherapy",
            "rfa",
            "response",
            "date_progression",
            "date_last_followup",
            "vital_status",
        ),
    ),
    IncompleteRecord(date(2012, 2, 16), "depth not stated by surgeon, pathologist or scan", ("depth",)),
)


def incomplete_rows(rng: np.random.RandomState) -> list[Row]:
    """Draw the incomplete records."""
    return [_blanked(_patient(rng, record.metastasis), record) for record in RECORDS]


def _patient(rng: np.random.RandomState, metastasis: date) -> Patient:
    """Draw a whole patient around the first metastasis; spans and shares are of the order seen in the analysed."""
    first = metastasis.toordinal()
    diagnosis = first - (0 if rng.random_sample() < 0.25 else 30 + int(rng.exponential(500)))
    treatment = first + int(rng.randint(4, 43))
    progression = treatment + 21 + int(rng.exponential(180))
    last_contact = progression + 60 + int(rng.exponential(2500))
    died = last_contact < CUT_OFF
    if not died:
        last_contact = CUT_OFF + int(rng.randint(0, 31))
    age = int(np.clip(rng.normal(46, 15), 12, 76))
    subtype = int(rng.choice(len(SUBTYPES), p=np.divide(SUBTYPE.counts, sum(SUBTYPE.counts))))
    local = ["", "surgery", "radiotherapy", "surgery and radiotherapy", "rfa"]
    usable = local if treatment >= RFA_FROM else local[:-1]
    return Patient(
        date_of_birth=birth(rng, diagnosis, age),
        age=age,
        sex=("male", "female")[rng.randint(2)],
        diagnosis=diagnosis,
        size=2 + int(27 * rng.beta(1.2, 2.5)),
        depth="deep" if rng.random_sample() < 0.7 else "superficial",
        subtype=SUBTYPES[subtype],
        grade=3 if subtype == UNDIFFERENTIATED else int(rng.randint(1, 4)),
        metastasis=first,
        treatment=treatment,
        modality=usable[rng.randint(len(usable))],
        response=RESPONSES[-1] if progression - treatment < 60 else RESPONSES[rng.randint(3)],
        progression=progression,
        last_contact=last_contact,
        status=DIED_OF_DISEASE if died else (ALIVE_WITH, ALIVE_WITHOUT)[rng.randint(2)],
    )


def _blanked(patient: Patient, record: IncompleteRecord) -> Row:
    """Return the row of a patient without what the record lacks."""
    blank = row(patient, complete=False) | dict.fromkeys(record.lacks, "")
    if record.lacks == ("vital_status",):  # seen once more a month after progression: the end itself is not known
        seen = date.fromisoformat(blank["date_progression"]) + timedelta(days=30)
        blank["date_last_followup"] = seen.isoformat()
    return blank
