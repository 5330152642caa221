"""What the package says that it needs is what its code imports, and what the tests run with."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lockstep.base.resources import PACKAGE
from lockstep.text import eastern

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
NEEDED = {canonicalize_name(Requirement(text).name): Requirement(text) for text in PROJECT["dependencies"]}
EXTRAS = [Requirement(text) for texts in PROJECT["optional-dependencies"].values() for text in texts]
IMPORTED_EXTRAS = {"duckdb"}
"""Of the extras, what the code imports itself, where it is installed."""

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()


def test_the_package_needs_what_its_code_imports_and_nothing_else() -> None:
    """No tool of tests or checks is installed with it, and nothing is missing where it is installed alone."""
    imported = {eastern.PACKAGE}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    outside = imported - sys.stdlib_module_names - {"lockstep", "_typeshed"}  # the latter is of type checkers alone
    homes = packages_distributions()
    assert {canonicalize_name(homes[name][0]) for name in outside} == {*NEEDED, *IMPORTED_EXTRAS}


@pytest.mark.parametrize("requirement", [*NEEDED.values(), *EXTRAS], ids=str)
def test_a_range_holds_the_version_of_the_lock(requirement: Requirement) -> None:
    """What is tested here is what a range allows; each has a lower end and an upper one, but for those of extras."""
    pinned = version(requirement.name)
    assert requirement.specifier.contains(pinned)
    assert any(line.lower().startswith(f"{canonicalize_name(requirement.name)}=={pinned}") for line in LOCK)
    signs = {one.operator for one in requirement.specifier}
    assert signs == ({">=", "<"} if requirement not in EXTRAS else {">="})


def test_the_lock_holds_what_tests_and_builds_need() -> None:
    """Each tool of pyproject.toml has its pin, in the series that is asked for; `make` finds setuptools among them."""
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+)", "\n".join(LOCK), re.MULTILINE))
    tools = [
        Requirement(one) for group in PYPROJECT["dependency-groups"].values() for one in group if isinstance(one, str)
    ]
    for tool in tools:
        assert tool.specifier.contains(pins[canonicalize_name(tool.name)]), tool
    [command] = re.findall(r"sed -n '(.*)' requirements.lock >", (ROOT / "Makefile").read_text(encoding="utf-8"))
    cut = ["sed", "-n", command.replace("$$", "$"), str(ROOT / "requirements.lock")]
    first, *hashes = subprocess.run(cut, capture_output=True, text=True, check=True).stdout.splitlines()
    assert first == f"setuptools=={pins['setuptools']} \\"
    assert hashes
    assert all(line.startswith("    --hash=sha256:") for line in hashes)
