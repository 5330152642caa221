"""What must hold whatever the data: patients taken twice, later ends, other clocks, arms swapped, a clean world."""

from __future__ import annotations

import csv
import os
import random
import shutil
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from conftest import IMPLANTS
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_results import SOURCE

from lockstep.analyses.pipeline import compute
from lockstep.catalogue.keys import Key
from lockstep.figures.kinds import figure_content
from lockstep.graphics.drawing import draw
from lockstep.regression.cox import cox_regression
from lockstep.results.json_file import from_json, to_json
from lockstep.results.model import Curve, Record, Results, RiskTable
from lockstep.statistics.chi_square import chi_square
from lockstep.statistics.roc import roc_curve_cutoff
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.survival.kaplan_meier import kaplan_meier, number_at_risk, reverse_kaplan_meier
from lockstep.survival.log_rank import log_rank
from lockstep.text.style import Style

Patients = list[tuple[int, bool, int]]
patients = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.integers(0, 2)), min_size=2, max_size=30)
"""Time, event and group of each patient; few distinct times make many ties."""

Rows = list[dict[str, str]]
shares = st.floats(0, 1)
few = settings(deadline=None, max_examples=30)


def columns(rows: Patients) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times, events and groups."""
    time, event, group = (np.array(column) for column in zip(*rows, strict=True))
    return time, event, group


# ---- duplication ---------------------------------------------------------------------------------------------------


@few
@given(patients)
def test_a_cohort_taken_twice_has_the_same_curve(rows: Patients) -> None:
    """With every patient twice survival and medians are the same, intervals no wider, and every count is double."""
    once, twice = (kaplan_meier(*columns(each)[:2]) for each in (rows, rows * 2))
    assert twice.time == once.time
    assert twice.survival == pytest.approx(once.survival, rel=1e-12, abs=1e-15)
    assert twice.n_at_risk == tuple(2 * n for n in once.n_at_risk)
    assert twice.n_events == tuple(2 * n for n in once.n_events)
    assert twice.median().value == once.median().value
    for wide, narrow in zip(once.conf_low, twice.conf_low, strict=True):
        assert (wide is None) == (narrow is None)
        assert (narrow or 0) >= (wide or 0) - 1e-12


@few
@given(patients)
def test_a_cohort_taken_twice_has_two_to_three_times_the_chi_square(rows: Patients) -> None:
    """The difference doubles, the hypergeometric variance by 2 (2n - 2) / (2n - 1), n >= 2 at risk: 4/3 to 2 times."""
    once, twice = (log_rank(*columns(each)) for each in (rows, rows * 2))
    if once.statistic is None:
        return
    assert twice.df == once.df
    assert twice.statistic is not None
    assert 2 * once.statistic * (1 - 1e-7) - 1e-9 <= twice.statistic <= 3 * once.statistic * (1 + 1e-7) + 1e-9


@few
@given(patients)
def test_a_second_cohort_like_the_first_as_a_stratum_doubles_the_chi_square(rows: Patients) -> None:
    """Copies that are compared among themselves add as much again to difference and variance, exactly."""
    time, event, group = columns(rows * 2)
    once = log_rank(*columns(rows), strata=["one"] * len(rows))
    twice = log_rank(time, event, group, strata=["one"] * len(rows) + ["two"] * len(rows))
    assert (twice.df, twice.groups) == (once.df, once.groups)
    if once.statistic is not None:
        assert twice.statistic == pytest.approx(2 * once.statistic, rel=1e-9, abs=1e-12)


@given(st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=2, max_size=4), st.integers(2, 9))
def test_a_table_taken_k_times_has_k_times_the_chi_square(table: list[list[int]], k: int) -> None:
    """Pearson's statistic grows with the number of patients at equal proportions."""
    once, often = chi_square(table), chi_square(k * np.array(table))
    assert (once.df, once.reason) == (often.df, often.reason)
    if once.statistic is not None:
        assert often.statistic == pytest.approx(k * once.statistic, rel=1e-9, abs=1e-9)


# ---- time ----------------------------------------------------------------------------------------------------------


