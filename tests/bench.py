"""``make bench``: the time of each stage, in multiples of importing pandas, lifelines and matplotlib in the same run.

Timings are noisy and machines differ; the multiples are what to compare. On a machine that others use as well, wall
time says little: "CPU" is the processor time of all processes of a stage, in multiples of that of the import. Nothing
here is a test.
"""

from __future__ import annotations

import csv
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cohort_files import SAVERS, typed_cells

from lockstep.study.definition import read_study

ROOT = Path(__file__).resolve().parent.parent
UNIT = [sys.executable, "-c", "import pandas, lifelines, matplotlib.pyplot"]
REPORT = [sys.executable, "-m", "lockstep", "report", "--renderer", "builtin", "--study"]
WATCH = [sys.executable, "-m", "lockstep", "watch", "--renderer", "builtin", "--study"]
DRAFT = [sys.executable, "-m", "lockstep", "draft", "plos-one", "--renderer", "builtin", "--force", "--study"]
LARGE = 100_000

IMPORT = "import pandas, lifelines, tableone"
STUDY = "from lockstep.study.definition import read_study"
READ = "from lockstep.data.reading import read_data; from lockstep.data.cohort import build_cohort"
TABLE = "from lockstep.readers.formats import parse_table; from lockstep.variables.data_file import DataFile"
FORMATS = {
    "xlsx": "import io, python_calamine as c; c.load_workbook(io.BytesIO(B)).get_sheet_by_index(0).to_python()",
    "sav": "import io, pyreadstat; pyreadstat.read_sav(io.BytesIO(B))",
}
"""What reading a file takes the library alone, of the bytes B."""

STAGES = {
    "read": f"{STUDY}; {READ}; s = read_study(F); build_cohort(s, read_data(s))",
    "analyse": f"{STUDY}; from lockstep.analyses.pipeline import compute; compute(read_study(F))",
    "figures": "from lockstep import open_study; r = open_study(F); [r.figure(name) for name in r.study.figures]",
}


class Took(NamedTuple):
    """Seconds that a stage took: by the clock, and of processors (0 where that is not known)."""

    wall: float
    cpu: float = 0.0


def seconds(command: list[str], *, best_of: int = 1) -> Took:
    """Return the shortest times of a command over some runs."""
    times = []
    for _ in range(best_of):
        start, before = time.perf_counter(), _processors()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        times.append((time.perf_counter() - start, _processors() - before))
    walls, processors = zip(*times, strict=True)
    return Took(min(walls), min(processors))


def _processors() -> float:
    """Return the processor time of all processes that have been started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def from_save_to_documents(watching: subprocess.Popen[str], edit: Callable[[], None], *, wait: float) -> float:
    """Return the time from an edit to the line that says that the documents are written, by `make watch` at rest."""
    assert watching.stdout is not None
    time.sleep(wait)
    start = time.perf_counter()
    edit()
    while "written in" not in (line := watching.stdout.readline()):
        if not line:
            raise SystemExit("make watch ended before it had built anything")
    return time.perf_counter() - start


def flagship(folder: Path) -> Path:
    """Copy the flagship study into a folder of its own."""
    for name in ("study.toml", "report.qmd", "references.bib", "_quarto.yml"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "analysis", folder / "analysis", ignore=shutil.ignore_patterns("simulation"))
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copytree(ROOT / "data", folder / "data")
    return folder


def enlarge(path: Path, patients: int) -> None:
    """Fill a cohort file with patients drawn from it, each under a name of its own."""
    rng = random.Random(20)  # noqa: S311 (a benchmark)
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number in range(patients):
            writer.writerow([f"P{number:06d}", *rng.choice(rows)[1:]])


def main() -> None:
    """Print the table."""
    unit = seconds(UNIT, best_of=3)
    print(f"import unit: {unit.wall:.2f} s, {unit.cpu:.2f} s CPU\n")  # noqa: T201
    print(f"{'stage':<44}{'seconds':>9}{'units':>8}{'CPU':>8}   aim in units")  # noqa: T201

    def line(stage: str, took: Took, aim: str = "") -> None:
        cpu = f"{took.cpu / unit.cpu:.2f}" if took.cpu else ""
        print(f"{stage:<44}{took.wall:>9.2f}{took.wall / unit.wall:>8.2f}{cpu:>8}   {aim}", flush=True)  # noqa: T201

    with tempfile.TemporaryDirectory() as name:
        folder = flagship(Path(name))
        whole = seconds([*REPORT, name])
        line("data to both documents, from nothing", whole, "<= 4")
        line("nothing changed", seconds([*REPORT, name], best_of=3), "<= 0.3")
        (folder / "report.qmd").open("a", encoding="utf-8").write("\nOne more sentence.\n")
        line("a prose edit, to both documents", seconds([*REPORT, name]), "<= 1.5")

        line("a draft for a journal", seconds([*DRAFT, name]), "<= 6")
        line("the same draft, nothing changed", seconds([*DRAFT, name], best_of=3), "<= 0.3")

        def more_prose() -> None:
            (folder / "report.qmd").open("a", encoding="utf-8").write("\nOne more sentence.\n")

        def one_patient_less() -> None:
            rows = (folder / "data" / "cohort.csv").read_text(encoding="utf-8").splitlines(keepends=True)
            (folder / "data" / "cohort.csv").write_text("".join(rows[:-1]), encoding="utf-8")

        with subprocess.Popen([*WATCH, name], cwd=ROOT, stdout=subprocess.PIPE, text=True) as watching:
            while "Ctrl-C" not in watching.stdout.readline():  # type: ignore[union-attr]
                pass
            for edit, stage, aim in (
                (more_prose, "a prose edit, seen by make watch", "<= 1"),
                (one_patient_less, "a data edit, seen by make watch", "<= 3"),
            ):
                times = [from_save_to_documents(watching, edit, wait=4 * unit.wall) for _ in range(3)]
                line(stage, Took(min(times)), aim)
            watching.send_signal(signal.SIGINT)
            watching.communicate()

        loaded = seconds([sys.executable, "-c", IMPORT], best_of=2)
        line("import of the statistics", loaded)
        for stage, code in STAGES.items():
            if stage == "figures":
                shutil.rmtree(folder / "build" / "figures")
            took = seconds([sys.executable, "-c", f"from pathlib import Path; F = Path({name!r}); {code}"])
            line(f"{stage} (with its imports)", took)

        enlarge(folder / "data" / "cohort.csv", LARGE)
        took = seconds([*REPORT, name])
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
        line(f"{LARGE:,} patients to both documents", took, "<= 25")
        study = read_study(folder)
        for name, alone in FORMATS.items():
            path = folder / f"large.{name}"
            SAVERS[name](typed_cells(study), path)
            content = f"from pathlib import Path; B = Path({str(path)!r}).read_bytes()"
            read = f"{TABLE}; parse_table(B, DataFile(file='', id='', missing=()), expected={[*typed_cells(study)]!r})"
            for stage, code in (("the library alone", alone), ("lockstep, < 2 times that", read)):
                took = seconds([sys.executable, "-c", f"{content}; {code}"], best_of=3)
                line(f"{LARGE:,} patients from .{name}: {stage}", took)
        print(f"{'largest memory of any process':<44}{memory:>8.2f}G{'':>16}   < 2 G")  # noqa: T201


if __name__ == "__main__":
    main()
