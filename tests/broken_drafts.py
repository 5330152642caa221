"""Small drafts that break one rule each: at least one for every rule there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from small_draft import FORM, FRONT, PDF, RULES, TABLE, TEXT, small_draft

from lockstep.preflight.checks import Check, DraftFacts
from lockstep.preflight.figure_facts import FigureFont
from lockstep.preflight.preflight import preflight
from lockstep.results.model import Results
from lockstep.study.model import Study

EXTRA_TABLE = """TableCaption: Table {0}: More of 60 patients
Table: Characteristic|Value
Table: Side|Left
"""
EXTRA_FIGURE = """Picture: A drawing.
ImageCaption: Figure {0}: More of 60 patients
"""
AFTER = "Heading1: Discussion\n"
P_VALUE = "*P* = 0.03)."
ROW = "Table: Left|"


@dataclass(frozen=True)
class Break:
    """One thing wrong: (old, new) in the texts, rules of the journal changed or left out, facts changed."""

    text: tuple[tuple[str, str], ...] = ()
    pdf: tuple[tuple[str, str], ...] = ()
    front: tuple[tuple[str, str], ...] = ()
    table: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] = ()
    section: tuple[tuple[str, str], ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    then: Callable[[DraftFacts], DraftFacts] = lambda draft: draft


def text(*pairs: tuple[str, str], **others: Any) -> Break:
    """Return a break of the text."""
    return Break(text=pairs, **others)


def figure(**facts: Any) -> Break:
    """Return a break of what is measured of the figure's file."""
    return Break(then=lambda draft: replace(draft, figures=(replace(draft.figures[0], **facts),)))


def cited(*extra: str) -> tuple[tuple[str, str], ...]:
    """Return the change that adds floats, and cites them."""
    kinds = ["Table 2, Table 3", "Figure 2, Figure 3"]
    names = [name for kind in kinds for name in kind.split(", ") if any(f"{name}:" in item for item in extra)]
    return (("(Table 1)", f"(Table 1, Figure 1, {', '.join(names)})"), (AFTER, "".join(extra) + AFTER))


