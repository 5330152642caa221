"""The forest plot, a kind of figure: ratios with their intervals on one axis, of models or of subgroups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ..base.errors import ReportError
from ..base.invocation import called
from ..catalogue import catalogue, outcome_catalogue
from ..catalogue.catalogue import Statistic
from ..catalogue.keys import Key
from ..endpoints.outcomes import Outcome
from ..graphics.shapes import Drawing
from ..results.curves import PrintedCurve
from ..results.model import Results
from ..study.figures import Forest, ModelForest, SubgroupForest
from ..study.model import Study
from ..study.models import MULTIVARIABLE, Model, ModelKind
from ..study.terms import Term
from ..text import numbers
from ..text.figure_size import FigureSize
from ..text.figure_text import Measure
from ..text.level_names import one_line
from ..text.provenance import PrintedText, joined
from ..text.sentence_case import lower_first
from ..text.style import NBSP, Style
from ..text.term_texts import is_number, number_label, product_label, reference_level, term_levels
from .forest_columns import ForestLine, ForestPlot
from .forest_drawing import draw_forest
from .forest_estimates import PlottedEstimate, plotted

ALL: Final = "All patients"

_OF_MODELS: Final[Mapping[ModelKind, Statistic]] = {
    "cox": catalogue.MODEL_RATIO,
    "fine_gray": catalogue.MODEL_SUBDISTRIBUTION_RATIO,
    "logistic": catalogue.MODEL_ODDS_RATIO,
    "risk": catalogue.MODEL_RISK_RATIO,
    "linear": catalogue.MODEL_DIFFERENCE,
}

_KINDS: Final[Mapping[str, str]] = {
    "hazard_ratio": "Hazard ratio",
    "subdistribution_hazard_ratio": "Subdistribution hazard ratio",
    "odds_ratio": "Odds ratio",
    "risk_ratio": "Risk ratio",
    "ratio": "Ratio",
    "difference": "Difference",
}
"""What an axis calls what it measures, by the kind of its records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestFigure:
    """A forest plot: what it is of, in words, and its lines and headings."""

    name: str
    subject: str
    plot: ForestPlot
    size: FigureSize = field(default_factory=FigureSize)

    def alt_text(self) -> str:
        """Say in words what each line shows."""
        plot = self.plot
        sentences = [f"Forest plot of {self.subject}. {plot.ratio_heading}"]
        for line in plot.lines:
            if line.estimate is not None:
                sentences.append(self._in_words(line, line.estimate))
            elif line.p_text:
                sentences.append(f"{line.name}, {plot.p_heading}: {line.p_text}")
        if plot.favours is not None:
            sentences.append(f"To the left: {plot.favours[0]}. To the right: {plot.favours[1]}")
        return f"{'. '.join(sentences)}.".replace(NBSP, " ")

    def _in_words(self, line: ForestLine, estimate: PlottedEstimate) -> str:
        reason = f" ({estimate.reason})" if estimate.reason else ""
        counts = ", ".join(
            f"{' '.join(heading)} {count}"
            for heading, count in zip(self.plot.count_headings, line.counts, strict=False)
            if count
        )
        return "; ".join(filter(None, (f"{line.name}: {estimate.text}{reason}", counts)))

    def printed(self) -> Iterator[PrintedText]:
        """Yield what each line prints, placed at its name and the heading of its column."""
        plot = self.plot
        for line in plot.lines:
            texts = [(text, " ".join(heading)) for text, heading in zip(line.counts, plot.count_headings, strict=False)]
            texts += [(line.estimate.text, plot.ratio_heading)] if line.estimate is not None else []
            for text, heading in (*texts, (line.p_text, plot.p_heading)):
                if isinstance(text, PrintedText):
                    yield text.at(f"{line.name}, {heading}")

    def described(self) -> Iterator[PrintedText]:
        """Yield nothing: all numbers are in the picture."""
        yield from ()

    def curves(self) -> Mapping[str, PrintedCurve]:
        """Return none."""
        return {}

    def draw(self, size: FigureSize, measure: Measure) -> Drawing:
        """Draw it: in the width of one column where that has room for its texts, else of two."""
        return draw_forest(self.plot, size, measure)


