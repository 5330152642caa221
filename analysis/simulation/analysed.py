"""The finished rows as they are analysed, derived from the text of the file alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from .characteristics import CUT_AGE
from .estimates import Bools, cox_p, km_median, log_rank_p
from .records import Row
from .risk_sets import Floats, Ints

Texts = NDArray[np.str_]

MONTH_DAYS = 30
"""The follow-up in months decodes to whole days only with months of 30 days."""


@dataclass(frozen=True)
class Endpoint:
    """Follow-up in days and who had the event."""

    days: Ints
    event: Bools

    def median(self, among: Bools | None = None) -> float:
        """Return the Kaplan-Meier median of all or of some patients."""
        chosen = np.full(len(self.days), True) if among is None else among
        return km_median(self.days[chosen], self.event[chosen])

    def log_rank(self, group: NDArray[np.generic], among: Bools | None = None) -> float:
        """Return the P of the log-rank test of all or of some patients."""
        chosen = np.full(len(self.days), True) if among is None else among
        return log_rank_p(self.days[chosen], self.event[chosen], group[chosen])

    def beyond(self, years: int) -> float:
        """Return the percentage of patients who were followed beyond some years of 365 days."""
        return 100 * float((self.days > 365 * years).mean())

    def adjusted(self, treated: Bools, age: Floats) -> float:
        """Return the P of treatment in a Cox model with age."""
        return cox_p(self.days, self.event, np.column_stack([treated, age]))


@dataclass(frozen=True)
class Analysed:
    """All rows, and of the complete ones what the report describes.

    Parameters
    ----------
    rows : all reviewed patients.
    text : by column, the analysed patients.
    modality : which of surgery, radiotherapy and ablation, as "110".
    """

    rows: Sequence[Row]
    text: dict[str, Texts]
    age: Floats
    size: Floats
    elderly: Bools
    treated: Bools
    modality: Texts
    overall: Endpoint
    progression: Endpoint

    @property
    def months(self) -> Floats:
        """Follow-up in months."""
        return self.overall.days / MONTH_DAYS

    def covariates(self) -> dict[str, NDArray[np.generic]]:
        """Return the groups of each univariate test."""
        return {
            "age": self.elderly,
            "sex": self.text["sex"],
            "size": self.size > 5,
            "depth": self.text["depth"],
            "subtype": self.text["histologic_subtype"],
            "grade": self.text["grade"],
        }


def analysed(rows: Sequence[Row]) -> Analysed:
    """Derive endpoints and groups from rows that keep to the codebook."""
    complete = [row for row in rows if row["complete_record"] == "1"]
    text = {column: np.array([row[column] for row in complete], dtype=np.str_) for column in rows[0]}
    start, last = _days(text["date_metastasis_treatment"]), _days(text["date_last_followup"])
    progressed = text["date_progression"] != ""
    end = np.where(progressed, _days(text["date_progression"]), last)
    age = text["age_at_diagnosis"].astype(float)
    modality = np.char.add(np.char.add(text["surgery"], text["radiotherapy"]), text["rfa"])
    return Analysed(
        rows=rows,
        text=text,
        age=age,
        size=text["primary_size_cm"].astype(float),
        elderly=age > CUT_AGE,
        treated=modality != "000",
        modality=modality,
        overall=Endpoint(
            last - _days(text["date_initial_diagnosis"]), np.char.startswith(text["vital_status"], "died")
        ),
        progression=Endpoint(end - start, progressed),
    )


def _days(dates: Texts) -> Ints:
    return np.array([date.fromisoformat(str(day)).toordinal() if day else 0 for day in dates], np.int64)
