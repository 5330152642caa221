"""`make check JOURNAL`: each rule, broken on purpose in the sources of a study, turns exactly its line red."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from beside import Beside
from kept_study import (
    FIGURE,
    JOURNAL,
    JOURNAL_FILE,
    PROFILE,
    REFERENCES,
    REPORT,
    RULES,
    TABLE,
    journal_toml,
    write_study,
)
from pypdf import PdfReader, PdfWriter

from lockstep.base.resources import PACKAGE
from lockstep.cli.command import run_verb
from lockstep.drafts import assembly, draft
from lockstep.graphics import raster
from lockstep.journals.rules import RULES as REGISTRY
from lockstep.preflight.draft_files import DraftFiles
from lockstep.preflight.preflight import HOUSE
from lockstep.word.package import DOCUMENT, STYLES, package_bytes, read_package

# A draft for each rule.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_libreoffice", "workers_here")]  # a draft for each rule

ROOT = Path(__file__).parents[2]
PLACE = ["--renderer", "builtin", "--study"]
TEMPLATE = "templates/characteristics.html.j2"
LAST = "The groups are described in @tbl-baseline."
NOT_PATIENTS = '`{python} r.number("bmi.max", 0)`'  # a result, though no number of patients
DECLARATIONS = "# Declarations {.unnumbered}\n\n**Funding.** None.\n"

Edit = tuple[str, str, str]


@dataclass(frozen=True)
class Fault:
    """What is wrong in a study: files edited, rules of the journal changed or left out, finished files broken.

    `edits` are (file, old, new); a file that the study has not is the program's, put into the study.
    """

    edits: tuple[Edit, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    broken: Callable[[DraftFiles], None] | None = None


def report(*pairs: tuple[str, str], **others: Any) -> Fault:
    """Return a fault of report.qmd."""
    return Fault(tuple((REPORT, old, new) for old, new in pairs), **others)


def printed(words: str, **others: Any) -> Fault:
    """Return a fault of a phrase in a form that is not the style's; a result is behind it, so that nothing is typed."""
    return report((LAST, f'{LAST} It was `{{python}} form("{words}")`.'), **others)


def asked(**rules: Any) -> Fault:
    """Return a fault between the study and its journal, which asks for something else."""
    return Fault(rules=rules)


def table(old: str, new: str) -> Fault:
    """Return a fault of a table's template."""
    return Fault(((TEMPLATE, old, new),))


def more(kind: str, number: int) -> Fault:
    """Return the fault of further tables or figures, each cited."""
    call = {"tbl": 'r.table("baseline")', "fig": 'r.figure("retention")'}[kind]
    labels = [f"{kind}-more-{place}" for place in range(number)]
    blocks = [f"\n::: {{#{label}}}\n\n```{{python}}\n{call}\n```\n\nOnce more.\n:::\n" for label in labels]
    cited = f"{LAST} See also {', '.join(f'@{label}' for label in labels)}."
    return report((LAST, cited), (DECLARATIONS, "".join(blocks) + "\n" + DECLARATIONS))


def moved(block: str, **others: Any) -> Fault:
    """Return the fault of a table or figure that stands after the declarations."""
    return report((block, ""), (DECLARATIONS, f"{DECLARATIONS}\n{block}"), **others)


def picture(dpi: int, **others: Any) -> Fault:
    """Return a fault of a figure that is a picture of 85 mm, cited."""
    return report(
        (LAST, f"{LAST} See @fig-more."),
        (DECLARATIONS, f'![More.](picture-{dpi}.png){{#fig-more fig-alt="A square."}}\n\n{DECLARATIONS}'),
        **others,
    )


def word(old: str, new: str, part: str = DOCUMENT) -> Fault:
    """Return a fault of the finished Word file."""

    def broken(files: DraftFiles) -> None:
        parts = read_package(files.docx)
        content = parts[part].decode()
        assert old in content, old
        parts[part] = content.replace(old, new).encode()
        files.docx.write_bytes(package_bytes(parts))

    return Fault(broken=broken)


def pdf(change: Callable[[PdfWriter], None]) -> Fault:
    """Return a fault of the finished PDF."""

    def broken(files: DraftFiles) -> None:
        writer = PdfWriter(clone_from=PdfReader(files.pdf))
        change(writer)
        writer.write(files.pdf)

    return Fault(broken=broken)


def untagged(writer: PdfWriter) -> None:
    """Take the tags from a PDF."""
    del writer.root_object["/StructTreeRoot"]
    del writer.root_object["/MarkInfo"]


def without_fonts(writer: PdfWriter) -> None:
    """Take a font's file from a PDF."""
    for number in range(1, len(writer._objects) + 1):
        item = writer.get_object(number)
        for name in ("/FontFile2", "/FontFile3") if isinstance(item, dict) else ():
            if name in item:
                del item[name]
                return


