"""What survival curves show, before anything is drawn: panels with their curves, medians and P values."""

from __future__ import annotations

import math
import string
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..base.errors import ReportError, ResultsError
from ..base.invocation import called
from ..results.catalogue import LOG_RANK_P, PATIENTS, SURVIVAL_MEDIAN
from ..results.curves import CELLS, PrintedCurve, printed_curve
from ..results.keys import Key
from ..results.model import Results, RiskTable
from ..study.endpoints import Axis, Endpoint
from ..study.figures import SurvivalCurves
from ..study.model import Study
from ..text import numbers
from ..text.figure_text import Face
from ..text.level_names import heading, level_name, named_level, one_line
from ..text.provenance import PrintedText
from ..text.style import Style


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
    median : the median survival time in follow-up units, None where it is not reached.
    median_text : "2411 days (95% CI 1890–3105)".
    """

    label: str
    full_label: str
    patients: str
    curve: PrintedCurve
    risk_texts: tuple[str, ...]
    median: float | None
    median_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of axes with its curves.

    Attributes
    ----------
    letter : "A", "B" ..., or "" in a figure of one panel.
    title, subtitle : the endpoint; the population and the level of the subgroup, or "".
    patients : how many patients all its curves are of.
    y_label, y_label_short : what the vertical axis measures, and the same abbreviated.
    axis, tick_labels, time_label : the time axis, in `axis.unit`, the texts of its ticks, and what it measures.
    time_label_short : the same without what time 0 is.
    per_unit : how many follow-up units make one unit of the axis.
    legend_title : the variable whose levels the curves are, where the levels alone would not be clear, or "".
    groups : the curves, in the order of the levels.
    p_text : the log-rank test ("P < 0.001"), or "" where there is nothing to compare.
    p_face : the face of its letter.
    """

    letter: str
    title: str
    subtitle: str
    patients: str
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
    return tuple(
        tuple(_panel(figure, endpoint, level, next(letters), study, results, style) for endpoint, level in row)
        for row in rows
    )


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
    key = Key(endpoint=endpoint.name, by=figure.groups, population=figure.population)
    population = "" if figure.population is None else one_line(study.populations[figure.population].label)
    subtitle, legend_title, p_text = population, "", ""
    curves = [(key, "All patients", "All patients")]  # key, label, full label
    if figure.groups is not None:
        if figure.within is not None and level is not None:
            key = replace(key, within=figure.within, within_level=level)
            subtitle = ", ".join(filter(None, (population, named_level(study, figure.within, level))))
        _check_analysed(figure, key, results)
        variable = study.label(figure.groups)
        levels = study.levels(figure.groups).items()
        curves = [(replace(key, by_level=name), one_line(label), level_name(variable, label)) for name, label in levels]
        legend_title = heading(variable, (label for _, label, _ in curves))
        test = results[LOG_RANK_P.of(key)]
        p_text = PrintedText(numbers.p_text(test.value, style), (test.id,))
    title = one_line(endpoint.label)
    time_unit = numbers.unit_text(endpoint.axis.unit, style)
    since = f"Time since {one_line(endpoint.origin)}" if endpoint.origin else "Time"
    groups = tuple(_group(*curve, endpoint, study, results, style) for curve in curves)
    return Panel(
        letter=letter,
        title=title,
        subtitle=subtitle,
        patients=_patients(sum(group.curve.n for group in groups), style),
        y_label=f"{title} (%)",
        y_label_short=f"{one_line(endpoint.abbreviation)} (%)",
        axis=endpoint.axis,
        tick_labels=numbers.alike(endpoint.axis.ticks, style),
        time_label=f"{since} ({time_unit})",
        time_label_short=f"Time ({time_unit})",
        per_unit=study.time.per(endpoint.axis.unit),
        legend_title=legend_title,
        groups=groups,
        p_text=p_text,
        p_face="italic" if style.p.italic else "regular",
    )


def _group(
    key: Key, label: str, full_label: str, endpoint: Endpoint, study: Study, results: Results, style: Style
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
            median_text=PrintedText("no patients", (patients.id,)),
        )
    unit = study.time.per(endpoint.axis.unit)
    median = results[SURVIVAL_MEDIAN.of(key)]
    curve = printed_curve(results.curve(key), end=endpoint.axis.ticks[-1] * unit)
    _check(curve, endpoint.axis, unit)
    return Group(
        label=label,
        full_label=full_label,
        patients=_patients(curve.n, style),
        curve=curve,
        risk_texts=_risk_texts(curve, style),
        median=None if median.value is None else float(median.value),
        median_text=PrintedText(numbers.text(median, style), (median.id,)),
    )


def _patients(n: int, style: Style) -> str:
    return f"{numbers.count_text(n, style)} patient{'' if n == 1 else 's'}"


def _risk_texts(curve: PrintedCurve, style: Style) -> tuple[str, ...]:
    """Print the patients at risk and those censored before, at the ticks: "57 (3)"."""
    counts = zip(curve.risk_table.n_at_risk, curve.risk_table.n_censored, strict=True)
    return tuple(f"{numbers.count_text(n, style)} ({numbers.count_text(c, style)})" for n, c in counts)


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
        survival=(1.0,),
        conf_low=(None,),
        conf_high=(None,),
        censored=(),
        risk_table=RiskTable(
            time=tuple(tick * unit for tick in ticks), n_at_risk=zeros, n_events=zeros, n_censored=zeros
        ),
    )


def _check_analysed(figure: SurvivalCurves, key: Key, results: Results) -> None:
    """Refuse a figure of a comparison that the results do not have: they are older than the figure, or of a lock."""
    if LOG_RANK_P.of(key) in results:
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
