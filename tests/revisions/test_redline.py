"""Tracked changes in Word: accepting all gives the new manuscript, rejecting all the old one, exactly."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from revisions import Block, accept_all, blocks, reject_all
from word_files import (
    NAMESPACES,
    W,
    body,
    link,
    pandoc_float,
    para,
    part,
    picture,
    pixel,
    run,
    table,
    text,
    word_file,
)

from lockstep.base.errors import ReportError
from lockstep.qmd.source import Inline, parse
from lockstep.revisions.redline import Redline, redline
from lockstep.revisions.redline_source import PrintedSource
from lockstep.word.validity import problems
from lockstep.word_layout.finishing import finish_docx

SOURCE = """---
title: A title
---

Of `{python} r.n("flow.reviewed")` patients, `{python} r.n("flow.analysed")` were analyzed (@tbl-one) and followed well.

Median survival was `{python} r.estimate("os.median")` in the group [@smith].

::: {#tbl-one}
Of all `{python} r.n("flow.analysed")` patients
:::

A closing paragraph, which says what all of this may mean.
"""
VALUES = {
    'r.n("flow.reviewed")': "154",
    'r.n("flow.analysed")': "142",
    'r.estimate("os.median")': "2411 days (95% CI 2160–6262)",
}
ROWS = [
    ["Group|left", "n|right", "P|center"],
    ["A &lt; B|left", "12|right", "&lt;\u00a00.001|center"],
    ["Local, none|left", "130|right", "|center"],
    ["Missing|left", "0|right", "|center"],
]


def paper(
    *,
    reviewed: str = "154",
    analysed: str = "142",
    median: str = "2411 days (95% CI 2160–6262)",
    rows: list[list[str]] | None = None,
    first: str = "patients, {n} were analyzed ({ref}) and followed well.",
    before_closing: str = "",
    closing: str = "A closing paragraph, which says what all of this may mean.",
    figure: str = "",
) -> str:
    """Return a small paper as pandoc writes it, with a table and a figure that the text refers to."""
    head, tail = first.format(n=analysed, ref="\0").split("\0") if "{ref}" in first else (first.format(n=analysed), "")
    opening = run(f"Of {reviewed} {head}") + (link("tbl-one", "Table\u00a01") + run(tail) if tail else "")
    return (
        para("A title", "Title")
        + para(opening, "FirstParagraph")
        + para(f"Median survival was {median} in the group [7].")
        + pandoc_float("tbl-one", f"Table\u00a01: Of all {analysed} patients", table(rows or ROWS), number=1)
        + pandoc_float("fig-one", f"Figure\u00a01: Survival of {analysed} patients", figure or picture(), number=2)
        + before_closing
        + para(closing)
    )


def finished(path: Path, markup: str, extra: Mapping[str, bytes] | None = None) -> Path:
    """Return a finished Word file with this body."""
    word_file(path, markup, dict(extra or {}))
    finish_docx(path, metadata={"title": "A title"})
    return path


def source(text: str, **values: str) -> PrintedSource:
    """Return a source with what its expressions print: `VALUES`, those of `values` by the last part of their id."""
    document = parse(text, path=Path("report.qmd"))
    known = {expression: values.get(expression.split(".")[-1][:-2], told) for expression, told in VALUES.items()}
    return PrintedSource(
        document, tuple(known.get(part.expression) for part in document.parts if isinstance(part, Inline))
    )


def tracked(
    tmp_path: Path,
    old: str,
    new: str,
    *,
    old_source: str | PrintedSource = SOURCE,
    new_source: str | PrintedSource = SOURCE,
    **extra: Any,
) -> tuple[Path, Redline]:
    """Return the redline of two papers, held to everything that holds for every redline."""
    before = finished(tmp_path / "old.docx", old, extra.get("old_parts"))
    after = finished(tmp_path / "new.docx", new, extra.get("new_parts"))
    return compared(before, after, tmp_path, old_source=old_source, new_source=new_source)


def compared(
    before: Path,
    after: Path,
    folder: Path,
    *,
    old_source: str | PrintedSource,
    new_source: str | PrintedSource,
    when: int | None = 946_684_800,
) -> tuple[Path, Redline]:
    """Return the redline of two files: valid, the same bytes twice, and either text exactly."""
    sources = [item if isinstance(item, PrintedSource) else source(item) for item in (old_source, new_source)]
    targets = [folder / "redline.docx", folder / "again.docx"]
    made = [
        redline(
            before,
            after,
            target,
            old_source=sources[0],
            new_source=sources[1],
            data_author="Data lock May",
            prose_author="A. Writer",
            when=when,
        )
        for target in targets
    ]
    assert problems(targets[0]) == []
    assert accept_all(targets[0]) == blocks(after)
    assert reject_all(targets[0]) == blocks(before)
    assert targets[0].read_bytes() == targets[1].read_bytes()
    return targets[0], made[0]


def changes(path: Path) -> list[tuple[str, str, str]]:
    """Return the changes of runs as (author's first word, "ins" or "del", text)."""
    found = []
    for node in body(path).iter(f"{W}ins", f"{W}del"):
        words = "".join(item.text or "" for item in node.iter(f"{W}t", f"{W}delText"))
        if words:
            found.append((node.get(f"{W}author").split()[0], node.tag.removeprefix(W), words))
    return found


@pytest.mark.parametrize(("when", "dates"), [(0, {"1970-01-01T00:00:00Z"}), (None, {None})])
def test_changes_have_the_time_that_is_told_or_none(tmp_path: Path, when: int | None, dates: set[str | None]) -> None:
    """A time that nobody has told is not made up."""
    files = [finished(tmp_path / f"{n}.docx", paper(first=f"patients, {n} were seen."), None) for n in ("139", "142")]
    path, _ = compared(*files, tmp_path, old_source=SOURCE, new_source=SOURCE, when=when)
    assert {node.get(f"{W}date") for node in body(path).iter(f"{W}ins", f"{W}del")} == dates


def test_nothing_changed_is_nothing_tracked(tmp_path: Path) -> None:
    """Two equal manuscripts give a file without a single change."""
    path, made = tracked(tmp_path, paper(), paper())
    assert made == Redline(data=0, prose=0)
    assert changes(path) == []


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


def test_a_table_changes_cell_by_cell_and_rows_come_and_go(tmp_path: Path) -> None:
    """A row added in the middle and one removed are tracked as rows; of the others only the changed cell is."""
    rows = [
        ROWS[0],
        ["A &lt; B|left", "14|right", "&lt;\u00a00.001|center"],
        ["Other|left", "3|right", "|center"],
        ROWS[2],
    ]
    path, made = tracked(tmp_path, paper(), paper(rows=rows))
    marked = [
        (row.find(f"{W}trPr/{W}ins") is not None, row.find(f"{W}trPr/{W}del") is not None)
        for row in body(path).iter(f"{W}tr")
    ]
    assert sorted(marked) == sorted([(False, False)] * 3 + [(True, False), (False, True)])
    assert ("Data", "del", "12") in changes(path)
    assert ("Data", "ins", "14") in changes(path)
    assert made.prose == 0


def test_a_table_of_other_columns_is_replaced_with_its_caption(tmp_path: Path) -> None:
    """Old and new table do not run into one: a paragraph stands between them."""
    rows = [[*row[:2], "1|right", row[2]] for row in ROWS]
    path, _ = tracked(tmp_path, paper(), paper(rows=rows))
    tags = [block.tag.removeprefix(W) for block in body(path)]
    assert "tbl tbl" not in " ".join(tags)
    assert tags.count("tbl") == 2


def test_a_table_removed_takes_every_row_and_its_caption(tmp_path: Path) -> None:
    """Once accepted, neither table nor caption is left; the reference to it goes as well."""
    without = re.sub(r'<w:bookmarkStart w:id="1".*<w:bookmarkEnd w:id="1"/>', "", paper())
    without = without.replace(link("tbl-one", "Table\u00a01"), run("no table"))
    path, _ = tracked(tmp_path, paper(), without)
    assert all(row.find(f"{W}trPr/{W}del") is not None for row in body(path).iter(f"{W}tr"))
    assert not [block for block in accept_all(path) if block[0] == "table"]


def test_paragraphs_added_removed_and_moved(tmp_path: Path) -> None:
    """A paragraph that moved is removed here and added there, and both texts stay exact."""
    added = para("Whole new words stand here, of which there was no trace before.")
    moved = para("Limits were many: one centre, few patients, no randomization.")
    old = paper(before_closing=moved).replace("and followed well.", "and followed well.")
    new = paper(before_closing=added).replace(para("A title", "Title"), para("A title", "Title") + moved)
    path, _ = tracked(tmp_path, old, new)
    marks = [item.tag.removeprefix(W) for item in body(path).iterfind(f".//{W}pPr/{W}rPr/*")]
    assert sorted(marks) == ["del", "ins", "ins"]


def test_a_changed_picture_is_removed_and_added_with_both_images_kept(tmp_path: Path) -> None:
    """The old picture travels in the file, so that rejecting brings it back."""
    other = pixel() + b"another"
    path, made = tracked(tmp_path, paper(), paper(), new_parts={"word/media/rId90.png": other})
    with zipfile.ZipFile(path) as archive:
        images = {archive.read(name) for name in archive.namelist() if name.startswith("word/media/")}
    assert images == {pixel(), other}
    assert made == Redline(data=4, prose=0)
    marks = [item.tag.removeprefix(W) for item in body(path).iterfind(f".//{W}pPr/{W}rPr/*")]
    assert marks == ["del", "ins"]


def test_a_changed_form_is_tracked(tmp_path: Path) -> None:
    """Words set in italics, and a paragraph of another style, go back to what they were."""
    new = paper(closing="<w:r/>").replace(
        para("<w:r/>"),
        para(
            run("A closing paragraph, ") + run("which", "<w:i/>") + run(" says what all of this may mean."), "Compact"
        ),
    )
    path, _ = tracked(tmp_path, paper(), new)
    assert [words for _, _, words in changes(path)] == ["which", "which"]
    assert len(list(body(path).iter(f"{W}pPrChange"))) == 1


def test_a_field_changes_as_a_whole(tmp_path: Path) -> None:
    """A reference is never cut: its code and its result go and come together."""
    new = paper(first="patients, {n} were analyzed and followed well.")
    path, _ = tracked(tmp_path, paper(), new)
    gone = [node for node in body(path).iter(f"{W}del") if list(node.iter(f"{W}delInstrText"))]
    assert len(gone) == 1
    kinds = [mark.get(f"{W}fldCharType") for mark in gone[0].iter(f"{W}fldChar")]
    assert kinds == ["begin", "separate", "end"]


def notes(*texts: str) -> dict[str, bytes]:
    """Return the part of footnotes with these, numbered from 2."""
    found = "".join(
        f'<w:footnote w:id="{number}">{para(words, "FootnoteText")}</w:footnote>'
        for number, words in enumerate(texts, start=2)
    )
    return {"word/footnotes.xml": f"<w:footnotes {NAMESPACES}>{found}</w:footnotes>".encode()}


def test_a_footnote_that_is_gone_travels_in_the_file(tmp_path: Path) -> None:
    """Its reference is removed as a change and still leads to its text; one that both texts have is not touched."""

    def closing(*numbers: int) -> str:
        references = (f'<w:r><w:footnoteReference w:id="{number}"/></w:r>' for number in numbers)
        return paper(closing=run("A closing paragraph") + "".join(references))

    path, _ = tracked(
        tmp_path,
        closing(2, 3),
        closing(2),
        old_parts=notes("A note that is gone.", "A note that stays."),
        new_parts=notes("A note that stays."),
    )
    gone = [
        node.get(f"{W}id") for change in body(path).iter(f"{W}del") for node in change.iter(f"{W}footnoteReference")
    ]
    texts = {note.get(f"{W}id"): text(note) for note in part(path, "word/footnotes.xml")}
    assert [texts[number] for number in gone] == ["A note that is gone."]
    assert list(texts.values()) == ["A note that stays.", "A note that is gone."]


def test_tracked_changes_are_not_tracked_again(tmp_path: Path) -> None:
    """A redline is no manuscript to compare with: the error says so, and nothing is written."""
    path, _ = tracked(tmp_path, paper(), paper(analysed="99"))
    with pytest.raises(ReportError, match=r"redline\.docx holds tracked changes already"):
        compared(path, tmp_path / "new.docx", tmp_path / "nowhere", old_source=SOURCE, new_source=SOURCE)
    assert not (tmp_path / "nowhere").exists()


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _without(part_name: str) -> Callable[[Path], None]:
    """Return how a Word file loses the parts that begin with this."""

    def damage(path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            left = {name: archive.read(name) for name in archive.namelist() if not name.startswith(part_name)}
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in left.items():
                archive.writestr(name, content)

    return damage


@pytest.mark.parametrize("side", [0, 1], ids=["old", "new"])
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_half, "is not a Word file"),
        (_without("word/document.xml"), "has no word/document.xml"),
        (_without("word/media/"), "lacks word/media/"),
        (_without("word/_rels/document"), "has no part word/_rels/document.xml.rels"),
    ],
)
def test_a_damaged_file_is_named_and_nothing_is_written(
    tmp_path: Path, side: int, damage: Callable[[Path], None], message: str
) -> None:
    """Whichever of the two it is: one line says which file, and what is wrong with it."""
    files = [finished(tmp_path / name, paper()) for name in ("old.docx", "new.docx")]
    damage(files[side])
    with pytest.raises(ReportError, match=message) as error:
        compared(*files, tmp_path / "nowhere", old_source=SOURCE, new_source=SOURCE)
    assert str(error.value).startswith(str(files[side]))
    assert not (tmp_path / "nowhere").exists()


