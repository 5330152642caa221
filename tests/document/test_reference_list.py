"""What `make check` says of the references: incomplete, cut, unknown, not cited, without an abbreviation."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import IMPLANTS, ROOT

from lockstep.__main__ import main
from lockstep.base.errors import ReportError
from lockstep.document.reference_list import ReferenceFindings, reference_findings
from lockstep.qmd.project import read_project
from lockstep.qmd.source import read_qmd

ADVICE = "Add what is missing, or name the reference under `incomplete-references` with the reason."
WHOLE = """@article{whole,
  author = {Smith, A.},
  title = {T},
  journal = {Cancer},
  year = {2020},
  volume = {3},
  pages = {1--2}
}
"""


def found(entries: str, text: str, folder: Path, *, front: str = "", name: str = "refs.bib") -> ReferenceFindings:
    """Return what is found in a document with this text and this list of references."""
    (folder / name).write_text(entries, encoding="utf-8")
    (folder / "report.qmd").write_text(f"---\nbibliography: {name}\n{front}---\n\n{text}\n", encoding="utf-8")
    return reference_findings(read_qmd(folder / "report.qmd"), read_project(folder))


def test_a_whole_reference_has_no_findings(tmp_path: Path) -> None:
    """Nor has a document without references."""
    assert found(WHOLE, "See [@whole] and @fig-one.", tmp_path) == ReferenceFindings()
    (tmp_path / "report.qmd").write_text("Text.\n")
    assert reference_findings(read_qmd(tmp_path / "report.qmd"), read_project(tmp_path)).faults == ()


@pytest.mark.parametrize(
    "field",
    ["author", "title", "journal", "year", "volume", "pages"],
)
def test_a_missing_field_is_found_with_its_line(field: str, tmp_path: Path) -> None:
    """Each field that an article needs is asked for, and a preceding entry moves the line."""
    what = "journal or book" if field == "journal" else field
    lines = [line for line in WHOLE.splitlines() if not line.strip().startswith(field)]
    entries = WHOLE.replace("whole", "first") + "\n".join(lines) + "\n"
    assert found(entries, "See [@first; @whole].", tmp_path).faults == (f"refs.bib:9: 'whole' has no {what}. {ADVICE}",)


@pytest.mark.parametrize(
    ("entry", "missing"),
    [
        ("@book{a, title = {T}, year = 2020}", "no author or editor, no publisher"),
        ("@book{a, editor = {B, C.}, title = {T}, publisher = {P}, year = 2020}", ""),
        ("@incollection{a, author = {B, C.}, title = {T}, year = 2020}", "no journal or book, no publisher, no pages"),
        ("@phdthesis{a, author = {B, C.}, title = {T}, year = 2020}", "no publisher"),
        ("@online{a, title = {T}}", "no address"),
        ("@dataset{a, author = {B, C.}, title = {T}, year = 2020}", "no DOI, address or publisher"),
        ("@article{a, author = {B, C.}, title = {T}, journal = {Cancer}, year = 2020, pubstate = {inpress}}", ""),
        ("@article{a, author = {B, C.}, title = {T}, journal = {Cancer}, year = 2020, volume = 1, eid = {e3}}", ""),
        ("@article{a, author = {B, C.}, title = {T}, journal = {medRxiv}, year = 2020}", "no DOI or address"),
        ("@inproceedings{a, author = {B, C.}, title = {T}, booktitle = {P}, year = 2020}", ""),
    ],
)
def test_each_type_needs_what_it_prints(entry: str, missing: str, tmp_path: Path) -> None:
    """What is asked for belongs to the type; what is in press has no volume yet."""
    expected = (f"refs.bib:1: 'a' has {missing}. {ADVICE}",) if missing else ()
    assert found(entry + "\n", "See [@a].", tmp_path).faults == expected


def test_a_list_of_authors_is_cut_where_the_style_cuts_it(tmp_path: Path) -> None:
    """Fewer names than the style prints before "et al." are found; as many are none."""
    six = "A, A. and B, B. and C, C. and D, D. and E, E. and F, F."
    short = found(WHOLE.replace("Smith, A.", "A, A. and B, B. and others"), "See [@whole].", tmp_path)
    assert short.faults == (
        f"refs.bib:1: 'whole' has 2 authors and \u201cothers\u201d, where the style prints 6. {ADVICE}",
    )
    assert found(WHOLE.replace("Smith, A.", f"{six} and others"), "See [@whole].", tmp_path).faults == ()


def test_what_is_declared_is_no_fault(tmp_path: Path) -> None:
    """A reason in the front matter passes over a reference; one that is needless is noted."""
    entries = WHOLE.replace("  volume = {3},\n", "")
    declared = "incomplete-references:\n  whole: the journal has none\n"
    assert found(entries, "See [@whole].", tmp_path, front=declared) == ReferenceFindings()
    assert found(WHOLE, "See [@whole].", tmp_path, front=declared).notes == (
        "report.qmd: 'whole' is declared under `incomplete-references`, but it is not cited or lacks nothing",
    )


@pytest.mark.parametrize("declared", ["whole", "[whole]", "{whole: 3}"])
def test_references_declared_incomplete_are_keys_with_reasons(tmp_path: Path, declared: str) -> None:
    """A text alone or a list gives no reason, and is refused with the line to write."""
    front = f"incomplete-references: {declared}\n"
    with pytest.raises(ReportError, match=r"^report\.qmd:3: `incomplete-references` maps .* to the reason for each"):
        found(WHOLE, "See [@whole].", tmp_path, front=front)


def test_unknown_and_uncited_references_are_named(tmp_path: Path) -> None:
    """A misspelt key with its line and the nearest; what is in the file alone, by file; `nocite` cites."""
    entries = WHOLE + WHOLE.replace("whole", "spare")
    some = found(entries, "See [@whole] and [@wole].", tmp_path)
    assert some.faults == ("report.qmd:5: no reference 'wole'; did you mean 'whole'?",)
    assert some.notes == ("refs.bib: 1 reference is not cited: spare",)
    assert found(entries, "See [@whole].", tmp_path, front='nocite: "@spare"\n').notes == ()
    assert found(entries, "Text.", tmp_path, front='nocite: "@*"\n') == ReferenceFindings()


def test_a_journal_without_abbreviation_and_a_split_accent_are_noted(tmp_path: Path) -> None:
    """Where the style abbreviates; titles of one word have none."""
    entries = WHOLE.replace("{Cancer}", "{Journal of Things}").replace("Smith", "Marti\u0301nez")
    assert found(entries, "See [@whole].", tmp_path).notes == (
        "refs.bib:1: 'whole': no abbreviation of 'Journal of Things' is known; give one as `shortjournal`",
        "refs.bib:1: 'whole' has an accent as a character of its own; type the letter with its accent as one",
    )


def test_other_formats_are_looked_through_as_well(tmp_path: Path) -> None:
    """CSL JSON has lines too."""
    entries = '[\n  {"id": "one", "type": "book", "title": "T", "issued": {"date-parts": [[2020]]}}\n]\n'
    assert found(entries, "See [@one].", tmp_path, name="refs.json").faults == (
        f"refs.json:2: 'one' has no author or editor, no publisher. {ADVICE}",
    )


def test_make_check_prints_them_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the command: an incomplete reference is a line with its place, and the exit code is 1."""
    study = tmp_path / "implants"
    shutil.copytree(IMPLANTS, study, ignore=shutil.ignore_patterns("build"))
    text = (study / "report.qmd").read_text(encoding="utf-8")
    text = text.replace("literals:", "bibliography: refs.bib\nliterals:", 1).replace(
        "# Results\n", "# Results\n\nSee [@whole].\n"
    )
    (study / "report.qmd").write_text(text, encoding="utf-8")
    (study / "refs.bib").write_text(WHOLE.replace("  volume = {3},\n", ""), encoding="utf-8")
    assert main(["check", "--study", str(study)]) == 1
    out = capsys.readouterr().out
    assert "refs.bib:1: 'whole' has no volume." in out.replace("\n", " ")
    assert out.rstrip().endswith("0 typed numbers, 1 reference to mend")
    (study / "refs.bib").write_text(WHOLE, encoding="utf-8")
    assert main(["check", "--study", str(study)]) == 0


def test_the_flagship_says_what_was_not_found() -> None:
    """Its references are whole but for those that its front matter names with a reason."""
    assert reference_findings(read_qmd(ROOT / "report.qmd"), read_project(ROOT)) == ReferenceFindings()


def test_an_abbreviation_needs_no_other(tmp_path: Path) -> None:
    """A journal that is named by its abbreviation prints so, and nothing is said; of an unknown one it is."""
    entries = WHOLE.replace("Cancer", "J Hepatol")
    assert found(entries, "See [@whole].", tmp_path) == ReferenceFindings()
    notes = found(entries.replace("J Hepatol", "J Quirr"), "See [@whole].", tmp_path).notes
    assert notes == ("refs.bib:1: 'whole': no abbreviation of 'J Quirr' is known; give one as `shortjournal`",)
