"""Documents change together or not at all, at whatever step a run is killed, interrupted, or finds the disk full."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path

import pytest
from conftest import ROOT, SHORT

from lockstep.__main__ import main
from lockstep.base.files import mark, new_workspace, remove_leftovers, write_whole
from lockstep.base.interrupts import uninterrupted
from lockstep.runs.commit import PENDING, CommitError, complete, replace_together
from lockstep.runs.run_lock import one_at_a_time

pytestmark = pytest.mark.slow  # a run for each step that is disturbed

NAMES = ("report.pdf", "report.docx")
UNTOUCHED = "No document was written; any earlier report is untouched.\n"

Documents = tuple[bytes, ...]


@pytest.fixture
def folder(built_implants: Path, tmp_path: Path) -> Path:
    """Return a copy of the second study with its documents."""
    return Path(shutil.copytree(built_implants, tmp_path / "study"))


@pytest.fixture
def short(folder: Path) -> Path:
    """Return that study with a text of one sentence: a run changes the same files, and is soon at its end."""
    (folder / "report.qmd").write_text(SHORT, encoding="utf-8")
    return folder


def report(folder: Path) -> int:
    """Run `make report`; return the exit code."""
    return main(["report", "--study", str(folder), "--renderer", "builtin"])


def documents(folder: Path) -> Documents:
    """Return the bytes of both documents."""
    return tuple((folder / "build" / name).read_bytes() for name in NAMES)


def left_behind(folder: Path) -> list[str]:
    """Return the names of what only a run under way has a use for."""
    names = (path.name for path in (folder / "build").rglob("*"))
    return [name for name in names if name.startswith((".report-", PENDING)) or name.endswith(".lockstep-part")]


class Edits:
    """A study whose prose goes back and forth between two texts, each with the documents that belong to it."""

    def __init__(self, folder: Path) -> None:
        """Build both."""
        self.folder = folder
        text = (folder / "report.qmd").read_text(encoding="utf-8")
        self.texts = (text, f"{text}\nOne more sentence.\n")
        self.made = [self._made(text) for text in self.texts]
        self.now = 1

    def _made(self, text: str) -> Documents:
        (self.folder / "report.qmd").write_text(text, encoding="utf-8")
        assert report(self.folder) == 0
        return documents(self.folder)

    def edit(self) -> None:
        """Write the text to which no documents belong now."""
        (self.folder / "report.qmd").write_text(self.texts[1 - self.now], encoding="utf-8")

    def found(self) -> None:
        """Take the documents for what they are: of the one text or of the other, never one of each."""
        assert documents(self.folder) in self.made
        self.now = self.made.index(documents(self.folder))


def disturbed(edits: Edits, kind: str, *verb: str, moments: Iterable[int] | None = None) -> Iterator[tuple[int, str]]:
    """Run after an edit, disturbed at the first change of a file, then at the second ...; yield code and words."""
    runs_what = verb or ("report --renderer builtin",)
    command = [sys.executable, str(ROOT / "tests" / "disturbed.py"), kind, str(edits.folder), *runs_what]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as runs:
        assert runs.stdin is not None
        assert runs.stdout is not None
        for moment in moments or count(1):
            with one_at_a_time(edits.folder / "build"):  # removes what is left, so that all runs have the same steps
                edits.edit()
            runs.stdin.write(f"{moment}\n")
            runs.stdin.flush()
            code = runs.stdout.readline().strip()
            if code == "done":
                break
            yield int(code), Path(f"{edits.folder}.said").read_text(encoding="utf-8")
        runs.stdin.close()
    edits.found()
    assert left_behind(edits.folder) == []


def test_killed_at_any_step_the_documents_are_the_old_pair_or_the_new(short: Path) -> None:
    """Whatever file was about to change when the run was killed, any verb next finds one pair; then a run is right."""
    edits = Edits(short)
    old = new = waiting = 0
    for code, _ in disturbed(edits, "kill"):
        assert code == -signal.SIGKILL
        before = edits.now
        if (short / "build" / PENDING).exists():
            waiting += 1
            main(["check", "--study", str(short)])
            assert not (short / "build" / PENDING).exists()
        edits.found()
        old, new = old + (edits.now == before), new + (edits.now != before)
    assert min(old, new, waiting) >= 3


def test_interrupted_at_any_step_a_run_says_so_and_leaves_nothing(short: Path) -> None:
    """Ctrl-C is one line and code 130 with the old documents, or came too late and the new ones are there."""
    edits = Edits(short)
    codes = []
    for code, said in disturbed(edits, "interrupt"):
        before = edits.now
        edits.found()
        assert (code, edits.now == before) in {(130, True), (0, False)}
        if code == 130:
            assert said == f"Interrupted. {UNTOUCHED}"
        else:
            assert said.endswith(" s\n")
            assert "written in" in said
        assert left_behind(short) == []
        codes.append(code)
    assert {*codes} == {0, 130}


@pytest.mark.parametrize(
    ("verb", "last", "words"),
    [
        ("report --renderer builtin", f"build/{PENDING}", "report.docx written in "),
        ("html", "build/report.html", "report.html: written\n"),
        ("lock second --renderer builtin", "locks/second", "locks/second: locked\n"),
        ("redline --renderer builtin", "build/redline.docx", "redline.docx: "),
    ],
    ids=["report", "html", "lock", "redline"],
)
def test_an_interrupt_after_the_last_change_comes_too_late(short: Path, verb: str, last: str, words: str) -> None:
    """Whatever a run does once its files are in place, it says what it wrote, and never that nothing was written."""
    assert main(["lock", "first", "--study", str(short), "--renderer", "builtin"]) == 0
    edits = Edits(short)
    runs = 0
    for code, said in disturbed(edits, "late", verb, last, moments=(2**power for power in count())):
        assert (code, words in said, "Interrupted" in said) == (0, True, False), said
        assert left_behind(short) == []
        assert last.endswith(PENDING) or (short / last).exists()
        before = edits.now
        edits.found()
        assert (edits.now != before) == (not verb.startswith("html"))
        shutil.rmtree(short / "locks" / "second", ignore_errors=True)
        runs += 1
    assert runs


def test_a_disk_that_is_full_from_any_step_on_is_one_clear_error(short: Path) -> None:
    """The error says that there is no room and what to do; the old documents stay, and nothing half-made."""
    edits = Edits(short)
    codes = []
    for code, said in disturbed(edits, "full"):
        assert code == 1, said
        assert said.endswith(f"Make room on the disk, then run again.\n{UNTOUCHED}")
        assert said.count("\n") == 2
        assert "there is no room left (No space left on device)" in said
        before = edits.now
        edits.found()
        assert edits.now == before
        assert left_behind(short) == []
        codes.append(code)
    assert len(codes) >= 6


@pytest.mark.parametrize("room", [1_000, 100_000, 260_000, 1_000_000])
def test_no_room_for_a_file_is_one_clear_error(folder: Path, room: int) -> None:
    """No file may grow beyond a limit, in any process: each run that meets it says so and leaves the last report."""
    before = documents(folder)
    data = folder / "data" / "implants.csv"
    data.write_text("".join(data.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    command = [sys.executable, "-m", "lockstep", "report", "--study", str(folder), "--renderer", "builtin"]
    run = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert left_behind(folder) == []
    largest = max(path.stat().st_size for path in (folder / "build").rglob("*") if path.is_file())
    if run.returncode == 0:
        assert largest <= room
    else:
        assert run.returncode == 1
        assert documents(folder) == before
        assert run.stderr.endswith(
            f"there is no room left (File too large). Make room on the disk, then run again.\n{UNTOUCHED}"
        )
        assert run.stderr.count("\n") == 2


# ---- the parts -----------------------------------------------------------------------------------------------------


def test_an_output_that_cannot_be_replaced_is_said_before_anything_is_made(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder in the place of a document is one error, and the other document stays as it was."""
    pdf, docx = (folder / "build" / name for name in NAMES)
    docx.unlink()
    docx.mkdir()
    before = pdf.read_bytes()
    assert report(folder) == 1
    assert "is a folder, where a file is to be written. Move or remove it." in capsys.readouterr().err
    assert pdf.read_bytes() == before
    docx.rmdir()
    assert report(folder) == 0


