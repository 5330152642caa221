"""Whose a tracked change is: the data's, which a new value brings, or the person's, who edited the prose."""

from __future__ import annotations

from pathlib import Path

import pytest
from redline_papers import ROWS, SOURCE, changes, paper, source, tracked
from word_files import para

from lockstep.revisions.redline import Redline


def test_a_changed_value_stands_under_the_datas_name_and_an_edited_word_under_the_persons(tmp_path: Path) -> None:
    """In one sentence with both, each change has its own author, and unchanged words are not touched."""
    old = paper(first="patients, {n} were analysed ({ref}) and followed well.", analysed="139")
    before = source(SOURCE.replace("were analyzed", "were analysed"), analysed="139")
    path, made = tracked(tmp_path, old, paper(), old_source=before)
    assert changes(path)[:4] == [
        ("Data", "del", "139"),
        ("Data", "ins", "142"),
        ("A.", "del", "analysed"),
        ("A.", "ins", "analyzed"),
    ]
    assert {author for author, _, _ in changes(path)[4:]} == {"Data"}
    assert (made.prose, made.data) == (2, len(changes(path)) - 2)


def test_an_interval_that_changes_is_data_down_to_its_punctuation(tmp_path: Path) -> None:
    """Where the source is the same, words, signs and spaces that change belong to the data."""
    path, made = tracked(tmp_path, paper(), paper(median="not reached (95% CI 2333 days–not estimable)"))
    assert made.prose == 0
    assert made.data > 0
    assert {author for author, _, _ in changes(path)} == {"Data"}


def test_a_comma_that_a_person_moved_is_the_persons(tmp_path: Path) -> None:
    """A change between words, in a paragraph whose source was edited, is an edit."""
    old = paper(closing="A closing paragraph which says what all of this may mean.")
    path, made = tracked(tmp_path, old, paper(), old_source=SOURCE.replace("paragraph, which", "paragraph which"))
    assert changes(path) == [("A.", "ins", ",")]
    assert made == Redline(data=0, prose=1)


def test_a_sentence_that_a_person_added_is_the_persons_with_its_numbers(tmp_path: Path) -> None:
    """A new inline expression is written by a person, so what it prints comes in under that name."""
    closing = "A closing paragraph, which says what all of this may mean. Of these, 17 were women."
    added = SOURCE.replace("may mean.", 'may mean. Of these, `{python} r.n("sex.f.count")` were women.')
    path, _ = tracked(tmp_path, paper(), paper(closing=closing), new_source=added)
    assert changes(path) == [("A.", "ins", " Of these, 17 were women.")]


def test_a_word_that_moved_within_an_edited_sentence_is_the_persons(tmp_path: Path) -> None:
    """Words of the prose never change through the data, also where the source still holds them at another place."""
    old = paper(closing="A paragraph to close, which says what all of this may mean.")
    path, made = tracked(tmp_path, old, paper(), old_source=SOURCE.replace("closing paragraph,", "paragraph to close,"))
    assert {author for author, _, _ in changes(path)} == {"A."}
    assert made.data == 0


def test_a_citation_renumbered_is_an_edit(tmp_path: Path) -> None:
    """Numbers of citations follow what people cite, not the data: here one more is cited before."""
    new = paper(first="patients, {n} were analyzed ({ref}) and followed well [7].").replace("group [7]", "group [8]")
    cited = SOURCE.replace("followed well.", "followed well [@jones].")
    path, made = tracked(tmp_path, paper(), new, new_source=cited)
    assert changes(path) == [("A.", "ins", " [7]"), ("A.", "del", "7"), ("A.", "ins", "8")]
    assert made.data == 0


def test_while_the_source_is_the_same_every_change_is_the_datas(tmp_path: Path) -> None:
    """Whatever differs, be it a citation's number or a whole paragraph, no person stands at it."""
    old = paper(closing="Something else entirely was printed here once.").replace("[7]", "[8]")
    path, made = tracked(tmp_path, old, paper(before_closing=para("One more paragraph, printed by nobody knows what.")))
    assert made.data > 4
    assert made.prose == 0
    assert {author for author, _, _ in changes(path)} == {"Data"}


TWICE = SOURCE.replace("A closing paragraph,", 'In all, `{python} r.n("flow.analysed")` patients were analyzed. This,')


