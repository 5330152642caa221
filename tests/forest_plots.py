"""Forest plots made by hand, with awkward labels and numbers, and the texts of their drawings."""

from __future__ import annotations

from dataclasses import replace

from lockstep.figures.forest import ForestFigure
from lockstep.figures.forest_columns import ForestLine, ForestPlot
from lockstep.figures.forest_estimates import PlottedEstimate
from lockstep.graphics.shapes import Drawing
from lockstep.text.figure_size import FigureSize
from lockstep.text.figure_text import Text

REFERENCE = "1 (reference)"


def estimate(value: float | None, low: float | None = None, high: float | None = None) -> PlottedEstimate:
    """Return an estimate with an interval."""
    if value is None:
        return PlottedEstimate(text="not estimable", reason="no events")
    return PlottedEstimate(text=f"{value:.2f} ({low}–{high})", value=value, low=low, high=high)


def subgroups(*names: str, lines: int = 2, **parts: object) -> ForestPlot:
    """Return a plot of subgroups of these names, each of so many levels."""
    counts = ("120/1400", "7/99")
    found = [
        ForestLine(name="All", label="All patients", counts=counts, estimate=estimate(0.7, 0.5, 0.98), is_overall=True)
    ]
    for name in names:
        found.append(ForestLine(name=name, label=name, p_text="<0.001"))
        for i in range(lines):
            level = f"{name}: level {i}"
            interval = estimate(0.5 + i / 10, 0.3 + i / 20, 0.9 + i)
            found.append(ForestLine(name=level, label=level, indent=True, counts=counts, estimate=interval))
    plot = ForestPlot(
        label_heading="Subgroup",
        count_headings=(("Control", "events/patients"), ("Adjuvant chemotherapy", "events/patients")),
        ratio_heading="Hazard ratio (95% CI)",
        p_heading="P for interaction",
        lines=tuple(found),
        axis_title=("Hazard ratio", "Adjuvant chemotherapy versus control"),
        favours=("Adjuvant chemotherapy better", "Control better"),
        is_sized=True,
    )
    return replace(plot, **parts)  # type: ignore[arg-type]


def models(*labels: str, parts: tuple[str, ...] = ("Univariable", "Multivariable, complete cases")) -> ForestPlot:
    """Return a plot of models with a level of each of these labels."""
    lines = [
        ForestLine(name=label, label="" if i else label, indent=True, part=part, counts=("1/2",) if not i else (),
                   estimate=estimate(1.5, 0.5, 4.5), series=i)
        for label in labels for i, part in enumerate(parts)
    ]  # fmt: skip
    return ForestPlot(
        label_heading="Variable",
        part_heading="Model",
        count_headings=(("Events/patients",),),
        ratio_heading="Hazard ratio (95% CI)",
        lines=(ForestLine(name="Heading", label="Heading"), *lines),
        axis_title=("Hazard ratio",),
    )


LONG = "Adjuvant chemotherapy with doxorubicin and ifosfamide followed by whole-abdominal radiotherapy"
AWKWARD = tuple(
    ForestLine(name=str(i), label=f"Level {i}", indent=True, counts=("1/2", "3/4"), estimate=found)
    for i, found in enumerate(
        [
            estimate(None),
            replace(estimate(None), reason="tends to infinity (a level without events, or complete separation)"),
            replace(estimate(None), reason="a reason that is much longer than the room that the plot has for it " * 3),
            estimate(1.0, 1.0, 1.0),
            estimate(1e-6, 1e-7, 1e-5),
            estimate(5e5, 4e4, 6e6),
            estimate(5e5, 0.5, 6e6),
            estimate(5e5, 1e-6, 6e9),
            estimate(0.8, 1e-6, 4e4),
            PlottedEstimate(text="0.80 (not estimable)", value=0.8),
            PlottedEstimate(text=REFERENCE),
        ]
    )
)
PLOTS = {
    "subgroups": subgroups("Age group", "Sex", "Grade"),
    "one subgroup, no favours": subgroups("Sex", favours=None),
    "40 lines": subgroups(*(f"Variable {i}" for i in range(13)), lines=2),
    "long labels": subgroups("Sex", LONG, LONG, favours=(f"{LONG} better", f"{LONG} not better")),
    "long groups": subgroups("Sex", count_headings=((LONG, "events/patients"), (LONG, "events/patients"))),
    "letters of East Asia": subgroups("年齢群と病期の組み合わせ", "性別"),
    "markup": subgroups("<b>Sex</b> & $x^2$ \\alpha {{ x }}", "`code` *stars* [link](http://example.org)"),
    "one word longer than a line": subgroups("Supercalifragilistic" * 5),
    "what cannot be drawn": subgroups("Sex", lines=1),
    "models": models("Sex: female", "Grade: 3", LONG),
    "one model": models("Sex: female", parts=("",)),
}
PLOTS["what cannot be drawn"] = replace(
    PLOTS["what cannot be drawn"], lines=PLOTS["what cannot be drawn"].lines + AWKWARD
)


def figure(plot: ForestPlot, size: FigureSize | None = None) -> ForestFigure:
    """Return a figure of a plot."""
    return ForestFigure(name="forest", subject="overall survival", plot=plot, size=size or FigureSize())


def texts(drawing: Drawing) -> list[Text]:
    """Return the texts of a drawing."""
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]
