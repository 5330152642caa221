"""The love plot, a kind of figure: standardised differences of covariates before and after weighting or matching."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..catalogue import adjustment_catalogue as catalogue
from ..catalogue.keys import Key
from ..graphics.shapes import Drawing
from ..results.curves import PrintedCurve
from ..results.model import Record, Results
from ..results.released import released_number
from ..study.confounding import Matching
from ..study.figures import LovePlot
from ..study.model import Study
from ..text import numbers
from ..text.figure_size import FigureSize
from ..text.figure_text import Measure
from ..text.level_names import level_name, one_line
from ..text.provenance import PrintedText
from ..text.style import NBSP, Style
from .love_plot_drawing import LoveLine, LoveMark, draw_love_plot

PAIR: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LovePlotFigure:
    """A love plot: a line for each covariate or level, with a mark before and one after.

    Attributes
    ----------
    lines : headings of categories among them, which have no marks.
    names : by itself, what each line is of: "Grade: 2"; as many as `lines`.
    sides : what the marks are called: "Before weighting", "After weighting".
    limit : the difference up to which a covariate counts as balanced, as it is printed.
    """

    name: str
    lines: tuple[LoveLine, ...]
    names: tuple[str, ...]
    sides: tuple[str, str]
    limit: str
    decimal_mark: str = "."
    size: FigureSize = field(default_factory=FigureSize)

    def alt_text(self) -> str:
        """Say in words what the plot shows: the differences of each covariate before and after."""
        before, after = (side[:1].lower() + side[1:] for side in self.sides)
        parts = [
            f"{name}, {line.marks[0].text} {before}, {line.marks[1].text} {after}"
            for line, name in zip(self.lines, self.names, strict=True)
            if line.marks
        ]
        head = f"Love plot of standardized mean differences, with a line at {self.limit}"
        return f"{head}. {'; '.join(parts)}.".replace(NBSP, " ")

    def printed(self) -> Iterator[PrintedText]:
        """Yield the difference behind each mark."""
        for line, name in zip(self.lines, self.names, strict=True):
            for mark, side in zip(line.marks, self.sides, strict=bool(line.marks)):
                yield mark.text.at(f"{name}, {side}")

    def described(self) -> Iterator[PrintedText]:
        """Yield nothing: the alternative text has no results but those of the picture."""
        yield from ()

    def curves(self) -> Mapping[str, PrintedCurve]:
        """Return no curves."""
        return {}

    def draw(self, size: FigureSize, measure: Measure) -> Drawing:
        """Draw it in one column, or in two where the labels leave no room there."""
        return draw_love_plot(
            self.lines, self.sides, size, measure, limit=catalogue.BALANCED, decimal_mark=self.decimal_mark
        )


def love_plot(figure: LovePlot, study: Study, results: Results, style: Style) -> LovePlotFigure:
    """Return what a love plot of study.toml shows.

    Raises
    ------
    ResultsError
        If the results lack a difference of it.
    """
    model = study.score_models[figure.design]
    lines, names = list[LoveLine](), list[str]()
    for variable in model.covariates:
        label, levels = one_line(study.label(variable)), study.levels(variable)
        # Both levels of two differ alike: the second stands for both.
        shown = dict(list(levels.items())[1:]) if len(levels) == PAIR else levels
        if len(shown) > 1:
            lines.append(LoveLine(label=label))
            names.append(label)
        for level, text in shown.items() or [(None, label)]:
            key = Key(analysis=model.name, variable=variable, level=level)
            marks = tuple(_mark(results[side.of(key)], style) for side in (catalogue.SMD_BEFORE, catalogue.SMD_AFTER))
            names.append(label if level is None else level_name(label, text))
            is_alone = len(shown) < PAIR
            lines.append(LoveLine(label=names[-1] if is_alone else one_line(text), indent=not is_alone, marks=marks))
    how = "matching" if isinstance(model, Matching) else "weighting"
    return LovePlotFigure(
        name=figure.name,
        lines=tuple(lines),
        names=tuple(names),
        sides=(f"Before {how}", f"After {how}"),
        limit=numbers.number_text(catalogue.BALANCED, 1, style),
        decimal_mark=style.decimal_mark,
        size=style.figures,
    )


def _mark(record: Record, style: Style) -> LoveMark:
    """Return the mark of a difference: at the number that is printed, whatever its sign."""
    text = PrintedText(numbers.bare_text(record, style), (record.id,))
    if record.value is None:
        return LoveMark(text=text)
    return LoveMark(text=text, place=abs(released_number(numbers.plain_digits(text, style))))
