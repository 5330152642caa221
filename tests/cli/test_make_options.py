"""`make` hands on what a user says as it was typed, whatever signs of make or a shell are in it; none of it is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import IMPLANTS, ROOT

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
    "ä 日",
]
OPTIONS = {
    "report": ("STUDY", "RENDERER", "DATA"),
    "watch": ("STUDY", "RENDERER"),
    "results": ("STUDY", "DATA"),
    "check": ("STUDY", "JOURNAL", "RENDERER"),
    "draft": ("STUDY", "RENDERER", "JOURNAL"),
    "trace": ("STUDY",),
    "html": ("STUDY",),
    "lock": ("STUDY", "RENDERER", "NAME"),
    "changes": ("STUDY", "SINCE"),
    "audit": ("STUDY",),
    "redline": ("STUDY", "SINCE", "AUTHOR", "RENDERER"),
}


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make in the repository; the environment is set up already."""
    # Of a `make test` that runs this test, nothing is handed down.
    own = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS")) and k != "RENDERER"}
    command = ["make", "-o", ".venv/.installed", *arguments]
    return subprocess.run(command, cwd=ROOT, env=own | environment, capture_output=True, text=True, check=False)


def printed(verb: str, run: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the arguments that a recipe gave to the program, which only prints them."""
    assert run.returncode == 0, run.stderr
    assert not (ROOT / "ran").exists(), verb
    return re.findall(r"^<(.*)>$", run.stdout, re.MULTILINE)


@pytest.mark.parametrize("verb", OPTIONS)
def test_every_option_reaches_the_program_as_it_was_typed(verb: str) -> None:
    """From the command line of make and from the environment alike."""
    echo = "PY=printf '<%s>\\n'"
    for text in NASTY:
        values = dict.fromkeys(OPTIONS[verb], text)
        run = make(echo, verb, *(f"{name}={value}" for name, value in values.items()))
        told = printed(verb, run)
        assert sum(argument.endswith(text) for argument in told) >= len(values), (text, told)
        assert printed(verb, make(echo, verb, **values)) == told


def test_what_was_not_said_has_its_default() -> None:
    """Without options a verb works on this folder."""
    echo = "PY=printf '<%s>\\n'"
    assert printed("report", make(echo, "report"))[-2:] == ["--study=.", "--renderer=auto"]
    assert printed("draft", make(echo, "draft", "JOURNAL=bmj", "FORCE=1"))[-3:] == ["--force", "--", "bmj"]
    assert "--force" not in printed("draft", make(echo, "draft", "JOURNAL=bmj", "FORCE=0"))
    assert "--unprinted" in printed("trace", make(echo, "trace", "UNPRINTED=1"))


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
        locks = ["requirements-build.lock", "requirements.lock"]
        for lock in locks:
            (tmp_path / lock).touch()
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert run.returncode == 2
        assert f"needs Python 3.11 or newer; '{name}' is not." in run.stdout
        assert sorted(path.name for path in tmp_path.iterdir()) == locks