def test_files_that_wait_for_their_place_are_told_and_not_lost(tmp_path: Path) -> None:
    """Where a decided file cannot be moved, the error says where it is; the next run moves it."""
    (tmp_path / PENDING).mkdir()
    mark(tmp_path / PENDING)
    (tmp_path / PENDING / "report.docx").write_text("new")
    (tmp_path / "report.docx" / "in the way").mkdir(parents=True)
    with pytest.raises(
        CommitError, match=r"report\.docx: .*The new files are complete and wait in .*\.report\.pending"
    ):
        complete(tmp_path)
    shutil.rmtree(tmp_path / "report.docx")
    complete(tmp_path)
    assert (tmp_path / "report.docx").read_text() == "new"
    assert not (tmp_path / PENDING).exists()


def test_two_that_complete_at_once_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that another run has moved meanwhile is where it belongs."""
    (tmp_path / "work").mkdir()
    for name in NAMES:
        (tmp_path / "work" / name).write_text(name)
    replace = Path.replace

    def both(path: Path, target: Path) -> Path:
        replace(path, target)
        return replace(path, target) if path.parent.name == PENDING else target

    monkeypatch.setattr(Path, "replace", both)
    replace_together({tmp_path / name: tmp_path / "work" / name for name in NAMES}, tmp_path / "work")
    assert [(tmp_path / name).read_text() for name in NAMES] == [*NAMES]
    assert not (tmp_path / PENDING).exists()


def test_leftovers_are_removed_and_files_under_way_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed run left half written goes; what another run is writing now stays."""
    (tmp_path / "figures").mkdir()
    left = [tmp_path / ".results.json.abc.lockstep-part", tmp_path / "figures" / ".a.svg.abc.lockstep-part"]
    for path in left:
        path.write_text("half")
    fsync: Callable[[int], None] = os.fsync

    def meanwhile(handle: int) -> None:
        fsync(handle)
        remove_leftovers(tmp_path)

    monkeypatch.setattr(os, "fsync", meanwhile)
    write_whole(tmp_path / "results.json", b"whole")
    assert (tmp_path / "results.json").read_bytes() == b"whole"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["figures", "results.json"]


