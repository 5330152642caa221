"""A journal's file restyles every number of the manuscript, states what it has a sentence for, and errs by line."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analysis.errors import ReportError
from analysis.results import Curve, Record, Results
from analysis.study import Study
from manuscript import illustrations, numbers
from manuscript.document import Report, style_of
from manuscript.journal_file import Journal, parse_journal
from manuscript.journal_rules import RULES
from manuscript.journals import FOLDER, journals_for, read_journal, styled
from manuscript.panels import figure_content
from manuscript.places import places_in, printed_at
from manuscript.render import cells
from manuscript.render.pandoc import read_markdown
from manuscript.render.project import config_for, profiles_told, read_project
from manuscript.render.qmd import Document, Inline, Prose, parse, read_qmd
from manuscript.render.subset import resolve_conditions, without_comments
from manuscript.render.tree import Node, attributes, citation_keys, plain_text, walk
from manuscript.style import Style

ROOT = Path(__file__).parent.parent
SHIPPED = (
    "annals-of-internal-medicine", "annals-of-surgical-oncology", "bmj", "generic", "jama-oncology", "lancet-oncology",
    "nejm", "plos-one",
)  # fmt: skip

RULE = """schema = 1
title = "A journal"

[rules.p_decimals]
value = 2
quote = "P values have two decimals."
source = "https://example.org/authors"
read = 2026-11-25
"""


def plain(text: str) -> str:
    """Return a text with ordinary spaces, those between thousands too."""
    return re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", text)


def style_for(name: str) -> Style:
    """Return the style of a shipped journal, over that of no study in particular."""
    return styled(Style(), read_journal(name, ROOT))


def record(kind: str, value: float, **fields: Any) -> Record:
    """Return a record of which only kind and value matter, unless more is said."""
    return Record(**{"id": "x", "kind": kind, "value": value, "label": "x", "population": "all", "n": 0, "method": "m"} | fields)  # fmt: skip  # noqa: E501


# ---- files ---------------------------------------------------------------------------------------------------------


def test_the_eight_journals_are_there() -> None:
    """Each file is read, has a title of its own, and no file is left out here."""
    assert tuple(sorted(journals_for(ROOT))) == SHIPPED
    assert len({read_journal(name, ROOT).title for name in SHIPPED}) == len(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_rule_has_a_short_quote_and_says_how_it_was_seen(name: str) -> None:
    """A quote is under 30 words and no future reading; what is second-hand or of another's copy is marked or noted."""
    for rule in read_journal(name, ROOT).rules.values():
        assert len(rule.quote.split()) < 30, rule.name
        assert date(2026, 1, 1) <= rule.read <= date(2026, 11, 25), rule.name
        assert rule.secondary or rule.note, f"{rule.name}: read in the journal itself? Say where."


