"""The command line: what it offers, what it answers to a command that it does not understand, how it calls things."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from conftest import IMPLANTS, ROOT

from lockstep.__main__ import COMPUTING
from lockstep.base.invocation import CALLED_BY, POSITIONAL
from lockstep.base.resources import PACKAGE, TEMPLATES
from lockstep.cli.command import COMMAND, run_verb
from lockstep.cli.options import Argument, Option, Verb

VERBS = {name: verb for name, verb in COMMAND.commands.items() if isinstance(verb, Verb)}
SHOWN = {name: verb for name, verb in VERBS.items() if not verb.hidden}
Captured = pytest.CaptureFixture[str]


def of_make(verb: Verb) -> dict[str, Option | Argument]:
    """Return the options of a verb that make knows, by the name that they have there."""
    return {item.make: item for item in verb.params if isinstance(item, (Option, Argument)) and item.make}


def test_the_help_lists_every_verb_that_is_for_users(capsys: Captured) -> None:
    """Each with a line; verbs that other verbs start are not shown, and -h is enough."""
    assert run_verb(["-h"]) == 0
    said = capsys.readouterr().out
    assert re.findall(r"^  (\w+) {2,}\w", said, re.MULTILINE) == list(SHOWN)
    assert set(VERBS) - set(SHOWN) == {"examine", "judge", "fingerprint", "figures"}
    assert all(len(line) <= 80 for line in said.splitlines())


@pytest.mark.parametrize("name", VERBS)
def test_each_verb_has_a_help_of_its_own(name: str, capsys: Captured) -> None:
    """With all its options but those that only other verbs use, and what each does."""
    assert run_verb([name, "--help"]) == 0
    said = capsys.readouterr().out
    for item in VERBS[name].params:
        if isinstance(item, Option) and not item.hidden:
            assert item.opts[0] in said
            assert item.help, item.opts
    assert "--wait" not in said


def test_each_verb_runs_what_takes_its_options() -> None:
    """The function that a verb names is there, and takes every option that is declared for it."""
    from inspect import signature

    from lockstep.cli import analysis, beginning, manuscript

    modules = {"analysis": analysis, "beginning": beginning, "manuscript": manuscript}
    for verb in VERBS.values():
        module, function = verb.code.split(".")
        assert signature(getattr(modules[module], function)).parameters.keys() == {item.name for item in verb.params}
        assert (module in {"analysis", "beginning"}) == (verb.name in COMPUTING)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["repotr"], "No such command 'repotr'. Did you mean 'report'?"),
        (["report", "--sutdy", "x"], "No such option '--sutdy'. Did you mean '--study'?"),
        (["report", "--renderer", "word"], "Invalid value for '--renderer': 'word' is not one of"),
        (["report", "more"], "Got unexpected extra argument (more)"),
        (["draft"], "Name the journal: `lockstep draft plos-one`\nKnown here: annals-of-internal-medicine, "),
        (["lock"], "Name the lock: `lockstep lock 2026-11`\n"),
        (["draft", "--journal", "bmj"], "Did you mean `lockstep draft bmj`?\n"),
        (["draft", "--force", "--journal=bmj"], "Did you mean `lockstep draft bmj`?\n"),
        (["lock", "--name", "x"], "Did you mean `lockstep lock x`?\n"),
        (["lock", "--name"], "Did you mean `lockstep lock 2026-11`?\n"),
        (["changes", "2026-11"], "Did you mean `lockstep changes --since 2026-11`?\n"),
        (["check", "bmj"], "Did you mean `lockstep check --journal bmj`?\n"),
        ([], "Usage: lockstep [OPTIONS] COMMAND [ARGS]..."),
    ],
)
def test_a_command_that_cannot_be_understood_is_explained(words: list[str], message: str, capsys: Captured) -> None:
    """Exit code 2, and the nearest that there is; nothing runs."""
    assert run_verb(words) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == ""


def test_the_version_is_that_of_the_package(capsys: Captured) -> None:
    """One place has it, from which the package takes it too."""
    assert run_verb(["--version"]) == 0
    assert re.fullmatch(r"lockstep \d+\.\d+\.\d+\n", capsys.readouterr().out)


@pytest.mark.parametrize(("words", "answers"), [("lockstep dr", {"draft"}), ("lockstep draft pl", {"plos-one"})])
def test_a_shell_can_complete_verbs_and_journals(words: str, answers: set[str]) -> None:
    """As bash asks, with the words so far."""
    asked = {"_LOCKSTEP_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    command = [sys.executable, "-m", "lockstep"]
    said = subprocess.run(command, cwd=ROOT, env=os.environ | asked, capture_output=True, text=True, check=True).stdout
    assert {line.split(",")[1] for line in said.splitlines()} == answers


def test_declaring_the_verbs_loads_none_of_their_libraries() -> None:
    """Help, errors and a report with nothing to do wait for no library of statistics or of documents."""
    code = "import sys, lockstep.cli.command; print(*{name.split('.')[0] for name in sys.modules})"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"click"} <= set(said.split())
    assert not {"numpy", "pandas", "lxml", "jinja2", "yaml", "typst", "matplotlib"} & set(said.split())


# ---- called by make


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """Return what verbs are called with, in place of running them, in an environment that says nothing of options."""
    called: list[dict[str, object]] = []
    monkeypatch.setattr(Verb, "invoke", lambda _, context: called.append(dict(context.params)) or 0)
    for name in {name for verb in VERBS.values() for name in of_make(verb)}:
        monkeypatch.delenv(name, raising=False)
    return called


@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if of_make(verb)])
def test_what_make_hands_on_is_what_the_command_line_says(
    name: str, seen: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each option under its name there, taken as it is typed, whatever signs are in it."""
    words, needed = [name], []
    for make, item in of_make(VERBS[name]).items():
        text = item.type.choices[-1] if isinstance(item.type, click.Choice) else f"--a$(b) 'c' {make}"
        if isinstance(item.type, click.IntRange):
            text = "7"
        if isinstance(item, Argument):
            needed, text = ["--", text], text
        elif item.is_flag:
            text = "0" if make == "RUN" else "1"
            words.append(item.opts[0])
        else:
            words.append(f"{item.opts[0]}={text}")
        monkeypatch.setenv(make, text)
    assert run_verb([*words, *needed]) == 0
    monkeypatch.setenv(CALLED_BY, "make")
    assert run_verb([name]) == 0
    assert seen[0] == seen[1]
    assert seen[0] != {item.name: item.default for item in VERBS[name].params}