BREAKS: dict[str, list[Break]] = {
    # ---- the house
    "claims": [Break(front=(("retention.events > 0", "retention.events > 50"),))],
    "literals": [Break(front=(("We used", "All 31 used"),))],
    "patient_numbers": [
        text(("Cemented (n = 32)", "Cemented (n = 33)")),
        text(("of 60 patients\nTable:", "of 61 patients\nTable:")),
        text(("in 60 patients", "in 57,321 patients")),
        text(("in 60 patients", "in 57,321 cemented implants")),
        text(("in 60 patients", "in 57,321 knees")),
        text(("in 60 patients", "in all (n = 57,321)")),
        text(("1: Retention of 60 patients", "1: Retention of 61 implants")),
        text(("Uncemented, 11 patients", "Uncemented, 12 patients")),
        text(("Of 60 patients, 60 were", "Of 60 patients, 59 were")),
    ],
    "p_values": [
        text((P_VALUE, "*P* = 0.000).")),
        text((P_VALUE, "*P* = ns).")),
        text((P_VALUE, "*P* = 1.00).")),
        text((P_VALUE, "*P* > 0.05).")),
        text((P_VALUE, "p=0.03)."), without=("p_letter", "p_spaced", "p_italic")),
        text(("|0.20", "|0.2"), without=("p_decimals",)),
    ],
    "intervals": [
        text(("95% CI 0.50–1.20", "95% CI 1.20–0.50")),
        text(("95% CI 0.50–1.20", "CI 0.50–1.20")),
        text(("|0.80 (0.50–1.20)", "|1.80 (0.50–1.20)")),
        text(("95% CI 0.50–1.20", "95% CI 0.50-1.20"), without=("range_dash",)),
        text(("95% CI 0.50–1.20", "95% CI, 0.50–1.20"), without=("interval_comma",)),
    ],
    "decimal_marks": [
        text((P_VALUE, "*P* = 0,03)."), without=("decimal_mark",)),
        text(("(58.3%) had", "(58·3%) had"), without=("decimal_mark",)),
        Break(without=("thousands",)),
    ],
    "abbreviations": [
        text(("We studied implant retention (IR).", "We studied implant retention.")),
        text(("implant retention (IR) and DASH", "IR and DASH")),
        text((" HR, hazard ratio.", "")),
        text(("Figure 1: Retention of", "Figure 1: IR of")),
        text(("Median IR was", "Median implant retention (IR) was")),
        Break(front=(("DASH: name", "QUICK: name"),)),
    ],
    "floats_cited": [
        text(("(Table 1)", "")),
        text(("; Figure 1;", "; Figure 1, Figure 7;")),
        text(*cited(EXTRA_TABLE.format(2))[1:], ("(Table 1)", "(Table 2, Table 1)")),
    ],
    "references_cited": [
        text((" [1,3]", "")),
        text(("J 2002.\n", "J 2002.\nBibliography: 4. Fourth. J 2003.\n"), rules={"references": 9}),
    ],
    "references_complete": [
        Break(then=lambda draft: replace(draft, findings=replace(draft.findings, references=("'two' has no year",)))),
    ],
    "alt_text": [
        text(*[(f"Picture: {TEXT.partition('Picture: ')[2].splitlines()[0]}", "Picture: ")]),
        Break(then=lambda draft: replace(draft, pdf=replace(draft.pdf, figures=("",)))),
    ],
    "metadata": [
        Break(section=(("<dc:title>Fixation and retention</dc:title>", ""),)),
        Break(section=(("2000-01-01T00:00:00Z", "2026-11-25T10:11:12Z"),)),
        Break(section=(("Picture", "/home/ann/Picture"),)),
        Break(then=lambda draft: replace(draft, word=replace(draft.word, times=frozenset({(2026, 11, 25, 10, 0, 0)})))),
        Break(then=lambda draft: replace(draft, pdf=replace(draft.pdf, info={"Author": "x"}))),
        Break(then=lambda draft: replace(draft, pdf=replace(draft.pdf, xmp="<x>/Users/ann/report.typ</x>"))),
        figure(metadata={"Software": r"C:\Users\ann\python.exe"}),
    ],
    "word_valid": [Break(section=(("<w:lnNumType", '<w:pgSz w:w="1"/><w:lnNumType'),))],
    "pdf_fonts": [
        Break(
            then=lambda draft: replace(
                draft, pdf=replace(draft.pdf, fonts=(replace(draft.pdf.fonts[0], embedded=False),))
            )
        ),
        Break(
            then=lambda draft: replace(
                draft, pdf=replace(draft.pdf, fonts=(replace(draft.pdf.fonts[0], subtype="Type3"),))
            )
        ),
        figure(fonts=(FigureFont("LiberationSans", True, "Type 3"),)),
    ],
    "pdf_tagged": [Break(then=lambda draft: replace(draft, pdf=replace(draft.pdf, tagged=False)))],
    "anonymised_copy": [Break(then=lambda draft: replace(draft, traces=("core properties: Ann Other",)))],
    # ---- numbers
    "p_decimals": [text((P_VALUE, "*P* = 0.034).")), text(("|0.20", "|0.2"))],
    "p_steps": [text(("*P* = 0.004)", "*P* = 0.0041)"))],
    "p_significant_digits": [
        text(
            (P_VALUE, "*P* = 0.0312)."),
            ("= 0.004)", "= 0.0041)"),
            ("P = 0.03.\n", "P = 0.031.\n"),
            rules={"p_significant_digits": {"digits": 2, "most_decimals": 4}},
            without=("p_decimals", "p_steps"),
        )
    ],
    "p_floor": [text(("< 0.001)", "= 0.0004)")), text(("*P* < 0.001)", "*P* < 0.05)"))],
    "p_letter": [
        text((P_VALUE, "*p* = 0.03).")),
        text(("|*P*", "|*p*")),
        Break(table=(("|*P*", "|*p*"),)),
        Break(form=(("(P", "(p"),)),
    ],
    "p_italic": [text((P_VALUE, "P = 0.03).")), text(("|*P*", "|P"))],
    "p_spaced": [text((P_VALUE, "*P*=0.03).")), text((P_VALUE, "*P* =0.03).")), text(("|< 0.001", "|<0.001"))],
    "p_leading_zero": [text((P_VALUE, "*P* = .03).")), text(("|0.20", "|.20"))],
    "decimal_mark": [
        text((P_VALUE, "*P* = 0,03).")),
        text(("(58.3%) had", "(58·3%) had")),
        text(("P = 0.03.\nImage", "P = 0·03.\nImage")),
    ],
    "thousands": [text(("12,345", "12345")), text(("12,345", "1,234"))],
    "range_dash": [
        text(("95% CI 0.50–1.20", "95% CI 0.50 to 1.20")),
        text(("|0.80 (0.50–1.20)", "|0.80 (0.50, 1.20)")),
        text(("range 2–20", "range 2-20")),
    ],
    "interval_comma": [text(("95% CI 0.50–1.20", "95% CI, 0.50–1.20"))],
    "percent_decimals": [text(("35 (58.3%) had", "35 (58%) had")), text(("35 (58.3%) had", "58.33% had"))],
    "percent_decimals_below": [text(("20 (62%)", "20 (62.5%)"))],
    "ratio_decimals": [text(("ratio was 0.80", "ratio was 0.8")), text(("|0.80 (0.50–1.20)", "|0.80 (0.50–1.2)"))],
    "units": [text(("was 8 mo", "was 8 months"))],
    "footnote_marks": [
        text(("Age†", "Age*"), ("TableNote: †", "TableNote: *")),
        text(("Age†", "Age")),
        text(("Age†", "Age‡"), ("TableNote: †", "TableNote: ‡")),
    ],
    "footnote_marks_raised": [text(("TableNote: †", "TableNote: ^†^"))],
    "empty_cell": [text(("|–|0.20", "|—|0.20"))],
    "count_name": [
        text(("Others are n (%)", "Others are No. (%)")),
        text(("Others are n (%)", "Others are counts (%)")),
    ],
    "counts_with_percent": [text((f"{ROW}35 (58.3%)", f"{ROW}58.3"), ("All patients (n = 60)|", "%|"))],
    "percent_in_heading": [
        text((f"{ROW}35 (58.3%)", f"{ROW}35 (58.3)")),
        Break(rules={"percent_in_heading": True}),
    ],
    # ---- text
    "text_words": [text(("Fixation mattered.", "Fixation mattered. " * 60))],
    "abstract_words": [text(("may matter.", "may matter, " + "so we say, " * 20))],
    "abstract_headings": [
        text(("Abstract: **Background.** ", "Abstract: **Purpose.** ")),
        text(("Abstract: **Methods.** ", "Abstract: ")),
    ],
    "abstract_names": [text(("**Findings.**", "**Results.**"))],
    "references": [
        text(
            ("[1,3]", "[1,3,4]"),
            ("J 2002.\n", "J 2002.\nBibliography: 4. Fourth. J 2003.\n"),
        )
    ],
    "display_items": [
        Break(rules={"display_items": 1}),
        Break(*[cited(EXTRA_TABLE.format(2), EXTRA_FIGURE.format(2))], rules={"display_items": 3}),
    ],
    "tables": [text(*cited(EXTRA_TABLE.format(2), EXTRA_TABLE.format(3)))],
    "figures": [text(*cited(EXTRA_FIGURE.format(2), EXTRA_FIGURE.format(3)))],
    "title_characters": [
        text(("Title: Fixation and retention", "Title: Orthopaedic osteosynthesis and endoprosthesis retention"))
    ],
    "title_words": [text(("Title: Fixation and retention", "Title: Of fixation, and of its end"))],
    "short_title_characters": [
        Break(front=(('short-title: "Retention"', 'short-title: "Retention of implants, in short"'),))
    ],
    "keywords": [text(("implants; survival", "implants")), text(("implants; survival", "a; b; c; d"))],
    "heading_levels": [text(("Heading2: Measures", "Heading2: Measures\nHeading3: Kinds"))],
    "footnotes": [Break(then=lambda draft: replace(draft, text=replace(draft.text, footnotes=1)))],
    "statements": [text(("**Funding.**", "**Money.**"))],
    "boxes": [text(("Box: **Key points**", "Box: **Key facts**"))],
    "citations": [text(("[1] and new [2]", "[2] and new [1]"))],
    # ---- files
    "text_formats": [Break(rules={"text_formats": ["LaTeX"]})],
    "line_spacing": [
        Break(section=(('w:line="480"', 'w:line="360"'),)),
        Break(pdf=(("leading: 12pt", "leading: 6pt"),)),
    ],
    "line_numbers": [
        Break(section=((' w:restart="continuous"', ""),)),
        Break(section=(('<w:lnNumType w:countBy="1" w:restart="continuous"/>', ""),)),
        Break(pdf=(('#set par.line(numbering: "1")', ""),)),
        Break(pdf=(('numbering: "1")', 'numbering: "1", numbering-scope: "page")'),)),
    ],
    "page_numbers": [
        Break(section=(('w:instr=" PAGE "', 'w:instr=" DATE "'),)),
        Break(pdf=(("counter(page).display()", "[Report]"),)),
    ],
    "tables_stand": [text((TABLE, ""), ("Heading1: Declarations\n", f"{TABLE}Heading1: Declarations\n"))],
    "figures_stand": [Break(rules={"figures_stand": "in files of their own"})],
    "legends_stand": [
        text(
            *[(f"Picture: {TEXT.partition('Picture: ')[2].splitlines()[0]}\n", "")],
            rules={"figures_stand": "in files of their own", "legends_stand": "at the end"},
        ),
        Break(rules={"legends_stand": "at the end"}, without=("figures_stand",)),
    ],
    "blinded": [
        Break(then=lambda draft: replace(draft, blinded_word=None)),
        text(("Author: Ann Other\n", ""), rules={"blinded": False}),
    ],
    # ---- figures
    "figure_word": [text(("; Figure 1;", "; Fig 1;")), text(("ImageCaption: Figure 1:", "ImageCaption: Fig. 1:"))],
    "figure_formats": [figure(format="EPS")],
    "figure_width_mm": [
        Break(
            rules={"figure_column_mm": {"one": 60, "two": 174}},
            then=lambda draft: replace(draft, figures=(replace(draft.figures[0], width_mm=60.0),)),
        )
    ],
    "figure_height_mm": [figure(height_mm=230.0)],
    "figure_column_mm": [figure(width_mm=120.0)],
    "figure_dpi": [figure(dpi=150.0)],
    "figure_megabytes": [figure(bytes=12_000_000)],
    "figure_points": [figure(smallest_points=6.0), figure(largest_points=14.0)],
    "figure_fonts": [figure(fonts=(FigureFont("ComicSans", True, "TrueType"),))],
    "figure_colours": [figure(mode="CMYK"), figure(mode="RGBA"), figure(alpha=True)],
}


def made(folder: Path, study: Study, results: Results, broken: Break) -> tuple[Check, ...]:
    """Return the preflight of a draft in which this is wrong."""
    rules = {name: value for name, value in (RULES | broken.rules).items() if name not in broken.without}
    draft = small_draft(
        folder,
        study,
        results,
        text=changed(TEXT, broken.text),
        pdf=changed(PDF, broken.pdf),
        front=changed(FRONT, broken.front),
        table=changed(TABLE, broken.table),
        form=changed(FORM, broken.form),
        section=broken.section,
        rules=rules,
    )
    return preflight(broken.then(draft))


def changed(source: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """Return a text with replacements, each of which must find something."""
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


def failing(checks: tuple[Check, ...]) -> list[str]:
    """Return the rules that fail."""
    return [check.rule for check in checks if check.status == "fail"]
