"""The page shows of each printed result where it comes from, by mouse and by keyboard, and needs no other file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from conftest import IMPLANTS

from analysis.results import Results
from manuscript.__main__ import main
from manuscript.provenance import marked_html, marked_markdown
from manuscript.render.html import explained
from manuscript.trace import trace
from manuscript.web_page import facts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the second study with its page."""
    place = tmp_path_factory.mktemp("html") / "study"
    shutil.copytree(IMPLANTS, place, ignore=shutil.ignore_patterns("build", ".quarto"))
    assert main(["html", "--study", str(place)]) == 0
    return place


@pytest.fixture
def page(folder: Path) -> Any:
    """Return the page as a tree of elements."""
    return lxml.html.fromstring((folder / "build" / "report.html").read_bytes())


def test_every_traced_text_of_prose_and_tables_is_marked(folder: Path, page: Any) -> None:
    """No printed result is without its source, and each tooltip names all of its results."""
    traced = [(entry.printed, entry.id) for entry in trace(folder).entries if not entry.label.startswith("fig-")]
    shown = []
    for result in page.find_class("result"):
        text = "".join(result.xpath(".//text()[not(ancestor::span[@class='tooltip'])]"))
        shown += [(text.replace("\xa0", " "), name.text_content()) for name in result.find_class("result-id")]
    squeezed = [re.sub(r"\s", "", text) + record_id for text, record_id in shown]
    assert sorted(squeezed) == sorted(re.sub(r"\s", "", text) + record_id for text, record_id in traced if record_id)


def test_each_source_is_reached_by_keyboard_and_read_aloud(page: Any) -> None:
    """Each marked text takes the focus and is described by its own tooltip."""
    results = page.find_class("result")
    assert len(results) > 10
    for result in results:
        assert result.get("tabindex") == "0"
        [tooltip] = result.find_class("tooltip")
        assert (tooltip.get("role"), tooltip.get("id")) == ("tooltip", result.get("aria-describedby"))
    names = [result.get("aria-describedby") for result in results]
    assert len(set(names)) == len(names)


def test_the_page_needs_no_other_file(page: Any) -> None:
    """Style sheet and figures are in the page; it has no script."""
    sources = page.xpath("//img/@src | //link/@href | //script")
    assert all(str(source).startswith("data:") for source in sources)
    assert page.xpath("//style") or page.xpath("//link[starts-with(@href, 'data:text/css')]")


def test_references_lead_to_figures_and_tables(page: Any) -> None:
    """Each cross-reference is a link to a figure element with a numbered caption."""
    links = page.xpath("//a[contains(@class, 'quarto-xref')]/@href")
    figures = {f"#{figure.get('id')}": figure for figure in page.xpath("//figure")}
    assert figures
    assert set(links) <= set(figures)
    for figure in figures.values():
        assert re.match(r"(Figure|Table)\s\d+:", figure.xpath("./figcaption")[0].text_content().strip())


def test_the_same_input_gives_the_same_page(folder: Path) -> None:
    """A second run writes the same bytes and leaves nothing beside them."""
    page = folder / "build" / "report.html"
    before = page.read_bytes()
    assert main(["html", "--study", str(folder)]) == 0
    assert page.read_bytes() == before
    assert not list(page.parent.glob(".page-*"))


def test_the_facts_are_the_record(results: Results) -> None:
    """A value has all its digits, what cannot be estimated says why, a warning is not left out."""
    told = dict(facts("os.by_local_treatment.yes.median", results))
    assert told["Value"] == "6262.0 days"
    assert told["Interval"] == "2327.0 to 9070.0 (95%)"
    missing = "os.by_local_treatment.in_age_group.elderly.yes.median"
    assert dict(facts(missing, results))["n"] == str(results[missing].n)
    assert "below 5" in dict(facts("response.by_local_treatment.chi_square.p_value", results))["Warning"]
    assert dict(facts("os", results))["n"] == "142"
    assert dict(facts("flow.analysed", results))["Value"].startswith("142")


def test_hostile_text_stays_text() -> None:
    """Markup inside a printed text is literal in a marked cell; a text without results is not marked."""
    assert marked_html("<b>{{<", ("a.b",)) == '<span class="result" data-ids="a.b">&lt;b&gt;&#123;&#123;&lt;</span>'
    assert marked_html("5", ()) == "5"
    assert marked_markdown("5", ()) == "5"


def test_only_spans_of_results_are_explained() -> None:
    """A span of the author's stays as it is."""
    own = {"t": "Span", "c": [["", ["mark"], []], [{"t": "Str", "c": "x"}]]}
    assert explained([own], lambda record_id: [("id", record_id)]) == [own]
