"""An endpoint's observations of a set of patients, and the design columns of models over their covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import pandas as pd

from ..data.cohort import Cohort
from ..results.keys import Key
from ..results.records import Population
from ..statistics.arrays import Bools, Floats
from ..study.endpoints import Endpoint
from ..study.model import Study

NO_PATIENTS: Final = "no patients"
"""Why nothing can be estimated of an empty set of patients."""


class Term(NamedTuple):
    """A column of a model's design: its variable, the level that it indicates, and "Gender: Female vs Male"."""

    variable: str
    level: str | None
    words: str


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

    def design(self, variables: Sequence[str]) -> pd.DataFrame:
        """Return design columns: numbers as they are, a category as an indicator of each level but the first."""
        columns: dict[str, pd.Series[float]] = {}
        for name, term in self.terms(variables).items():
            values = self.frame[term.variable]
            columns[name] = values.astype(float) if term.level is None else (values == term.level).astype(float)
        return pd.DataFrame(columns, index=self.frame.index)

    @property
    def label(self) -> str:
        """The endpoint's name in records."""
        return self.study.unique_endpoint_label(self.endpoint.name)

    def terms(self, variables: Sequence[str]) -> dict[str, Term]:
        """Return the term of each design column, by its name."""
        terms: dict[str, Term] = {}
        for variable in variables:
            label, levels = self.study.unique_label(variable), list(self.study.levels(variable).items())
            if not levels:
                unit = self.study.variable(variable).unit
                terms[Key(variable=variable).id] = Term(
                    variable, None, f"{label}, per unit" + (f" ({unit})" if unit else "")
                )
            for level, text in levels[1:]:
                name = Key(variable=variable, level=level).id
                terms[name] = Term(variable, level, f"{label}: {text} vs {levels[0][1]}")
        return terms
