"""[data] and [checks.*] of study.toml: the data file, how it is read, and the rules that its rows keep."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from ..base.wording import hint, listing
from .conditions import VariableType
from .model import BUILTIN_CHECKS, BuiltinSeverity, DataCheck, DataFile, Severity
from .sections import Section
from .variables import read_expression

ENCODINGS: Final = ("utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15", "mac-roman")
"""The encodings of text files; the last four are of programs that know no Unicode."""


TRIED_FILE: Final = ".lockstep-tried"
"""In a folder in which a study is tried with another data file: the path of that file, as its user gave it."""


def tried_file(folder: Path) -> str | None:
    """Return the path of the data file that is tried in a folder; None for the folder of a study."""
    try:
        return (folder / TRIED_FILE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def read_data_file(top: Section) -> DataFile:
    """Read [data]."""
    data = top.section("data")
    data.allow("file", "id", "missing", "encoding", "decimal", "header_row", "sheet", "cutoff", "dictionary")
    decimal: Any = data.choice("decimal", (",", ".")) if data.has("decimal") else None
    header_row = data.number("header_row", 1)
    if header_row not in range(1, 1001):
        raise data.error("header_row", f"is {header_row:g}; expected a whole number, the row with the columns' names")
    return DataFile(
        file=data.text("file"),
        id=data.text("id").strip(),
        missing=tuple(dict.fromkeys(["", *(text.strip() for text in data.texts("missing", ["NA"]))])),
        encoding=data.choice("encoding", ENCODINGS) if data.has("encoding") else None,
        decimal=decimal,
        header_row=int(header_row),
        sheet=data.text("sheet") if data.has("sheet") else None,
        cutoff=data.day("cutoff") if data.has("cutoff") else None,
        dictionary=data.optional_text("dictionary"),
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