def forest_figure(figure: ModelForest | SubgroupForest, study: Study, results: Results, style: Style) -> ForestFigure:
    """Return what a forest plot of study.toml shows.

    Raises
    ------
    ReportError
        If it shows ratios of several kinds.
    ResultsError
        If the results lack a record of it.
    """
    shown = _Shown(figure, study, results, style)
    plot = shown.of_models(figure) if isinstance(figure, ModelForest) else shown.of_subgroups(figure)
    label = one_line(study.measured[figure.endpoint].label)
    return ForestFigure(name=figure.name, subject=label, plot=plot, size=style.figures)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a figure finds in the results: its lines, and the kind of what it shows."""

    figure: Forest
    study: Study
    results: Results
    style: Style

    def of_models(self, figure: ModelForest) -> ForestPlot:
        """Return the plot of the terms of models."""
        models = self.study.models_named(figure.models)
        terms = dict.fromkeys(term for model in models for term in model.terms)
        chosen = [term for name in figure.terms for term in terms if term.name == name]
        lines = tuple(line for term in chosen for line in self._term(term, models))
        return self._plot(
            label_heading="Variable",
            part_heading="Model" if len(models) > 1 else "",
            count_headings=((self._counted.capitalize(),),) if any(line.counts for line in lines) else (),
            lines=lines,
        )

    def of_subgroups(self, figure: SubgroupForest) -> ForestPlot:
        """Return the plot of groups compared in all patients, and within the levels of others."""
        whole = Key(endpoint=figure.endpoint, by=figure.groups, analysis=figure.comparison)
        groups = {level: one_line(label) for level, label in self.study.levels(figure.groups).items()}
        self._check_analysed(figure, whole)
        lines = list(self._compared(whole, groups, *[self._everybody(figure)] * 2, is_overall=True))
        for within in figure.within:
            key = replace(whole, within=within)
            self._check_analysed(figure, key)
            label = one_line(self.study.label(within))
            lines.append(ForestLine(name=label, label=label, p_text=self._p(catalogue.INTERACTION_P.of(key))))
            for level, text in self.study.levels(within).items():
                text = one_line(text)
                lines += self._compared(replace(key, within_level=level), groups, f"{label}: {text}", text)
        reference, *others = groups.values()
        pair, counted = len(others) == 1, self._counted
        return self._plot(
            label_heading="Subgroup",
            part_heading="" if pair else one_line(self.study.label(figure.groups)),
            count_headings=tuple((group, counted) for group in groups.values()) if pair else ((counted.capitalize(),),),
            p_heading=f"{self.style.p.letter} for interaction" if figure.within else "",
            lines=tuple(lines),
            title=f"{others[0]} versus {lower_first(reference)}" if pair else "",
            is_sized=True,
        )

    def _plot(
        self,
        *,
        label_heading: str,
        part_heading: str,
        count_headings: tuple[tuple[str, ...], ...],
        lines: tuple[ForestLine, ...],
        p_heading: str = "",
        title: str = "",
        is_sized: bool = False,
    ) -> ForestPlot:
        example = self._example(lines)
        kind = _KINDS.get(example.kind, "Estimate")
        if self._has_competing_event:
            kind = f"Cause-specific {kind.lower()}"
        if self._is_adjusted:
            kind = f"Adjusted {kind.lower()}"
        unit = "percentage points" if example.unit == "%" else example.unit
        level = numbers.level_text(self.study.analysis.conf_level, self.style)
        return ForestPlot(
            label_heading=label_heading,
            part_heading=part_heading,
            count_headings=count_headings,
            ratio_heading=f"{kind} ({level}{NBSP}CI)",
            p_heading=p_heading,
            lines=lines,
            no_effect=1.0 if example.no_effect is None else example.no_effect,
            axis_title=tuple(filter(None, (", ".join(filter(None, (kind, unit))), title))),
            marks=(self.style.decimal_mark, self.style.minus),
            favours=self.figure.favours,
            is_sized=is_sized,
            p_face="italic" if self.style.p.italic else "regular",
        )

    # ---- what it is of ----

    @property
    def _outcome(self) -> Outcome | None:
        return self.study.outcomes.get(self.figure.endpoint)

    @property
    def _has_competing_event(self) -> bool:
        endpoint = self.study.endpoints.get(self.figure.endpoint)
        return endpoint is not None and endpoint.competing is not None

    @property
    def _is_adjusted(self) -> bool:
        """Whether it is of a comparison that adjusts for anything."""
        if not isinstance(self.figure, SubgroupForest) or self.figure.comparison is None:
            return False
        return any(item.adjust_for for item in self.study.comparisons if item.name == self.figure.comparison)

    @property
    def _is_number(self) -> bool:
        return self._outcome is not None and not self._outcome.is_binary

    @property
    def _counted(self) -> str:
        return "patients" if self._is_number else "events/patients"

    @property
    def _reference(self) -> str:
        return f"{0 if self._is_number else 1} (reference)"

    @property
    def _of_groups(self) -> Statistic:
        """What compares two groups; of a binary outcome that of which there is a test of interaction."""
        if self._outcome is None:
            return catalogue.HAZARD_RATIO
        return outcome_catalogue.MEAN_DIFFERENCE if self._is_number else outcome_catalogue.ODDS_RATIO

    @property
    def _counts_of_groups(self) -> tuple[Statistic, ...]:
        if self._outcome is None:
            return catalogue.EVENTS, catalogue.PATIENTS
        return (catalogue.KNOWN,) if self._is_number else (outcome_catalogue.OUTCOME_COUNT, catalogue.KNOWN)

    def _everybody(self, figure: SubgroupForest) -> str:
        """Return what the patients of all subgroups are called."""
        comparison = self.study.comparison(figure.comparison)
        if comparison is None:
            return ALL
        patients = ALL
        if comparison.population is not None:
            patients = one_line(self.study.patient_sets[comparison.population].label)
        return patients if comparison.landmark is None else f"{patients} at risk at {comparison.landmark.words}"

    # ---- lines ----

    def _term(self, term: Term, models: Sequence[Model]) -> Iterator[ForestLine]:
        """Yield the lines of a term: of a number those of its models, else a heading and those of each level."""
        having = [model for model in models if term in model.terms]
        if is_number(term, self.study):
            label = one_line(number_label(term, self.study, self.style))
            yield from self._of_level(term, None, having, models, label, label, indent=False)
            return
        heading, reference = one_line(product_label(term.name, self.study)), reference_level(term, self.study)
        yield ForestLine(name=heading, label=heading)
        for level, text in term_levels(term, self.study):
            label = one_line(text)
            name = f"{heading}: {label}"
            if level is not None and level == reference:
                nothing, counts = PlottedEstimate(text=self._reference), self._term_counts(term, level, having[0])
                yield ForestLine(name=name, label=label, indent=True, counts=counts, estimate=nothing)
            else:
                yield from self._of_level(term, level, having, models, name, label, indent=True)

    def _of_level(
        self,
        term: Term,
        level: str | None,
        having: Sequence[Model],
        models: Sequence[Model],
        name: str,
        label: str,
        *,
        indent: bool,
    ) -> Iterator[ForestLine]:
        """Yield a line for each model that has a term; the first has the label and the counts."""
        counted = level is not None and len(term.variables) == 1
        for i, model in enumerate(having):
            key = Key(endpoint=self.figure.endpoint, analysis=model.name, variable=term.name, level=level)
            part = one_line(model.label or MULTIVARIABLE) if len(models) > 1 else ""
            yield ForestLine(
                name=", ".join(filter(None, (name, part))),
                label="" if i else label,
                indent=indent,
                part=part,
                counts=self._term_counts(term, level, model) if counted and not i else (),
                estimate=self._estimate(_OF_MODELS[model.kind].of(key)),
                series=models.index(model),
            )

    def _term_counts(self, term: Term, level: str | None, model: Model) -> tuple[str, ...]:
        key = Key(endpoint=self.figure.endpoint, analysis=model.name, variable=term.name, level=level)
        events = () if self._is_number else (catalogue.TERM_EVENTS,)
        return (self._counts(key, *events, catalogue.TERM_PATIENTS),)

    def _compared(
        self, key: Key, groups: Mapping[str, str], name: str, label: str, *, is_overall: bool = False
    ) -> Iterator[ForestLine]:
        """Yield the line of two groups, or a line for each of several."""
        reference, *others = groups
        counts = {level: self._counts(replace(key, by_level=level), *self._counts_of_groups) for level in groups}
        if len(others) == 1:
            yield ForestLine(
                name=name,
                label=label,
                indent=not is_overall,
                counts=tuple(counts.values()),
                estimate=self._estimate(self._of_groups.of(key, level=others[0])),
                is_overall=is_overall,
            )
            return
        for level, group in groups.items():
            is_reference = level == reference
            estimate = PlottedEstimate(text=self._reference)
            if not is_reference:
                estimate = self._estimate(self._of_groups.of(key, level=level))
            yield ForestLine(
                name=f"{name}, {group}",
                label=label if is_reference else "",
                indent=not is_overall,
                part=group,
                counts=(counts[level],),
                estimate=estimate,
                is_overall=is_overall,
            )

    # ---- texts ----

    def _counts(self, key: Key, *statistics: Statistic) -> PrintedText:
        counts = [
            PrintedText(numbers.bare_text(self.results[item.of(key)], self.style), (item.of(key).id,))
            for item in statistics
        ]
        return joined("/".join(counts), *counts)

    def _estimate(self, key: Key) -> PlottedEstimate:
        return plotted(self.results[key], self.style)

    def _p(self, key: Key) -> PrintedText:
        record = self.results[key]
        return PrintedText(numbers.p_number(record.value, self.style), (record.id,))

    def _example(self, lines: Sequence[ForestLine]) -> PlottedEstimate:
        """Return an estimate of the kind that is shown; refuse several kinds, which one axis cannot measure."""
        kinds = {
            line.estimate.kind: line.estimate for line in lines if line.estimate is not None and line.estimate.kind
        }
        if len(kinds) > 1:
            found = " and ".join(f"{_KINDS.get(kind, kind)}s".lower() for kind in kinds)
            raise ReportError(f"study.toml: [figures.{self.figure.name}] shows {found}.\nMake a figure of each.")
        (example,) = kinds.values()
        return example

    def _check_analysed(self, figure: SubgroupForest, key: Key) -> None:
        """Refuse a comparison that the results do not have: they are older than the figure, or of a lock."""
        # Of what the figure prints, since a lock has nothing else.
        *_, last = self.study.levels(figure.groups)
        test = catalogue.INTERACTION_P.of(key) if key.within else self._of_groups.of(key, level=last)
        if test in self.results:
            return
        found = f"compares by '{figure.groups}'" + (f" within '{key.within}'" if key.within else "")
        raise ReportError(
            f"study.toml: [figures.{figure.name}] {found}, which is not among the results.\n"
            f"Run {called('report')} to compute them again."
        )
