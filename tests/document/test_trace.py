"""Each printed number is followed back to its result: in the text, in the cells of tables, in figures."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import IMPLANTS

from lockstep.__main__ import main
from lockstep.document.report import number_style
from lockstep.document.trace import Trace, trace
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.tables.tables import render_table
from lockstep.text.numbers import text
from lockstep.text.provenance import PrintedText, joined
from lockstep.text.style import NBSP


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the second study, with a number that comes from no result."""
    place = tmp_path_factory.mktemp("trace") / "study"
    shutil.copytree(IMPLANTS, place, ignore=shutil.ignore_patterns("build", ".quarto"))
    with (place / "report.qmd").open("a", encoding="utf-8") as document:
        document.write("\nLast, `{python} 6 * 7`.\n")
        document.write('\n```{python}\nprint("no number")\nprint("a mean of 26.31 in all")\n```\n')
        document.write('\n```{python}\n#| include: false\nprint("8 that nobody sees")\nr.n("flow.analysed")\n```\n')
    return place


@pytest.fixture(scope="module")
def traced(folder: Path) -> Trace:
    """Return the trace of the second study's document."""
    return trace(folder)


def test_every_inline_expression_is_in_the_trace_with_its_line(folder: Path, traced: Trace) -> None:
    """No value of the prose is left out, also none that comes from no result."""
    lines = (folder / "report.qmd").read_text(encoding="utf-8").split("\n")
    with_code = {number for number, line in enumerate(lines, start=1) if "`{python} " in line}
    of_cells = {number for number, line in enumerate(lines, start=1) if line == 'print("no number")'}
    assert {entry.line for entry in traced.entries if not entry.label} - of_cells == with_code
    [other] = [entry for entry in traced.entries if not entry.id and entry.line not in of_cells]
    assert (other.printed, lines[other.line - 1]) == ("42", "Last, `{python} 6 * 7`.")
    assert other.unsourced


def test_a_line_with_a_number_that_a_cell_prints_is_in_the_trace(folder: Path, traced: Trace) -> None:
    """What a cell prints is a number without a result behind it, unless the cell leaves nothing in the document."""
    [entry] = [entry for entry in traced.entries if not entry.id and entry.printed != "42"]
    lines = (folder / "report.qmd").read_text(encoding="utf-8").split("\n")
    assert (entry.printed, lines[entry.line]) == ("a mean of 26.31 in all", 'print("a mean of 26.31 in all")')
    assert entry.unsourced
    assert not [entry for entry in traced.entries if entry.line > len(lines) - 6]


def test_an_entry_has_what_is_printed_of_its_record(traced: Trace, implants: Study, implants_results: Results) -> None:
    """Value and interval are listed as they are printed, with n and method of the record, of every entry."""
    records = [entry for entry in traced.entries if entry.id in implants_results]
    assert len(records) > 20
    for entry in records:
        record = implants_results[entry.id]
        assert (entry.n, entry.method) == (record.n, record.method)
        whole = text(record, number_style(implants)).replace(NBSP, " ")
        assert entry.result in (whole, whole.split(" (")[0], whole.split(".")[0] + "%", "")
    assert sum(bool(entry.result) for entry in records) > 20
    assert not re.search(r"\d\.\d{5}", traced.to_json())
    assert traced.data_sha256 == implants_results.source.data_sha256


@pytest.mark.parametrize("name", ["characteristics", "response", "models"])
def test_a_table_traces_exactly_the_cells_that_it_prints(name: str, study: Study, results: Results) -> None:
    """Every digit in a cell belongs to a traced text, and a column that the template leaves out is not traced."""
    table = render_table(name, study, results, number_style(study))
    body = table.markdown.split("<tbody>")[1].split("</tbody>")[0]
    cells = [text for text in re.findall(r"<td[^>]*>(.*?)</td>", body) if text]
    traced = {text.replace("<", "&lt;").replace(">", "&gt;") for text in table.printed}
    numeric = re.compile(r"^(?:&[lg]t;\W)?[\d.]+[^a-z]*$")
    left = [cell for cell in cells if numeric.match(cell) and cell not in traced]
    pairs = [re.fullmatch(r"(\S+) \((\S+)\)", cell) for cell in left]
    assert all(pair and {pair[1], pair[2]} <= traced for pair in pairs), left
    assert all(text.ids and text.place for text in table.printed)
    if name == "response":
        assert not any(text.place.endswith("All patients") for text in table.printed)


