"""Levels named where their variable is not beside them: "Grade: 2", never "2" or "Yes" alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..study.model import Study


def one_line(text: str) -> str:
    """Bring a label of the study definition into one line."""
    return " ".join(text.split())


def level_name(variable: str, level: str) -> str:
    """Name a level for use alone: "Grade: 2", but "Without local therapy" of "Local therapy" as it is."""
    variable, level = one_line(variable), one_line(level)
    return level if _names(variable, level) else f"{variable}: {level}"


def named_level(study: Study, variable: str, level: str) -> str:
    """Name a level of a study's variable for use alone."""
    return level_name(study.label(variable), study.levels(variable)[level])


def heading(variable: str, levels: Iterable[str]) -> str:
    """Return the variable as the heading over its levels; nothing where each of them names it already."""
    return "" if all(_names(one_line(variable), one_line(level)) for level in levels) else one_line(variable)


def _names(variable: str, level: str) -> bool:
    # "T" is not named in "Without"
    return re.search(rf"(?<!\w){re.escape(variable)}(?!\w)", level, re.IGNORECASE) is not None
