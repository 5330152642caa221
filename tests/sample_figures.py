"""Figures of the shipped cohort and awkward ones, with the sizes that journals want."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sample_results import make_results, make_study, trial

from lockstep.figures.kinds import figure_content
from lockstep.figures.survival import SurvivalFigure
from lockstep.text.figure_size import FigureSize, figure_size
from lockstep.text.style import Style

Contents = dict[str, SurvivalFigure]
LONG = "Supercalifragilisticexpialidocious" * 2 + " and a very long further label, longer than any line of any legend"
AWKWARD = {
    "a": "$x_1$ and {{ 7*7 }}",
    "b": "<script>",
    "c": '| a | *b* #read("x")',
    "d": "One patient",
    "e": "No events; Ünïcödé αβγ Жук",
    "f": LONG,
}
PATIENTS = [(100.0, True), (150.0, False), (400.0, True), (900.0, True), (1300.0, False)]


def awkward(
    folder: Path,
    endpoints: Sequence[str] = ("os", "pfs"),
    levels: Mapping[str, str] = AWKWARD,
    ticks: Iterable[float] = (0, 1, 2, 3, 4),
) -> SurvivalFigure:
    """Return a figure with many groups, awkward labels, one patient, no events, and large numbers."""
    study = make_study(
        folder,
        endpoints={name: ("Überleben ‰, at some length, " * 3, "years", list(ticks)) for name in endpoints},
        variables={"g": ("Variable {{< meta x >}} $y^2$", levels)},
        figures={"awkward": {"endpoints": list(endpoints), "groups": "g"}},
    )
    patients = {"a": PATIENTS * 2000, "b": PATIENTS, "d": [(120.0, True)], "e": [(5.0, False), (1500.0, False)]}
    curves = {f"{e}.by_g.{level}": patients.get(level, PATIENTS * 3) for e in endpoints for level in levels}
    results = make_results(study, curves, p_values={f"{e}.by_g": None for e in endpoints})
    return figure_content("awkward", study, results, Style())


def contents_of_figures(folder: Path) -> Contents:
    """Return the contents of the figures of the shipped cohort, and of awkward ones, by name."""
    study, results = trial(folder)
    found = {name: figure_content(name, study, results, Style()) for name in study.figures}
    return found | {
        "awkward": awkward(folder),
        "one": awkward(folder, ["os"]),
        "months": awkward(folder, ticks=range(40)),
    }


JOURNALS = {
    "no journal": FigureSize(),
    "columns of 75 and 154 mm": figure_size(columns={"one": 75, "two": 154}),
    "8 to 12 points": figure_size(width={"min": 66.8, "max": 190.5}, points={"min": 8, "max": 12}),
    "8 points, narrow": figure_size(columns={"one": 85, "two": 154}, points={"min": 8}),
    "exactly 8 points": figure_size(points={"min": 8, "max": 8}),
    "at most 6 points": figure_size(points={"max": 6}),
    "at least 127 mm": figure_size(width={"min": 127}),
    "12 points": figure_size(points={"min": 12}),
    "12 points, narrow": figure_size(columns={"one": 85, "two": 174}, points={"min": 12}),
    "at least 150 mm high": figure_size(height={"min": 150, "max": 200}),
}
