"""The preflight: a draft that keeps every rule passes, and each rule that is broken turns its own line red."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from broken_drafts import BREAKS, EXTRA_TABLE, Break, cited, failing, made, text
from small_draft import RULES, TABLE, figure_of, journal, small_draft

from lockstep.journals.rules import RULES as REGISTRY
from lockstep.preflight.checks import DraftFacts, rule_value
from lockstep.preflight.checks_text import float_mentions
from lockstep.preflight.preflight import CHECKS, HOUSE, lines, preflight
from lockstep.results.model import Results
from lockstep.study.model import Study


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


CASES = [(rule, broken) for rule, all_broken in BREAKS.items() for broken in all_broken]


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
            'Figure 1, alternative text 1: "Fixation: Hybrid" has 16 patients; in the figure it has 17',
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