@few
@given(patients, st.integers(1, 11))
def test_a_later_end_of_follow_up_changes_nothing_before_it(rows: Patients, end: int) -> None:
    """Who is followed beyond a day and who is censored on it give the same curve and counts up to that day."""
    time, event, _ = columns(rows)
    cut, seen = np.minimum(time, end), event & (time <= end)
    whole, part = kaplan_meier(time, event), kaplan_meier(cut, seen)
    before = [point for point in whole.time if point <= end]
    assert part.survival[: len(before)] == whole.survival[: len(before)]
    assert part.conf_low[: len(before)] == whole.conf_low[: len(before)]
    ticks = [0, end / 2, end]
    assert number_at_risk(cut, seen, ticks) == number_at_risk(time, event, ticks)


@few
@given(patients)
def test_with_everybody_censored_survival_is_one_and_nothing_is_compared(rows: Patients) -> None:
    """Without events the curve stays up, no median is reached, and the tests and models say why there are none."""
    time, _, group = columns(rows)
    nobody = np.zeros(len(rows), dtype=bool)
    curve = kaplan_meier(time, nobody)
    assert set(curve.survival) == {1.0}
    assert curve.median().reason == "not reached"
    assert log_rank(time, nobody, group).reason == "no events"
    assert cox_regression(time, nobody, pd.DataFrame({"group": group})).reason == "no events"
    assert reverse_kaplan_meier(time, nobody).survival[-1] == 0


@few
@given(patients)
def test_only_the_order_of_times_enters_a_comparison(rows: Patients) -> None:
    """On any other clock that keeps the order, here t + t squared, log-rank test and Cox model are the same."""
    time, event, group = columns(rows)
    other = time + time**2
    assert log_rank(other, event, group).statistic == log_rank(time, event, group).statistic
    design = pd.DataFrame({"group": group})
    assert cox_regression(other, event, design) == cox_regression(time, event, design)


# ---- groups --------------------------------------------------------------------------------------------------------


@few
@given(patients, st.permutations([0, 1, 2]))
def test_the_names_of_the_groups_do_not_matter_to_a_test(rows: Patients, names: list[int]) -> None:
    """With arms renamed, the log-rank test, plain or within strata, has the same chi-square and degrees of freedom."""
    time, event, group = columns(rows)
    renamed = np.array(names)[group]
    half = np.arange(len(rows)) % 2
    for strata in (None, half):
        one, other = (log_rank(time, event, each, strata=strata) for each in (group, renamed))
        assert (one.df, one.reason) == (other.df, other.reason)
        if one.statistic is not None:
            assert other.statistic == pytest.approx(one.statistic, rel=1e-7, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=30))
def test_a_marker_turned_round_has_the_same_cut_off(rows: list[tuple[int, bool]]) -> None:
    """Low values of a marker are high values of its negative: area and Youden index are the same."""
    marker, outcome = (np.array(column) for column in zip(*rows, strict=True))
    low = roc_curve_cutoff(marker, outcome, direction="low")
    high = roc_curve_cutoff(-marker, outcome, direction="high")
    assert (low.auc, low.youden) == (high.auc, high.youden)
    assert low.threshold == (None if high.threshold is None else -high.threshold)


# ---- results.json --------------------------------------------------------------------------------------------------


@few
@given(st.lists(shares, min_size=1, max_size=8), st.text(min_size=1, max_size=20), st.none() | shares)
def test_curves_and_limits_survive_the_round_trip_exactly(numbers: list[float], text: str, limit: float | None) -> None:
    """Whatever floats and characters a curve and an interval hold, what is read is what was written."""
    words = {"label": text, "population": text, "method": text, "conf_level": 0.95, "n": len(numbers)}
    record = Record(
        key=Key("b", variable="a"), kind="time", value=numbers[0], conf_low=limit, conf_high=numbers[-1], **words
    )
    points, counts = tuple(numbers), tuple(range(len(numbers)))
    events = {"n_at_risk": counts, "n_events": counts, "n_censored": counts}
    curve = Curve(
        key=Key(endpoint="a"),
        unit="days",
        time=points,
        survival=points,
        conf_low=(limit,) * len(points),
        conf_high=points,
        risk_table=RiskTable(time=points, **events),
        **words,
        **events,
    )
    results = Results(source=SOURCE, records=(record,), curves=(curve,))
    written = to_json(results)
    assert from_json(written) == results
    assert to_json(from_json(written)) == written


# ---- a whole run ---------------------------------------------------------------------------------------------------


