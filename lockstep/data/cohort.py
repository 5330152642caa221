"""The cohort: from the reviewed patients, through eligibility, to the analysed frame and its endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import counted
from ..base.snapping import snapped_all
from ..base.wording import shown
from ..study.model import Study
from ..syntax.names import FOLLOW_UP
from .checks import declared_findings
from .competing_events import with_competing_event
from .derivation import DerivedValues, derive
from .derived_findings import derived_findings
from .findings import DataFinding, refuse_errors
from .known_times import known_time_findings
from .reading import Data
from .time_to_event import TimeToEvent, time_to_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One line of the flow: `n` patients excluded by a rule, of whom for `n_unknown` the rule could not be decided."""

    rule: str
    reason: str
    n: int
    n_unknown: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cohort:
    """The patients of a study.

    Attributes
    ----------
    reviewed : all patients of the file (index 0 to n - 1), columns and derived variables.
    analysed : the eligible ones (index 0 to m - 1), and the number ``follow_up`` in months where the study asks for it.
    rows : (m,) the row of each analysed patient in the file.
    exclusions : the flow from one to the other; each patient counts under the first rule that excludes them.
    applicable : (m,) by variable: True where a value is expected, so that its absence is missing data; False outside a
        derived variable's `among`, and where an optional one is blank.
    endpoints : time and event of each analysed patient, by endpoint.
    populations : (m,) by population: whether an analysed patient is in it, which may be unknown.
    completed : the analysed patients with missing values imputed, a frame for each data set; none without imputation.
    """

    reviewed: pd.DataFrame
    analysed: pd.DataFrame
    rows: npt.NDArray[np.int64]
    exclusions: tuple[Exclusion, ...]
    applicable: Mapping[str, npt.NDArray[np.bool_]]
    endpoints: Mapping[str, TimeToEvent]
    populations: Mapping[str, pd.arrays.BooleanArray]
    completed: tuple[pd.DataFrame, ...] = ()

    def population(self, name: str) -> npt.NDArray[np.bool_]:
        """Return (m,) True where an analysed patient is in a population; of whom it is unknown is not."""
        return self.populations[name].to_numpy(dtype=bool, na_value=False)

    def of(self, patients: npt.NDArray[np.bool_]) -> Cohort:
        """Return the cohort with some of the analysed patients: (m,) True for these."""
        return replace(
            self,
            analysed=self.analysed[patients].reset_index(drop=True),
            rows=self.rows[patients],
            applicable={name: where[patients] for name, where in self.applicable.items()},
            endpoints={name: observed.of(patients) for name, observed in self.endpoints.items()},
            populations={name: members[patients] for name, members in self.populations.items()},
            completed=tuple(frame[patients].reset_index(drop=True) for frame in self.completed),
        )

    def missing(self, variable: str) -> npt.NDArray[np.bool_]:
        """Return (m,) True where an analysed patient should have a value of `variable` and has none."""
        return self.applicable[variable] & self.analysed[variable].isna().to_numpy()


def build_cohort(study: Study, data: Data) -> Cohort:
    """Apply eligibility, derive variables and compute endpoints.

    Raises
    ------
    FaultyDataError
        As `examine_cohort` finds; names the rows.
    """
    cohort, findings = examine_cohort(study, data)
    refuse_errors(findings)
    return cohort


