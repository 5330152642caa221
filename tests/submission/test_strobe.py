"""The STROBE checklist: each item found where the author marked it, its facts computed, red where nothing covers it."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
from pathlib import Path

import pytest
from conftest import IMPLANTS, ROOT
from draft_studies import DraftStudy, draft_study

from lockstep.base.errors import ReportError
from lockstep.document.report import number_style
from lockstep.pdf.lines import printed_lines
from lockstep.pdf.reading import read_pdf
from lockstep.study.model import Study
from lockstep.submission.checklist import checklist_json
from lockstep.submission.strobe import Checklist, checked_reasons, items_of, strobe
from lockstep.submission.strobe_items import ITEMS
from lockstep.text.numbers import text as printed
from lockstep.word.reading import Mark, Paragraph
from lockstep.word.text import ManuscriptText

pytestmark = pytest.mark.slow  # drafts of the flagship, laid out by LibreOffice where it is

MARK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\{#strobe-[\w-]+\}")
NUMBERS = [item.number for item in ITEMS]

MARKED = """---
title: "Retention of implants by fixation"
author: A. Author
---

```{python}
#| include: false
from lockstep import open_study

r = open_study()
```

::: {#abstract .abstract custom-style="Abstract"}
**Results.** [We followed `{python} r.n("flow.analysed")` implants]{#strobe-1b}, and *some* of them were revised.
:::

# Methods

[We looked back at a cohort of implants and [everything]{#strobe-5} else]{#strobe-4-6a} that stayed in place.

# Results

[Of all implants `{python} r.n("retention.events")` were revised]{#strobe-15}, and others were not.

::: {#tbl-baseline}

```{python}
r.table("baseline")
```

[Implants]{#strobe-14a} by fixation.
:::

# Limitations {#strobe-19}

Much was not known.
"""


def checklist_of(draft: DraftStudy, text: ManuscriptText | None = None, **more: object) -> Checklist:
    """Return the checklist of a study's manuscript, or of another text."""
    style = number_style(draft.study)
    return strobe(text or draft.text, draft.results, draft.study, style, **more)  # type: ignore[arg-type]


def without_marks(text: ManuscriptText, number: str) -> ManuscriptText:
    """Return a text whose marks of an item, and only those, are gone; a mark of several items keeps the others."""

    def bare(paragraphs: tuple[Paragraph, ...]) -> tuple[Paragraph, ...]:
        return tuple(
            dataclasses.replace(one, marks=tuple(kept for mark in one.marks for kept in split(mark)))
            for one in paragraphs
        )

    def split(mark: Mark) -> list[Mark]:
        if not mark.name.startswith("strobe"):
            return [mark]
        return [dataclasses.replace(mark, name=f"strobe_{item}") for item in items_of(mark.name) if item != number]

    parts = {name: bare(getattr(text, name)) for name in ("front", "abstract", "body", "captions")}
    return dataclasses.replace(text, **parts)


@pytest.fixture(scope="module")
def marked(built_implants: Path, tmp_path_factory: pytest.TempPathFactory) -> DraftStudy:
    """Return the second study with a text that has marks of every kind."""
    return draft_study(built_implants, tmp_path_factory.mktemp("marked") / "study", report=MARKED)


def test_the_statement_has_its_items() -> None:
    """All 22 items with their sub-items, in order."""
    assert list(dict.fromkeys(int(re.sub(r"\D", "", number)) for number in NUMBERS)) == list(range(1, 23))
    letters = {"1": "ab", "6": "ab", "12": "abcde", "13": "abc", "14": "abc", "16": "abc"}
    assert [number for number in NUMBERS if not number.isdigit()] == [f"{n}{c}" for n in letters for c in letters[n]]


def test_the_wording_is_that_of_the_statement() -> None:
    """Where the article, which may be passed on, and the forms of the initiative's site differ, it is the article's."""
    wording = {item.number: item.recommendation for item in ITEMS}
    assert wording["11"].endswith("describe which groupings were chosen, and why")
    assert wording["13a"].startswith("Report the numbers of individuals at each stage of the study—e.g., numbers")
    assert wording["14b"].startswith("Indicate the number of participants")
    assert [number for number, text in wording.items() if "e.g., " in text] == ["13a", "14a", "14c", "16a", "17"]
    assert not [number for number, text in wording.items() if re.search(r"\beg\b|Cohort study", text)]
    assert {re.sub(r"\D", "", item.number) for item in ITEMS if item.by_group} == {"8", "13", "14", "15"}


def test_facts_are_spelled_alike_everywhere(drafts: dict[str, DraftStudy]) -> None:
    """Manuscripts are in American or British spelling; the facts do without the word that shows it."""
    told = " ".join(fact.text for entry in checklist_of(drafts["flagship"]).entries for fact in entry.facts)
    assert "in the analysis" in told
    assert re.search(r"analy[sz]ed", told) is None


def test_a_mark_is_found_wherever_it_stands(marked: DraftStudy) -> None:
    """In abstract, caption and text, nested, around inline results, for several items, and at a heading."""
    checklist = checklist_of(marked)
    found = {entry.item.number: [(s.section, s.paragraph, s.words) for s in entry.spots] for entry in checklist.entries}
    n, events = (
        printed(marked.results[name], number_style(marked.study)) for name in ("flow.analysed", "retention.events")
    )
    assert {number: spots for number, spots in found.items() if spots} == {
        "1b": [("Abstract", 1, f"We followed {n.split()[0]} implants")],
        "4": [("Methods", 1, "We looked back at a cohort of implants and everything else")],
        "5": [("Methods", 1, "everything")],
        "6a": [("Methods", 1, "We looked back at a cohort of implants and everything else")],
        "14a": [("Table\N{NO-BREAK SPACE}1", 0, "Implants")],
        "15": [("Results", 1, f"Of all implants {events.split()[0]} were revised")],
        "19": [("Limitations", 1, "Much was not known.")],
    }


def test_marks_leave_the_text_as_it_is(marked: DraftStudy, built_implants: Path, tmp_path: Path) -> None:
    """Word file and PDF of a text with marks print what they print without."""
    plain = MARKED.replace(" {#strobe-19}", "")
    while MARK.search(plain):
        plain = MARK.sub(r"\1", plain)
    assert "strobe" not in plain
    bare = draft_study(built_implants, tmp_path / "study", report=plain)
    assert read_pdf(bare.pdf).text == read_pdf(marked.pdf).text
    assert [one.text for one in bare.text.body] == [one.text for one in marked.text.body]
    assert bare.text.floats == marked.text.floats


@pytest.mark.parametrize(
    ("cut", "lost"),
    [
        ("Much was not known.\n", {"19"}),
        (
            "[We looked back at a cohort of implants and [everything]{#strobe-5} else]{#strobe-4-6a} that stayed",
            {"4", "5", "6a"},
        ),
        ('Of all implants `{python} r.n("retention.events")` were revised', {"15"}),
    ],
)
def test_an_emptied_section_turns_its_items_red(
    cut: str, lost: set[str], marked: DraftStudy, built_implants: Path, tmp_path: Path
) -> None:
    """A deleted sentence, an emptied mark or a heading over nothing covers nothing; other items stay as they were."""
    assert cut in MARKED
    emptied = draft_study(built_implants, tmp_path / "study", report=MARKED.replace(cut, ""))
    before, after = set(checklist_of(marked).uncovered), set(checklist_of(emptied).uncovered)
    assert after - before == lost
    assert before <= after


def test_the_flagship_covers_what_it_says_it_covers(drafts: dict[str, DraftStudy]) -> None:
    """One item has a reason, and the text covers all others."""
    draft = drafts["flagship"]
    checklist = checklist_of(draft, reasons=draft.front_matter["strobe"])
    assert checklist.uncovered == ()
    assert [entry.item.number for entry in checklist.entries if entry.status == "explained"] == ["6b"]
    assert checklist["6b"].reason == "the study is not matched"


@pytest.mark.parametrize("number", [number for number in NUMBERS if number not in ("1a", "6b")])
def test_a_removed_mark_turns_exactly_its_item_red(number: str, drafts: dict[str, DraftStudy]) -> None:
    """Every item of the flagship that is covered is covered by its own marks."""
    draft = drafts["flagship"]
    before = checklist_of(draft).uncovered
    after = checklist_of(draft, without_marks(draft.text, number)).uncovered
    assert set(after) - set(before) == {number}


def test_a_title_that_names_the_design_covers_1a(drafts: dict[str, DraftStudy]) -> None:
    """Without the word in the title, and without a mark, the item is red."""
    text = drafts["flagship"].text
    assert "1a" not in checklist_of(drafts["flagship"]).uncovered
    for title in ("Treatment and survival", "Long-term follow-up of implants"):
        renamed = dataclasses.replace(text, title=title)
        assert "1a" in checklist_of(drafts["flagship"], renamed).uncovered


def test_every_mark_of_the_flagship_has_its_page_and_line(drafts: dict[str, DraftStudy]) -> None:
    """The words stand on the page and in the line that the checklist gives."""
    draft = drafts["flagship"]
    lines = printed_lines(read_pdf(draft.pdf))
    checklist = checklist_of(draft, pdf_lines=lines)
    for entry in checklist.entries:
        for spot in entry.spots:
            assert spot.pdf is not None, entry.item.number
            if spot.pdf.line is None or spot.section == "Title":
                continue
            there = " ".join(
                line.text
                for line in lines
                if line.number in (spot.pdf.line, spot.pdf.line + 1) and line.page >= spot.pdf.page
            )
            assert spot.words.split()[0] in there.replace("\N{NO-BREAK SPACE}", " "), entry.item.number


# ---- facts ---------------------------------------------------------------------------------------------------------


def facts(checklist: Checklist, number: str) -> str:
    """Return the facts on an item, spaces made plain."""
    return " ".join(fact.text for fact in checklist[number].facts).replace("\N{NO-BREAK SPACE}", " ")


def test_facts_are_the_records(drafts: dict[str, DraftStudy]) -> None:
    """Flow, reasons, missing values, events, follow-up and estimates are those of results.json."""
    draft = drafts["flagship"]
    checklist, results, style = checklist_of(draft), draft.results, number_style(draft.study)
    flow = [results[f"flow.{name}"].value for name in ("reviewed", "excluded", "analysed")]
    assert facts(checklist, "13a") == f"{flow[0]} reviewed − {flow[1]} excluded = {flow[2]} in the analysis."
    assert int(str(flow[0])) - int(str(flow[1])) == flow[2]
    for entry in checklist.entries:
        for fact in entry.facts:
            for record_id in fact.ids:
                record = results[record_id]
                if record.kind == "date" or record_id.endswith((".min", ".max")):
                    continue
                shown = printed(record, style) if record.kind != "p_value" else ""
                assert shown.split(" (")[0].split("\N{NO-BREAK SPACE}")[0] in fact.text, (record_id, fact.text)


def test_missing_values_are_those_of_the_data_file(drafts: dict[str, DraftStudy]) -> None:
    """Counted here from the file itself, blank cells and all."""
    with (IMPLANTS / "data" / "implants.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    labels = {"fixation": "Fixation", "side": "Side", "bmi": "Body-mass index"}
    blank = {label: sum(1 for row in rows if row[name].strip() == "") for name, label in labels.items()}
    some = {label: count for label, count in blank.items() if count}
    checklist = checklist_of(drafts["implants"])
    assert len(some) > 1
    for label, count in blank.items():
        assert f"{label} {count}" in facts(checklist, "14b")
        assert (f"{label}: {count} of {len(rows)} missing." in facts(checklist, "12c")) == (count > 0)
    assert f"Variables with missing values: {len(some)} of {len(blank)}." in facts(checklist, "12c")


def test_category_boundaries_are_those_of_the_study(study: Study, drafts: dict[str, DraftStudy]) -> None:
    """Every cut of study.toml, with its unit."""
    told = facts(checklist_of(drafts["flagship"]), "16b")
    for derived in study.categories.values():
        if derived.cut:
            unit = study.columns[derived.cut].unit
            assert f"{study.label(derived.cut)} cut at {derived.at[0]:g} {unit}" in told


def test_a_fact_follows_the_results(drafts: dict[str, DraftStudy]) -> None:
    """Another number of excluded patients prints in the checklist: nothing is typed."""
    draft = drafts["flagship"]
    records = tuple(
        dataclasses.replace(record, value=77) if record.id.startswith("flow.excluded") else record
        for record in draft.results
    )
    changed = dataclasses.replace(draft, results=dataclasses.replace(draft.results, records=records))
    assert "77 excluded" in facts(checklist_of(changed), "13a")
    assert "77" in facts(checklist_of(changed), "13b")


def test_facts_print_numbers_in_the_style(drafts: dict[str, DraftStudy]) -> None:
    """Thousands of denominators are set apart and units have the journal's name: no checklist fails for its own."""
    draft = drafts["flagship"]
    records = tuple(dataclasses.replace(record, denominator=12345) for record in draft.results)
    results = dataclasses.replace(draft.results, records=records)
    style = dataclasses.replace(number_style(draft.study), thousands=",", units={"years": "y"})
    one_year = dataclasses.replace(draft.study.time, landmarks=(1.0,))
    for study, after in ((draft.study, "y: "), (dataclasses.replace(draft.study, time=one_year), "at 1 y: ")):
        checklist = strobe(draft.text, results, study, style)
        told = {number: facts(checklist, number) for number in ("12d", "14b", "15", "16c")}
        assert "of 12,345 censored" in told["12d"]
        assert "Missing, of 12,345: " in told["14b"]
        assert "of 12,345 had the event" in told["15"]
        assert after in told["16c"]
    plain_style = number_style(draft.study)
    at_one = facts(strobe(draft.text, results, dataclasses.replace(draft.study, time=one_year), plain_style), "16c")
    assert "at 1 year: " in at_one


def test_facts_say_nothing_of_what_a_study_has_not(drafts: dict[str, DraftStudy]) -> None:
    """A study without dates, rules, subgroup and follow-up has no facts on them, and no error either."""
    checklist = checklist_of(drafts["implants"])
    assert [facts(checklist, number) for number in ("5", "12b", "13b", "14c", "17")] == [""] * 5
    assert "Uncemented" in facts(checklist, "16a")


# ---- what is wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("strobe_6a", ("6a",)),
        ("strobe_13a_13b", ("13a", "13b")),
        ("strobe_12a_survival", ("12a",)),
        ("strobe_6", ("6a", "6b")),
        ("strobe_5_5", ("5",)),
    ],
)
def test_a_mark_names_its_items(name: str, items: tuple[str, ...]) -> None:
    """Items by their numbers, all sub-items by that of the item, and words that only tell marks apart."""
    assert items_of(name) == items


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("strobe_23", "#strobe-23 names the item '23'"),
        ("strobe_12f", "did you mean '12"),
        ("strobe_methods", "names no item; write one such as #strobe-6a"),
        ("strobe_12a_" + "x" * 29, "longer than Word allows"),
    ],
)
def test_a_mark_of_no_item_is_an_error(name: str, message: str) -> None:
    """A slip of the pen does not leave an item red without a word."""
    with pytest.raises(ReportError, match=message):
        items_of(name)


@pytest.mark.parametrize(
    ("reasons", "message"),
    [
        (["6b"], "is no table of items and reasons"),
        ({"6c": "none"}, "names the item '6c'"),
        ({"6b": ""}, "gives no reason for 6b"),
        ({"6b": True}, "gives no reason for 6b"),
    ],
)
def test_a_wrong_reason_is_an_error(reasons: object, message: str) -> None:
    """What the front matter says of an item is checked."""
    with pytest.raises(ReportError, match=message):
        checked_reasons(reasons)


def test_programs_can_read_the_checklist(drafts: dict[str, DraftStudy]) -> None:
    """The JSON has every item with its status, its places and the ids of its facts."""
    draft = drafts["flagship"]
    checklist = checklist_of(draft, pdf_lines=printed_lines(read_pdf(draft.pdf)))
    read = json.loads(checklist_json(checklist))
    assert [item["item"]["number"] for item in read["items"]] == NUMBERS
    assert read["not_covered"] == list(checklist.uncovered)
    by_number = {item["item"]["number"]: item for item in read["items"]}
    assert by_number["13a"]["facts"][0]["ids"] == ["flow.reviewed", "flow.excluded", "flow.analysed"]
    assert by_number["13a"]["spots"][0]["pdf"]["page"] >= 1


def test_the_report_and_its_documentation_speak_of_the_same_marks() -> None:
    """What docs/drafts.md shows of marks is read as it says."""
    shown = re.findall(r"#(strobe-[\w-]+)", (ROOT / "docs" / "drafts.md").read_text(encoding="utf-8"))
    assert shown
    for name in shown:
        assert items_of(name)
