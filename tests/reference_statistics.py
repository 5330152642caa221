"""The statistics of tests/reference computed by `analysis`, as rows with the ids that the R scripts give them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

import numpy as np
import pandas as pd
from reference_cohorts import Dataset, awkward, tables
from reference_values import Row, Rows, point

from lockstep.regression.cox import CoxModel, cox_regression
from lockstep.regression.likelihood_ratio import likelihood_ratio_test
from lockstep.regression.proportional_hazards import ProportionalHazardsTest, proportional_hazards_test
from lockstep.results.model import Results
from lockstep.statistics.baseline import ALL, NumberSummary, describe
from lockstep.statistics.chi_square import chi_square
from lockstep.statistics.estimate import Estimate
from lockstep.statistics.fisher import fisher_exact
from lockstep.statistics.roc import roc_curve_cutoff
from lockstep.study.analysis import ConfType
from lockstep.survival.kaplan_meier import KaplanMeierEstimate, kaplan_meier, number_at_risk, reverse_kaplan_meier
from lockstep.survival.log_rank import LogRankTest, log_rank

Named = Iterator[tuple[str, Row]]


# ---- results.json --------------------------------------------------------------------------------------------------


def study_rows(results: Results) -> Rows:
    """Return every record of a study: its value, and its limits where it has an interval."""
    return {
        record.id: (record.value,) if record.conf_level is None else (record.value, record.conf_low, record.conf_high)
        for record in results
    }


def study_curve_rows(results: Results) -> tuple[Rows, Rows]:
    """Return the areas under the curves of a study, and the curves at the ticks of their figures."""
    areas, points = Rows(), Rows()
    for curve in results.curves:
        estimate = KaplanMeierEstimate(
            n=curve.n,
            events=sum(curve.n_events),
            conf_level=curve.conf_level,
            time=curve.time,
            survival=curve.survival,
            conf_low=curve.conf_low,
            conf_high=curve.conf_high,
            n_at_risk=curve.n_at_risk,
            n_events=curve.n_events,
            n_censored=curve.n_censored,
        )
        areas[f"{curve.id}.area"] = _area(estimate)
        table = curve.risk_table
        counts = zip(table.n_at_risk, table.n_events, table.n_censored, strict=True)
        for time, count, level in zip(table.time, counts, estimate.at(table.time), strict=True):
            points[point(curve.id, time)] = (*count, *_interval(level))
    return areas, points


# ---- public data ---------------------------------------------------------------------------------------------------


def dataset_rows(data: Dataset) -> Rows:
    """Return everything but the points of curves that datasets.R computes of a public data set."""
    return dict(_dataset(data, data.frame()))


def dataset_points(data: Dataset, names: Iterable[str]) -> Rows:
    """Return the points of a public data set's curves that R has: "lung.sex.male at 365"."""
    frame, found = data.frame(), Rows()
    for curve, at in _by_curve(names).items():
        _, *part = curve.split(".")
        patients = frame[frame[part[0]] == part[1]] if part else frame
        found |= _points(curve, patients, at, data.conf_level)
    return found


def _dataset(data: Dataset, frame: pd.DataFrame) -> Named:
    name, level = data.name, data.conf_level
    yield from _survival(name, frame, level)
    for group, stratum in data.groups.items():
        for value in data.levels[group]:
            yield from _survival(f"{name}.{group}.{value}", frame[frame[group] == value], level)
        known = frame.dropna(subset=group)
        yield from _log_rank(f"{name}.{group}.log_rank", log_rank(known["time"], known["event"], known[group]))
        design, _ = data.design(known, [group])
        yield from _checks_by(f"{name}.{group}.proportional_hazards", known, design)
        known = known.dropna(subset=stratum)
        test = log_rank(known["time"], known["event"], known[group], strata=known[stratum])
        yield from _log_rank(f"{name}.{group}.log_rank_by_{stratum}", test)

    known = frame.dropna(subset=list(data.model))
    design, members = data.design(known, data.model)
    fit = cox_regression(known["time"], known["event"], design, conf_level=level)
    yield from _cox(f"{name}.cox", fit)
    for variable, columns in members.items():
        if len(columns) > 1:
            without = cox_regression(known["time"], known["event"], design.drop(columns=columns), conf_level=level)
            test = likelihood_ratio_test(without, fit)
            for part in ("statistic", "df", "p_value"):
                yield f"{name}.cox.likelihood_ratio.{variable}.{part}", (getattr(test, part),)
    checks = proportional_hazards_test(known["time"], known["event"], design, terms=members)
    yield from _checks(f"{name}.proportional_hazards", checks)
    yield from _interaction(data, frame.dropna(subset=list(data.product)))

    for number, summary in describe(frame, numbers=list(data.numbers), categories={}).items():
        assert isinstance(summary, NumberSummary)
        assert number[0] is ALL
        for part, value in {"n": summary.n, **summary.moments}.items():
            yield f"{name}.{number[1]}.{part}", (value,)
    row, column = data.cross
    both = frame.dropna(subset=[row, column])
    yield from table_rows(f"{name}.{row}.by.{column}", pd.crosstab(both[row], both[column]).to_numpy())
    known = frame.dropna(subset=data.marker)
    direction = "low" if data.marker_is_low else "high"
    roc = roc_curve_cutoff(known[data.marker], known["event"], direction=direction, conf_level=level)
    stem = f"{name}.roc.{data.marker}"
    yield f"{stem}.auc", _interval(roc.auc)
    for part in ("threshold", "youden", "sensitivity", "specificity"):
        yield f"{stem}.{part}", (getattr(roc, part),)


