"""An endpoint's observations of a set of patients, and the design columns of models over their covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from ..data.cohort import Cohort
from ..results.records import Population
from ..statistics.arrays import Bools, Floats
from ..study.endpoints import Endpoint
from ..study.model import Study
from ..study.models import Term
from .design import ModelDesign, design_of

NO_PATIENTS: Final = "no patients"
"""Why nothing can be estimated of an empty set of patients."""


@dataclass(frozen=True, slots=True)
class Observations:
    """An endpoint's observations of a set of patients: `frame` holds the covariates, beside each `time` and `event`."""

    study: Study
    endpoint: Endpoint
    frame: pd.DataFrame
    time: Floats
    event: Bools
    population: Population

    @classmethod
    def of(cls, study: Study, cohort: Cohort, endpoint: Endpoint, population: Population) -> Observations:
        """Return an endpoint's observations of all patients analysed."""
        found = cohort.endpoints[endpoint.name]
        return cls(study, endpoint, cohort.analysed, found.time, found.event, population)

    def within(self, variable: str, level: str) -> Observations:
        """Return the patients with one level of a category."""
        keep = (self.frame[variable] == level).to_numpy(dtype=bool)
        label = f"{self.study.unique_label(variable)}: {self.study.levels(variable)[level]}"
        population = self.population.within(int(keep.sum()), label)
        return Observations(self.study, self.endpoint, self.frame[keep], self.time[keep], self.event[keep], population)

    def complete(self, variables: Sequence[str]) -> Observations:
        """Return the patients with a value of every one of these variables."""
        keep = self.frame[list(variables)].notna().all(axis=1).to_numpy(dtype=bool)
        population = self.population if keep.all() else self.population.within(int(keep.sum()), "complete cases")
        return Observations(self.study, self.endpoint, self.frame[keep], self.time[keep], self.event[keep], population)

    @property
    def label(self) -> str:
        """The endpoint's name in records."""
        return self.study.unique_endpoint_label(self.endpoint.name)

    def design(self, terms: Sequence[Term]) -> ModelDesign:
        """Return the design of a model; see `lockstep.analyses.design`."""
        return design_of(self.study, self.frame, terms)
