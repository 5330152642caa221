"""A small study that asks for everything, and data of it that leave groups, columns or endpoints empty."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Row = dict[str, str]

STUDY = """schema = 1
title = "A study that asks for everything"

[data]
file = "data.csv"
id = "id"

[time]
unit = "months"
landmarks = [0.5, 1, 2]

[columns.arm]
type = "category"
label = "Treatment"
levels = { none = "No", one = "Yes", two = "Yes, twice" }

[columns.stage]
type = "category"
label = "Stage"
levels = { early = "Early", late = "Late" }

[columns.marker]
type = "number"
label = "Marker"
unit = "U/L"

[columns.relapsed]
type = "date"
optional = true

[columns.begun]
type = "date"

[columns.seen]
type = "date"

[columns.months]
type = "number"

[columns.dead]
type = "category"
label = "Dead"
levels = { 0 = "No", 1 = "Yes" }

[columns.kept]
type = "category"
levels = { 0 = "No", 1 = "Yes" }

[eligibility.kept]
keep = "kept == '1'"
reason = "not kept"

[derived.high]
label = "High marker"
cut = "marker"
at = [2.5]
levels = { no = "No", yes = "Yes" }

[endpoints.os]
label = "Overall survival"
abbreviation = "OS"
time = "months"
event = "dead == '1'"
event_label = "death"

[endpoints.rfs]
label = "Relapse-free survival"
abbreviation = "RFS"
start = "begun"
end = ["relapsed", "seen"]
event = "relapsed present or dead == '1'"
event_label = "relapse or death"

[analysis]
exposure = "arm"
subgroup = "stage"
univariate = ["stage", "high", "dead"]
adjust_for = ["marker", "stage"]
crosstabs = [["stage", "arm"], ["high", "arm"]]
follow_up = "os"

[cutoff.marker]
marker = "marker"
outcome = "os"
direction = "high"

[tables.baseline]
kind = "characteristics"
by = "arm"
p_values = true
smd = true
rows = [
  { variable = "marker", summary = "median_range" },
  { variable = "marker", summary = ["median_iqr", "mean_sd"] },
  { variable = "marker", summary = "mean_sd", test = "none" },
  { variable = "stage", summary = "n_percent" },
  { variable = "high", summary = "n_percent" },
  { variable = "follow_up", summary = "median_range_mean" },
]

[tables.stage]
template = "cross_table.html.j2"
by = "arm"
rows = [{ variable = "stage", summary = "n_percent" }]

[tables.models]
template = "models.html.j2"
endpoints = ["os", "rfs"]

[figures.overall]
endpoints = ["os", "rfs"]

[figures.by_arm]
endpoints = ["os"]
groups = "arm"

[figures.within]
endpoints = ["os", "rfs"]
groups = "arm"
within = "stage"
"""

REPORT = """---
title: "A study that asks for everything"
author:
  - name: "Sole Author"
---

```{python}
#| include: false
from lockstep import open_study

r = open_study()
```

# Results

Of `{python} r.n("flow.reviewed")` patients, `{python} r.n("flow.analysed")` were analysed;
`{python} r.n("os.events")` `{python} r.either("os.events > 0", "died", "had the event")`. The marker was
`{python} r.value("marker.median")` (`{python} r.range("marker")`; standard deviation
`{python} r.number("marker.sd")`; `{python} r.missing(["marker", "stage"])`).
`{python} r.n_percent("stage.late")` had late disease. Median survival was `{python} r.estimate("os.median")`
(`{python} r.estimate("os.by_arm.two.median", nested=True)` in those treated more than once), and
`{python} r.estimate("os.rate.1y")` survived a year.
The hazard ratio was `{python} r.estimate("os.adjusted.arm.one.hazard_ratio")`
(`{python} r.ci("os.adjusted.arm.one.hazard_ratio")`, `{python} r.p("os.adjusted.arm.one.p_value")`), that of
late disease `{python} r.estimate("os.by_stage.cox.late.hazard_ratio")`; the interaction had
`{python} r.p("os.by_arm.interaction_stage.p_value")`, the groups `{python} r.p("os.by_arm.log_rank.p_value")`.
Survivors were followed `{python} r.value("follow_up.survivors.median")`, all
`{python} r.estimate("follow_up.reverse_km.median")`. A marker above
`{python} r.value("cutoff.marker.threshold")` went with death (`{python} r.estimate("cutoff.marker.auc")`). The
last relapse was in `{python} r.month("relapsed.last")`. See @tbl-baseline, @tbl-stage, @tbl-models,
@fig-overall, @fig-arm and @fig-within.

