"""The README tells the truth: its verbs exist, its phrases print what it says, its links lead somewhere."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT

from lockstep.base.resources import TEMPLATES
from lockstep.document.report import Report, number_style
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.text.style import NBSP

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PHRASES = [
    (code, printed)
    for cells in re.findall(r"^\| (`r\..*) \| (.*) \|$", README, re.MULTILINE)
    if "in a cell" not in cells[0]
    for code, printed in zip(re.findall(r"`(r\..*?)`", cells[0]), cells[1].split(", "), strict=True)
]


def test_every_verb_of_the_readme_is_in_the_makefile_and_the_other_way() -> None:
    """`make help` and the README list the same verbs; those for maintainers are in `make help` alone."""
    verbs = set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", README))
    assert named <= verbs
    assert verbs - named == {"reference-docx", "lock-requirements"}


@pytest.mark.parametrize(("code", "printed"), PHRASES)
def test_a_phrase_of_the_readme_prints_what_it_says(code: str, printed: str, study: Study, results: Results) -> None:
    """The table of phrases is not an invention."""
    r = Report(results, number_style(study), study)
    found = str(eval(code, {"r": r}))  # noqa: S307 (the README's own examples)
    assert found.replace(NBSP, " ") == printed.replace("*P*", "P")


def test_the_readme_has_phrases_and_its_links_lead_somewhere() -> None:
    """Each relative link and picture of the README is a file of the repository."""
    assert len(PHRASES) >= 12
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_what_has_another_licence_is_named() -> None:
    """Each file with a licence of its own is in NOTICE.md, which the README names; the links lead somewhere."""
    notice = (ROOT / "NOTICE.md").read_text(encoding="utf-8")
    assert (
        (ROOT / "LICENSE")
        .read_text(encoding="utf-8")
        .startswith("MIT License\n\nCopyright (c) 2026 The Lockstep authors")
    )
    assert "(LICENSE)" in README
    assert "(NOTICE.md)" in README
    for path in (*(TEMPLATES / "csl").glob("*.*"), *(TEMPLATES / "fonts").glob("LICENSE*")):
        name = "*.csl" if path.suffix == ".csl" else path.name
        assert path.suffix == ".md" or f"templates/{path.parent.name}/{name}" in notice, path
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", notice):
        assert (ROOT / target).exists(), target
