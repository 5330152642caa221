"""`make watch`: what is saved is built, from prewarmed workers; errors are reported, and Ctrl-C ends it."""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT, SHORT

from lockstep.__main__ import main

pytestmark = pytest.mark.slow  # runs of `make watch`

NAMES = ("report.pdf", "report.docx", "results.json")
PATIENCE = 120  # seconds, on a machine that has other things to do
READS = """

```{python}
#| include: false
from pathlib import Path
words = Path("notes/words.txt").read_text()
```

`{python} words`
"""

QUARTO = """\
    #!{python}
    '''Stands in for Quarto: what it is told to render, the built-in renderer does.'''
    import shutil, sys, tempfile
    from pathlib import Path
    sys.path.insert(0, {root!r})
    from lockstep.render import builtin
    from lockstep.qmd.project import read_project
    if sys.argv[1] == "--version":
        print("1.5.0")
    else:
        target, name = (sys.argv[sys.argv.index(option) + 1] for option in ("--to", "--output"))
        with tempfile.TemporaryDirectory() as work:
            here = Path.cwd()
            draft = builtin.render(here / "report.qmd", read_project(here), Path(work))
            shutil.copy(draft.docx if target == "docx" else draft.typst, here / name)
            shutil.copy(draft.typst, here / "report.typ")
"""


class Watching:
    """A run of `make watch` on a study, and what it says."""

    def __init__(self, folder: Path, *arguments: str, code: Path = ROOT, **environment: str) -> None:
        """Start it."""
        command = [sys.executable, "-m", "lockstep", "watch", "--study", str(folder), *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=code,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def until(self, pattern: str) -> str:
        """Return the next line with a pattern; fail where it does not come."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                self.said.append(self._lines.get(timeout=0.1))
            except queue.Empty:
                continue
            if re.search(pattern, self.said[-1]):
                return self.said[-1]
        pytest.fail(f"no line with '{pattern}' in {self.said}")

    def quiet(self, seconds: float) -> bool:
        """Tell whether nothing is said for some time."""
        time.sleep(seconds)
        return self._lines.empty()

    def stop(self) -> list[str]:
        """Press Ctrl-C; return the lines that were not asked for yet."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.end()
        return list(self._lines.queue)

    def end(self) -> None:
        """Wait for its end."""
        self.process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def folder(built_implants: Path, tmp_path: Path) -> Path:
    """Return a copy of the second study, whose report is there."""
    return Path(shutil.copytree(built_implants, tmp_path / "study"))


@pytest.fixture
def short(folder: Path) -> Path:
    """Return that study with a text of one sentence, which is not built yet."""
    (folder / "report.qmd").write_text(SHORT, encoding="utf-8")
    return folder


@pytest.fixture
def watch(folder: Path) -> Iterator[Callable[..., Watching]]:
    """Return what starts to watch the study; whatever still runs at the end is ended."""
    started: list[Watching] = []

    def start(*arguments: str, code: Path = ROOT, **environment: str) -> Watching:
        started.append(Watching(folder, *(arguments or ("--renderer", "builtin")), code=code, **environment))
        started[-1].until("^Watching the ")
        return started[-1]

    yield start
    for watching in started:
        if watching.process.poll() is None:
            watching.process.send_signal(signal.SIGINT)
        watching.end()


def built(folder: Path) -> dict[str, bytes]:
    """Return the outputs."""
    return {name: (folder / "build" / name).read_bytes() for name in NAMES}


def built_cold(folder: Path, place: Path) -> dict[str, bytes]:
    """Return what `make report` gives for a study where nothing was built before."""
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("build"))
    assert main(["report", "--study", str(place), "--renderer", "builtin"]) == 0
    return built(place)


def add(path: Path, text: str = "One more sentence.") -> str:
    """Return the text of a file with a sentence more."""
    return f"{path.read_text(encoding='utf-8')}\n{text}\n"


