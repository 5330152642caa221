"""The page shows of each printed result where it comes from, by mouse and by keyboard, and needs no other file."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from conftest import IMPLANTS, ROOT

from lockstep.__main__ import main
from lockstep.base.resources import TEMPLATES
from lockstep.document.release import release
from lockstep.document.report import number_style
from lockstep.document.trace import trace
from lockstep.qmd.source import read_qmd
from lockstep.render import pandoc
from lockstep.render.html import with_tooltips
from lockstep.results.model import Results
from lockstep.runs.web_page import facts
from lockstep.study.model import Study
from lockstep.text.provenance import marked_html, marked_markdown
from lockstep.text.style import NBSP

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    *(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
    ),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=2000"),
)

# Put into a copy of the page, never into the page: focuses each result, and writes what is seen into the title.
OBSERVER = """<script>
addEventListener("load", () => {
  const shown = tooltip => getComputedStyle(tooltip).display === "block";
  const seen = [...document.querySelectorAll(".result")].map(result => {
    const tooltip = result.querySelector(".tooltip");
    const before = shown(tooltip);
    result.focus();
    const box = tooltip.getBoundingClientRect();
    const inside = box.left >= 0 && box.right <= document.documentElement.clientWidth && box.height > 0;
    return {before, focused: shown(tooltip), inside};
  });
  const fetched = performance.getEntriesByType("resource").map(entry => entry.name);
  const pictures = [...document.images].map(image => image.naturalWidth);
  const mark = document.querySelector("mark");
  const width = document.documentElement.scrollWidth;
  const narrow = [...document.images].map(image => image.getBoundingClientRect().width);
  document.querySelectorAll(".picture").forEach(picture => { picture.open = true; });
  const enlarged = [...document.images].map((image, i) => image.getBoundingClientRect().width > 1.2 * narrow[i]);
  const opened = document.documentElement.scrollWidth;
  const alarm = mark && [getComputedStyle(mark).backgroundColor, getComputedStyle(mark).color];
  parent.document.title = JSON.stringify({seen, fetched, pictures, alarm, width, opened, enlarged});
});
</script>"""


def browser() -> str | None:
    """Return a Chromium that starts, if there is one."""
    for name in BROWSERS:
        program = shutil.which(name)
        if program and subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0:
            return program
    return None


def observed(page: Path, work: Path, *, width: int = 1000) -> dict[str, Any] | None:
    """Return what Chromium sees of a page on a screen of this width in pixels; None where there is no Chromium."""
    program = browser()
    if program is None:
        return None
    copy = work / "observed.html"
    text = page.read_text(encoding="utf-8").replace("</body>", f"{OBSERVER}</body>")
    if width < 500:  # a window is never narrower, a frame is
        style = f"border: 0; height: 900px; width: {width}px"
        text = f'<title>frame</title><iframe srcdoc="{escape(text)}" style="{style}"></iframe>'
    copy.write_text(text, encoding="utf-8")
    command = [
        program,
        *QUIET,
        f"--user-data-dir={work / 'profile'}",
        f"--window-size={max(width, 500)},900",
        "--dump-dom",
    ]
    run = subprocess.run([*command, copy.as_uri()], capture_output=True, check=True, timeout=120)
    title = lxml.html.fromstring(run.stdout.decode()).findtext(".//title")
    found: dict[str, Any] = json.loads(title or "")
    return found


def style_of_page(page: Any) -> str:
    """Return the style sheet inside a page, its spaces made one."""
    return " ".join(" ".join(page.xpath("//style/text()")).split())


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


def test_every_number_outside_a_result_numbers_something(page: Any) -> None:
    """What is not marked has no digit but those that number figures, tables and affiliations."""
    texts = page.xpath("//body//text()[not(ancestor::*[@class='result'])]")
    numbered = {text.strip() for text in texts if re.search(r"\d", text)}
    assert numbered == {"Figure\xa01", "Table\xa01", "Figure\xa01:", "Table\xa01:"}


def test_the_page_needs_no_other_file(folder: Path, page: Any, tmp_path: Path) -> None:
    """Style sheet and figures are in the page, it has no script, and a browser asks for nothing else."""
    sources = page.xpath("//@src | //@srcset | //@data | //@poster | //link/@href")
    assert sources
    assert all(str(source).startswith("data:") for source in sources)
    assert not page.xpath("//script | //iframe | //object | //embed | //base | //meta[@http-equiv]")
    assert re.findall(r"@import|@font-face|url\((?!['\"]?data:)", style_of_page(page)) == []
    assert re.findall(r"https?:|[\"'(]//", (folder / "build" / "report.html").read_text(encoding="utf-8")) == []
    seen = observed(folder / "build" / "report.html", tmp_path)
    if seen is not None:
        assert [name for name in seen["fetched"] if not name.startswith("data:")] == []
        assert seen["pictures"]
        assert all(seen["pictures"])


def test_a_source_shows_on_focus_and_on_hover_and_else_not(folder: Path, page: Any, tmp_path: Path) -> None:
    """A tooltip is hidden until its result is pointed at or focused, and then stands inside the page."""
    style = style_of_page(page)
    assert re.search(r"\.tooltip \{[^}]*display: none;", style)
    assert ".result:hover > .tooltip, .result:focus > .tooltip { display: block; }" in style
    seen = observed(folder / "build" / "report.html", tmp_path)
    if seen is not None:
        assert len(seen["seen"]) == len(page.find_class("result"))
        assert all(result == {"before": False, "focused": True, "inside": True} for result in seen["seen"])


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_runs_off_a_telephone_or_a_screen(folder: Path, page: Any, tmp_path: Path, width: int) -> None:
    """The page is as wide as the screen, also with its pictures enlarged, and every tooltip stands inside it."""
    for table in page.xpath("//table"):
        assert (table.getparent().get("class"), table.getparent().get("tabindex")) == ("scroll", "0")
    assert page.xpath("//figure//img")
    assert page.xpath("//figure//img") == page.xpath("//details[@class='picture']/summary/img")
    seen = observed(folder / "build" / "report.html", tmp_path, width=width)
    if seen is not None:
        assert (seen["width"], seen["opened"]) == (width, width)
        assert all(seen["enlarged"])
        assert all(result["focused"] and result["inside"] for result in seen["seen"])


def test_the_contents_lead_to_the_headings(page: Any) -> None:
    """The list at the top has each heading of the text, in order."""
    links = page.xpath("//nav[@id='contents']//a")
    headings = page.xpath("//h1[not(@class='title')] | //h2")
    assert [(link.get("href"), link.text_content()) for link in links] == [
        (f"#{heading.get('id')}", heading.text_content()) for heading in headings
    ]
    assert links


ABSTRACT = "::: {#abstract}\nA *short* one.\n:::\n\n# Results\n"


@pytest.mark.parametrize(
    ("markdown", "metadata", "heading"),
    [
        (ABSTRACT, {}, "Abstract"),
        (ABSTRACT, {"abstract": "Another.", "abstract-title": "Summary"}, "Summary"),
        ("# Results\n", {"abstract": "A short one."}, "Abstract"),
    ],
)
def test_the_abstract_has_its_heading_and_the_keywords_are_shown(
    tmp_path: Path, markdown: str, metadata: dict[str, Any], heading: str
) -> None:
    """The abstract of the text comes before that of the front matter."""
    written = {"title": "T", "keywords": ["sarcoma", "survival & age"], **metadata}
    tree = pandoc.read_markdown(markdown, {"html": written}, folder=tmp_path)
    tree = {**tree, "meta": tree["meta"]["html"]["c"]}
    output = tmp_path / "page.html"
    templates = [f"--template={TEMPLATES / 'report.html'}", f"--lua-filter={TEMPLATES / 'report.lua'}"]
    pandoc.write(tree, ["--to", "html", "--standalone", "--wrap=none", "--toc", *templates], output, folder=tmp_path)
    page = lxml.html.fromstring(output.read_bytes())
    [abstract] = page.xpath("//*[@id='abstract']")
    assert " ".join(abstract.text_content().split()) == f"{heading} A short one."
    assert abstract[0].tag == "h1"
    assert [link.text for link in page.xpath("//nav//a")] == [heading, "Results"]
    assert page.find_class("keywords")[0].text_content() == "Keywords: sarcoma; survival & age"


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb, as WCAG 2 defines it."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_from_its_ground_by_day_and_by_night(page: Any) -> None:
    """Each ink has a contrast of 4.5 or more (WCAG AA) on each ground that it stands on, in both palettes."""
    palettes = re.findall(r":root \{([^}]*)\}", style_of_page(page))
    assert len(palettes) == 2
    for palette in palettes:
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", palette))
        pairs = [(ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "tint")]
        for ink, ground in [*pairs, ("ink", "edge"), ("alarm", "alarm-tint")]:
            dark, light = sorted([luminance(colours[ink]), luminance(colours[ground])])
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


def test_a_claim_that_does_not_hold_is_set_off_in_colour(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The words stand in an element that the style sheet knows, with its source like any result; the line is named."""
    study = tmp_path / "study"
    shutil.copytree(folder, study)
    with (study / "report.qmd").open("a", encoding="utf-8") as document:
        document.write('\nRetention `{python} r.claim("differed", "retention.by_fixation.log_rank.p_value < 0")`.\n')
    assert main(["html", "--study", str(study)]) == 0
    assert "warning: report.qmd:" in capsys.readouterr().err
    page = lxml.html.fromstring((study / "build" / "report.html").read_bytes())
    [mark] = page.xpath("//mark")
    assert mark.text_content() == "NOT SUPPORTED BY THE DATA: differed"
    assert mark.getparent().get("class") == "result"
    [rule] = re.findall(r"(?:^|[} /])mark \{([^}]*)\}", style_of_page(page))
    assert "background: var(--alarm-tint); color: var(--alarm);" in rule
    seen = observed(study / "build" / "report.html", tmp_path)
    if seen is not None:
        assert seen["alarm"] == ["rgb(253, 226, 224)", "rgb(143, 29, 20)"]


