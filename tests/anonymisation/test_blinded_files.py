"""The files of the anonymised copy: reference lists, labels and pictures without a trace of the authors."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path
from typing import Any

import pytest
from anonymised_authors import BIB, FRONT, words
from PIL import Image, PngImagePlugin

from lockstep.anonymisation.document import WORD
from lockstep.anonymisation.files import anonymised_bibliography, anonymised_pictures, anonymised_study, new_keys
from lockstep.anonymisation.identity import identifying_words
from lockstep.anonymisation.image_metadata import without_metadata
from lockstep.base.errors import ReportError
from lockstep.references.own_references import Person, people_of, read_references, without_own


def test_own_references_are_anonymous_and_keep_their_place() -> None:
    """Family name and initial decide; somebody else of that name stays."""
    people = people_of(FRONT)
    assert people == (Person("Quistgaard", "Zoë"), Person("Li", "Bo"), Person("Young", "Ann"))
    assert [reference.entry.key for reference in read_references(BIB)] == ["quistgaard2020", "li2019", "own2"]
    assert read_references(BIB)[2].authors == (Person("Li", "B."), Person("Ørsted", "Häns"))
    text, own = without_own(BIB, people)
    assert own == ["quistgaard2020", "own2"]
    assert "Old" not in text
    assert "Mine" not in text
    assert [reference.entry.key for reference in read_references(text)] == ["quistgaard2020", "li2019", "own2"]


def test_a_key_that_tells_is_another_key() -> None:
    """It would stand in bookmarks and link targets."""
    keys = new_keys({"a.bib": BIB}, words())
    assert keys == {"quistgaard2020": "removed1"}
    assert "@misc{removed1," in anonymised_bibliography(BIB, people_of(FRONT), keys)


def test_the_entry_of_a_registry_is_cited_without_its_number() -> None:
    """Its author is the registry, not one of the authors, and its key shows as much."""
    bib = "@misc{nct01234567, author = {{ClinicalTrials.gov}}, title = {Repair}, note = {NCT01234567}}\n"
    keys = new_keys({"a.bib": bib}, identifying_words({}, bib, this_machine=False))
    new = anonymised_bibliography(bib, people_of(FRONT), keys)
    assert new == "@misc{removed1, author = {{ClinicalTrials.gov}}, title = {Repair}, note = {[removed]}}\n"


def test_labels_of_the_study_are_scrubbed_and_names_are_not() -> None:
    """What is printed changes; what the data know stays."""
    text = textwrap.dedent(
        """\
        [data]
        file = "quistgaard.csv"
        [columns.tromso]
        label = "Seen in Tromsø"
        levels = { Quistgaard = "By Dr. Quistgaard", other = "By others" }
        levels2 = 'Tromsø'
        [[eligibility]]
        keep = "tromso == 'Quistgaard'"
        reason = 'not of the Northern registry'
        note = "from NCT01234567"
        """
    )
    assert anonymised_study(text, words()) == text.replace('"Seen in Tromsø"', f'"Seen in {WORD}"').replace(
        '"By Dr. Quistgaard"', f'"By Dr. {WORD}"'
    ).replace("'not of the Northern registry'", f"'not of the {WORD}'").replace("NCT01234567", WORD)
    assert anonymised_study(text, ("Nobody",)) == text.replace("NCT01234567", WORD)


def test_pictures_come_under_other_names_without_metadata(tmp_path: Path) -> None:
    """PNG, JPEG and SVG keep their pixels; the file's name and its metadata are gone."""
    study, place = tmp_path / "study", tmp_path / "stage"
    (study / "images").mkdir(parents=True)
    place.mkdir()
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Quistgaard")
    exif = Image.Exif()
    exif[0x013B] = "Quistgaard"
    Image.new("RGB", (3, 2), "red").save(study / "images" / "quistgaard.png", pnginfo=told)
    Image.new("RGB", (3, 2), "red").save(study / "images" / "two.jpg", exif=exif, comment=b"Quistgaard")
    (study / "images" / "three.svg").write_text('<svg width="1"><metadata>Quistgaard</metadata><path d="M1"/></svg>')
    text = "![](images/quistgaard.png)\n![c](images/two.jpg){#fig-x} ![](images/three) ![](https://a.example/b.png)"
    assert anonymised_pictures(text, study, place) == (
        "![](blinded-pictures/picture1.png)\n![c](blinded-pictures/picture2.jpg){#fig-x} "
        "![](blinded-pictures/picture3) ![](https://a.example/b.png)"
    )
    files = sorted((place / "blinded-pictures").iterdir())
    assert [file.name for file in files] == ["picture1.png", "picture2.jpg", "picture3.svg"]
    for file, original in zip(files[:2], ("quistgaard.png", "two.jpg"), strict=True):
        assert b"Quistgaard" not in file.read_bytes()
        with Image.open(file) as new, Image.open(study / "images" / original) as old:
            assert list(new.convert("RGB").tobytes()) == list(old.convert("RGB").tobytes())
    assert files[2].read_text() == '<svg width="1"><path d="M1"/></svg>'


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0, "restart_marker_blocks": 1}])
def test_pictures_behind_the_first_of_a_jpeg_are_gone(options: dict[str, Any]) -> None:
    """Telephones put a second picture, with metadata of its own, behind the one that is shown."""
    exif = Image.Exif()
    exif[0x013B] = "Quistgaard"
    first, whole = io.BytesIO(), io.BytesIO()
    picture = Image.effect_noise((60, 40), 90)
    picture.save(first, "JPEG", exif=exif, **options)
    picture.save(whole, "MPO", save_all=True, append_images=[picture], exif=exif)
    for content in (first.getvalue() * 2, whole.getvalue()):
        cleared = without_metadata(content, name="a.jpg")
        assert b"Quistgaard" not in cleared
        assert cleared.count(b"\xff\xd9") == 1
        with Image.open(io.BytesIO(cleared)) as new, Image.open(io.BytesIO(content)) as old:
            assert new.tobytes() == old.tobytes()


def test_what_a_drawing_program_adds_to_an_svg_is_gone() -> None:
    """Inkscape writes the whole path of an exported file, at any depth; what is drawn, labels in HTML too, stays."""
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:i="http://ink.example">'
        '<i:view name="Quistgaard"/><g i:export="/home/quistgaard/a.png" id="g"><use xlink:href="#g"/></g>'
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">Label</p></foreignObject></svg>'
    )
    cleared = without_metadata(drawn.encode(), name="a.svg").decode()
    assert "uistgaard" not in cleared
    assert all(kept in cleared for kept in ('id="g"', 'xlink:href="#g"', "Label</p>"))
    with pytest.raises(ReportError, match=r"^a\.svg cannot be read as SVG"):
        without_metadata(b"<svg><g></svg>", name="a.svg")


def test_a_picture_that_cannot_be_cleared_is_refused() -> None:
    """A GIF could hold anything."""
    buffer = io.BytesIO()
    Image.new("P", (1, 1)).save(buffer, "GIF")
    with pytest.raises(ReportError, match=r"a\.gif: only PNG, JPEG and SVG"):
        without_metadata(buffer.getvalue(), name="a.gif")
