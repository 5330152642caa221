"""`make` hands on what a user says as it was typed, whatever signs of make or a shell are in it; none of it is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import IMPLANTS, ROOT

from lockstep.base.invocation import CALLED_BY
from lockstep.cli.command import COMMAND
from lockstep.cli.options import Argument, Option

pytestmark = pytest.mark.slow  # make, for each verb

NASTY = [
    "a$(touch ran)b",
    "a$$(touch ran)b",
    "a$(shell touch ran)b",
    "a`touch ran`b",
    'a"; touch ran; "b',
    "a'b",
    "a b  c",
    "a$b",
    "a$$b",
    "${HOME}",
    "a\\b",
    "a#b",
    "a;touch ran",
    "a%b=c",
    "--help",
    'J. "Doe" & co; echo run',
    "ä 日",
]
VERBS = {name: verb for name, verb in COMMAND.commands.items() if not verb.hidden}
PRINTS = (
    "import os, sys; print(sys.argv[1:], *(f'<{key}={value}>' for key, value in sorted(os.environ.items())), sep='\\n')"
)


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make in the repository; the environment is set up already."""
    # Of a `make test` that runs this test, nothing is handed down.
    own = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS")) and k != "RENDERER"}
    command = ["make", "-o", ".venv/.installed", *arguments]
    return subprocess.run(command, cwd=ROOT, env=own | environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what stands for Python in recipes: it prints how it was called, and its environment."""
    path = tmp_path_factory.mktemp("program") / "python"
    path.write_text(f"#!{sys.executable}\n{PRINTS}\n")
    path.chmod(0o755)
    return f"PY={path}"


def printed(verb: str, run: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return the environment of the program that a recipe has called for a verb."""
    assert run.returncode == 0, run.stderr
    assert not (ROOT / "ran").exists(), verb
    assert run.stdout.startswith(f"['-m', 'lockstep', '{verb}']\n")
    return dict(re.findall(r"^<(\w+)=(.*)>$", run.stdout, re.MULTILINE))


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_reaches_the_program_as_it_was_typed(verb: str, program: str) -> None:
    """From the command line of make and from the environment alike; none of it is expanded or run."""
    names = [item.make for item in VERBS[verb].params if isinstance(item, (Option, Argument)) and item.make]
    for text in NASTY:
        values = dict.fromkeys(names, text)
        told = printed(verb, make(program, verb, *(f"{name}={value}" for name, value in values.items())))
        assert {name: told[name] for name in names} == values
        assert told[CALLED_BY] == "make"
        again = printed(verb, make(program, verb, **values))
        assert {name: again[name] for name in names} == values


def test_what_was_not_said_is_empty(program: str) -> None:
    """Without options the program has its own defaults; what make calls of its own is not a verb of the program."""
    told = printed("report", make(program, "report"))
    assert {told[name] for name in ("STUDY", "RENDERER", "DATA", "JOURNAL")} == {""}
    assert CALLED_BY not in make(program, "lint").stdout


@pytest.mark.parametrize("name", ["a$(touch ran)b", "a$(shell touch ran)b", 'it\'s "here" `touch ran`', "a$b", "--x y"])
def test_a_study_in_a_folder_of_any_name_is_built(name: str, tmp_path: Path) -> None:
    """Results are computed where the folder stands, and no part of its name is run."""
    folder = tmp_path / name
    shutil.copytree(IMPLANTS, folder, ignore=shutil.ignore_patterns("build", ".quarto"))
    run = make("results", f"STUDY={folder}")
    assert (run.returncode, run.stderr) == (0, "")
    assert (folder / "build" / "results.json").is_file()
    assert not (ROOT / "ran").exists()


def test_another_python_is_named_as_it_is(tmp_path: Path) -> None:
    """PYTHON= is a program, not a line of a shell: where there is none of this name, the error names it."""
    for name in ("$(touch ran)", "`touch ran`", 'py"thon; touch ran'):
        command = ["make", "-f", str(ROOT / "Makefile"), ".venv/.installed", f"PYTHON={name}"]
        (tmp_path / "requirements.lock").touch()
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert run.returncode == 2
        assert f"needs Python 3.11 or newer; '{name}' is not." in run.stdout
        assert [path.name for path in tmp_path.iterdir()] == ["requirements.lock"]