::: {#tbl-baseline}

```{python}
r.table("baseline")
```

Patients.
:::

::: {#tbl-stage}

```{python}
r.table("stage")
```

Stage.
:::

::: {#tbl-models}

```{python}
r.table("models")
```

Models.
:::

::: {#fig-overall}

```{python}
r.figure("overall")
```

Survival.
:::

::: {#fig-arm}

```{python}
r.figure("by_arm")
```

Survival by treatment.
:::

::: {#fig-within}

```{python}
r.figure("within")
```

Survival by treatment and stage.
:::
"""


def patients() -> list[Row]:
    """Return the data of 24 patients in three arms, with relapses, deaths and a few missing values."""
    rows = []
    for i in range(24):
        relapsed = f"2020-{3 + i % 9:02}-10" if i % 4 == 1 else ""
        rows.append(
            {
                "id": f"P{i}",
                "arm": ("none", "one", "two")[i % 3],
                "stage": ("early", "late")[(i // 3) % 2],
                "marker": "" if i == 5 else f"{1 + (i * 7) % 11 / 2:g}",
                "begun": "2020-01-15",
                "relapsed": relapsed,
                "seen": f"2021-{1 + i % 12:02}-20",
                "months": f"{1 + i * 1.3:g}",
                "dead": str(int(i % 5 in (0, 2))),
                "kept": str(int(i != 7)),
            }
        )
    return rows


def _with(**values: str) -> Callable[[Row], Row]:
    return lambda row: row | values


def _where(condition: Callable[[Row], bool], **values: str) -> Callable[[Row], Row]:
    return lambda row: row | values if condition(row) else row


_EACH: dict[str, Callable[[Row], Row]] = {
    "everything": _with(),
    "a level that nobody has": _where(lambda row: row["arm"] == "two", arm="one"),
    "one group only": _with(arm="one"),
    "the reference group is empty": _where(lambda row: row["arm"] == "none", arm="one"),
    "a level of the exposure is not in a subgroup": _where(
        lambda row: row["arm"] == "two" and row["stage"] == "late", stage="early"
    ),
    "an empty subgroup": _with(stage="early"),
    "no exposure is known": _with(arm=""),
    "no subgroup is known": _with(stage=""),
    "no marker is known": _with(marker=""),
    "nothing is known but the endpoints": _with(arm="", stage="", marker=""),
    "no events": _with(dead="0", relapsed=""),
    "everybody dies": _with(dead="1"),
    "everybody dies at once": _with(dead="1", months="3", relapsed="", seen="2020-02-15"),
    "no time at all": _with(months="0", relapsed="", seen="2020-01-15"),
    "no time at all, and everybody dies": _with(months="0", relapsed="", seen="2020-01-15", dead="1"),
    "one value of the marker": _with(marker="2"),
    "everyone is excluded but one": _where(lambda row: row["id"] != "P1", kept="0"),
    "no relapses": _with(relapsed=""),
    "death in one arm only": lambda row: row | {"dead": str(int(row["arm"] == "two"))},
}

VARIANTS = (*_EACH, "one patient", "one patient who dies", "two patients", "one patient an arm")


def rows_of(variant: str) -> list[Row]:
    """Return the patients of a variant."""
    if variant in _EACH:
        return [_EACH[variant](row) for row in patients()]
    rows = [row | {"kept": "1"} for row in patients()]
    return {
        "one patient": [rows[1]],
        "one patient who dies": [rows[0] | {"dead": "1"}],
        "two patients": rows[:2],
        "one patient an arm": rows[:3],
    }[variant]


def write_data(folder: Path, variant: str) -> None:
    """Write the data file of a variant into a study's folder."""
    rows = rows_of(variant)
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    (folder / "data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_study(folder: Path, variant: str) -> Path:
    """Write the study with the data of a variant; return its folder."""
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "report.qmd").write_text(REPORT, encoding="utf-8")
    write_data(folder, variant)
    return folder