def test_a_cell_says_where_it_stands(study: Study, results: Results) -> None:
    """A cell is named by its row, the heading above it and its column."""
    table = render_table("characteristics", study, results, number_style(study))
    places = {text.ids: (text, text.place) for text in table.printed}
    assert places["sex.male.count",] == ("60", "Sex: Male, All patients")
    name = "metastasis_interval"
    place = "Time from diagnosis to metastasis, years, All patients"
    assert places[f"{name}.median", f"{name}.q1", f"{name}.q3"] == ("0.16 (0.01\N{EN DASH}1.31)", place)


def test_marking_changes_nothing_but_the_spans(study: Study, results: Results) -> None:
    """Without its spans the marked table is the table."""
    for name in study.tables:
        table = render_table(name, study, results, number_style(study))
        marked = table._repr_marked_()
        assert marked.count('class="result"') + marked.count("{.result ") == len(table.printed)
        plain = re.sub(r'<span class="result" data-ids="[^"]*">(.*?)</span>', r"\1", marked)
        assert re.sub(r"\[([^\[\]]*)\]\{\.result data-ids=\"[^\"]*\"\}", r"\1", plain) == table.markdown


def test_figures_trace_curves_medians_and_tests(traced: Trace, implants: Study, implants_results: Results) -> None:
    """Each curve of a figure is there with its median, and with the method that its record names."""
    of_figures = [entry for entry in traced.entries if entry.label.startswith("fig-")]
    curves = [entry.id for entry in of_figures if entry.printed == "curve"]
    assert implants.figures
    assert curves
    methods = {entry.method for entry in of_figures if entry.printed == "curve"}
    assert methods == {implants_results.curve(curve).method for curve in curves}
    medians = {entry.id for entry in of_figures if entry.id.endswith(".median")}
    assert medians <= {f"{curve}.median" for curve in curves}


def test_printed_and_unprinted_results_are_all_results(traced: Trace, implants_results: Results) -> None:
    """No record is counted twice or forgotten."""
    printed = {entry.id for entry in traced.entries} & {record.id for record in implants_results}
    assert printed | set(traced.unprinted) == {record.id for record in implants_results}
    assert not printed & set(traced.unprinted)


def test_joined_text_has_the_ids_of_its_parts_once() -> None:
    """A range made of one result twice names it once."""
    one, two = PrintedText("1", ("a",)), PrintedText("2", ("b", "a"))
    assert joined("1 to 2", one, two, "text").ids == ("a", "b")


def test_the_command_prints_a_table_json_or_what_is_unprinted(
    folder: Path, traced: Trace, capsys: pytest.CaptureFixture[str]
) -> None:
    """People read lines that fit a terminal, with the data's hash at the head, programs read build/trace.json."""
    arguments = ["trace", "--study", str(folder)]
    assert main(arguments) == 0
    head, _, *body, end = capsys.readouterr().out.splitlines()
    assert traced.data_sha256 in head
    assert max(map(len, [head, *body, end])) <= 120
    for entry in traced.entries:
        result = f"    {entry.id}" if entry.id else "    a number without a result behind it"
        assert any(line.startswith(result) for line in body), entry
    assert f"{traced.entries[0].where}: {traced.entries[0].printed}" == body[0]
    assert "results, 2 without a result behind them; " in end
    assert end.endswith(f"{len(traced.unprinted)} of {traced.records} results are nowhere in report.qmd")
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads((folder / "build" / "trace.json").read_text(encoding="utf-8"))
    assert NBSP not in found["entries"][0]["printed"]
    assert main([*arguments, "--unprinted"]) == 0
    assert capsys.readouterr().out.splitlines()[:-1] == list(traced.unprinted)
