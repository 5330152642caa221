"""What is wrong or doubtful in the data: findings, each with its rows, and the one error that names the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..base.errors import DataError
from ..base.invocation import called
from ..variables.checks import Severity

NAMED: Final = 3
"""How many findings the error of a report names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFinding:
    """One fault of one kind, or one doubt.

    Attributes
    ----------
    kind : the name of the check, or what is wrong with the cells: "a number out of range".
    severity : "error" stops the report; a "query" is counted, and listed for the site that has the records.
    column : the column's name in the file; None where the finding is about whole rows.
    rows : of the file, in order, as a spreadsheet counts them; empty where it is about the whole column.
    message : what was found and where, what is allowed, what to do; of a patient it shows no value but one that is
        like a declared level.
    join : the name of the joined file whose rows they are; None for those of the data file.
    beside : other columns that make the column's value wrong, or of which a rule on rows speaks.
    listed : the first line of the message for the list that may go to another site, where the message itself shows a
        value; empty where it shows none.
    """

    kind: str
    severity: Severity
    column: str | None
    rows: tuple[int, ...]
    message: str
    beside: tuple[str, ...] = ()
    join: str | None = None
    listed: str = ""

    @property
    def n(self) -> int:
        """How many entries the finding has in the list for the site: one a row, or one of the whole column."""
        return max(1, len(self.rows))


class FaultyDataError(DataError):
    """The data have errors, all of which were looked for.

    Attributes
    ----------
    findings : all errors.
    """

    def __init__(self, findings: tuple[DataFinding, ...]) -> None:
        """Name the first of the errors."""
        more = len(findings) - NAMED
        said = [finding.message for finding in findings[:NAMED]]
        if more > 0:
            said.append(
                f"There {'is 1 more fault' if more == 1 else f'are {more} more faults'} of the data; "
                f"{called('data')} lists them all."
            )
        super().__init__("\n".join(said))
        self.findings = findings


def refuse_errors(findings: Iterable[DataFinding]) -> None:
    """Raise where a finding is an error.

    Raises
    ------
    FaultyDataError
        Names the first three, and says how many more there are.
    """
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        raise FaultyDataError(errors)
