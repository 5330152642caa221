"""The flagship as each journal wants it: its numbers, captions, tables, abstract, boxes and citations."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from shipped_journals import SHIPPED, plain

from lockstep.document.printed_places import places_in, printed_at
from lockstep.document.report import Report, number_style
from lockstep.figures.kinds import figure_content
from lockstep.journals.file import Journal
from lockstep.journals.profiles import read_journal
from lockstep.qmd.project import config_for, profiles_in_environment, read_project
from lockstep.qmd.source import Document, Inline, Prose, parse, read_qmd
from lockstep.render import cells
from lockstep.render.pandoc import read_markdown
from lockstep.render.subset import resolve_conditions, without_comments
from lockstep.render.tree import Node, attributes, citation_keys, plain_text, walk
from lockstep.results.model import Curve, Record, Results
from lockstep.study.model import Study

# ---- the flagship in each journal ----------------------------------------------------------------------------------

# What stands in the manuscript, and what a number of another journal would look like there.
FORMS = {
    "generic": (r"95% CI [\d.]+–[\d.]+\b", r"95% CI,|[^ ]=0?\.\d|\d·\d|CI [\d.]+ to \d"),
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
    monkeypatch.setattr("lockstep.document.printed_places.number_style", lambda _: report.style)
    texts = []
    for place in places_in(document):
        if place.method == "table":
            texts.append(report.table(place.arguments[0]).markdown)
        elif place.method == "figure":
            content = figure_content(place.arguments[0], report.study, report.results, report.style)
            texts.append(content.alt_text())
            texts += content.printed()
            for panel in getattr(content, "panels", ()):
                texts += [*panel.tick_labels, panel.p_text, *(group.estimate_text for group in panel.groups)]
        elif place.method != "version":  # which is no number of the style
            found = printed_at(place, report.study, report.results)
            texts.append(found.text if found is not None else getattr(report, place.method)(*place.arguments).text)
    return [plain(re.sub(r"\\|&#8722;", "", text)) for text in texts]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_flagship_has_the_form_of_each_journal(
    name: str, study: Study, results: Results, flagship: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text, captions, tables, figures and alternative texts have it; none has a number of another form."""
    wanted, foreign = FORMS[name]
    report = Report(results, number_style(study, read_journal(name, ROOT)), study)
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
    """Cells, marks of notes and the letter of P: "60 (42.3)" under "No. (%)", raised letters, whole percents."""

    def table(name: str, journal: str) -> str:
        return plain(Report(results, number_style(study, read_journal(journal, ROOT)), study).table(name).markdown)

    assert "98 (69.0%)" not in table("characteristics", "nejm")
    assert ">98 (69.0)</td>" in table("characteristics", "jama-oncology")
    assert '<th colspan="3" style="text-align: center">No. (%)</th>' in table("characteristics", "jama-oncology")
    assert "Other values are n (%) of patients" in table("characteristics", "lancet-oncology")
    assert "Age at diagnosis, years<sup>a</sup>" in table("characteristics", "jama-oncology")
    assert "^a^ Median (range)" in table("characteristics", "jama-oncology")
    assert "Age at diagnosis, years*" in table("characteristics", "annals-of-internal-medicine")
    assert '<th></th><th colspan="2" style="text-align: center">No. (%)</th>' in table("response", "jama-oncology")
    assert "Percentages are of the group." in table("response", "jama-oncology")
    assert "%)</td>" not in table("characteristics", "jama-oncology") + table("response", "jama-oncology")
    assert "Values are n (% of the group)" in table("response", "nejm")
    assert re.search(r">54 \(68%\)<", table("response", "annals-of-internal-medicine"))
    assert re.search(r">54 \(68·4%\)<", table("response", "lancet-oncology"))
    assert "<em>p</em>" in table("models", "lancet-oncology")


def test_thousands_and_units_reach_every_place(study: Study, results: Results) -> None:
    """Counts in alternative texts, at the ticks of figures and in "of" phrases, units in tables and at axes."""
    style = replace(number_style(study), thousands=",", thousands_from=1000, units={"years": "y", "days": "d"})
    records = tuple(_grown(item) for item in results.records)
    grown = replace(results, records=records, curves=tuple(_grown_curve(curve) for curve in results.curves))
    report = Report(grown, style, study)
    assert report.n("flow.analysed").text == "142,000"
    assert report.n_of("response.by_local_treatment.yes.cr").text == "54,000 of 79,000"
    assert "(n = 142,000)" in report.table("characteristics").markdown
    assert "Age at diagnosis, y<" in report.table("characteristics").markdown.replace("†", "<")
    assert "per y<" in report.table("models").markdown
    assert report.value("setting.age_group.cut").text == "60\N{NO-BREAK SPACE}y"
    content = figure_content("by_local_treatment", study, grown, style)
    panel = content.panels[0]
    assert panel.time_label == "Time since treatment (y)"
    assert panel.groups[0].risk_texts[0] == "63,000 (0)"
    assert panel.groups[0].estimate_text.startswith("3.76\N{NO-BREAK SPACE}y ")
    assert "A, Overall survival, 142,000 patients. Without local treatment, 63,000 patients, median 3.76 y" in (
        content.alt_text()
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
def test_quarto_is_told_what_the_rules_say(name: str, target: str, flagship: Document) -> None:
    """A journal's profile has spacing and line numbers as its rules say; without a rule, those for reviewers."""
    journal = read_journal(name, ROOT)
    project = read_project(ROOT, profiles=[name])
    config = config_for(target, project, flagship)
    assert config["linestretch"] == journal.value("line_spacing", 2)
    assert config["line-numbers"] is (journal.value("line_numbers", "continuous") == "continuous")
    assert config["papersize"] in ("a4", "letter")
    word = journal.value("figure_word", "Figure")
    assert project.config.get("crossref", {}).get("fig-prefix", "Figure") == word
    assert Path(config["csl"]).is_file()


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
    config = config_for("docx", read_project(ROOT, profiles=[name]), flagship)
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
    project = read_project(ROOT, profiles=[name] if name else [])
    with profiles_in_environment(project):
        markdown = cells.run_cells(document, {"echo": False}).markdown
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
    floats = [label for label, node in found.items() if "Supplementary " not in plain_text(node)]
    references = {key for key in citation_keys({"blocks": blocks}) if not re.match(r"(tbl|fig|sec)-", key)}
    assert len(floats) <= journal.value("display_items", 6)
    assert len(references) <= journal.value("references", 40)
    cited = {key for key in citation_keys({"blocks": blocks}) if re.match(r"(tbl|fig)-", key)}
    assert cited <= set(found)
    assert not re.search(r"  |\w [,;.]|,,|;;", plain_text([node for node in blocks if node["t"] == "Para"]))
