"""Every n, N and percentage knows its analysis set: flow, tables, figures and text are reconciled as printed."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from conftest import IMPLANTS, ROOT
from lxml import html

from lockstep.analyses.pipeline import compute
from lockstep.document.report import Report, number_style
from lockstep.figures.kinds import figure_content
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.figures import SurvivalCurves
from lockstep.study.model import Study
from lockstep.study.tables import Characteristics
from lockstep.syntax.names import slug
from lockstep.text.decimals import rounded
from lockstep.text.style import NBSP

EM_SPACE = "\N{EM SPACE}"
ABSENT = {"grade": 7, "surgery": 11, "primary_size_cm": 13, "response": 9}
"""Columns of the flagship's data made missing, each in one row of so many."""


@dataclass(frozen=True)
class Case:
    """A study with its results, and the text of its report.qmd."""

    study: Study
    results: Results
    prose: str

    @property
    def report(self) -> Report:
        """What the prose prints with."""
        return Report(self.results, number_style(self.study), self.study)

    def count(self, record_id: str) -> int:
        """Return a record's count."""
        value = self.results[record_id].value
        assert isinstance(value, int), record_id
        return value


@dataclass(frozen=True)
class Block:
    """The lines of one variable in a printed table: its label, and by line and group the count and the percentage."""

    label: str
    lines: dict[str, list[tuple[int, str]]]


