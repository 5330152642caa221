"""The flow diagram on its whole way: document, trace, what leaves, lock and change report, files for upload."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pytest
from locked_study import edit, freeze, make_study

from lockstep.base.progress import Progress
from lockstep.document.report import Report, open_study
from lockstep.document.trace import trace
from lockstep.drafts.figure_files import write_figure_files
from lockstep.figures.kinds import figure_content
from lockstep.journals.file import Journal, JournalRule
from lockstep.journals.profiles import styled
from lockstep.pdf.reading import read_pdf
from lockstep.preflight.figure_facts import measure_figure
from lockstep.qmd.source import read_qmd
from lockstep.revisions.differences import changes_since_lock
from lockstep.revisions.locks import find_lock
from lockstep.runs.build import build
from lockstep.word.text import read_text

pytestmark = pytest.mark.slow  # builds, a lock and a draft

FLOAT = """
Who was analysed is shown in @fig-flow.

::: {#fig-flow}

```{python}
r.figure("flow")
```

Flow of the implants.
:::
"""
RULE = '\n[eligibility.bmi]\nkeep = "bmi present"\nreason = "no body-mass index"\n'
IDS = {
    *("flow.reviewed", "flow.excluded", "flow.excluded.bmi", "flow.analysed"),
    *(f"fixation.{level}.count" for level in ("cemented", "uncemented", "hybrid")),
}


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small study, built and locked, with a rule of eligibility and its flow diagram in the text."""
    folder = make_study(tmp_path_factory.mktemp("flow") / "study")
    for name, text in (("report.qmd", FLOAT), ("study.toml", RULE)):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
    build(folder, progress=Progress(sys.stderr, shown=False), renderer="builtin")
    freeze(folder, "first")
    return folder


def test_both_documents_show_it_with_its_alternative_text(locked: Path) -> None:
    """Word and PDF say in words who is in which box."""
    text = read_text(locked / "build" / "report.docx")
    (figure,) = [item for item in text.of_kind("figure") if "Flow of the implants" in item.caption]
    alt = "Flow diagram. Patients reviewed (n = 60). Excluded (n = 2): No body-mass index (n = 2). Patients included "
    assert figure.alt_texts[0].startswith(alt)
    assert any(found.startswith(alt) for found in read_pdf(locked / "build" / "report.pdf").figures)


def test_each_number_is_traced_to_its_record(locked: Path) -> None:
    """The trace names figure, box, number and result."""
    entries = [entry for entry in trace(locked).entries if entry.label == "fig-flow"]
    assert {entry.id for entry in entries} == IDS
    (excluded,) = [entry for entry in entries if entry.id == "flow.excluded.bmi"]
    assert (excluded.place, excluded.printed, excluded.result) == ("No body-mass index", "2", "2")


def test_what_leaves_has_its_numbers_and_draws_it_again(locked: Path) -> None:
    """released.json holds the printed records; from a lock the diagram is the one that was printed."""
    released = json.loads(read_pdf(locked / "build" / "report.pdf").attachments["released.json"])
    (call,) = [call for call in released["calls"] if call["call"] == "figure('flow')"]
    assert set(call["ids"]) == IDS
    lock, report = find_lock(locked), open_study(locked)
    exact, again = (
        figure_content("flow", report.study, one, report.style) for one in (report.results, lock.released())
    )
    assert exact == again


@pytest.mark.parametrize(
    ("formats", "columns"), [(["TIFF", "EPS"], {"one": 75, "two": 154}), (["PDF"], {"one": 60, "two": 154})]
)
def test_a_journal_gets_its_files(locked: Path, tmp_path: Path, formats: list[str], columns: dict[str, int]) -> None:
    """In its formats, columns and type, grey and without transparency."""
    rules = {"figure_formats": formats, "figure_column_mm": columns}
    stated = {
        rule: JournalRule(rule, value, "", "https://example.org", date(2026, 1, 1)) for rule, value in rules.items()
    }
    journal, report = Journal("mine", "mine", stated), open_study(locked)
    own = Report(report.results, styled(report.style, journal), report.study)
    files = write_figure_files(read_qmd(locked / "report.qmd"), own, journal, tmp_path)
    facts = [measure_figure(path) for path in files if path.name.startswith("Fig2")]
    assert len(facts) == len(formats)
    for found in facts:
        assert found.width_mm == pytest.approx(columns["one"], abs=0.1)
        assert not found.alpha
        assert all(font.embedded and font.kind == "TrueType" for font in found.fonts)


def test_a_change_of_the_flow_is_reported(locked: Path) -> None:
    """A patient more without a body-mass index: numbers and picture differ from the lock, both pictures are shown."""
    assert changes_since_lock(locked).figures == ()
    edit(locked / "data" / "implants.csv", "I003;cemented;30,6;", "I003;cemented;;")
    found = changes_since_lock(locked)
    (figure,) = [figure for figure in found.figures if figure.label == "fig-flow"]
    assert "Excluded (n = 2)" in figure.old_alt
    assert "Excluded (n = 3): No body-mass index (n = 3)" in figure.new_alt
    assert figure.old is not None
    assert {"flow.excluded", "flow.excluded.bmi", "flow.analysed"} <= {value.id for value in found.values}
