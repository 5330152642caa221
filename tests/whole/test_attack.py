"""What leaves the machine gives back no patient; the same attack on internal results gives back all of them."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from attack import days_drawn, fewest_days, lines_in, patients_of, rebuilt
from conftest import ROOT
from pypdf import PdfReader

from lockstep.cli.command import run_verb
from lockstep.document.release import release
from lockstep.document.report import number_style
from lockstep.figures.kinds import figure_content
from lockstep.figures.survival_layout import lay_out
from lockstep.graphics.drawing import Format, draw
from lockstep.graphics.fonts import text_width
from lockstep.qmd.source import read_qmd
from lockstep.results import curves as curves_module
from lockstep.results.json_file import to_json
from lockstep.results.model import Results
from lockstep.results.released import released_json as released_json
from lockstep.study.model import Study

FEWEST: Final = 10
"""Days among which each patient of a drawn curve stays, at least; of overall survival it is four times as many."""

PRIMARY: Final = "os_from_treatment"
"""The endpoint of the flagship whose curves it draws beside those of progression-free survival."""

PATIENTS: Final = 142
VARIABLES: Final = ("age_group", "depth", "grade", "histologic_subtype", "local_treatment", "sex", "size_group")


@pytest.fixture(scope="module")
def internal(results: Results) -> list[dict[str, Any]]:
    """Return the curves of results.json."""
    found: list[dict[str, Any]] = json.loads(to_json(results))["curves"]
    return found


@pytest.fixture(scope="module")
def leaving(study: Study, results: Results) -> list[dict[str, Any]]:
    """Return the curves of released.json."""
    released = release(read_qmd(ROOT / "report.qmd"), study, results, number_style(study))
    found: list[dict[str, Any]] = json.loads(released_json(released))["curves"]
    return found


def test_internal_results_give_back_every_patient(study: Study, internal: list[dict[str, Any]]) -> None:
    """The attack works: joined on time, the curves of results.json are the cohort, with seven of its variables."""
    found = rebuilt(internal, "os")
    assert len(found) == PATIENTS
    assert found == patients_of(study, "os", VARIABLES)
    assert fewest_days(internal, "os") == 1


def test_what_is_released_gives_back_nobody(leaving: list[dict[str, Any]]) -> None:
    """No join on time gives one day: each patient stays among ten of them at least, as on the printed figure."""
    for endpoint, days in ((PRIMARY, 4 * FEWEST), ("pfs", FEWEST)):
        assert rebuilt(leaving, endpoint) == set()
        assert fewest_days(leaving, endpoint) >= days


def exact_days(study: Study) -> dict[str, set[int]]:
    """Return the follow-up of every patient, by endpoint."""
    return {endpoint: {day for day, *_ in patients_of(study, endpoint, ())} for endpoint in study.endpoints}


def recognised(study: Study, results: Results, name: Format) -> dict[str, float]:
    """Return the share of patients whose day has a corner in the drawing of all patients, by endpoint."""
    content = figure_content("overall", study, results, number_style(study))
    lines = lines_in(name, draw(content, formats=[name])[name])
    found = {}
    panels = lay_out(content.rows, content.size, text_width).panels
    for endpoint, panel in zip(study.figures["overall"].endpoints, panels, strict=True):
        end = panel.panel.axis.ticks[-1] * panel.panel.per_unit
        drawn = days_drawn(lines, left=panel.left / 25.4 * 72, width=panel.width / 25.4 * 72, end=end)
        days = [day for day in exact_days(study)[endpoint] if day <= end]
        found[endpoint] = sum(any(abs(day - time) < 0.25 for time in drawn) for day in days) / len(days)
    return found


@pytest.mark.parametrize("name", ["svg", "pdf", "eps"])
def test_a_vector_figure_has_no_day_of_a_patient(
    name: Format, study: Study, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days are met no more often than by chance; of curves at full precision each event of a patient is."""
    assert max(recognised(study, results, name).values()) < 0.12
    monkeypatch.setattr(curves_module, "CELLS", 7300)
    assert recognised(study, results, name)[PRIMARY] > 0.3  # a corner for each event: the censored have marks


# ---- all that leaves -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the flagship with all that is made of it: documents, page, trace, lock, changes, redline, a draft."""
    folder = tmp_path_factory.mktemp("attacked") / "study"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "build", "locks", "tests", "docs", "lockstep"))
    builtin = ["--study", str(folder), "--renderer", "builtin"]
    for verb, *options in (["report"], ["lock", "--", "first"], ["draft", "--force", "--", "plos-one"]):
        assert run_verb([verb, *builtin, *options]) == 0
    data = folder / "data" / "cohort.csv"
    rows = data.read_text(encoding="utf-8").splitlines(keepends=True)
    data.write_text("".join([*rows[:40], *rows[41:]]), encoding="utf-8")
    for verb in (["redline", *builtin], *([name, "--study", str(folder)] for name in ("changes", "trace", "html"))):
        assert run_verb(verb) == 0
    return folder


