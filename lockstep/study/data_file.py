"""[data] and [checks.*] of study.toml: the data file, how it is read, and the rules that its rows keep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args

from ..base.wording import hint, listing
from .conditions import VariableType
from .model import BUILTIN_CHECKS, ROW_ID, BuiltinSeverity, DataCheck, DataFile, Severity
from .sections import Section
from .variables import read_expression

ENCODINGS: Final = ("utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15", "mac-roman")
"""The encodings of text files; the last four are of programs that know no Unicode."""

_KEYS: Final = ("file", "id", "missing", "encoding", "decimal", "header_row", "sheet", "dictionary", "rows", "order")
"""The keys of every file of the data."""


TRIED_FILE: Final = ".lockstep-tried"
"""In a folder in which a study is tried with another data file: the path of that file, as its user gave it."""


def tried_file(folder: Path) -> str | None:
    """Return the path of the data file that is tried in a folder; None for the folder of a study."""
    try:
        return (folder / TRIED_FILE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def read_data_file(top: Section) -> DataFile:
    """Read [data] but for [data.join.*]."""
    data = top.section("data")
    data.allow(*_KEYS, "cutoff", "join")
    return _data_file(data, data.day("cutoff") if data.has("cutoff") else None)


def read_joins(top: Section, main: DataFile) -> dict[str, DataFile]:
    """Read [data.join.*]: the files that are joined to the data file by the patients' ids."""
    sections = top.section("data").sections("join")
    if sections and main.id == ROW_ID:
        raise top.section("data").error("id", "counts rows; expected the column of ids by which files are joined")
    for section in sections.values():
        section.allow(*_KEYS)
    return {name: _data_file(section, main.cutoff) for name, section in sections.items()}


def _data_file(data: Section, cutoff: date | None) -> DataFile:
    decimal: Any = data.choice("decimal", (",", ".")) if data.has("decimal") else None
    header_row = data.number("header_row", 1)
    if header_row not in range(1, 1001):
        raise data.error("header_row", f"is {header_row:g}; expected a whole number, the row with the columns' names")
    rows, identified = data.optional_text("rows"), data.text("id").strip()
    if identified == ROW_ID and (rows is not None or data.key != "data"):
        raise data.error("id", "counts rows; expected the column that says which rows are of one patient")
    if data.has("order") and rows is None:
        raise data.error("order", 'belongs to `rows`, which says what a row is: rows = "visits"')
    return DataFile(
        file=data.text("file"),
        id=identified,
        missing=tuple(dict.fromkeys(["", *(text.strip() for text in data.texts("missing", ["NA"]))])),
        encoding=data.choice("encoding", ENCODINGS) if data.has("encoding") else None,
        decimal=decimal,
        header_row=int(header_row),
        sheet=data.text("sheet") if data.has("sheet") else None,
        cutoff=cutoff,
        dictionary=data.optional_text("dictionary"),
        rows=rows,
        order=data.optional_text("order"),
        section=data.key,
    )


def read_checks(top: Section, types: Mapping[str, VariableType]) -> tuple[DataCheck, ...]:
    """Read the study's own rules among [checks.*], in order."""
    checks = []
    for name, section in top.sections("checks").items():
        if name in BUILTIN_CHECKS:
            continue
        if not section.has("must"):
            builtin = listing(BUILTIN_CHECKS, word="and", most=len(BUILTIN_CHECKS))
            known = f"the built-in checks are {builtin}{hint(name, BUILTIN_CHECKS)}"
            raise section.error("must", f"is missing; expected a condition, since {known}")
        section.allow("must", "reason", "severity")
        must = read_expression(section, "must", types)
        severity: Any = section.choice("severity", get_args(Severity), "error")
        checks.append(DataCheck(name=name, must=must, reason=section.text("reason"), severity=severity))
    return tuple(checks)


def read_severities(top: Section) -> dict[str, BuiltinSeverity]:
    """Read what [checks.*] says of built-in checks: the severity that each one has in this study."""
    found: dict[str, BuiltinSeverity] = {}
    for name, section in top.sections("checks").items():
        if name not in BUILTIN_CHECKS:
            continue
        section.allow("severity", "reason", of="a built-in check")
        severity: Any = section.choice("severity", get_args(BuiltinSeverity))
        if severity == "off" and not section.has("reason"):
            raise section.error("reason", "is missing; expected why the data need no such check")
        section.optional_text("reason")
        found[name] = severity
    return found