@pytest.mark.parametrize("name", SHIPPED)
def test_a_number_that_is_a_limit_stands_in_its_quote(name: str) -> None:
    """A limit of words, items, sizes is a number that its own sentence has (in words, millimetres or centimetres)."""
    counted = re.compile(
        r"_(words|characters|points|megabytes|dpi)$|^(references|display_items|tables|figures|heading_levels)$"
    )
    for rule in read_journal(name, ROOT).rules.values():
        if counted.search(rule.name):
            limits = rule.value.values() if isinstance(rule.value, dict) else [rule.value]
            written = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", rule.quote)}
            assert set(limits) <= written, (rule.name, rule.quote)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value = 2", "value = -2", "j.toml:5: [rules.p_decimals]: value is -2; expected a whole number from 1."),
        ("value = 2", "value = true", "j.toml:5: [rules.p_decimals]: value is True; expected a whole number from 1."),
        ("p_decimals", "p_decimal", "j.toml:4: unknown rule 'p_decimal'; did you mean 'p_decimals'"),
        ('quote = "P values have two decimals."\n', "", "j.toml:4: [rules.p_decimals] has no quote."),
        ('"P values have two decimals."', '""', "j.toml:6: [rules.p_decimals] has no quote."),
        ('source = "https://example.org/authors"\n', "", "j.toml:4: [rules.p_decimals] has no source."),
        ("https://", "", "j.toml:7: [rules.p_decimals]: source is 'example.org/authors'; expected an address"),
        ("2026-11-25", '"today"', "j.toml:8: [rules.p_decimals]: read is 'today'; expected the day it was read"),
        ("2026-11-25", "2026-11-25T10:00:00", "j.toml:8: [rules.p_decimals]: read is"),
        ("2026-11-25", "2026-11-25\nsecondary = 1", "j.toml:9: [rules.p_decimals]: secondary is 1; expected true or"),
        ("2026-11-25", "2026-11-25\nqoute = 1", "j.toml:9: [rules.p_decimals]: unknown key 'qoute'; did you"),
        ("schema = 1", "schema = 2", "j.toml:1: `schema = 1` is missing"),
        ('title = "A journal"', "", "j.toml: `title` is missing"),
        ("title", "name = 1\ntitle", "j.toml:2: unknown key 'name'"),
        ("value = 2", "value = ", "j.toml: not valid TOML: Invalid value (at line 5"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(old: str, new: str, message: str) -> None:
    """One clear error says the line, what is wrong with it and what was expected."""
    content = RULE.replace(old, new, 1) if old in RULE else pytest.fail(old)
    with pytest.raises(ReportError) as caught:
        parse_journal(content.encode(), name="j", file="j.toml")
    assert str(caught.value).startswith(message)


def test_a_value_of_the_wrong_shape_is_refused_for_every_rule() -> None:
    """No rule takes nothing, an empty text, table or list, or a table of unknown keys."""
    for name, kind in RULES.items():
        refused = (None, "", {}, [], {"no": "such"}) if name not in ("units", "abstract_names") else (None, "", {}, [])
        assert not any(kind.accepts(value) for value in refused), name
        assert kind.meaning, name
        assert kind.allowed, name


def test_the_study_s_own_file_wins(tmp_path: Path) -> None:
    """A journal in the study's folder stands before one of the same name that comes with the program."""
    own = tmp_path / FOLDER / "nejm.toml"
    own.parent.mkdir(parents=True)
    own.write_text(RULE, encoding="utf-8")
    assert read_journal("nejm", tmp_path).title == "A journal"
    assert read_journal("bmj", tmp_path).title == "The BMJ"
    with pytest.raises(ReportError, match=r"^no journal 'njm'; did you mean 'nejm'\? Journals here: annals-of-int"):
        read_journal("njm", tmp_path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "nejm.toml", "my journal", "", "-x", "nejm\n"])
def test_what_is_no_name_of_a_journal_is_refused(name: str, tmp_path: Path) -> None:
    """A path is no name, and nobody is told to make a file there."""
    with pytest.raises(ReportError, match=r" is no name of a journal, which has letters, digits and hyphens") as error:
        read_journal(name, tmp_path)
    assert ".toml." not in str(error.value)


def test_what_a_journal_is_not_known_to_want_stays() -> None:
    """A file without rules changes nothing but the name."""
    empty = Journal("none", "None", {})
    assert styled(Style(thousands="'"), empty) == replace(Style(thousands="'"), name="none")


# ---- the same numbers in eight styles ------------------------------------------------------------------------------