@pytest.mark.parametrize(
    ("edit", "closing", "expected"),
    [
        ("", "In all, {n} patients were analyzed.", []),
        ("In all, 142 of the ", "In all, 142 of the {n} patients were analyzed.", [("A.", "ins", "142 of the ")]),
        ("Of 142 ", "Of 142 {n} patients were analyzed.", [("A.", "del", "In all,"), ("A.", "ins", "Of 142")]),
        ("All ", "All {n} patients were analyzed.", [("A.", "del", "In all, "), ("A.", "ins", "All ")]),
        ("(", "({n} patients were analyzed.", [("A.", "del", "In all, "), ("A.", "ins", "(")]),
    ],
)
def test_a_number_typed_beside_the_same_value_is_the_persons_and_the_value_the_datas(
    tmp_path: Path, edit: str, closing: str, expected: list[tuple[str, str, str]]
) -> None:
    """The value goes from 142 to 144 under the data's name, whatever is typed before it, be it 142."""
    end = " This, which says what all of this may mean."
    old = paper(closing="In all, 142 patients were analyzed." + end)
    new = paper(analysed="144", closing=closing.format(n="144") + end)
    edited = TWICE.replace("In all, `", f"{edit}`") if edit else TWICE.replace("\n\nMedian", "<!-- -->\n\nMedian")
    path, _ = tracked(tmp_path, old, new, old_source=source(TWICE), new_source=source(edited, analysed="144"))
    by_data = [change for change in changes(path) if change[0] == "Data"]
    by_person = [change for change in changes(path) if change[0] == "A."]
    assert by_data == [("Data", "del", "142"), ("Data", "ins", "144")] * 4
    assert by_person == expected


def test_a_value_that_nobody_can_answer_is_known_by_the_words_around_it(tmp_path: Path) -> None:
    """An expression that is no plain call prints what stands between the words of the prose beside it."""
    computed = SOURCE.replace('r.n("flow.reviewed")', "f(x)")
    edited = computed.replace("followed well", "followed up well")
    path, _ = tracked(
        *(tmp_path, paper(reviewed="some of the 154"), paper(reviewed="all 160", first=FOLLOWED)),
        old_source=computed,
        new_source=edited,
    )
    assert {change for change in changes(path) if change[0] == "A."} == {("A.", "ins", "up ")}


FOLLOWED = "patients, {n} were analyzed ({ref}) and followed up well."


def test_a_caption_replaced_with_its_table_is_the_datas_unless_edited(tmp_path: Path) -> None:
    """Where data give a table other columns, its caption goes and comes as a whole, and still nobody edited it."""
    rows = [[*row[:2], "1|right", row[2]] for row in ROWS]
    edited = SOURCE.replace("may mean", "might mean")
    closing = "A closing paragraph, which says what all of this might mean."
    path, _ = tracked(tmp_path, paper(), paper(rows=rows, closing=closing), new_source=edited)
    assert [change for change in changes(path) if change[0] == "A."] == [("A.", "del", "may"), ("A.", "ins", "might")]


def test_cells_of_a_table_that_is_typed_are_a_persons(tmp_path: Path) -> None:
    """A table written in report.qmd is prose in cells; one that code prints is not."""
    typed = SOURCE.replace("Of all `", "| A | B |\n|---|---|\n| typed words | more words |\n\nOf all `")
    rows = [["A|left", "B|right"], ["typed words|left", "more words|right"]]
    new = [rows[0], ["typed words|left", "other words|right"]]
    edited = typed.replace("more words", "other words")
    path, made = tracked(tmp_path, paper(rows=rows), paper(rows=new), old_source=typed, new_source=edited)
    assert changes(path) == [("A.", "del", "more"), ("A.", "ins", "other")]
    assert made.data == 0


def test_a_value_beside_a_reference_is_still_the_datas(tmp_path: Path) -> None:
    """A percentage that changes next to a citation is no edit, not even while a comma is edited elsewhere."""
    closing = "A closing paragraph, which says what all of this may mean ({rate}; [7])."
    old, new = (paper(closing=closing.format(rate=rate)) for rate in ("62.3%", "64.4%"))
    source = SOURCE.replace("may mean", 'may mean (`{python} r.value("os.rate.5y")`; [@smith])')
    for edited in (source, source.replace("well.", "well, too.")):
        path, _ = tracked(tmp_path, old, new, old_source=source, new_source=edited)
        assert changes(path) == [("Data", "del", "62.3"), ("Data", "ins", "64.4")]