FAULTS: dict[str, Fault] = {
    # ---- the house
    "claims": report(("retention.events > 0", "retention.events > 50")),
    "literals": report(("new [@two]", "new (p=0.03) [@two]")),
    "patient_numbers": report(("Retention by fixation.", f"Retention of {NOT_PATIENTS} implants.")),
    "p_values": printed("*P* > 0.05"),
    "intervals": printed("CI 2.10–3.20"),
    "decimal_marks": printed("3·25 points", without=("decimal_mark",)),
    "abbreviations": report(("Implants are old", "Implants of QXR are old")),
    "floats_cited": report((LAST, "The groups were alike.")),
    "references_cited": report(("bibliography:", 'nocite: "@four"\nbibliography:')),
    "references_complete": Fault(((REFERENCES, "year={2002}, ", ""),)),
    "alt_text": report(("# Methods\n", "![](picture-300.png)\n\n# Methods\n")),
    "metadata": report((LAST, f"{LAST} All is in `/home/ann/cohort.csv`.")),
    "word_valid": word("<w:lnNumType", '<w:pgSz w:w="1"/><w:lnNumType'),
    "pdf_fonts": pdf(without_fonts),
    "pdf_tagged": pdf(untagged),
    "anonymised_copy": report((LAST, LAST + ' It was `{python} form("Wilhelmina" + " Zorr" + "berg")` who saw it.')),
    # ---- numbers
    "p_decimals": printed("*P* = 0.21"),
    "p_steps": printed("*P* = 0.041"),
    "p_significant_digits": printed(
        "*P* = 0.0213",
        rules={"p_significant_digits": {"digits": 2, "most_decimals": 4}},
        without=("p_decimals", "p_steps"),
    ),
    "p_floor": printed("*P* = 0.0004"),
    "p_letter": printed("*p* = 0.210"),
    "p_italic": printed("P = 0.210"),
    "p_spaced": printed("*P*=0.210"),
    "p_leading_zero": printed("*P* = .210"),
    "decimal_mark": printed("3·25 points"),
    "thousands": printed("12345 points"),
    "range_dash": printed("95% CI 2.10-3.20"),
    "interval_comma": printed("95% CI, 2.10–3.20"),
    "percent_decimals": printed("41.25%"),
    "percent_decimals_below": printed("20 (62.5%)"),
    "ratio_decimals": printed("a hazard ratio of 0.8"),
    "units": printed("8 months"),
    # ---- tables
    "footnote_marks": table("{{ mark|mark_md }}", "§"),
    "footnote_marks_raised": table("{{ mark|mark_md }}", "^{{ mark|mark_md }}^"),
    "empty_cell": table("<td></td>", "<td>NA</td>"),
    "count_name": table("{{ count_name }} (%)", "No. (%)"),
    "counts_with_percent": table(" together", " (not together)"),
    "percent_in_heading": table("({{ cells[1] }})", "({{ cells[1]|replace('%', '') }})"),
    # ---- text
    "text_words": report((LAST, LAST + " Fixation matters." * 40)),
    "abstract_words": report(("may matter.", "may matter." + " It may not." * 20)),
    "abstract_headings": report(("**Methods.** ", "")),
    "abstract_names": report(('`{python} r.heading("Results")`', "Results")),
    "references": report(("new [@two]", "new [@two; @three; @four]")),
    "display_items": asked(display_items=1),
    "tables": more("tbl", 2),
    "figures": more("fig", 2),
    "title_characters": report(("Retention of implants", "Osteosynthesis, endoprosthesis and retention")),
    "title_words": report(("Retention of implants", "How long do all implants last")),
    "short_title_characters": report(('"Retention"', '"Retention of implants, in short"')),
    "keywords": report(("[implants, survival]", "[a, b, c, d]")),
    "heading_levels": report(("## Measures\n", "## Measures\n\n### Of retention\n")),
    "footnotes": report(("new [@two]", "new^[Not all.] [@two]")),
    "statements": report(("**Funding.** None.", "None.")),
    "boxes": report(("**Key points**", "**Key facts**")),
    "citations": asked(citations="author and year"),
    # ---- files
    "text_formats": asked(text_formats=["LaTeX"]),
    "line_spacing": word('w:line="480"', 'w:line="360"', STYLES),
    "line_numbers": word(' w:restart="continuous"', ""),
    "page_numbers": asked(page_numbers=False),
    "tables_stand": moved(TABLE),
    "figures_stand": moved(FIGURE),
    "legends_stand": moved(FIGURE, rules={"figures_stand": "in files of their own"}),
    "blinded": report(("author:\n  - name: Wilhelmina Zorrberg\n", ""), rules={"blinded": False}),
    # ---- figures
    "figure_word": Fault(((PROFILE, "lang: en", "crossref:\n  fig-prefix: Fig"),)),
    "figure_formats": picture(300, rules={"figure_formats": ["TIFF", "PDF"]}),
    "figure_width_mm": asked(figure_width_mm={"max": 20}),
    "figure_height_mm": asked(figure_height_mm={"max": 10}),
    "figure_column_mm": asked(figure_column_mm={"one": 20, "two": 30}),
    "figure_dpi": picture(100),
    "figure_megabytes": asked(figure_megabytes={"max": 0.001}),
    "figure_points": asked(figure_points={"min": 40}),
    "figure_fonts": asked(figure_fonts=["Symbol"]),
    "figure_colours": asked(figure_colours="CMYK"),
}


