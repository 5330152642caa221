"""The page of phrases tells the truth: every method of the document's object is on it, and prints what it says."""

from __future__ import annotations

import ast
import inspect
import re

import pytest
from conftest import ROOT

from lockstep.document.report import Report, number_style
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.text.style import NBSP

PAGE = (ROOT / "docs" / "phrases.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| `(r\..*)` \| (.*) \|$", PAGE, re.MULTILINE)
METHODS = [
    name
    for name, member in inspect.getmembers(Report)
    if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
]


def test_every_method_is_documented() -> None:
    """Each method and property that a sentence may use has an example."""
    assert len(METHODS) > 15
    for name in METHODS:
        assert f"`r.{name}" in PAGE, name


@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_a_phrase_prints_what_the_page_says(code: str, printed: str, study: Study, results: Results) -> None:
    """The examples are those of the study here."""
    r = Report(results, number_style(study), study)
    found = str(eval(code, {"r": r}))  # noqa: S307 (the page's own examples)
    assert found.replace(NBSP, " ") == printed.replace("*P*", "P")


def test_every_option_is_documented() -> None:
    """Decimals and the nested form are taken by the methods that the page names, and by no others."""
    methods = [name for name in METHODS if not isinstance(getattr(Report, name), property)]
    takes = {name: set(inspect.signature(getattr(Report, name)).parameters) for name in methods}
    shown = re.findall(r"`(r\.\w+\([^`]*nested=True\))`", PAGE)
    nested = {call.func.attr for code in shown for call in _calls(code)}
    assert nested == {name for name, options in takes.items() if "nested" in options}
    named = re.search(r"^((?:`\w+`(?:,| and)? ?)+) take the decimals", PAGE, re.MULTILINE)
    assert named is not None
    assert set(re.findall(r"`(\w+)`", named[1])) == {name for name, options in takes.items() if "decimals" in options}


def _calls(code: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
