"""A whole study definition, as a frozen value; `lockstep.study.definition` reads and checks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..endpoints.endpoints import Endpoint
from ..endpoints.outcomes import Outcome
from ..endpoints.time_units import TimeUnits
from ..syntax.names import FOLLOW_UP, distinct
from ..variables.checks import BuiltinSeverity, DataCheck
from ..variables.columns import Column
from ..variables.data_file import DataFile
from ..variables.derived import AnyDerived, Derived, columns_behind
from ..variables.eligibility import EligibilityRule, StudyPopulation
from .analysis import Analysis, Cutoff
from .comparisons import GroupComparison
from .confounding import Matching, ScoreModel, Weighting
from .figures import Figure
from .imputation import MultipleImputation
from .models import Model
from .tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A whole study definition. `folder` is the one of study.toml.

    `joins` are the files that are joined to the data file by the patients' ids, by name. `row_columns` describe rows of
    a file with several a patient, and no patients. `checks` are the study's own rules for its data, `severities` those
    that it gives to built-in checks.
    """

    folder: Path
    title: str
    data: DataFile
    checks: tuple[DataCheck, ...]
    time: TimeUnits
    columns: Mapping[str, Column]
    eligibility: tuple[EligibilityRule, ...]
    derived: Mapping[str, AnyDerived]
    endpoints: Mapping[str, Endpoint]
    analysis: Analysis
    comparisons: tuple[GroupComparison, ...]
    models: tuple[Model, ...]
    tables: Mapping[str, Table]
    figures: Mapping[str, Figure]
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    severities: Mapping[str, BuiltinSeverity] = field(default_factory=dict)
    joins: Mapping[str, DataFile] = field(default_factory=dict)
    row_columns: Mapping[str, Column] = field(default_factory=dict)
    populations: Mapping[str, StudyPopulation] = field(default_factory=dict)
    imputation: MultipleImputation | None = None
    weights: Mapping[str, Weighting] = field(default_factory=dict)
    matchings: Mapping[str, Matching] = field(default_factory=dict)

    @property
    def patient_sets(self) -> Mapping[str, StudyPopulation | Matching]:
        """The populations and matchings, by the names of which analyses, tables and figures say whose they are."""
        return {**self.populations, **self.matchings}

    @property
    def score_models(self) -> Mapping[str, ScoreModel]:
        """The propensity scores behind weights and matchings, by the names of these."""
        return {**self.weights, **self.matchings}

    def score_behind(self, weights: str | None, population: str | None) -> ScoreModel | None:
        """Return the weights or the matching that make patients comparable; None where nothing does."""
        if weights is not None:
            return self.weights[weights]
        return None if population is None else self.matchings.get(population)

    @property
    def data_file(self) -> str:
        """How the data file is called: its path, relative to `folder`, or that of a file that is tried in its place."""
        return self.data.called

    @property
    def data_files(self) -> Mapping[str, str]:
        """The paths of all files of the data, relative to `folder`, by the key of study.toml that names each."""
        files = {}
        for data in (self.data, *self.joins.values()):
            files[f"{data.section}.file"] = data.file
            if data.dictionary is not None:
                files[f"{data.section}.dictionary"] = data.dictionary
        return files

    def columns_of(self, join: str | None) -> dict[str, Column]:
        """Return the declared columns of the data file (None) or a joined one, also those that describe rows only."""
        declared = {**self.columns, **self.row_columns}
        return {name: column for name, column in declared.items() if column.join == join}

    def columns_behind(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the columns among some variables, and those of which the derived ones among them are made."""
        return columns_behind(names, self.derived)

    def headers(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return what the data file calls the columns behind some variables; those of joined files are left out."""
        columns = (self.columns[name] for name in self.columns_behind(names) if name in self.columns)
        return tuple(column.header for column in columns if column.join is None)

    @property
    def variables(self) -> Mapping[str, Column | AnyDerived]:
        """The columns that describe patients, and the derived variables."""
        return {**self.columns, **self.derived}

    @property
    def categories(self) -> Mapping[str, Derived]:
        """The derived variables that are categories."""
        return {name: item for name, item in self.derived.items() if isinstance(item, Derived)}

    @property
    def known_at(self) -> Mapping[str, str]:
        """What says from when the level of a category is known, where that is not the beginning: a date or a number."""
        known = {name: getattr(item, "known_at", None) for name, item in self.variables.items()}
        return {name: at for name, at in known.items() if at is not None}

    @property
    def id_column(self) -> str:
        """The name of the column of the patients' ids."""
        return self.data.id

    def label(self, variable: str) -> str:
        """Return the printed label of a column, a derived variable or the reserved variable ``follow_up``."""
        return "Follow-up" if variable == FOLLOW_UP else self.variable(variable).label

    def unique_label(self, variable: str) -> str:
        """Return a variable's label, with its name behind where another variable is called alike."""
        label, columns = self.label(variable), [item.label for item in self.columns.values()]
        alike = [*columns, *(item.label for item in self.derived.values()), self.label(FOLLOW_UP)].count(label)
        return f"{label} ({variable})" if alike > 1 else label

    @property
    def follow_up_print_unit(self) -> str:
        """The unit in which the description of follow-up prints: that of its endpoint, or months."""
        endpoint = self.endpoints.get(self.analysis.follow_up or "")
        return (endpoint.print_unit if endpoint else None) or "months"

    @property
    def measured(self) -> Mapping[str, Endpoint | Outcome]:
        """The endpoints and outcomes."""
        return {**self.endpoints, **self.outcomes}

    def unique_endpoint_label(self, endpoint: str) -> str:
        """Return the label of an endpoint or outcome, its name behind where another, or a variable, is alike."""
        label = distinct({name: item.label for name, item in self.measured.items()})[endpoint]
        variables = {item.label for item in (*self.columns.values(), *self.derived.values())}
        return f"{label} ({endpoint})" if label in variables else label

    def comparison(self, name: str | None) -> GroupComparison | None:
        """Return the comparison of [comparisons.*] of this name; None where no name is given."""
        return next((item for item in self.comparisons if name is not None and item.name == name), None)

    def models_named(self, names: Iterable[str]) -> list[Model]:
        """Return the models of these names, in their order."""
        return [model for name in names for model in self.models if model.name == name]

    def unique_cutoff_label(self, cutoff: str) -> str:
        """Return a cut-off in words: "Progression-free survival for death"; its name behind where two are alike."""
        return distinct({name: self._cutoff_label(item) for name, item in self.analysis.cutoffs.items()})[cutoff]

    def _cutoff_label(self, cutoff: Cutoff) -> str:
        marker, outcome = self.endpoints.get(cutoff.marker), self.endpoints[cutoff.outcome]
        return f"{marker.label if marker else self.label(cutoff.marker)} for {outcome.event_label} ({outcome.label})"

    def levels(self, variable: str) -> Mapping[str, str]:
        """Return level -> printed label of a category, in order; empty for a number or date."""
        return {} if variable == FOLLOW_UP else self.variable(variable).levels or {}

    def variable(self, name: str) -> Column | AnyDerived:
        """Return a column or derived variable by its name."""
        return self.columns.get(name) or self.derived[name]
