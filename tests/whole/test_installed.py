"""The package that is built from here: complete, and the same program where nobody has seen a checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import lifelines.datasets
import pytest
from conftest import IMPLANTS, ROOT

from lockstep.base.resources import DOCUMENTATION, PACKAGE

pytestmark = pytest.mark.slow  # builds the package, and documents by it

NEEDED = ("lockstep", "docs", "pyproject.toml", "README.md", "LICENSE", "NOTICE.md")
NO_CODE = shutil.ignore_patterns("__pycache__", "*.pyc")
BUILT = ("report.pdf", "report.docx", "results.json")


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a program that knows nothing of this checkout; return what it printed."""
    told = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LOCKSTEP", "QUARTO", "MAKE"))}
    done = subprocess.run(command, cwd=cwd, env=told | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def build(kind: str, source: Path, place: Path) -> Path:
    """Build a "wheel" or "sdist" of a folder with what is installed here, as `python -m build --no-isolation` does."""
    place.mkdir()
    code = f"from setuptools import build_meta; build_meta.build_{kind}({str(place)!r})"
    run(sys.executable, "-c", code, cwd=source, SOURCE_DATE_EPOCH="1767225600")
    [built] = place.iterdir()
    return built


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what the package is built from."""
    folder = tmp_path_factory.mktemp("source")
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=NO_CODE)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel."""
    return build("wheel", source, tmp_path_factory.mktemp("wheel") / "dist")


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the command in an environment with the wheel; what that stands on comes from this one."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    install = ("-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", wheel)
    run(sys.executable, *install, cwd=folder)
    [packages] = folder.glob("lib/python*/site-packages")
    here = Path(pytest.__file__).parents[1]
    (packages / "dependencies.pth").write_text(f"{here}\n")  # its own .pth files, that of a checkout say, do not count
    found = run(python, "-c", "import lockstep, sys; print(lockstep.__file__, *sys.path, sep='\\n')", cwd=folder)
    assert found.splitlines()[0] == str(packages / "lockstep" / "__init__.py")
    assert str(ROOT) not in found.splitlines()
    return folder / "bin" / "lockstep"


def test_the_wheel_holds_the_program_and_nothing_else(wheel: Path) -> None:
    """Every module, template, font, style, journal, schema, page and licence is in it; no test and no study is."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        own = {name.split("/", 1)[1] for name in archive.namelist() if ".dist-info/" in name}
    there = {path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    there |= {DOCUMENTATION / path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*") if path.is_file()}
    assert held == {path.relative_to(ROOT).as_posix() for path in there}
    assert {f"licenses/{name}" for name in ("LICENSE", "NOTICE.md")} <= own
    assert "licenses/lockstep/templates/fonts/LICENSE-Liberation.txt" in own


def test_the_sdist_builds_the_same_wheel(source: Path, wheel: Path, tmp_path: Path) -> None:
    """Whoever builds the package from its source archive has the bytes that are tested here."""
    sdist = build("sdist", source, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    [unpacked] = (tmp_path / "unpacked").iterdir()
    again = build("wheel", unpacked, tmp_path / "wheel")
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_the_pages_that_the_program_names_are_installed(program: Path, tmp_path: Path) -> None:
    """Help and messages name pages by their path, and the links of a page to others lead somewhere."""
    readme = Path(re.search(r"Documentation: (.+)", run(program, "--help", cwd=tmp_path))[1])
    assert readme.is_relative_to(program.parents[1])
    assert readme.read_bytes() == (ROOT / "README.md").read_bytes()
    pages = [readme, *(readme.parent / "docs").glob("*.md")]
    assert {page.name for page in pages} >= {"study.md", "own-statistics.md"}
    for page in pages:
        for target in re.findall(r"\]\(((?:docs/|\.\./README|[\w-]+\.md)[^)#]*)", page.read_text(encoding="utf-8")):
            assert target == "NOTICE.md" or (page.parent / target).is_file(), (page.name, target)


def test_a_study_is_built_as_from_the_checkout(program: Path, tmp_path: Path) -> None:
    """In a folder that holds a study alone: the same bytes; also where its _quarto.yml names the program's files."""
    ignored = shutil.ignore_patterns("build", ".quarto")
    for name in ("installed", "checkout"):
        shutil.copytree(IMPLANTS, tmp_path / name, ignore=ignored)
    installed, checkout = tmp_path / "installed", tmp_path / "checkout"
    run(program, "report", "--renderer", "builtin", cwd=installed)
    made = [sys.executable, "-m", "lockstep", "report", "--renderer", "builtin", "--study", checkout]
    run(*made, cwd=ROOT)
    expected = [(checkout / "build" / name).read_bytes() for name in BUILT]
    assert [(installed / "build" / name).read_bytes() for name in BUILT] == expected

    project = (ROOT / "_quarto.yml").read_text(encoding="utf-8")
    assert "lockstep/templates/manuscript.typ" in project
    (installed / "_quarto.yml").write_text(project.replace("bibliography: references.bib\n", ""), encoding="utf-8")
    assert "written" in run(program, "report", "--renderer", "builtin", cwd=installed)
    assert [(installed / "build" / name).read_bytes() for name in BUILT] == expected
    assert {path.name for path in installed.iterdir()} == {path.name for path in checkout.iterdir()} | {"_quarto.yml"}


def test_the_makefile_of_a_study_needs_no_checkout(program: Path, tmp_path: Path) -> None:
    """The ten lines that come with the program hand on verb and options; messages name make."""
    study = tmp_path / "study"
    shutil.copytree(IMPLANTS, study, ignore=shutil.ignore_patterns("build", ".quarto"))
    shutil.copy(program.parents[1] / "lib" / _python() / "site-packages/lockstep/templates/study/Makefile", study)
    (study / ".venv" / "bin").mkdir(parents=True)
    (study / ".venv" / "bin" / "lockstep").symlink_to(program)
    assert run("make", "results", cwd=study) == "build/results.json: written\n"
    assert "bmj" in run("make", "profile", "JOURNAL=bmj", cwd=study)
    done = subprocess.run(["make", "changes"], cwd=study, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Make one with `make lock NAME=2026-11`." in done.stderr


def test_a_new_study_is_built_by_make_in_its_folder(program: Path, tmp_path: Path) -> None:
    """Two commands from a data file to a manuscript, where the program is not even on the path."""
    shutil.copy(Path(lifelines.datasets.__file__).parent / "larynx.csv", tmp_path / "larynx.csv")
    said = ("--time", "time", "--event", "death == '1'", "--unit", "years", "--by", "Stage_IV")
    assert "study of 90 patients" in run(program, "new", "study", "--data", "larynx.csv", *said, cwd=tmp_path)
    path = os.pathsep.join(
        part for part in os.environ["PATH"].split(os.pathsep) if not (Path(part) / "lockstep").exists()
    )
    run("make", "report", "RENDERER=builtin", cwd=tmp_path / "study", PATH=path)
    assert all((tmp_path / "study" / "build" / name).is_file() for name in BUILT)
    assert "0 typed numbers" in run("make", "check", "RENDERER=builtin", cwd=tmp_path / "study", PATH=path)


def _python() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"
