"""Survival curves and those of cumulative incidence, kinds of figures: with estimates, tests and patients at risk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..catalogue.catalogue import PATIENTS
from ..graphics.shapes import Drawing
from ..results.curves import PrintedCurve
from ..results.model import Results
from ..study.figures import SurvivalCurves
from ..study.model import Study
from ..text.figure_size import FigureSize
from ..text.figure_text import Measure
from ..text.provenance import PrintedText
from ..text.sentence_case import lower_first
from ..text.style import NBSP, Style
from .survival_drawing import drawing_of
from .survival_layout import lay_out
from .survival_panels import Group, Panel, Rows, panel_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalFigure:
    """A whole figure: its name in study.toml, its panels, row by row, and the room that it has."""

    name: str
    rows: Rows
    size: FigureSize = field(default_factory=FigureSize)

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels in reading order."""
        return tuple(panel for row in self.rows for panel in row)

    def alt_text(self) -> str:
        """Say in words what the figure shows: each panel's patients, estimates and test."""
        curves = sum(len(group.curves) or 1 for panel in self.panels for group in panel.groups)
        panels = " ".join(map(_panel_text, self.panels))
        weighted = "Weighted " if self.panels[0].is_weighted else ""
        return f"{weighted}{self.panels[0].curves_are} curve{'s' if curves > 1 else ''}. {panels}".replace(NBSP, " ")

    def printed(self) -> Iterator[PrintedText]:
        """Yield what the figure shows of the results: each curve, its estimate, the test of each panel."""
        for panel in self.panels:
            head = " ".join(part for part in (panel.letter, panel.title) if part)
            head = f"{head}, {panel.subtitle}" if panel.subtitle else head
            for group in panel.groups:
                place = f"{head}: {group.full_label}"
                for curve in group.curves:  # of nobody there is no curve, only the word that there is none
                    yield PrintedText("curve", (curve.id,), place)
                if isinstance(group.estimate_text, PrintedText):
                    yield group.estimate_text.at(place)
            if isinstance(panel.p_text, PrintedText):
                yield panel.p_text.at(head)

    def described(self) -> Iterator[PrintedText]:
        """Yield the number of patients of each curve."""
        for panel in self.panels:
            for group in panel.groups:
                yield PrintedText(group.patients, (PATIENTS.of(group.curve.key).id,))

    def curves(self) -> Mapping[str, PrintedCurve]:
        """Return the curves, but for those of nobody."""
        return {curve.id: curve for panel in self.panels for group in panel.groups for curve in group.curves}

    def numbers_of_patients(self) -> Iterator[tuple[str, int]]:
        """Yield what the alternative text gives numbers of patients for, in its order: each panel, and its groups."""
        for panel in self.panels:
            yield panel.head, panel.n
            if len(panel.groups) > 1:
                yield from ((group.full_label, group.curve.n) for group in panel.groups)

    def draw(self, size: FigureSize, measure: Measure) -> Drawing:
        """Draw the panels: 85 mm wide if there is one, else 174 mm, unless a journal has it otherwise."""
        return drawing_of(lay_out(self.rows, size, measure))


def survival_figure(figure: SurvivalCurves, study: Study, results: Results, style: Style) -> SurvivalFigure:
    """Return what survival curves of study.toml show; errors as `panel_rows`."""
    return SurvivalFigure(name=figure.name, rows=panel_rows(figure, study, results, style), size=style.figures)


def _panel_text(panel: Panel) -> str:
    head = f"{panel.head}, {panel.patients}"
    if len(panel.groups) == 1:
        return f"{head}{_estimate(panel, panel.groups[0])}."
    sentences = [head, *(_group_text(panel, group) for group in panel.groups), panel.test_text]
    return f"{'. '.join(sentences)}."


def _group_text(panel: Panel, group: Group) -> str:
    return f"{group.full_label}, {group.patients}{_estimate(panel, group)}"


def _estimate(panel: Panel, group: Group) -> str:
    """Return the words on a group's median or incidence; of nobody there are none."""
    return f", {lower_first(panel.estimate_title)} {group.estimate_text}" if group.curve.n else ""
