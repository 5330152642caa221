"""What Quarto is given where a study does not hold it: profiles of journals, and files of the program."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

import pytest

from lockstep.base.resources import PACKAGE, TEMPLATES
from lockstep.qmd.project import read_project
from lockstep.render import quarto

# A program that stands for Quarto: it notes what it is given, and which files of the program it finds.
PROGRAM = """
import json, pathlib, sys
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print("1.9.38")
    sys.exit()
target = arguments[arguments.index("--to") + 1]
given = json.loads(pathlib.Path(arguments[arguments.index("--metadata-file") + 1]).read_text()) \\
    if "--metadata-file" in arguments else {}
found = [name for name in ("templates/manuscript.typ", "runs/hook.py") if pathlib.Path("lockstep", name).is_file()]
pathlib.Path(target + ".json").write_text(json.dumps({"given": given, "found": found}))
pathlib.Path("report.typ").write_text("text")
end = ".docx" if target == "docx" else ".pdf"
pathlib.Path(arguments[arguments.index("--output-dir") + 1], "report" + end).write_text("made")
sys.exit("broken" if pathlib.Path("break").exists() and target == "typst" else 0)
"""
OWN = """
project: {post-render: lockstep/runs/hook.py}
csl: lockstep/templates/csl/vancouver.csl
filters: [lockstep/templates/references.lua]
format:
  docx: {reference-doc: lockstep/templates/reference.docx}
  typst: {template: lockstep/templates/manuscript.typ, keep-typ: true}
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return the folder of a document whose project calls files as the checkout has them."""
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "report.qmd").write_text("---\ntitle: T\n---\n\nText.\n")
    (folder / "_quarto.yml").write_text(textwrap.dedent(OWN))
    return folder


def render(study: Path, *profiles: str) -> dict[str, dict[str, object]]:
    """Render by the program; return its arguments, and what it found, for each format."""
    program, work = study.parent / "quarto", study.parent / "work"
    program.write_text(f"#!{sys.executable}\n{PROGRAM}")
    program.chmod(0o755)
    work.mkdir(exist_ok=True)
    quarto.render(study / "report.qmd", read_project(study, profiles=profiles), work, quarto=program)
    return {name: json.loads((study / f"{name}.json").read_text()) for name in ("docx", "typst")}


def test_files_of_the_program_are_found_where_the_study_is_alone(study: Path) -> None:
    """Under the names that _quarto.yml has for them, while Quarto runs; nothing of it stays, nor after an error."""
    before = {path.name for path in study.iterdir()}
    seen = render(study)
    assert [seen[name]["found"] for name in seen] == [["templates/manuscript.typ", "runs/hook.py"]] * 2
    assert {path.name for path in study.iterdir()} == before | {"docx.json", "typst.json"}
    (study / "break").touch()
    with pytest.raises(quarto.ReportError, match="broken"):
        render(study)
    assert not (study / "lockstep").exists()


def test_what_the_study_has_there_is_its_own(study: Path) -> None:
    """A folder of that name in the study is used as it is, and is not touched."""
    own = study / "lockstep" / "templates"
    own.mkdir(parents=True)
    for path in ("manuscript.typ", "reference.docx", "references.lua", "csl/vancouver.csl", "csl/journals.tsv"):
        (own / path).parent.mkdir(exist_ok=True)
        (own / path).write_bytes((TEMPLATES / path).read_bytes())
    (study / "lockstep" / "runs").symlink_to(PACKAGE / "runs")
    render(study)
    assert {path.name for path in (study / "lockstep").iterdir()} == {"runs", "templates"}
    assert not own.is_symlink()


def test_quarto_is_given_the_keys_of_a_journal(study: Path) -> None:
    """It reads no file of the journal, so what that asks for comes with the call, as for the built-in renderer."""
    assert render(study)["docx"]["given"] == {}
    given = render(study, "lancet-oncology")
    for name in ("docx", "typst"):
        assert given[name]["given"] == {
            "format": {
                name: {
                    "csl": str(TEMPLATES / "csl" / "the-lancet.csl"),
                    "line-numbers": True,
                    "linestretch": 2,
                    "notes-after-punctuation": True,
                    "papersize": "a4",
                }
            }
        }
