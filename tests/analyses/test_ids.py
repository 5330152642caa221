"""Tests that the ids of results are made as the documentation says, and that no two results share one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from awkward_studies import make_study

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import StudyError
from lockstep.study.definition import read_study
from lockstep.syntax.names import slug

DOCS = Path(__file__).parents[2] / "docs"
_ROW = re.compile(r"^\| `([^`]+)` \| `([a-z0-9_]+)` \|", re.MULTILINE)


def examples(name: str, heading: str) -> list[tuple[str, str]]:
    """Return the levels of the first table below a heading of a document, each with what it is in ids."""
    text = (DOCS / name).read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [(level, part) for level, part in _ROW.findall(section)]


@pytest.mark.parametrize(("level", "part"), [*examples("record-ids.md", "Record ids"), *examples("study.md", "Names")])
def test_the_documented_examples_are_true(level: str, part: str) -> None:
    """Each example of the documentation is what the program makes of it."""
    assert slug(level) == part


def test_the_documentation_has_examples_of_every_kind() -> None:
    """Signs, negative numbers, umlauts and other scripts are among the examples."""
    levels = {level for level, _ in examples("record-ids.md", "Record ids")}
    assert {"> 20", "-1", "Grün", "Straße", "男"} <= levels
    assert len(examples("study.md", "Names")) == 5


def with_levels(folder: Path, levels: str, *replacements: tuple[str, str]) -> Path:
    """Return a study whose column `stage` has other levels, and other replacements of its text."""
    make_study(folder, "everything")
    toml = folder / "study.toml"
    text = toml.read_text(encoding="utf-8").replace('{ early = "Early", late = "Late" }', levels)
    for old, new in replacements:
        text = text.replace(old, new)
    toml.write_text(text, encoding="utf-8")
    return folder


def test_a_level_with_signs_is_cited_as_documented(tmp_path: Path) -> None:
    """The count of "> 20" is `stage.__20.count`."""
    folder = with_levels(tmp_path / "study", '{ "<= 20" = "20 or less", "> 20" = "More than 20" }')
    data = (folder / "data.csv").read_text(encoding="utf-8").replace(",early,", ",<= 20,").replace(",late,", ",> 20,")
    (folder / "data.csv").write_text(data, encoding="utf-8")
    results = compute(read_study(folder))
    assert results["stage.__20.count"].label == "Stage: More than 20"
    assert results["stage.___20.count"].label == "Stage: 20 or less"


@pytest.mark.parametrize(("one", "other", "part"), [("<20", ">20", "_20"), ("男", "女", "_"), ("Grün", "grun", "grun")])
def test_two_levels_of_one_id_are_refused_with_both(one: str, other: str, part: str, tmp_path: Path) -> None:
    """The error names both levels, what they are in ids, and what to do."""
    with pytest.raises(StudyError) as caught:
        read_study(with_levels(tmp_path / "study", f'{{ "{one}" = "A", "{other}" = "B" }}'))
    assert str(caught.value) == (
        f"study.toml: [columns.stage.levels] has '{one}' and '{other}', which are both '{part}' in result ids; "
        "rename it by `recode`"
    )


def test_a_variable_named_like_the_test_of_all_terms_is_refused(tmp_path: Path) -> None:
    """A covariate `global` would take the place of the test of all covariates together."""
    folder = with_levels(
        tmp_path / "study",
        '{ early = "Early", late = "Late" }',
        ("[columns.marker]", '[columns.global]\nheader = "marker"'),
        ('"marker"', '"global"'),
        ('header = "global"', 'header = "marker"'),
    )
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    assert str(caught.value) == (
        "study.toml: [analysis.adjust_for] names 'global', which in results is the test of all terms of the model; "
        "give the variable another name (`header` says what the file calls it)"
    )


def test_two_results_of_one_id_are_refused(tmp_path: Path) -> None:
    """Where a variable and a level together make the id of another result, the error has it and both labels."""
    folder = with_levels(
        tmp_path / "study",
        '{ early = "Early", global = "Global" }',
        ("[columns.stage]", '[columns.proportional_hazards]\nheader = "stage"'),
        ('"stage"', '"proportional_hazards"'),
        ('header = "proportional_hazards"', 'header = "stage"'),
    )
    data = (folder / "data.csv").read_text(encoding="utf-8").replace(",late,", ",global,")
    (folder / "data.csv").write_text(data, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        compute(read_study(folder))
    told = str(caught.value)
    assert told.startswith(
        "study.toml: two results would have the id 'os.adjusted.proportional_hazards.global.p_value': "
    )
    assert '"Overall survival, multivariable: Stage: Global vs Early, Wald test"' in told
    assert '"Overall survival, multivariable: test of proportional hazards, all terms together"' in told
    assert told.endswith("Give the variable or the level another name.")
