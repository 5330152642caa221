"""The checks that every data file is put to, and what a study makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..data.findings import DataFinding
from ..study.model import Study
from .checked import Checked
from .date_checks import date_findings, future_dates, late_dates
from .row_checks import row_findings
from .value_checks import value_findings


def builtin_findings(checked: Checked) -> Iterator[DataFinding]:
    """Yield the findings of all built-in checks, with the severities that they have by themselves."""
    late = {} if checked.study.severities.get("future_date") == "off" else late_dates(checked)
    yield from future_dates(checked, late)
    yield from date_findings(checked, late=late)
    yield from row_findings(checked)
    yield from value_findings(checked)


def with_severities(findings: Iterable[DataFinding], study: Study) -> Iterator[DataFinding]:
    """Yield findings with the severities of [checks.*]; without those of checks that are off."""
    for finding in findings:
        severity = study.severities.get(finding.kind, finding.severity)
        if severity != "off":
            yield replace(finding, severity=severity)
