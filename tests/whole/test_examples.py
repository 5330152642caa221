"""Docstrings of public functions show how they are used, and what they show is what comes out."""

from __future__ import annotations

import ast
import doctest
import importlib
from pathlib import Path

import pytest

from lockstep.base.resources import PACKAGE

OF_STATISTICS = ("statistics", "survival", "regression", "adjustment")
"""The folders of statistics."""

STATISTICS = sorted(path for folder in OF_STATISTICS for path in (PACKAGE / folder).glob("*.py"))
WITHIN = {
    "cutoff_of_nobody": "what a ROC curve gives where there is nobody",
    "cox_model": "cox_regression, of a fit that is there",
    "fit_cox": "cox_regression, before its tests",
    "fit_fine_gray": "fine_gray, before its tests",
    "proportional_hazards_of": "proportional_hazards_test, of a fit that is there",
}
"""Statistics that analyses call and that have no example, each with why: its whole has one."""
OF_A_STUDY = {
    "document.report": {"open_study"},
    "analyses.own_statistics": {"Patients"},
    "results.json_file": {"read_results"},
}


class Checker(doctest.OutputChecker):
    """Compares printed text whose spaces do not break as it looks."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Return whether the output is the one that the docstring shows."""
        return super().check_output(want, got.replace("\N{NO-BREAK SPACE}", " "), optionflags)


def shown(name: str, **given: object) -> set[str]:
    """Run the examples of a module, with some names given; return which of its functions have any."""
    module = importlib.import_module(f"lockstep.{name}")
    runner, said = doctest.DocTestRunner(Checker(), optionflags=doctest.ELLIPSIS), []
    examples = [found for found in doctest.DocTestFinder().find(module, extraglobs=given) if found.examples]
    for found in examples:
        runner.run(found, out=said.append)
    assert not said, "".join(said)
    return {found.name.removeprefix(f"{module.__name__}.") for found in examples}


def public(path: Path) -> set[str]:
    """Return the public functions that a module defines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}


def called_by_analyses() -> set[str]:
    """Return what the analyses import of the statistics."""
    modules = [
        path
        for folder in ("adjusted_analyses", "model_fits", "outcome_analyses", "analyses")
        for path in (PACKAGE / folder).glob("*.py")
    ]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in modules]
    imports = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    called = [node for node in imports if (node.module or "").split(".")[0] in OF_STATISTICS]
    return {alias.name for node in called for alias in node.names}


@pytest.mark.parametrize("path", STATISTICS, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_each_statistic_has_an_example_and_it_is_true(path: Path) -> None:
    """What the analyses call shows in its docstring how it is used, and prints what that says."""
    found = shown(f"{path.parent.name}.{path.stem}")
    assert (public(path) & called_by_analyses()) - WITHIN.keys() <= found


EXAMPLES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.parent.name not in OF_STATISTICS and ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in OF_A_STUDY])
def test_every_other_example_is_true(name: str) -> None:
    """No docstring of the engine shows what does not come out."""
    assert shown(name)


@pytest.mark.parametrize("name", OF_A_STUDY)
def test_the_examples_of_a_study_are_true(name: str, built_implants: Path) -> None:
    """So have reading results, the phrases, and statistics of a study's own, on the small study."""
    assert shown(name, folder=built_implants) == OF_A_STUDY[name]
