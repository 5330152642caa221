"""Every entry type of BibTeX and BibLaTeX in every style that the project has, and the styles themselves."""

from __future__ import annotations

import re

import pytest
from printed_references import ENTRIES, PRINTED, STYLES, printed, styles, table

from lockstep.qmd.csl import bring_style

FAULTS = re.compile(
    r"[;:,(\[] ?[;:,.)\]]|\.\.|\(\)|\[\]"  # a mark beside a mark: a field between them is missing
    r"|editors?[A-Z]|\beds?\.[A-Z]|\bIn[.,]|\bIn:\s*(?:$|[A-Z]\w+; )|\bothers\b|doi:\s?http|Published online 1999"
)


def test_every_type_in_every_style_prints_as_it_was_read() -> None:
    """The whole matrix is as in tests/references/printed.txt; tests/printed_references.py writes it anew."""
    assert table() == PRINTED.read_text(encoding="utf-8")


GARBLED = (
    "Elm E von. A chapter. In, editorsDeVita VT. Cancer.",
    ", eds.DeVita VT. An Edited Book.",
    "Smith A. Without volume. Cancer 2016; : 955–62.",
    "Smith A. Foreword. In: Springer; 1999:1-3.",
    "Smith A, others. T. doi:https://doi.org/10.1/x",
)


def test_a_hole_is_found() -> None:
    """What references looked like before is found."""
    assert [line for line in GARBLED if not FAULTS.search(line)] == []


@pytest.mark.parametrize("style", styles())
def test_no_reference_has_a_hole(style: str) -> None:
    """Whatever is missing of a reference, no mark stands before nothing, and no label without what it describes."""
    lines = printed(style)
    assert len(lines) > 50
    assert [line for line in lines.values() if FAULTS.search(line.replace("et al.", "et al"))] == []


@pytest.mark.parametrize("style", styles())
def test_every_style_prints_the_name_before_its_label(style: str) -> None:
    """Editors stand after "In:", with their label last: chapter, paper, edited book."""
    lines = printed(style)
    assert re.search(r"In: DeVita VT, van Leeuwen F, (editors|eds)\. Cancer: Principles", lines["incollection"])
    assert re.search(r"In: Jones B, de Vries C, (editors|eds)\. Proceedings", lines["inproceedings"])
    assert re.match(r"DeVita VT, van Leeuwen F, (editors|eds)\. An edited book\.", lines["book-edited"], re.IGNORECASE)


def test_a_changed_style_keeps_its_licence_and_says_what_is_changed() -> None:
    """Each style names its authors, its licence and the changes."""
    for path in STYLES.glob("*.csl"):
        text = path.read_text(encoding="utf-8")
        assert "<!-- Changed by Lockstep from" in text, path.name
        assert 'license="http://creativecommons.org/licenses/by-sa/3.0/"' in text, path.name
        assert "<author>" in text, path.name


def test_two_styles_of_the_nlm_differ_in_brackets_alone() -> None:
    """The two forms of the NLM's style print the same list."""
    assert printed("vancouver") == printed("nlm-citation-sequence")


def test_a_style_by_name_is_the_changed_one(tmp_path) -> None:
    """Who names a style of the collection that is changed here, itself or by its journal, gets the changed one."""
    for name, changed in {"bmj": "bmj", "plos-one": "plos", "nlm-citation-sequence-brackets": "vancouver"}.items():
        bring_style(tmp_path / f"{name}.csl")
        assert (tmp_path / f"{name}.csl").read_bytes() == (STYLES / f"{changed}.csl").read_bytes()


def test_there_is_an_entry_of_each_type() -> None:
    """No type of BibTeX or BibLaTeX for works that print is left out."""
    types = set(re.findall(r"^@(\w+)\{", ENTRIES.read_text(encoding="utf-8"), re.MULTILINE))
    assert types >= {
        *("article", "book", "mvbook", "inbook", "bookinbook", "suppbook", "booklet", "collection", "mvcollection"),
        *("incollection", "suppcollection", "manual", "misc", "online", "electronic", "www", "patent", "periodical"),
        *("suppperiodical", "proceedings", "inproceedings", "conference", "reference", "inreference", "report"),
        *(
            "techreport",
            "set",
            "thesis",
            "mastersthesis",
            "phdthesis",
            "unpublished",
            "dataset",
            "software",
            "standard",
        ),
    }
