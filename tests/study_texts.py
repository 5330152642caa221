"""Texts of study.toml, to be changed, and what reading one gives."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from lockstep.base.errors import StudyError
from lockstep.study.definition import read_study
from lockstep.study.model import Study

ROOT = Path(__file__).parent.parent

MINIMAL = """
schema = 1
[data]
file = "cohort.csv"
id = "id"
[columns.age]
type = "number"
"""

BASE = """
schema = 1

[data]
file = "cohort.csv"
id = "id"

[columns.age]
type = "number"

[columns.sex]
type = "category"
levels = ["f", "m"]

[columns.arm]
type = "category"
levels = { a = "Arm A", b = "Arm B" }

[columns.start]
type = "date"

[columns.stop]
type = "date"

[endpoints.os]
start = "start"
end = "stop"
event = "sex == 'f'"
"""


TWO_ARMS = """schema = 1
[data]
file = "c.csv"
id = "id"
[time]
unit = "months"
landmarks = [1]
[columns.arm]
type = "category"
label = "Treatment"
levels = { a = "Control", b = "New" }
"""
TRIAL = (
    TWO_ARMS
    + """[columns.months]
type = "number"
[columns.dead]
type = "category"
levels = ["0", "1"]
[endpoints.os]
label = "Overall survival"
time = "months"
event = "dead == '1'"
event_label = "death"
"""
)
"""Two arms and overall survival, to which a test adds what it is about."""

FLAGSHIP = (ROOT / "study.toml").read_text(encoding="utf-8")


def added(folder: Path, text: str, *, to: str = FLAGSHIP) -> Study:
    """Return the flagship study, in a folder of its own, with more at the end of its study.toml, or of another text."""
    shutil.copytree(ROOT / "data", folder / "data")
    return read(folder, to + text)


def written(folder: Path, text: str, lines: Iterable[str]) -> Study:
    """Write a study of this text, and its data file c.csv of these lines, the header first; read it."""
    (folder / "c.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read(folder, text)


def read(folder: Path, text: str) -> Study:
    """Read a study of this text."""
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return read_study(folder)


def refusal(folder: Path, text: str) -> str:
    """Return the message with which a study of this text is refused."""
    with pytest.raises(StudyError) as error:
        read(folder, text)
    return str(error.value)
