"""A study's data put to every check at once: all faults and queries, and the cohort where there is no error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..data.cohort import Cohort, examine_cohort
from ..data.findings import DataFinding, refuse_errors
from ..data.reading import Data, examine_data
from ..data.row_rules import Flags
from ..readers.files import TableReader, read_data_table
from ..study.model import Study
from ..variables.data_file import ROW_ID
from .builtin_checks import builtin_findings, with_severities
from .checked import Checked
from .roles import roles_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examination:
    """What was found in the data of a study: errors first.

    `disclosed` says how lists that leave the machine call each file, by how messages call it.
    """

    data: Data
    findings: tuple[DataFinding, ...]
    examined: Cohort
    disclosed: Mapping[str, str]

    @property
    def cohort(self) -> Cohort:
        """The cohort.

        Raises
        ------
        FaultyDataError
            If a finding is an error.
        """
        refuse_errors(self.findings)
        return self.examined


def examine(study: Study, *, read: TableReader = read_data_table) -> Examination:
    """Read the data of a study, put them to all checks and build the cohort.

    Parameters
    ----------
    read : what reads each file of the data, or has read it.

    Raises
    ------
    DataError
        If there is nothing to examine: the file cannot be read, or has no table of patients.
    """
    data = examine_data(study, read=read)
    cohort, of_cohort = examine_cohort(study, data, data.faulty)
    checked = Checked(
        study=study,
        frame=data.frame,
        rows=data.rows,
        ids=None if study.id_column == ROW_ID else data.ids,
        faulty=data.faulty,
        disputed=_disputed(study, data, [*data.findings, *of_cohort]),
        roles=roles_of(study),
    )
    found = with_severities([*data.findings, *of_cohort, *builtin_findings(checked)], study)
    findings = sorted(found, key=lambda finding: finding.severity)
    disclosed = {file.called: file.disclosed for file in (study.data, *study.joins.values())}
    return Examination(data=data, findings=tuple(findings), examined=cohort, disclosed=disclosed)


def _disputed(study: Study, data: Data, findings: Iterable[DataFinding]) -> dict[str, Flags]:
    """Return whose cells errors on whole rows speak of, by variable: an end before the start, a rule that is broken."""
    found: dict[str, Flags] = {}
    for item in findings:
        if item.severity != "error" or item.column is not None or item.join is not None:
            continue
        where = np.isin(data.rows, item.rows)
        for name, column in study.columns_of(None).items():
            if column.header in item.beside:
                found[name] = found[name] | where if name in found else where
    return found
