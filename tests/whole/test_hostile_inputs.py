"""What never ends, is no file, or is not what its name says gives one line, and no verb hangs or prints a traceback."""

from __future__ import annotations

import errno
import io
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from made_once import copy_with_results

from lockstep.base.resources import TEMPLATES
from lockstep.base.streams import OutputStream
from lockstep.runs import watch

pytestmark = pytest.mark.slow  # a run for each input

DOCUMENT = """---
title: "A"
bibliography: references.bib
format:
  docx:
    reference-doc: own.docx
---

As said [@a].
"""
REFERENCES = "@book{a, title = {A}, author = {B, C}, publisher = {D}, year = 2000}\n"


@pytest.fixture
def folder(built_implants: Path, tmp_path: Path) -> Path:
    """Return a copy of the second study, its results computed, with files of every kind that a study can have."""
    folder = copy_with_results(built_implants, tmp_path / "study")
    (folder / "report.qmd").write_text(DOCUMENT, encoding="utf-8")
    (folder / "references.bib").write_text(REFERENCES, encoding="utf-8")
    shutil.copyfile(TEMPLATES / "reference.docx", folder / "own.docx")
    shutil.copyfile(ROOT / "_quarto.yml", folder / "_quarto.yml")
    shutil.copytree(TEMPLATES, folder / "lockstep" / "templates")
    return folder


def run(folder: Path, *arguments: str, limit: int | None = None, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a verb as `make` does; what hangs fails."""
    command = [sys.executable, "-m", "lockstep", *(arguments or ("report",)), "--study", str(folder)]

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = os.environ | {"RENDERER": "builtin"}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=limited,
        **(pipes | options),  # type: ignore[call-overload]
    )


def message(finished: subprocess.CompletedProcess[str], *, lines: int = 1) -> str:
    """Return what an error says, besides that the last report is untouched."""
    assert finished.returncode == 1, finished.stdout + finished.stderr
    said = finished.stderr.replace("No document was written; any earlier report is untouched.\n", "")
    assert "Traceback" not in said
    assert said.count("\n") <= lines, said
    return said


def pipe(path: Path) -> None:
    """Put a named pipe in the place of a file."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def device(path: Path) -> None:
    """Put a link to a device without end in the place of a file."""
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("put", [pipe, device])
@pytest.mark.parametrize(
    "name",
    [
        "data/implants.csv", "study.toml", "report.qmd", "references.bib", "own.docx", "_quarto.yml",
        "lockstep/templates/manuscript.typ",
    ],
)  # fmt: skip
def test_a_pipe_or_device_in_the_place_of_a_file_is_refused(
    name: str, put: Callable[[Path], None], folder: Path
) -> None:
    """It is named, and nothing waits for it."""
    if name in ("data/implants.csv", "study.toml"):
        shutil.rmtree(folder / "build")
    put(folder / name)
    assert name.rpartition("/")[2] in message(run(folder), lines=2)


@pytest.mark.parametrize("put", [pipe, device])
def test_other_verbs_refuse_them_too(put: Callable[[Path], None], folder: Path, tmp_path: Path) -> None:
    """A data file to try, the published statements, a journal's file, the file to fingerprint."""
    put(tmp_path / "new.csv")
    assert "new.csv" in message(run(folder, "results", "--data", str(tmp_path / "new.csv")))
    (folder / "data").mkdir(exist_ok=True)
    put(folder / "data" / "published.csv")
    finished = run(folder, "judge")
    assert finished.returncode == 2
    assert "published.csv: cannot be read (is a pipe or a device" in finished.stderr
    (folder / "data" / "published.csv").unlink()
    put(folder / "data" / "implants.csv")
    fingerprint = run(folder, "fingerprint", "--output", str(tmp_path / "rows.json"))
    assert "implants.csv" in message(fingerprint, lines=2)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        (BOMB, "references to other values (`*name`) repeat them"),
        ("a: &a [*a]\n", "references to other values (`*name`) repeat them"),
        ("a: &a {b: *a}\n", "references to other values (`*name`) repeat them"),
        (f"a: {'[' * 3000}{']' * 3000}\n", "nested too deeply"),
    ],
)
@pytest.mark.parametrize("name", ["report.qmd", "_quarto.yml"])
def test_yaml_that_grows_without_end_is_refused(name: str, front: str, expected: str, folder: Path) -> None:
    """Nine lines that stand for a thousand million values are one error."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("---\n", f"---\n{front}", 1) if "qmd" in name else front + text, encoding="utf-8")
    assert expected in message(run(folder))


def test_values_that_are_used_again_are_allowed(folder: Path) -> None:
    """An anchor is YAML like any other."""
    path = folder / "report.qmd"
    path.write_text(path.read_text(encoding="utf-8").replace("---\n", "---\nx: &x [a]\nkeywords: *x\n", 1))
    assert run(folder).returncode == 0


@pytest.mark.parametrize("content", [b"", b"Dear all", b"PK\x03\x04 and so on", "empty.zip"])
def test_a_reference_document_that_is_no_word_file_is_one_line(content: bytes | str, folder: Path) -> None:
    """It is named with its line in the front matter; pandoc's own words would be a backtrace."""
    if isinstance(content, str):
        shutil.make_archive(str(folder / "own"), "zip", folder / "data")
        (folder / "own.zip").replace(folder / "own.docx")
    else:
        (folder / "own.docx").write_bytes(content)
    said = message(run(folder))
    assert "report.qmd:6: " in said
    assert "own.docx is not a Word file. `reference-doc` names a .docx" in said


