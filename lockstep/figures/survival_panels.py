"""What survival curves show, before anything is drawn: panels with their curves, medians and P values."""

from __future__ import annotations

import math
import string
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from ..base.errors import ReportError, ResultsError
from ..base.invocation import called
from ..base.snapping import snapped
from ..catalogue.catalogue import LOG_RANK_P, PATIENTS, SURVIVAL_MEDIAN
from ..catalogue.competing_catalogue import INCIDENCE
from ..catalogue.keys import COMPETING, Key
from ..endpoints.endpoints import Axis, Endpoint
from ..results.curves import CELLS, PrintedCurve, printed_curve
from ..results.model import Record, Results, RiskTable
from ..results.released import released_number
from ..study.comparisons import rank_test
from ..study.figures import IncidenceCurves, SurvivalCurves
from ..study.model import Study
from ..text import numbers
from ..text.figure_text import Face
from ..text.level_names import heading, level_name, named_level, one_line
from ..text.provenance import PrintedText
from ..text.style import Style
from ..text.survival_words import measured_by_curve
from .survival_patients import patients_of_curves, score_of_curves, test_of_curves

PERCENT: Final = (0, 25, 50, 75, 100)
"""The ticks of the vertical axis of survival, per cent; 50 is the median."""

INCIDENCE_TICKS: Final = (
    (0, 1, 2, 3, 4),
    (0, 2, 4, 6, 8),
    (0, 5, 10),
    (0, 5, 10, 15),
    (0, 5, 10, 15, 20),
    (0, 10, 20, 30),
    (0, 10, 20, 30, 40),
    (0, 20, 40, 60),
    (0, 20, 40, 60, 80),
    PERCENT,
)
"""The vertical axes of cumulative incidence: the first that holds the curves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One curve of a panel.

    Attributes
    ----------
    label : the level, as printed beside the curve's line sample.
    full_label : the same with the variable's name where the level alone would not be clear ("Grade: 2").
    patients : how many they are: "79 patients".
    curve : the estimate, in follow-up units, as it is printed.
    risk_texts : "at risk (censored)" at each tick of the time axis.
    median : the median survival time in follow-up units, None where it is not reached, and of incidence.
    estimate_text : the median, "2411 days (95% CI 1890–3105)", or the incidence at a landmark.
    competing : the incidence of the competing event, where the figure shows it.
    """

    label: str
    full_label: str
    patients: str
    curve: PrintedCurve
    risk_texts: tuple[str, ...]
    median: float | None
    estimate_text: str
    competing: PrintedCurve | None = None

    @property
    def curves(self) -> tuple[PrintedCurve, ...]:
        """All curves of the group; none of nobody."""
        return tuple(curve for curve in (self.curve, self.competing) if curve is not None and curve.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of axes with its curves.

    Attributes
    ----------
    letter : "A", "B" ..., or "" in a figure of one panel.
    title, subtitle : the endpoint; the population and the level of the subgroup, or "".
    patients, n : how many patients all its curves are of, as printed and as a number.
    y_label, y_label_short : what the vertical axis measures, and the same abbreviated.
    axis, tick_labels, time_label : the time axis, in `axis.unit`, the texts of its ticks, and what it measures.
    time_label_short : the same without what time 0 is.
    per_unit : how many follow-up units make one unit of the axis.
    legend_title : the variable whose levels the curves are, where the levels alone would not be clear, or "".
    groups : the curves, in the order of the levels.
    p_text : the test of the groups ("P < 0.001"), or "" where there is nothing to compare.
    p_face : the face of its letter.
    test : what the test is called.
    estimate_title : what each group's `estimate_text` is: "Median", "At 10 years".
    y_ticks : of the vertical axis, per cent; it ends at the last.
    curves_are : what the curves are, in the alternative text.
    is_weighted : whether the curves are of weighted patients, whose numbers at risk are without weights.
    """

    letter: str
    title: str
    subtitle: str
    patients: str
    n: int
    y_label: str
    y_label_short: str
    axis: Axis
    tick_labels: tuple[str, ...]
    time_label: str
    time_label_short: str
    per_unit: float
    legend_title: str
    groups: tuple[Group, ...]
    p_text: str
    p_face: Face = "italic"
    test: str = "Log-rank"
    estimate_title: str = "Median"
    y_ticks: tuple[int, ...] = PERCENT
    curves_are: str = "Kaplan–Meier"
    is_weighted: bool = False

    @property
    def head(self) -> str:
        """What it shows, in the alternative text: "A, Overall survival, Male"."""
        return ", ".join(part for part in (self.letter, self.title, self.subtitle) if part)

    @property
    def test_text(self) -> str:
        """The test with its P value: "Log-rank P < 0.001"; "" where there is none."""
        return f"{self.test} {self.p_text}" if self.p_text else ""


Rows: TypeAlias = tuple[tuple[Panel, ...], ...]
"""The panels of a figure, row by row."""


def panel_rows(figure: SurvivalCurves, study: Study, results: Results, style: Style) -> Rows:
    """Return the panels of a figure in rows of at most two.

    There is a panel for each endpoint, or for each endpoint and level of `figure.within`; then each endpoint starts a
    row, so that panels that share an axis are side by side.

    Raises
    ------
    ReportError
        If the figure compares groups that the analysis does not.
    ResultsError
        If the results lack a curve or record, or a risk table is not at the ticks of the axis or does not add up.
    """
    levels: list[str | None] = [None]
    if figure.within is not None:
        levels = list(study.levels(figure.within))
    endpoints = [study.endpoints[name] for name in figure.endpoints]
    blocks = [[(endpoint, level) for level in levels] for endpoint in endpoints]
    if figure.within is None:
        blocks = [[panel for block in blocks for panel in block]]
    letters = _letters(sum(len(block) for block in blocks))
    rows = [block[start : start + 2] for block in blocks for start in range(0, len(block), 2)]
    panels = tuple(
        tuple(_panel(figure, endpoint, level, next(letters), study, results, style) for endpoint, level in row)
        for row in rows
    )
    return with_y_ticks(panels) if isinstance(figure, IncidenceCurves) else panels


def _letters(count: int) -> Iterator[str]:
    """Give the panels' letters, A to Z, then AA; a single panel has none."""
    if count == 1:
        return iter([""])
    alphabet = string.ascii_uppercase
    return (alphabet[i] if i < 26 else alphabet[i // 26 - 1] + alphabet[i % 26] for i in range(count))


def _panel(
    figure: SurvivalCurves,
    endpoint: Endpoint,
    level: str | None,
    letter: str,
    study: Study,
    results: Results,
    style: Style,
) -> Panel:
    key = Key(endpoint=endpoint.name, by=figure.groups, population=figure.population, analysis=figure.comparison)
    compared, score = study.comparison(figure.comparison), score_of_curves(figure, study)
    population = patients_of_curves(figure, compared, study)
    subtitle, legend_title, p_text = population, "", ""
    test_name = rank_test() if compared is None else compared.rank_test
    test_name = test_name[:1].upper() + test_name[1:]
    curves = [(key, "All patients", "All patients")]  # key, label, full label
    if figure.groups is not None:
        if figure.within is not None and level is not None:
            key = replace(key, within=figure.within, within_level=level)
            subtitle = ", ".join(filter(None, (population, named_level(study, figure.within, level))))
        _check_analysed(figure, key, study, results)
        variable = study.label(figure.groups)
        levels = study.levels(figure.groups).items()
        curves = [(replace(key, by_level=name), one_line(label), level_name(variable, label)) for name, label in levels]
        legend_title = heading(variable, (label for _, label, _ in curves))
        test = results[test_of_curves(figure, study).of(key)]
        p_text = PrintedText(numbers.p_text(test.value, style), (test.id,))
    title, (measured, measured_short) = one_line(endpoint.label), measured_by_curve(endpoint)
    time_unit = numbers.unit_text(endpoint.axis.unit, style)
    since = f"Time since {one_line(endpoint.origin)}" if endpoint.origin else "Time"
    if compared is not None and compared.landmark is not None:
        since = "Time since the landmark"
    groups = tuple(_group(figure, *curve, endpoint, study, results, style) for curve in curves)
    patients = sum(group.curve.n for group in groups)
    if compared is not None and compared.time_dependent:
        patients = results[LOG_RANK_P.of(key)].n  # who changes from group to group is one patient
    panel = Panel(
        letter=letter,
        title=title,
        subtitle=subtitle,
        patients=_patients(patients, style),
        n=patients,
        y_label=f"{measured} (%)",
        y_label_short=f"{measured_short} (%)",
        axis=endpoint.axis,
        tick_labels=numbers.alike(endpoint.axis.ticks, style),
        time_label=f"{since} ({time_unit})",
        time_label_short=f"Time ({time_unit})",
        per_unit=study.time.per(endpoint.axis.unit),
        legend_title=legend_title,
        groups=groups,
        p_text=p_text,
        p_face="italic" if style.p.italic else "regular",
        test=test_name if score is None else "Robust score test",
        is_weighted=score is not None and score.is_weighted,
    )
    return of_incidence(panel, endpoint, study, figure) if isinstance(figure, IncidenceCurves) else panel


def _group(
    figure: SurvivalCurves,
    key: Key,
    label: str,
    full_label: str,
    endpoint: Endpoint,
    study: Study,
    results: Results,
    style: Style,
) -> Group:
    patients = results[PATIENTS.of(key)]
    if patients.value == 0:
        # It keeps its place, so that a level has the same colour in all panels.
        curve = _nobody(key, endpoint, study)
        return Group(
            label=label,
            full_label=full_label,
            patients=_patients(0, style),
            curve=curve,
            risk_texts=_risk_texts(curve, style),
            median=None,
            estimate_text=PrintedText("no patients", (patients.id,)),
        )
    unit = study.time.per(endpoint.axis.unit)
    end = endpoint.axis.ticks[-1] * unit
    compared = study.comparison(figure.comparison) if isinstance(figure, SurvivalCurves) else None
    begins = compared.landmark.at if compared is not None and compared.landmark is not None else 0.0
    curve, competing = printed_curve(results.curve(key), end=end, begins=begins), None
    _check(curve, endpoint.axis, unit)
    if isinstance(figure, IncidenceCurves):
        estimate, median = results[INCIDENCE.of(key, at=shown_landmark(endpoint, study))], None
        if figure.competing:
            competing = printed_curve(results.curve(replace(key, item=COMPETING)), end=end)
    else:
        estimate = results[SURVIVAL_MEDIAN.of(key)]
        median = _drawn_median(estimate, study, style)
    return Group(
        label=label,
        full_label=full_label,
        patients=_patients(curve.n, style),
        curve=curve,
        risk_texts=_risk_texts(curve, style),
        median=median,
        estimate_text=PrintedText(numbers.text(estimate, style), (estimate.id,)),
        competing=competing,
    )


def _drawn_median(median: Record, study: Study, style: Style) -> float | None:
    """Return the printed median in follow-up units: a lock has no other, in the unit in which it is printed."""
    if median.value is None:
        return None
    printed = released_number(numbers.plain_digits(numbers.bare_text(median, style), style))
    return float(printed) * study.time.per(median.print_unit or str(median.unit))


def _patients(n: int, style: Style) -> str:
    return f"{numbers.count_text(n, style)} patient{'' if n == 1 else 's'}"


def _risk_texts(curve: PrintedCurve, style: Style) -> tuple[str, ...]:
    """Print the patients at risk and those censored before, at the ticks: "57 (3)"."""
    counts = zip(curve.risk_table.n_at_risk, curve.risk_table.n_censored, strict=True)
    return tuple(f"{numbers.count_text(n, style)} ({numbers.count_text(c, style)})" for n, c in counts)


def shown_landmark(endpoint: Endpoint, study: Study) -> float:
    """Return the last landmark on an endpoint's axis, in years; the first where the axis ends before all."""
    end = endpoint.axis.ticks[-1] * study.time.per(endpoint.axis.unit)
    inside = [year for year in study.time.landmarks if snapped(year * study.time.year) <= snapped(end)]
    return inside[-1] if inside else study.time.landmarks[0]


def of_incidence(panel: Panel, endpoint: Endpoint, study: Study, figure: IncidenceCurves) -> Panel:
    """Return a panel as curves of cumulative incidence have it: their axis, test and estimates in words."""
    event, competing = one_line(endpoint.event_label), endpoint.competing
    subtitle, measured = panel.subtitle, f"Cumulative incidence of {event} (%)"
    if figure.competing and competing is not None:
        lines, measured = f"olid, {event}; dashed, {one_line(competing.label)}", "Cumulative incidence (%)"
        subtitle = f"{subtitle}; s{lines}" if subtitle else f"S{lines}"
    at = study.time.landmark_words(shown_landmark(endpoint, study), endpoint.print_unit)
    return replace(
        panel,
        subtitle=subtitle,
        y_label=measured,
        y_label_short="Incidence (%)",
        test="Gray’s test",
        estimate_title=f"At {at}",
        curves_are="Cumulative incidence",
    )


def with_y_ticks(rows: Rows) -> Rows:
    """Return panels of incidence with one vertical axis, which holds all their curves and intervals."""
    bounds = [
        bound or 0.0
        for row in rows
        for panel in row
        for group in panel.groups
        for curve in group.curves
        for bound in (*curve.survival, *(curve.conf_high if curve is group.curve else ()))
    ]
    most = 100 * max(bounds, default=0.0)
    ticks = next((ticks for ticks in INCIDENCE_TICKS if most <= ticks[-1]), PERCENT)
    return tuple(tuple(replace(panel, y_ticks=ticks) for panel in row) for row in rows)


def _nobody(key: Key, endpoint: Endpoint, study: Study) -> PrintedCurve:
    """Return the curve of a group without patients: a point at time 0."""
    ticks, unit = endpoint.axis.ticks, study.time.per(endpoint.axis.unit)
    zeros = (0,) * len(ticks)
    return PrintedCurve(
        key=key,
        label=endpoint.label,
        population="no patients",
        n=0,
        unit=study.time.unit,
        method="none",
        conf_level=study.analysis.conf_level,
        resolution=ticks[-1] * unit / CELLS,
        time=(0.0,),
        survival=(0.0 if endpoint.competing else 1.0,),
        conf_low=(None,),
        conf_high=(None,),
        censored=(),
        estimates="incidence" if endpoint.competing else "survival",
        risk_table=RiskTable(
            time=tuple(tick * unit for tick in ticks), n_at_risk=zeros, n_events=zeros, n_censored=zeros
        ),
    )


def _check_analysed(figure: SurvivalCurves, key: Key, study: Study, results: Results) -> None:
    """Refuse a figure of a comparison that the results do not have: they are older than the figure, or of a lock."""
    if test_of_curves(figure, study).of(key) in results:
        return
    found = f"compares by '{figure.groups}'" + (f" within '{figure.within}'" if figure.within else "")
    raise ReportError(
        f"study.toml: [figures.{figure.name}] {found}, which is not among the results.\n"
        f"Run {called('report')} to compute them again."
    )


def _check(curve: PrintedCurve, axis: Axis, per_unit: float) -> None:
    """Refuse a risk table that is not at the axis ticks, or whose patients do not add up to all patients."""
    again = f"run {called('report')} to compute it again"
    table = curve.risk_table
    ticks = [tick * per_unit for tick in axis.ticks]
    if len(ticks) != len(table.time) or not all(map(math.isclose, ticks, table.time)):
        raise ResultsError(f"curve {curve.id}: its risk table is not at the axis ticks of study.toml; {again}")
    for time, *counts in zip(table.time, table.n_at_risk, table.n_events, table.n_censored, strict=True):
        # With delayed entry they add up to those who have entered.
        if sum(counts) > curve.n or (sum(counts) < curve.n and not curve.delayed_entry):
            raise ResultsError(
                f"curve {curve.id}: at {time:g} {curve.unit}, at risk + events + censored = "
                f"{' + '.join(map(str, counts))} is not {curve.n}, the number of patients; {again}"
            )
