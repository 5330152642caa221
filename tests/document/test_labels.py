"""Labels in the prose are those of study.toml: text with a source, and no results."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from conftest import ROOT

from lockstep.base.errors import ReportError
from lockstep.document.literals import literals_in
from lockstep.document.printed_places import places_in, printed_at
from lockstep.document.release import release
from lockstep.document.report import Report, number_style
from lockstep.qmd.source import parse
from lockstep.results.model import Results
from lockstep.study.model import Study


@pytest.fixture
def r(study: Study, results: Results) -> Report:
    """Return the flagship's phrases."""
    return Report(results, number_style(study), study)


def test_a_changed_label_changes_the_prose(study: Study, results: Results) -> None:
    """What study.toml calls a variable or a level is what the sentence says, with markup as text."""
    sex = replace(study.columns["sex"], label="Sex *at* birth", levels={"male": "Men `$1`", "female": "Women"})
    changed = replace(study, columns=MappingProxyType({**study.columns, "sex": sex}))
    r = Report(results, number_style(study), changed)
    assert r.label("sex").text == "Sex *at* birth"
    assert r.label("sex", inside=True).text == "sex *at* birth"
    assert r.label("sex", "male")._repr_markdown_() == "Men \\`\\$1\\`"
    assert (
        r.labels(["sex", "grade", "os"]).text
        == "sex *at* birth, histologic grade and overall survival from initial diagnosis"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sxe",), "label('sxe'): no variable, endpoint or outcome of study.toml; did you mean 'sex'?"),
        (("sex", "mal"), "label('sex', 'mal'): no such level of a category; did you mean 'male'"),
        (("sex", "zzz"), "it has: 'male' and 'female'"),
        (("os", "male"), "an endpoint or outcome has no levels"),
        (
            ("age_at_diagnosis", "5"),
            "label('age_at_diagnosis', '5'): 'age_at_diagnosis' is no category, and has no levels",
        ),
    ],
)
def test_a_label_that_is_not_there_is_an_error_with_the_nearest(
    arguments: tuple[str, ...], message: str, r: Report
) -> None:
    """A renamed variable or level stops the build at its line."""
    with pytest.raises(ReportError) as error:
        r.label(*arguments)
    assert message in str(error.value)
    with pytest.raises(ReportError, match="names no variable"):
        r.labels([])


def test_a_label_is_no_typed_number_and_leaves_as_text(study: Study, results: Results) -> None:
    """Its digits need no declaration; a lock holds its text, and no record; its source is study.toml."""
    size = study.derived["size_group"]
    level = next(iter(size.levels))
    text = f'---\ntitle: "T"\n---\n\nPatients with `{{python}} r.label("size_group", "{level}")` were seen.\n'
    document = parse(text, path=ROOT / "report.qmd")
    style = number_style(study)
    assert literals_in(document, results, style).undeclared == ()
    [place] = places_in(document)
    printed = printed_at(place, study, results, style)
    assert printed is not None
    assert (printed.text, printed.ids) == (size.levels[level], ())
    released = release(document, study, results, style)
    assert released.records == ()
    assert [call.text for call in released.calls.values()] == [size.levels[level]]
    assert Report(results, style, study).label("size_group", level).source == "study.toml"
