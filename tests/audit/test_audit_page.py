"""The audit as a page and as a table of the document: the worst first, and text is never markup."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import lxml.etree
import pytest
from conftest import ROOT
from published_statements import HOSTILE, edited, flagship_copy, judge, other_paper

from lockstep.base.errors import PublishedError
from lockstep.cli.command import run_verb as main
from lockstep.results.model import Results
from lockstep.results.verdicts import AUDIT_FILE, Audit, read_audit
from lockstep.study.model import Study
from lockstep.tables.audit_page import audit_page, audit_table, write_audit_page


@pytest.fixture(scope="module")
def flagship(results: Results) -> Audit:
    """Return the audit of the flagship."""
    return judge(results)


@pytest.fixture
def copy(tmp_path: Path, study: Study, results: Results) -> Path:
    """Return a copy of the flagship's folder, with its results up to date."""
    return flagship_copy(tmp_path / "study", study, results)


def page_of(found: Audit) -> lxml.etree._Element:
    """Return the page, parsed without mercy."""
    html = audit_page(found, ROOT)
    void = re.sub(r"<(meta|br)([^>]*)>", r"<\1\2/>", html.removeprefix("<!DOCTYPE html>"))
    return lxml.etree.fromstring(void)


def test_the_page_shows_the_worst_first_and_needs_no_other_file(flagship: Audit) -> None:
    """Sections come impossible first, every statement is there once, nothing is loaded from elsewhere."""
    page = page_of(flagship)
    assert page.xpath("//h2/text()") == [
        "Impossible (4)",
        "Matches under a stated reading (3)",
        "Matches (149)",
        "Context (10)",
    ]
    assert len(page.xpath("//tbody/tr")) == 166
    assert page.xpath("//p[@class='score']/text()") == [flagship.score()]
    assert not page.xpath("//@src | //link | //script")


def test_the_page_leads_to_its_sections_and_reads_on_a_telephone(flagship: Audit) -> None:
    """The counts at the top are links to the sections; on a narrow screen each cell stands below the other, named."""
    page = page_of(flagship)
    assert page.xpath("//ul[@class='keys']//a/@href") == [f"#{name}" for name in page.xpath("//section/@id")]
    assert page.xpath("//ul[@class='keys']//strong/text()") == ["4", "3", "149", "10"]
    assert set(page.xpath("//section/table/@class")) == {"statements"}
    narrow = " ".join(page.findtext(".//style").split()).partition("@media screen and (max-width: 40rem) {")[2]
    assert ".statements td { display: block;" in narrow
    assert all(re.search(rf"td\.{name}\S*::before", narrow) for name in ("printed", "computed"))
    assert {len(row.xpath("td[@class='printed'] | td[@class='computed']")) for row in page.xpath("//tbody/tr")} == {2}


def test_the_page_escapes_hostile_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a file of statements holds is text: no element, script or template is made of it."""
    other = other_paper(tmp_path)
    quoted = HOSTILE.replace('"', '""')
    rows = f'id,quantity,value,where\nS1,"{quoted}",<b>5</b>,</td></table>\n<i>,bad row,5,\n'
    other.write_text(rows, encoding="utf-8")
    assert main(["judge", str(other), "--study", str(other.parent)]) == 1
    assert "row 3: the id '<i>'" in capsys.readouterr().err
    found = read_audit(other.parent / AUDIT_FILE)
    page = page_of(found)
    assert not page.xpath("//script | //b | //i")
    assert page.xpath("//section[@class='wrong']//td/text()")[1].startswith("the id '<i>'")
    assert HOSTILE in "".join(page.itertext())
    assert main(["audit", str(other), "--study", str(other.parent)]) == 1
    assert (other.parent / "build" / "audit.html").read_text(encoding="utf-8") == audit_page(found, other.parent)


def test_the_verb_judges_and_makes_the_page(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Score and page where there is an audit, whatever it finds; where there is none, no page and exit code 2."""
    page = copy / "build" / "audit.html"
    for value, code, score in (("60", 0, "152 of 156 match"), ("61", 1, "151 of 156 match")):
        edited(copy / "data", "P022", value=value)
        assert main(["audit", "--study", str(copy)]) == code
        first, *_, last = capsys.readouterr().out.splitlines()
        assert (first.startswith(f"data/published.csv: {score}"), last) == (True, f"{page}: written")
        assert score.split(" match")[0] in page.read_text(encoding="utf-8")
    page.unlink()
    (copy / "data" / "published.csv").unlink()
    assert main(["audit", "--study", str(copy)]) == 2
    said = capsys.readouterr()
    assert (said.out, "data/published.csv: cannot be read" in said.err, page.exists()) == ("", True, False)


def test_the_page_wants_an_audit(tmp_path: Path) -> None:
    """Where there is no audit.json the message says which verb makes it."""
    with pytest.raises(PublishedError, match="run `lockstep audit` to make it"):
        write_audit_page(tmp_path)


def test_the_table_of_the_document_has_what_does_not_simply_match(flagship: Audit) -> None:
    """Seven statements with printed, computed and verdict, the impossible ones first."""
    html = audit_table(flagship, ROOT).markdown.split("```{=html}")[1].split("```")[0]
    rows = [["".join(cell.itertext()) for cell in row] for row in lxml.etree.fromstring(html).findall("tbody/tr")]
    assert [row[1:3] for row in rows] == [
        ["18", "60"], ["16.4%", "16.5%"], ["16.4%", "16.5%"], ["57.1%", "57.0%"],
        ["88%", "88%"], ["61%", "61%"], ["44%", "44%"],
    ]  # fmt: skip
    assert [row[3].partition(".")[0] for row in rows] == ["Impossible"] * 4 + ["Matches under a stated reading"] * 3


def test_the_report_process_reads_the_audit_without_the_analysis() -> None:
    """What the manuscript imports for the audit brings no table library and no statistics along."""
    heavy = "{'pandas', 'numpy', 'scipy', 'lifelines'}"
    code = f"import sys, lockstep.results.verdicts; print(sorted({heavy} & {{*sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
