"""Studies and results for tests of the figures: Kaplan-Meier estimates by textbook arithmetic, without the analysis."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from lockstep.catalogue.keys import Key
from lockstep.results.model import Curve, Record, Results, RiskTable, Source
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.syntax.names import slug

Patients = Sequence[tuple[float, bool]]  # follow-up in days, event observed

COHORT = Path(__file__).parent.parent / "data" / "cohort.csv"
SOURCE = Source(
    data_file="data.csv",
    data_sha256="0" * 64,
    data_rows=0,
    data_columns=0,
    study_file="study.toml",
    study_sha256="0" * 64,
    code_sha256="0" * 64,
    versions={},
)


def make_study(
    folder: Path,
    *,
    endpoints: Mapping[str, tuple[str, str, Sequence[float]]],
    variables: Mapping[str, tuple[str, Mapping[str, str]]],
    figures: Mapping[str, Mapping[str, object]],
) -> Study:
    """Return a study of these endpoints (label, unit and ticks of the axis) and categories (label, levels)."""
    lines = [
        "schema = 1",
        '[data]\nfile = "data.csv"\nid = "id"',
        '[time]\nunit = "days"\nyear = 365\nmonth = 30',
        '[columns.days]\ntype = "number"\n[columns.died]\ntype = "number"',
    ]
    for name, (label, levels) in variables.items():
        lines += [f"[columns.{name}]", 'type = "category"', f"label = {_toml(label)}", f"[columns.{name}.levels]"]
        lines += [f"{_toml(level)} = {_toml(printed)}" for level, printed in levels.items()]
    for name, (label, unit, ticks) in endpoints.items():
        lines += [f"[endpoints.{name}]", f"label = {_toml(label)}", f"abbreviation = {_toml(name.upper())}"]
        lines += ['time = "days"', 'event = "died == 1"', f"axis = {{ unit = {_toml(unit)}, ticks = {list(ticks)} }}"]
    for name, keys in figures.items():
        lines += [f"[figures.{name}]", *(f"{key} = {_toml(value)}" for key, value in keys.items())]
    (folder / "study.toml").write_text("\n".join(lines), encoding="utf-8")
    return read_study(folder)


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def kaplan_meier(curve_id: str, patients: Patients, ticks: Sequence[float]) -> Curve:
    """Return the estimate with Greenwood's variance, log-log interval and a risk table at `ticks` (days)."""
    survival, greenwood, n = 1.0, 0.0, len(patients)
    rows: list[tuple[float, float, float | None, float | None, int, int, int]] = []
    for time in sorted({0.0, *(float(t) for t, _ in patients)}):
        at_risk = sum(t >= time for t, _ in patients)
        events = sum(t == time and event for t, event in patients)
        censored = sum(t == time and not event for t, event in patients)
        if at_risk and events:
            survival *= 1 - events / at_risk
            greenwood += events / (at_risk * (at_risk - events)) if at_risk > events else 0.0
        low: float | None = None if survival == 0 else survival
        high = low
        if 0 < survival < 1:
            spread = 1.959964 * math.sqrt(greenwood) / math.log(survival)
            low, high = survival ** math.exp(-spread), survival ** math.exp(spread)
        rows.append((time, survival, low, high, at_risk, events, censored))
    columns = list(zip(*rows, strict=True))
    return Curve(
        key=Key(curve_id),
        label=curve_id,
        population="all",
        n=n,
        unit="days",
        method="Kaplan-Meier",
        conf_level=0.95,
        time=columns[0],
        survival=columns[1],
        conf_low=columns[2],
        conf_high=columns[3],
        n_at_risk=columns[4],
        n_events=columns[5],
        n_censored=columns[6],
        risk_table=RiskTable(
            time=tuple(ticks),
            n_at_risk=tuple(sum(t >= tick for t, _ in patients) for tick in ticks),
            n_events=tuple(sum(t < tick and event for t, event in patients) for tick in ticks),
            n_censored=tuple(sum(t < tick and not event for t, event in patients) for tick in ticks),
        ),
    )


