"""`make report`: documents appear whole or not at all, and only when something has changed."""

import base64
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from shipped_journals import SHIPPED

from lockstep.__main__ import main
from lockstep.render import builtin
from lockstep.runs import build

ROOT = Path(__file__).parents[2]
NAMES = ("report.pdf", "report.docx")
UNTOUCHED = "No document was written; any earlier report is untouched.\n"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ADDED = """

```{python}
#| include: false
from pathlib import Path
words = Path("words.txt").read_text()
```

`{python} words` ![](mark){fig-alt="mark"}
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small study with its documents built by the command line, in a process of its own."""
    folder = tmp_path_factory.mktemp("built") / "study"
    shutil.copytree(ROOT / "tests" / "studies" / "implants", folder, ignore=shutil.ignore_patterns("build", ".quarto"))
    with (folder / "report.qmd").open("a", encoding="utf-8") as document:
        document.write(ADDED)
    (folder / "words.txt").write_text("Nothing else.")
    (folder / "mark.png").write_bytes(PNG)
    (folder / "mark.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    command = [sys.executable, "-m", "lockstep", "report", "--study", folder, "--renderer", "builtin"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    return folder


@pytest.fixture
def study(built: Path, tmp_path: Path) -> Path:
    """Return a copy of the built study."""
    return Path(shutil.copytree(built, tmp_path / "study"))


def report(study: Path, *arguments: str) -> int:
    """Run the command line on a study; return the exit code."""
    return main(["report", "--study", str(study), "--renderer", "builtin", *arguments])


def documents(study: Path) -> list[bytes]:
    """Return the bytes of both documents."""
    return [(study / "build" / name).read_bytes() for name in NAMES]


def change(path: Path, old: str = "", new: str = "\n") -> None:
    """Replace some text in a file, or add a line to it."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")


def test_nothing_changed_does_nothing(study, capsys):
    """A second run says so and touches no file; a study moved elsewhere is still up to date."""
    before = {path: path.stat().st_mtime_ns for path in study.rglob("*")}
    assert report(study) == 0
    said = capsys.readouterr()
    *notes, last = said.out.splitlines()
    assert last == f"{study}/build/report.pdf and {study}/build/report.docx are up to date"
    assert [note.split(":")[1] for note in notes if note.startswith("note: Implant")] == [
        " Implant retention, univariable model",
        " Implant retention, multivariable model",
        " Implant retention, multivariable model",
    ]
    assert "events per parameter" in said.out
    assert said.err == ""
    assert {path: path.stat().st_mtime_ns for path in study.rglob("*")} == before


def test_nothing_changed_loads_nothing(study):
    """Saying that all is up to date needs none of the libraries that take long to load."""
    slow = {"pandas", "numpy", "matplotlib", "lifelines", "jinja2", "pypandoc", "typst", "lxml"}
    code = (
        "import sys; from lockstep.__main__ import main; "
        f"main(['report', '--study', {str(study)!r}, '--renderer', 'builtin']); "
        f"print(sorted({slow} & {{*sys.modules}}))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1:] == ["[]"]


@pytest.mark.parametrize(
    "changed",
    [
        ("report.qmd", "Nothing", "Nothing"),
        ("study.toml", "", "# a comment\n"),
        ("words.txt", "else", "more"),
        ("mark.svg", 'width="9"', 'width="8"'),
        ("build/report.pdf", None, None),
        ("build/report.docx", None, None),
    ],
    ids=lambda value: value[0],
)
def test_every_input_counts(study, capsys, changed):
    """A change of prose, study, image or a file that a cell reads, or a lost output, makes the documents again."""
    name, old, new = changed
    if old is None:
        (study / name).unlink()
    elif name == "report.qmd":
        change(study / name)
    else:
        change(study / name, old, new)
    assert report(study) == 0
    assert " written in " in capsys.readouterr().out
    assert report(study) == 0
    assert capsys.readouterr().out.endswith("are up to date\n")


def test_an_output_that_was_edited_by_hand_is_made_again(study):
    """build/ holds what the study says, and nothing else."""
    before = documents(study)
    (study / "build" / "report.docx").write_bytes(b"edited")
    assert report(study) == 0
    assert documents(study) == before


def test_a_damaged_stamp_is_no_stamp(study, capsys):
    """A stamp that cannot be read means that the documents are made again, not an error."""
    (study / "build" / ".report.json").write_text("[1, 2")
    assert report(study) == 0
    assert " written in " in capsys.readouterr().out


def test_two_runs_give_the_same_bytes(study):
    """The same input gives the same PDF and the same Word file."""
    before = documents(study)
    assert report(study, "--force") == 0
    assert documents(study) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('r.n("flow.analysed")', 'r.n("flow.analyzed")', "no result 'flow.analyzed'; did you mean 'flow.analysed'"),
        ("@fig-retention", "@fig-retain", "no label 'fig-retain'; did you mean 'fig-retention'? "),
        ("words.txt", "word.txt", "FileNotFoundError: [Errno 2] No such file or directory: 'word.txt'\n"),
    ],
    ids=["unknown result", "unknown label", "error in a cell"],
)
def test_a_failed_run_leaves_the_last_report(study, capsys, old, new, message):
    """An error is one message with the line; both documents stay as they were, nothing half-made stays behind."""
    before = documents(study)
    change(study / "report.qmd", old, new)
    lines = (study / "report.qmd").read_text(encoding="utf-8").split("\n")
    line = next(number for number, text in enumerate(lines, start=1) if new in text)
    assert report(study) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"report.qmd:{line}: {message}")
    assert said.err.endswith(UNTOUCHED)
    assert "Traceback" not in said.err
    assert documents(study) == before
    assert not list((study / "build").glob(".report-*"))


def test_bad_data_stop_the_run_before_any_document(study, capsys):
    """An error of the analysis is passed on as it is."""
    before = documents(study)
    change(study / "study.toml", "", "\n[tabels]\n")
    assert report(study) == 1
    assert capsys.readouterr().err.startswith("study.toml: ")
    assert documents(study) == before


def test_an_interrupted_run_leaves_the_last_report(study, capsys, monkeypatch):
    """Ctrl-C is one line and exit code 130."""
    before = documents(study)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(builtin, "render", interrupt)
    assert report(study, "--force") == 130
    assert capsys.readouterr().err == f"Interrupted. {UNTOUCHED}"
    assert documents(study) == before
    assert not list((study / "build").glob(".report-*"))


def test_an_edit_during_the_run_is_seen_by_the_next_one(study, capsys, monkeypatch):
    """What counts is what was rendered: prose that changes meanwhile is rendered next time."""
    render = builtin.render

    def render_and_edit(*arguments: object) -> object:
        draft = render(*arguments)
        change(study / "report.qmd")
        return draft

    monkeypatch.setattr(builtin, "render", render_and_edit)
    assert report(study, "--force") == 0
    monkeypatch.undo()
    assert report(study) == 0
    assert capsys.readouterr().out.count(" written in ") == 2


@pytest.mark.parametrize(("name", "old", "new"), [("_quarto.yml", "Before", "After"), ("words.txt", "Nothing", "All")])
def test_a_file_saved_during_the_run_never_counts_as_rendered(study, capsys, monkeypatch, name, old, new):
    """A project saved while statistics run, and what is saved after a cell has read it, are in the next documents."""
    shutil.copy(ROOT / "_quarto.yml", study)
    shutil.copy(ROOT / "references.bib", study)
    change(study / "_quarto.yml", "", "\nshort-title: Before\n")
    assert report(study) == 0
    target, step = (build, "_bring_results_up_to_date") if name == "_quarto.yml" else (builtin, "render")
    do = getattr(target, step)

    def do_and_save(*arguments: object) -> object:
        done = do(*arguments)
        change(study / name, old, new)
        return done

    monkeypatch.setattr(target, step, do_and_save)
    assert report(study, "--force") == 0
    monkeypatch.undo()
    assert report(study) == 0
    with zipfile.ZipFile(study / "build" / "report.docx") as archive:
        texts = [archive.read(part).decode() for part in archive.namelist() if part.endswith(".xml")]
    assert any(new in text for text in texts)
    assert not any(old in text for text in texts)
    assert report(study) == 0
    assert capsys.readouterr().out.endswith("are up to date\n")


def test_documents_may_go_elsewhere(study, tmp_path, capsys):
    """With --output the documents stand there, with their own stamp, and those in build stay."""
    before = documents(study)
    elsewhere = tmp_path / "a folder" / "out"
    assert report(study, "--output", str(elsewhere)) == 0
    names = [".report.json", ".report.lock", ".report.typ", "report.docx", "report.pdf"]
    assert sorted(path.name for path in elsewhere.iterdir()) == names
    assert [(elsewhere / name).read_bytes() for name in NAMES] == before
    assert report(study, "--output", str(elsewhere)) == 0
    assert capsys.readouterr().out.endswith("are up to date\n")


def test_an_output_folder_that_cannot_be_is_an_error(study, tmp_path, capsys):
    """A file in the place of the output folder is one message, which says what to do; it is not removed."""
    (tmp_path / "file").write_text("mine")
    assert report(study, "--output", str(tmp_path / "file")) == 1
    advice = (
        "there is a file where a folder is needed (File exists). Move it away, or name another folder, then run again."
    )
    assert capsys.readouterr().err == f"{tmp_path / 'file'}: {advice}\n{UNTOUCHED}"
    assert (tmp_path / "file").read_text() == "mine"


def test_an_unknown_profile_is_an_error(study, capsys):
    """A profile without its file is named, with those that there are."""
    (study / "_quarto.yml").write_text("format:\n  docx: {}\n")
    (study / "_quarto-lancet.yml").write_text("lang: en-GB\n")
    assert report(study, "--profile", "lancte") == 1
    assert capsys.readouterr().err == (
        f"no profile 'lancte': {study}/_quarto-lancte.yml does not exist; did you mean 'lancet'? "
        f"Profiles here: {', '.join(sorted(['lancet', *SHIPPED]))}.\n{UNTOUCHED}"
    )


def test_quarto_cannot_be_forced_where_there_is_none(study, capsys, monkeypatch, tmp_path):
    """RENDERER=quarto without Quarto says what is missing and what to do."""
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("RENDERER", "quarto")
    assert main(["report", "--study", str(study)]) == 1
    assert capsys.readouterr().err.startswith("--renderer quarto, but there is no Quarto: ")


def test_a_folder_without_a_study_is_an_error(tmp_path, capsys):
    """A wrong STUDY names the file that is missing."""
    assert report(tmp_path) == 1
    assert "study.toml" in capsys.readouterr().err


def test_the_stamp_says_what_the_documents_were_made_from(study):
    """The stamp names each file relative to itself, so that it holds wherever the project stands."""
    stamp = json.loads((study / "build" / ".report.json").read_text())
    assert {"../report.qmd", "../study.toml", "../words.txt", "../mark.svg", "../mark.png", "results.json"} <= {
        *stamp["files"]
    }
    assert stamp["environment"]["renderer"] == "builtin"
    assert {*stamp["outputs"]} == {*NAMES}