def test_what_make_leaves_empty_is_not_said(seen: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch) -> None:
    """An option of make that is empty, and a flag that is 0, are as if they were not there."""
    for make, text in {"STUDY": "", "RENDERER": "", "FORCE": "0", "JOURNAL": "bmj"}.items():
        monkeypatch.setenv(make, text)
    monkeypatch.setenv(CALLED_BY, "make")
    assert run_verb(["draft"]) == 0
    assert seen == [{"journal": "bmj", "study": Path(), "renderer": "auto", "force": False}]


@pytest.mark.parametrize(
    ("verb", "said", "message"),
    [
        (
            "check",
            {"DATA": "x"},
            "`make check` takes no DATA; "
            "it is an option of `make new`, `make report`, `make results` and `make data`.\n",
        ),
        (
            "report",
            {"JOURNAL": "nosuch"},
            "`make report` takes no JOURNAL; it is an option of `make check`, `make draft` and `make profile`.\n",
        ),
        (
            "audit",
            {"SINCE": "x"},
            "`make audit` takes no SINCE; it is an option of `make changes` and `make redline`.\n",
        ),
        ("report", {"RUN": "0"}, "`make report` takes no RUN; it is an option of `make check`.\n"),
        ("changes", {"NAME": "x", "MAKEFLAGS": " -- NAME=x"}, "`make changes` takes no NAME; "),
    ],
)
def test_an_option_of_another_verb_is_refused(
    verb: str,
    said: dict[str, str],
    message: str,
    seen: list[dict[str, object]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    """What make's user says is never dropped without a word."""
    for name, text in {CALLED_BY: "make", **said}.items():
        monkeypatch.setenv(name, text)
    assert run_verb([verb]) == 2
    assert capsys.readouterr().err.startswith(message)
    assert seen == []


@pytest.mark.parametrize("verb", [name for name in SHOWN if name not in ("new", "draft", "lock", "profile")])
def test_what_stands_in_the_environment_for_good_is_not_refused(
    verb: str, seen: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Study and renderer, which are for whatever verb takes them, a flag that is off, the name of a computer."""
    monkeypatch.delenv("MAKEFLAGS", raising=False)
    settings = {"STUDY": "x", "RENDERER": "builtin", "FORCE": "0", "RUN": "1", "DATA": "", "NAME": "my-computer"}
    for name, text in {CALLED_BY: "make", **settings}.items():
        monkeypatch.setenv(name, text)
    assert run_verb([verb]) == 0
    assert [told["study"] for told in seen] == [Path("x")]


def test_the_options_of_make_are_not_those_of_what_it_starts(
    seen: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that a verb starts has its options from the verb, and the way to call things from the user."""
    monkeypatch.setenv("DATA", "new.csv")
    monkeypatch.setenv(CALLED_BY, "make")
    assert run_verb(["results"]) == 0
    assert run_verb(["results"]) == 0
    assert [told["data"] for told in seen] == [Path("new.csv"), None]


@pytest.mark.parametrize("called_by", ["make", ""])
def test_messages_call_things_as_the_user_did(
    called_by: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Verbs and options, in errors of the program and of the command line alike."""
    for name, text in {"JOURNAL": "", "RUN": "", "RENDERER": "", "STUDY": str(IMPLANTS)}.items():
        monkeypatch.setenv(name, text)

    def say(*words: str, **options: str) -> str:
        monkeypatch.setenv(CALLED_BY, called_by)
        for name, text in options.items():
            monkeypatch.setenv(name, text)
        assert run_verb(list(words)) > 0
        return capsys.readouterr().err

    if called_by:
        assert say("draft", JOURNAL="").startswith("Name the journal: `make draft JOURNAL=plos-one`\n")
        assert say("check", JOURNAL="bmj", RUN="0").endswith("Leave out one of JOURNAL=bmj and RUN=0.\n")
        assert say("report", JOURNAL="", RUN="", RENDERER="x").startswith(
            "Invalid value for 'RENDERER': 'x' is not one of "
        )
    else:
        told = ("check", "--study", str(IMPLANTS), "--journal", "bmj", "--no-run")
        assert say(*told).endswith("Leave out one of --journal bmj and --no-run.\n")


def test_every_call_that_a_message_names_is_one() -> None:
    """What the code names by `called` and `option` is declared, with a value of its kind; no message spells its own."""
    found = 0
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            first = node.args[0]
            if node.func.id == "called" and isinstance(first, ast.Constant):
                known = of_make(SHOWN[first.value])
                assert all(str(word.arg).upper() in known for word in node.keywords), (path, ast.unparse(node))
                found += 1
            elif node.func.id == "option" and isinstance(first, ast.Constant):
                assert any(first.value.upper() in of_make(verb) for verb in SHOWN.values()), (path, ast.unparse(node))
                found += 1
    assert found > 15
    for verb, name in POSITIONAL.items():
        assert [item.name for item in VERBS[verb].params if isinstance(item, Argument)] == [name]


def test_no_message_spells_a_call_of_make_itself() -> None:
    """But for docstrings and comments, no text of the engine has `make report` or JOURNAL=."""
    names = "|".join(sorted({name for verb in SHOWN.values() for name in of_make(verb)}))
    pattern = re.compile(rf"`make (?:{'|'.join(SHOWN)})\b|\b(?:{names})=")
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
                assert not pattern.search(node.value), (path, node.lineno, node.value)


@pytest.mark.parametrize("path", [ROOT / "Makefile", TEMPLATES / "study" / "Makefile"], ids=["checkout", "study"])
def test_a_makefile_has_every_verb_and_option(path: Path) -> None:
    """What the command line offers is offered by make, under the names that it has there; a study begins no other."""
    text = path.read_text(encoding="utf-8")
    listed = {key: re.findall(rf"^{key} := (.*)$", text, re.MULTILINE)[0].split() for key in ("VERBS", "OPTIONS")}
    verbs = {name: verb for name, verb in SHOWN.items() if name != "new" or path.parent == ROOT}
    assert set(listed["VERBS"]) == set(verbs)
    assert set(listed["OPTIONS"]) - {"ALL", "PYTHON"} == {name for verb in verbs.values() for name in of_make(verb)}
    if path.parent == ROOT:
        assert set(SHOWN) <= set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