def test_a_claim_that_cannot_be_checked_leaves_the_last_page(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """When it is said that the last page is untouched, it is."""
    study = tmp_path / "study"
    shutil.copytree(folder, study)
    before = (study / "build" / "report.html").read_bytes()
    with (study / "report.qmd").open("a", encoding="utf-8") as document:
        document.write('\nIt was `{python} r.claim("so", " ".join(["bmi.n", "> 0"]))`.\n')
    assert main(["html", "--study", str(study)]) == 1
    assert "No page was written; any earlier one is untouched." in capsys.readouterr().err
    assert (study / "build" / "report.html").read_bytes() == before


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


def test_the_facts_are_what_is_printed(study: Study, results: Results) -> None:
    """A value is shown as it is printed, one that is printed nowhere is not shown, a warning is not left out."""
    forms = release(read_qmd(ROOT / "report.qmd"), study, results, number_style(study)).forms

    def told(record_id: str) -> dict[str, str]:
        return {name: text.replace(NBSP, " ") for name, text in facts(record_id, results, forms)}

    assert told("os_from_treatment.by_local_treatment.yes.median")["Value"] == "9.62 years (95% CI 5.57–15.12)"
    assert "Value" not in told("os.followed_beyond.1y.percent")
    assert told("os.followed_beyond.5y.percent")["Value"].endswith("%")
    assert "." not in told("os.followed_beyond.5y.percent")["Value"]  # printed without decimals, everywhere
    missing = "os.by_local_treatment.in_age_group.elderly.yes.median"
    assert told(missing)["n"] == str(results[missing].n)
    assert "below 5" in told("response.by_local_treatment.chi_square.p_value")["Warning"]
    assert told("os")["n"] == "142"
    assert told("flow.analysed")["Value"] == "142"
    assert "Value" not in told("date_of_birth.first")


def test_hostile_text_stays_text() -> None:
    """Markup inside a printed text is literal in a marked cell; a text without results is not marked."""
    assert marked_html("<b>{{<", ("a.b",)) == '<span class="result" data-ids="a.b">&lt;b&gt;&#123;&#123;&lt;</span>'
    assert marked_html("5", ()) == "5"
    assert marked_markdown("5", ()) == "5"


def test_only_spans_of_results_are_explained() -> None:
    """A span of the author's stays as it is."""
    own = {"t": "Span", "c": [["", ["mark"], []], [{"t": "Str", "c": "x"}]]}
    assert with_tooltips([own], lambda record_id: [("id", record_id)]) == [own]
