"""The flow diagram, a kind of figure: patients reviewed, excluded by reason, analysed, and their groups (STROBE 13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..base.errors import ReportError, ResultsError
from ..base.invocation import called
from ..catalogue.catalogue import (
    ANALYSED,
    EXCLUDED,
    EXCLUDED_BY_RULE,
    IN_POPULATION,
    LEVEL_COUNT,
    MISSING_COUNT,
    REVIEWED,
    ROWS,
)
from ..catalogue.keys import Key
from ..graphics.shapes import Drawing
from ..results.curves import PrintedCurve
from ..results.model import Results
from ..study.figures import FlowDiagram
from ..study.model import Study
from ..text import numbers
from ..text.figure_size import FigureSize
from ..text.figure_text import Measure
from ..text.level_names import level_name, one_line
from ..text.provenance import PrintedText
from ..text.style import NBSP, Style
from .flow_drawing import FlowTexts, draw_flow


@dataclass(frozen=True, slots=True)
class Step:
    """Patients at one point of the flow: who they are, and how many."""

    label: str
    count: PrintedText

    @property
    def text(self) -> str:
        """The step as printed in a box: "Patients reviewed (n = 154)", its number never broken off."""
        return f"{self.label} (n{NBSP}={NBSP}{self.count})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFigure:
    """A flow diagram: its steps from top to bottom, and those that leave it at the right.

    Attributes
    ----------
    read : the rows of the data file, where a patient may have several.
    excluded : all who are excluded, and for which reasons; nobody where study.toml has no rule.
    ungrouped : those who are analysed and in no group, for a missing value.
    groups : the levels of the variable by which it is split, or the populations that it ends with.
    """

    name: str
    reviewed: Step
    excluded: tuple[Step, ...]
    analysed: Step
    ungrouped: tuple[Step, ...] = ()
    groups: tuple[Step, ...] = ()
    read: tuple[Step, ...] = ()
    size: FigureSize = field(default_factory=FigureSize)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in reading order."""
        return (*self.read, self.reviewed, *self.excluded, self.analysed, *self.ungrouped, *self.groups)

    def alt_text(self) -> str:
        """Say in words who is in which box."""
        sentences = (
            _listed(self.read),
            _listed((self.reviewed,)),
            _listed(self.excluded[:1], self.excluded[1:]),
            _listed((self.analysed,), self.groups),
            _listed(self.ungrouped),
        )
        return " ".join(f"{text}." for text in ("Flow diagram", *sentences) if text).replace(NBSP, " ")

    def printed(self) -> Iterator[PrintedText]:
        """Yield the number of each step, placed at its label."""
        for step in self.steps:
            yield step.count.at(step.label)

    def described(self) -> Iterator[PrintedText]:
        """Yield nothing: all numbers are in the picture."""
        yield from ()

    def curves(self) -> Mapping[str, PrintedCurve]:
        """Return none."""
        return {}

    def draw(self, size: FigureSize, measure: Measure) -> Drawing:
        """Draw it: in the width of one column where that has room for its groups side by side, else of two."""
        return draw_flow(
            FlowTexts(
                down=_texts((*self.read, self.reviewed, self.analysed)),
                aside=(*(() for _ in self.read), _texts(self.excluded), _texts(self.ungrouped)),
                groups=_texts(self.groups),
            ),
            size,
            measure,
        )


def _texts(steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(step.text for step in steps)


def _listed(*parts: Sequence[Step]) -> str:
    """Say steps and what they are made of: "Excluded (n = 3): No consent (n = 2); Other reasons (n = 1)"."""
    return ": ".join("; ".join(_texts(steps)) for steps in parts if steps)


def flow_figure(figure: FlowDiagram, study: Study, results: Results, style: Style) -> FlowFigure:
    """Return what a flow diagram of study.toml shows.

    Raises
    ------
    ReportError
        If it is split by a variable that only some patients have.
    ResultsError
        If a number of patients does not add up.
    """

    def step(key: Key, label: str) -> Step:
        record = results[key]
        return Step(one_line(label), PrintedText(numbers.bare_text(record, style), (record.id,)))

    rules = {EXCLUDED_BY_RULE.of(item=rule.name): rule.reason for rule in study.eligibility}
    excluded: list[Step] = []
    if rules:
        _check_sum(EXCLUDED.of(), rules, results)
        excluded = [step(EXCLUDED.of(), "Excluded")]
        excluded += [step(key, reason[:1].upper() + reason[1:]) for key, reason in rules.items()]
    _check_sum(REVIEWED.of(), [ANALYSED.of(), *([EXCLUDED.of()] if rules else [])], results)
    groups = {IN_POPULATION.of(population=name): study.patient_sets[name].label for name in figure.populations}
    ungrouped = []
    if figure.by is not None:
        variable, levels = study.label(figure.by), study.levels(figure.by).items()
        groups = {
            LEVEL_COUNT.of(variable=figure.by, level=level): level_name(variable, label) for level, label in levels
        }
        left = _number(ANALYSED.of(), results) - sum(_number(key, results) for key in groups)
        if left:
            missing = MISSING_COUNT.of(variable=figure.by)
            ungrouped = [step(missing, f"{variable} missing")]
            _check_all(figure, left, _number(missing, results))
    rows = study.data.rows
    return FlowFigure(
        name=figure.name,
        read=() if rows is None else (step(ROWS.of(), f"{rows[:1].upper()}{rows[1:]} in the data file"),),
        reviewed=step(REVIEWED.of(), "Patients reviewed"),
        excluded=tuple(excluded),
        analysed=step(ANALYSED.of(), "Patients included in the analysis"),
        ungrouped=tuple(ungrouped),
        groups=tuple(step(key, label) for key, label in groups.items()),
        size=style.figures,
    )


def _number(key: Key, results: Results) -> int:
    return int(results[key].value or 0)


def _check_sum(whole: Key, parts: Iterable[Key], results: Results) -> None:
    """Refuse numbers of patients of which the parts are not the whole."""
    found = {part.id: _number(part, results) for part in parts}
    if sum(found.values()) != _number(whole, results):
        raise ResultsError(
            f"{whole.id} is {results[whole].value}, but {' + '.join(found)} = {' + '.join(map(str, found.values()))}; "
            f"run {called('report')} to compute it again"
        )


def _check_all(figure: FlowDiagram, left: int, missing: int) -> None:
    """Refuse a variable that some patients neither have nor lack."""
    if left != missing:
        raise ReportError(
            f"study.toml: [figures.{figure.name}] is split by '{figure.by}', which only some of the patients can "
            "have.\nName a variable of all patients in `by`, such as the exposure."
        )
