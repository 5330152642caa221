"""The parts of a study definition, as frozen values; `lockstep.study.definition` reads and checks them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Final, Literal, TypeAlias

from .conditions import VariableType
from .expressions import Expression

FOLLOW_UP: Final = "follow_up"
"""The reserved variable: follow-up in months, there where [analysis] follow_up names an endpoint."""

ConfType: TypeAlias = Literal["log-log", "log", "plain"]
"""The scale of a Kaplan-Meier estimate's confidence interval, as R's ``conf.type``."""


Severity: TypeAlias = Literal["error", "query"]
"""What a finding in the data does: an error stops the report, a query is listed for the site that has the records."""

BuiltinSeverity: TypeAlias = Literal["error", "query", "off"]
"""What a study makes of a built-in check."""

BUILTIN_CHECKS: Final = (
    "future_date",
    "event_after_follow_up",
    "contact_after_death",
    "before_birth",
    "age_contradicts_dates",
    "empty_row",
    "totals_row",
    "duplicate_row",
    "similar_id",
    "ambiguous_decimal",
    "constant",
    "rare_level",
    "outlier",
)
"""The checks that every data file is put to; [checks.*] of study.toml changes their severity by these names."""

Role: TypeAlias = Literal["age", "birth", "death", "last_contact"]
"""What a column is for the checks of the data: a number is an age, a date is one of the others."""

ROW_ID: Final = "row"
"""The `id` of a file without a column of ids: the number of the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """The data file and how it is read.

    Attributes
    ----------
    file : its path, relative to the folder of study.toml.
    id : the column of the patients' ids; ``row`` where the file has no such column: its rows are counted.
    missing : texts that mean a missing value, in all columns but that of the ids; the blank is one of them.
    encoding : of a text file, where it is not Unicode.
    decimal : the decimal mark of a text file, where it cannot be left to the cells.
    header_row : the row with the names of the columns, counted from 1.
    sheet : of a workbook; None where it has only one with cells.
    cutoff : the data cut-off, after which there is no date, and by which years of two digits are read.
    dictionary : the path of REDCap's data dictionary of the file, where it is a raw export of REDCap.
    rows : what a row is, such as "visits", where a patient may have several; None where each has one.
    order : the declared column by which a patient's rows are ordered; None leaves them in the order of the file.
    section : of study.toml that says all this.
    tried : the path, as its user gave it, of the file whose copy stands in place of the study's (`DATA=file` of make).
    """

    file: str
    id: str
    missing: tuple[str, ...]
    encoding: str | None = None
    decimal: Literal[",", "."] | None = None
    header_row: int = 1
    sheet: str | None = None
    cutoff: date | None = None
    dictionary: str | None = None
    rows: str | None = None
    order: str | None = None
    section: str = "data"
    tried: str | None = None

    @property
    def called(self) -> str:
        """How messages call the file: as who reads them does."""
        return self.tried or self.file