@pytest.fixture(scope="module")
def full_of_gaps(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """Return the flagship with missing values in the exposure, in a number, in categories and in a cross table."""
    folder = tmp_path_factory.mktemp("gaps")
    (folder / "data").mkdir()
    shutil.copy(ROOT / "study.toml", folder)
    shutil.copytree(ROOT / "templates", folder / "templates")
    with (ROOT / "data" / "cohort.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for position, row in enumerate(rows):
        row |= {name: "NA" for name, every in ABSENT.items() if position % every == 0}
    with (folder / "data" / "cohort.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    study = read_study(folder)
    return study, compute(study)


@pytest.fixture(params=["flagship", "implants", "full of gaps"])
def case(request: pytest.FixtureRequest) -> Case:
    """Return each study in turn."""
    of = request.getfixturevalue
    flagship = (ROOT / "report.qmd").read_text(encoding="utf-8")
    match request.param:
        case "flagship":
            return Case(of("study"), of("results"), flagship)
        case "implants":
            return Case(of("implants"), of("implants_results"), (IMPLANTS / "report.qmd").read_text(encoding="utf-8"))
        case _:
            return Case(*of("full_of_gaps"), flagship)


def printed_table(case: Case, name: str) -> tuple[list[tuple[str, int]], list[Block], str]:
    """Return the groups of a table with their n, its blocks of counts, and its note, all as printed."""
    text = case.report.table(name).markdown
    root = html.fromstring(text[text.index("<table>") : text.index("</table>")])
    # A heading over the groups may name their variable; "All patients" stands beside it then.
    headings = [words for cell in root.xpath(".//thead/tr/th") if "(n = " in (words := cell.text_content())]
    groups = [(label, int(n)) for label, n in (re.fullmatch(r"(.*)\(n = (\d+)\)", each).groups() for each in headings)]
    heading = root.xpath(".//thead/tr[1]/th[1]")[0].text_content()
    blocks: list[Block] = [Block(heading, {})]
    for row in root.xpath(".//tbody/tr"):
        label, *cells = [cell.text_content() for cell in row.xpath("./td")]
        pairs = list(counts(cells))
        if not label.startswith(EM_SPACE) and not pairs:
            blocks.append(Block(label, {}))
        elif len(pairs) == len(groups):
            blocks[-1].lines[label.removeprefix(EM_SPACE)] = pairs
    return groups, [block for block in blocks if len(block.lines) > 1], text[text.rindex("```") :]


def counts(cells: list[str]) -> Iterator[tuple[int, str]]:
    """Yield each count with its percentage, in two cells or in one: "60 (42.3%)"."""
    for number, percent in re.findall(r"(\d+)[ (]+([\d.]+%|–)", " ".join(cells)):
        yield int(number), percent


def tables_by_group(case: Case) -> list[str]:
    """Return the tables that count patients."""
    return [name for name, table in case.study.tables.items() if isinstance(table, Characteristics)]


def test_the_columns_of_every_table_are_the_patients_of_the_flow(case: Case) -> None:
    """The groups' n, with those that have no known group, make up the patients analysed; the rest is said in a note."""
    for name in tables_by_group(case):
        groups, _, note = printed_table(case, name)
        by = str(case.study.tables[name].by)
        levels = case.study.levels(by)
        if groups[0][0] == "All patients":
            assert groups.pop(0)[1] == case.count("flow.analysed")
        assert [label for label, _ in groups] == list(levels.values())
        missing = case.count(f"{slug(by)}.missing.count")
        assert sum(n for _, n in groups) + missing == case.count("flow.analysed")
        assert (f"{case.study.label(by)} ({missing})" in note) == (missing > 0)


def test_every_printed_percentage_is_of_the_known_values_of_its_column(case: Case) -> None:
    """Levels and missing values add up to the column's n; a missing value is counted, and in no other percentage."""
    blocks = 0
    for name in tables_by_group(case):
        groups, found, _ = printed_table(case, name)
        for block in found:
            for column, (_, n) in enumerate(groups):
                cells = {line: pairs[column] for line, pairs in block.lines.items()}
                assert sum(count for count, _ in cells.values()) == n, (name, block.label)
                known = n - cells.get("Missing", (0, ""))[0]
                for line, (count, percent) in cells.items():
                    of = n if line == "Missing" else known
                    assert percent == (f"{rounded(100 * count / of, 1)}%" if of else "–"), (name, block.label, line)
            blocks += 1
    assert blocks


def test_a_missing_value_of_a_table_is_a_line_of_it(case: Case) -> None:
    """Each variable of a table with a missing value has a line that counts it, in each group."""
    for name in tables_by_group(case):
        text = case.report.table(name).markdown
        with_gaps = [
            row.variable for row in case.study.tables[name].rows if case.count(f"{slug(row.variable)}.missing.count")
        ]
        assert text.count(f">{EM_SPACE}Missing<") + text.count(">Missing<") == len(with_gaps)


def test_figures_start_with_the_patients_of_the_tables(case: Case) -> None:
    """At time 0 each panel has at risk those whose group, and subgroup, is known: together all who have both."""
    for name, figure in case.study.figures.items():
        if not isinstance(figure, SurvivalCurves):
            continue
        content = figure_content(name, case.study, case.results, case.report.style)
        variables = [variable for variable in (figure.groups, figure.within) if variable]
        starts = [group.curve.risk_table.n_at_risk[0] for panel in content.panels for group in panel.groups]
        assert [group.curve.n for panel in content.panels for group in panel.groups] == starts
        if not variables:
            assert starts == [case.count("flow.analysed")] * len(figure.endpoints)
        elif figure.within is None:
            levels = [f"{slug(variables[0])}.{slug(level)}.count" for level in case.study.levels(variables[0])]
            assert starts == [case.count(level) for level in levels] * len(figure.endpoints)
        else:
            stem = f"{slug(figure.endpoints[0])}.by_{slug(variables[0])}.in_{slug(figure.within)}"
            both = [case.results[f"{stem}.{slug(level)}.log_rank.df"].n for level in case.study.levels(figure.within)]
            assert sum(starts) == sum(both) * len(figure.endpoints)


def test_every_test_and_model_is_of_those_who_have_all_its_values(case: Case) -> None:
    """A test's n is the patients with a known value: the analysed less the missing ones that the tables count."""
    analysed = case.count("flow.analysed")
    for endpoint in map(slug, case.study.endpoints):
        for variable in map(slug, (str(case.study.analysis.exposure), *case.study.analysis.univariate)):
            known = analysed - case.count(f"{variable}.missing.count")
            assert case.results[f"{endpoint}.by_{variable}.log_rank.p_value"].n == known
            levels = [
                record for record in case.results if re.fullmatch(rf"{endpoint}\.by_{variable}\.\w+\.n", record.id)
            ]
            assert sum(case.count(record.id) for record in levels) == known
        model = case.results[f"{endpoint}.adjusted.n"]
        needed = (str(case.study.analysis.exposure), *case.study.analysis.adjust_for)
        most = max(case.count(f"{slug(variable)}.missing.count") for variable in needed)
        assert analysed - sum(case.count(f"{slug(v)}.missing.count") for v in needed) <= model.n <= analysed - most
    for variable, by in case.study.analysis.crosstabs:
        test = case.results[f"{slug(variable)}.by_{slug(by)}.chi_square.p_value"]
        gaps = [case.count(f"{slug(name)}.missing.count") for name in (variable, by)]
        assert analysed - sum(gaps) <= test.n <= analysed - max(gaps)


def test_every_count_and_percentage_of_the_text_is_of_a_set_that_is_counted(case: Case) -> None:
    """What the prose prints as n (%) is of the known values in a set of patients that the flow or a table has."""
    exposure = str(case.study.analysis.exposure)
    levels = [case.count(f"{slug(exposure)}.{slug(level)}.count") for level in case.study.levels(exposure)]
    unknown = case.count(f"{slug(exposure)}.missing.count")
    sets = {case.count("flow.analysed"), *levels, *(n + unknown for n in levels)}
    if "surgery.1.count" in case.results:  # the response of those who had an operation, or may have had one
        sets.add(case.count("surgery.1.count") + case.count("surgery.missing.count"))
    for stem in re.findall(r'r\.(?:n_percent|n_of)\("([^"]+)"\)', case.prose):
        count, percent = case.results[f"{stem}.count"], case.results[f"{stem}.percent"]
        known, missing = (case.results[f"{stem.rpartition('.')[0]}.{part}"] for part in ("n", "missing.count"))
        assert count.denominator == percent.denominator == known.value
        assert case.count(known.id) + case.count(missing.id) in sets
        exact = rounded(100 * case.count(count.id) / case.count(known.id), 1)
        assert str(case.report.n_percent(stem)) == f"{count.value}{NBSP}({exact}%)"
        assert str(case.report.n_of(stem)) == f"{count.value} of {known.value}"


def test_what_is_missing_is_said(full_of_gaps: tuple[Study, Results], study: Study, results: Results) -> None:
    """Text and tables name each variable with gaps and count its patients, wherever a test leaves them out."""
    case = Case(*full_of_gaps, "")
    names = ["grade", "local_treatment", "response", "primary_size_cm"]
    sentence, note = str(case.report.missing(names)), case.report.table("models").markdown
    for name in names:
        missing = case.count(f"{name}.missing.count")
        assert missing > 3
        percent = rounded(100 * missing / case.count("flow.analysed"), 1)
        assert f"{study.label(name).lower()} in {missing}{NBSP}({percent}%)" in sentence
    for name in ("grade", "local_treatment", "size_group"):
        assert f"{study.label(name)} ({case.count(f'{name}.missing.count')})" in note
    assert f"of {case.count('os.adjusted.n')} patients with complete data" in note
    whole = Case(study, results, "").report
    assert str(whole.missing(names)) == "no value was missing"
    assert not re.search("missing|complete data", whole.table("models").markdown)