# What could be told twice.
CASES = [
    *FAULTS.items(),
    ("literals", report(("Implants are old", "Of 47 patients, implants are old"))),
    ("literals", report(("Retention by fixation.", "Retention of 61 implants by fixation."))),
    ("literals", report(("new [@two]", "new (hazard ratio 0.8, 95% CI 0.5-1.2; 41.25%) [@two]"))),
    ("literals", report((LAST, f"{LAST} See Figure 7 and Fig. 1."))),
    ("literals", report(('title: "Retention of implants"', 'title: "Retention of 61 implants"'))),
    ("patient_numbers", report((LAST, f"{LAST} It was seen in {NOT_PATIENTS} participants."))),
    ("patient_numbers", report((LAST, f"{LAST} It was seen in most (n = {NOT_PATIENTS})."))),
]

SEEN_IN_THE_COPY = ("blinded", "anonymised_copy")
"""Faults for which the anonymised copy is built anew; the others find that of the study which keeps every rule."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study with its draft, which keeps every rule: it could not be made otherwise."""
    folder = tmp_path_factory.mktemp("one-line") / "study"
    write_study(folder)
    for dpi in (100, 300):
        size = (round(85 / 25.4 * dpi), round(60 / 25.4 * dpi))
        (folder / f"picture-{dpi}.png").write_bytes(raster.png(size, b"\x90" * 4 * size[0] * size[1], dpi=dpi))
    assert run_verb(["draft", JOURNAL, *PLACE, str(folder)]) == 0
    return folder


def apply(fault: Fault, folder: Path) -> None:
    """Make a fault in the sources of a study."""
    for file, old, new in fault.edits:
        path = folder / file
        text = (path if path.is_file() else PACKAGE / file).read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new), encoding="utf-8")
    rules = {name: value for name, value in (RULES | fault.rules).items() if name not in fault.without}
    (folder / JOURNAL_FILE).write_text(journal_toml(rules), encoding="utf-8")


def broken_when_read(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the finished files of a draft before they are held against the rules."""
    read_draft = assembly.read_draft

    def read_broken(files: DraftFiles, **others: Any) -> Any:
        if fault.broken is not None:
            fault.broken(files)
        return read_draft(files, **others)

    monkeypatch.setattr(assembly, "read_draft", read_broken)


def with_anonymised_copy_of(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the anonymised copy from a draft that is there."""

    def copied(output: Path) -> int:
        output.mkdir()
        for suffix in (".pdf", ".docx"):
            shutil.copyfile(kept / draft.FOLDER / JOURNAL / f"manuscript_blinded{suffix}", output / f"report{suffix}")
        return 0

    monkeypatch.setattr(assembly, "_anonymising", lambda work, *_: Beside(lambda: copied(work / "made-blinded")))


def red_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the rules whose lines are red in what `make check` prints, and hold its exit code against them."""
    code = run_verb(["check", "--journal", JOURNAL, *PLACE, str(folder)])
    said = capsys.readouterr()
    assert said.out, said.err
    red = [line.split()[1] for line in said.out.splitlines() if line.startswith("FAILS ")]
    assert code == (1 if red else 0)
    return red


def test_every_rule_has_a_fault() -> None:
    """A rule that is added without one has nothing that shows it can fail."""
    assert set(FAULTS) == {*HOUSE, *REGISTRY}


def test_a_study_that_keeps_every_rule_has_no_red_line(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All that turns red below does so for the fault."""
    assert red_lines(kept, capsys) == []


@pytest.mark.parametrize(("rule", "fault"), CASES, ids=[rule for rule, _ in CASES])
def test_a_fault_turns_exactly_its_line_red(
    rule: str,
    fault: Fault,
    kept: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An author who breaks one rule reads of that one, and of no other."""
    folder = tmp_path / "study"
    shutil.copytree(kept, folder, ignore=shutil.ignore_patterns("drafts"))
    apply(fault, folder)
    broken_when_read(fault, monkeypatch)
    if rule not in SEEN_IN_THE_COPY:
        with_anonymised_copy_of(kept, monkeypatch)
    assert red_lines(folder, capsys) == [rule]