Take: TypeAlias = Literal["same", "first", "last", "min", "max", "any"]
"""Which of the values in a patient's rows is that of the patient; blanks are passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """How the values in a patient's rows become one: `take` of the rows in which `where` is true, None: of all rows."""

    take: Take = "same"
    where: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCheck:
    """A rule that each patient's row keeps: where `must` is false the row is a finding of this severity."""

    name: str
    must: Expression
    reason: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the data file.

    `header` is its name in the file. `levels` maps each value to its printed label, in order (categories only);
    `recode` maps other texts found in the file to one of these values. `missing` are texts that mean a missing value
    here, those of the whole file among them. `format` is how a text file writes dates (as `time.strptime`); None is
    YYYY-MM-DD. `optional` marks a column whose blanks mean "has not happened", not "missing". `decimals` are those of
    all statistics of a number; None leaves them to the data. `role` says what the column is for the checks of the
    data; None leaves it to its names and the endpoints. `identifier` allows one that the file's own description
    marks as what identifies a person. `join` is the name of the joined file that has the column, None that of the data
    file; `rule` says how the values in a patient's rows become one, and is None for a column that describes rows only.
    """

    name: str
    type: Literal["number", "category", "date"]
    label: str
    header: str
    unit: str | None = None
    decimals: int | None = None
    range: tuple[float, float] | None = None
    dates: tuple[date, date] | None = None
    format: str | None = None
    missing: tuple[str, ...] = ("",)
    levels: Mapping[str, str] | None = None
    recode: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False
    identifier: bool = False
    role: Role | None = None
    join: str | None = None
    rule: RowRule | None = RowRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A category made from columns: by ordered conditions (`when`) or by cutting a number (`cut`, `at`)."""

    name: str
    label: str
    levels: Mapping[str, str]
    when: Mapping[str, Expression] | None = None
    cut: str | None = None
    at: tuple[float, ...] = ()
    among: Expression | None = None
    optional: bool = False

    @property
    def made_of(self) -> tuple[str, ...]:
        """The variables that its conditions name, or that it cuts."""
        conditions = [*(self.when or {}).values(), *([self.among] if self.among else [])]
        named = [name for condition in conditions for name in condition.names]
        return tuple(dict.fromkeys([*([self.cut] if self.cut else []), *named]))


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityRule:
    """One line of the flow: patients for whom `keep` is not true are excluded for `reason`."""

    name: str
    keep: Expression
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The time axis of an endpoint's figure: ticks in `unit` (days, months or years); it ends at the last tick.

    `is_default`: study.toml states none for this endpoint.
    """

    unit: str
    ticks: tuple[float, ...]
    is_default: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A time to an event: from date columns (`start`, first present of `end`) or a ready column (`time`)."""

    name: str
    label: str
    abbreviation: str
    event: Expression
    event_label: str
    axis: Axis
    start: str | None = None
    end: tuple[str, ...] = ()
    time: str | None = None

    @property
    def made_of(self) -> tuple[str, ...]:
        """The variables that it names."""
        return tuple(dict.fromkeys(filter(None, (self.time, self.start, *self.end, *self.event.names))))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUnits:
    """Unit of follow-up times, and how many of it make a month and a year; landmarks in years.

    `decimals` are those of follow-up in months, and of months or years between two dates.
    """

    unit: str
    month: float
    year: float
    landmarks: tuple[float, ...]
    decimals: int = 1

    def per(self, unit: str) -> float:
        """Return how many follow-up units make one `unit` (days only where follow-up is in days)."""
        return {"months": self.month, "years": self.year, self.unit: 1.0}[unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoff:
    """A marker (an endpoint's time or a number column) to be cut where it best separates an endpoint's event."""

    name: str
    marker: str
    outcome: str
    direction: Literal["low", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Which statistics are wanted."""

    alpha: float
    conf_level: float
    conf_type: ConfType
    exposure: str | None
    subgroup: str | None
    univariate: tuple[str, ...]
    adjust_for: tuple[str, ...]
    crosstabs: tuple[tuple[str, str], ...]
    follow_up: str | None
    cutoffs: Mapping[str, Cutoff]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What study.toml declares that its tables and figures can name."""

    types: Mapping[str, VariableType]
    endpoints: Mapping[str, Endpoint]
    analysis: Analysis


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of some kind, and the template that lays it out; `lockstep.study.tables` has the kinds."""

    kind: ClassVar[str]
    name: str
    template: str

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that the table describes."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of some kind; `lockstep.study.figures` has the kinds."""

    kind: ClassVar[str]
    name: str


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
    derived: Mapping[str, Derived]
    endpoints: Mapping[str, Endpoint]
    analysis: Analysis
    tables: Mapping[str, Table]
    figures: Mapping[str, Figure]
    severities: Mapping[str, BuiltinSeverity] = field(default_factory=dict)
    joins: Mapping[str, DataFile] = field(default_factory=dict)
    row_columns: Mapping[str, Column] = field(default_factory=dict)

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

    def headers(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return what the data file calls the columns among some variables; those of joined files are left out."""
        columns = (self.columns[name] for name in names if name in self.columns)
        return tuple(column.header for column in columns if column.join is None)

    @property
    def id_column(self) -> str:
        """The name of the column of the patients' ids."""
        return self.data.id

    def label(self, variable: str) -> str:
        """Return the printed label of a column, a derived variable or the reserved variable ``follow_up``."""
        return "Follow-up" if variable == FOLLOW_UP else self._variable(variable).label

    def unique_label(self, variable: str) -> str:
        """Return a variable's label, with its name behind where another variable is called alike."""
        label, columns = self.label(variable), [item.label for item in self.columns.values()]
        alike = [*columns, *(item.label for item in self.derived.values()), self.label(FOLLOW_UP)].count(label)
        return f"{label} ({variable})" if alike > 1 else label

    def unique_endpoint_label(self, endpoint: str) -> str:
        """Return an endpoint's label, with its name behind where another endpoint is called alike."""
        return distinct({name: item.label for name, item in self.endpoints.items()})[endpoint]

    def unique_cutoff_label(self, cutoff: str) -> str:
        """Return a cut-off in words: "Progression-free survival for death"; its name behind where two are alike."""
        return distinct({name: self._cutoff_label(item) for name, item in self.analysis.cutoffs.items()})[cutoff]

    def _cutoff_label(self, cutoff: Cutoff) -> str:
        marker, outcome = self.endpoints.get(cutoff.marker), self.endpoints[cutoff.outcome]
        return f"{marker.label if marker else self.label(cutoff.marker)} for {outcome.event_label} ({outcome.label})"

    def levels(self, variable: str) -> Mapping[str, str]:
        """Return level -> printed label of a category, in order; empty for a number or date."""
        return {} if variable == FOLLOW_UP else self._variable(variable).levels or {}

    def _variable(self, name: str) -> Column | Derived:
        return self.columns.get(name) or self.derived[name]


def variable_types(columns: Mapping[str, Column], derived: Mapping[str, Derived]) -> dict[str, VariableType]:
    """Return what conditions and analyses may ask of each column and derived variable."""
    found = {name: _type_of(column.type, column.levels or {}) for name, column in columns.items()}
    return found | {name: _type_of("category", item.levels) for name, item in derived.items()}


def _type_of(kind: Literal["number", "category", "date"], levels: Mapping[str, str]) -> VariableType:
    return VariableType(kind, tuple(levels), tuple(levels.values()))


def distinct(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels by name, with the name behind where several things are called alike: "Size (size_group)"."""
    often = Counter(labels.values())
    return {name: f"{label} ({name})" if often[label] > 1 else label for name, label in labels.items()}


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """Return the form a name takes inside a record id: lower case, other characters than letters and digits are ``_``.

    Record ids are ASCII: a letter with an accent counts as the letter without it.
    """
    letters = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]", "_", plain.lower())
