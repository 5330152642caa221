"""Calendar dates: spans of days laid between July 1965 and December 2014, and the modality of local treatment.

Dates are day numbers (`date.toordinal`) until they are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from .overall_survival import N, Survival
from .progression import Progression
from .risk_sets import Ints

FIRST_METASTASIS: Final = date(1965, 7, 12).toordinal()  # P008: July 1965
LAST_METASTASIS: Final = date(2013, 5, 20).toordinal()  # P009: May 2013
CUT_OFF: Final = date(2014, 12, 1).toordinal()  # P100: December 2014

RFA_FROM: Final = date(2000, 1, 1).toordinal()  # assumed: no radiofrequency ablation of metastases before
MODALITIES: Final = (
    ("rfa",) * 7  # P114
    + ("surgery",) * 48  # P110
    + ("radiotherapy",) * 11  # P112
    + ("surgery and radiotherapy",) * 13  # P116
)

YEAR: Final = 365.25


@dataclass(frozen=True)
class Dates:
    """Day numbers by patient; progression is meant only for those in whom it was seen."""

    diagnosis: Ints
    metastasis: Ints
    treatment: Ints
    progression: Ints
    last_contact: Ints


def dates(rng: np.random.RandomState, survival: Survival, progression: Progression, age: Ints) -> Dates:
    """Lay overall and progression-free survival on the calendar."""
    earliest = np.flatnonzero((survival.died == 1) & (survival.days > 1095) & (age < 45))[0]
    diagnosis, last_contact = _diagnoses(rng, survival, earliest)
    treatment, metastasis = np.zeros(N, np.int64), np.zeros(N, np.int64)
    for i in range(N):
        room = max(0, min(survival.days[i] - progression.days[i], LAST_METASTASIS - diagnosis[i]))
        if not progression.seen[i]:  # followed to the last contact without progression
            gap = survival.days[i] - progression.days[i]
        elif i == earliest:
            gap = min(room, 12)
        elif rng.random_sample() > 0.2:
            gap = int(room * rng.beta(1.1, 2.0))
        else:  # metastases at diagnosis, or soon after it
            gap = min(room, rng.randint(5, 40))
        wait = min(gap, rng.randint(3, 43))  # assumed: treatment begins within six weeks
        treatment[i] = diagnosis[i] + gap
        metastasis[i] = FIRST_METASTASIS if i == earliest else treatment[i] - wait
    latest = _latest(survival, progression, diagnosis)
    metastasis[latest], treatment[latest] = LAST_METASTASIS, LAST_METASTASIS + 9
    return Dates(diagnosis, metastasis, treatment, treatment + progression.days, last_contact)


def _diagnoses(rng: np.random.RandomState, survival: Survival, earliest: int) -> tuple[Ints, Ints]:
    """Draw the diagnoses, so that survivors are seen in December 2014 wherever their follow-up reaches that far."""
    diagnosis, last_contact = np.zeros(N, np.int64), np.zeros(N, np.int64)
    days, latest = survival.days, LAST_METASTASIS - 60
    for i in np.flatnonzero(survival.died == 0):
        diagnosis[i] = CUT_OFF + rng.randint(0, 31) - days[i]
        if diagnosis[i] > latest:  # too short for it: lost to follow-up (P097)
            diagnosis[i] = latest - int(YEAR * min(20, rng.exponential(5)))
    for i in np.flatnonzero(survival.died == 1):
        before = min(LAST_METASTASIS - 10, CUT_OFF - 1 - days[i]) - int(YEAR * min(45, rng.exponential(9)))
        diagnosis[i] = max(date(1966, 1, 1).toordinal() + rng.randint(0, 1500), before)
    diagnosis[earliest] = FIRST_METASTASIS  # assumed: metastases at diagnosis
    last_contact[:] = diagnosis + days
    return diagnosis, last_contact


def _latest(survival: Survival, progression: Progression, diagnosis: Ints) -> int:
    """Return the last diagnosed survivor who has room for metastases in May 2013 and a progression after them."""
    left = survival.days - (LAST_METASTASIS + 9 - diagnosis)
    fits = (survival.died == 0) & (progression.seen == 1) & (left > progression.days + 5)
    return int(np.argmax(np.where(fits, diagnosis, 0)))


def modalities(rng: np.random.RandomState, survival: Survival, treatment: Ints) -> list[str]:
    """Draw the modality of local treatment, blank for those without; ablation only of recent metastases."""
    treated = rng.permutation(np.flatnonzero(survival.treated == 1)).tolist()
    ablated = [i for i in treated if treatment[i] >= RFA_FROM][: MODALITIES.count("rfa")]
    modality = [""] * N
    for i, name in zip([*ablated, *(i for i in treated if i not in ablated)], MODALITIES, strict=True):
        modality[i] = name
    return modality


def birth(rng: np.random.RandomState, diagnosis: int, age: int) -> int:
    """Draw a date of birth that makes the age at diagnosis the given number of completed years."""
    day = date.fromordinal(diagnosis)
    return date(day.year - age, day.month, min(day.day, 28)).toordinal() - int(rng.randint(1, 360))