def drop_a_row(folder: Path) -> None:
    """Take the last patient out of the data."""
    data = folder / "data" / "implants.csv"
    data.write_text("".join(data.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


def descendants(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if int(line.split()[1]) == pid]


def is_running(pid: int) -> bool:
    """Tell whether there is such a process, other than one that has ended and was not asked how."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return listed.strip() != "" and not listed.strip().startswith("Z")


def test_what_is_saved_is_built_however_it_is_saved(
    folder: Path, tmp_path: Path, watch: Callable[..., Watching]
) -> None:
    """Prose written in place, renamed into place, or removed first is built without statistics; data with them."""
    shutil.rmtree(folder / "build")  # here all is built when watching begins
    watching = watch()
    document = folder / "report.qmd"
    results = (folder / "build" / "results.json").stat().st_mtime_ns

    document.write_text(add(document), encoding="utf-8")
    watching.until(r"^\d\d:\d\d:\d\d report\.qmd: documents written in \d+\.\d s$")

    (folder / ".report.qmd.swp").write_text(add(document), encoding="utf-8")
    (folder / ".report.qmd.swp").replace(document)
    watching.until(r" report\.qmd: documents written in ")

    text = add(document)
    document.rename(folder / "report.qmd~")
    time.sleep(0.1)
    document.write_text(text, encoding="utf-8")
    watching.until(r" report\.qmd: documents written in ")
    assert (folder / "build" / "results.json").stat().st_mtime_ns == results

    drop_a_row(folder)
    watching.until(r" data/implants\.csv: results and documents written in ")
    found = built(folder)
    assert watching.stop() == ["Stopped watching."]
    assert watching.process.returncode == 0
    assert found == built(folder) == built_cold(folder, tmp_path / "cold")


def test_a_whole_paper_is_the_same_bytes_as_from_nothing(
    folder: Path, built_flagship: Path, tmp_path: Path, watch: Callable[..., Watching]
) -> None:
    """New data reach tables, figures, claims and audit through the processes that stand ready as through others."""
    shutil.rmtree(folder)
    shutil.copytree(built_flagship, folder)
    watching = watch()
    data = folder / "data" / "cohort.csv"
    data.write_text("".join(data.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    watching.until(r" data/cohort\.csv: results and documents written in ")
    audit = (folder / "build" / "audit.json").read_bytes()
    assert built(folder) == built_cold(folder, tmp_path / "cold")
    assert audit == (tmp_path / "cold" / "build" / "audit.json").read_bytes()


def test_a_save_that_changes_nothing_builds_nothing(folder: Path, watch: Callable[..., Watching]) -> None:
    """Content counts, not time; and neither files that the report is not made from nor its own outputs."""
    watching = watch()
    before = {path: path.stat().st_mtime_ns for path in (folder / "build").rglob("*")}
    (folder / "report.qmd").touch()
    (folder / "notes.txt").write_text("mine")
    (folder / "data" / "other.csv").write_text("a\n1\n")
    assert watching.quiet(3)
    assert {path: path.stat().st_mtime_ns for path in (folder / "build").rglob("*")} == before


def test_an_error_is_told_and_watching_goes_on(short: Path, tmp_path: Path, watch: Callable[..., Watching]) -> None:
    """The last report stays; a file that was missing is found when it comes, and counts from then on."""
    watching = watch()
    before = built(short)
    document = short / "report.qmd"
    document.write_text(add(document, READS), encoding="utf-8")
    watching.until(r"^report\.qmd:\d+: FileNotFoundError: .*notes/words\.txt")
    watching.until("^No document was written; any earlier report is untouched.$")
    watching.until("^Mend it and save; watching goes on.$")
    assert built(short) == before

    (short / "notes").mkdir()
    assert watching.quiet(1.5)
    (short / "notes" / "words.txt").write_text("Found.")
    watching.until(r" notes/words\.txt: documents written in ")
    (short / "notes" / "words.txt").write_text("Changed.")
    watching.until(r" notes/words\.txt: documents written in ")

    data = (short / "data" / "implants.csv").read_bytes()
    (short / "data" / "implants.csv").write_text("a;b\n1;2\n")
    watching.until(r"^data/implants\.csv: ")
    watching.until("^Mend it and save; watching goes on.$")
    (short / "data" / "implants.csv").write_bytes(data)
    watching.until(r" data/implants\.csv: nothing to do$")

    study = short / "study.toml"
    text = study.read_text(encoding="utf-8")
    study.write_text(f"{text}\n[tabels]\n", encoding="utf-8")
    watching.until(r"^study\.toml: .*tabels")
    watching.until("^Mend it and save; watching goes on.$")
    study.write_text(f"{text}\n# mended\n", encoding="utf-8")
    watching.until(r" study\.toml: results and documents written in ")
    assert not any("Traceback" in line for line in watching.said)
    assert built(short) == built_cold(short, tmp_path / "cold")


def test_ctrl_c_during_a_run_ends_it_in_order(folder: Path, watch: Callable[..., Watching]) -> None:
    """The run is interrupted as `make report` is; nothing half-made and no process is left."""
    watching = watch()
    before = built(folder)
    drop_a_row(folder)
    time.sleep(0.8)
    running = descendants(watching.process.pid)
    assert watching.stop()[-1] == "Stopped watching."
    assert watching.process.returncode == 0
    after = built(folder)
    assert [before[name] == after[name] for name in NAMES[:2]] in ([True, True], [False, False])
    assert not [path for path in (folder / "build").rglob(".*") if path.name.startswith(".report-")]
    assert running
    assert not any(is_running(pid) for pid in running)


def test_nobody_waits_for_one_that_was_killed(watch: Callable[..., Watching]) -> None:
    """The processes that stand ready end when whoever watches is gone."""
    watching = watch()
    waiting = descendants(watching.process.pid)
    assert len(waiting) == 2
    watching.process.kill()
    end = time.monotonic() + PATIENCE
    while any(is_running(pid) for pid in waiting) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(is_running(pid) for pid in waiting)


def test_memory_does_not_grow(short: Path, watch: Callable[..., Watching]) -> None:
    """After six more reports the process that watches is as large as it was, and has two others beside it."""

    def memory() -> int:
        listed = subprocess.run(["ps", "-o", "rss=", "-p", str(watching.process.pid)], capture_output=True, check=True)
        return int(listed.stdout)

    def edit(times: int) -> int:
        for _ in range(times):
            document.write_text(add(document), encoding="utf-8")
            watching.until(r" report\.qmd: documents written in ")
        return memory()

    watching, document = watch(), short / "report.qmd"
    before = edit(3)
    assert edit(6) <= before + 1024  # KiB
    time.sleep(0.5)
    assert len(descendants(watching.process.pid)) == 2


def test_new_code_is_loaded(short: Path, tmp_path: Path, watch: Callable[..., Watching]) -> None:
    """A change of our own code starts all again; code that cannot be loaded is reported, and mended code taken."""
    code = tmp_path / "code"
    shutil.copytree(ROOT / "lockstep", code / "lockstep", ignore=shutil.ignore_patterns("__pycache__"))
    watching = watch("--renderer", "builtin", code=code)
    before = built(short)

    estimate = code / "lockstep" / "statistics" / "estimate.py"
    text = estimate.read_text(encoding="utf-8")
    estimate.write_text(f"{text}\n# new\n", encoding="utf-8")
    watching.until(r" lockstep/statistics/estimate\.py: starting again with the new code$")
    watching.until("report.docx written in ")
    watching.until("^Watching the ")
    assert built(short)["results.json"] != before["results.json"]

    stamp = code / "lockstep" / "base" / "stamp.py"
    text = stamp.read_text(encoding="utf-8")
    stamp.write_text(f"{text}\ndef broken(:\n", encoding="utf-8")
    watching.until(r"^lockstep/base/stamp\.py:\d+: SyntaxError: ")
    watching.until("^Mend it and save; watching goes on.$")
    stamp.write_text(f"{text}\n# mended\n", encoding="utf-8")
    watching.until(r" lockstep/base/stamp\.py: starting again with the new code$")
    watching.until("^Watching the ")
    assert not any("Traceback" in line for line in watching.said)


def test_quarto_renders_while_it_is_watched(short: Path, tmp_path: Path, watch: Callable[..., Watching]) -> None:
    """RENDERER=quarto builds by Quarto, whose own files in the study's folder start nothing."""
    stub = tmp_path / "quarto"
    stub.write_text(textwrap.dedent(QUARTO).format(python=sys.executable, root=str(ROOT)), encoding="utf-8")
    stub.chmod(0o755)
    watching = watch(RENDERER="quarto", QUARTO_PATH=str(stub))
    document = short / "report.qmd"
    document.write_text(add(document), encoding="utf-8")
    watching.until(r" report\.qmd: documents written in ")
    assert watching.quiet(2)
    assert sorted(path.name for path in short.iterdir()) == ["analysis", "build", "data", "report.qmd", "study.toml"]


def test_no_study_no_watching(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is nothing to watch it says so at once."""
    assert main(["watch", "--study", str(tmp_path)]) == 1
    assert "study.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("import lockstep.runs.watch", {"pandas", "numpy", "lifelines", "matplotlib", "jinja2", "lxml", "typst"}),
        (
            "from lockstep.runs.build import ready; ready(Path(), renderer='builtin').__enter__()",
            {"pandas", "lifelines", "tableone"},
        ),
    ],
    ids=["watching", "documents"],
)
def test_the_statistics_stay_in_their_process(code: str, never: set[str]) -> None:
    """Neither whoever watches nor what writes the manuscript could read a patient row."""
    check = f"from pathlib import Path; {code}; import sys; print(sorted({never} & {{*sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
