"""What an axis leaves out is reported: follow-up behind an axis that nobody stated, and medians behind any."""

from __future__ import annotations

from pathlib import Path

import pytest

from lockstep.analyses.pipeline import compute
from lockstep.endpoints.endpoints import Axis
from lockstep.notes.assumptions import notes
from lockstep.study.definition import read_study
from lockstep.study.model import Study

STUDY = """
schema = 1
[data]
file = "data.csv"
id = "id"
[time]
unit = "years"
[columns.years]
type = "number"
[columns.died]
type = "category"
levels = ["0", "1"]
[columns.relapsed]
type = "category"
levels = ["0", "1"]
[columns.arm]
type = "category"
levels = ["a", "b"]
[endpoints.os]
label = "Overall survival"
time = "years"
event = "died == '1'"
[endpoints.efs]
label = "Survival without relapse"
time = "years"
event = "died == '1' or relapsed == '1'"
[analysis]
exposure = "arm"
[figures.survival]
endpoints = ["os", "efs"]
groups = "arm"
"""
EARLY = [f"{row},{1 + row / 10},1,1,{'ab'[row % 2]}" for row in range(10)]
LATE = [f"{row},{10 + row / 10},1,1,{'ab'[row % 2]}" for row in range(10)]
CENSORED = [f"{row + 10},14.9,0,0,{'ab'[row % 2]}" for row in range(4)]


def study(folder: Path, rows: list[str], axis: str = "") -> Study:
    """Return a study of these rows in which overall survival has this axis."""
    (folder / "data.csv").write_text("\n".join(["id,years,died,relapsed,arm", *rows]) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text(STUDY.replace("[endpoints.efs]", f"{axis}\n[endpoints.efs]"), encoding="utf-8")
    return read_study(folder)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (EARLY, None),
        (EARLY + CENSORED, "the axis ends at 5 years, follow-up at 14.9 years; "),
        (LATE, "the axis ends at 5 years, follow-up at 10.9 years, and a median lies beyond; "),
    ],
)
def test_a_default_axis_that_ends_before_follow_up_is_reported(
    tmp_path: Path, rows: list[str], said: str | None
) -> None:
    """Each endpoint of the figure has its line, which says what to write; a long axis has none."""
    found = study(tmp_path, rows)
    told = [note for note in notes(found, compute(found)) if note.startswith("figure ")]
    expected = [
        f"figure survival, endpoint {name}: {said}`axis` under [endpoints.{name}] in study.toml sets the end"
        for name in ("os", "efs")
    ]
    assert told == (expected if said else [])


def test_an_axis_that_is_stated_may_end_before_follow_up_but_not_before_a_median(tmp_path: Path) -> None:
    """Who states where it ends knows; a median that is in the legend and on no curve is another matter."""
    axis = "axis = { ticks = [0, 2, 4] }"
    early = study(tmp_path, EARLY + CENSORED, axis)
    assert [note for note in notes(early, compute(early)) if "endpoint os:" in note] == []
    late = study(tmp_path, LATE, axis)
    (told,) = [note for note in notes(late, compute(late)) if "endpoint os:" in note]
    assert "ends at 4 years" in told
    assert "a median lies beyond" in told


def test_an_endpoint_without_axis_has_the_axis_of_another(tmp_path: Path) -> None:
    """Panels of one figure have one axis where one endpoint states it, and no note where it reaches far enough."""
    found = study(tmp_path, LATE, "axis = { ticks = [0, 5, 10, 15] }")
    assert found.endpoints["efs"].axis == Axis(unit="years", ticks=(0.0, 5.0, 10.0, 15.0))
    assert [note for note in notes(found, compute(found)) if note.startswith("figure ")] == []
