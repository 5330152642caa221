"""The documentation is tested: its examples are read, its messages are real, its facts are those of the data."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from lifelines import CoxPHFitter

from lockstep.analyses.pipeline import compute
from lockstep.audit.command import run_audit
from lockstep.base.errors import StudyError
from lockstep.figures.kinds import figure_content
from lockstep.graphics.drawing import draw
from lockstep.study.definition import read_study
from lockstep.survival.kaplan_meier import kaplan_meier
from lockstep.tables.tables import render_table
from lockstep.text.style import Style

STUDY = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")
AUDIT = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced examples of a page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", blocks(STUDY, "toml"), ids=["whole study", "every section"])
def test_an_example_of_a_study_definition_is_one(example: str, tmp_path: Path) -> None:
    """What a newcomer copies from docs/study.md is read without an error."""
    (tmp_path / "study.toml").write_text(example, encoding="utf-8")
    assert read_study(tmp_path).columns


def test_the_tables_and_figures_of_the_example_are_made(tmp_path: Path) -> None:
    """The study of docs/study.md that uses every section prints its tables and draws its figures, the flow as well."""
    (tmp_path / "study.toml").write_text(blocks(STUDY, "toml")[1], encoding="utf-8")
    (tmp_path / "data").mkdir()
    lines = ["patient,arm,Smoker (y/n),age,operated,relapsed,last_seen,status"]
    for i in range(48):
        operated = "" if i % 12 == 0 else f"2018-{i % 9 + 1:02}-15"
        relapsed = f"2019-{i % 11 + 1:02}-20" if i % 3 == 0 else ""
        end = f"2020-{i % 12 + 1:02}-28,{'dead' if i % 5 == 0 else 'alive'}"
        arm = "control" if i % 2 else "adjuvant"
        lines.append(f"{i},{arm},{'NY'[i % 7 < 3]},{40 + i % 40},{operated},{relapsed},{end}")
    (tmp_path / "data" / "cohort.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    study = read_study(tmp_path)
    results = compute(study)
    for name in study.tables:
        assert "<td" in render_table(name, study, results, Style()).markdown
    for name in study.figures:
        assert draw(figure_content(name, study, results, Style()), formats=["svg"])["svg"]
    assert figure_content("flow", study, results, Style()).alt_text() == (
        "Flow diagram. Patients reviewed (n = 48). Excluded (n = 4): No operation (n = 4). Patients included in the "
        "analysis (n = 44): Treatment: Control (n = 24); Treatment: Adjuvant (n = 20)."
    )


def test_the_message_of_docs_study_is_the_one_that_the_program_gives(tmp_path: Path) -> None:
    """The error at the head of the page is not made up."""
    [printed] = re.findall(r"^    (study\.toml: \[analysis.*)$", STUDY, re.MULTILINE)
    example = blocks(STUDY, "toml")[1].replace('exposure = "arm"', 'exposure = "amr"')
    (tmp_path / "study.toml").write_text(example, encoding="utf-8")
    with pytest.raises(StudyError) as told:
        read_study(tmp_path)
    assert printed in str(told.value)


@pytest.mark.parametrize("key", ["schema", "[data]", "[columns."])
def test_what_docs_study_calls_required_is_required(key: str, tmp_path: Path) -> None:
    """Without any one of the three there is no study."""
    whole = blocks(STUDY, "toml")[0]
    parts = re.split(r"\n\n", whole.strip())
    left = "\n\n".join(part for part in parts if not part.startswith(key))
    assert left != whole.strip()
    (tmp_path / "study.toml").write_text(left, encoding="utf-8")
    with pytest.raises(StudyError):
        read_study(tmp_path)


@pytest.mark.parametrize(
    ("number", "impossible"), [(0, ["S1", "S2", "S3"]), (1, ["H1"])], ids=["any paper", "estimate, interval and P"]
)
def test_an_example_of_docs_audit_finds_what_the_page_says(
    number: int, impossible: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The statements that the page calls impossible are, and no other."""
    (tmp_path / "paper.csv").write_text(blocks(AUDIT, "csv")[number], encoding="utf-8")
    found = run_audit(tmp_path, tmp_path / "paper.csv")
    capsys.readouterr()
    assert [item.id for item in found.judgements if item.verdict == "impossible"] == impossible
    assert found.bad_rows == ()


def test_the_facts_on_entry_in_the_codebook_are_those_of_the_cohort() -> None:
    """Who entered when, and what delayed entry would give, stands in data/README.md as the data have it."""
    text = " ".join((ROOT / "data" / "README.md").read_text(encoding="utf-8").split())
    rows = pd.read_csv(ROOT / "data" / "cohort.csv")
    rows = rows[rows["complete_record"] == 1]
    dates = {name: pd.to_datetime(rows[name]) for name in map(str, rows) if name.startswith("date_")}
    entry = (dates["date_metastasis"] - dates["date_initial_diagnosis"]).dt.days
    wait = (dates["date_metastasis_treatment"] - dates["date_metastasis"]).dt.days
    frame = pd.DataFrame(
        {
            "entry": entry,
            "time": (dates["date_last_followup"] - dates["date_initial_diagnosis"]).dt.days,
            "event": rows["vital_status"].str.startswith("died"),
            "local": (rows[["surgery", "radiotherapy", "rfa"]] == 1).any(axis=1).astype(int),
            "age": rows["age_at_diagnosis"],
        }
    )
    assert f"{(entry > 0).sum()} of the {len(rows)} entered later" in text
    assert f"by up to {entry.max()} days" in text
    assert f"it was {wait.min()} to {wait.max()} days" in text

    # Kaplan-Meier with delayed entry: at risk are those who entered before a death and are still there
    survival, median = 1.0, None
    for time in sorted(frame.loc[frame["event"], "time"].unique()):
        at_risk = ((frame["entry"] < time) & (frame["time"] >= time)).sum()
        survival *= 1 - ((frame["time"] == time) & frame["event"]).sum() / at_risk
        if survival <= 0.5 and median is None:
            median = int(time)
    plain = kaplan_meier(frame["time"], frame["event"]).median().value
    assert f"a median of {median} days instead of {plain:g}" in text

    ratios = []
    for late in ({}, {"entry_col": "entry"}):
        columns = ["time", "event", "local", "age", *late.values()]
        fit = CoxPHFitter().fit(frame[columns], "time", "event", **late)
        ratios.append(fit.hazard_ratios_["local"])
    assert f"adjusted for age of {ratios[1]:.2f} instead of {ratios[0]:.2f}" in text