def rerun(folder: Path, *, data: Callable[[Rows], Rows] = list, study: tuple[str, str] = ("", "")) -> Results:
    """Return the results of the second study with its rows changed, or a piece of its definition replaced."""
    shutil.copytree(IMPLANTS, folder, dirs_exist_ok=True)
    path = folder / "data" / "implants.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(data(rows))
    definition = (folder / "study.toml").read_text(encoding="utf-8")
    assert study[0] in definition
    (folder / "study.toml").write_text(definition.replace(*study), encoding="utf-8")
    return compute(read_study(folder))


def by_id(results: Results) -> Mapping[str, Record]:
    """Return the records by id."""
    return {record.id: record for record in results}


def test_the_order_of_the_rows_changes_no_byte_of_the_results(tmp_path: Path, implants_results: Results) -> None:
    """The file sorted in another way gives the same records and curves, to the last bit."""
    found = rerun(tmp_path, data=lambda rows: [*rows[::2], *rows[1::2][::-1]])
    assert to_json(replace(found, source=implants_results.source)) == to_json(implants_results)


def test_every_patient_twice_doubles_counts_and_leaves_estimates(tmp_path: Path, implants_results: Results) -> None:
    """Counts and denominators double; percentages, survival rates, medians, means and quartiles of a whole run stay."""
    found = by_id(rerun(tmp_path, data=lambda rows: rows + [row | {"implant": f"{row['implant']}b"} for row in rows]))
    for record in implants_results:
        twice = found[record.id]
        if record.id.startswith("data."):
            continue  # of what is doubtful, equal rows are a part
        if record.kind == "count" and not record.id.endswith(".df"):
            assert twice.value == 2 * int(record.value or 0), record.id
            assert twice.denominator == (None if record.denominator is None else 2 * record.denominator)
        elif record.kind in ("percent", "time") or record.id.endswith((".mean", ".min", ".max", ".expected_min")):
            factor = 2 if record.id.endswith(".expected_min") else 1
            assert twice.value == (None if record.value is None else pytest.approx(factor * record.value)), record.id
        if not record.id.startswith("setting."):
            assert twice.n == 2 * record.n, record.id


def test_arms_in_the_other_order_invert_their_hazard_ratio(tmp_path: Path, implants_results: Results) -> None:
    """Right against left is the inverse of left against right, limits exchanged; no other number of the run moves."""
    levels = '{ left = "Left", right = "Right" }', '{ right = "Right", left = "Left" }'
    found = by_id(rerun(tmp_path, study=levels))
    there, back = "retention.by_side.cox.right", "retention.by_side.cox.left"
    one, other = implants_results[f"{there}.hazard_ratio"], found[f"{back}.hazard_ratio"]
    assert isinstance(one.value, float)
    assert other.conf_low is not None
    assert other.value == pytest.approx(1 / one.value, rel=1e-7)
    assert one.conf_high == pytest.approx(1 / other.conf_low, rel=1e-7)
    assert found[f"{back}.p_value"].value == pytest.approx(implants_results[f"{there}.p_value"].value, rel=1e-6)
    same = {record.id for record in implants_results if not record.id.startswith(there)}
    assert same == {name for name in found if not name.startswith(back)}
    for name in same:
        expected = implants_results[name].value
        assert found[name].value == (pytest.approx(expected, rel=1e-9) if isinstance(expected, float) else expected)


def test_a_whole_run_with_its_figures_changes_nothing_global(implants: Study) -> None:
    """Random states, error handling, warning filters, matplotlib's settings, environment and folder stay as set."""

    def world() -> list[object]:
        return [
            np.random.get_state()[1].tolist(),  # type: ignore[index,union-attr]
            random.getstate(),
            np.geterr(),
            np.get_printoptions(),
            list(warnings.filters),
            dict(matplotlib.rcParams),
            dict(os.environ),
            Path.cwd(),
            [pd.get_option(name) for name in ("mode.chained_assignment", "display.precision", "display.max_rows")],
        ]

    with matplotlib.rc_context({"font.size": 23, "svg.hashsalt": None}), np.errstate(divide="raise", over="print"):
        np.random.seed(11)
        random.seed(11)
        before = world()
        results = compute(implants)
        for name in implants.figures:
            draw(figure_content(name, implants, results, Style()), formats=("svg", "pdf"))
        assert world() == before
