"""The whole cohort, stage by stage; the order of the stages is the order of the draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from .age_groups import elderly
from .calendar_dates import birth, dates, modalities
from .characteristics import RESPONSES, ages, responses, sizes, statuses
from .covariates import (
    DEPTH,
    GRADE,
    SEX,
    SIZE,
    SUBTYPE,
    SUBTYPES,
    UNDIFFERENTIATED,
    labels,
    subtype_depends_on_response,
)
from .errors import CohortError
from .incomplete import incomplete_rows
from .overall_survival import N, Survival, overall_survival
from .progression import Progression, dealt_by_age, progression
from .records import Patient, Row, numbered, row
from .risk_sets import Floats, risk_sets

ATTEMPTS: Final = 200

Report = Callable[[str], None]
"""Told the stage that begins."""


def make_cohort(seed: int, report: Report) -> list[Row]:
    """Make the rows of the cohort file, the same for the same seed on any machine.

    Raises
    ------
    CohortError
        If a search fails; another seed may succeed.
    """
    rng = np.random.RandomState(seed)  # its stream is frozen: the same in all versions of NumPy
    survival, progression_free, old = _outcomes(rng, report)
    response = responses(rng, survival, progression_free)
    overall, by_progression = risk_sets(survival.days, survival.died), progression_free.risk_sets()
    ranks = (np.argsort(survival.days, kind="stable"), np.argsort(progression_free.days, kind="stable"))
    given = (overall, by_progression, ranks)

    report("histologic subtypes")
    subtype = labels(rng, SUBTYPE, *given, further_cost=subtype_depends_on_response(response))
    report("grades")  # assumed: an undifferentiated sarcoma is of grade 3
    grade = labels(rng, GRADE, *given, among=np.flatnonzero(subtype != UNDIFFERENTIATED))
    report("sexes")
    sex = labels(rng, SEX, *given)
    report("depths")
    depth = labels(rng, DEPTH, *given)
    report("sizes")
    larger = labels(rng, SIZE, *given)

    report("ages, sizes and dates")
    age = ages(rng, survival, old)
    size = sizes(rng, larger)
    status = statuses(rng, survival, progression_free, response, age)
    when = dates(rng, survival, progression_free, age)
    modality = modalities(rng, survival, when.treatment)
    patients = [
        Patient(
            date_of_birth=birth(rng, int(when.diagnosis[i]), int(age[i])),
            age=int(age[i]),
            sex=("male", "female")[sex[i]],
            diagnosis=int(when.diagnosis[i]),
            size=int(size[i]),
            depth=("superficial", "deep")[depth[i]],
            subtype=SUBTYPES[subtype[i]],
            grade=int(grade[i]) + 1,
            metastasis=int(when.metastasis[i]),
            treatment=int(when.treatment[i]),
            modality=modality[i],
            response=RESPONSES[response[i]],
            progression=int(when.progression[i]) if progression_free.seen[i] else None,
            last_contact=int(when.last_contact[i]),
            status=status[i],
        )
        for i in range(N)
    ]
    complete = [row(patient, complete=True) for patient in patients]
    return numbered([*complete, *incomplete_rows(rng)])


def _outcomes(rng: np.random.RandomState, report: Report) -> tuple[Survival, Progression, Floats]:
    """Draw both endpoints and the elderly, anew until all fit together."""
    for attempt in range(1, ATTEMPTS + 1):
        report(f"survival, attempt {attempt}")
        survival = overall_survival(rng)
        dealt = None if survival is None else progression(rng, survival)
        if survival is None or dealt is None:
            continue
        report(f"age groups, attempt {attempt}")
        old = elderly(rng, survival)
        fitted = None if old is None else dealt_by_age(rng, survival, dealt, old)
        if old is not None and fitted is not None:
            return survival, fitted, old
    raise CohortError(
        f"No outcomes that meet the printed medians and P values were found in {ATTEMPTS} attempts. "
        "Choose another --seed. Nothing was written."
    )
