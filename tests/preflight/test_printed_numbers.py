"""Numbers are found in printed text as a reader finds them: what the program prints is right, what was typed is not."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.preflight.abbreviations import undefined
from lockstep.preflight.number_faults import numbers_in
from lockstep.preflight.printed_numbers import n_decimals, value_of
from lockstep.results.model import Record, Results
from lockstep.study.model import Study
from lockstep.text.numbers import interval_text, number_text, p_text, text
from lockstep.text.style import PValueStyle, Style
from lockstep.variables.columns import Column
from lockstep.word.passages import Passage, PrintedDocument

STYLES = [
    Style(),
    Style(p=PValueStyle(decimals=2, steps=((0.01, 3),), letter="P", spaced=False, leading_zero=False)),
    Style(
        decimal_mark="·",
        thousands="\u202f",
        p=PValueStyle(significant=2, most_decimals=4, floor=0.0001, letter="p", italic=False, spaced=False),
    ),
    Style(range_dash=" to ", interval_comma=True, thousands=",", p=PValueStyle(decimals=2, steps=((0.2, 3),))),
    Style(range_dash=", ", ratio_decimals=3, percent_decimals=0),
]


def faults(words: str, study: Study, results: Results, style: Style, *, italic: str = "") -> list[str]:
    """Return the rules that a text breaks; `italic` are the letters that are italic in it."""
    places = frozenset(i for i, letter in enumerate(words) if letter in italic)
    passage = Passage("text", "text", "Results", words, italic=places)
    return [fault.rule for fault in numbers_in(PrintedDocument((passage,)), study, results, style).faults]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Survival, hazard ratio, Group: 2 vs 1: unadjusted 0.64 (95% CI 0.41–0.99).", []),
        ("The hazard ratio was 1.5 vs 2; of Group: 2.5 nothing is known.", ["ratio_decimals"]),
        ("The hazard ratio was 2.", ["ratio_decimals"]),
    ],
)
def test_a_level_that_is_a_number_is_no_ratio(
    words: str, expected: list[str], implants: Study, implants_results: Results
) -> None:
    """A group called 2 is one beside its variable, or beside the group that it is compared with."""
    group = Column(name="grp", type="category", label="Group", header="grp", levels={"1": "1", "2": "2"})
    study = replace(implants, columns={**implants.columns, "grp": group})
    assert faults(words, study, implants_results, Style()) == expected


@given(p=st.floats(0, 1), style=st.sampled_from(STYLES))
def test_a_p_value_that_the_program_prints_is_right(
    p: float, style: Style, implants: Study, implants_results: Results
) -> None:
    """Whatever its value and the style, rounding included, no rule is broken."""
    italic = style.p.letter if style.p.italic else ""
    assert faults(f"They differed ({p_text(p, style)}).", implants, implants_results, style, italic=italic) == []


@given(
    low=st.floats(0.01, 20_000),
    width=st.floats(0.01, 20_000),
    style=st.sampled_from(STYLES),
    open_ended=st.booleans(),
)
def test_an_interval_that_the_program_prints_is_right(
    low: float, width: float, style: Style, open_ended: bool, implants: Study, implants_results: Results
) -> None:
    """In every style, with large numbers and with bounds that are not reached."""
    record = replace(implants_results["retention.median"], value=low + width / 2, conf_low=low, conf_high=low + width)
    if open_ended:
        record = replace(record, conf_high=None)
    words = f"It was {text(record, style)}; {interval_text(record, style)}."
    assert faults(words, implants, implants_results, style) == []


@given(value=st.floats(1e-7, 300), low=st.floats(1e-9, 1), high=st.floats(1, 5e6), style=st.sampled_from(STYLES))
def test_a_ratio_that_the_program_prints_is_right(
    value: float, low: float, high: float, style: Style, implants: Study, implants_results: Results
) -> None:
    """Small ones get more decimals, and still break no rule."""
    record: Record = implants_results["retention.adjusted.fixation.hybrid.hazard_ratio"]
    record = replace(record, value=value, conf_low=min(low, value), conf_high=max(high, value))
    assert faults(f"The hazard ratio was {text(record, style)}.", implants, implants_results, style) == []


@given(n=st.integers(1, 300) | st.sampled_from([2000, 6000]), share=st.floats(0, 1), few=st.booleans())
def test_a_percentage_that_the_program_prints_is_right(
    n: int, share: float, few: bool, implants: Study, implants_results: Results
) -> None:
    """Beside its count, in one cell or two, and where fewer patients have fewer decimals; "<0.1%" as well."""
    style = Style(percent_decimals=1, percent_decimals_below=(100, 0) if few else None)
    count = round(share * n)
    record = replace(implants_results["side.left.percent"], value=100 * count / n, n=n, denominator=n)
    percent = text(record, style)
    cells = [f"{count} ({percent})", str(count), percent]
    row = [Passage("cell", "Table 1", "Table 1, row 2", cell, cell=(1, i)) for i, cell in enumerate(cells)]
    assert numbers_in(PrintedDocument(tuple(row)), implants, implants_results, style).faults == ()


@pytest.mark.parametrize(
    ("words", "wrong"),
    [("65% (95% CI 43–80)", False), ("65.3% (43–80)", False), ("65% (43–80)", False), ("65%", True), ("65.25%", True)],
)
def test_a_rate_with_its_interval_may_be_of_few_patients(
    words: str, wrong: bool, implants: Study, implants_results: Results
) -> None:
    """A reader does not see of how many, so that it may have the decimals of few or of all."""
    style = Style(percent_decimals=1, percent_decimals_below=(50, 0))
    cell = Passage("cell", "Table 1", "Table 1, row 2", words, cell=(1, 1))
    found = numbers_in(PrintedDocument((cell,)), implants, implants_results, style).faults
    assert [fault.rule for fault in found] == ["percent_decimals"] * wrong


@given(value=st.floats(0, 1_000_000), decimals=st.integers(0, 4), style=st.sampled_from(STYLES))
def test_a_printed_number_is_read_back(value: float, decimals: int, style: Style) -> None:
    """Value and decimals, whatever marks it has."""
    printed = number_text(value, decimals, style)
    assert n_decimals(printed) == decimals
    assert math.isclose(value_of(printed) or 0.0, value, abs_tol=0.5000001 * 10**-decimals)


@pytest.mark.parametrize(
    ("words", "broken"),
    [
        ("It differed (p=0.03).", ["p_letter", "p_italic", "p_spaced", "p_decimals"]),
        ("It differed (P = 0,030).", ["p_italic", "decimal_mark"]),
        ("The P value was 0.03.", ["p_italic", "p_decimals"]),
        ("P < 0.05 was significant.", ["p_italic", "p_floor"]),
        ("(P for interaction=0.2)", ["p_italic", "p_spaced", "p_decimals"]),
        ("P = 0.0000 in all.", ["p_italic", "p_values"]),
        ("They had 1·5 on average.", ["decimal_mark"]),
        ("It was 1,5 on average.", ["decimal_mark"]),
        ("There were 12,345 visits.", ["thousands"]),
        ("HR 0.5 (95% CI 0.2–0.9).", ["ratio_decimals"]),
        ("With 95% CI: 0.20-0.90.", ["range_dash"]),
        ("In 12 (40%) of them.", ["percent_decimals"]),
        ("In 40.25% of them.", ["percent_decimals"]),
    ],
)
def test_a_number_typed_in_another_form_breaks_its_rules(
    words: str, broken: list[str], implants: Study, implants_results: Results
) -> None:
    """Each fault is one of the rule that an author would look up."""
    assert faults(words, implants, implants_results, Style()) == broken


@pytest.mark.parametrize(
    "words",
    [
        "P values were not adjusted; see doi:10.1000/1,5 and https://example.org/1·5.",
        "We used R 4.3, Python 3.11 and lifelines 0.30.3.",
        "In 1998 and 2014, at 1, 3 and 5 years, 71% were alive (95% CI 60–80).",
        "A confidence level of 95% was used in Table 1,2 and group P1.",
        "Follow-up ended on 12 July 2014 (see Figure 2).",
        "5 cm or smaller, 12.5 mg, grade 2–3, HLA-B27 and SF-36.",
    ],
)
def test_what_is_no_result_breaks_no_rule(words: str, implants: Study, implants_results: Results) -> None:
    """Years, versions, addresses, names and levels of intervals are no numbers of the study's style."""
    assert faults(words, implants, implants_results, Style()) == []


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("Overall survival (OS) was long; OS ended.", []),
        ("OS was long; overall survival (OS) ended.", ["Results: OS is not explained where it is first used"]),
        ("Hazard ratios (HRs) were low; the HR fell.", []),
        ("The OS (overall survival) was long.", []),
        ("Overall survival (OS) and again overall survival (OS).", ["text: OS is explained 2 times"]),
        ("CI, DNA and stage IV need nothing.", []),
        ("Whether the EQ-5D was kept.", ["Results: EQ-5D is not explained where it is first used"]),
        ("The score (XYZ) is no explanation.", ["Results: XYZ is not explained where it is first used"]),
    ],
)
def test_an_abbreviation_is_explained_where_it_is_first_used(words: str, wrong: list[str]) -> None:
    """By the words before or after it, in singular or plural, once."""
    assert list(undefined(PrintedDocument((Passage("text", "text", "Results", words),)), ())) == wrong
