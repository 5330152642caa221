"""An endpoint's observations of a set of patients, and the design columns of models over their covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from ..base.errors import counted
from ..data.cohort import Cohort
from ..results.records import Population
from ..statistics.arrays import Bools, Floats, Ints
from ..study.endpoints import Endpoint
from ..study.model import Study
from ..study.models import Term
from .design import ModelDesign, design_of

NO_PATIENTS: Final = "no patients"
"""Why nothing can be estimated of an empty set of patients."""


@dataclass(frozen=True, slots=True)
class Observations:
    """An endpoint's observations of a set of patients: `frame` holds the covariates, beside each `time` and `event`.

    With delayed entry a patient is at risk after `entry`; who never was is not among them.
    `competing` is True where an event came that keeps the endpoint's from happening; None where none is declared.
    """

    study: Study
    endpoint: Endpoint
    frame: pd.DataFrame
    time: Floats
    event: Bools
    population: Population
    entry: Floats | None = None
    competing: Bools | None = None

    @classmethod
    def of(cls, study: Study, cohort: Cohort, endpoint: Endpoint, population: Population) -> Observations:
        """Return an endpoint's observations of all patients analysed who were ever at risk."""
        found = cohort.endpoints[endpoint.name]
        observed = cls(
            study, endpoint, cohort.analysed, found.time, found.event, population, found.entry, found.competing
        )
        if endpoint.entry is None:
            return observed
        never, words = int((~found.at_risk).sum()), [f"at risk from: {study.unique_label(endpoint.entry)}"]
        if never:
            words.append(f"without {counted(never, 'patient')} whose follow-up ended by then")
        return observed.where(found.at_risk, *words)

    def within(self, variable: str, level: str) -> Observations:
        """Return the patients with one level of a category."""
        keep = (self.frame[variable] == level).to_numpy(dtype=bool)
        return self.where(keep, f"{self.study.unique_label(variable)}: {self.study.levels(variable)[level]}")

    def complete(self, variables: Sequence[str]) -> Observations:
        """Return the patients with a value of every one of these variables."""
        keep = self.frame[list(variables)].notna().all(axis=1).to_numpy(dtype=bool)
        return self if keep.all() else self.where(keep, "complete cases")

    def where(self, keep: Bools, *words: str) -> Observations:
        """Return some of the patients, (n,) True for these, with words that say which."""
        return replace(
            self,
            frame=self.frame[keep],
            time=self.time[keep],
            event=self.event[keep],
            entry=None if self.entry is None else self.entry[keep],
            competing=None if self.competing is None else self.competing[keep],
            population=self.population.within(int(keep.sum()), *words),
        )

    @property
    def any_event(self) -> Bools:
        """(n,) True where follow-up ended by the event or by one that competes with it."""
        return self.event if self.competing is None else self.event | self.competing

    @property
    def cause(self) -> Ints:
        """(n,) which event ended follow-up: 0 none, 1 the endpoint's, 2 a competing one."""
        return np.where(self.event, 1, np.where(self.any_event, 2, 0))

    @property
    def options(self) -> str:
        """What the methods of all its results say of how patients are at risk: ", delayed entry"."""
        return "" if self.entry is None else ", delayed entry"

    @property
    def words(self) -> dict[str, str]:
        """What fills the places ``{of}`` and ``{options}`` in labels and methods of statistics."""
        return {"of": self.label, "options": self.options}

    @property
    def label(self) -> str:
        """The endpoint's name in records."""
        return self.study.unique_endpoint_label(self.endpoint.name)

    def design(self, terms: Sequence[Term]) -> ModelDesign:
        """Return the design of a model; see `lockstep.analyses.design`."""
        return design_of(self.study, self.frame, terms)
