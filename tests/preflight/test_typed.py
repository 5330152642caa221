"""Typed numbers are reported once: they are known in the printed text by the words around them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lockstep.document.literals import literals_in
from lockstep.preflight.typed import without_typed
from lockstep.qmd.source import read_qmd
from lockstep.results.model import Results
from lockstep.text.style import Style
from lockstep.word.passages import Passage, PrintedDocument


def left(folder: Path, results: Results, source: str, *printed: str) -> list[str]:
    """Return the passages of a document without the numbers that its source types."""
    (folder / "report.qmd").write_text(f"---\ntitle: A\n---\n\n{source}\n", encoding="utf-8")
    typed = literals_in(read_qmd(folder / "report.qmd"), results, Style()).undeclared
    passages = tuple(Passage("text", "text", "Results", text) for text in printed)
    return [passage.text for passage in without_typed(PrintedDocument(passages), typed).passages]


@pytest.mark.parametrize(
    ("source", "printed", "expected"),
    [
        ("Implants are old (p=0.03) [@one].", "Implants are old (p=0.03) \ufffc.", "Implants are old (p=    ) \ufffc."),
        ("It differed, *P*\n= 0.03.", "It differed, P = 0.03.", "It differed, P =     ."),
        ("We had 47 patients, 12 old.", "We had 47\xa0patients, 12 old.", "We had   \xa0patients,    old."),
        ("With `{python} r.n('a')` of 47 patients.", "With 47 of 47 patients.", "With 47 of    patients."),
        ("47 patients (`{python} r.n('a')`).", "47 patients (47).", "   patients (47)."),
        ("`{python} r.n('a')` of 47 `{python} r.n('a')` came.", "47 of 47 47 came.", "47 of    47 came."),
        ("A hazard of 1.5 (2.5-0.3).", "A hazard of 1.5 (2.5-0.3).", "A hazard of     (   -   )."),
    ],
)
def test_what_is_typed_is_blanked_and_nothing_else(
    source: str, printed: str, expected: str, tmp_path: Path, results: Results
) -> None:
    """Marks, breaks of lines and insertions around a typed number are no matter, and every other place stays."""
    assert left(tmp_path, results, source, printed) == [expected]


def test_an_equal_number_elsewhere_stays(tmp_path: Path, results: Results) -> None:
    """The results may print what somebody typed: only the typed one is left to the rule on typed numbers."""
    source = "The first differed (p=0.03).\n\nThe second did (`{python} r.p('a')`)."
    printed = [
        "The first differed (p=0.03).",
        "The second did (p=0.03).",
        "0.03",
        "3 of 30.03",
        "The first differed (p=0.03,5).",
    ]
    assert left(tmp_path, results, source, *printed) == ["The first differed (p=    ).", *printed[1:]]


def test_a_number_between_insertions_alone_stays(tmp_path: Path, results: Results) -> None:
    """Nothing distinguishes it from another; it is reported twice rather than never."""
    assert left(tmp_path, results, "Of `{python} r.n('a')` 47 [@one] or", "Of 47 47 \ufffc or") == [
        "Of 47 47 \ufffc or"
    ]


def test_the_level_of_an_interval_stays(tmp_path: Path, results: Results) -> None:
    """Without it the bounds beside it, which come from the results, would seem to lack their level."""
    source = "Survival was `{python} r.n('a')` (95% CI `{python} r.n('a')`)."
    assert left(tmp_path, results, source, "Survival was 8 (95% CI 5-9).") == ["Survival was 8 (95% CI 5-9)."]


def test_the_first_words_of_a_place_are_enough(tmp_path: Path, results: Results) -> None:
    """A checklist quotes the beginning of a sentence."""
    assert left(tmp_path, results, "We had 47 patients in all.", "We had 47 …", "had 47", "47") == [
        "We had    …",
        "had 47",
        "47",
    ]