# By hand, after the quotes: P of 0.0004, 0.0123, 0.0497, 0.238 and 0.9996; a hazard ratio with interval, alone and in
# parentheses; 42.25% of 142 and of 1000 patients; 12345; the range from -2 to 5; the level of significance.
EXPECTED = {
    "generic": (
        "P < 0.001", "P = 0.012", "P = 0.0497", "P = 0.238", "P > 0.999",
        "0.34 (95% CI 0.20–0.56)", "0.34, 95% CI 0.20–0.56", "42.3%", "42.3%", "12345", "−2 to 5", "0.05",
    ),
    "plos-one": (
        "P < 0.001", "P = 0.012", "P = 0.0497", "P = 0.238", "P > 0.999",
        "0.34 (95% CI 0.20–0.56)", "0.34, 95% CI 0.20–0.56", "42.3%", "42.3%", "12345", "−2 to 5", "0.05",
    ),
    "annals-of-surgical-oncology": (
        "P < 0.001", "P = 0.012", "P = 0.0497", "P = 0.238", "P > 0.999",
        "0.34 (95% CI 0.20–0.56)", "0.34, 95% CI 0.20–0.56", "42.3%", "42.3%", "12345", "−2 to 5", "0.05",
    ),
    "jama-oncology": (
        "P<.001", "P=.01", "P=.0497", "P=.24", "P>.99",
        "0.34 (95% CI, 0.20-0.56)", "0.34; 95% CI, 0.20-0.56", "42.3%", "42.3%", "12 345", "−2 to 5", ".05",
    ),
    "lancet-oncology": (
        "p=0·0004", "p=0·012", "p=0·0497", "p=0·24", "p>0·99",
        "0·34 (95% CI 0·20–0·56)", "0·34, 95% CI 0·20–0·56", "42·3%", "42·3%", "12345", "−2 to 5", "0·05",
    ),
    "bmj": (
        "P < 0.001", "P = 0.012", "P = 0.0497", "P = 0.238", "P > 0.999",
        "0.34 (95% CI 0.20 to 0.56)", "0.34, 95% CI 0.20 to 0.56", "42.3%", "42.3%", "12 345", "−2 to 5", "0.05",
    ),
    "annals-of-internal-medicine": (
        "P<0.001", "P=0.012", "P=0.0497", "P=0.24", "P>0.99",
        "0.34 (95% CI, 0.20 to 0.56)", "0.34; 95% CI, 0.20 to 0.56", "42%", "42.3%", "12 345", "−2 to 5", "0.05",
    ),
    "nejm": (
        "P<0.001", "P=0.01", "P=0.0497", "P=0.24", "P>0.99",
        "0.34 (95% CI, 0.20 to 0.56)", "0.34; 95% CI, 0.20 to 0.56", "42.3%", "42.3%", "12,345", "−2 to 5", "0.05",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_numbers_print_as_each_journal_wants_them(name: str) -> None:
    """Eight journals, twelve prints each."""
    style = style_for(name)
    ratio = record("hazard_ratio", 0.3402, conf_low=0.2049, conf_high=0.5561, conf_level=0.95)
    printed = (
        *(numbers.p_text(p, style) for p in (0.0004, 0.0123, 0.0497, 0.238, 0.9996)),
        numbers.text(ratio, style),
        numbers.text(ratio, style, nested=True),
        numbers.value_text(record("percent", 42.25, unit="%", denominator=142), style),
        numbers.value_text(record("percent", 42.25, unit="%", denominator=1000), style),
        numbers.bare_text(record("count", 12345), style),
        numbers.span_text(*(numbers.number_text(value, 0, style) for value in (-2, 5)), style),
        numbers.bare_text(record("setting", 0.05, id="setting.alpha"), style),
    )
    assert tuple(map(plain, printed)) == EXPECTED[name]


def test_two_significant_digits_never_take_more_than_four_decimals() -> None:
    """Of The Lancet: 0.00012 has one digit left, and what is below 0.0001 prints as such."""
    style = style_for("lancet-oncology")
    assert [numbers.p_text(p, style) for p in (0.5, 0.0621, 0.00621, 0.000621, 0.00012, 0.00009)] == [
        "p=0·50", "p=0·062", "p=0·0062", "p=0·0006", "p=0·0001", "p<0·0001",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("p", "jama", "nejm", "annals"),
    [
        (0.0099, "P=.010", "P=0.010", "P=0.010"),
        (0.01, "P=.01", "P=0.01", "P=0.010"),
        (0.1999, "P=.20", "P=0.20", "P=0.200"),
        (0.2, "P=.20", "P=0.20", "P=0.20"),
        (0.001, "P=.001", "P=0.001", "P=0.001"),
    ],
)
def test_decimals_change_at_the_bound_that_the_quote_names(p: float, jama: str, nejm: str, annals: str) -> None:
    """At 0.01 in JAMA and NEJM, at 0.20 in the Annals."""
    names = ("jama-oncology", "nejm", "annals-of-internal-medicine")
    assert tuple(numbers.p_text(p, style_for(name)) for name in names) == (jama, nejm, annals)


# ---- the flagship in each journal ----------------------------------------------------------------------------------

# What stands in the manuscript, and what a number of another journal would look like there.
FORMS = {
    "generic": (r"95% CI \d+–\d+\b", r"95% CI,|[^ ]=0?\.\d|\d·\d|CI [\d.]+ to \d"),
    "plos-one": (r"P = 0\.012", r"95% CI,|P=|p = |\d·\d|CI [\d.]+ to \d"),
    "annals-of-surgical-oncology": (r"P < 0\.001", r"95% CI,|P=|p = |\d·\d|CI [\d.]+ to \d"),
    "jama-oncology": (r"95% CI, 0\.20-0\.56", r"95% CI \d|P ?[=<>] ?0|P [=<>]|\d·\d|\d–\d"),
    "lancet-oncology": (r"95% CI 0·20–0·56", r"95% CI,|P ?[=<>]|p [=<>]|\d\.\d|CI [\d·]+ to \d"),
    "bmj": (r"95% CI 0\.20 to 0\.56", r"95% CI,|P=|\d·\d|\d–\d"),
    "annals-of-internal-medicine": (r"95% CI, 0\.20 to 0\.56", r"95% CI \d|P [=<>]|\d\.\d%|\d·\d|\d–\d"),
    "nejm": (r"95% CI, 0\.20 to 0\.56", r"95% CI \d|P [=<>]|P[=<>]\.|\d·\d|\d–\d"),
}
# Numbers that do not come from the data: versions, names of places, statements of another paper in the audit.
_OWN = re.compile(r"RECIST 1\.1|tbl-audit|{[^}]*}")


@pytest.fixture(scope="module")
def flagship() -> Document:
    """Return the document of the flagship study."""
    return read_qmd(ROOT / "report.qmd")


def printed_in(report: Report, document: Document, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return all that the document prints of results in a report's style, alternative texts of figures too."""
    monkeypatch.setattr("manuscript.places.style_of", lambda _: report.style)
    texts = []
    for place in places_in(document):
        if place.method == "table":
            texts.append(report.table(place.arguments[0]).markdown)
        elif place.method == "figure":
            content = figure_content(
                report.study.figures[place.arguments[0]], report.study, report.results, report.style
            )
            texts.append(illustrations.alt_text(content))
            for panel in content.panels:
                texts += [*panel.tick_labels, panel.p_text, *(group.median_text for group in panel.groups)]
        else:
            found = printed_at(place, report.study, report.results)
            texts.append(found.text if found is not None else getattr(report, place.method)(*place.arguments).text)
    return [plain(re.sub(r"\\|&#8722;", "", text)) for text in texts]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_flagship_has_the_form_of_each_journal(
    name: str, study: Study, results: Results, flagship: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text, captions, tables, figures and alternative texts have it; none has a number of another form."""
    wanted, foreign = FORMS[name]
    report = Report(results, style_of(study, read_journal(name, ROOT)), study)
    texts = printed_in(report, flagship, monkeypatch)
    assert len(texts) > 150
    assert any(re.search(wanted, text) for text in texts)
    for text in texts:
        wrong = re.search(foreign, _OWN.sub("", re.sub(r"<[^<>]*\bstyle=[^<>]*>", "", text)))
        assert wrong is None, (wrong and wrong[0], text[:200])


def test_every_caption_prints_its_numbers_in_the_style(flagship: Document) -> None:
    """No number is typed into prose or a caption, so that no journal's form can miss it."""
    typed = [
        word
        for part in flagship.parts
        if isinstance(part, Prose)
        for word in re.findall(
            r"\*P\*|\b\d+\.\d+|\b\d+%|\b95\b", re.sub(r"RECIST 1\.1|^---.*?^---", "", part.text, flags=re.S | re.M)
        )
    ]
    assert typed == []


def test_tables_follow_the_journal(study: Study, results: Results) -> None:
    """Cells, marks of notes and the letter of P: "60 (42.3%)" in one cell, raised letters, "No.", whole percents."""

    def table(name: str, journal: str) -> str:
        return plain(Report(results, style_of(study, read_journal(journal, ROOT)), study).table(name).markdown)

    assert "98 (69.0%)" not in table("characteristics", "nejm")
    assert ">98 (69.0%)</td>" in table("characteristics", "jama-oncology")
    assert "Age at diagnosis, years<sup>a</sup>" in table("characteristics", "jama-oncology")
    assert "^a^ Median (range)" in table("characteristics", "jama-oncology")
    assert "Age at diagnosis, years*" in table("characteristics", "annals-of-internal-medicine")
    assert "Values are No. (% of the group)" in table("response", "jama-oncology")
    assert "Values are n (% of the group)" in table("response", "nejm")
    assert re.search(r">54 \(68%\)<", table("response", "annals-of-internal-medicine"))
    assert re.search(r">54 \(68·4%\)<", table("response", "lancet-oncology"))
    assert "<em>p</em>" in table("models", "lancet-oncology")


def test_thousands_and_units_reach_every_place(study: Study, results: Results) -> None:
    """Counts in alternative texts, at the ticks of figures and in "of" phrases, units in tables and at axes."""
    style = replace(style_of(study), thousands=",", thousands_from=1000, units={"years": "y", "days": "d"})
    records = tuple(_grown(item) for item in results.records)
    grown = replace(results, records=records, curves=tuple(_grown_curve(curve) for curve in results.curves))
    report = Report(grown, style, study)
    assert report.n("flow.analysed").text == "142,000"
    assert report.n_of("response.by_local_treatment.yes.cr").text == "54,000 of 79,000"
    assert "(n = 142,000)" in report.table("characteristics").markdown
    assert "Age at diagnosis, y<" in report.table("characteristics").markdown.replace("†", "<")
    assert "per y<" in report.table("models").markdown
    assert report.value("setting.age_group.cut").text == "60\N{NO-BREAK SPACE}y"
    content = figure_content(study.figures["by_local_treatment"], study, grown, style)
    panel = content.panels[0]
    assert panel.time_label == "Time (y)"
    assert panel.groups[0].risk_texts[0] == "63,000 (0)"
    assert panel.groups[0].median_text.startswith("1,638\N{NO-BREAK SPACE}d ")
    assert "A, Overall survival, 142,000 patients. Without local treatment, 63,000 patients, median 1,638 d" in (
        illustrations.alt_text(content)
    )


def _grown(item: Record) -> Record:
    """Return a count and its denominator a thousand times as large."""
    if item.kind != "count" or not isinstance(item.value, int):
        return item
    return replace(
        item, value=item.value * 1000, denominator=None if item.denominator is None else item.denominator * 1000
    )


def _grown_curve(curve: Curve) -> Curve:
    """Return a curve of a thousand times as many patients at the ticks."""
    table = curve.risk_table
    counts = {name: tuple(n * 1000 for n in getattr(table, name)) for name in ("n_at_risk", "n_events", "n_censored")}
    return replace(curve, n=curve.n * 1000, risk_table=replace(table, **counts))


# ---- what Quarto reads ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("target", ["docx", "typst"])
def test_the_two_files_of_a_journal_agree(name: str, target: str, flagship: Document) -> None:
    """_quarto-<journal>.yml has spacing and line numbers as the rules say; without a rule, those for reviewers."""
    journal = read_journal(name, ROOT)
    project = read_project(ROOT, fallback=ROOT, profiles=[name])
    config = config_for(target, project, flagship)
    assert config["linestretch"] == journal.value("line_spacing", 2)
    assert config["line-numbers"] is (journal.value("line_numbers", "continuous") == "continuous")
    assert config["papersize"] in ("a4", "letter")
    word = journal.value("figure_word", "Figure")
    assert project.config.get("crossref", {}).get("fig-prefix", "Figure") == word
    assert Path(config["csl"]).is_file()
    assert ("http" in (ROOT / f"_quarto-{name}.yml").read_text(encoding="utf-8")) is False


@pytest.mark.parametrize(
    ("name", "layout", "after"),
    [
        ("lancet-oncology", "superscript", True), ("jama-oncology", "superscript", True), ("nejm", "superscript", True),
        ("plos-one", "[", False), ("bmj", "[", False), ("generic", "[", False),
        ("annals-of-internal-medicine", "(", False), ("annals-of-surgical-oncology", "[", False),
    ],
)  # fmt: skip
def test_citations_are_marked_as_the_journal_does(name: str, layout: str, after: bool, flagship: Document) -> None:
    """Raised numbers, after a comma or full stop, or numbers in brackets or parentheses."""
    config = config_for("docx", read_project(ROOT, fallback=ROOT, profiles=[name]), flagship)
    style = Path(config["csl"]).read_text(encoding="utf-8")
    tag = re.search(r"<citation\b.*?<layout([^>]*)>", style, re.DOTALL)
    assert tag is not None
    assert 'vertical-align="sup"' in tag[1] if layout == "superscript" else f'prefix="{layout}"' in tag[1]
    assert bool(config.get("notes-after-punctuation")) is after


# ---- the abstract and the boxes ------------------------------------------------------------------------------------


def front_of(name: str, target: str) -> list[Node]:
    """Return the blocks before the first heading, as the built-in renderer gives them to a format; "" is no journal."""
    text = (ROOT / "report.qmd").read_text(encoding="utf-8").partition("# Introduction")[0]
    document = parse(text, path=ROOT / "report.qmd")
    project = read_project(ROOT, fallback=ROOT, profiles=[name] if name else [])
    with profiles_told(project):
        markdown = cells.run(document, {"echo": False}).markdown
    tree = without_comments(read_markdown(markdown, {}, folder=ROOT))
    blocks: list[Node] = resolve_conditions(tree, target, project.profiles, document)["blocks"]
    return blocks


def paragraphs_of(identifier: str, blocks: list[Node]) -> list[Node]:
    """Return the paragraphs of a div; they are all that it holds, so that its style reaches each."""
    found = [node for node in blocks if node["t"] == "Div" and attributes(node)[0] == identifier]
    assert len(found) < 2
    paragraphs = found[0]["c"][1] if found else []
    assert {node["t"] for node in paragraphs} <= {"Para"}
    return paragraphs


def labels(paragraphs: list[Node]) -> list[str]:
    """Return the bold labels that open paragraphs, without their full stop."""
    firsts = [node["c"][0] for node in paragraphs]
    return [plain_text(first).removesuffix(".") for first in firsts if first["t"] == "Strong"]


@pytest.mark.parametrize("target", ["docx", "typst"])
@pytest.mark.parametrize("name", ["", *SHIPPED])
def test_abstract_and_boxes_are_those_of_the_journal(name: str, target: str) -> None:
    """The abstract has the journal's parts in order, within its limit of words; its boxes are there, no other's are."""
    journal = read_journal(name, ROOT) if name else Journal("", "", {})
    blocks = front_of(name, target)
    abstract, box = paragraphs_of("abstract", blocks), paragraphs_of("box", blocks)
    usual = ["Background", "Methods", "Results", "Conclusions"]
    assert labels(abstract) == journal.value("abstract_headings", usual)
    assert sum(len(plain_text(node).split()) for node in abstract) <= journal.value("abstract_words", 250)
    titles = [plain_text(node) for node in box if len(node["c"]) == 1]
    assert titles == journal.value("boxes", [])


def test_parts_that_journals_share_are_written_once() -> None:
    """The results and the conclusions of the abstract stand once in the document, whatever the journal calls them."""
    text = (ROOT / "report.qmd").read_text(encoding="utf-8")
    assert text.count('r.heading("Results")') == text.count('r.heading("Conclusions")') == 1


@pytest.mark.parametrize("name", ["", *SHIPPED])
def test_the_flagship_keeps_to_the_limits_of_tables_and_references(name: str) -> None:
    """What a journal has no room for is left out in its profile alone, without a gap in a sentence."""
    journal = read_journal(name, ROOT) if name else Journal("", "", {})
    document = read_qmd(ROOT / "report.qmd")
    text = "".join(
        part.text if isinstance(part, Prose) else "N" if isinstance(part, Inline) else "" for part in document.parts
    )
    tree = without_comments(read_markdown(text, {}, folder=ROOT))
    blocks = resolve_conditions(tree, "docx", [name], document)["blocks"]
    found = {attributes(node)[0]: node for node in walk(blocks) if re.match(r"(tbl|fig)-", attributes(node)[0])}
    floats = [label for label, node in found.items() if "Supplementary." not in plain_text(node)]
    references = {key for key in citation_keys({"blocks": blocks}) if not re.match(r"(tbl|fig|sec)-", key)}
    assert len(floats) <= journal.value("display_items", 6)
    assert len(references) <= journal.value("references", 40)
    cited = {key for key in citation_keys({"blocks": blocks}) if re.match(r"(tbl|fig)-", key)}
    assert cited <= set(found)
    assert not re.search(r"  |\w [,;.]|,,|;;", plain_text([node for node in blocks if node["t"] == "Para"]))


# ---- the documentation ---------------------------------------------------------------------------------------------


def test_the_documentation_has_every_rule() -> None:
    """docs/journals.md lists each rule of the registry in its order, with meaning and values in the same words."""
    text = (ROOT / "docs" / "journals.md").read_text(encoding="utf-8").partition("## Adding a journal")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    assert rows == [(name, kind.meaning, kind.allowed) for name, kind in RULES.items()]


def test_the_documentation_counts_what_the_files_state() -> None:
    """For each shipped journal it says how many rules there are, and how many of them are second-hand."""
    text = (ROOT / "docs" / "journals.md").read_text(encoding="utf-8")
    for name in SHIPPED:
        rules = read_journal(name, ROOT).rules.values()
        second = sum(rule.secondary for rule in rules)
        assert f"| `{name}` | {len(rules)} | {second} |" in text