def test_only_what_bears_the_mark_of_this_program_is_removed(folder: Path) -> None:
    """Files and folders of others stay in an output folder, whatever they are called; what a killed run left goes."""
    output = folder / "elsewhere"
    foreign = [
        output / name
        for name in (
            ".movie.part", "sub/.x.part", ".report-mine/thesis.docx", ".report-0123abcd.lockstep/thesis.docx",
            ".report.pending/report.pdf", "ready/notes.txt",
        )
    ]  # fmt: skip
    for path in foreign:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    left = new_workspace(output, prefix=".report-")
    (left / "made").mkdir()
    (left / "made" / "report.pdf").write_text("half")
    (output / ".report.pdf.0123abcd.lockstep-part").write_text("half")
    command = ["report", "--study", str(folder), "--renderer", "builtin", "--output", str(output)]
    assert main(command) == 1  # somebody's folder has the name that is needed
    assert [path.read_text() for path in foreign] == ["mine"] * len(foreign)
    (output / ".report.pending").rename(output / "renamed")
    foreign[4] = output / "renamed" / "report.pdf"
    assert main(command) == 0
    assert [path.read_text() for path in foreign] == ["mine"] * len(foreign)
    names = sorted(path.name for path in output.iterdir())
    assert names == sorted(
        {
            ".movie.part", "sub", ".report-mine", ".report-0123abcd.lockstep", "renamed", "ready",
            ".report.json", ".report.lock", ".report.typ", "report.docx", "report.pdf",
        }
    )  # fmt: skip


def test_an_interrupt_waits_for_the_end_of_what_belongs_together() -> None:
    """Ctrl-C within is raised at the end of the block, once; afterwards it is as before."""
    done = []

    def together() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("all")

    with pytest.raises(KeyboardInterrupt):
        together()
    assert done == ["all"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
