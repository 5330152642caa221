"""Which journals there are, which one is asked for, and the style of numbers that it wants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..base.errors import ReportError, nearest
from ..base.files import read_file
from ..base.resources import TEMPLATES
from ..text.figure_size import figure_size
from ..text.style import Style
from .active import active_profiles
from .file import Journal, parse_journal

FOLDER: Final = Path("templates/journals")
"""Where a study has journals of its own."""

_NAME: Final = re.compile(r"[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*")


def journals_for(folder: Path) -> dict[str, Path]:
    """Return the files of all journals that a study's folder or the program has, by name; the study's own first.

    A file whose name is none of a journal, such as the copy of an editor, is passed over.
    """
    found: dict[str, Path] = {}
    for home in (folder / FOLDER, TEMPLATES / "journals"):
        for path in sorted(home.glob("*.toml")):
            if _NAME.fullmatch(path.stem):
                found.setdefault(path.stem, path)
    return found


def read_journal(name: str, folder: Path) -> Journal:
    """Read a journal's file, from a study's folder or from the program's.

    Raises
    ------
    ReportError
        If there is no such journal, or its file is not valid; names the line.
    """
    files = journals_for(folder)
    here = f"Journals here: {', '.join(sorted(files)) or 'none'}."
    if others := [path.name for path in sorted((folder / FOLDER).glob("*.toml")) if not _NAME.fullmatch(path.stem)]:
        here += f" Passed over for its name: {FOLDER.as_posix()}/{others[0]}."
    if name not in files and not _NAME.fullmatch(name):
        raise ReportError(
            f"{name!r} is no name of a journal, which has letters, digits and hyphens only, such as plos-one. {here}"
        )
    if name not in files:
        raise ReportError(
            f"no journal '{name}'{nearest(name, files) or '.'} {here}\n"
            f"To add one, write {FOLDER.as_posix()}/{name}.toml: `schema = 1`, its `title`, its [rules.<rule>]."
        )
    path = files[name]
    return parse_journal(read_file(path), name=name, file=f"{FOLDER.as_posix()}/{path.name}")


def active_journal(folder: Path) -> Journal | None:
    """Return the journal among the active Quarto profiles; None where there is none."""
    files = journals_for(folder)
    return next((read_journal(name, folder) for name in active_profiles() if name in files), None)


def quarto_profile(journal: Journal) -> dict[str, Any]:
    """Return a journal's settings for Quarto, as in a profile of it, but the citation style by its name.

    Where no rule says otherwise, lines are double-spaced and have numbers, for reviewers.
    """
    settings = {key: value for key, value in journal.quarto.items() if key != "papersize"}
    settings["linestretch"] = journal.value("line_spacing", 2)
    settings["line-numbers"] = journal.value("line_numbers", "continuous") == "continuous"
    if word := journal.value("figure_word"):
        settings["crossref"] = {"fig-title": word, "fig-prefix": word}
    if size := journal.quarto.get("papersize"):
        settings["format"] = {target: {"papersize": size} for target in ("docx", "typst")}
    return settings


def styled(style: Style, journal: Journal | None) -> Style:
    """Return a style as a journal wants it; what it is not known to want stays as it is."""
    if journal is None:
        return style
    p = {name: journal.value(rule) for name, rule in _P_FIELDS.items() if rule in journal.rules}
    if "p_steps" in journal.rules:
        p["steps"] = tuple((step["below"], step["decimals"]) for step in journal.value("p_steps"))
    if digits := journal.value("p_significant_digits"):
        p |= {"significant": digits["digits"], "most_decimals": digits["most_decimals"]}
    if {"p_decimals", "p_steps", "p_significant_digits"} & journal.rules.keys():
        p["prescribed"] = True
    return replace(style, name=journal.name, p=replace(style.p, **p), **dict(_fields(journal)))


_P_FIELDS: Final = {
    "decimals": "p_decimals",
    "floor": "p_floor",
    "letter": "p_letter",
    "italic": "p_italic",
    "spaced": "p_spaced",
    "leading_zero": "p_leading_zero",
}
_FIELDS: Final = {
    "decimal_mark": "decimal_mark",
    "range_dash": "range_dash",
    "interval_comma": "interval_comma",
    "percent_decimals": "percent_decimals",
    "ratio_decimals": "ratio_decimals",
    "units": "units",
    "marks_raised": "footnote_marks_raised",
    "empty": "empty_cell",
    "count_name": "count_name",
    "counts_with_percent": "counts_with_percent",
    "percent_in_heading": "percent_in_heading",
}
_FIGURES: Final = {
    "columns": "figure_column_mm",
    "width": "figure_width_mm",
    "height": "figure_height_mm",
    "points": "figure_points",
}


def _fields(journal: Journal) -> Iterator[tuple[str, Any]]:
    for name, rule in _FIELDS.items():
        if rule in journal.rules:
            yield name, journal.value(rule)
    if thousands := journal.value("thousands"):
        yield "thousands", thousands["mark"]
        yield "thousands_from", thousands["from"]
    if few := journal.value("percent_decimals_below"):
        yield "percent_decimals_below", (few["n"], few["decimals"])
    if marks := journal.value("footnote_marks"):
        yield "marks", tuple(marks)
    yield "figures", figure_size(**{name: journal.value(rule) for name, rule in _FIGURES.items()})
    if names := journal.value("abstract_names"):
        yield "headings", names