def _interaction(data: Dataset, known: pd.DataFrame) -> Named:
    main, members = data.design(known, data.product)
    one, other = (members[name] for name in data.product)
    products = {f"{a}:{b}": main[a] * main[b] for a in one for b in other}
    models = (cox_regression(known["time"], known["event"], each) for each in (main, main.assign(**products)))
    test = likelihood_ratio_test(*models)
    for part in ("statistic", "df", "p_value"):
        yield f"{data.name}.interaction.{part}", (getattr(test, part),)


# ---- small and awkward ---------------------------------------------------------------------------------------------


def awkward_rows(name: str) -> Rows:
    """Return everything but the points of curves that datasets.R computes of a small awkward data set."""
    return dict(_awkward(f"awkward.{name}", awkward(name)))


def awkward_points(name: str, names: Iterable[str]) -> Rows:
    """Return the points of a small data set's curve that R has."""
    frame, found = awkward(name), Rows()
    for curve, at in _by_curve(names).items():
        found |= _points(curve, frame, at, 0.95)
    return found


def _awkward(stem: str, frame: pd.DataFrame) -> Named:
    yield from _survival(stem, frame, 0.95)
    if frame["group"].isna().any():
        return
    yield from _log_rank(f"{stem}.log_rank", log_rank(frame["time"], frame["event"], frame["group"]))
    if frame["stratum"].notna().all():
        test = log_rank(frame["time"], frame["event"], frame["group"], strata=frame["stratum"])
        yield from _log_rank(f"{stem}.log_rank_by_stratum", test)
    if frame["event"].any():
        levels = sorted(set(frame["group"]))[1:]
        by = pd.DataFrame({f"group.{level}": (frame["group"] == level) * 1.0 for level in levels})
        yield from _checks_by(f"{stem}.proportional_hazards_by_group", frame, by)
        design = pd.DataFrame({"in_b": (frame["group"] == "b") * 1.0, "x": frame["x"]})
        yield from _cox(f"{stem}.cox", cox_regression(frame["time"], frame["event"], design))
        checks = proportional_hazards_test(frame["time"], frame["event"], design)
        yield from _checks(f"{stem}.proportional_hazards", checks)


def all_tables() -> Rows:
    """Return the tests of the cross tables."""
    return {name: row for table, counts in tables().items() for name, row in table_rows(f"table.{table}", counts)}


# ---- parts ---------------------------------------------------------------------------------------------------------


def table_rows(stem: str, counts: Sequence[Sequence[int]] | np.ndarray) -> Named:
    """Yield the chi-square and Fisher's test of a table."""
    test = chi_square(counts)
    for part in ("statistic", "df", "p_value", "expected_min"):
        yield f"{stem}.chi_square.{part}", (getattr(test, part),)
    yield f"{stem}.fisher.p_value", (fisher_exact(counts).p_value,)


def _survival(stem: str, frame: pd.DataFrame, conf_level: float) -> Named:
    for scale in get_args(ConfType):
        part = stem if scale == "log-log" else f"{stem}.{scale}"
        curve, follow_up = (
            estimate(frame["time"], frame["event"], conf_level=conf_level, conf_type=scale)
            for estimate in (kaplan_meier, reverse_kaplan_meier)
        )
        yield f"{part}.median", _interval(curve.median())
        yield f"{part}.follow_up", _interval(follow_up.median())
        yield f"{part}.area", _area(curve)


def _by_curve(names: Iterable[str]) -> dict[str, list[float]]:
    found = defaultdict[str, list[float]](list)
    for name in names:
        curve, at = name.split(" at ")
        found[curve].append(float(at))
    return found


def _points(curve: str, frame: pd.DataFrame, at: Sequence[float], conf_level: float) -> Rows:
    table = number_at_risk(frame["time"], frame["event"], at)
    levels = kaplan_meier(frame["time"], frame["event"], conf_level=conf_level).at(at)
    counts = zip(table.n_at_risk, table.n_events, table.n_censored, strict=True)
    return {
        point(curve, time): (*count, *_interval(level)) for time, count, level in zip(at, counts, levels, strict=True)
    }


def _log_rank(stem: str, test: LogRankTest) -> Named:
    for part in ("statistic", "df", "p_value"):
        yield f"{stem}.{part}", (getattr(test, part),)


def _cox(stem: str, model: CoxModel) -> Named:
    for term in model.terms:
        yield f"{stem}.{term.term}.hazard_ratio", (term.estimate, term.conf_low, term.conf_high)
        for part in ("p_value", "coef", "se"):
            yield f"{stem}.{term.term}.{part}", (getattr(term, part),)
    yield f"{stem}.log_likelihood", (model.log_likelihood,)


def _checks(stem: str, checks: Iterable[ProportionalHazardsTest]) -> Named:
    for check in checks:
        for part in ("statistic", "df", "p_value"):
            yield f"{stem}.{check.term}.{part}", (getattr(check, part),)


def _checks_by(stem: str, frame: pd.DataFrame, design: pd.DataFrame) -> Named:
    """Yield the check of a model of one category: as a whole and, where it has several, of each level."""
    *levels, whole = proportional_hazards_test(frame["time"], frame["event"], design)
    for check in (whole, *levels) if len(levels) > 1 else (whole,):
        name = stem if check is whole else f"{stem}.{check.term.rsplit('.', 1)[-1]}"
        for part in ("statistic", "df", "p_value"):
            yield f"{name}.{part}", (getattr(check, part),)


def _interval(estimate: Estimate) -> Row:
    return estimate.value, estimate.conf_low, estimate.conf_high


def _area(curve: KaplanMeierEstimate) -> Row:
    """Return the area under a curve and its limits up to the last follow-up, nothing where a limit is not known."""
    width = np.diff(curve.time)
    levels = (curve.survival, curve.conf_low, curve.conf_high)
    return tuple(float(width @ [level or 0.0 for level in line[:-1]]) for line in levels)
