"""Tracked changes in Word: accepting all gives the new manuscript, rejecting all the old one, exactly."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redline_papers import ROWS, SOURCE, changes, compared, finished, paper, tracked
from revisions import Block, accept_all, reject_all
from word_files import NAMESPACES, W, body, link, para, part, pixel, run, text

from lockstep.base.errors import ReportError
from lockstep.revisions.redline import Redline


@pytest.mark.parametrize(("when", "dates"), [(0, {"1970-01-01T00:00:00Z"}), (None, {None})])
def test_changes_have_the_time_that_is_told_or_none(tmp_path: Path, when: int | None, dates: set[str | None]) -> None:
    """A time that nobody has stated is not made up."""
    files = [finished(tmp_path / f"{n}.docx", paper(first=f"patients, {n} were seen."), None) for n in ("139", "142")]
    path, _ = compared(*files, tmp_path, old_source=SOURCE, new_source=SOURCE, when=when)
    assert {node.get(f"{W}date") for node in body(path).iter(f"{W}ins", f"{W}del")} == dates


def test_nothing_changed_is_nothing_tracked(tmp_path: Path) -> None:
    """Two equal manuscripts give a file without a single change."""
    path, made = tracked(tmp_path, paper(), paper())
    assert made == Redline(data=0, prose=0)
    assert changes(path) == []


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