def files_that_leave(folder: Path) -> Iterator[Path]:
    """Yield every file that was made, but the internal results and the fonts that are known to matplotlib."""
    for place in (folder / "build", folder / "locks"):
        for path in sorted(place.rglob("*")):
            if path.is_file() and path.name != "results.json" and ".matplotlib" not in path.parts:
                yield path


def texts_of(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield all texts of a file with their place: members of archives, attachments, pages, properties of a PDF."""
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from texts_of(f"{name}/{member}", archive.read(member))
    elif content[:4] == b"%PDF":
        reader = PdfReader(io.BytesIO(content))
        yield f"{name}, properties", repr(reader.metadata) + repr(reader.xmp_metadata and reader.xmp_metadata.stream)
        for number, page in enumerate(reader.pages, start=1):
            yield f"{name}, page {number}", page.extract_text()
        for file, attached in reader.attachments.items():
            for one in attached:
                yield from texts_of(f"{name}/{file}", one)
    elif not content.startswith((b"\x89PNG", b"II*\0", b"MM\0*")):
        yield name, re.sub(r"base64,[A-Za-z0-9+/=]+", "", content.decode("utf-8", "replace"))


@pytest.fixture(scope="module")
def texts(everything: Path) -> dict[str, str]:
    """Return all texts of all that leaves, by place."""
    files = files_that_leave(everything)
    return dict(text for path in files for text in texts_of(path.relative_to(everything).as_posix(), path.read_bytes()))


@pytest.mark.slow
def test_everything_that_leaves_was_looked_at(everything: Path, texts: dict[str, str]) -> None:
    """Documents, page, trace, lock, changes, redline, draft and archive are among it; results.json is for its owner."""
    for part in (
        *(
            "build/report.pdf/released.json",
            "build/report.docx/word/document.xml",
            "build/report.html",
            "build/trace.json",
        ),
        *("build/changes.json", "build/changes.docx/word/document.xml", "build/redline.docx/word/document.xml"),
        *("build/figures/overall.svg", "locks/first/released.json", "build/drafts/plos-one.zip/plos-one/MANIFEST.json"),
        *("build/drafts/plos-one/manuscript.pdf/released.json", "build/drafts/plos-one/PREFLIGHT.txt"),
        *("build/drafts/plos-one/strobe_checklist.json", "build/audit.json", "build/.report.typ"),
    ):
        assert part in texts, part
    assert not [name for name in texts if name.rpartition("/")[2] == "results.json"]
    assert not list((everything / "locks").rglob("results.json"))
    for path in everything.rglob("results.json"):
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_nothing_that_leaves_has_an_id_or_a_date_of_a_patient(texts: dict[str, str]) -> None:
    """No id and no day of birth, diagnosis, treatment or death of any patient, also of those who were left out."""
    rows = list(csv.DictReader(io.StringIO((ROOT / "data" / "cohort.csv").read_text(encoding="utf-8"))))
    ids = {row["patient_id"] for row in rows}
    dates = {value for row in rows for name, value in row.items() if name.startswith("date_") and value}
    assert (len(ids), len(dates) > 300) == (154, True)
    for place, text in texts.items():
        assert not ids & set(re.findall(r"\bSTS\d{3}\b", text)), place
        assert not dates & set(re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text)), place


@pytest.mark.slow
def test_nothing_that_leaves_has_a_number_in_full(results: Results, texts: dict[str, str]) -> None:
    """No value and no limit of results.json stands anywhere with more than eight of its digits."""
    numbers = [number for record in results for number in (record.value, record.conf_low, record.conf_high)]
    full = {repr(number)[:10] for number in numbers if isinstance(number, float) and len(repr(number)) > 12}
    full |= {repr(number)[:10] for curve in results.curves for number in curve.survival if len(repr(number)) > 12}
    assert len(full) > 1000
    for place, text in texts.items():
        if not place.endswith((".svg", ".eps", ".typ")) and "/word/" not in place:  # these have coordinates
            assert not full & {number[:10] for number in re.findall(r"(?<![\d.])\d+\.\d{6,}", text)}, place


@pytest.mark.slow
def test_no_file_that_leaves_gives_back_a_patient(texts: dict[str, str]) -> None:
    """Each JSON with curves, in whatever file it is, is attacked: all of them together rebuild nobody."""
    curves = [curve for text in texts.values() for curve in curves_in(text)]
    assert len({json.dumps(curve) for curve in curves}) > 14  # those of the figures, then and now
    for endpoint, days in ((PRIMARY, 4 * FEWEST), ("pfs", FEWEST)):
        assert rebuilt(curves, endpoint) == set()
        assert fewest_days(curves, endpoint) >= days


def curves_in(text: str) -> list[dict[str, Any]]:
    """Return the curves of a text that is JSON."""
    try:
        content = json.loads(text)
    except ValueError:
        return []
    return list(content.get("curves", ())) if isinstance(content, dict) else []
