"""The preflight: a draft that keeps every rule passes, and each rule that is broken turns its own line red."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from small_draft import FORM, FRONT, PDF, RULES, TABLE, TEXT, figure_of, journal, small_draft

from lockstep.journals.rules import RULES as REGISTRY
from lockstep.preflight.checks import Check, DraftFacts, rule_value
from lockstep.preflight.checks_text import float_mentions
from lockstep.preflight.figure_facts import FigureFont
from lockstep.preflight.preflight import CHECKS, HOUSE, lines, preflight
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


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("As shown in Table 1, 60 of 142 patients had it.", [1]),
        ("In Table 1 and 60 charts", [1]),
        ("Tables 1, 3 and 4", [1, 3, 4]),
        ("Figs. 2–4", [2, 3, 4]),
        ("Fig. 2A–3B", [2, 3]),
        ("Figure 1A–C, 12 patients", [1]),
    ],
)
def test_a_list_of_numbers_follows_a_plural_only(text: str, numbers: list[int]) -> None:
    """A number of patients after "Table 1," is no table, so that no draft fails for lack of Table 60."""
    assert [number for _, number in float_mentions(text)] == numbers


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

CASES = [(rule, broken) for rule, all_broken in BREAKS.items() for broken in all_broken]


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


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory, implants: Study, implants_results: Results) -> DraftFacts:
    """Return a draft that keeps every rule."""
    return small_draft(tmp_path_factory.mktemp("clean"), implants, implants_results)


def test_a_draft_that_keeps_every_rule_passes(clean: DraftFacts) -> None:
    """Every rule that the journal states holds, every rule of the house holds, and no line is left out."""
    checks = preflight(clean)
    assert [check.rule for check in checks] == [*HOUSE, *REGISTRY]
    assert {check.rule for check in checks if check.status == "pass"} == {*HOUSE, *RULES}


def test_every_rule_has_a_check() -> None:
    """No rule of the registry or of the house is forgotten."""
    assert set(CHECKS) == {*REGISTRY, *HOUSE}
    assert set(BREAKS) == set(CHECKS)


@pytest.mark.parametrize(("rule", "broken"), CASES, ids=[rule for rule, _ in CASES])
def test_breaking_a_rule_turns_exactly_its_line_red(
    rule: str, broken: Break, tmp_path: Path, implants: Study, implants_results: Results
) -> None:
    """What is wrong in one place fails one rule, and its line says so."""
    checks = made(tmp_path, implants, implants_results, broken)
    assert failing(checks) == [rule]


@pytest.mark.parametrize("rule", REGISTRY)
def test_a_rule_that_the_journal_does_not_state_is_not_checked(rule: str, clean: DraftFacts) -> None:
    """Where there is no source there is no verdict."""
    stated = {name: value for name, value in RULES.items() if name != rule}
    line = next(check for check in preflight(replace(clean, journal=journal(stated))) if check.rule == rule)
    assert (line.status, line.source) == ("not checked", "")


def test_the_report_names_failures_first_with_their_places_and_sources(clean: DraftFacts) -> None:
    """A reader sees what fails, where, what was measured, what is asked for, and who asks for it since when."""
    stated = journal(RULES | {"title_words": 2})
    secondary = replace(stated.rules["title_words"], secondary=True)
    stated = replace(stated, rules={**stated.rules, "title_words": secondary})
    printed = lines(preflight(replace(clean, journal=stated)))
    assert printed[0].split() == [
        "FAILS",
        "title_words",
        "3",
        "words",
        "2",
        "https://journal.example/rules",
        "(2026-11-25,",
        "secondary)",
    ]
    assert printed[-1] == f"{len(HOUSE) + len(RULES) - 1} rules hold, 1 fails, 1 not checked"


@pytest.mark.parametrize(
    ("rule", "broken", "said"),
    [
        (
            "range_dash",
            text(("95% CI 0.50–1.20", "95% CI 0.50 to 1.20")),
            'Results: "95% CI 0.50 to 1.20" has not "–" between its ends',
        ),
        ("citations", text(("old [1] and new [2]", "old [2] and new [1]")), "reference 2 is cited before reference 1"),
        (
            "patient_numbers",
            text(
                ("Uncemented, 11 patients", "Uncemented, 12 patients"), ("Hybrid, 17 patients", "Hybrid, 16 patients")
            ),
            'Figure 1, alternative text 1: "Hybrid" has 16 patients; its group has 17',
        ),
        ("footnote_marks", Break(rules={"footnote_marks": ["*"]}), 'Table 1: note 1 has the mark "†", not "*"'),
        (
            "footnote_marks",
            text(("Age†", "Age†‡"), ("TableNote: †", "TableNote: † M. ‡"), rules={"footnote_marks": ["†"]}),
            'Table 1: note 2 has the mark "‡", and the journal has only 1',
        ),
    ],
)
def test_a_fault_is_named_with_its_place(
    rule: str, broken: Break, said: str, tmp_path: Path, implants: Study, implants_results: Results
) -> None:
    """An author finds what is wrong, and reads what is right."""
    checks = made(tmp_path, implants, implants_results, broken)
    assert said in next(check for check in checks if check.rule == rule).detail


def test_a_rule_that_is_a_space_can_be_seen() -> None:
    """A mark that is white on paper stands between quotation marks."""
    assert rule_value({"mark": "\u202f", "from": 10000}) == 'mark "\u202f", from 10000'
    assert [rule_value(value) for value in (" to ", ", ", "–", False)] == ['" to "', '", "', "–", "no"]


def test_what_is_declared_is_passed_over(tmp_path: Path, implants: Study, implants_results: Results) -> None:
    """Typed phrases with their reason, abbreviations of the document, and tables that quote others break no rule."""
    quoting = (
        EXTRA_TABLE.format("2").replace("More", "More (old)").replace("Side|Left", "XYZ (n = 7)|3·456% of 9 patients")
    )
    broken = text(*cited(quoting), table=((TABLE, quoting),))
    assert failing(made(tmp_path, implants, implants_results, broken)) == []


def test_a_float_that_closes_the_last_section_stands_in_the_text(
    tmp_path: Path, implants: Study, implants_results: Results
) -> None:
    """Where no discussion follows the results, their tables and figures are not at the end for that."""
    broken = text(("Heading1: Discussion\nBodyText: Fixation mattered.\n", ""))
    assert failing(made(tmp_path, implants, implants_results, broken)) == []


@pytest.mark.parametrize(
    "words", ["61 in implants", "61 years in women", "3 cm for women", "61% women", "Table 61 eyes"]
)
def test_a_number_of_something_else_is_no_number_of_patients(
    words: str, tmp_path: Path, implants: Study, implants_results: Results
) -> None:
    """Words between a number and "women" may say that it is an age or a length."""
    broken = text(("Fixation mattered.", f"It was {words}."), rules={"percent_decimals": 0})
    checks = made(tmp_path, implants, implants_results, broken)
    assert "patient_numbers" not in failing(checks)


def test_years_of_citations_are_no_numbers_of_references(clean: DraftFacts) -> None:
    """Citations by author and year link the year alone: they keep that rule, break the other, and all are listed."""
    draft = replace(
        clean,
        printed=replace(clean.printed, citations=tuple(replace(one, text="2010") for one in clean.printed.citations)),
        text=replace(clean.text, references=tuple(f"Doe J. {text}" for text in clean.text.references)),
    )
    asked = replace(draft, journal=journal(RULES | {"citations": "author and year"}))
    assert failing(preflight(asked)) == []
    assert failing(preflight(draft)) == ["citations"]


def test_formats_may_be_written_as_endings(clean: DraftFacts) -> None:
    """Whether ".docx" or "docx", it is DOCX, as ".tif" is TIFF."""
    for formats in ([".docx"], ["rtf", "docx"]):
        assert failing(preflight(replace(clean, journal=journal(RULES | {"text_formats": formats})))) == []


def test_not_one_draft_serves_for_all(clean: DraftFacts) -> None:
    """A draft without files of figures or a copy leaves the lines about them open, rather than passing them."""
    checks = preflight(replace(clean, figures=(), traces=None))
    open_rules = {check.rule for check in checks if check.status == "not checked"}
    assert {"anonymised_copy", "figure_dpi", "figure_formats", "figure_points", "figure_colours"} <= open_rules


def test_a_vector_file_has_no_resolution(clean: DraftFacts) -> None:
    """What a file cannot have is not measured in it."""
    vector = replace(figure_of(Path("Fig1.pdf")), format="PDF", dpi=None, pixels=None)
    line = next(check for check in preflight(replace(clean, figures=(vector,))) if check.rule == "figure_dpi")
    assert line.status == "not checked"


def test_a_typeface_that_stands_for_another_says_so(clean: DraftFacts) -> None:
    """Liberation Sans passes for Arial alone, and the line names both."""
    line = next(check for check in preflight(clean) if check.rule == "figure_fonts")
    assert (line.status, line.measured) == ("pass", "LiberationSans for Arial")
    other = replace(clean, journal=journal(RULES | {"figure_fonts": ["Symbol"]}))
    assert failing(preflight(other)) == ["figure_fonts"]