def test_accepting_and_rejecting_are_no_looking_away(tmp_path: Path) -> None:
    """The check itself tells texts apart: with a change both ways, accepting is not rejecting."""
    path, _ = tracked(tmp_path, paper(), paper(analysed="99", before_closing=para("An addition, long enough.")))
    accepted: list[Block] = accept_all(path)
    assert accepted != reject_all(path)
    assert any("99" in str(block) for block in accepted)


WORDS = st.sampled_from(
    ["of", "142", "patients", "12.5%", "P = 0.03", "(n = 3)", "survival", "\u00a0", "—", "the", "é"]
)
PARAGRAPHS = st.lists(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=6)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=PARAGRAPHS, new=PARAGRAPHS, figure=st.booleans(), rows=st.permutations(ROWS[1:]))
def test_any_two_texts(tmp_path: Path, old: list[str], new: list[str], figure: bool, rows: list[list[str]]) -> None:
    """Whatever the paragraphs, either text comes out exactly, and the file is valid."""
    before = paper(before_closing="".join(map(para, old)))
    after = paper(before_closing="".join(map(para, new)), rows=[ROWS[0], *rows])
    parts = {"word/media/rId90.png": pixel() + b"other"} if figure else {}
    tracked(tmp_path, before, after, new_parts=parts, old_source="\n\n".join(old), new_source="\n\n".join(new))