def test_what_pandoc_cannot_read_is_one_line(folder: Path) -> None:
    """No backtrace of another language."""
    (folder / "references.bib").write_text("@book{a, title = {A\n\n@@ {", encoding="utf-8")
    said = message(run(folder))
    assert said.startswith("pandoc could not convert the document: references.bib: Error at (line 3, column 5)")


@pytest.mark.parametrize(("verb", "made"), [("results", "results.json"), ("report", "report.pdf"), ("check", None)])
def test_output_that_cannot_be_printed_is_one_line(verb: str, made: str | None, folder: Path) -> None:
    """A full disk behind standard output is an error, and what was to be made is made."""
    shutil.rmtree(folder / "build")
    (folder / "report.qmd").write_text("---\ntitle: A\n---\n\nWords.\n", encoding="utf-8")
    with Path("/dev/full").open("w") as full:
        finished = run(folder, verb, stdout=full)
    assert finished.returncode == 1
    assert finished.stderr == (
        "Standard output: could not be written, there is no room left (No space left on device). "
        "Make room on the disk, then run again.\n"
    )
    assert made is None or (folder / "build" / made).is_file()


def test_closed_streams_are_no_traceback(folder: Path) -> None:
    """Each stream may be closed; no file that is opened takes its place."""
    for closing, code, said in ((">&-", 1, "Standard output: it is closed.\n"), ("2>&-", 0, ""), ("<&-", 0, "")):
        command = f'"$0" -m lockstep results --force --study "$1" {closing}'
        finished = subprocess.run(
            ["sh", "-c", command, sys.executable, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert (finished.returncode, finished.stderr) == (code, said)
    finished = subprocess.run(
        ["sh", "-c", '"$0" -m lockstep results --study "$1" <&- >&- 2>&-', sys.executable, str(folder / "none")],
        cwd=ROOT,
        check=False,
    )
    assert finished.returncode == 1


def test_a_reader_that_has_gone_is_told_nothing(folder: Path) -> None:
    """As other programs do where `head` has seen enough: quiet, with the code of a broken pipe."""
    shutil.rmtree(folder / "build")
    reading, writing = os.pipe()
    os.close(reading)
    finished = run(folder, "results", stdout=writing)
    os.close(writing)
    assert (finished.returncode, finished.stderr) == (141, "")
    assert (folder / "build" / "results.json").is_file()


@pytest.mark.parametrize("megabytes", [60, 150, 200, 280])
def test_too_little_memory_is_one_line(megabytes: int, folder: Path) -> None:
    """Neither a traceback, nor a hang, nor the words of a library."""
    shutil.rmtree(folder / "build")
    said = message(run(folder, limit=megabytes * 2**20))
    assert said == "There is not enough memory. Close other programs, or raise the limit (ulimit -v), then run again.\n"


def test_a_watch_that_nobody_reads_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make watch | head` does not go on for ever where nobody sees it."""
    output = OutputStream(io.StringIO())
    monkeypatch.setattr(sys, "stdout", output)
    watch._say("built")
    output.error = BrokenPipeError(errno.EPIPE, "Broken pipe")
    with pytest.raises(KeyboardInterrupt):
        watch._say("built again")
