"""The forest plot on its whole way: document, trace, what leaves, lock and change report, files for upload."""

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
The ratios are in @fig-forest.

::: {#fig-forest}

```{python}
r.figure("forest")
```

Ratios of the implants.
:::
"""
MODELS = """
[models.crude]
each = true
terms = ["fixation", { variable = "bmi", per = 5 }]
[models.full]
terms = ["fixation", "side", { variable = "bmi", per = 5 }]
[figures.forest]
kind = "forest"
models = ["crude", "full"]
terms = ["fixation", "bmi"]
"""


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small study, built and locked, with models and their forest plot in the text."""
    folder = make_study(tmp_path_factory.mktemp("forest") / "study")
    for name, text in (("report.qmd", FLOAT), ("study.toml", MODELS)):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
    build(folder, progress=Progress(sys.stderr, shown=False), renderer="builtin")
    freeze(folder, "first")
    return folder


def test_both_documents_show_it_with_its_alternative_text(locked: Path) -> None:
    """Word and PDF say in words what each line shows."""
    text = read_text(locked / "build" / "report.docx")
    (figure,) = [item for item in text.of_kind("figure") if "Ratios of the implants" in item.caption]
    alt = "Forest plot of Implant retention. Hazard ratio (95% CI). Fixation: Cemented: 1 (reference); Events/patients "
    assert figure.alt_texts[0].startswith(alt)
    assert any(found.startswith(alt) for found in read_pdf(locked / "build" / "report.pdf").figures)


def test_each_number_is_traced_to_its_record(locked: Path) -> None:
    """The trace names figure, line, column and result; of what is not shown there is nothing."""
    entries = [entry for entry in trace(locked).entries if entry.label == "fig-forest"]
    assert {entry.id for entry in entries} == {
        *(f"retention.crude.fixation.{level}.{count}" for level in ("cemented", "uncemented", "hybrid")
          for count in ("n", "events")),
        *(f"retention.{model}.fixation.{level}.hazard_ratio" for model in ("crude", "full")
          for level in ("uncemented", "hybrid")),
        *(f"retention.{model}.bmi.hazard_ratio" for model in ("crude", "full")),
    }  # fmt: skip
    (ratio,) = [entry for entry in entries if entry.id == "retention.full.bmi.hazard_ratio"]
    assert ratio.place == "Body-mass index, per 5 kg/m², Full, Hazard ratio (95%\N{NO-BREAK SPACE}CI)"


def test_what_leaves_has_its_numbers_and_draws_it_again(locked: Path) -> None:
    """released.json holds the printed records and limits; from a lock the plot is the one that was printed."""
    released = json.loads(read_pdf(locked / "build" / "report.pdf").attachments["released.json"])
    (call,) = [call for call in released["calls"] if call["call"] == "figure('forest')"]
    records = {record["id"]: record for record in released["records"] if record["id"] in call["ids"]}
    assert set(records) == set(call["ids"])
    lock, report = find_lock(locked), open_study(locked)
    ratio, exact = records["retention.full.bmi.hazard_ratio"], report.results["retention.full.bmi.hazard_ratio"]
    assert [ratio[name] for name in ("value", "conf_low", "conf_high")] == [
        round(number, 2)
        for number in (exact.value, exact.conf_low, exact.conf_high)  # type: ignore[arg-type]
    ]
    drawn, again = (
        figure_content("forest", report.study, one, report.style) for one in (report.results, lock.released())
    )
    assert drawn == again


def test_a_journal_gets_its_files(locked: Path, tmp_path: Path) -> None:
    """In its formats, columns and type, grey and without transparency."""
    rules = {"figure_formats": ["TIFF", "EPS", "PDF"], "figure_column_mm": {"one": 75, "two": 154}}
    stated = {
        rule: JournalRule(rule, value, "", "https://example.org", date(2026, 1, 1)) for rule, value in rules.items()
    }
    journal, report = Journal("mine", "mine", stated), open_study(locked)
    own = Report(report.results, styled(report.style, journal), report.study)
    files = write_figure_files(read_qmd(locked / "report.qmd"), own, journal, tmp_path)
    facts = [measure_figure(path) for path in files if path.name.startswith("Fig2")]
    assert facts
    for found in facts:
        assert found.width_mm == pytest.approx(154, abs=0.1)
        assert not found.alpha
        assert all(font.embedded and font.kind == "TrueType" for font in found.fonts)


def test_a_change_of_an_estimate_is_reported(locked: Path) -> None:
    """Another body-mass index: numbers and picture differ from the lock, both pictures are shown."""
    assert changes_since_lock(locked).figures == ()
    edit(locked / "data" / "implants.csv", "I003;cemented;30,6;", "I003;cemented;60,6;")
    found = changes_since_lock(locked)
    (figure,) = [figure for figure in found.figures if figure.label == "fig-forest"]
    assert figure.old_alt != figure.new_alt
    assert figure.old is not None
    assert "retention.full.bmi.hazard_ratio" in {value.id for value in found.values}