def median_of(curve: Curve) -> Record:
    """Return the record of a curve's median; a bound is the time at which a bound of the curve first reaches 50%."""

    def first(values: Sequence[float | None]) -> float | None:
        return next((t for t, s in zip(curve.time, values, strict=True) if s is not None and s <= 0.5), None)

    value = first(curve.survival)
    return Record(
        key=Key(f"{curve.id}.median"),
        kind="time",
        value=value,
        unit="days",
        label="median",
        population="all",
        n=curve.n,
        conf_low=first(curve.conf_low),
        conf_high=first(curve.conf_high),
        conf_level=0.95,
        method="Kaplan-Meier",
        reason=None if value is not None else "not reached",
    )


def make_results(study: Study, curves: Mapping[str, Patients], *, p_values: Mapping[str, float | None]) -> Results:
    """Return results: a curve and median for each id of `curves`, a log-rank test for each stem of `p_values`."""
    axes = {slug(name): endpoint.axis for name, endpoint in study.endpoints.items()}
    estimates = []
    for curve_id, patients in curves.items():
        if not patients:
            continue  # as the analysis: a group of nobody has a count and no curve
        axis = axes[curve_id.split(".")[0]]
        estimates.append(kaplan_meier(curve_id, patients, [tick * study.time.per(axis.unit) for tick in axis.ticks]))
    counts = [
        Record(
            key=Key(f"{stem}.n"),
            kind="count",
            value=len(who),
            label="patients",
            population="all",
            n=len(who),
            method="count",
        )
        for stem, who in curves.items()
    ]
    tests = [
        Record(
            key=Key(f"{stem}.log_rank.p_value"),
            kind="p_value",
            value=p,
            label="log-rank",
            population="all",
            n=0,
            method="log-rank",
            reason=None if p is not None else "no events",
        )
        for stem, p in p_values.items()
    ]
    return Results(source=SOURCE, records=(*counts, *map(median_of, estimates), *tests), curves=tuple(estimates))


def trial(folder: Path) -> tuple[Study, Results]:
    """Return a study of the shipped cohort with its three figures, ids as the analysis gives them."""
    both = ["os", "pfs"]
    study = make_study(
        folder,
        endpoints={
            "os": ("Overall survival", "years", [0, 5, 10, 15, 20]),
            "pfs": ("Progression-free survival", "years", [0, 1, 2, 3, 4, 5]),
        },
        variables={
            "arm": ("Local treatment", {"no": "Without local treatment", "yes": "With local treatment"}),
            "age": ("Age group", {"younger": "60 years or younger", "elderly": "Older than 60 years"}),
        },
        figures={
            "overall": {"endpoints": both},
            "by_arm": {"endpoints": both, "groups": "arm"},
            "by_age": {"endpoints": both, "groups": "arm", "within": "age"},
        },
    )
    with COHORT.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["complete_record"] == "1"]
    curves: dict[str, list[tuple[float, bool]]] = {}
    for row in rows:
        arm = "yes" if "1" in (row["surgery"], row["radiotherapy"], row["rfa"]) else "no"
        age = "elderly" if float(row["age_at_diagnosis"]) > 60 else "younger"
        progressed = row["date_progression"] != ""
        times = {
            "os": (_days(row, "date_initial_diagnosis", "date_last_followup"), row["vital_status"].startswith("died")),
            "pfs": (
                _days(row, "date_metastasis_treatment", "date_progression" if progressed else "date_last_followup"),
                progressed,
            ),
        }
        for endpoint, patient in times.items():
            for curve_id in (endpoint, f"{endpoint}.by_arm.{arm}", f"{endpoint}.by_arm.in_age.{age}.{arm}"):
                curves.setdefault(curve_id, []).append(patient)
    p_values = {
        "os.by_arm": 0.0000123,
        "pfs.by_arm": 0.0000456,
        "os.by_arm.in_age.younger": 0.0000789,
        "pfs.by_arm.in_age.younger": 0.0021,
        "os.by_arm.in_age.elderly": 0.7066,
        "pfs.by_arm.in_age.elderly": 0.0312,
    }
    return study, make_results(study, curves, p_values=p_values)


def _days(row: Mapping[str, str], start: str, end: str) -> float:
    return float((date.fromisoformat(row[end]) - date.fromisoformat(row[start])).days)