def examine_cohort(
    study: Study, data: Data, faulty: Mapping[str, npt.NDArray[np.bool_]] | None = None
) -> tuple[Cohort, list[DataFinding]]:
    """Build the cohort and look for everything that is wrong in it.

    Parameters
    ----------
    faulty : (n,) by column: cells that are reported already, and missing among the data. What follows from them is not
        reported again.

    Returns
    -------
    cohort, findings
        Findings are rows that break a rule under [checks], derived numbers that cannot be computed or are out of range,
        that no patient is eligible or in a population, and analysed patients who fit no level of a derived variable, or
        lack the time or event of an endpoint. Where one is an error, the cohort is of no use.

    Notes
    -----
    A rule keeps those for whom its condition is true; where it is unknown, the patient is excluded and counted so.
    Nothing is asked of excluded patients: their dates may be missing or out of order.
    """
    reviewed, derived = _with_derived(study, data)
    known = _Faulty(study, faulty or {}, len(reviewed))
    findings = list(declared_findings(study, reviewed, data.rows))
    kept, exclusions = _eligible(study, reviewed, known)
    rows = data.rows[kept]
    if not kept.any():
        findings.append(_nobody(study, len(reviewed), exclusions))
    findings += derived_findings(study, derived, data.rows, kept, reported=known.of)
    analysed = reviewed[kept].reset_index(drop=True)
    alone = {}
    needed = {name: known.of(endpoint.made_of)[kept] for name, endpoint in study.endpoints.items()}
    for name, endpoint in study.endpoints.items():
        alone[name], found = time_to_event(endpoint, analysed, rows, study, known_faulty=needed[name])
        findings += found
    findings += known_time_findings(study, analysed, rows, lambda names: known.of(names)[kept])
    endpoints = {}
    for name, endpoint in study.endpoints.items():
        endpoints[name], found = with_competing_event(endpoint, alone, analysed, rows, study, known_faulty=needed[name])
        findings += found
    applicable = {name: _applicable(study, name, derived, analysed, kept) for name in analysed.columns}
    if study.analysis.follow_up is not None:
        analysed[FOLLOW_UP] = snapped_all(endpoints[study.analysis.follow_up].time / study.time.per("months"))
        applicable[FOLLOW_UP] = np.ones(len(analysed), dtype=bool)
    populations = {name: item.keep.mask(analysed) for name, item in study.populations.items()}
    for name, members in populations.items():
        may_be_in = known.of(study.populations[name].keep.names)[kept]
        if kept.any() and not (members.to_numpy(dtype=bool, na_value=False) | may_be_in).any():
            findings.append(_empty_population(study, name, len(analysed)))
    cohort = Cohort(
        reviewed=reviewed,
        analysed=analysed,
        rows=rows,
        exclusions=exclusions,
        applicable=applicable,
        endpoints=endpoints,
        populations=populations,
    )
    return cohort, findings


@dataclass(frozen=True, slots=True)
class _Faulty:
    """The cells that are reported already, by variable: also of those that are made of others."""

    study: Study
    columns: Mapping[str, npt.NDArray[np.bool_]]
    n: int

    def of(self, names: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Return (n,) True for patients of whom one of these variables is made of such a cell."""
        found = np.zeros(self.n, dtype=bool)
        if self.columns:
            for name in self.study.columns_behind(names):
                found |= self.columns.get(name, False)
        return found


def _nobody(study: Study, n: int, exclusions: tuple[Exclusion, ...]) -> DataFinding:
    parts = ", ".join(f"{item.n} by [eligibility.{item.rule}]" for item in exclusions)
    return DataFinding(
        kind="nobody to analyse",
        severity="error",
        column=None,
        rows=(),
        message=(
            f"{study.data_file}: no patient is left of {n}: excluded were {parts}; expected at least one.\n"
            "Mend the rules under [eligibility] in study.toml, or the file."
        ),
    )


def _empty_population(study: Study, name: str, n: int) -> DataFinding:
    return DataFinding(
        kind="an empty population",
        severity="error",
        column=None,
        rows=(),
        message=(
            f"{study.data_file}: none of {counted(n, 'patient')} analysed is in the population {shown(name)}; expected "
            f"at least one.\nMend `keep` under [populations.{name}] in study.toml, or the file."
        ),
    )


def _with_derived(study: Study, data: Data) -> tuple[pd.DataFrame, dict[str, DerivedValues]]:
    """Return the data's frame with the derived variables added, in their order: each may use those before it."""
    frame = data.frame.copy(deep=False)
    derived: dict[str, DerivedValues] = {}
    for name, definition in study.derived.items():
        derived[name] = derive(definition, frame, study.time)
        frame[name] = derived[name].values
    return frame, derived


def _eligible(
    study: Study, reviewed: pd.DataFrame, known: _Faulty
) -> tuple[npt.NDArray[np.bool_], tuple[Exclusion, ...]]:
    """Return who stays, and who does not; who may stay once a cell is mended stays, so that all faults are found."""
    kept = np.ones(len(reviewed), dtype=bool)
    exclusions = []
    for rule in study.eligibility:
        mask = rule.keep.mask(reviewed)
        stays = mask.to_numpy(dtype=bool, na_value=False) | known.of(rule.keep.names)
        unknown = kept & mask.isna()
        exclusions.append(
            Exclusion(rule=rule.name, reason=rule.reason, n=int((kept & ~stays).sum()), n_unknown=int(unknown.sum()))
        )
        kept &= stays
    return kept, tuple(exclusions)


def _applicable(
    study: Study,
    name: str,
    derived: Mapping[str, DerivedValues],
    analysed: pd.DataFrame,
    kept: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    present = analysed[name].notna().to_numpy()
    if name in derived:
        applicable = derived[name].applicable[kept]
        return applicable & present if study.derived[name].optional else applicable
    return present if study.columns[name].optional else np.ones(len(analysed), dtype=bool)
