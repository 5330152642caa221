"""The printed statements of the flagship and of another paper, edited, and what an audit finds of them."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

from lockstep.audit.comparison import audit
from lockstep.audit.published import read_published
from lockstep.results.model import Results
from lockstep.results.source import RESULTS_FILE, results_made_from, write_results
from lockstep.results.verdicts import PUBLISHED_FILE, Audit, Judgement
from lockstep.study.definition import read_study
from lockstep.study.model import Study

ROOT = Path(__file__).parent.parent
PUBLISHED = ROOT / PUBLISHED_FILE
HOSTILE = '<script>alert(1)</script> {{ 7*7 }} & "quotes" | @fig-1'


def judge(results: Results | None, file: Path = PUBLISHED) -> Audit:
    """Return the audit of a file of statements."""
    hash_ = None if results is None else "0" * 64
    return audit(read_published(file), results, published_sha256="0" * 64, results_sha256=hash_)


def ids(found: Audit, verdict: str) -> set[str]:
    """Return the ids of the statements with a verdict."""
    return {item.id for item in found.judgements if item.verdict == verdict}


def verdict(found: Audit, id_: str) -> Judgement:
    """Return the judgement of one statement."""
    return next(item for item in found.judgements if item.id == id_)


def edited(folder: Path, id_: str, **cells: str) -> Path:
    """Return a copy of the flagship's published statements with some cells of one of them changed."""
    rows = list(csv.DictReader(io.StringIO(PUBLISHED.read_text(encoding="utf-8"))))
    next(row for row in rows if row["id"] == id_).update(cells)
    file = folder / "published.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


OTHER_PAPER = f"""id,quantity,value,unit,denominator,proof
N,patients,28,,,
S1,share that cannot be,16.4,%,79,
S2,share that can be,50.0,%,N,
S3,mean number of lesions,5.19,,,"mean_of_whole_numbers(S3, N)"
S4,rate of retention at 5 years,44,%,,"rate_and_median(S4, 60, S5)"
S5,median retention,80,months,,
S6,{HOSTILE.replace('"', "'").replace(",", "")},approx. 5,,,
S7,tied to nothing here,12,,,
"""


def flagship_copy(folder: Path, study: Study, results: Results) -> Path:
    """Return a copy of the flagship's folder, with its results up to date."""
    (folder / "data").mkdir(parents=True)
    shutil.copy(ROOT / "study.toml", folder)
    shutil.copytree(ROOT / "analysis", folder / "analysis", ignore=shutil.ignore_patterns("simulation"))
    shutil.copy(ROOT / study.data_file, folder / "data")
    shutil.copy(PUBLISHED, folder / PUBLISHED_FILE)
    write_results(results, folder / RESULTS_FILE, results_made_from(read_study(folder)))
    return folder


def other_paper(folder: Path) -> Path:
    """Return the file of another paper, in a folder without a study."""
    file = folder / "paper.csv"
    file.write_text(OTHER_PAPER, encoding="utf-8")
    return file
