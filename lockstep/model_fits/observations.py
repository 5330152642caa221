"""What is observed of a set of patients, of an endpoint or of an outcome, and the design of models over it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from ..adjusted_analyses.applied import AppliedDesign, applied_matching, applied_weights
from ..adjusted_analyses.design import ModelDesign, design_of, knots_of
from ..base.errors import counted
from ..base.snapping import snapped_all
from ..data.cohort import Cohort
from ..endpoints.endpoints import Endpoint
from ..endpoints.outcomes import Outcome
from ..results.records import Population
from ..statistics.arrays import Bools, Floats, Ints
from ..study.comparisons import GroupComparison
from ..study.model import Study
from ..study.terms import Term

NO_PATIENTS: Final = "no patients"
"""Why nothing can be estimated of an empty set of patients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedPatients(ABC):
    """A set of patients: `frame` holds their covariates, `population` says who they are.

    `completed` are such frames with missing values imputed, one of each data set, where these are asked for.

    They are weighted or in matched sets where there is a design that is `applied` to them. `comparison` is the label of
    the one that they are in, which records then carry.
    """

    study: Study
    frame: pd.DataFrame
    population: Population
    completed: tuple[pd.DataFrame, ...] = ()
    applied: AppliedDesign | None = None
    comparison: str = ""

    @property
    @abstractmethod
    def label(self) -> str:
        """What is observed, as records call it."""

    @property
    @abstractmethod
    def had_event(self) -> Bools | None:
        """(n,) True where a patient had the event; None where a number is observed."""

    @abstractmethod
    def _of(self, keep: Bools) -> Mapping[str, Any]:
        """Return what is observed of some of the patients, by field."""

    def where(self, keep: Bools, *words: str) -> Self:
        """Return some of the patients, (n,) True for these, with words that say which."""
        population = self.population.within(self.patients(keep), *words)
        completed = tuple(frame[keep] for frame in self.completed)
        return replace(self, frame=self.frame[keep], completed=completed, population=population, **self._of(keep))

    def patients(self, rows: Bools) -> int:
        """Return how many patients some rows are of: (n,) True for these."""
        return int(rows.sum())

    def within(self, variable: str, level: str) -> Self:
        """Return the patients with one level of a category."""
        keep = (self.frame[variable] == level).to_numpy(dtype=bool)
        return self.where(keep, f"{self.study.unique_label(variable)}: {self.study.levels(variable)[level]}")

    def complete(self, variables: Sequence[str]) -> Self:
        """Return the patients with a value of every one of these variables."""
        keep = self.has_all(variables)
        return self if keep.all() else self.where(keep, "complete cases")

    def has_all(self, variables: Sequence[str]) -> Bools:
        """Return (n,) True for patients with a value of every one of these variables."""
        return self.frame[list(variables)].notna().all(axis=1).to_numpy(dtype=bool)

    def with_imputed(self, completed: Sequence[pd.DataFrame]) -> Self:
        """Return the same patients, with missing values imputed where an analysis asks for it."""
        return replace(self, completed=tuple(frame.loc[self.frame.index] for frame in completed))

    def of_each_set(self) -> Iterator[Self]:
        """Yield the patients as each data set completes them."""
        for frame in self.completed:
            yield replace(self, frame=frame, completed=())

    def labelled(self, measured: str) -> str:
        """Return what an endpoint or outcome is called in the results of these patients."""
        return f"{measured}, {self.comparison}" if self.comparison else measured

    @property
    def options(self) -> str:
        """What the methods of all its results say of how patients enter; nothing where that is as usual."""
        return self.design_words

    @property
    def design_words(self) -> str:
        """What methods say of weights and matched sets; nothing without any."""
        return "" if self.applied is None else self.applied.words

    @property
    def weights(self) -> Floats | None:
        """(n,) the weights of the patients; None where each counts once."""
        return None if self.applied is None else self.frame[self.applied.weight].to_numpy(dtype=float)

    @property
    def is_weighted(self) -> bool:
        """Whether patients have weights that may differ from 1."""
        return self.applied is not None and self.applied.is_weighted

    @property
    def sets(self) -> pd.Series[float] | None:
        """(n,) the matched set of each patient; None where each is alone."""
        if self.applied is None or self.applied.cluster is None:
            return None
        return self.frame[self.applied.cluster]

    def compared_in(self, comparison: GroupComparison) -> Self:
        """Return the patients as a comparison asks for them: with its label, weighted or matched."""
        labelled = replace(self, comparison=comparison.label or "")
        return labelled.with_design(comparison.weights, comparison.population)

    def with_design(self, weights: str | None, population: str | None) -> Self:
        """Return the patients weighted, or in matched sets where the population is a matching.

        Who has no weight, for want of a covariate or for an extreme score, is left out.
        """
        study, matching = self.study, self.study.matchings.get(population or "")
        if weights is not None:
            applied = applied_weights(study, study.weights[weights])
            has_weight = self.frame[applied.weight].notna().to_numpy(dtype=bool)
            return replace(self.where(has_weight, f"weighted: {study.weights[weights].label}"), applied=applied)
        return self if matching is None else replace(self, applied=applied_matching(matching))

    @property
    def words(self) -> dict[str, str]:
        """What fills the places ``{of}``, ``{options}`` and ``{variance}`` in labels and methods of statistics."""
        variance = "Greenwood" if self.applied is None else "infinitesimal jackknife"
        return {"of": self.label, "options": self.options, "variance": variance}

    def design(self, terms: Sequence[Term], knots: Mapping[str, tuple[float, ...]] | None = None) -> ModelDesign:
        """Return the design of a model; see `lockstep.adjusted_analyses.design`."""
        return design_of(self.study, self.frame, terms, knots=knots, one_each=self.one_row_each)

    def knots(self, terms: Sequence[Term]) -> dict[str, tuple[float, ...]]:
        """Return the knots of the splines among terms, by the values of these patients that are known."""
        one_each = self.one_row_each
        return knots_of(self.frame if one_each is None else self.frame[one_each], terms)

    @property
    def one_row_each(self) -> Bools | None:
        """(n,) True for one row of each patient; None where no patient has several."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations(ObservedPatients):
    """An endpoint's observations of a set of patients: the `time` and `event` of each.

    `competing` is True where an event came that keeps the endpoint's from happening; None where none is declared.
    `first` is, of a composite endpoint by the label of each event, True where that came first.

    With delayed entry a patient is at risk after `entry`; who never was is not among them. Where exposures begin during
    follow-up a patient has several rows: `patient` says whose each one is, and `goes_on` is True where another follows.

    Where `exposures_timed`, exposures are taken as they were known at each time, or at a landmark; otherwise as if they
    were known from the beginning.

    `risk_set` is what methods say of how patients are at risk: ", delayed entry"; nothing where that is as usual.
    """

    endpoint: Endpoint
    time: Floats
    event: Bools
    entry: Floats | None = None
    competing: Bools | None = None
    first: Mapping[str, Bools] = field(default_factory=dict)
    patient: Ints | None = None
    goes_on: Bools | None = None
    risk_set: str = ""
    exposures_timed: bool = False

    @classmethod
    def of(cls, study: Study, cohort: Cohort, endpoint: Endpoint, population: Population) -> Observations:
        """Return an endpoint's observations of all patients of a cohort who were ever at risk."""
        found = cohort.endpoints[endpoint.name]
        observed = cls(
            study=study,
            endpoint=endpoint,
            frame=cohort.analysed,
            time=found.time,
            event=found.event,
            population=population,
            entry=found.entry,
            competing=found.competing,
            first=found.first,
        )
        if endpoint.entry is None:
            return observed
        never, words = int((~found.at_risk).sum()), [f"at risk from: {study.unique_label(endpoint.entry)}"]
        if never:
            words.append(f"without {counted(never, 'patient')} whose follow-up ended by then")
        return replace(observed.where(found.at_risk, *words), risk_set=", delayed entry")

    def patients(self, rows: Bools) -> int:
        """Return how many patients some rows are of."""
        return int(rows.sum()) if self.patient is None else len(np.unique(self.patient[rows]))

    @property
    def one_row_each(self) -> Bools | None:
        """(n,) True for the first row of each patient; None where no patient has several."""
        if self.patient is None:
            return None
        first = np.zeros(len(self.patient), dtype=bool)
        first[np.unique(self.patient, return_index=True)[1]] = True
        return first

    @property
    def label(self) -> str:
        """The endpoint's name in records."""
        return self.labelled(self.study.unique_endpoint_label(self.endpoint.name))

    @property
    def had_event(self) -> Bools:
        """(n,) True where the event was observed."""
        return self.event

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
        """What the methods of all its results say of how patients are at risk: ", delayed entry"; and of weights."""
        return self.risk_set + self.design_words

    def _of(self, keep: Bools) -> Mapping[str, Any]:
        return {
            "time": self.time[keep],
            "event": self.event[keep],
            "entry": None if self.entry is None else self.entry[keep],
            "competing": None if self.competing is None else self.competing[keep],
            "first": {label: where[keep] for label, where in self.first.items()},
            "patient": None if self.patient is None else self.patient[keep],
            "goes_on": None if self.goes_on is None else self.goes_on[keep],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeObservations(ObservedPatients):
    """An outcome of a set of patients: `values` are 1 or 0 of a binary one, else numbers; NaN where missing."""

    outcome: Outcome
    values: Floats

    @classmethod
    def of(cls, study: Study, cohort: Cohort, outcome: Outcome, population: Population) -> OutcomeObservations:
        """Return an outcome's observations of all patients of a cohort."""
        frame = cohort.analysed
        if outcome.event is not None:
            values = outcome.event.mask(frame).to_numpy(dtype=float, na_value=np.nan)
        else:
            values = snapped_all(frame[str(outcome.value)].to_numpy(dtype=float))
        return cls(study=study, outcome=outcome, frame=frame, values=values, population=population)

    @property
    def label(self) -> str:
        """The outcome's name in records."""
        return self.labelled(self.study.unique_endpoint_label(self.outcome.name))

    @property
    def unit(self) -> str | None:
        """The unit of a number."""
        return None if self.outcome.value is None else self.study.variable(self.outcome.value).unit

    @property
    def had_event(self) -> Bools | None:
        """(n,) True where the patient had the event; None of a number. False where it is unknown."""
        return self.values == 1 if self.outcome.is_binary else None

    def known(self) -> OutcomeObservations:
        """Return the patients whose outcome is known; records count the others as missing."""
        return self.where(~np.isnan(self.values))

    def _of(self, keep: Bools) -> Mapping[str, Any]:
        return {"values": self.values[keep]}
